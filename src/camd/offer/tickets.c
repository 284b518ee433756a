/* tickets.c: leave to fetch, given over a link, and the connections that show
 * it. */
#include "camd/offer/tickets.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

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
#include "camd/org/org.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "crypto/digest.h"
#include "lan/lan.h"
#include "loop/timer.h"
#include "net/tcp.h"

enum { WISHES_OF_ONE = 64, WISHES_MAX = 4096, DIAL_MS = 10 * 1000 };

/* Somebody asked over his link or the server's; he waits for a turn, then for
 * the offer. */
struct wish {
	TAILQ_ENTRY(wish) entry;
	struct tickets *tickets;
	bool by_server;
	uint8_t ticket[TICKET_SIZE]; /* by_server */
	uint64_t serial;	     /* of the link */
	json_int_t id;		     /* of the request */
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

/* Shown at the server, to one who asked by way of it. */
struct crossing {
	TAILQ_ENTRY(crossing) entry;
	struct tickets *tickets;
	struct grant *grant;
	struct tcp_dial *dial;
	uint8_t hello[TICKET_HELLO_SIZE];
};

struct tickets {
	struct camd *camd;
	struct wishes waiting; /* for a turn */
	struct wishes asking;  /* the offers */
	size_t wish_count;
	TAILQ_HEAD(, ticket) given;
	TAILQ_HEAD(, crossing) crossings;
	struct bearers *bearers;
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

/* -- shown at the server -----------------------------------------------------
 */

static struct grant *
disembark(struct crossing *crossing)
{
	struct grant *grant = crossing->grant;

	TAILQ_REMOVE(&crossing->tickets->crossings, crossing, entry);
	tcp_dial_free(crossing->dial);
	wipe_free(crossing, sizeof *crossing);
	return grant;
}

static void
give_up(struct crossing *crossing)
{
	struct transfers *transfers = crossing->tickets->camd->transfers;
	struct grant *grant = disembark(crossing);
	int64_t uid = grant->uid;

	grant_free(grant);
	transfers_free_turn(transfers, uid);
}

/* What is said first fits into any connection. */
static void
on_dialled(void *arg, int err, int fd)
{
	struct crossing *crossing = arg;
	struct transfers *transfers = crossing->tickets->camd->transfers;
	struct passage passage;

	crossing->dial = NULL;
	passage_init(&passage);
	passage.socket = fd;
	if (err == 0 && send(fd, crossing->hello, sizeof crossing->hello,
			    MSG_NOSIGNAL) == sizeof crossing->hello) {
		(void)transfers_send(
		    transfers, disembark(crossing), &passage, true);
		return;
	}
	passage_finish(&passage);
	give_up(crossing);
}

/* Takes the grant. */
static void
cross(const struct wish *wish, const struct addr *server, struct grant *grant)
{
	struct tickets *tickets = wish->tickets;
	struct crossing *crossing = xcalloc(1, sizeof *crossing);

	crossing->tickets = tickets;
	crossing->grant = grant;
	ticket_hello_write(wish->ticket, crossing->hello);
	TAILQ_INSERT_TAIL(&tickets->crossings, crossing, entry);
	crossing->dial = tcp_dial_new(tickets->camd->loop,
	    links_source(tickets->camd->links, server), server, DIAL_MS,
	    on_dialled, crossing);
}

static bool
is_of(const struct grant *grant, int64_t message, int64_t number)
{
	return grant->key.message == message &&
	       (number == OFFER_ALL || grant->key.number == number);
}

void
tickets_drop(struct tickets *tickets, int64_t message, int64_t number)
{
	struct ticket *ticket = TAILQ_FIRST(&tickets->given), *next;
	struct crossing *crossing = TAILQ_FIRST(&tickets->crossings), *after;

	for (; ticket != NULL; ticket = next) {
		next = TAILQ_NEXT(ticket, entry);
		if (is_of(ticket->grant, message, number))
			on_too_late(ticket);
	}
	for (; crossing != NULL; crossing = after) {
		after = TAILQ_NEXT(crossing, entry);
		if (is_of(crossing->grant, message, number))
			give_up(crossing);
	}
}

/* -- wished for -------------------------------------------------------------
 */

static void
wish_free(struct wish *wish)
{
	wish->tickets->wish_count--;
	wipe_free(wish, sizeof *wish);
}

/* Over what he asked is still open. */
static bool
is_there(const struct wish *wish)
{
	const struct camd *camd = wish->tickets->camd;

	return wish->by_server
		   ? org_server_addr(camd->org, wish->serial) != NULL
		   : links_by_serial(camd->links, wish->serial) != NULL;
}

static void
refuse(const struct wish *wish, const char *reason)
{
	struct camd *camd = wish->tickets->camd;
	struct link *link = NULL;

	if (wish->by_server) {
		org_ferry_answer(camd->org, wish->serial, wish->id, reason);
		return;
	}
	link = links_by_serial(camd->links, wish->serial);
	if (link != NULL)
		link_fail(link, wish->id, offer_reason_err(reason), reason);
}

/* Takes the grant. */
static void
grant_it(struct wish *wish, struct grant *grant)
{
	struct camd *camd = wish->tickets->camd;

	grant->uid = wish->uid;
	if (!wish->by_server) {
		give(wish, links_by_serial(camd->links, wish->serial), grant);
		return;
	}
	cross(wish, org_server_addr(camd->org, wish->serial), grant);
	org_ferry_answer(camd->org, wish->serial, wish->id, NULL);
}

static void
on_asked(void *arg, const char *reason, struct grant *grant)
{
	struct wish *wish = arg;
	struct tickets *tickets = wish->tickets;
	int64_t uid = wish->uid;

	TAILQ_REMOVE(&tickets->asking, wish, entry);
	if (grant != NULL && is_there(wish)) {
		grant_it(wish, grant);
		wish_free(wish);
		return;
	}
	if (grant == NULL)
		refuse(wish, reason);
	grant_free(grant);
	wish_free(wish);
	transfers_free_turn(tickets->camd->transfers, uid);
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
		struct user *user = roster_by_uid(camd->roster, wish->uid);
		bool there = user != NULL && is_there(wish);

		next = TAILQ_NEXT(wish, entry);
		if (there && !transfers_has_turn(camd->transfers, wish->uid))
			continue;
		TAILQ_REMOVE(&tickets->waiting, wish, entry);
		if (there)
			ask(wish, user);
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

static struct wish *
wish_new(struct tickets *tickets, const struct user *user,
    const uint8_t message[(ID_SIZE - 1) / 2], uint32_t number)
{
	struct wish *wish = xcalloc(1, sizeof *wish);

	tickets->wish_count++;
	wish->tickets = tickets;
	wish->uid = user->uid;
	hex_encode(message, (ID_SIZE - 1) / 2, wish->message);
	wish->number = number;
	TAILQ_INSERT_TAIL(&tickets->waiting, wish, entry);
	return wish;
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
	wish = wish_new(tickets, link_user(link), bytes, (uint32_t)value);
	wish->serial = link_serial(link);
	wish->id = *id;
	tickets_turn(tickets);
	return 0;
}

void
tickets_wish(struct tickets *tickets, const struct ticket_wish *wanted)
{
	struct wish *wish = NULL;

	if (!has_room(tickets, wanted->user->uid)) {
		org_ferry_answer(
		    tickets->camd->org, wanted->serial, wanted->id, "busy");
		return;
	}
	wish = wish_new(tickets, wanted->user, wanted->message, wanted->number);
	wish->by_server = true;
	wish->serial = wanted->serial;
	wish->id = wanted->id;
	memcpy(wish->ticket, wanted->ticket, sizeof wish->ticket);
	tickets_turn(tickets);
}

/* -- shown ------------------------------------------------------------------
 */

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
on_shown(void *arg, int fd, const uint8_t bytes[TICKET_SIZE])
{
	struct tickets *tickets = arg;
	struct ticket *ticket = find(tickets, bytes);
	struct passage passage;

	if (ticket == NULL) {
		log_info("a connection showed no ticket of ours");
		close(fd);
		return;
	}
	passage_init(&passage);
	passage.socket = fd;
	(void)transfers_send(
	    tickets->camd->transfers, take_back(ticket), &passage, true);
}

void
tickets_accept(struct tickets *tickets, int fd, uint64_t deadline_ms,
    void (*on_known)(void *arg), void *known_arg)
{
	bearers_accept(tickets->bearers, fd, deadline_ms, on_known, known_arg);
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
	TAILQ_INIT(&tickets->crossings);
	tickets->bearers = bearers_new(camd->loop, on_shown, tickets);
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
	struct crossing *crossing;

	if (tickets == NULL)
		return;
	bearers_free(tickets->bearers);
	while ((crossing = TAILQ_FIRST(&tickets->crossings)) != NULL)
		grant_free(disembark(crossing));
	while ((ticket = TAILQ_FIRST(&tickets->given)) != NULL)
		grant_free(take_back(ticket));
	forget_wishes(&tickets->waiting);
	forget_wishes(&tickets->asking);
	free(tickets);
}
