/* heard.c: entries and keys of users, and which of them to believe. */
#include "camd/heard.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/notices.h"
#include "camd/outbox.h"
#include "camd/roster.h"
#include "ipmsg/capability.h"
#include "ipmsg/command.h"
#include "ipmsg/entry.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/pin.h"
#include "store/user.h"

/* An entry from another address is checked that long before it is believed. */
enum { HINT_MS = 3000 };
/* So that a storm of forged entries makes us ask but now and then. */
enum { HINT_QUIET_S = 10 };
/* On a small LAN everybody can be asked for what entries leave out. */
enum { FEW_USERS = 50 };

/*
 * A user with a pinned key seems to be at another address. That address
 * must show the key, and the old one be silent, before it becomes the one of
 * record: one spoofed packet moves nobody (threat model N1).
 */
struct hint {
	struct camd *camd;
	struct user *user;
	struct addr addr;
	bool has_key;
	struct timer timer;
};

void
hint_free(struct hint *hint)
{
	if (hint == NULL)
		return;
	hint->user->hint = NULL;
	timer_finish(&hint->timer);
	free(hint);
}

static void
follow_hint(struct hint *hint)
{
	struct camd *camd = hint->camd;
	struct user *user = hint->user;
	struct addr addr = hint->addr;

	hint_free(hint);
	roster_set_addr(camd->roster, user, &addr);
	roster_changed(camd->roster, user, true);
	/* It tells of itself, now from its address of record. */
	lan_probe(camd->lan, &addr);
	outbox_user_heard(camd->outbox, user);
}

static void
on_hint_silence(void *arg)
{
	struct hint *hint = arg;

	if (hint->has_key)
		follow_hint(hint);
	else
		hint_free(hint);
}

static void
check_hint(struct camd *camd, struct user *user, const struct addr *addr)
{
	uint32_t now_s = (uint32_t)(clock_now_ms() / 1000);
	struct hint *hint = user->hint;

	if (hint != NULL ||
	    (user->hint_s != 0 && now_s - user->hint_s < HINT_QUIET_S &&
		user->state != USER_OFFLINE))
		return;
	user->hint_s = now_s > 0 ? now_s : 1;
	hint = user->hint = xcalloc(1, sizeof *hint);
	hint->camd = camd;
	hint->user = user;
	hint->addr = *addr;
	timer_init(&hint->timer, camd->loop, on_hint_silence, hint);
	timer_start(&hint->timer, HINT_MS);
	lan_ask_key_at(camd->lan, &user->peer, addr);
	if (user->state != USER_OFFLINE)
		lan_probe(camd->lan, &user->peer.addr);
}

void
heard_user(struct camd *camd, struct user *user)
{
	user->seen_ms = clock_wall_ms();
	/* The old address lives: the other one was somebody else. */
	if (user->hint != NULL && user->state != USER_OFFLINE) {
		log_info(
		    "%s answers at its known address: another one is ignored",
		    user->peer.user);
		hint_free(user->hint);
	}
}

/* -- entries ----------------------------------------------------------------
 */

/* A user whose name is known under another key gets an id of its own, and that
 * is said aloud. */
static void
tell_second_key(struct camd *camd, struct user *user, const char *fingerprint)
{
	char old[RSA_FINGERPRINT_SIZE], *id = NULL;
	struct user *first = roster_namesake(camd->roster, user);

	if (first == NULL)
		return;
	user->second = true;
	user_fingerprint(first, old);
	id = user_id(first);
	log_warn("another key under the name of %s", id);
	events_tell(camd->events, EVENT_KEY_CHANGED,
	    json_pack("{s:o, s:s, s:s, s:b}", "id", json_text(span_text(id)),
		"old", old, "new", fingerprint, "verified",
		first->pin != NULL && first->pin->verified));
	free(id);
}

/* Somebody known elsewhere under the same key: the same person with a new
 * machine, if the key is really there. */
static void
look_for_twin(struct camd *camd, struct user *user, const char *fingerprint)
{
	struct user *twin = roster_by_fingerprint(camd->roster, fingerprint);

	if (twin != NULL && twin != user)
		lan_ask_key_at(camd->lan, &user->peer, &user->peer.addr);
}

