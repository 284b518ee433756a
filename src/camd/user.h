/* user.h: one user of the roster. */
#ifndef CAM_CAMD_USER_H
#define CAM_CAMD_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"
#include "lan/peer.h"

enum user_state { USER_OFFLINE, USER_AWAY, USER_ONLINE };

/* A hundred thousand of them fit in 40 MB: keep it small. */
struct user {
	struct peer peer;
	struct table_link by_name; /* wire name */
	struct table_link by_addr; /* address and port of record */
	struct table_link by_uid;
	int64_t uid; /* for ever, also in the database */
	char *nick;
	char *group;
	char *away;	/* absence text, NULL: present or not told */
	char *version;	/* of its program, for people */
	char *alias;	/* our own name for that person, NULL: none */
	char *pinned;	/* fingerprint of the pinned key, 16 hex digits, NULL: none */
	struct hint *hint; /* an address or key being checked, NULL: none */
	int64_t seen_ms;   /* wall time */
	int32_t priority;
	uint8_t state; /* enum user_state */
	bool hidden;
	bool verified;
	bool second;   /* a second key under a known name: the id ends in it */
	bool dirty;    /* to be written */
	bool forgotten; /* history only: not in the roster */
};

/* "anna@pc1", or "anna@pc1/0fc6d781" for a second key under that name. Release with free(). */
char *user_id(const struct user *user);
/* The logon name without the fingerprint; release with free(). */
char *user_logon(const struct user *user);
/* "cam1", "rsa2048-aes256", "rsa1024-blowfish128" or "none": how a message would be sent now, as far as is known. */
const char *user_encryption(const struct user *user, bool legacy);

#endif
