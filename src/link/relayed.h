/* relayed.h: what one camd sends another through their camserver. */
#ifndef CAM_LINK_RELAYED_H
#define CAM_LINK_RELAYED_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "crypto/sign.h"

/* The kind of stream that carries them, both ways. */
#define RELAYED_STREAM "relay"

enum {
	RELAYED_ID_SIZE = 16,
	RELAYED_HEAD_SIZE = 8 + 1 + SIGN_KEY_SIZE + RELAYED_ID_SIZE,
	RELAYED_MAX = RELAYED_HEAD_SIZE + 4 * 1024 * 1024 + 64 * 1024,
	RELAYED_NOTICE_MAX = 64 * 1024, /* payload of RELAYED_NOTICE */
};

enum relayed_kind {
	RELAYED_ENVELOPE = 1, /* crypto/envelope.h */
	RELAYED_NOTICE,	      /* a JSON object {method, params} as on a link:
				 receipts and what is like them */
};

/*
 * One item of the stream: number (8, big-endian), kind (1), user key (32), id
 * (16), payload. On the way to the server number is 0 and the key is the
 * receiver's; from it number grows and the key is the sender's, of which the
 * server says so: an envelope proves its own.
 */
struct relayed {
	uint64_t number;
	enum relayed_kind kind;
	uint8_t user_key[SIGN_KEY_SIZE];
	uint8_t id[RELAYED_ID_SIZE]; /* an envelope's own; else random */
	struct span payload;
};

/* Appends. */
void relayed_write(const struct relayed *relayed, struct buf *buf);
/* Pure; borrows from bytes. CAM_ERR_FORMAT, CAM_ERR_LIMIT, CAM_ERR_VERSION: a
 * kind of later cams. */
int relayed_parse(struct span bytes, struct relayed *relayed);

#endif
