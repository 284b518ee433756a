/* peer.h: a user's program as last heard on the LAN. */
#ifndef CAM_LAN_PEER_H
#define CAM_LAN_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "ipmsg/client.h"
#include "net/addr.h"

struct rsa_public;

/* What a peer has proved to know best; sending below it needs a word (threat
 * model I2). The numbers are in databases. */
enum peer_strength {
	PEER_UNKNOWN,
	PEER_WEAK,
	PEER_STRONG,
	PEER_CAM1, /* has been greeted over a link: no IPMSG any more */
};

/*
 * A member of the thing that keeps it. user and host are as on the wire but
 * in UTF-8, user with its "-<fingerprint>"; together they name the peer, ASCII
 * case apart (reference 1.11).
 */
struct peer {
	char *user;
	char *host;
	struct addr addr; /* of record: where it is sent to */
	uint32_t status;  /* option bits of its entry packets (reference 3.1) */
	uint32_t word;	  /* capability word, 0: not known */
	struct rsa_public *key; /* pinned or learnt; counted, NULL: none */
	uint8_t client;		/* enum client_kind */
	uint8_t charset;  /* enum charset its text was last seen in, for those
			     without UTF-8 */
	uint8_t strength; /* enum peer_strength */
	uint8_t asked;	  /* what lan waits to hear of it */
	bool mute;	  /* did not answer when asked for its key */
};

/* Copies the names. addr is none. */
void peer_init(struct peer *peer, const char *user, const char *host);
void peer_finish(struct peer *peer);

/* The same wire name, ASCII case apart. */
bool peer_is(const struct peer *peer, const char *user, const char *host);
/* Could take an encrypted message: it says so, or a key of it is known. */
bool peer_encrypts(const struct peer *peer);

#endif
