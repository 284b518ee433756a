/* tickets.c: leave to fetch, given over a link, and the connections that show
 * it. */
#include "camd/offer/tickets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/offer/grant.h"
#include "camd/offer/offers.h"
#include "camd/offer/passage.h"
#include "camd/offer/reason.h"
#include "camd/offer/transfers.h"
#include "camd/people/user.h"
#include "crypto/digest.h"
#include "lan/lan.h"
#include "loop/timer.h"
#include "loop/watch.h"

enum { VERSION = 1, WISHES_OF_ONE = 64, WISHES_MAX = 4096 };
static const char magic[4] = { 'c', 'a', 'm', 't' };

/* Somebody asked over his link; he waits for a turn, then for the offer. */
struct wish {
	TAILQ_ENTRY(wish) entry;
	struct tickets *tickets;
	uint64_t serial; /* of the link */
	json_int_t id;	 /* of the request */
	int64_t uid;
	char message[ID_SIZE];
	uint32_t number;
};
TAILQ_HEAD(wishes, wish);

/* Kept as its digest, so that comparing tells nothing of it. */
struct ticket {
	TAILQ_ENTRY(ticket) entry;
	struct tickets *tickets;
	uint8_t digest[SHA256_SIZE];
	struct grant *grant;
	struct timer timer;
};

/* A connection whose ticket is being read. */
struct bearer {
	TAILQ_ENTRY(bearer) entry;
	struct tickets *tickets;
	int fd;
	struct watch watch;
	struct timer timer;
	uint8_t hello[TICKET_HELLO_SIZE];
	size_t len;
	void (*on_known)(void *arg);
	void *known_arg;
};

struct tickets {
	struct camd *camd;
	struct wishes waiting; /* for a turn */
	struct wishes asking;  /* the offers */
	size_t wish_count;
	TAILQ_HEAD(, ticket) given;
	TAILQ_HEAD(, bearer) bearers;
};

/* -- given ------------------------------------------------------------------
 */

/* Its turn is still held. */
static struct grant *
take_back(struct ticket *ticket)
{
	struct grant *grant = ticket->grant;

	TAILQ_REMOVE(&ticket->tickets->given, ticket, entry);
	timer_finish(&ticket->timer);
	free(ticket);
	return grant;
}

static void
on_too_late(void *arg)
{
	struct ticket *ticket = arg;
	struct transfers *transfers = ticket->tickets->camd->transfers;
	struct grant *grant = take_back(ticket);
	int64_t uid = grant->uid;

	grant_free(grant);
	transfers_free_turn(transfers, uid);
}

/* Takes the grant. */
static void
give(struct wish *wish, struct link *link, struct grant *grant)
{
	struct tickets *tickets = wish->tickets;
	struct ticket *ticket = xcalloc(1, sizeof *ticket);
	uint8_t bytes[TICKET_SIZE];
	char text[2 * TICKET_SIZE + 1];

	random_bytes(bytes, sizeof bytes);
	digest_sha256(span_of(bytes, sizeof bytes), ticket->digest);
	hex_encode(bytes, sizeof bytes, text);
	ticket->tickets = tickets;
	ticket->grant = grant;
	timer_init(&ticket->timer, tickets->camd->loop, on_too_late, ticket);
	timer_start(&ticket->timer, TICKET_MS);
	TAILQ_INSERT_TAIL(&tickets->given, ticket, entry);
	link_reply(link, wish->id,
	    json_pack("{s:s, s:i}", "ticket", text, "port",
		(int)lan_port(tickets->camd->lan)));
	wipe(bytes, sizeof bytes);
	wipe(text, sizeof text);
}

void
tickets_drop(struct tickets *tickets, int64_t message, int64_t number)
{
	struct ticket *ticket = TAILQ_FIRST(&tickets->given), *next;

	for (; ticket != NULL; ticket = next) {
		const struct offer_key *key = &ticket->grant->key;

		next = TAILQ_NEXT(ticket, entry);
		if (key->message == message &&
		    (number == OFFER_ALL || key->number == number))
			on_too_late(ticket);
	}
}

