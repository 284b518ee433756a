/* envelope.c: the form of an envelope, and what all who touch one share. */
#include "crypto/envelope.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/mem.h"
#include "crypto/envelope_form.h"
#include "crypto/hkdf.h"

const char envelope_label[] = "cam/envelope/1";

/* -- keys -------------------------------------------------------------- */

void
envelope_keys(const uint8_t cek[ENVELOPE_CEK_SIZE], struct envelope_keys *keys)
{
	uint8_t extracted[HKDF_KEY_SIZE];

	hkdf_extract(
	    span_of(NULL, 0), span_of(cek, ENVELOPE_CEK_SIZE), extracted);
	hkdf_expand(extracted, span_text("cam/message key/1"), keys->message,
	    sizeof(keys->message));
	hkdf_expand(extracted, span_text("cam/commitment/1"), keys->commitment,
	    sizeof(keys->commitment));
	wipe(extracted, sizeof(extracted));
}

void
envelope_info(
    const uint8_t header_hash[SHA256_SIZE], uint8_t info[ENVELOPE_INFO_SIZE])
{
	static const char label[] = "cam/stanza/1"; /* and its zero byte */

	memcpy(info, label, sizeof(label));
	memcpy(info + sizeof(label), header_hash, SHA256_SIZE);
}

/* -- the outside -------------------------------------------------------- */

static void
get_header(struct fields *fields, struct envelope *envelope)
{
	struct fields header;

	envelope->header = fields_span(fields, ENVELOPE_HEADER_SIZE);
	header = fields_of(envelope->header);
	(void)fields_span(&header, 4);
	fields_copy(&header, envelope->id, sizeof(envelope->id));
	fields_copy(&header, envelope->talk, sizeof(envelope->talk));
	fields_copy(&header, envelope->device, sizeof(envelope->device));
	(void)fields_span(
	    &header, ENVELOPE_POLICY_SIZE + ENVELOPE_COMMITMENT_SIZE);
	envelope->stanzas_said = (uint32_t)fields_number(&header, 4);
}

/* Escrow and policies are for later cams: until they can be checked (threat
 * model 5.4) nothing is taken that names them. */
static int
check_kind(struct span bytes)
{
	static const uint8_t none[ENVELOPE_POLICY_SIZE];

	if (bytes.len < ENVELOPE_HEADER_SIZE)
		return CAM_ERR_FORMAT;
	if (bytes.data[0] != ENVELOPE_VERSION ||
	    bytes.data[1] != ENVELOPE_SUITE || bytes.data[2] != 0 ||
	    bytes.data[3] != 0 ||
	    memcmp(bytes.data + ENVELOPE_POLICY_AT, none, sizeof(none)) != 0)
		return CAM_ERR_VERSION;
	return 0;
}

bool
envelope_peek(struct span bytes, uint8_t id[ENVELOPE_ID_SIZE])
{
	if (bytes.len < ENVELOPE_HEADER_SIZE ||
	    bytes.data[0] != ENVELOPE_VERSION)
		return false;
	memcpy(id, bytes.data + 4, ENVELOPE_ID_SIZE);
	return true;
}

int
envelope_parse(struct span bytes, struct envelope *envelope)
{
	struct fields fields = fields_of(bytes);
	struct envelope got;
	int rc = check_kind(bytes);

	if (rc < 0)
		return rc;
	get_header(&fields, &got);
	got.stanza_count = (size_t)fields_number(&fields, 4);
	if (got.stanzas_said > ENVELOPE_STANZAS_MAX ||
	    got.stanza_count > ENVELOPE_STANZAS_MAX)
		return CAM_ERR_LIMIT;
	got.stanzas =
	    fields_span(&fields, got.stanza_count * ENVELOPE_STANZA_SIZE);
	got.body = fields.rest;
	if (fields.failed || got.stanza_count > got.stanzas_said ||
	    got.body.len < ENVELOPE_BODY_MIN)
		return CAM_ERR_FORMAT;
	if (got.body.len > ENVELOPE_MAX - ENVELOPE_HEADER_SIZE - 4)
		return CAM_ERR_LIMIT;
	*envelope = got;
	return 0;
}

const uint8_t *
envelope_stanza(
    const struct envelope *envelope, const uint8_t device[DEVICE_ID_SIZE])
{
	const uint8_t *stanza = envelope->stanzas.data;
	size_t i;

	for (i = 0; i < envelope->stanza_count; i++) {
		if (memcmp(stanza, device, DEVICE_ID_SIZE) == 0)
			return stanza;
		stanza += ENVELOPE_STANZA_SIZE;
	}
	return NULL;
}

int
envelope_prekey(const struct envelope *envelope,
    const uint8_t device[DEVICE_ID_SIZE], uint32_t *prekey_id)
{
	const uint8_t *stanza = envelope_stanza(envelope, device);
	struct fields fields;

	if (!stanza)
		return CAM_ERR_UNKNOWN;
	fields = fields_of(span_of(stanza + DEVICE_ID_SIZE, 4));
	*prekey_id = (uint32_t)fields_number(&fields, 4);
	return 0;
}

/* -- talks ------------------------------------------------------------- */

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, SIGN_KEY_SIZE);
}

void
envelope_talk(const uint8_t (*user_keys)[SIGN_KEY_SIZE], size_t count,
    uint8_t talk[ENVELOPE_TALK_SIZE])
{
	static const char label[] = "cam/talk/1"; /* and its zero byte */
	uint8_t *bytes = xmalloc(sizeof(label) + count * SIGN_KEY_SIZE);
	uint8_t(*keys)[SIGN_KEY_SIZE] = (void *)(bytes + sizeof(label));
	uint8_t hash[SHA256_SIZE];
	size_t kept = 0, i;

	memcpy(bytes, label, sizeof(label));
	if (count > 0)
		memcpy(keys, user_keys, count * SIGN_KEY_SIZE);
	qsort(keys, count, SIGN_KEY_SIZE, compare_keys);
	for (i = 0; i < count; i++) {
		if (i == 0 || compare_keys(keys[kept - 1], keys[i]) != 0)
			memmove(keys[kept++], keys[i], SIGN_KEY_SIZE);
	}
	digest_sha256(
	    span_of(bytes, sizeof(label) + kept * SIGN_KEY_SIZE), hash);
	memcpy(talk, hash, ENVELOPE_TALK_SIZE);
	free(bytes);
}
