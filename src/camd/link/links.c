/* links.c: links found by user, settled, told of, and buried. */
#include "camd/link/links.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "camd/camd.h"
#include "camd/link/contact.h"
#include "camd/link/identity.h"
#include "camd/link/link_private.h"
#include "camd/org/org.h"
#include "camd/people/user.h"
#include "link/wire.h"
#include "net/tls.h"
#include "rpc/names.h"

enum {
	/* Connections greeted further apart were not made at the same time: the
	 * older one is dead at the other end. Longer than dialling and greeting
	 * may take. */
	SIMULTANEOUS_MS = 30 * 1000,
	/* That our keys came back is worth a line now and then. */
	COPIED_QUIET_MS = 60 * 1000,
	DAY_MS = 24 * 60 * 60 * 1000, /* prekeys are renewed */
};

/* -- finding ----------------------------------------------------------------
 */

static bool
has_uid(const struct table_link *link, const void *key)
{
	return container_of(link, struct contact, by_uid)->user->uid ==
	       *(const int64_t *)key;
}

static uint64_t
hash_uid(const struct links *links, int64_t uid)
{
	return table_hash(&links->contacts, &uid, sizeof uid);
}

struct contact *
links_contact(const struct links *links, const struct user *user)
{
	struct table_link *found = table_find(
	    &links->contacts, hash_uid(links, user->uid), has_uid, &user->uid);

	return found != NULL ? container_of(found, struct contact, by_uid)
			     : NULL;
}

static struct contact *
contact_of(struct links *links, struct user *user)
{
	struct contact *contact = links_contact(links, user);

	if (contact == NULL) {
		contact = contact_new(links, user);
		table_add(&links->contacts, &contact->by_uid,
		    hash_uid(links, user->uid));
	}
	return contact;
}

static void
drop_contact(struct links *links, struct contact *contact)
{
	table_remove(&links->contacts, &contact->by_uid);
	contact_free(contact);
}

struct link *
links_of(const struct links *links, const struct user *user)
{
	const struct contact *contact = links_contact(links, user);

	return contact != NULL ? contact->link : NULL;
}

static bool
has_serial(const struct table_link *link, const void *key)
{
	return container_of(link, struct link, by_serial)->serial ==
	       *(const uint64_t *)key;
}

struct link *
links_by_serial(const struct links *links, uint64_t serial)
{
	struct table_link *found = table_find(&links->by_serial,
	    table_hash(&links->by_serial, &serial, sizeof serial), has_serial,
	    &serial);

	return found != NULL ? container_of(found, struct link, by_serial)
			     : NULL;
}

size_t
links_count(const struct links *links)
{
	return links->greeted;
}

/* -- settling ---------------------------------------------------------------
 */

bool
links_wins(const struct links *links, const struct link *link)
{
	uint8_t theirs[DEVICE_ID_SIZE];

	device_id(link->proof.device, theirs);
	return memcmp(identity_device_id(links->identity), theirs,
		   sizeof theirs) > 0;
}

/* Whether the newer of two links to one user takes the place of the older. */
static bool
newer_stays(const struct links *links, const struct link *older,
    const struct link *newer)
{
	/* Of two that one side has made the later one, though it may be greeted
	 * first: the other end sees them come in the same order. */
	if (older->connected == newer->connected)
		return newer->serial > older->serial;
	if (newer->greeted_ms - older->greeted_ms > SIMULTANEOUS_MS)
		return true;
	return newer->connected == links_wins(links, newer);
}

static void
close_oldest(struct links *links, const struct link *but)
{
	struct link *oldest = NULL, *link;

	TAILQ_FOREACH (link, &links->list, entry)
		if (link->state == LINK_GREETED && link != but &&
		    link_queued(link) == 0 &&
		    (oldest == NULL || link->used_ms < oldest->used_ms))
			oldest = link;
	if (oldest != NULL)
		link_close(oldest, "there are too many");
}

static void
known(struct link *link)
{
	void (*on_known)(void *arg) = link->on_known;

	link->on_known = NULL;
	if (on_known != NULL)
		on_known(link->known_arg);
}

/* The attempt may have been meant for another: whoever answers there now. */
static void
leave_attempt(struct link *link, const struct contact *reached)
{
	struct contact *contact = link->contact;

	link->contact = NULL;
	if (contact != NULL && contact != reached)
		contact_try_ended(contact, link);
}

void
links_greeted(struct links *links, struct link *link)
{
	struct contact *contact = contact_of(links, link->user);
	struct link *older = contact->link;
	char addr[ADDR_TEXT_SIZE];

	known(link);
	if (older != NULL && !newer_stays(links, older, link)) {
		leave_attempt(link, NULL);
		contact_hold(contact, link);
		return;
	}
	leave_attempt(link, contact);
	link->opened = true;
	links->greeted++;
	log_info("a link to %s at %s is open", link->user->peer.user,
	    addr_format(&link->addr, addr));
	contact_reached(contact, link);
	if (older != NULL)
		link_close(older, "another one takes its place");
	if (links->greeted > LIMIT_LINKS)
		close_oldest(links, link);
	if (link->state == LINK_GREETED)
		links->ops->on_open(links->arg, link->user, link);
}