static struct user *
add_user(struct camd *camd, const char *name, const char *host,
    const struct addr *from, unsigned client, bool unasked)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];
	struct user *user;

	if (!roster_has_room_at(camd->roster, from) ||
	    (user = roster_add(camd->roster, name, host)) == NULL)
		return NULL;
	user->peer.client = (uint8_t)client;
	roster_set_addr(camd->roster, user, from);
	(void)entry_user_split(name, logon, fingerprint);
	roster_set_nick(camd->roster, user, logon);
	tell_second_key(camd, user, fingerprint);
	if (fingerprint[0] != '\0' && !unasked)
		look_for_twin(camd, user, fingerprint);
	return user;
}

/*
 * Programs without absence texts show the title behind the nick (reference
 * 1.6): there it is taken off and kept as the text.
 */
static bool
split_title(const struct lan_entry *entry, char nick[LIMIT_NAME + 1],
    char title[LIMIT_NAME + 1])
{
	size_t len = strlen(entry->nick);
	const char *open = strrchr(entry->nick, '[');

	if (len > LIMIT_NAME)
		len = LIMIT_NAME;
	memcpy(nick, entry->nick, len);
	nick[len] = '\0';
	title[0] = '\0';
	if (!entry->absent || open == NULL || open == entry->nick ||
	    entry->nick[len - 1] != ']')
		return false;
	nick[open - entry->nick] = '\0';
	snprintf(title, LIMIT_NAME + 1, "%.*s",
	    (int)(entry->nick + len - open - 2), open + 1);
	return true;
}

/* What entries tell is for show only; key, name and address are not theirs to
 * change. */
static bool
take_description(
    struct camd *camd, struct user *user, const struct lan_entry *entry)
{
	char nick[LIMIT_NAME + 1], title[LIMIT_NAME + 1];
	bool titled = split_title(entry, nick, title);
	bool changed = false;

	changed |= roster_set_nick(
	    camd->roster, user, nick[0] != '\0' ? nick : user->nick);
	changed |= roster_set_group(camd->roster, user, entry->group);
	if (entry->version[0] != '\0')
		changed |=
		    roster_set_version(camd->roster, user, entry->version);
	if (!entry->absent)
		changed |= roster_set_away(camd->roster, user, NULL);
	else if (titled || user->away == NULL)
		changed |= roster_set_away(camd->roster, user, title);
	return changed;
}

/* Once somebody can encrypt nothing takes that back (threat model I2). */
static void
take_status(struct user *user, const struct lan_entry *entry)
{
	uint32_t kept =
	    user->pin != NULL
		? user->peer.status & (STATUS_ENCRYPT | STATUS_ENCEXTMSG)
		: 0;

	user->peer.status = entry->status | kept;
	user->peer.client = (uint8_t)entry->client;
}

static void
ask_for_more(
    struct camd *camd, struct user *user, const struct lan_entry *entry)
{
	/* No answer may be answered (threat model N3). */
	if (entry->kind == LAN_ANSWERED ||
	    roster_count(camd->roster) > FEW_USERS ||
	    user->peer.client != CLIENT_PLAIN)
		return;
	if (user->version[0] == '\0')
		lan_ask_version(camd->lan, &user->peer);
	if (entry->absent && (user->away == NULL || user->away[0] == '\0'))
		lan_ask_absence(camd->lan, &user->peer);
}

static void
take_entry(struct camd *camd, struct user *user, const struct lan_entry *entry)
{
	enum user_state state = entry->absent ? USER_AWAY : USER_ONLINE;
	bool changed = take_description(camd, user, entry);

	take_status(user, entry);
	heard_user(camd, user);
	user->peer.mute = false;
	if (user->state != (uint8_t)state) {
		roster_set_state(camd->roster, user, state);
		roster_changed(camd->roster, user, false);
	} else if (changed) {
		roster_changed(camd->roster, user, true);
	}
	ask_for_more(camd, user, entry);
	outbox_user_heard(camd->outbox, user);
	notices_user_heard(camd->notices, user);
}

/* Hearsay shows that there is somebody; only what comes from him makes him
 * present. */
static void
take_listed(struct camd *camd, const struct lan_entry *entry)
{
	struct user *user =
	    roster_find(camd->roster, entry->user, entry->host, &entry->from);

	if (user != NULL || entry->status == 0 ||
	    (user = add_user(camd, entry->user, entry->host, &entry->from,
		 entry->client, true)) == NULL)
		return;
	take_description(camd, user, entry);
	roster_changed(camd->roster, user, false);
}

