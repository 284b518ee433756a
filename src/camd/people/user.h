/* user.h: one user of the roster. */
#ifndef CAM_CAMD_USER_H
#define CAM_CAMD_USER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"
#include "crypto/rsa.h"
#include "lan/lan.h"

struct lan;

/* What becomes of files that he offers; kept in the database. */
enum user_accept {
	USER_ACCEPT_DEFAULT, /* as file.accept says */
	USER_ACCEPT_ASK,
	USER_ACCEPT_ALWAYS,
	USER_ACCEPT_NEVER,
};

enum user_state { USER_OFFLINE, USER_AWAY, USER_ONLINE };

/* A pinned key: the user is that key, whatever name or address comes (threat
 * model I1). */
struct pin {
	struct table_link link; /* by fingerprint */
	struct user *user;
	char fingerprint[RSA_FINGERPRINT_SIZE];
	bool verified;
	int64_t challenger; /* uid of who showed another key, 0: nobody */
};

/* A hundred thousand of them fit in 40 MB: keep it small. */
struct user {
	struct peer peer;
	struct table_link by_name; /* wire name */
	struct table_link by_addr; /* host of the address of record */
	struct table_link by_uid;
	int64_t uid; /* for ever, also in the database */
	char *nick;
	const char *group;	 /* shared */
	const char *version;	 /* of its program, for people; shared */
	char *away;		 /* absence text, NULL: present or not told */
	char *alias;		 /* our own name for that person, NULL: none */
	struct pin *pin;	 /* NULL: no IPMSG key pinned */
	struct trusted *trusted; /* his user key, NULL: none pinned */
	struct hint *hint;	 /* another address being checked, NULL: none */
	int64_t first_ms;	 /* wall times: first and last seen */
	int64_t seen_ms;
	uint32_t hint_s; /* when an address was last checked, 0: never */
	uint32_t
	    absence_told_s; /* when our absence was last told him, 0: never */
	int32_t priority;
	uint8_t state;	/* enum user_state */
	uint8_t accept; /* enum user_accept */
	bool hidden;
	bool second;	/* a second key under a known name: the id ends in it */
	bool stored;	/* has a row in the database */
	bool dirty;	/* to be written */
	bool forgotten; /* history only: not in the roster */
	bool foreign;	/* our organisation's server shows other keys as his */
};

struct shared;

/* Offline, without an address. group and version are kept in texts. */
struct user *user_new(const char *name, const char *host, struct shared *texts);
/* The user must be out of all tables. NULL is fine. */
void user_free(struct user *user, struct shared *texts);

/* "anna@pc1", or "anna@pc1/0fc6d781" for a second key under that name. Release
 * with free(). */
char *user_id(const struct user *user);
/* The logon name without the fingerprint; release with free(). */
char *user_logon(const struct user *user);
/* The fingerprint in the wire name or of the pinned key, "" when there is
 * neither. */
void user_fingerprint(
    const struct user *user, char fingerprint[RSA_FINGERPRINT_SIZE]);
/* Known by a key, not by name and address only. */
bool user_has_key(const struct user *user);
/* People have compared the key by which he is known now, or our organisation
 * says that it is his. */
bool user_is_verified(const struct user *user);
/* Our organisation says which group he is in: not he. */
bool user_is_grouped(const struct user *user);
/* "comparison", "organisation", or NULL: he is not. */
const char *user_verified_by(const struct user *user);
/* Verified, and another key has been shown under his name (threat model I1). */
bool user_is_blocked(const struct user *user);
/* "cam1", "rsa2048-aes256", "rsa1024-blowfish128" or "none": how a message
 * would be sent now, as far as is known. */
const char *user_encryption(const struct user *user, const struct lan *lan);
/* The user object of cam-rpc(7). */
json_t *user_object(const struct user *user, const struct lan *lan);

#endif
