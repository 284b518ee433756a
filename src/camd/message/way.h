/* way.h: how a message would go to a user now. */
#ifndef CAM_CAMD_WAY_H
#define CAM_CAMD_WAY_H

#include <stdbool.h>
#include <stdint.h>

#include "store/word.h"

struct camd;
struct user;

enum way_kind {
	WAY_LINK,    /* over the link that is open */
	WAY_WAIT,    /* for a link that is being made, or will be */
	WAY_RELAY,   /* by way of the organisation's server */
	WAY_LAN,     /* by IPMSG, protected as told */
	WAY_KEY,     /* by IPMSG, once his key has come: ask for it */
	WAY_BLOCKED, /* nothing leaves before the user has said who he is */
	WAY_REFUSED  /* not at all: the reason is one of cam-rpc(7) */
};
struct way {
	enum way_kind kind;
	uint32_t protection; /* of WAY_LAN: as lan_protection(), 0: in clear */
	bool weaker;	     /* WAY_LAN although he speaks cam/1: as asked */
	const char *reason;  /* of WAY_REFUSED */
};
struct way_wish {
	enum store_type type;
	bool clear;	/* may leave in clear, or weaker than before */
	bool impatient; /* a link has been waited for long enough */
	bool unrelayed; /* the server has no room for it now */
};

/*
 * The way that is best of those allowed (threat model I2): a link where there
 * is one or where one can be made; who has spoken cam/1 once gets nothing by
 * IPMSG any more unless the user asks for that; changes of messages go over
 * links only. dial: a link is asked for where it is wanted.
 */
void way_find(struct camd *camd, struct user *user, const struct way_wish *wish,
    bool dial, struct way *way);

/*
 * By IPMSG. Flags of the protection in *protection, 0 for none. CAM_ERR_MORE:
 * the key must be asked for. CAM_ERR_REFUSED with *reason, one of cam-rpc(7).
 * Who promises encryption in his very name is never sent to in clear because he
 * keeps silent.
 */
int way_choose(struct camd *camd, const struct user *user, bool clear,
    uint32_t *protection, const char **reason);
/* The user has a fingerprint in his name (reference 5.5). */
bool way_is_promised(const struct user *user);
enum store_encryption way_encryption(uint32_t protection);

/*
 * Why settings refuse to send to the user, a reason of cam-rpc(7), or NULL:
 * nothing known refuses; who is blocked is waited for (threat model I1).
 * encryption: how it would be sent.
 */
const char *way_refusal(struct camd *camd, struct user *user,
    const struct way_wish *wish, enum store_encryption *encryption);

#endif
