/* orglink.c: a name looked up, its addresses dialled one after the other, and
 * hello. */
#include "camd/org/orglink.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "link/relayed.h"
#include "link/wire.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "net/tcp.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	PORT = 2425,
	PLACES_MAX = 8,
	DIAL_MS = 8000,
	GREET_MS = 10 * 1000,
	PING_MS = 60 * 1000, /* whether it still is there */
	PONG_MS = 20 * 1000,
};

/* A name being looked up; lives on when the link is gone. */
struct lookup_job {
	struct job job;
	struct orglink *link; /* NULL: it is gone */
	char host[ORGLINK_HOST_SIZE];
	uint16_t port;
	struct addr places[PLACES_MAX];
	size_t count;
};

struct orglink {
	struct camd *camd;
	struct orglink_ops ops;
	void *arg;
	struct lookup_job *lookup;
	struct addr places[PLACES_MAX];
	size_t count, next;
	struct tcp_dial *dial;
	struct wire *wire;
	uint8_t key[SIGN_KEY_SIZE]; /* of its TLS */
	uint8_t signing_key[SIGN_KEY_SIZE];
	struct timer timer;
	bool known;   /* it is the server */
	bool greeted; /* and has shown its charter */
	bool pinged;
	bool can_send, can_receive;
	uint16_t stream_out, stream_in;
};

/* -- where -------------------------------------------------------------------
 */

int
orglink_split(const char *text, char host[ORGLINK_HOST_SIZE], uint16_t *port)
{
	const char *end = strrchr(text, ':');
	const char *bracket = strrchr(text, ']');
	struct addr addr;
	uint64_t number = 0;
	size_t len = strlen(text);

	if (addr_parse(span_text(text), 0, &addr) == 0) {
		(void)addr_format_host(&addr, host);
		*port = addr.port;
		return 0;
	}
	if (bracket != NULL)
		return CAM_ERR_FORMAT;
	if (end != NULL) {
		if (number_decimal(span_text(end + 1), UINT16_MAX, &number) <
			0 ||
		    number == 0)
			return CAM_ERR_FORMAT;
		len = (size_t)(end - text);
	}
	if (len == 0 || len >= ORGLINK_HOST_SIZE)
		return CAM_ERR_FORMAT;
	memcpy(host, text, len);
	host[len] = '\0';
	*port = (uint16_t)number;
	return 0;
}

static void
look_up(struct job *job, void *context)
{
	struct lookup_job *lookup = container_of(job, struct lookup_job, job);
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;

	if (getaddrinfo(lookup->host, NULL, &hints, &list) != 0)
		return;
	for (const struct addrinfo *at = list;
	     at != NULL && lookup->count < PLACES_MAX; at = at->ai_next) {
		struct addr *place = &lookup->places[lookup->count];

		if (addr_from_sockaddr(at->ai_addr, at->ai_addrlen, place) < 0)
			continue;
		place->port = lookup->port;
		lookup->count++;
	}
	freeaddrinfo(list);
}

/* -- ending ------------------------------------------------------------------
 */

static void
end(struct orglink *link, int err, const char *reason)
{
	void (*on_closed)(void *arg, int err, const char *reason) =
	    link->ops.on_closed;

	link->ops.on_closed = NULL;
	if (on_closed != NULL)
		on_closed(link->arg, err, reason);
}

void
orglink_free(struct orglink *link)
{
	if (link == NULL)
		return;
	link->ops.on_closed = NULL;
	if (link->lookup != NULL)
		link->lookup->link = NULL;
	tcp_dial_free(link->dial);
	timer_finish(&link->timer);
	wire_free(link->wire);
	free(link);
}

/* -- whether it is there -----------------------------------------------------
 */

static void
on_pong(void *arg, int err, json_t *result, const char *message)
{
	struct orglink *link = arg;

	/* Called once more where the link ends. */
	if (err == CAM_ERR_CLOSED)
		return;
	link->pinged = false;
	timer_start(&link->timer, PING_MS);
}

