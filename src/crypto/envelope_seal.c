/* envelope_seal.c: a message into an envelope. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/envelope_form.h"

struct envelope_sealed {
	uint8_t cek[ENVELOPE_CEK_SIZE];
	uint8_t header[ENVELOPE_HEADER_SIZE];
	uint8_t header_hash[SHA256_SIZE];
	uint8_t *body;
	size_t body_len;
};

/* -- what may be sealed ------------------------------------------------- */

static int
check_recipients(const struct envelope_content *content, size_t *size)
{
	size_t i;

	if (content->recipient_count < 1 ||
	    content->recipient_count > ENVELOPE_STANZAS_MAX)
		return CAM_ERR_LIMIT;
	for (i = 0; i < content->recipient_count; i++) {
		struct span name = content->recipients[i].name;

		if (name.len > ENVELOPE_NAME_MAX)
			return CAM_ERR_LIMIT;
		if (!utf8_is_valid(name))
			return CAM_ERR_FORMAT;
		*size += ENVELOPE_RECIPIENT_MIN + name.len;
	}
	return 0;
}

/* The size of the inside. */
static int
check_content(const struct envelope_content *content, size_t *size)
{
	const size_t room =
	    ENVELOPE_MAX - ENVELOPE_HEADER_SIZE - 4 - SIGN_SIZE - AEAD_TAG_SIZE;
	size_t total = ENVELOPE_INSIDE_MIN - ENVELOPE_RECIPIENT_MIN;
	int rc = check_recipients(content, &total);

	if (rc < 0)
		return rc;
	if (content->sequence == 0 || content->time_ms < 0)
		return CAM_ERR_FORMAT;
	if (total > room || content->body.len > room - total)
		return CAM_ERR_LIMIT;
	*size = total + content->body.len;
	return 0;
}

/* -- writing ------------------------------------------------------------ */

static void
put_ids(struct buf *buf, const struct envelope_content *content)
{
	buf_put(buf, content->id, sizeof(content->id));
	buf_put(buf, content->talk, sizeof(content->talk));
	buf_put(buf, content->device, sizeof(content->device));
}

static void
make_header(struct envelope_sealed *sealed,
    const struct envelope_content *content, size_t stanzas,
    const uint8_t commitment[ENVELOPE_COMMITMENT_SIZE])
{
	static const uint8_t no_policy[ENVELOPE_POLICY_SIZE];
	struct buf buf;

	buf_init(&buf, ENVELOPE_HEADER_SIZE);
	buf_put_byte(&buf, ENVELOPE_VERSION);
	buf_put_byte(&buf, ENVELOPE_SUITE);
	fields_put_number(&buf, 0, 2); /* escrow */
	put_ids(&buf, content);
	buf_put(&buf, no_policy, sizeof(no_policy));
	buf_put(&buf, commitment, ENVELOPE_COMMITMENT_SIZE);
	fields_put_number(&buf, stanzas, 4);
	memcpy(sealed->header, buf.data, ENVELOPE_HEADER_SIZE);
	buf_finish(&buf);
	digest_sha256(
	    span_of(sealed->header, ENVELOPE_HEADER_SIZE), sealed->header_hash);
}

static void
put_inside(struct buf *buf, const struct envelope_content *content)
{
	size_t i;

	put_ids(buf, content);
	buf_put(buf, content->sender, sizeof(content->sender));
	fields_put_number(buf, content->sequence, 8);
	fields_put_number(buf, (uint64_t)content->time_ms, 8);
	buf_put_byte(buf, content->type);
	fields_put_number(buf, content->recipient_count, 4);
	for (i = 0; i < content->recipient_count; i++) {
		const struct envelope_recipient *recipient =
		    &content->recipients[i];

		buf_put(buf, recipient->user_key, SIGN_KEY_SIZE);
		fields_put_number(buf, recipient->name.len, 2);
		buf_put_span(buf, recipient->name);
	}
	buf_put_span(buf, content->body);
}

