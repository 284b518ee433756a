/* roster.c: users found by name, address and number. */
#include "camd/people/roster.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/people/heirs.h"
#include "camd/people/pins.h"
#include "camd/people/refresh.h"
#include "camd/people/rosterfile.h"
#include "camd/people/shared.h"
#include "camd/settings.h"
#include "ipmsg/entry.h"
#include "loop/timer.h"
#include "rpc/json.h"
#include "rpc/names.h"

struct roster {
	struct camd *camd;
	struct table by_name;
	struct table by_addr;
	struct table by_uid;
	struct table by_pin;
	struct heirs *heirs; /* of those who turned out to be others */
	struct shared *texts;
	struct rosterfile *file;
	struct user *self;
	size_t count;	  /* not forgotten */
	size_t states[3]; /* of those */
	int64_t last_uid;
	struct refreshes *refreshes;
};

/* -- finding ------------------------------------------------------------- */

/* Of logon and host: users of one name under several keys lie side by side. */
static uint64_t
hash_name(const struct roster *roster, const char *user, const char *host)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];

	(void)entry_user_split(user, logon, fingerprint);
	return table_hash_fold(&roster->by_name, logon, strlen(logon)) ^
	       (table_hash_fold(&roster->by_name, host, strlen(host)) << 1);
}

static uint64_t
hash_addr(const struct roster *roster, const struct addr *addr)
{
	struct addr host = *addr;

	host.port = 0;
	return table_hash(&roster->by_addr, &host, sizeof host);
}

static uint64_t
hash_uid(const struct roster *roster, int64_t uid)
{
	return table_hash(&roster->by_uid, &uid, sizeof uid);
}

static bool
has_uid(const struct table_link *link, const void *key)
{
	return container_of(link, struct user, by_uid)->uid ==
	       *(const int64_t *)key;
}

struct user *
roster_by_uid(const struct roster *roster, int64_t uid)
{
	struct table_link *link;

	if (uid == 0)
		return roster->self;
	uid = heirs_find(roster->heirs, uid);
	link =
	    table_find(&roster->by_uid, hash_uid(roster, uid), has_uid, &uid);
	return link != NULL ? container_of(link, struct user, by_uid) : NULL;
}

/* Of several with one wire name: at that address, then heard last. */
static bool
is_better(
    const struct user *user, const struct user *than, const struct addr *addr)
{
	if (addr != NULL) {
		bool here = addr_equal(&user->peer.addr, addr);
		bool there = addr_equal(&than->peer.addr, addr);

		if (here != there)
			return here;
	}
	if (user->forgotten != than->forgotten)
		return than->forgotten;
	return user->seen_ms > than->seen_ms;
}

struct user *
roster_find(const struct roster *roster, const char *user, const char *host,
    const struct addr *addr)
{
	struct user *best = NULL, *found;

	for (struct table_link *link = table_first_of(
		 &roster->by_name, hash_name(roster, user, host));
	     link != NULL; link = table_next_of(link)) {
		found = container_of(link, struct user, by_name);
		if (peer_is(&found->peer, user, host) &&
		    (best == NULL || is_better(found, best, addr)))
			best = found;
	}
	return best;
}

struct user *
roster_by_fingerprint(const struct roster *roster, const char *fingerprint)
{
	uint64_t hash =
	    table_hash_fold(&roster->by_pin, fingerprint, strlen(fingerprint));
	struct user *best = NULL, *found;

	for (struct table_link *link = table_first_of(&roster->by_pin, hash);
	     link != NULL; link = table_next_of(link)) {
		found = container_of(link, struct pin, link)->user;
		if (text_same(found->pin->fingerprint, fingerprint) &&
		    (best == NULL || is_better(found, best, NULL)))
			best = found;
	}
	return best;
}

