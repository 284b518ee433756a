/* contact.c: dialling another camd, place after place, with back-off. */
#include "camd/link/contact.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/link/link_private.h"
#include "camd/people/user.h"
#include "ipmsg/camline.h"
#include "lan/lan.h"
#include "link/wire.h"
#include "net/tcp.h"
#include "rpc/names.h"

enum {
	/* Who is only said to speak cam/1 must not keep a message waiting, nor
	 * one who is gone be shown for long. */
	TCP_HINT_MS = 3000,
	TCP_MS = 8000,
	GREET_MS = 10 * 1000,
	BACKOFF_FIRST_MS = 1000,
	BACKOFF_MAX_MS = 5 * 60 * 1000,
	/* So often at most being heard makes us dial, or check a signature. */
	HEARD_MS = 1000,
	HEARD_PING_MS = 10 * 1000,
	PING_MS = 5000,
	/* While a spare link waits, and with it what was sent over it. */
	SPARE_PING_MS = 2000,
	/* A link that ends sooner was worth no more than a failure. */
	SHORT_MS = 10 * 1000,
};

static void try_next(struct contact *contact);
static void start(struct contact *contact);

bool
contact_is_known(const struct contact *contact)
{
	return contact->user->peer.strength >= PEER_CAM1;
}

enum links_state
contact_state(const struct contact *contact)
{
	if (contact->link != NULL)
		return LINKS_OPEN;
	if (contact->queued || contact->dialling)
		return LINKS_DIALING;
	return timer_is_running(&contact->retry) ? LINKS_WAITING : LINKS_NONE;
}

/* -- who asks ---------------------------------------------------------------
 */

static void
answer_probes(struct contact *contact, bool alive)
{
	struct contact_probe probes[CONTACT_PROBES_MAX];
	unsigned count = contact->links->ending ? 0 : contact->probe_count;
	struct user *user = contact->user;

	/* They may do anything to the contact. */
	memcpy(probes, contact->probes, sizeof probes);
	contact->probe_count = 0;
	contact->pinged = false;
	timer_stop(&contact->ping);
	for (unsigned i = 0; i < count; i++)
		probes[i].on_done(probes[i].arg, user, alive);
}

/* -- places -----------------------------------------------------------------
 */

static void
add_place(struct contact *contact, const struct addr *addr)
{
	if (!addr_is_answerable(addr))
		return;
	for (unsigned i = 0; i < contact->place_count; i++)
		if (addr_equal(&contact->places[i], addr))
			return;
	contact->places[contact->place_count++] = *addr;
}

static void
find_places(struct contact *contact)
{
	contact->place = contact->place_count = 0;
	add_place(contact, &contact->announced);
	if (!contact_is_known(contact))
		return;
	add_place(contact, &contact->last);
	/* The TCP port has the number of the UDP port. */
	add_place(contact, &contact->user->peer.addr);
}

/* -- dialling ---------------------------------------------------------------
 */

/* Others have their turn. */
static void
stop(struct contact *contact)
{
	struct links *links = contact->links;
	struct contact *next;

	if (contact->queued) {
		TAILQ_REMOVE(&links->queue, contact, entry);
		contact->queued = false;
	}
	if (!contact->dialling)
		return;
	contact->dialling = false;
	links->dialling--;
	if (!links->ending && (next = TAILQ_FIRST(&links->queue)) != NULL) {
		TAILQ_REMOVE(&links->queue, next, entry);
		next->queued = false;
		start(next);
	}
}

static uint64_t
backoff_ms(unsigned failures)
{
	uint64_t ms = BACKOFF_MAX_MS;

	if (failures < 10)
		ms = (uint64_t)BACKOFF_FIRST_MS << (failures - 1);
	if (ms > BACKOFF_MAX_MS)
		ms = BACKOFF_MAX_MS;
	/* Two who lost each other do not come back at the same moment. */
	return ms - ms / 4 + random_below((uint32_t)(ms / 2));
}

static void
back_off(struct contact *contact)
{
	contact->not_before_ms =
	    clock_now_ms() + backoff_ms(++contact->failures);
}

static uint64_t
left_ms(const struct contact *contact)
{
	uint64_t now_ms = clock_now_ms();

	return contact->not_before_ms > now_ms ? contact->not_before_ms - now_ms
					       : 0;
}

static void
fail(struct contact *contact)
{
	struct links *links = contact->links;
	struct user *user = contact->user;
	bool wanted = contact->wanted;

	if (contact_is_known(contact)) {
		back_off(contact);
		if (wanted)
			timer_start(&contact->retry, left_ms(contact));
	} else {
		/* Worth one attempt, until it is announced again. */
		contact->announced.family = ADDR_NONE;
		contact->wanted = false;
	}
	stop(contact);
	answer_probes(contact, false);
	if (wanted)
		links->ops->on_unreached(links->arg, user);
}