/* The link of the contact is over: NULL, or the one that takes its place. */
static struct link *
end_link(struct contact *contact)
{
	struct link *spare = contact->spare;

	contact->spare = NULL;
	contact_link_ended(contact);
	return spare;
}

void
links_ended(struct links *links, struct link *link, bool was_greeted)
{
	struct contact *contact =
	    was_greeted ? links_contact(links, link->user) : NULL;
	struct link *spare = NULL;

	TAILQ_REMOVE(&links->list, link, entry);
	TAILQ_INSERT_TAIL(&links->dead, link, entry);
	table_remove(&links->by_serial, &link->by_serial);
	timer_start(&links->burial, 0);
	known(link);
	leave_attempt(link, NULL);
	if (link->opened)
		links->greeted--;
	if (contact != NULL && contact->spare == link)
		contact->spare = NULL;
	if (contact != NULL && contact->link == link)
		spare = end_link(contact);
	if (links->ending)
		return;
	if (link->opened)
		links->ops->on_closed(links->arg, link->user, link);
	if (spare != NULL && spare->state == LINK_GREETED) {
		wire_pause(spare->wire, false);
		links_greeted(links, spare);
	}
}

static void
bury(struct links *links)
{
	struct link *link;

	while ((link = TAILQ_FIRST(&links->dead)) != NULL) {
		TAILQ_REMOVE(&links->dead, link, entry);
		link_free(link);
	}
}

static void
on_burial(void *arg)
{
	bury(arg);
}

void
links_copied(struct links *links, const struct addr *addr)
{
	uint64_t now_ms = clock_now_ms();
	char text[ADDR_TEXT_SIZE];

	if (links->copied_ms != 0 &&
	    now_ms - links->copied_ms < COPIED_QUIET_MS)
		return;
	links->copied_ms = now_ms;
	log_error("%s shows our own keys: the folder of keys was copied to "
		  "another camd, which must get keys of its own, or somebody "
		  "sends our connections back to us; no link is made",
	    addr_format(addr, text));
}

/* -- wanted and heard -------------------------------------------------------
 */

enum links_state
links_state(const struct links *links, const struct user *user)
{
	const struct contact *contact = links_contact(links, user);

	return contact != NULL ? contact_state(contact) : LINKS_NONE;
}

enum links_state
links_want(struct links *links, struct user *user)
{
	struct contact *contact = links_contact(links, user);

	if (contact == NULL) {
		if (user->uid == 0 || user->peer.strength < PEER_CAM1)
			return LINKS_NONE;
		contact = contact_of(links, user);
	}
	if (contact->link == NULL) {
		if (!contact_is_known(contact) &&
		    contact->announced.family == ADDR_NONE)
			return LINKS_NONE;
		contact->wanted = true;
		if (contact_state(contact) == LINKS_NONE)
			contact_dial(contact);
	}
	return contact_state(contact);
}

void
links_heard(struct links *links, struct user *user, const struct addr *from,
    const struct lan_cam *cam, bool believed)
{
	struct contact *contact = links_contact(links, user);

	if (contact == NULL) {
		if (cam == NULL || !believed || user->uid == 0)
			return;
		contact = contact_of(links, user);
	}
	/* Who has moved is heard from elsewhere first. */
	if (cam != NULL && contact_announced(contact, from, cam, believed))
		believed = true;
	if (believed)
		contact_heard(contact);
}

bool
links_probe(struct links *links, struct user *user,
    void (*on_done)(void *arg, struct user *user, bool alive), void *arg)
{
	const struct contact_probe probe = { on_done, arg };

	if (user->uid == 0 || (links_contact(links, user) == NULL &&
				  user->peer.strength < PEER_CAM1))
		return false;
	return contact_probe(contact_of(links, user), &probe);
}

void
links_question(struct links *links)
{
	struct link *link, *next;

	for (link = TAILQ_FIRST(&links->list); link != NULL; link = next) {
		next = TAILQ_NEXT(link, entry);
		if (link->state == LINK_GREETED && link->opened)
			contact_question(links_contact(links, link->user));
	}
}

void
links_tell_prekey(struct links *links)
{
	struct span prekey = identity_prekey(links->identity);
	char text[2 * PREKEY_BYTES + 1];
	struct link *link;

	hex_encode(prekey.data, prekey.len, text);
	TAILQ_FOREACH (link, &links->list, entry)
		if (link->state == LINK_GREETED)
			(void)link_notify(link, LINK_PREKEY,
			    json_pack("{s:s}", "prekey", text));
}

/* -- users who change -------------------------------------------------------
 */