struct user *
roster_next(const struct roster *roster, const struct user *after)
{
	const struct table_link *link =
	    after == NULL ? table_first(&roster->by_uid)
			  : table_next(&roster->by_uid, &after->by_uid);

	for (; link != NULL; link = table_next(&roster->by_uid, link)) {
		struct user *user = container_of(link, struct user, by_uid);

		if (!user->forgotten)
			return user;
	}
	return NULL;
}

struct user *
roster_named(const struct roster *roster, const char *logon, const char *host,
    const struct user *after)
{
	const struct table_link *link =
	    after != NULL ? table_next_of(&after->by_name)
			  : table_first_of(&roster->by_name,
				hash_name(roster, logon, host));

	for (; link != NULL; link = table_next_of(link)) {
		struct user *user = container_of(link, struct user, by_name);
		char *other = user_logon(user);
		bool same =
		    text_same(other, logon) && text_same(user->peer.host, host);

		free(other);
		if (same)
			return user;
	}
	return NULL;
}

/* Of those whose logon and host the id names; those still in the roster come
 * first. */
static struct user *
find_id(const struct roster *roster, const char *id, const char *logon,
    const char *host)
{
	struct user *best = NULL, *user = NULL;

	while ((user = roster_named(roster, logon, host, user)) != NULL) {
		char *other = user_id(user);

		if (text_same(other, id) && (best == NULL || best->forgotten))
			best = user;
		free(other);
	}
	return best;
}

struct user *
roster_by_id(const struct roster *roster, const char *id)
{
	const char *at = strrchr(id, '@');
	char *self = user_id(roster->self), *logon, *host, *slash;
	struct user *user = text_same(self, id) ? roster->self : NULL;

	free(self);
	if (user != NULL || at == NULL)
		return user;
	logon = xstrndup(id, (size_t)(at - id));
	host = xstrdup(at + 1);
	user = find_id(roster, id, logon, host);
	if (user == NULL && (slash = strrchr(host, '/')) != NULL) {
		*slash = '\0';
		user = find_id(roster, id, logon, host);
	}
	free(logon);
	free(host);
	return user;
}

struct user *
roster_at(const struct roster *roster, const struct addr *addr,
    const struct user *after)
{
	const struct table_link *link =
	    after != NULL
		? table_next_of(&after->by_addr)
		: table_first_of(&roster->by_addr, hash_addr(roster, addr));

	for (; link != NULL; link = table_next_of(link)) {
		struct user *user = container_of(link, struct user, by_addr);

		if (addr_same_host(&user->peer.addr, addr))
			return user;
	}
	return NULL;
}

struct user *
roster_other_at(const struct roster *roster, const struct user *user)
{
	const struct addr *addr = &user->peer.addr;
	struct user *other = NULL;

	while ((other = roster_at(roster, addr, other)) != NULL) {
		if (other != user && addr_equal(&other->peer.addr, addr) &&
		    other->state != USER_OFFLINE)
			return other;
	}
	return NULL;
}

bool
roster_knows_address(const struct roster *roster, const struct addr *addr)
{
	const struct user *user = NULL;

	while ((user = roster_at(roster, addr, user)) != NULL) {
		if (user_has_key(user) && addr_equal(&user->peer.addr, addr))
			return true;
	}
	return false;
}

/* Who of those without a key there could make room: who has been away for
 * longest. */
bool
roster_has_room_at(
    const struct roster *roster, const struct addr *addr, struct user **oldest)
{
	struct user *user = NULL;
	size_t count = 0;

	*oldest = NULL;
	while ((user = roster_at(roster, addr, user)) != NULL) {
		if (user_has_key(user) || user->forgotten)
			continue;
		count++;
		if (user->state == USER_OFFLINE &&
		    (*oldest == NULL || user->seen_ms < (*oldest)->seen_ms))
			*oldest = user;
	}
	return count < LIMIT_PEERS_UNPINNED_SOURCE;
}

bool
roster_is_full(const struct roster *roster)
{
	return roster->by_uid.count >= LIMIT_PEERS;
}

struct user *
roster_self(const struct roster *roster)
{
	return roster->self;
}

