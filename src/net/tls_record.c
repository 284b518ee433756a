/* tls_record.c: records sealed and opened. */
#include "net/tls_record.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/mem.h"
#include "crypto/hkdf.h"

enum { VERSION = 0x0303, LABEL_MAX = 64, SEQUENCE_SIZE = 8 };

/* -- keys --------------------------------------------------------------------
 */

/* 7.1, HKDF-Expand-Label, without a context. */
static void
expand(const uint8_t secret[TLS_SECRET_SIZE], const char *label, uint8_t *bytes,
    size_t size)
{
	struct buf info;

	buf_init(&info, LABEL_MAX);
	fields_put_number(&info, size, 2);
	fields_put_number(&info, strlen("tls13 ") + strlen(label), 1);
	buf_put_text(&info, "tls13 ");
	buf_put_text(&info, label);
	fields_put_number(&info, 0, 1);
	hkdf_expand(secret, buf_span(&info), bytes, size);
	buf_finish(&info);
}

void
tls_way_init(struct tls_way *way, const uint8_t secret[TLS_SECRET_SIZE])
{
	memcpy(way->secret, secret, TLS_SECRET_SIZE);
	expand(secret, "key", way->key, sizeof way->key);
	expand(secret, "iv", way->iv, sizeof way->iv);
	way->sequence = 0;
}

void
tls_way_update(struct tls_way *way)
{
	uint8_t next[TLS_SECRET_SIZE];

	expand(way->secret, "traffic upd", next, sizeof next);
	tls_way_init(way, next);
	wipe(next, sizeof next);
}

/* 5.3 */
static void
next_nonce(struct tls_way *way, uint8_t nonce[AEAD_NONCE_SIZE])
{
	uint8_t number[SEQUENCE_SIZE];

	memcpy(nonce, way->iv, AEAD_NONCE_SIZE);
	fields_write(number, way->sequence++, sizeof number);
	for (size_t i = 0; i < sizeof number; i++)
		nonce[AEAD_NONCE_SIZE - sizeof number + i] ^= number[i];
}

/* -- records -----------------------------------------------------------------
 */

void
tls_record_seal(struct tls_way *way, enum tls_kind kind, struct span content,
    struct buf *record)
{
	uint8_t nonce[AEAD_NONCE_SIZE], *at = NULL;
	size_t len = content.len + 1 + AEAD_TAG_SIZE;

	at = buf_reserve(record, TLS_RECORD_HEADER + len);
	if (at == NULL)
		return;
	record->len += TLS_RECORD_HEADER + len;
	fields_write(
	    fields_write(fields_write(at, TLS_DATA, 1), VERSION, 2), len, 2);
	if (content.len > 0)
		memcpy(at + TLS_RECORD_HEADER, content.data, content.len);
	at[TLS_RECORD_HEADER + content.len] = (uint8_t)kind;
	next_nonce(way, nonce);
	aead_seal(AEAD_CHACHA20_POLY1305, way->key, nonce,
	    span_of(at, TLS_RECORD_HEADER),
	    span_of(at + TLS_RECORD_HEADER, content.len + 1),
	    at + TLS_RECORD_HEADER);
}

int
tls_record_open(struct tls_way *way, struct span bytes, uint8_t *room,
    enum tls_kind *kind, struct span *content, size_t *used)
{
	uint8_t nonce[AEAD_NONCE_SIZE];
	const uint8_t *at = bytes.data;
	size_t len = 0;

	if (bytes.len < TLS_RECORD_HEADER)
		return CAM_ERR_MORE;
	if (fields_read(&at, 1) != TLS_DATA || fields_read(&at, 2) != VERSION)
		return CAM_ERR_FORMAT;
	len = (size_t)fields_read(&at, 2);
	if (len > TLS_SEALED_MAX || len <= AEAD_TAG_SIZE)
		return CAM_ERR_FORMAT;
	if (bytes.len < TLS_RECORD_HEADER + len)
		return CAM_ERR_MORE;
	next_nonce(way, nonce);
	if (aead_open(AEAD_CHACHA20_POLY1305, way->key, nonce,
		span_of(bytes.data, TLS_RECORD_HEADER), span_of(at, len),
		room) < 0)
		return CAM_ERR_CRYPTO;
	*used = TLS_RECORD_HEADER + len;
	/* 5.4: zeros may follow the kind. */
	for (len -= AEAD_TAG_SIZE; len > 0 && room[len - 1] == 0; len--)
		;
	if (len == 0 || len - 1 > TLS_CONTENT_MAX)
		return CAM_ERR_FORMAT;
	*kind = (enum tls_kind)room[len - 1];
	*content = span_of(room, len - 1);
	return 0;
}
