/* debug.h: what cam-debug decodes packets with. */
#ifndef CAM_DEBUG_H
#define CAM_DEBUG_H

#include <stdbool.h>
#include <stddef.h>

#include "crypto/crypto.h"
#include "crypto/rsa.h"
#include "ipmsg/charset.h"

enum { DEBUG_KEYS_MAX = 64 };

struct debug {
	bool raw; /* stdin is one packet as it is, else hex lines */
	enum charset configured;
	struct charset_converter *converter;
	struct crypto *crypto;
	struct rsa_key *own[DEBUG_KEYS_MAX]; /* to decipher with */
	size_t own_count;
	struct rsa_public *peers[DEBUG_KEYS_MAX]; /* to check signatures with */
	size_t peer_count;
};

int debug_init(struct debug *debug);
void debug_finish(struct debug *debug);

/*
 * A PEM file of a private key, or of a public one (its private one will do
 * too). CAM_ERR_SYSTEM, CAM_ERR_KEY when it is no RSA key of 1024 or 2048 bits,
 * CAM_ERR_LIMIT for too many or too large.
 */
int debug_add_key(struct debug *debug, const char *path);
int debug_add_peer_key(struct debug *debug, const char *path);

#endif
