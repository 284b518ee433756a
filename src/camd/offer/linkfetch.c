/* linkfetch.c: a ticket over the link, then a connection. */
#include "camd/offer/linkfetch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/link/liaison.h"
#include "camd/link/links.h"
#include "camd/offer/fetches.h"
#include "camd/offer/passage.h"
#include "camd/offer/reason.h"
#include "camd/org/org.h"
#include "link/bearer.h"
#include "loop/timer.h"
#include "net/tcp.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { DIAL_MS = 10 * 1000 };

struct linkfetch {
	struct camd *camd;
	uint64_t serial; /* of the server's link */
	bool by_server, is_held;
	struct addr addr;
	bool is_asking; /* over the link: an answer follows */
	bool is_gone;	/* nobody waits for it any more */
	struct timer soon;
	const char *reason; /* for soon */
	struct tcp_dial *dial;
	uint8_t hello[TICKET_HELLO_SIZE];
	void (*on_done)(void *arg, const char *reason, struct passage *passage);
	void *arg;
};

/* The answer of the link comes whatever happens: it finds this. */
static void
end(struct linkfetch *fetch)
{
	timer_finish(&fetch->soon);
	tcp_dial_free(fetch->dial);
	fetch->dial = NULL;
	if (fetch->is_asking)
		fetch->is_gone = true;
	else
		wipe_free(fetch, sizeof *fetch);
}

void
linkfetch_free(struct linkfetch *fetch)
{
	if (fetch != NULL)
		end(fetch);
}

static void
fail(struct linkfetch *fetch, const char *reason)
{
	void (*on_done)(void *arg, const char *reason,
	    struct passage *passage) = fetch->on_done;
	void *arg = fetch->arg;

	end(fetch);
	on_done(arg, reason, NULL);
}

static void
on_soon(void *arg)
{
	struct linkfetch *fetch = arg;

	fail(fetch, fetch->reason);
}

static void
fail_soon(struct linkfetch *fetch, const char *reason)
{
	fetch->reason = reason;
	timer_start(&fetch->soon, 0);
}

static void
on_dialled(void *arg, int err, int fd)
{
	struct linkfetch *fetch = arg;
	struct passage passage;
	void (*on_done)(void *arg, const char *reason,
	    struct passage *passage) = fetch->on_done;

	fetch->dial = NULL;
	if (err < 0) {
		fail(fetch, "unreachable");
		return;
	}
	passage_init(&passage);
	passage.socket = fd;
	passage.hello = xmemdup(fetch->hello, sizeof fetch->hello);
	passage.hello_len = sizeof fetch->hello;
	passage.held = fetch->is_held;
	memcpy(passage.held_as, identity_user_key(fetch->camd->identity),
	    sizeof passage.held_as);
	arg = fetch->arg;
	end(fetch);
	on_done(arg, NULL, &passage);
}

static bool
find_server(struct linkfetch *fetch)
{
	const struct addr *server =
	    org_server_addr(fetch->camd->org, fetch->serial);

	if (server != NULL)
		fetch->addr = *server;
	return server != NULL;
}

static void
on_ticket(void *arg, int err, json_t *result, const char *message)
{
	struct linkfetch *fetch = arg;
	const json_t *ticket = json_object_get(result, "ticket");
	json_int_t port = json_integer_value(json_object_get(result, "port"));
	uint8_t bytes[TICKET_SIZE];

	fetch->is_asking = false;
	if (fetch->is_gone) {
		wipe_free(fetch, sizeof *fetch);
		return;
	}
	if (err < 0) {
		fail(fetch, err == CAM_ERR_CLOSED ? "unreachable"
						  : offer_reason(message));
		return;
	}
	if (fetch->by_server ? !find_server(fetch)
			     : port < 1 || port > UINT16_MAX) {
		fail(fetch, "unreachable");
		return;
	}
	if (json_string_length(ticket) != 2 * sizeof bytes ||
	    hex_decode(span_text(json_string_value(ticket)), bytes,
		sizeof bytes) < 0) {
		fail(fetch, "failed");
		return;
	}
	fetch->is_held = fetch->by_server && json_true_at(result, "held");
	ticket_hello_write(bytes, fetch->hello);
	wipe(bytes, sizeof bytes);
	if (!fetch->by_server)
		fetch->addr.port = (uint16_t)port;
	fetch->dial = tcp_dial_new(fetch->camd->loop,
	    liaison_ops.source(fetch->camd, fetch->addr.family), &fetch->addr,
	    DIAL_MS, on_dialled, fetch);
}

static void
ask(struct linkfetch *fetch, struct link *link, const struct fetch_wish *wish)
{
	int r;

	fetch->addr = *link_addr(link);
	fetch->is_asking = true;
	r = link_call(link, LINK_OFFER_FETCH,
	    json_pack("{s:s, s:I}", "message", wish->id, "number",
		(json_int_t)wish->number),
	    on_ticket, fetch);
	if (r == 0)
		return;
	fetch->is_asking = false;
	fail_soon(fetch, "unreachable");
}

/* Where no path leads to him, or none is found. */
static void
ask_server(struct linkfetch *fetch, const struct fetch_wish *wish)
{
	struct org *org = fetch->camd->org;

	fetch->by_server = true;
	fetch->serial = org_serial(org);
	fetch->is_asking = org_ferry_fetch(org, wish->user, wish->id,
			       wish->number, on_ticket, fetch) == 0;
	if (!fetch->is_asking)
		fail_soon(fetch, "unreachable");
}

static bool
needs_server(const struct linkfetch *fetch, struct user *user)
{
	return links_want(fetch->camd->links, user) != LINKS_DIALING &&
	       org_way(fetch->camd->org, user) != ORG_NO_WAY;
}

struct linkfetch *
linkfetch_new(struct camd *camd, const struct fetch_wish *wish,
    void (*on_done)(void *arg, const char *reason, struct passage *passage),
    void *arg)
{
	struct linkfetch *fetch = xcalloc(1, sizeof *fetch);
	struct link *link = links_of(camd->links, wish->user);

	fetch->camd = camd;
	fetch->on_done = on_done;
	fetch->arg = arg;
	timer_init(&fetch->soon, camd->loop, on_soon, fetch);
	if (link == NULL && needs_server(fetch, wish->user)) {
		ask_server(fetch, wish);
	} else if (link == NULL) {
		/* Who waits hears of it when there is one. */
		fail_soon(fetch, "unreachable");
	} else if (!link_can(link, LINK_FILES)) {
		fail_soon(fetch, "version");
	} else {
		ask(fetch, link, wish);
	}
	return fetch;
}