static void
on_time(void *arg)
{
	struct orglink *link = arg;

	if (!link->greeted) {
		end(link, CAM_ERR_TIMEOUT, "it did not greet in time");
	} else if (link->pinged) {
		end(link, CAM_ERR_SYSTEM, "it does not answer");
	} else {
		link->pinged = true;
		timer_start(&link->timer, PONG_MS);
		if (orglink_call(
			link, LINK_PING, json_object(), on_pong, link) < 0)
			end(link, CAM_ERR_SYSTEM, "it takes no questions");
	}
}

void
orglink_question(struct orglink *link)
{
	if (link->greeted && !link->pinged)
		timer_start(&link->timer, 0);
}

/* -- hello -------------------------------------------------------------------
 */

/* The charter that it shows must be of the organisation that we mean, and name
 * the key that it has (threat model S1). */
static int
check_charter(struct orglink *link, const json_t *result,
    struct charter *charter, const struct charter_server **server)
{
	uint8_t bytes[CHARTER_BYTES_MAX];
	size_t len = 0;
	int r = json_hex_get(result, "charter", bytes, sizeof bytes, &len);

	if (r == 0)
		r = charter_parse(span_of(bytes, len), charter);
	if (r < 0)
		return r == CAM_ERR_VERSION ? r : CAM_ERR_KEY;
	*server = charter_server(charter, link->key);
	if (*server == NULL)
		return CAM_ERR_KEY;
	return link->ops.judge(link->arg, charter, span_of(bytes, len));
}

static void
become_known(struct orglink *link, const struct charter_server *server)
{
	link->known = true;
	memcpy(link->signing_key, server->signing_key, SIGN_KEY_SIZE);
	link->ops.on_known(link->arg, server);
}

static void
on_hello(void *arg, int err, json_t *result, const char *message)
{
	struct orglink *link = arg;
	const struct charter_server *server = NULL;
	struct charter charter;
	int r = 0;

	if (err == CAM_ERR_CLOSED)
		return;
	if (err < 0) {
		end(link, CAM_ERR_VERSION, "it is no camserver that we know");
		return;
	}
	r = check_charter(link, result, &charter, &server);
	if (r < 0) {
		end(link, r,
		    r == CAM_ERR_VERSION
			? "its charter is of a later version"
			: "it does not speak for the organisation");
		return;
	}
	link->greeted = true;
	timer_start(&link->timer, PING_MS);
	if (!link->known)
		become_known(link, server);
	/* A later charter than ours has others: begun anew, with those. */
	else if (memcmp(link->signing_key, server->signing_key,
		     SIGN_KEY_SIZE) != 0)
		end(link, CAM_ERR_CLOSED, "its keys have been renewed");
}

static void
on_ready(struct wire *wire, const uint8_t key[SIGN_KEY_SIZE], void *arg)
{
	struct orglink *link = arg;
	const struct charter_server *server = NULL;

	memcpy(link->key, key, SIGN_KEY_SIZE);
	if (channel_call(wire_channel(wire), ORG_HELLO,
		json_pack("{s:i, s:s, s:s}", "protocol", LINK_VERSION,
		    "program", "camd", "version", CAM_VERSION),
		on_hello, link) < 0) {
		end(link, CAM_ERR_SYSTEM, "it takes no hello");
		return;
	}
	/* Whom the charter that we have names is not waited for: that is one
	 * way there and back less. Its answer is looked at all the same. */
	server = link->ops.expected(link->arg, key);
	if (server != NULL)
		become_known(link, server);
}

/* -- the channel -------------------------------------------------------------
 */

static void
on_request(struct wire *wire, const char *method, json_t *params,
    const json_int_t *id, void *arg)
{
	struct orglink *link = arg;

	if (!link->known)
		end(link, CAM_ERR_FORMAT, "it asks before it is known");
	else
		link->ops.on_request(link->arg, method, params, id);
}

static int
on_open(struct wire *wire, uint16_t stream, const char *kind, void *arg)
{
	struct orglink *link = arg;

	if (!link->known || strcmp(kind, RELAYED_STREAM) != 0)
		return CAM_ERR_REFUSED;
	if (link->can_receive)
		return CAM_ERR_EXISTS;
	link->can_receive = true;
	link->stream_in = stream;
	return 0;
}

static void
on_item(struct wire *wire, uint16_t stream, struct span item, void *arg)
{
	struct orglink *link = arg;

	if (link->can_receive && stream == link->stream_in)
		link->ops.on_item(link->arg, item);
}