size_t
roster_count(const struct roster *roster)
{
	return roster->count;
}

void
roster_count_states(const struct roster *roster, size_t counts[3])
{
	memcpy(counts, roster->states, sizeof roster->states);
}

/* -- coming and going ---------------------------------------------------- */

static void
drop(struct roster *roster, struct user *user)
{
	pins_remove(&roster->by_pin, user);
	user_free(user, roster->texts);
}

struct user *
roster_place(struct roster *roster, int64_t uid, const char *name,
    const char *host, bool forgotten)
{
	struct user *user = user_new(name, host, roster->texts);

	user->uid = uid;
	user->forgotten = forgotten;
	if (uid > roster->last_uid)
		roster->last_uid = uid;
	table_add(
	    &roster->by_name, &user->by_name, hash_name(roster, name, host));
	table_add(&roster->by_addr, &user->by_addr,
	    hash_addr(roster, &user->peer.addr));
	table_add(&roster->by_uid, &user->by_uid, hash_uid(roster, uid));
	if (!forgotten) {
		roster->count++;
		roster->states[USER_OFFLINE]++;
	}
	return user;
}

struct user *
roster_add(struct roster *roster, const char *name, const char *host)
{
	struct user *user;

	if (roster_is_full(roster))
		return NULL;
	user = roster_place(roster, roster->last_uid + 1, name, host, false);
	user->first_ms = user->seen_ms = clock_wall_ms();
	refreshes_newcomer(roster->refreshes);
	return user;
}

void
roster_remove(struct roster *roster, struct user *user)
{
	if (!user->forgotten) {
		roster->count--;
		roster->states[user->state]--;
	}
	rosterfile_forget(roster->file, user);
	table_remove(&roster->by_name, &user->by_name);
	table_remove(&roster->by_addr, &user->by_addr);
	table_remove(&roster->by_uid, &user->by_uid);
	drop(roster, user);
}

void
roster_place_merged(struct roster *roster, int64_t uid, int64_t into)
{
	if (uid > roster->last_uid)
		roster->last_uid = uid;
	heirs_add(roster->heirs, uid, into);
}

void
roster_merge(struct roster *roster, struct user *user, const struct user *into)
{
	roster_place_merged(roster, user->uid, into->uid);
	roster_remove(roster, user);
}

void
roster_retire(struct roster *roster, struct user *user)
{
	if (user->forgotten)
		return;
	user->forgotten = true;
	roster->count--;
	roster->states[user->state]--;
	user->state = USER_OFFLINE;
}

static void
recall(struct roster *roster, struct user *user)
{
	if (!user->forgotten)
		return;
	user->forgotten = false;
	roster->count++;
	roster->states[user->state]++;
}

/* -- what is known of one ------------------------------------------------ */

void
roster_set_addr(
    struct roster *roster, struct user *user, const struct addr *addr)
{
	table_remove(&roster->by_addr, &user->by_addr);
	user->peer.addr = *addr;
	table_add(&roster->by_addr, &user->by_addr, hash_addr(roster, addr));
}

void
roster_set_name(struct roster *roster, struct user *user, const char *name,
    const char *host)
{
	char *new_name = xstrdup(name), *new_host = xstrdup(host);

	table_remove(&roster->by_name, &user->by_name);
	free(user->peer.user);
	free(user->peer.host);
	user->peer.user = new_name;
	user->peer.host = new_host;
	table_add(&roster->by_name, &user->by_name,
	    hash_name(roster, new_name, new_host));
}

static bool
set_text(char **place, const char *text)
{
	if (*place == NULL ? text == NULL
			   : text != NULL && strcmp(*place, text) == 0)
		return false;
	free(*place);
	*place = text != NULL ? xstrdup(text) : NULL;
	return true;
}

static bool
set_shared(struct shared *texts, const char **place, const char *text)
{
	const char *old = *place;

	if (strcmp(old, text) == 0)
		return false;
	*place = shared_take(texts, text);
	shared_give(texts, old);
	return true;
}

