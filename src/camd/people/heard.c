/* heard.c: entries and messages of users, and what of them to believe. */
#include "camd/people/heard.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/message/notices.h"
#include "camd/message/outbox.h"
#include "camd/people/hint.h"
#include "camd/people/leaving.h"
#include "camd/people/pinning.h"
#include "camd/people/roster.h"
#include "camd/trust/challenge.h"
#include "ipmsg/command.h"
#include "ipmsg/entry.h"

/* So long another way to somebody is no news. */
enum { OTHER_WAY_MS = 7000 };
/* On a small LAN everybody can be asked for what entries leave out. */
enum { FEW_USERS = 50 };

/* -- entries ----------------------------------------------------------------
 */

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

	if (!leaving_has_room(camd->leaving, from) ||
	    (user = roster_add(camd->roster, name, host)) == NULL)
		return NULL;
	user->peer.client = (uint8_t)client;
	roster_set_addr(camd->roster, user, from);
	(void)entry_user_split(name, logon, fingerprint);
	roster_set_nick(camd->roster, user, logon);
	pinning_tell_second(camd, user, fingerprint);
	if (fingerprint[0] != '\0' && !unasked)
		look_for_twin(camd, user, fingerprint);
	return user;
}

/* Where the last bracket was opened; NULL: it does not end in a whole pair. */
static const char *
find_title(const char *nick)
{
	size_t at = strlen(nick);
	int depth = 0;

	if (at == 0 || nick[at - 1] != ']')
		return NULL;
	while (at-- > 0) {
		if (nick[at] == ']')
			depth++;
		else if (nick[at] == '[' && --depth == 0)
			return nick + at;
	}
	return NULL;
}

/*
 * Programs without absence texts show the title behind the nick (reference
 * 1.6): there it is taken off and kept as the text.
 */
static bool
split_title(const struct lan_entry *entry, char nick[LIMIT_NAME + 1],
    char title[LIMIT_NAME + 1])
{
	const char *open = entry->absent ? find_title(entry->nick) : NULL;
	size_t len = strlen(entry->nick);

	if (open == entry->nick)
		open = NULL;
	snprintf(nick, LIMIT_NAME + 1, "%.*s",
	    (int)(open != NULL ? (size_t)(open - entry->nick) : len),
	    entry->nick);
	title[0] = '\0';
	if (open != NULL)
		snprintf(title, LIMIT_NAME + 1, "%.*s",
		    (int)(entry->nick + len - open - 2), open + 1);
	return open != NULL;
}

/* The title is only the beginning of the text, which is asked for: it does not
 * take the place of that one each time it is shown. */
static bool
take_absence(struct camd *camd, struct user *user,
    const struct lan_entry *entry, const char *title)
{
	if (!entry->absent)
		return roster_set_away(camd->roster, user, NULL);
	if (user->away == NULL || user->away[0] == '\0' ||
	    (entry->kind == LAN_CHANGED && title != NULL))
		return roster_set_away(
		    camd->roster, user, title != NULL ? title : "");
	return false;
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
	if (!user_is_grouped(user))
		changed |= roster_set_group(camd->roster, user, entry->group);
	if (entry->version[0] != '\0')
		changed |=
		    roster_set_version(camd->roster, user, entry->version);
	changed |= take_absence(camd, user, entry, titled ? title : NULL);
	return changed;
}

/* Once somebody has shown what he can, nothing takes that back (threat model
 * N1, I2). */
static void
take_status(struct user *user, const struct lan_entry *entry)
{
	const uint32_t abilities =
	    STATUS_ENCRYPT | STATUS_ENCEXTMSG | STATUS_CAPUTF8;
	uint32_t kept = user_has_key(user) ? user->peer.status & abilities : 0;

	user->peer.status = entry->status | kept;
	if (!user_has_key(user))
		user->peer.client = (uint8_t)entry->client;
}

static void
ask_for_more(
    struct camd *camd, struct user *user, const struct lan_entry *entry)
{
	bool new_absence = entry->kind == LAN_CHANGED || user->away == NULL ||
			   user->away[0] == '\0';

