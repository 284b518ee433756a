/* charter.h: which servers speak for an organisation. */
#ifndef CAM_ORG_CHARTER_H
#define CAM_ORG_CHARTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "crypto/sign.h"

enum {
	CHARTER_NAME_MAX = 80,	 /* bytes of UTF-8 */
	CHARTER_SERVERS_MAX = 8, /* the active one and those that stand by */
	CHARTER_BYTES_MAX = 1024,
	ROOT_PIN_SIZE = 16,
};

/* One server: a key for its TLS, another for what it states of members. */
struct charter_server {
	uint8_t link_key[SIGN_KEY_SIZE];
	uint8_t signing_key[SIGN_KEY_SIZE];
};

/*
 * Signed by the organisation's root under "cam/charter/1" (threat model 5.2).
 * The root states nothing else, so its secret half may lie in a safe: it is
 * needed again when a server is added or its keys are renewed. A greater serial
 * takes the place of a smaller one, never the other way.
 */
struct charter {
	uint8_t root[SIGN_KEY_SIZE];
	uint64_t serial;   /* > 0 */
	int64_t issued_ms; /* wall time */
	char name[CHARTER_NAME_MAX + 1];
	struct charter_server servers[CHARTER_SERVERS_MAX];
	size_t count; /* 1 .. CHARTER_SERVERS_MAX */
};

/* Appends fields and signature. CAM_ERR_LIMIT (count), CAM_ERR_FORMAT (name),
 * CAM_ERR_CRYPTO (root is not charter->root). */
int charter_build(const struct charter *charter, const struct sign_key *root,
    struct buf *buf);
/* Parsed and its signature checked: whose root that is the caller must know.
 * CAM_ERR_FORMAT, CAM_ERR_LIMIT, CAM_ERR_VERSION (a form of later cams),
 * CAM_ERR_CRYPTO. */
int charter_parse(struct span bytes, struct charter *charter);
/* The server that shows this key in TLS; NULL: it does not speak for them. */
const struct charter_server *charter_server(
    const struct charter *charter, const uint8_t link_key[SIGN_KEY_SIZE]);

/* What people pass on to each other: the first bytes of SHA-256 over
 * "cam/root/1", a zero byte and the root's public key. */
void root_pin(const uint8_t root[SIGN_KEY_SIZE], uint8_t pin[ROOT_PIN_SIZE]);

#endif
