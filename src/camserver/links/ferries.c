/* ferries.c: asked for, boarded by both sides, carried over. */
#include "camserver/links/ferries.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "camserver/links/holds.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/memberlinks.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/roll.h"
#include "camserver/server.h"
#include "camserver/settings.h"
#include "crypto/digest.h"
#include "link/bearer.h"
#include "link/wire.h"
#include "loop/timer.h"
#include "net/junction.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	BOARD_MS = 60 * 1000,	 /* for both to come */
	IDLE_MS = 3 * 60 * 1000, /* without a byte */
	ASKED_OF_ONE = 32,	 /* and not answered */
	GOING_OF_ONE = 8,	 /* from him, and to him */
	MESSAGE_DIGITS = 32
};

/*
 *	ASKED -> BOARDING -> GOING
 */
enum ferry_state { FERRY_ASKED, FERRY_BOARDING, FERRY_GOING };

/* One of the two who come. */
struct side {
	uint8_t digest[SHA256_SIZE]; /* of his ticket */
	int fd;			     /* -1: he has not come */
};

struct ferry {
	TAILQ_ENTRY(ferry) entry;
	struct ferries *ferries;
	enum ferry_state state;
	int64_t sender, receiver; /* members */
	/* ASKED: the receiver's link and request, and his ticket. */
	uint64_t serial;
	json_int_t id;
	uint8_t ticket[TICKET_SIZE];
	uint8_t message[MESSAGE_DIGITS / 2];
	uint32_t number;
	struct side sides[2]; /* receiver, sender */
	struct timer timer;
	struct junction *junction; /* GOING; has the connections */
};
TAILQ_HEAD(ferry_list, ferry);

struct ferries {
	struct memberlinks *links;
	struct bearers *bearers;
	struct ferry_list asked, list;
	size_t count; /* of list */
	uint64_t bytes;
	bool stopped;
};

/* -- made and ended ----------------------------------------------------------
 */

static void
ferry_free(struct ferry *ferry)
{
	struct ferries *ferries = ferry->ferries;

	if (ferry->state == FERRY_ASKED) {
		TAILQ_REMOVE(&ferries->asked, ferry, entry);
	} else {
		TAILQ_REMOVE(&ferries->list, ferry, entry);
		ferries->count--;
	}
	if (ferry->junction != NULL)
		ferries->bytes += junction_bytes(ferry->junction);
	for (size_t i = 0; i < 2 && ferry->junction == NULL; i++) {
		if (ferry->sides[i].fd >= 0)
			close(ferry->sides[i].fd);
	}
	junction_free(ferry->junction);
	timer_finish(&ferry->timer);
	wipe_free(ferry, sizeof *ferry);
}

static void
on_time(void *arg)
{
	log_info("one of two members has not come for his file");
	ferry_free(arg);
}

/* -- boarded -----------------------------------------------------------------
 */

static void
on_ended(void *arg)
{
	ferry_free(arg);
}

static void
set_off(struct ferry *ferry)
{
	struct side *sides = ferry->sides;

	ferry->state = FERRY_GOING;
	timer_stop(&ferry->timer);
	ferry->junction = junction_new(ferry->ferries->links->server->loop,
	    sides[0].fd, sides[1].fd, IDLE_MS, on_ended, ferry);
}

/* A ticket serves once: there is a connection for it from then on. */
static struct side *
find(const struct ferries *ferries, const uint8_t ticket[TICKET_SIZE],
    struct ferry **found)
{
	uint8_t digest[SHA256_SIZE];
	struct ferry *ferry = NULL;

	digest_sha256(span_of(ticket, TICKET_SIZE), digest);
	TAILQ_FOREACH (ferry, &ferries->list, entry) {
		*found = ferry;
		for (size_t i = 0; i < 2; i++) {
			struct side *side = &ferry->sides[i];

			if (side->fd < 0 &&
			    memcmp(side->digest, digest, sizeof digest) == 0)
				return side;
		}
	}
	return NULL;
}

/* What he says waits where it is until the other has come. */
static void
on_shown(void *arg, int fd, const uint8_t ticket[TICKET_SIZE])
{
	struct ferries *ferries = arg;
	struct ferry *ferry = NULL;
	struct side *side = find(ferries, ticket, &ferry);

	if (side == NULL && holds_show(ferries->links->holds, fd, ticket))
		return;
	if (side == NULL) {
		log_info("a connection showed no ticket of ours");
		close(fd);
		return;
	}
	side->fd = fd;
	if (ferry->sides[0].fd >= 0 && ferry->sides[1].fd >= 0)
		set_off(ferry);
}

