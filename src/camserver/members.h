/* members.h: what may become of members, in the database. */
#ifndef CAM_CAMSERVER_MEMBERS_H
#define CAM_CAMSERVER_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "org/directory.h"
#include "org/invitation.h"
#include "store/member.h"

struct store;

/* What is to be said of a member; NULL: as it is, or "". */
struct member_wishes {
	char *logon;
	char *nick;
	char *group;
};

/* Copies. CAM_ERR_FORMAT: names that no member can have. */
int member_wishes_set(struct member_wishes *wishes, const char *logon,
    const char *nick, const char *group);
void member_wishes_finish(struct member_wishes *wishes);

/* All on the writer's thread, in its batch. */

/*
 * Somebody new, or one who was removed, may join by that secret until
 * expires_ms; who was invited before and did not come gets another one in place
 * of the first. CAM_ERR_EXISTS: who has joined, or waits for approval.
 */
int members_invite(struct store *store, const struct member_wishes *wishes,
    const uint8_t secret[INVITATION_SECRET_SIZE], int64_t now_ms,
    int64_t expires_ms);
/* Another nick, another group; who has joined gets a new membership.
 * CAM_ERR_UNKNOWN. */
int members_change(struct store *store, const struct member_wishes *wishes);
/* An invitation is taken back, a member is one no more, and what waits for him
 * or is his is dropped. CAM_ERR_UNKNOWN. */
int members_remove(struct store *store, const char *logon);
/* Who waits has joined. CAM_ERR_UNKNOWN; CAM_ERR_REFUSED: he does not wait. */
int members_approve(struct store *store, const char *logon);

/* Somebody who shows keys. */
struct member_keys {
	const char *logon; /* as he calls himself */
	const uint8_t *user_key;
	struct span devices; /* the signed list, as it came */
	uint64_t version;    /* of that */
};
/* What he is then. */
struct member_standing {
	int64_t member;
	enum member_state state;
	char logon[MEMBER_NAME_MAX + 1];
};
/*
 * By the secret of an invitation, which is used up. With approve he waits until
 * he is approved. CAM_ERR_UNKNOWN: the secret is none, used or expired;
 * CAM_ERR_REFUSED: it is for another name; CAM_ERR_EXISTS: the key is another
 * member's.
 */
int members_join(struct store *store,
    const uint8_t secret[INVITATION_SECRET_SIZE],
    const struct member_keys *keys, bool approve, int64_t now_ms,
    struct member_standing *standing);
/*
 * Comes with his keys. A newer list of devices takes the place of the one that
 * is known. CAM_ERR_UNKNOWN: no member has that key; CAM_ERR_KEY: the list is
 * older, or another of the same version; CAM_ERR_REFUSED: not his name.
 */
int members_enter(struct store *store, const struct member_keys *keys,
    int64_t now_ms, struct member_standing *standing);

#endif