/* -- wished for -------------------------------------------------------------
 */

static void
wish_free(struct wish *wish)
{
	wish->tickets->wish_count--;
	free(wish);
}

static void
on_asked(void *arg, const char *reason, struct grant *grant)
{
	struct wish *wish = arg;
	struct tickets *tickets = wish->tickets;
	struct camd *camd = tickets->camd;
	struct link *link = links_by_serial(camd->links, wish->serial);
	int64_t uid = wish->uid;

	TAILQ_REMOVE(&tickets->asking, wish, entry);
	if (link != NULL && grant != NULL) {
		grant->uid = uid;
		give(wish, link, grant);
		wish_free(wish);
		return;
	}
	if (link != NULL)
		link_fail(link, wish->id, offer_reason_err(reason), reason);
	grant_free(grant);
	wish_free(wish);
	transfers_free_turn(camd->transfers, uid);
}

static void
ask(struct wish *wish, struct user *user)
{
	struct tickets *tickets = wish->tickets;
	const struct offer_ask ask = {
		.user = user,
		.message = wish->message,
		.number = wish->number,
	};

	TAILQ_INSERT_TAIL(&tickets->asking, wish, entry);
	transfers_hold_turn(tickets->camd->transfers, wish->uid);
	offers_ask(tickets->camd->offers, &ask, on_asked, wish);
}

void
tickets_turn(struct tickets *tickets)
{
	struct camd *camd = tickets->camd;
	struct wish *wish, *next;

	for (wish = TAILQ_FIRST(&tickets->waiting); wish != NULL; wish = next) {
		struct link *link = links_by_serial(camd->links, wish->serial);

		next = TAILQ_NEXT(wish, entry);
		if (link != NULL &&
		    !transfers_has_turn(camd->transfers, wish->uid))
			continue;
		TAILQ_REMOVE(&tickets->waiting, wish, entry);
		if (link != NULL)
			ask(wish, link_user(link));
		else
			wish_free(wish);
	}
}

static bool
has_room(const struct tickets *tickets, int64_t uid)
{
	const struct wish *wish;
	unsigned of_user = 0;

	TAILQ_FOREACH (wish, &tickets->waiting, entry)
		of_user += wish->uid == uid;
	return of_user < WISHES_OF_ONE && tickets->wish_count < WISHES_MAX;
}

int
tickets_hear_fetch(struct link *link, json_t *params, const json_int_t *id)
{
	struct tickets *tickets = link_camd(link)->tickets;
	const json_t *message = json_object_get(params, "message");
	const json_t *number = json_object_get(params, "number");
	json_int_t value = json_integer_value(number);
	uint8_t bytes[(ID_SIZE - 1) / 2];
	struct wish *wish;

	if (id == NULL || !json_is_integer(number) || value < 0 ||
	    value > UINT32_MAX || json_string_length(message) != ID_SIZE - 1 ||
	    hex_decode(
		span_text(json_string_value(message)), bytes, sizeof bytes) < 0)
		return CAM_ERR_REQUEST;
	if (!has_room(tickets, link_user(link)->uid)) {
		link_fail(link, *id, offer_reason_err("busy"), "busy");
		return 0;
	}
	wish = xcalloc(1, sizeof *wish);
	tickets->wish_count++;
	wish->tickets = tickets;
	wish->serial = link_serial(link);
	wish->id = *id;
	wish->uid = link_user(link)->uid;
	hex_encode(bytes, sizeof bytes, wish->message);
	wish->number = (uint32_t)value;
	TAILQ_INSERT_TAIL(&tickets->waiting, wish, entry);
	tickets_turn(tickets);
	return 0;
}

/* -- shown ------------------------------------------------------------------
 */

void
ticket_hello_write(
    const uint8_t ticket[TICKET_SIZE], uint8_t hello[TICKET_HELLO_SIZE])
{
	memcpy(hello, magic, sizeof magic);
	hello[sizeof magic] = VERSION;
	memcpy(hello + sizeof magic + 1, ticket, TICKET_SIZE);
}

