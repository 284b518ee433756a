/* members.c: what may become of members, in the database. */
#include "camserver/members.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "org/name.h"
#include "store/invitation.h"
#include "store/member.h"

_Static_assert((int)INVITATION_HASH_SIZE == (int)SHA256_SIZE,
    "an invitation is kept as its SHA-256");

/* -- wishes -------------------------------------------------------------------
 */

static char *
copy_of(const char *text)
{
	return text != NULL ? xstrdup(text) : NULL;
}

int
member_wishes_set(struct member_wishes *wishes, const char *logon,
    const char *nick, const char *group)
{
	if (!member_name_is(logon) ||
	    (nick != NULL && !name_is_plain(nick, MEMBER_NAME_MAX)) ||
	    (group != NULL && !member_group_is(group)))
		return CAM_ERR_FORMAT;
	wishes->logon = xstrdup(logon);
	wishes->nick = copy_of(nick);
	wishes->group = copy_of(group);
	return 0;
}

void
member_wishes_finish(struct member_wishes *wishes)
{
	free(wishes->logon);
	free(wishes->nick);
	free(wishes->group);
	*wishes = (struct member_wishes){ 0 };
}

/* -- changes ------------------------------------------------------------------
 */

/* What is changed of a member while the row that was found is still at hand. */
struct changing {
	struct store *store;
	const struct member_wishes *wishes;
	int64_t now_ms;
	int64_t member; /* whose it was */
};

static void
apply(const struct member_wishes *wishes, struct store_member *member)
{
	if (wishes->nick != NULL)
		member->nick = wishes->nick;
	if (wishes->group != NULL)
		member->group = wishes->group;
}

static int
invite_again(const struct store_member *found, void *arg)
{
	struct changing *changing = arg;
	struct store_member member = *found;

	if (found->state == MEMBER_JOINED || found->state == MEMBER_WAITING)
		return CAM_ERR_EXISTS;
	apply(changing->wishes, &member);
	member.state = MEMBER_INVITED;
	member.made_ms = changing->now_ms;
	changing->member = member.member;
	return store_member_put(changing->store, &member);
}

static int
invite_new(struct changing *changing)
{
	const struct member_wishes *wishes = changing->wishes;
	struct store_member member = { .logon = wishes->logon,
		.nick = wishes->nick,
		.group = wishes->group,
		.state = MEMBER_INVITED,
		.made_ms = changing->now_ms };
	int err = store_member_put(changing->store, &member);

	changing->member = member.member;
	return err;
}

int
members_invite(struct store *store, const struct member_wishes *wishes,
    const uint8_t secret[INVITATION_SECRET_SIZE], int64_t now_ms,
    int64_t expires_ms)
{
	struct changing changing = {
		.store = store, .wishes = wishes, .now_ms = now_ms
	};
	uint8_t hash[SHA256_SIZE];
	int err =
	    store_member_get(store, wishes->logon, invite_again, &changing);

	if (err == CAM_ERR_UNKNOWN)
		err = invite_new(&changing);
	digest_sha256(span_of(secret, INVITATION_SECRET_SIZE), hash);
	if (err == 0)
		err = store_invitation_put(
		    store, hash, changing.member, expires_ms);
	return err;
}

static int
change_names(const struct store_member *found, void *arg)
{
	struct changing *changing = arg;
	struct store_member member = *found;

	apply(changing->wishes, &member);
	return store_member_put(changing->store, &member);
}

int
members_change(struct store *store, const struct member_wishes *wishes)
{
	struct changing changing = { .store = store, .wishes = wishes };

	return store_member_get(store, wishes->logon, change_names, &changing);
}

static int
remove_found(const struct store_member *found, void *arg)
{
	struct changing *changing = arg;
	struct store_member member = *found;
	int err = store_invitation_drop(changing->store, found->member);

	member.state = MEMBER_REMOVED;
	return err == 0 ? store_member_put(changing->store, &member) : err;
}

int
members_remove(struct store *store, const char *logon)
{
	struct changing changing = { .store = store };

	return store_member_get(store, logon, remove_found, &changing);
}