/* The hash of the header stands before the inside only while both are signed.
 */
static int
make_text(const struct envelope_sealed *sealed,
    const struct envelope_content *content, size_t size,
    const struct sign_key *signing, struct buf *text)
{
	uint8_t signature[SIGN_SIZE];
	int rc;

	buf_init(text, SHA256_SIZE + size + SIGN_SIZE);
	(void)buf_reserve(text, text->max); /* so that it never moves */
	buf_put(text, sealed->header_hash, SHA256_SIZE);
	put_inside(text, content);
	rc = sign_make(signing, envelope_label, buf_span(text), signature);
	buf_put(text, signature, sizeof(signature));
	return rc;
}

int
envelope_seal(const struct envelope_content *content, size_t stanzas,
    const struct sign_key *signing, struct envelope_sealed **sealed)
{
	static const uint8_t nonce[AEAD_NONCE_SIZE]; /* the key is used once */
	struct envelope_sealed *made = NULL;
	struct envelope_keys keys;
	struct buf text;
	size_t size = 0;
	int rc = check_content(content, &size);

	if (rc == 0 && (stanzas < 1 || stanzas > ENVELOPE_STANZAS_MAX))
		rc = CAM_ERR_LIMIT;
	if (rc < 0)
		return rc;
	made = xcalloc(1, sizeof(*made));
	random_bytes(made->cek, sizeof(made->cek));
	envelope_keys(made->cek, &keys);
	make_header(made, content, stanzas, keys.commitment);
	rc = make_text(made, content, size, signing, &text);
	if (rc == 0) {
		made->body_len = size + SIGN_SIZE + AEAD_TAG_SIZE;
		made->body = xmalloc(made->body_len);
		aead_seal(AEAD_CHACHA20_POLY1305, keys.message, nonce,
		    span_of(made->header, sizeof(made->header)),
		    span_of(text.data + SHA256_SIZE, text.len - SHA256_SIZE),
		    made->body);
		*sealed = made;
	} else {
		envelope_sealed_free(made);
	}
	wipe(&keys, sizeof(keys));
	buf_wipe(&text);
	return rc;
}

int
envelope_wrap(const struct envelope_sealed *sealed,
    const uint8_t device[DEVICE_ID_SIZE], uint32_t prekey_id,
    const uint8_t prekey[HPKE_KEY_SIZE], uint8_t stanza[ENVELOPE_STANZA_SIZE])
{
	uint8_t info[ENVELOPE_INFO_SIZE];
	uint8_t *enc = stanza + ENVELOPE_ADDRESS_SIZE;
	size_t i;

	envelope_info(sealed->header_hash, info);
	memcpy(stanza, device, DEVICE_ID_SIZE);
	for (i = 0; i < 4; i++)
		stanza[DEVICE_ID_SIZE + i] =
		    (uint8_t)(prekey_id >> (24 - 8 * i));
	return hpke_seal(prekey, span_of(info, sizeof(info)),
	    span_of(stanza, ENVELOPE_ADDRESS_SIZE),
	    span_of(sealed->cek, sizeof(sealed->cek)), enc,
	    enc + HPKE_ENC_SIZE);
}

void
envelope_write(const struct envelope_sealed *sealed,
    const uint8_t (*stanzas)[ENVELOPE_STANZA_SIZE], size_t count,
    struct buf *buf)
{
	(void)buf_reserve(buf, sizeof(sealed->header) + 4 +
				   count * ENVELOPE_STANZA_SIZE +
				   sealed->body_len);
	buf_put(buf, sealed->header, sizeof(sealed->header));
	fields_put_number(buf, count, 4);
	buf_put(buf, stanzas, count * ENVELOPE_STANZA_SIZE);
	buf_put(buf, sealed->body, sealed->body_len);
}

void
envelope_sealed_free(struct envelope_sealed *sealed)
{
	if (!sealed)
		return;
	free(sealed->body);
	wipe_free(sealed, sizeof(*sealed));
}