void
ferries_accept(struct ferries *ferries, int fd, uint64_t deadline_ms,
    void (*on_known)(void *arg), void *known_arg)
{
	bearers_accept(ferries->bearers, fd, deadline_ms, on_known, known_arg);
}

/* -- asked for ---------------------------------------------------------------
 */

static void
board(struct ferry *ferry)
{
	struct ferries *ferries = ferry->ferries;

	TAILQ_REMOVE(&ferries->asked, ferry, entry);
	ferry->state = FERRY_BOARDING;
	TAILQ_INSERT_TAIL(&ferries->list, ferry, entry);
	ferries->count++;
	timer_start(&ferry->timer, BOARD_MS);
}

static unsigned
going(const struct ferries *ferries, int64_t sender, int64_t receiver)
{
	const struct ferry *ferry = NULL;
	unsigned out = 0, in = 0;

	TAILQ_FOREACH (ferry, &ferries->list, entry) {
		out += ferry->sender == sender;
		in += ferry->receiver == receiver;
	}
	return out > in ? out : in;
}

static bool
has_room(const struct ferries *ferries, int64_t sender, int64_t receiver)
{
	const struct settings *settings = ferries->links->server->settings;

	return ferries->count <
		   (size_t)settings_number(settings, "relay.transfers") &&
	       going(ferries, sender, receiver) < GOING_OF_ONE;
}

/* The sender has given leave, or not; he is on his way already. */
static void
on_answered(void *arg, int err, json_t *result, const char *message)
{
	struct ferry *ferry = arg;
	struct ferries *ferries = ferry->ferries;
	struct memberlink *link =
	    memberlinks_by_serial(ferries->links, ferry->serial);
	json_int_t id = ferry->id;

	if (err == CAM_ERR_CLOSED) {
		err = CAM_ERR_TIMEOUT;
		message = "unreachable";
	} else if (err == 0 &&
		   !has_room(ferries, ferry->sender, ferry->receiver)) {
		err = CAM_ERR_TIMEOUT;
		message = "busy";
	}
	if (err == 0 && link != NULL && !ferries->stopped) {
		board(ferry);
		memberlink_reply(link, id,
		    json_pack("{s:o}", "ticket",
			json_hex(span_of(ferry->ticket, TICKET_SIZE))));
		return;
	}
	if (link != NULL && err == CAM_ERR_TIMEOUT && !ferries->stopped)
		holds_fetch(ferries->links->holds, link, ferry->sender,
		    ferry->message, ferry->number, id,
		    message != NULL && strcmp(message, "busy") == 0
			? "busy"
			: "unreachable");
	else if (link != NULL)
		memberlink_fail(
		    link, id, err < 0 ? err : CAM_ERR_CLOSED, message);
	ferry_free(ferry);
}

static struct ferry *
ferry_new(struct ferries *ferries, struct memberlink *link, int64_t sender,
    json_int_t id, uint8_t ticket[TICKET_SIZE])
{
	struct ferry *ferry = xcalloc(1, sizeof *ferry);

	ferry->ferries = ferries;
	ferry->serial = link->serial;
	ferry->id = id;
	ferry->receiver = link->member->member;
	ferry->sender = sender;
	random_bytes(ferry->ticket, sizeof ferry->ticket);
	random_bytes(ticket, TICKET_SIZE);
	digest_sha256(span_of(ferry->ticket, sizeof ferry->ticket),
	    ferry->sides[0].digest);
	digest_sha256(span_of(ticket, TICKET_SIZE), ferry->sides[1].digest);
	ferry->sides[0].fd = ferry->sides[1].fd = -1;
	timer_init(&ferry->timer, ferries->links->server->loop, on_time, ferry);
	TAILQ_INSERT_TAIL(&ferries->asked, ferry, entry);
	return ferry;
}

static unsigned
asked(const struct ferries *ferries, int64_t receiver)
{
	const struct ferry *ferry = NULL;
	unsigned count = 0;

	TAILQ_FOREACH (ferry, &ferries->asked, entry)
		count += ferry->receiver == receiver;
	return count;
}

