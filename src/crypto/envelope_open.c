/* envelope_open.c: a message out of an envelope. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/envelope_form.h"

/* -- the inside ---------------------------------------------------------- */

static int
get_recipients(
    struct fields *fields, struct envelope_recipient *recipients, size_t count)
{
	size_t i, len;

	for (i = 0; i < count; i++) {
		fields_copy(fields, recipients[i].user_key, SIGN_KEY_SIZE);
		len = (size_t)fields_number(fields, 2);
		if (len > ENVELOPE_NAME_MAX)
			return CAM_ERR_LIMIT;
		recipients[i].name = fields_span(fields, len);
		if (fields->failed || !utf8_is_valid(recipients[i].name))
			return CAM_ERR_FORMAT;
	}
	return 0;
}

int
envelope_inside_parse(struct span inside, struct envelope_content *content)
{
	struct fields fields = fields_of(inside);
	struct envelope_content got = { .recipients = NULL };
	struct envelope_recipient *recipients = NULL;
	int rc;

	fields_copy(&fields, got.id, sizeof(got.id));
	fields_copy(&fields, got.talk, sizeof(got.talk));
	fields_copy(&fields, got.device, sizeof(got.device));
	fields_copy(&fields, got.sender, sizeof(got.sender));
	got.sequence = fields_number(&fields, 8);
	got.time_ms = (int64_t)fields_number(&fields, 8);
	got.type = (uint8_t)fields_number(&fields, 1);
	got.recipient_count = (size_t)fields_number(&fields, 4);
	if (got.recipient_count > ENVELOPE_STANZAS_MAX)
		return CAM_ERR_LIMIT;
	/* As many as there can be, before there is memory for them. */
	if (fields.failed || got.sequence == 0 || got.time_ms < 0 ||
	    got.recipient_count < 1 ||
	    got.recipient_count > fields.rest.len / ENVELOPE_RECIPIENT_MIN)
		return CAM_ERR_FORMAT;
	recipients = xcalloc(got.recipient_count, sizeof(*recipients));
	rc = get_recipients(&fields, recipients, got.recipient_count);
	if (rc < 0) {
		free(recipients);
		return rc;
	}
	got.recipients = recipients;
	got.body = fields.rest;
	*content = got;
	return 0;
}

/* -- opening ------------------------------------------------------------- */

static int
unwrap(const struct envelope *envelope, const uint8_t *stanza,
    const uint8_t header_hash[SHA256_SIZE], const struct hpke_key *prekey,
    struct envelope_keys *keys)
{
	const uint8_t *enc = stanza + ENVELOPE_ADDRESS_SIZE;
	uint8_t cek[ENVELOPE_CEK_SIZE], info[ENVELOPE_INFO_SIZE];
	int rc;

	envelope_info(header_hash, info);
	rc = hpke_open(prekey, enc, span_of(info, sizeof(info)),
	    span_of(stanza, ENVELOPE_ADDRESS_SIZE),
	    span_of(enc + HPKE_ENC_SIZE, sizeof(cek) + HPKE_TAG_SIZE), cek);
	if (rc < 0)
		return rc;
	envelope_keys(cek, keys);
	wipe(cek, sizeof(cek));
	return CRYPTO_memcmp(keys->commitment,
		   envelope->header.data + ENVELOPE_COMMITMENT_AT,
		   sizeof(keys->commitment)) == 0
		   ? 0
		   : CAM_ERR_CRYPTO;
}

/* Into bytes, behind room for the hash of the header, with which the inside is
 * signed. */
static int
decrypt(const struct envelope *envelope, const struct envelope_keys *keys,
    const uint8_t header_hash[SHA256_SIZE], const uint8_t signer[SIGN_KEY_SIZE],
    uint8_t *bytes)
{
	static const uint8_t nonce[AEAD_NONCE_SIZE];
	size_t len =
	    SHA256_SIZE + envelope->body.len - AEAD_TAG_SIZE - SIGN_SIZE;
	int rc = aead_open(AEAD_CHACHA20_POLY1305, keys->message, nonce,
	    envelope->header, envelope->body, bytes + SHA256_SIZE);

	if (rc < 0)
		return rc;
	memcpy(bytes, header_hash, SHA256_SIZE);
	return sign_verify(
	    signer, envelope_label, span_of(bytes, len), bytes + len);
}

static bool
is_recipient(const struct envelope_content *content,
    const uint8_t user_key[SIGN_KEY_SIZE])
{
	size_t i;

	for (i = 0; i < content->recipient_count; i++) {
		if (memcmp(content->recipients[i].user_key, user_key,
			SIGN_KEY_SIZE) == 0)
			return true;
	}
	return false;
}

/* What is genuine may still contradict itself, or be meant for others. */
static int
read_inside(const struct envelope *envelope,
    const uint8_t user_key[SIGN_KEY_SIZE], struct envelope_opened *opened)
{
	struct envelope_content *content = &opened->content;
	int rc =
	    envelope_inside_parse(span_of(opened->bytes + SHA256_SIZE,
				      opened->len - SHA256_SIZE - SIGN_SIZE),
		content);

	if (rc < 0)
		return CAM_ERR_FORMAT;
	opened->recipients = (struct envelope_recipient *)content->recipients;
	if (memcmp(content->id, envelope->id, sizeof(content->id)) != 0 ||
	    memcmp(content->talk, envelope->talk, sizeof(content->talk)) != 0 ||
	    memcmp(content->device, envelope->device,
		sizeof(content->device)) != 0)
		return CAM_ERR_FORMAT;
	return is_recipient(content, user_key) ? 0 : CAM_ERR_REFUSED;
}

int
envelope_open(const struct envelope *envelope,
    const uint8_t device[DEVICE_ID_SIZE], const struct hpke_key *prekey,
    const uint8_t signer[SIGN_KEY_SIZE], const uint8_t user_key[SIGN_KEY_SIZE],
    struct envelope_opened *opened)
{
	const uint8_t *stanza = envelope_stanza(envelope, device);
	struct envelope_opened got = { .bytes = NULL };
	struct envelope_keys keys;
	uint8_t header_hash[SHA256_SIZE];
	int rc;

	if (!stanza)
		return CAM_ERR_UNKNOWN;
	digest_sha256(envelope->header, header_hash);
	rc = unwrap(envelope, stanza, header_hash, prekey, &keys);
	if (rc == 0) {
		got.len = SHA256_SIZE + envelope->body.len - AEAD_TAG_SIZE;
		got.bytes = xmalloc(got.len);
		rc = decrypt(envelope, &keys, header_hash, signer, got.bytes);
	}
	wipe(&keys, sizeof(keys));
	if (rc == 0)
		rc = read_inside(envelope, user_key, &got);
	if (rc == 0)
		*opened = got;
	else
		envelope_opened_finish(&got);
	return rc;
}

void
envelope_opened_finish(struct envelope_opened *opened)
{
	wipe_free(opened->bytes, opened->len);
	free(opened->recipients);
	*opened = (struct envelope_opened){ .bytes = NULL };
}