bool
roster_set_nick(struct roster *roster, struct user *user, const char *nick)
{
	return set_text(&user->nick, nick);
}

bool
roster_set_away(struct roster *roster, struct user *user, const char *away)
{
	return set_text(&user->away, away);
}

bool
roster_set_group(struct roster *roster, struct user *user, const char *group)
{
	return set_shared(roster->texts, &user->group, group);
}

bool
roster_set_version(
    struct roster *roster, struct user *user, const char *version)
{
	return set_shared(roster->texts, &user->version, version);
}

static void
tell(struct roster *roster, const char *event, const struct user *user)
{
	if (events_wanted(roster->camd->events, event))
		events_tell(roster->camd->events, event,
		    json_pack(
			"{s:o}", "user", user_object(user, roster->camd->lan)));
}

void
roster_set_state(
    struct roster *roster, struct user *user, enum user_state state)
{
	enum user_state before = (enum user_state)user->state;

	recall(roster, user);
	if (state == before)
		return;
	roster->states[before]--;
	roster->states[state]++;
	user->state = (uint8_t)state;
	if (before == USER_OFFLINE) {
		refreshes_newcomer(roster->refreshes);
		tell(roster, EVENT_USER_ENTERED, user);
	} else if (state == USER_OFFLINE) {
		tell(roster, EVENT_USER_LEFT, user);
	} else {
		tell(roster, EVENT_USER_CHANGED, user);
	}
}

void
roster_pin(struct roster *roster, struct user *user, const char *fingerprint,
    bool verified)
{
	pins_put(&roster->by_pin, user, fingerprint, verified);
}

void
roster_unpin(struct roster *roster, struct user *user)
{
	pins_remove(&roster->by_pin, user);
	rsa_public_free(user->peer.key);
	user->peer.key = NULL;
}

void
roster_changed(struct roster *roster, struct user *user, bool tell_it)
{
	rosterfile_mark(roster->file, user);
	if (tell_it)
		tell(roster, EVENT_USER_CHANGED, user);
}

void
roster_write(struct roster *roster)
{
	rosterfile_write(roster->file);
}

struct refreshes *
roster_refreshes(const struct roster *roster)
{
	return roster->refreshes;
}

/* -- making and ending --------------------------------------------------- */

void
roster_rename_self(struct roster *roster)
{
	const struct lan *lan = roster->camd->lan;
	const char *name = lan_user(lan), *host = lan_host(lan);

	peer_finish(&roster->self->peer);
	peer_init(&roster->self->peer, name, host);
}

int
roster_new(struct camd *camd, struct store *store, struct roster **result)
{
	struct roster *roster = xcalloc(1, sizeof *roster);
	int r;

	roster->camd = camd;
	roster->texts = shared_new();
	roster->refreshes = refreshes_new(camd->loop);
	table_init(&roster->by_name);
	table_init(&roster->by_addr);
	table_init(&roster->by_uid);
	table_init(&roster->by_pin);
	roster->heirs = heirs_new();
	roster->self = user_new("", "", roster->texts);
	roster->file = rosterfile_new(camd, roster);
	if ((r = rosterfile_load(roster->file, store)) < 0) {
		roster_free(roster);
		return r;
	}
	*result = roster;
	return 0;
}

void
roster_free(struct roster *roster)
{
	struct table_link *link, *next;

	if (roster == NULL)
		return;
	rosterfile_free(roster->file);
	refreshes_free(roster->refreshes);
	for (link = table_first(&roster->by_uid); link != NULL; link = next) {
		next = table_next(&roster->by_uid, link);
		drop(roster, container_of(link, struct user, by_uid));
	}
	heirs_free(roster->heirs);
	user_free(roster->self, roster->texts);
	table_finish(&roster->by_name);
	table_finish(&roster->by_addr);
	table_finish(&roster->by_uid);
	table_finish(&roster->by_pin);
	shared_free(roster->texts);
	free(roster);
}