/* Where he is now, others are no more: one address belongs to one user at a
 * time. */
static void
displace_others(struct camd *camd, struct user *user)
{
	struct user *other = roster_other_at(camd->roster, user);

	if (other != NULL && other->state != USER_OFFLINE) {
		roster_set_state(camd->roster, other, USER_OFFLINE);
		roster_changed(camd->roster, other, false);
	}
}

void
heard_entry(struct camd *camd, const struct lan_entry *entry)
{
	struct user *user;

	if (entry->kind == LAN_LISTED) {
		take_listed(camd, entry);
		return;
	}
	user =
	    roster_find(camd->roster, entry->user, entry->host, &entry->from);
	if (entry->kind == LAN_LEFT) {
		/* Perhaps he has gone: he is still written to (threat model
		 * N2). */
		if (user != NULL &&
		    addr_equal(&user->peer.addr, &entry->from) &&
		    user->state != USER_OFFLINE) {
			user->seen_ms = clock_wall_ms();
			roster_set_state(camd->roster, user, USER_OFFLINE);
			roster_changed(camd->roster, user, false);
		}
		return;
	}
	if (user == NULL &&
	    (user = add_user(camd, entry->user, entry->host, &entry->from,
		 entry->client, entry->unasked)) == NULL)
		return;
	if (!addr_equal(&user->peer.addr, &entry->from)) {
		if (user->pin != NULL && user->peer.addr.family != ADDR_NONE) {
			if (!entry->unasked)
				check_hint(camd, user, &entry->from);
			return;
		}
		roster_set_addr(camd->roster, user, &entry->from);
		roster_changed(camd->roster, user, false);
	}
	displace_others(camd, user);
	take_entry(camd, user, entry);
}

struct user *
heard_sender(struct camd *camd, const char *name, const char *host,
    const struct addr *from, unsigned client)
{
	struct user *user = roster_find(camd->roster, name, host, from);

	if (user == NULL) {
		user = add_user(camd, name, host, from, client, false);
		if (user != NULL)
			lan_probe_sender(camd->lan, from);
	}
	return user;
}

/* -- keys -------------------------------------------------------------------
 */

struct pin_job {
	struct job job;
	struct store_pin pin;
	uint8_t modulus[RSA_SIZE_MAX];
};

static void
store_pin(struct job *job, void *context)
{
	struct pin_job *write = container_of(job, struct pin_job, job);
	int r = store_pin_add(context, &write->pin);

	if (r < 0)
		log_error("cannot keep a key: %s", cam_strerror(r));
}

static void
on_pin_stored(struct job *job)
{
	free(container_of(job, struct pin_job, job));
}

static void
keep_pin(struct camd *camd, struct user *user)
{
	struct pin_job *write = xcalloc(1, sizeof *write);
	struct span modulus = rsa_public_modulus(user->peer.key);

	roster_changed(camd->roster, user, false);
	roster_write(camd->roster);
	memcpy(write->modulus, modulus.data, modulus.len);
	write->pin.uid = user->uid;
	write->pin.bits = (int)modulus.len * 8;
	write->pin.n = span_of(write->modulus, modulus.len);
	write->pin.e = rsa_public_exponent(user->peer.key);
	write->pin.word = user->peer.word;
	write->pin.pinned_ms = clock_wall_ms();
	write->job.work = store_pin;
	write->job.done = on_pin_stored;
	workers_submit(camd->writer, &write->job);
}

static void
take_key(
    struct camd *camd, struct user *user, uint32_t word, struct rsa_public *key)
{
	const uint32_t strong = CAPA_RSA_2048 | CAPA_AES_256 | CAPA_SIGN_SHA256;
	char fingerprint[RSA_FINGERPRINT_SIZE];

	rsa_public_fingerprint(key, fingerprint);
	user->peer.key = rsa_public_ref(key);
	user->peer.word = word;
	user->peer.strength =
	    (word & strong) == strong ? PEER_STRONG : PEER_WEAK;
	roster_pin(camd->roster, user, fingerprint, false);
	keep_pin(camd, user);
}

struct merge_job {
	struct job job;
	int64_t from;
	int64_t into;
};