	/* No answer may be answered (threat model N3). */
	if (entry->kind == LAN_ANSWERED ||
	    roster_count(camd->roster) > FEW_USERS ||
	    user->peer.client != CLIENT_PLAIN)
		return;
	if (user->version[0] == '\0')
		lan_ask_version(camd->lan, &user->peer);
	if (entry->absent && new_absence)
		lan_ask_absence(camd->lan, &user->peer);
}

/* He is there, at his address of record. */
static void
note_seen(struct camd *camd, struct user *user, enum user_state state)
{
	user->seen_ms = clock_wall_ms();
	hint_refute(user);
	if (user->state != (uint8_t)state || user->forgotten) {
		roster_set_state(camd->roster, user, state);
		roster_changed(camd->roster, user, false);
	}
}

void
heard_user(struct camd *camd, struct user *user)
{
	enum user_state state = (enum user_state)user->state;

	if (state != USER_OFFLINE) {
		note_seen(camd, user, state);
		return;
	}
	/* His entry got lost, or his exit was another's. */
	note_seen(camd, user, user->away != NULL ? USER_AWAY : USER_ONLINE);
	outbox_user_heard(camd->outbox, user);
	notices_user_heard(camd->notices, user);
}

static void
take_entry(struct camd *camd, struct user *user, const struct lan_entry *entry)
{
	enum user_state state = entry->absent ? USER_AWAY : USER_ONLINE;
	bool same_state = user->state == (uint8_t)state;
	bool changed = take_description(camd, user, entry);

	take_status(user, entry);
	/* What FeiQ does not answer once it never answers (reference 7.2). */
	if (user->peer.client != CLIENT_FEIQ)
		user->peer.mute = false;
	note_seen(camd, user, state);
	if (changed)
		roster_changed(camd->roster, user, same_state);
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

static void
leave(struct camd *camd, struct user *user)
{
	if (user->state == USER_OFFLINE)
		return;
	user->seen_ms = clock_wall_ms();
	roster_set_state(camd->roster, user, USER_OFFLINE);
	roster_changed(camd->roster, user, false);
}

static void
on_probed(void *arg, struct user *user, bool alive)
{
	if (!alive)
		leave(arg, user);
}

static void
on_displaced(void *arg, struct user *user, bool alive)
{
	if (alive)
		heard_user(arg, user);
}

/* Where he is now, others are no more: one address belongs to one user at a
 * time. Unless they can prove to live. */
static void
displace_others(struct camd *camd, struct user *user)
{
	struct user *other;

	while ((other = roster_other_at(camd->roster, user)) != NULL) {
		roster_set_state(camd->roster, other, USER_OFFLINE);
		roster_changed(camd->roster, other, false);
		if (other->peer.strength >= PEER_CAM1)
			(void)links_probe(
			    camd->links, other, on_displaced, camd);
	}
}

/* Perhaps he has gone: he is still written to, and another camd is asked where
 * nobody else can answer (threat model N2). */
static void
take_exit(struct camd *camd, const struct lan_entry *entry)
{
	struct user *user =
	    roster_find(camd->roster, entry->user, entry->host, &entry->from);

	if (user == NULL || !addr_equal(&user->peer.addr, &entry->from) ||
	    user->state == USER_OFFLINE)
		return;
	if (user->peer.strength < PEER_CAM1 ||
	    !links_probe(camd->links, user, on_probed, camd))
		leave(camd, user);
}

/* The kernel has noticed that nobody is there (net/tcp.h), and no exit may ever
 * come from who was reached by link alone. */
void
heard_lost(struct camd *camd, struct user *user)
{
	if (user->state != USER_OFFLINE)
		(void)links_probe(camd->links, user, on_probed, camd);
}

/*
 * Whoever speaks both IPv4 and IPv6 is heard by several ways at once: the
 * first heard stays for a while, and IPv4 takes the place of IPv6 (reference
 * 1.10).
 */
static bool
is_other_way(const struct user *user, const struct addr *from)
{
	const struct addr *record = &user->peer.addr;

	if ((record->family != ADDR_V6 && from->family != ADDR_V6) ||
	    (record->family == ADDR_V6 && from->family == ADDR_V4))
		return false;
	return user->state != USER_OFFLINE &&
	       clock_wall_ms() - user->seen_ms < OTHER_WAY_MS;
}

/* True when the entry may be believed: it comes from where the user is. */
static bool
take_addr(struct camd *camd, struct user *user, const struct lan_entry *entry)
{
	if (addr_equal(&user->peer.addr, &entry->from))
		return true;
	if (user->peer.addr.family != ADDR_NONE) {
		if (is_other_way(user, &entry->from))
			return false;
		if (user_has_key(user)) {
			if (!entry->unasked)
				hint_address(camd, user, &entry->from);
			return false;
		}
	}
	roster_set_addr(camd->roster, user, &entry->from);
	roster_changed(camd->roster, user, false);
	return true;
}

/* Somebody new who may be one known by his user key, or pretends to: a link
 * shows which. */
static void
ask_who(struct camd *camd, struct user *user)
{
	char fingerprint[RSA_FINGERPRINT_SIZE];
	const struct user *twin = NULL;

	if (user->trusted != NULL)
		return;
	user_fingerprint(user, fingerprint);
	if (fingerprint[0] != '\0')
		twin = roster_by_fingerprint(camd->roster, fingerprint);
	if (twin != NULL && twin != user && twin->trusted != NULL)
		(void)links_want(camd->links, user);
	else
		challenge_look(camd, user);
}

void
heard_entry(struct camd *camd, const struct lan_entry *entry)
{
	struct user *user;

	if (entry->kind == LAN_LISTED) {
		take_listed(camd, entry);
		return;
	}
	if (entry->kind == LAN_LEFT) {
		take_exit(camd, entry);
		return;
	}
	user =
	    roster_find(camd->roster, entry->user, entry->host, &entry->from);
	if (user == NULL &&
	    (user = add_user(camd, entry->user, entry->host, &entry->from,
		 entry->client, entry->unasked)) == NULL)
		return;
	if (!take_addr(camd, user, entry)) {
		links_heard(camd->links, user, &entry->from, entry->cam, false);
		return;
	}
	displace_others(camd, user);
	/* First the way, then what waits for it. */
	links_heard(camd->links, user, &entry->from, entry->cam, true);
	take_entry(camd, user, entry);
	if (!entry->unasked)
		ask_who(camd, user);
}

/* -- messages ---------------------------------------------------------------
 */

/* Of several with one name he whose key signed it: names prove nothing (threat
 * model I1). */
static struct user *
find_author(const struct camd *camd, const struct lan_message *message)
{
	char fingerprint[RSA_FINGERPRINT_SIZE];
	struct user *user = roster_find(
	    camd->roster, message->user, message->host, &message->from);

	if (message->key == NULL ||
	    (user != NULL && user->peer.key != NULL &&
		rsa_public_equal(user->peer.key, message->key)))
		return user;
	rsa_public_fingerprint(message->key, fingerprint);
	user = roster_by_fingerprint(camd->roster, fingerprint);
	if (user != NULL && rsa_public_equal(user->peer.key, message->key))
		return user;
	return NULL;
}

struct user *
heard_sender(struct camd *camd, const struct lan_message *message)
{
	/* No packet may follow from these (threat model N3, reference 2.3). */
	bool silent = (message->options & (MESSAGE_AUTORET | MESSAGE_BROADCAST |
					      MESSAGE_NOADDLIST)) != 0;
	struct user *user = find_author(camd, message);

	if (user == NULL && message->key == NULL)
		user = add_user(camd, message->user, message->host,
		    &message->from, message->client, silent);
	if (user != NULL && user->state == USER_OFFLINE && !silent)
		lan_probe_sender(camd->lan, &message->from);
	return user;
}
