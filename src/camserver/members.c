/* members.c: what may become of members, in the database. */
#include "camserver/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/device.h"
#include "crypto/digest.h"
#include "org/name.h"
#include "store/directory.h"
#include "store/held.h"
#include "store/invitation.h"
#include "store/prekey.h"
#include "store/queue.h"

_Static_assert((int)INVITATION_HASH_SIZE == (int)SHA256_SIZE,
    "an invitation is kept as its SHA-256");

/* -- wishes ------------------------------------------------------------------
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

/* -- changes -----------------------------------------------------------------
 */

/* Told to all members with the next head: who he is now, or that he is nobody
 * any more. In the same commit as his row. */
static int
state_membership(struct store *store, const struct store_member *member,
    enum membership_kind kind)
{
	struct membership membership = { .kind = kind,
		.time_ms = clock_wall_ms() };
	struct buf bytes;
	int64_t number = 0;
	int err = 0;

	if (member->user_key.len != SIGN_KEY_SIZE)
		return 0;
	memcpy(membership.user_key, member->user_key.data, SIGN_KEY_SIZE);
	if (kind == MEMBERSHIP_GIVEN) {
		snprintf(membership.logon, sizeof membership.logon, "%s",
		    member->logon);
		snprintf(membership.nick, sizeof membership.nick, "%s",
		    member->nick);
		snprintf(membership.group, sizeof membership.group, "%s",
		    member->group);
	}
	buf_init(&bytes, MEMBERSHIP_BYTES_MAX);
	err = membership_build(&membership, &bytes);
	if (err == 0)
		err = store_directory_add(store, buf_span(&bytes), &number);
	buf_finish(&bytes);
	return err;
}

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
	int err = 0;

	apply(changing->wishes, &member);
	err = store_member_put(changing->store, &member);
	if (err == 0 && member.state == MEMBER_JOINED)
		err = state_membership(
		    changing->store, &member, MEMBERSHIP_GIVEN);
	return err;
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
	if (err == 0)
		err = store_queue_drop(changing->store, found->member);
	if (err == 0)
		err = store_held_drop_member(changing->store, found->member);
	if (err == 0)
		err = store_prekey_forget(changing->store, found->member);
	if (err == 0)
		err = store_member_put(changing->store, &member);
	if (err == 0 && found->state == MEMBER_JOINED)
		err = state_membership(
		    changing->store, &member, MEMBERSHIP_ENDED);
	return err;
}

int
members_remove(struct store *store, const char *logon)
{
	struct changing changing = { .store = store };

	return store_member_get(store, logon, remove_found, &changing);
}

static int
approve_found(const struct store_member *found, void *arg)
{
	struct changing *changing = arg;
	struct store_member member = *found;
	int err = 0;

	if (found->state != MEMBER_WAITING)
		return CAM_ERR_REFUSED;
	member.state = MEMBER_JOINED;
	member.joined_ms = clock_wall_ms();
	err = store_member_put(changing->store, &member);
	if (err == 0)
		err = state_membership(
		    changing->store, &member, MEMBERSHIP_GIVEN);
	return err;
}

int
members_approve(struct store *store, const char *logon)
{
	struct changing changing = { .store = store };

	return store_member_get(store, logon, approve_found, &changing);
}

/* -- those who come with keys ------------------------------------------------
 */

struct coming {
	struct store *store;
	const struct member_keys *keys;
	bool approve;
	int64_t now_ms;
	struct member_standing *standing;
};

static void
tell_standing(struct coming *coming, const struct store_member *member)
{
	struct member_standing *standing = coming->standing;

	standing->state = member->state;
	standing->member = member->member;
	snprintf(standing->logon, sizeof standing->logon, "%s", member->logon);
}

static int
join_found(const struct store_member *found, void *arg)
{
	struct coming *coming = arg;
	struct store_member member = *found;
	int err = 0;

	if (!text_same(found->logon, coming->keys->logon))
		return CAM_ERR_REFUSED;
	member.user_key = span_of(coming->keys->user_key, SIGN_KEY_SIZE);
	member.devices = coming->keys->devices;
	member.state = coming->approve ? MEMBER_WAITING : MEMBER_JOINED;
	member.joined_ms = coming->approve ? 0 : coming->now_ms;
	member.seen_ms = coming->now_ms;
	tell_standing(coming, &member);
	err = store_member_put(coming->store, &member);
	if (err == 0 && !coming->approve)
		err =
		    state_membership(coming->store, &member, MEMBERSHIP_GIVEN);
	return err;
}

int
members_join(struct store *store, const uint8_t secret[INVITATION_SECRET_SIZE],
    const struct member_keys *keys, bool approve, int64_t now_ms,
    struct member_standing *standing)
{
	struct coming coming = { store, keys, approve, now_ms, standing };
	uint8_t hash[SHA256_SIZE];
	int64_t member = 0;
	int err = 0;

	digest_sha256(span_of(secret, INVITATION_SECRET_SIZE), hash);
	err = store_invitation_find(store, hash, now_ms, &member);
	if (err == 0)
		err =
		    store_member_by_number(store, member, join_found, &coming);
	if (err == 0)
		err = store_invitation_take(store, hash, now_ms, &member);
	return err;
}

/* The list that is known takes the place of an older one, never the other way
 * (threat model 5.2). */
static int
take_devices(const struct coming *coming, struct store_member *member)
{
	const struct member_keys *keys = coming->keys;
	struct devices known;

	if (devices_parse(member->devices, &known) == 0 &&
	    keys->version <= known.version)
		return CAM_ERR_KEY;
	member->devices = keys->devices;
	return 0;
}

static int
enter_found(const struct store_member *found, void *arg)
{
	struct coming *coming = arg;
	struct store_member member = *found;
	int err = 0;

	if (found->state != MEMBER_JOINED && found->state != MEMBER_WAITING)
		return CAM_ERR_UNKNOWN;
	if (!text_same(found->logon, coming->keys->logon))
		return CAM_ERR_REFUSED;
	tell_standing(coming, found);
	if (span_equal(found->devices, coming->keys->devices))
		return 0;
	err = take_devices(coming, &member);
	return err == 0 ? store_member_put(coming->store, &member) : err;
}

int
members_enter(struct store *store, const struct member_keys *keys,
    int64_t now_ms, struct member_standing *standing)
{
	struct coming coming = { store, keys, false, now_ms, standing };

	return store_member_by_key(store,
	    span_of(keys->user_key, SIGN_KEY_SIZE), enter_found, &coming);
}