/* The sender is told who asks: his camd knows to whom it has offered what. */
static int
ask(struct ferries *ferries, struct memberlink *link,
    const struct roll_member *sender, const json_t *params, json_int_t id)
{
	uint8_t ticket[TICKET_SIZE];
	struct ferry *ferry =
	    ferry_new(ferries, link, sender->member, id, ticket);
	int r = 0;

	(void)json_hex_get_all(
	    params, "message", ferry->message, sizeof ferry->message);
	ferry->number =
	    (uint32_t)json_integer_value(json_object_get(params, "number"));
	r = channel_call(wire_channel(sender->link->wire), FERRY_FETCH,
	    json_pack("{s:o, s:O, s:O, s:o}", "user",
		json_hex(span_of(link->user_key, SIGN_KEY_SIZE)), "message",
		json_object_get(params, "message"), "number",
		json_object_get(params, "number"), "ticket",
		json_hex(span_of(ticket, sizeof ticket))),
	    on_answered, ferry);

	wipe(ticket, sizeof ticket);
	if (r < 0)
		ferry_free(ferry);
	return r;
}

int
ferries_fetch(struct ferries *ferries, struct memberlink *link,
    const json_t *params, json_int_t id)
{
	uint8_t key[SIGN_KEY_SIZE], message[MESSAGE_DIGITS / 2];
	const json_t *number = json_object_get(params, "number");
	const struct roll_member *sender = NULL;

	if (json_hex_get_all(params, "user", key, sizeof key) < 0 ||
	    json_hex_get_all(params, "message", message, sizeof message) < 0 ||
	    !json_is_integer(number) || json_integer_value(number) < 0 ||
	    json_integer_value(number) > UINT32_MAX)
		return CAM_ERR_REQUEST;
	sender = roll_by_key(ferries->links->roll, key);
	if (sender == NULL || sender->link == link) {
		memberlink_fail(link, id, CAM_ERR_TIMEOUT, "unreachable");
		return 0;
	}
	if (sender->link == NULL || sender->link->wire == NULL) {
		holds_fetch(ferries->links->holds, link, sender->member,
		    message, (uint32_t)json_integer_value(number), id,
		    "unreachable");
		return 0;
	}
	if (asked(ferries, link->member->member) >= ASKED_OF_ONE ||
	    !has_room(ferries, sender->member, link->member->member) ||
	    ask(ferries, link, sender, params, id) < 0)
		memberlink_fail(link, id, CAM_ERR_TIMEOUT, "busy");
	return 0;
}

/* -- making and ending -------------------------------------------------------
 */

struct ferries *
ferries_new(struct memberlinks *links)
{
	struct ferries *ferries = xcalloc(1, sizeof *ferries);

	ferries->links = links;
	ferries->bearers = bearers_new(links->server->loop, on_shown, ferries);
	TAILQ_INIT(&ferries->asked);
	TAILQ_INIT(&ferries->list);
	return ferries;
}

void
ferries_stop(struct ferries *ferries)
{
	struct ferry *ferry = NULL;

	if (ferries == NULL)
		return;
	ferries->stopped = true;
	while ((ferry = TAILQ_FIRST(&ferries->list)) != NULL)
		ferry_free(ferry);
}

/* The links have gone: each question has had its answer. */
void
ferries_free(struct ferries *ferries)
{
	if (ferries == NULL)
		return;
	ferries_stop(ferries);
	bearers_free(ferries->bearers);
	free(ferries);
}

void
ferries_drop(struct ferries *ferries, int64_t member)
{
	struct ferry *ferry = TAILQ_FIRST(&ferries->list), *next = NULL;

	for (; ferry != NULL; ferry = next) {
		next = TAILQ_NEXT(ferry, entry);
		if (ferry->sender == member || ferry->receiver == member)
			ferry_free(ferry);
	}
}

size_t
ferries_count(const struct ferries *ferries)
{
	return ferries->count;
}

uint64_t
ferries_bytes(const struct ferries *ferries)
{
	uint64_t bytes = ferries->bytes;
	const struct ferry *ferry = NULL;

	TAILQ_FOREACH (ferry, &ferries->list, entry) {
		if (ferry->junction != NULL)
			bytes += junction_bytes(ferry->junction);
	}
	return bytes;
}