static void
on_close(struct wire *wire, uint16_t stream, int err, void *arg)
{
	end(arg, CAM_ERR_CLOSED, "it has closed its stream");
}

static void
on_drained(struct wire *wire, uint16_t stream, void *arg)
{
	struct orglink *link = arg;

	link->ops.on_drained(link->arg);
}

static void
on_closed(struct wire *wire, int err, const char *reason, void *arg)
{
	end(arg, err, reason);
}

static const struct wire_ops wire_ops = {
	.on_ready = on_ready,
	.on_request = on_request,
	.on_open = on_open,
	.on_item = on_item,
	.on_close = on_close,
	.on_drained = on_drained,
	.on_closed = on_closed,
};

/* -- dialling ----------------------------------------------------------------
 */

static void try_next(struct orglink *link);

static void
on_dialled(void *arg, int err, int fd)
{
	struct orglink *link = arg;

	link->dial = NULL;
	if (err < 0) {
		try_next(link);
		return;
	}
	timer_start(&link->timer, GREET_MS);
	link->wire =
	    wire_new(link->camd->loop, links_context(link->camd->links), fd,
		true, GREET_MS, &wire_ops, link);
}

static void
try_next(struct orglink *link)
{
	const struct addr *to = NULL;

	if (link->next == link->count) {
		end(link, CAM_ERR_UNREACHABLE, "it cannot be reached");
		return;
	}
	to = &link->places[link->next++];
	link->dial = tcp_dial_new(link->camd->loop,
	    links_source(link->camd->links, to), to, DIAL_MS, on_dialled, link);
}

static void
on_looked_up(struct job *job)
{
	struct lookup_job *lookup = container_of(job, struct lookup_job, job);
	struct orglink *link = lookup->link;

	if (link != NULL) {
		link->lookup = NULL;
		link->count = lookup->count;
		memcpy(link->places, lookup->places, sizeof link->places);
		if (link->count > 0)
			try_next(link);
		else
			end(link, CAM_ERR_UNREACHABLE,
			    "its name leads nowhere");
	}
	free(lookup);
}

struct orglink *
orglink_new(struct camd *camd, const char *host, const struct orglink_ops *ops,
    void *arg)
{
	struct orglink *link = xcalloc(1, sizeof *link);
	struct lookup_job *lookup = xcalloc(1, sizeof *lookup);

	link->camd = camd;
	link->ops = *ops;
	link->arg = arg;
	timer_init(&link->timer, camd->loop, on_time, link);
	if (orglink_split(host, lookup->host, &lookup->port) < 0)
		lookup->host[0] = '\0';
	if (lookup->port == 0)
		lookup->port = PORT;
	lookup->link = link;
	lookup->job.work = look_up;
	lookup->job.done = on_looked_up;
	link->lookup = lookup;
	workers_submit(camd->pool, &lookup->job);
	return link;
}

const struct addr *
orglink_addr(const struct orglink *link)
{
	return &link->places[link->next - 1];
}

/* -- saying ------------------------------------------------------------------
 */

int
orglink_call(struct orglink *link, const char *method, json_t *params,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg)
{
	return channel_call(
	    wire_channel(link->wire), method, params, on_done, arg);
}

int
orglink_notify(struct orglink *link, const char *method, json_t *params)
{
	return channel_notify(wire_channel(link->wire), method, params);
}

void
orglink_fail(struct orglink *link, json_int_t id, int err, const char *message)
{
	channel_fail(wire_channel(link->wire), id, err, message);
}

void
orglink_reply(struct orglink *link, json_int_t id)
{
	channel_reply(wire_channel(link->wire), id, NULL);
}

void
orglink_admit(struct orglink *link)
{
	wire_admit(link->wire);
}

int
orglink_send(struct orglink *link, struct span item)
{
	struct channel *channel = wire_channel(link->wire);
	int r = 0;

	if (!link->can_send) {
		r = channel_open(
		    channel, RELAYED_STREAM, CHANNEL_URGENT, &link->stream_out);
		if (r < 0)
			return r;
		link->can_send = true;
	}
	return channel_send(channel, link->stream_out, item);
}

void
orglink_credit(struct orglink *link, size_t len)
{
	if (link->can_receive)
		channel_credit(wire_channel(link->wire), link->stream_in, len);
}
