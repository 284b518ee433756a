/* members.h: what may become of members, in the database. */
#ifndef CAM_CAMSERVER_MEMBERS_H
#define CAM_CAMSERVER_MEMBERS_H

#include <stdint.h>

#include "org/directory.h"
#include "org/invitation.h"

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
/* Another nick, another group. CAM_ERR_UNKNOWN. */
int members_change(struct store *store, const struct member_wishes *wishes);
/* An invitation is taken back, a member is one no more. CAM_ERR_UNKNOWN. */
int members_remove(struct store *store, const char *logon);

#endif