static void
on_dialled(void *arg, int err, int fd)
{
	struct contact *contact = arg;
	const struct addr *to = &contact->places[contact->place - 1];
	char addr[ADDR_TEXT_SIZE];

	contact->dial = NULL;
	if (err < 0) {
		log_debug("cannot connect to %s: %s", addr_format(to, addr),
		    cam_strerror(err));
		try_next(contact);
		return;
	}
	contact->trying = link_new(contact->links, fd, true, to, GREET_MS);
	contact->trying->contact = contact;
}

static void
try_next(struct contact *contact)
{
	const struct links *links = contact->links;
	const struct addr *to;

	if (contact->place == contact->place_count) {
		fail(contact);
		return;
	}
	to = &contact->places[contact->place++];
	contact->dial = tcp_dial_new(links->camd->loop,
	    links->ops->source(links->arg, (enum addr_family)to->family), to,
	    contact_is_known(contact) && contact->wanted ? TCP_MS : TCP_HINT_MS,
	    on_dialled, contact);
}

static void
start(struct contact *contact)
{
	contact->dialling = true;
	contact->links->dialling++;
	contact->began_ms = clock_now_ms();
	find_places(contact);
	if (contact->place_count > 0) {
		try_next(contact);
		return;
	}
	/* Nothing may be told inside the call that wants it. */
	timer_start(&contact->retry, 0);
}

void
contact_dial(struct contact *contact)
{
	struct links *links = contact->links;

	if (contact->link != NULL || contact->queued || contact->dialling)
		return;
	if (left_ms(contact) > 0) {
		timer_start(&contact->retry, left_ms(contact));
		return;
	}
	timer_stop(&contact->retry);
	if (links->dialling < LIMIT_LINKS_DIALLED) {
		start(contact);
		return;
	}
	contact->queued = true;
	TAILQ_INSERT_TAIL(&links->queue, contact, entry);
}

static void
on_retry(void *arg)
{
	struct contact *contact = arg;

	if (contact->dialling) {
		fail(contact); /* there was no place to dial */
	} else {
		contact->not_before_ms = 0;
		contact_dial(contact);
	}
}

void
contact_try_ended(struct contact *contact, struct link *link)
{
	if (contact->trying != link)
		return;
	contact->trying = NULL;
	if (contact->link == NULL)
		try_next(contact);
	else
		stop(contact);
}

/* -- whether a link still leads anywhere ------------------------------------
 */

static void
drop_spare(struct contact *contact)
{
	if (contact->spare != NULL)
		link_close(contact->spare, "the other of two stays");
}

struct pinging {
	struct links *links;
	uint64_t serial;
};

static void
on_pong(void *arg, int err, json_t *result, const char *message)
{
	struct pinging *pinging = arg;
	struct link *link = links_by_serial(pinging->links, pinging->serial);
	struct contact *contact =
	    link != NULL && link->user != NULL
		? links_contact(pinging->links, link->user)
		: NULL;

	free(pinging);
	/* An error is a sign of life as well. */
	if (contact != NULL && contact->link == link) {
		drop_spare(contact);
		answer_probes(contact, true);
	}
}

static void
on_no_pong(void *arg)
{
	struct contact *contact = arg;

	/* Who probes is answered once it has been dialled again. */
	if (contact->link != NULL)
		link_break(contact->link, "it does not answer");
}

static bool
send_ping(struct contact *contact)
{
	struct pinging *pinging = xcalloc(1, sizeof *pinging);

	pinging->links = contact->links;
	pinging->serial = contact->link->serial;
	if (link_call(contact->link, LINK_PING, json_object(), on_pong,
		pinging) < 0) {
		free(pinging);
		return false;
	}
	contact->pinged = true;
	contact->pinged_ms = clock_now_ms();
	timer_start(&contact->ping, PING_MS);
	return true;
}

void
contact_question(struct contact *contact)
{
	if (contact->link != NULL && !contact->pinged && !send_ping(contact))
		link_close(contact->link, "it takes no questions");
}

void
contact_hold(struct contact *contact, struct link *spare)
{
	drop_spare(contact);
	contact->spare = spare;
	/* What comes over it waits in the system. */
	wire_pause(spare->wire, true);
	contact_question(contact);
	if (contact->pinged && timer_left_ms(&contact->ping) > SPARE_PING_MS)
		timer_start(&contact->ping, SPARE_PING_MS);
}

/* -- heard ------------------------------------------------------------------
 */

static const struct device *
announced_device(const struct contact *contact, const struct lan_cam *cam)
{
	const struct links *links = contact->links;
	const struct devices *devices =
	    links->ops->devices(links->arg, contact->user);

	return devices != NULL ? devices_by_id(devices, cam->line.device)
			       : NULL;
}

/* Who, where and when, newer than what is known; now and then only, for it is
 * work that anybody can cause. */
