/* tls_record.h: records of TLS 1.3 with TLS_CHACHA20_POLY1305_SHA256 (RFC 8446,
 * 5.2, 5.3, 7.1 - 7.3). Bytes in, bytes out. */
#ifndef CAM_NET_TLS_RECORD_H
#define CAM_NET_TLS_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "crypto/aead.h"

enum {
	TLS_SECRET_SIZE = 32,
	TLS_RECORD_HEADER = 5,
	TLS_CONTENT_MAX = 16384,
	/* Of a record, behind its header. */
	TLS_SEALED_MAX = TLS_CONTENT_MAX + 256,
};

/* RFC 8446, B.1 */
enum tls_kind { TLS_ALERT = 21, TLS_HANDSHAKING = 22, TLS_DATA = 23 };

/* What one side sends. */
struct tls_way {
	uint8_t secret[TLS_SECRET_SIZE];
	uint8_t key[AEAD_KEY_SIZE];
	uint8_t iv[AEAD_NONCE_SIZE];
	uint64_t sequence;
};

void tls_way_init(struct tls_way *way, const uint8_t secret[TLS_SECRET_SIZE]);
/* 7.2: the next keys. */
void tls_way_update(struct tls_way *way);

/* Of at most TLS_CONTENT_MAX bytes, none or more; appended to record. */
void tls_record_seal(struct tls_way *way, enum tls_kind kind,
    struct span content, struct buf *record);
/*
 * The record at the beginning of bytes: its kind, and its content, which lies
 * in room (TLS_SEALED_MAX bytes); used: how long it was. CAM_ERR_MORE: it is
 * not whole; CAM_ERR_FORMAT: it is no such record, or too long; CAM_ERR_CRYPTO:
 * it is not the other side's.
 */
int tls_record_open(struct tls_way *way, struct span bytes, uint8_t *room,
    enum tls_kind *kind, struct span *content, size_t *used);

#endif