static void
bearer_free(struct bearer *bearer)
{
	TAILQ_REMOVE(&bearer->tickets->bearers, bearer, entry);
	watch_finish(&bearer->watch);
	timer_finish(&bearer->timer);
	if (bearer->fd >= 0)
		close(bearer->fd);
	bearer->on_known(bearer->known_arg);
	wipe_free(bearer, sizeof *bearer);
}

static struct ticket *
find(const struct tickets *tickets, const uint8_t bytes[TICKET_SIZE])
{
	uint8_t digest[SHA256_SIZE];
	struct ticket *ticket;

	digest_sha256(span_of(bytes, TICKET_SIZE), digest);
	TAILQ_FOREACH (ticket, &tickets->given, entry) {
		if (memcmp(ticket->digest, digest, sizeof digest) == 0)
			return ticket;
	}
	return NULL;
}

static void
show(struct bearer *bearer)
{
	struct tickets *tickets = bearer->tickets;
	struct ticket *ticket;
	struct passage passage;

	if (memcmp(bearer->hello, magic, sizeof magic) != 0 ||
	    bearer->hello[sizeof magic] != VERSION)
		return;
	ticket = find(tickets, bearer->hello + sizeof magic + 1);
	if (ticket == NULL) {
		log_info("a connection showed no ticket of ours");
		return;
	}
	passage_init(&passage);
	passage.socket = bearer->fd;
	watch_finish(&bearer->watch);
	bearer->fd = -1;
	(void)transfers_send(
	    tickets->camd->transfers, take_back(ticket), &passage, true);
}

static void
on_readable(int fd, int events, void *arg)
{
	struct bearer *bearer = arg;
	ssize_t len = recv(fd, bearer->hello + bearer->len,
	    sizeof bearer->hello - bearer->len, MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len > 0)
		bearer->len += (size_t)len;
	if (len > 0 && bearer->len < sizeof bearer->hello)
		return;
	if (len > 0)
		show(bearer);
	bearer_free(bearer);
}

static void
on_late(void *arg)
{
	bearer_free(arg);
}

void
tickets_accept(struct tickets *tickets, int fd, uint64_t deadline_ms,
    void (*on_known)(void *arg), void *known_arg)
{
	struct bearer *bearer = xcalloc(1, sizeof *bearer);
	uint64_t now_ms = clock_now_ms();

	bearer->tickets = tickets;
	bearer->fd = fd;
	bearer->on_known = on_known;
	bearer->known_arg = known_arg;
	TAILQ_INSERT_TAIL(&tickets->bearers, bearer, entry);
	timer_init(&bearer->timer, tickets->camd->loop, on_late, bearer);
	timer_start(
	    &bearer->timer, deadline_ms > now_ms ? deadline_ms - now_ms : 0);
	watch_init(
	    &bearer->watch, tickets->camd->loop, fd, on_readable, bearer);
	watch_set(&bearer->watch, WATCH_READ);
}

/* -- making and ending ------------------------------------------------------
 */

struct tickets *
tickets_new(struct camd *camd)
{
	struct tickets *tickets = xcalloc(1, sizeof *tickets);

	tickets->camd = camd;
	TAILQ_INIT(&tickets->waiting);
	TAILQ_INIT(&tickets->asking);
	TAILQ_INIT(&tickets->given);
	TAILQ_INIT(&tickets->bearers);
	return tickets;
}

static void
forget_wishes(struct wishes *wishes)
{
	struct wish *wish;

	while ((wish = TAILQ_FIRST(wishes)) != NULL) {
		TAILQ_REMOVE(wishes, wish, entry);
		wish_free(wish);
	}
}

void
tickets_free(struct tickets *tickets)
{
	struct ticket *ticket;
	struct bearer *bearer;

	if (tickets == NULL)
		return;
	while ((bearer = TAILQ_FIRST(&tickets->bearers)) != NULL)
		bearer_free(bearer);
	while ((ticket = TAILQ_FIRST(&tickets->given)) != NULL)
		grant_free(take_back(ticket));
	forget_wishes(&tickets->waiting);
	forget_wishes(&tickets->asking);
	free(tickets);
}