static bool
is_signed(struct contact *contact, const struct lan_cam *cam,
    const struct device *device)
{
	uint64_t now_ms = clock_now_ms();

	if (cam->line.time_ms <= contact->announced_ms ||
	    (contact->checked_ms != 0 &&
		now_ms - contact->checked_ms < HEARD_MS))
		return false;
	contact->checked_ms = now_ms;
	return sign_verify(device->signing_key, CAMLINE_LABEL, cam->signed_part,
		   cam->line.signature) == 0;
}

bool
contact_announced(struct contact *contact, const struct addr *from,
    const struct lan_cam *cam, bool believed)
{
	const struct device *device;
	struct addr place = *from;

	place.port = cam->line.port;
	if (addr_equal(&place, &contact->announced))
		return false;
	device = announced_device(contact, cam);
	if (device != NULL) {
		if (!is_signed(contact, cam, device))
			return false;
		contact->announced_ms = cam->line.time_ms;
	} else if (!believed) {
		return false;
	}
	contact->announced = place;
	return device != NULL;
}

/* Perhaps he has begun anew, and our link leads to nobody. */
static void
question_link(struct contact *contact)
{
	uint64_t now_ms = clock_now_ms();

	if (now_ms - contact->link->used_ms >= HEARD_PING_MS &&
	    now_ms - contact->pinged_ms >= HEARD_PING_MS)
		contact_question(contact);
}

void
contact_heard(struct contact *contact)
{
	uint64_t since_ms = clock_now_ms() - contact->began_ms;

	if (contact->link != NULL) {
		question_link(contact);
		return;
	}
	if (!timer_is_running(&contact->retry) || contact->dialling)
		return;
	contact->not_before_ms = 0;
	timer_start(
	    &contact->retry, since_ms < HEARD_MS ? HEARD_MS - since_ms : 0);
}

/* -- reached ----------------------------------------------------------------
 */

static void
drop_attempt(struct contact *contact)
{
	struct link *link = contact->trying;

	tcp_dial_free(contact->dial);
	contact->dial = NULL;
	contact->trying = NULL;
	if (link != NULL) {
		link->contact = NULL;
		link_close(link, "another one was faster");
	}
	stop(contact);
}

/*
 * The other end may be greeted on our own attempt already. Then both must drop
 * the same connection: links_wins() decides at both ends alike.
 */
static bool
attempt_goes_on(const struct contact *contact, const struct link *link)
{
	return contact->trying != NULL && contact->trying->admitted &&
	       !link->connected && links_wins(contact->links, link);
}

void
contact_reached(struct contact *contact, struct link *link)
{
	contact->link = link;
	contact->wanted = false;
	timer_stop(&contact->retry);
	if (link->connected)
		contact->last = link->addr;
	if (contact->trying == link) {
		contact->trying = NULL;
		stop(contact);
	} else if (!attempt_goes_on(contact, link)) {
		drop_attempt(contact);
	}
	drop_spare(contact);
	answer_probes(contact, true);
}

/* -- probing ----------------------------------------------------------------
 */

/* Whoever asks again before the answer gets that one. */
static bool
is_waiting(const struct contact *contact, const struct contact_probe *probe)
{
	for (unsigned i = 0; i < contact->probe_count; i++)
		if (contact->probes[i].on_done == probe->on_done &&
		    contact->probes[i].arg == probe->arg)
			return true;
	return false;
}

bool
contact_probe(struct contact *contact, const struct contact_probe *probe)
{
	if (is_waiting(contact, probe))
		return true;
	if (contact->probe_count == CONTACT_PROBES_MAX ||
	    (contact->link == NULL && !contact_is_known(contact) &&
		contact->announced.family == ADDR_NONE))
		return false;
	if (contact->link != NULL && !contact->pinged && !send_ping(contact))
		return false;
	contact->probes[contact->probe_count++] = *probe;
	if (contact->link == NULL) {
		contact->not_before_ms = 0;
		contact_dial(contact);
	}
	return true;
}

void
contact_link_ended(struct contact *contact)
{
	bool was_short = clock_now_ms() - contact->link->greeted_ms < SHORT_MS;

	contact->link = NULL;
	contact->pinged = false;
	timer_stop(&contact->ping);
	if (was_short) {
		back_off(contact);
	} else {
		contact->failures = 0;
		contact->not_before_ms = 0;
	}
	if (contact->probe_count > 0) {
		contact->not_before_ms = 0;
		contact_dial(contact);
	}
}

/* -- making and ending ------------------------------------------------------
 */

struct contact *
contact_new(struct links *links, struct user *user)
{
	struct contact *contact = xcalloc(1, sizeof *contact);

	contact->links = links;
	contact->user = user;
	timer_init(&contact->retry, links->camd->loop, on_retry, contact);
	timer_init(&contact->ping, links->camd->loop, on_no_pong, contact);
	return contact;
}

void
contact_free(struct contact *contact)
{
	drop_attempt(contact);
	answer_probes(contact, false);
	timer_finish(&contact->retry);
	timer_finish(&contact->ping);
	free(contact);
}