/* Both users had a link: one stays, the same at the other end. */
static void
settle_merged(struct links *links, struct contact *contact, struct link *link)
{
	struct link *kept = contact->link;
	bool is_newer = kept == NULL || link->greeted_ms >= kept->greeted_ms;

	if (kept != NULL && (is_newer ? !newer_stays(links, kept, link)
				      : newer_stays(links, link, kept))) {
		link_close(link, "its user has another one");
		return;
	}
	contact_reached(contact, link);
	if (kept != NULL)
		link_close(kept, "another one takes its place");
	links->ops->on_open(links->arg, contact->user, link);
}

void
links_user_merged(struct links *links, struct user *from, struct user *into)
{
	struct contact *old = links_contact(links, from), *contact;
	struct link *link;

	TAILQ_FOREACH (link, &links->list, entry)
		if (link->user == from)
			link->user = into;
	if (old == NULL)
		return;
	contact = contact_of(links, into);
	if (contact->announced.family == ADDR_NONE)
		contact->announced = old->announced;
	if (contact->last.family == ADDR_NONE)
		contact->last = old->last;
	if (old->spare != NULL)
		link_close(old->spare, "its user is another one");
	link = old->link;
	old->link = NULL;
	/* The connection being made goes on: it may be what has told that the
	 * two are one. */
	if (old->trying != NULL) {
		old->trying->contact = NULL;
		old->trying = NULL;
	}
	drop_contact(links, old);
	if (link != NULL)
		settle_merged(links, contact, link);
}

void
links_user_gone(struct links *links, struct user *user)
{
	struct contact *contact = links_contact(links, user);
	struct link *link, *next;

	if (contact != NULL && contact->spare != NULL)
		link_close(contact->spare, "its user is forgotten");
	for (link = TAILQ_FIRST(&links->list); link != NULL; link = next) {
		next = TAILQ_NEXT(link, entry);
		if (link->user != user)
			continue;
		link_close(link, "its user is forgotten");
		next = TAILQ_FIRST(&links->list);
	}
	if (contact != NULL)
		drop_contact(links, contact);
}

/* -- making and ending ------------------------------------------------------
 */

struct tls_context *
links_context(const struct links *links)
{
	return links->context;
}

const struct addr *
links_source(const struct links *links, const struct addr *to)
{
	return links->ops->source(links->arg, (enum addr_family)to->family);
}

bool
links_knows(const struct links *links, const struct addr *host)
{
	return links->ops->knows(links->arg, host);
}

void
links_accept(struct links *links, int fd, const struct addr *from,
    uint64_t deadline_ms, void (*on_known)(void *arg), void *known_arg)
{
	uint64_t now_ms = clock_now_ms();
	struct link *link = link_new(links, fd, false, from,
	    deadline_ms > now_ms ? deadline_ms - now_ms : 1);

	link->on_known = on_known;
	link->known_arg = known_arg;
}

static void
on_day(void *arg)
{
	struct links *links = arg;

	if (identity_renew(links->identity, clock_wall_ms())) {
		links_tell_prekey(links);
		org_tell_card(links->camd->org);
	}
	timer_start(&links->renewal, DAY_MS);
}

int
links_new(struct camd *camd, struct identity *identity,
    const struct links_ops *ops, void *arg, struct links **result)
{
	struct links *links = xcalloc(1, sizeof *links);
	int r;

	links->camd = camd;
	links->identity = identity;
	links->ops = ops;
	links->arg = arg;
	if ((r = tls_context_new(
		 identity_link_key(identity), "cam/1", &links->context)) < 0) {
		free(links);
		return r;
	}
	table_init(&links->by_serial);
	table_init(&links->contacts);
	TAILQ_INIT(&links->list);
	TAILQ_INIT(&links->dead);
	TAILQ_INIT(&links->queue);
	timer_init(&links->burial, camd->loop, on_burial, links);
	timer_init(&links->renewal, camd->loop, on_day, links);
	timer_start(&links->renewal, DAY_MS);
	*result = links;
	return 0;
}

void
links_free(struct links *links)
{
	struct table_link *at;
	struct link *link, *next;

	if (links == NULL)
		return;
	links->ending = true;
	/* What was said this moment, of calls that end. */
	for (link = TAILQ_FIRST(&links->list); link != NULL; link = next) {
		next = TAILQ_NEXT(link, entry);
		wire_flush(link->wire);
	}
	while ((at = table_first(&links->contacts)) != NULL) {
		struct contact *contact =
		    container_of(at, struct contact, by_uid);

		if (contact->link != NULL)
			link_close(contact->link, "we are leaving");
		drop_contact(links, contact);
	}
	while ((link = TAILQ_FIRST(&links->list)) != NULL)
		link_close(link, "we are leaving");
	bury(links);
	timer_finish(&links->burial);
	timer_finish(&links->renewal);
	table_finish(&links->by_serial);
	table_finish(&links->contacts);
	tls_context_free(links->context);
	free(links);
}