static void
store_merge(struct job *job, void *context)
{
	struct merge_job *merge = container_of(job, struct merge_job, job);
	int r = store_user_merge(context, merge->from, merge->into);

	if (r < 0)
		log_error("cannot merge two users: %s", cam_strerror(r));
}

static void
on_merge_stored(struct job *job)
{
	free(container_of(job, struct merge_job, job));
}

/* The newcomer is the user known before, on a new machine: his entry lives on
 * under the new name. */
static void
merge(struct camd *camd, struct user *known, struct user *newcomer)
{
	struct merge_job *job = xcalloc(1, sizeof *job);
	char *was = user_id(known), *name = xstrdup(newcomer->peer.user);
	char *host = xstrdup(newcomer->peer.host);
	json_t *params;

	log_info("%s is now %s@%s", was, name, host);
	newcomer->peer.status |= known->peer.status & STATUS_ENCEXTMSG;
	known->peer.status = newcomer->peer.status;
	roster_set_nick(camd->roster, known, newcomer->nick);
	roster_set_group(camd->roster, known, newcomer->group);
	roster_set_version(camd->roster, known, newcomer->version);
	known->second = newcomer->second;
	known->seen_ms = newcomer->seen_ms;
	roster_changed(camd->roster, newcomer, false);
	roster_write(camd->roster);
	outbox_user_merged(camd->outbox, newcomer, known);
	roster_set_addr(camd->roster, known, &newcomer->peer.addr);
	job->from = newcomer->uid;
	job->into = known->uid;
	job->job.work = store_merge;
	job->job.done = on_merge_stored;
	workers_submit(camd->writer, &job->job);
	roster_retire(camd->roster, newcomer);
	roster_set_name(camd->roster, known, name, host);
	roster_set_state(camd->roster, known, USER_ONLINE);
	roster_changed(camd->roster, known, false);
	params = json_pack("{s:o, s:o}", "user", user_object(known, camd->lan),
	    "was", json_text(span_text(was)));
	events_tell(camd->events, EVENT_USER_CHANGED, params);
	free(was);
	free(name);
	free(host);
}

/* A key other than the pinned one under the same wire name: a user of its own
 * (threat model I1). */
static void
take_other_key(struct camd *camd, struct user *user, const struct addr *from,
    uint32_t word, struct rsa_public *key)
{
	char fingerprint[RSA_FINGERPRINT_SIZE];
	struct user *other;

	rsa_public_fingerprint(key, fingerprint);
	if (roster_by_fingerprint(camd->roster, fingerprint) != NULL ||
	    (other = roster_add(
		 camd->roster, user->peer.user, user->peer.host)) == NULL)
		return;
	other->peer.status = user->peer.status;
	other->peer.client = user->peer.client;
	roster_set_nick(camd->roster, other, user->nick);
	roster_set_group(camd->roster, other, user->group);
	roster_set_version(camd->roster, other, user->version);
	roster_set_addr(camd->roster, other, from);
	tell_second_key(camd, other, fingerprint);
	take_key(camd, other, word, key);
	roster_set_state(camd->roster, user, USER_OFFLINE);
	roster_set_state(camd->roster, other, USER_ONLINE);
}

void
heard_key(struct camd *camd, struct user *user, const struct addr *from,
    uint32_t word, struct rsa_public *key)
{
	char fingerprint[RSA_FINGERPRINT_SIZE];
	struct user *twin;

	if (user->pin == NULL) {
		rsa_public_fingerprint(key, fingerprint);
		twin = roster_by_fingerprint(camd->roster, fingerprint);
		if (twin != NULL && twin != user &&
		    twin->state == USER_OFFLINE &&
		    rsa_public_equal(twin->peer.key, key)) {
			merge(camd, twin, user);
			outbox_user_heard(camd->outbox, twin);
			return;
		}
		take_key(camd, user, word, key);
	} else if (user->peer.key == NULL ||
		   !rsa_public_equal(user->peer.key, key)) {
		take_other_key(camd, user, from, word, key);
		return;
	} else if (user->peer.strength != PEER_STRONG) {
		user->peer.word = word;
	}
	if (user->hint != NULL && addr_equal(&user->hint->addr, from)) {
		user->hint->has_key = true;
		if (user->state == USER_OFFLINE)
			follow_hint(user->hint);
		return;
	}
	outbox_user_heard(camd->outbox, user);
}
