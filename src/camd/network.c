/* network.c: what lan tells of the network, handed to whom it concerns. */
#include "camd/network.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/announcement.h"
#include "camd/link/door.h"
#include "camd/link/links.h"
#include "camd/message/inbox.h"
#include "camd/message/outbox.h"
#include "camd/offer/offers.h"
#include "camd/org/org.h"
#include "camd/people/heard.h"
#include "camd/people/pinning.h"
#include "camd/people/presence.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"

static struct user *
user_of(struct peer *peer)
{
	return container_of(peer, struct user, peer);
}

static void
on_entry(void *arg, const struct lan_entry *entry)
{
	heard_entry(arg, entry);
}

static void
on_message(void *arg, struct lan_message *message)
{
	struct camd *camd = arg;

	inbox_receive(camd->inbox, message);
}

static void
on_opened(void *arg, const struct peer *peer, uint32_t packet_no)
{
	struct camd *camd = arg;

	outbox_opened(camd->outbox, container_of(peer, const struct user, peer),
	    packet_no);
}

static void
on_released(void *arg, const struct peer *peer, uint32_t packet_no)
{
	struct camd *camd = arg;

	offers_released(
	    camd->offers, container_of(peer, struct user, peer), packet_no);
}

static void
on_key(void *arg, struct peer *peer, const struct addr *from, uint32_t word,
    struct rsa_public *key)
{
	pinning_key_shown(arg, user_of(peer), from, word, key);
}

static void
on_no_key(void *arg, struct peer *peer)
{
	struct camd *camd = arg;

	outbox_user_mute(camd->outbox, user_of(peer));
	trust_key_told(camd->trust, user_of(peer));
}

static void
on_version(void *arg, struct peer *peer, const char *version)
{
	struct camd *camd = arg;

	if (roster_set_version(camd->roster, user_of(peer), version))
		roster_changed(camd->roster, user_of(peer), true);
}

static void
on_absence(void *arg, struct peer *peer, const char *text)
{
	struct camd *camd = arg;
	struct user *user = user_of(peer);

	if (user->state == USER_AWAY &&
	    roster_set_away(camd->roster, user, text))
		roster_changed(camd->roster, user, true);
}

static void
on_heard(void *arg, struct peer *peer)
{
	heard_user(arg, user_of(peer));
}

/* Connections from addresses that are ours no more are dead, and nothing tells
 * so. */
static void
on_changed(void *arg)
{
	const struct camd *camd = arg;

	if (camd->links != NULL)
		links_question(camd->links);
}

static void
on_orgline(void *arg, const struct addr *from, const struct orgline *line)
{
	const struct camd *camd = arg;

	org_hear_server(camd->org, from, line);
}

static void
on_conflict(void *arg, const struct addr *from)
{
	char text[ADDR_TEXT_SIZE];

	log_warn("%s uses our user and host name: change one of them",
	    addr_format(from, text));
}

static struct peer *
find_peer(
    void *arg, const char *user, const char *host, const struct addr *addr)
{
	struct camd *camd = arg;
	struct user *found = roster_find(camd->roster, user, host, addr);

	return found != NULL ? &found->peer : NULL;
}

static bool
knows(void *arg, const struct addr *addr)
{
	struct camd *camd = arg;

	return roster_knows_address(camd->roster, addr);
}

static bool
is_present(void *arg, const struct peer *peer)
{
	return container_of(peer, const struct user, peer)->state !=
	       USER_OFFLINE;
}

static struct peer *
next_peer(void *arg, const struct peer *after)
{
	struct camd *camd = arg;
	struct user *next =
	    after != NULL ? container_of(after, struct user, peer) : NULL;

	do {
		next = roster_next(camd->roster, next);
	} while (next != NULL && next->state == USER_OFFLINE);
	return next != NULL ? &next->peer : NULL;
}

static size_t
count_peers(void *arg)
{
	struct camd *camd = arg;

	return roster_count(camd->roster);
}

static const char *
absence(void *arg)
{
	struct camd *camd = arg;

	return presence_text(camd->presence);
}

static void
describe(
    void *arg, const struct peer *peer, const char **nick, const char **group)
{
	const struct user *user = container_of(peer, const struct user, peer);

	*nick = user->nick;
	*group = user->group;
}

static void
cam_line(void *arg, uint16_t port, struct buf *line)
{
	const struct camd *camd = arg;

	announcement_write(camd->announcement, lan_user(camd->lan),
	    lan_host(camd->lan), port, clock_wall_ms(), line);
}

static int
open_tcp(void *arg, const struct addr *address, const char *interface)
{
	const struct camd *camd = arg;

	return door_open(camd->door, address, interface);
}

static void
close_tcp(void *arg)
{
	const struct camd *camd = arg;

	door_close(camd->door);
}

const struct lan_ops network_ops = {
	.on_entry = on_entry,
	.on_message = on_message,
	.on_opened = on_opened,
	.on_released = on_released,
	.on_key = on_key,
	.on_no_key = on_no_key,
	.on_version = on_version,
	.on_absence = on_absence,
	.on_heard = on_heard,
	.on_changed = on_changed,
	.on_orgline = on_orgline,
	.on_conflict = on_conflict,
	.find = find_peer,
	.known = knows,
	.next = next_peer,
	.present = is_present,
	.count = count_peers,
	.cam_line = cam_line,
	.open_tcp = open_tcp,
	.close_tcp = close_tcp,
	.absence = absence,
	.describe = describe,
};
