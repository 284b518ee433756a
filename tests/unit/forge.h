/* forge.h: envelopes put together by hand, also such as no cam would seal. */
#ifndef CAM_TEST_FORGE_H
#define CAM_TEST_FORGE_H

#include <string.h>

#include "base/fields.h"
#include "crypto/envelope_form.h"

struct forgery {
	/* in the header */
	uint8_t id[ENVELOPE_ID_SIZE];
	uint8_t talk[ENVELOPE_TALK_SIZE];
	uint8_t sender_device[DEVICE_ID_SIZE];
	uint8_t committed[ENVELOPE_CEK_SIZE]; /* the key that it commits to */
	/* below it */
	uint8_t cek[ENVELOPE_CEK_SIZE];
	uint8_t device[DEVICE_ID_SIZE];
	uint8_t prekey[HPKE_KEY_SIZE];
	uint32_t prekey_id;
	struct span inside;
	const char *label;
	const struct sign_key *signing;
};

static inline void
forge_header(const struct forgery *forgery, struct buf *buf)
{
	static const uint8_t policy[32];
	struct envelope_keys keys;

	envelope_keys(forgery->committed, &keys);
	buf_put(buf, "\1\1\0\0", 4);
	buf_put(buf, forgery->id, 16);
	buf_put(buf, forgery->talk, 16);
	buf_put(buf, forgery->sender_device, 16);
	buf_put(buf, policy, 32);
	buf_put(buf, keys.commitment, 32);
	buf_put(buf, "\0\0\0\1", 4);
}

static inline int
forge_stanza(const struct forgery *forgery, struct span header, struct buf *buf)
{
	uint8_t address[20], enc[32], wrapped[48], digest[32], info[45];
	struct buf start;
	int rc;

	buf_init(&start, sizeof(address));
	buf_put(&start, forgery->device, 16);
	fields_put_number(&start, forgery->prekey_id, 4);
	memcpy(address, start.data, sizeof(address));
	buf_finish(&start);
	digest_sha256(header, digest);
	memcpy(info, "cam/stanza/1", 13);
	memcpy(info + 13, digest, 32);
	rc = hpke_seal(forgery->prekey, span_of(info, sizeof(info)),
	    span_of(address, sizeof(address)), span_of(forgery->cek, 32), enc,
	    wrapped);
	buf_put(buf, address, sizeof(address));
	buf_put(buf, enc, sizeof(enc));
	buf_put(buf, wrapped, sizeof(wrapped));
	return rc;
}

static inline int
forge_body(const struct forgery *forgery, struct span header, struct buf *buf)
{
	static const uint8_t nonce[AEAD_NONCE_SIZE];
	struct envelope_keys keys;
	struct buf text;
	uint8_t digest[32], signature[SIGN_SIZE], *place = NULL;
	int rc;

	digest_sha256(header, digest);
	buf_init(&text, 2 * ENVELOPE_MAX);
	buf_put(&text, digest, sizeof(digest));
	buf_put_span(&text, forgery->inside);
	rc = sign_make(
	    forgery->signing, forgery->label, buf_span(&text), signature);
	buf_put(&text, signature, sizeof(signature));
	envelope_keys(forgery->cek, &keys);
	place = buf_reserve(buf, text.len - 32 + AEAD_TAG_SIZE);
	if (place) {
		aead_seal(AEAD_CHACHA20_POLY1305, keys.message, nonce, header,
		    span_of(text.data + 32, text.len - 32), place);
		buf->len += text.len - 32 + AEAD_TAG_SIZE;
	}
	buf_finish(&text);
	return rc;
}

/* One envelope for one device. Release with buf_finish(). */
static inline int
forge(const struct forgery *forgery, struct buf *buf)
{
	struct span header;
	struct buf head;
	int rc;

	buf_init(buf, 2 * ENVELOPE_MAX);
	buf_init(&head, ENVELOPE_HEADER_SIZE);
	forge_header(forgery, &head);
	header = buf_span(&head);
	buf_put_span(buf, header);
	buf_put(buf, "\0\0\0\1", 4);
	rc = forge_stanza(forgery, header, buf);
	if (rc == 0)
		rc = forge_body(forgery, header, buf);
	buf_finish(&head);
	return rc;
}

/* The inside, of its parts. */
static inline void
forge_inside(struct buf *buf, const struct forgery *forgery,
    const uint8_t sender[SIGN_KEY_SIZE], uint64_t sequence, int64_t time_ms,
    uint32_t recipients)
{
	buf_put(buf, forgery->id, 16);
	buf_put(buf, forgery->talk, 16);
	buf_put(buf, forgery->sender_device, 16);
	buf_put(buf, sender, SIGN_KEY_SIZE);
	fields_put_number(buf, sequence, 8);
	fields_put_number(buf, (uint64_t)time_ms, 8);
	buf_put_byte(buf, 1);
	fields_put_number(buf, recipients, 4);
}

static inline void
forge_recipient(
    struct buf *buf, const uint8_t key[SIGN_KEY_SIZE], struct span name)
{
	buf_put(buf, key, SIGN_KEY_SIZE);
	fields_put_number(buf, name.len, 2);
	buf_put_span(buf, name);
}

#endif
