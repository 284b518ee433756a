/* link.c: one connection to another camd, from its handshake to its end. */
#include "camd/link/link.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/greeting.h"
#include "camd/link/identity.h"
#include "camd/link/link_private.h"
#include "camd/link/linkmethods.h"
#include "camd/people/user.h"
#include "link/wire.h"
#include "loop/loop.h"
#include "rpc/channel.h"
#include "rpc/names.h"

enum {
	IDLE_MS = 10 * 60 * 1000,
	LIFE_MS = 24 * 60 * 60 * 1000, /* threat model 5.1 */
	REFUSED_MS = 300,	       /* for our error to reach them */
	/* New ones come once a week; each costs us the check of a signature. */
	PREKEY_QUIET_MS = 10 * 1000,
};

static const char envelopes[] = "envelopes";

/* -- ending -----------------------------------------------------------------
 */

static void
describe(const struct link *link, char text[ADDR_TEXT_SIZE])
{
	addr_format(&link->addr, text);
}

void
link_close(struct link *link, const char *reason)
{
	bool was_greeted = link->state == LINK_GREETED;
	char addr[ADDR_TEXT_SIZE];

	if (link->state == LINK_ENDED)
		return;
	describe(link, addr);
	if (was_greeted)
		log_info("the link to %s at %s has ended: %s",
		    link->user->peer.user, addr, reason);
	else
		log_debug("no link to %s: %s", addr, reason);
	link->state = LINK_ENDED;
	wire_pause(link->wire, true);
	timer_stop(&link->timer);
	greeting_forget(link);
	links_ended(link->links, link, was_greeted);
}

void
link_break(struct link *link, const char *reason)
{
	link->broken = true;
	link_close(link, reason);
}

void
link_free(struct link *link)
{
	wire_free(link->wire);
	timer_finish(&link->timer);
	rsa_public_free(link->proof.rsa);
	free(link);
}

void
link_refuse(struct link *link, json_int_t id, int err, const char *message)
{
	char addr[ADDR_TEXT_SIZE];

	describe(link, addr);
	log_info("the hello of %s is refused: %s", addr, message);
	link->state = LINK_REFUSING;
	channel_fail(wire_channel(link->wire), id, err, message);
	wire_pause(link->wire, true);
	if (timer_left_ms(&link->timer) > REFUSED_MS)
		timer_start(&link->timer, REFUSED_MS);
}

static void
on_time(void *arg)
{
	struct link *link = arg;
	uint64_t now_ms = clock_now_ms(), idle_ms = now_ms - link->used_ms;
	uint64_t age_ms = now_ms - link->greeted_ms, left_ms;

	if (link->state == LINK_REFUSING) {
		link_close(link, "refused");
	} else if (link->state != LINK_GREETED) {
		link_close(link, "not greeted in time");
	} else if (idle_ms >= IDLE_MS) {
		link_close(link, "nothing more to say");
	} else if (age_ms >= LIFE_MS) {
		link_close(link, "it is a day old");
	} else {
		left_ms = IDLE_MS - idle_ms;
		if (LIFE_MS - age_ms < left_ms)
			left_ms = LIFE_MS - age_ms;
		timer_start(&link->timer, left_ms);
	}
}

static void
use(struct link *link)
{
	link->used_ms = clock_now_ms();
}

void
link_greet(struct link *link)
{
	if (!link->admitted || !link->welcomed)
		return;
	link->state = LINK_GREETED;
	link->greeted_ms = clock_now_ms();
	wire_admit(link->wire);
	use(link);
	timer_start(&link->timer, IDLE_MS);
	links_greeted(link->links, link);
}

/* -- what comes over it ------------------------------------------------------
 */

static void
on_request(struct wire *wire, const char *method, json_t *params,
    const json_int_t *id, void *arg)
{
	struct link *link = arg;
	const struct link_method *known;
	uint64_t serial = link->serial;
	struct links *links = link->links;
	int r = CAM_ERR_UNSUPPORTED;

	if (link->state == LINK_ENDED || link->state == LINK_REFUSING)
		return;
	if (strcmp(method, LINK_HELLO) == 0) {
		greeting_receive(link, params, id);
		return;
	}
	if (link->state != LINK_GREETED) {
		link_close(link, "it asks before it is greeted");
		return;
	}
	known = link_method_find(method);
	if (known != NULL)
		r = known->handle(link, params, id);
	/* Asking whether we live is no use of the link. */
	if (strcmp(method, LINK_PING) != 0)
		use(link);
	if (r < 0 && links_by_serial(links, serial) == link && id != NULL)
		link_fail(link, *id, r, cam_strerror(r));
	else if (r < 0)
		log_debug("%s: %s", method, cam_strerror(r));
}

static int
on_open(struct wire *wire, uint16_t stream, const char *kind, void *arg)
{
	struct link *link = arg;

	if (link->state != LINK_GREETED || strcmp(kind, envelopes) != 0)
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
	struct link *link = arg;
	struct links *links = link->links;

	if (link->state != LINK_GREETED || stream != link->stream_in)
		return;
	use(link);
	links->ops->on_envelope(links->arg, link, item);
}

static void
on_close(struct wire *wire, uint16_t stream, int err, void *arg)
{
	struct link *link = arg;

	if (link->can_receive && stream == link->stream_in) {
		link->can_receive = false;
		/* We never say anything on it; else it would keep its place. */
		channel_close(wire_channel(wire), stream, 0);
	} else if (link->can_send && stream == link->stream_out) {
		link_close(link, "it takes no envelopes");
	}
}

static void
on_drained(struct wire *wire, uint16_t stream, void *arg)
{
	struct link *link = arg;

	if (link->state == LINK_GREETED && link->can_send &&
	    stream == link->stream_out)
		link->links->ops->on_drained(link->links->arg, link);
}

/* -- the connection ---------------------------------------------------------
 */

static void
on_ready(struct wire *wire, const uint8_t key[SIGN_KEY_SIZE], void *arg)
{
	struct link *link = arg;
	struct links *links = link->links;

	if (link->state == LINK_ENDED)
		return;
	memcpy(link->key, key, sizeof link->key);
	if (memcmp(key, identity_device(links->identity)->link_key,
		SIGN_KEY_SIZE) == 0) {
		links_copied(links, &link->addr);
		link_close(link, "it shows our own link key");
		return;
	}
	link->state = LINK_GREETING;
	greeting_send(link);
}

static void
on_closed(struct wire *wire, int err, const char *reason, void *arg)
{
	struct link *link = arg;

	link->broken = err == CAM_ERR_SYSTEM;
	link_close(link, reason);
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

struct link *
link_new(struct links *links, int fd, bool connected, const struct addr *addr,
    uint64_t timeout_ms)
{
	struct link *link = xcalloc(1, sizeof *link);

	link->links = links;
	link->serial = ++links->last_serial;
	link->connected = connected;
	link->addr = *addr;
	timer_init(&link->timer, links->camd->loop, on_time, link);
	timer_start(&link->timer, timeout_ms);
	link->wire = wire_new(links->camd->loop, links->context, fd, connected,
	    timeout_ms, &wire_ops, link);
	TAILQ_INSERT_TAIL(&links->list, link, entry);
	table_add(&links->by_serial, &link->by_serial,
	    table_hash(&links->by_serial, &link->serial, sizeof link->serial));
	return link;
}

/* -- asking and using -------------------------------------------------------
 */

bool
link_is_greeted(const struct link *link)
{
	return link->state == LINK_GREETED;
}

bool
link_is_broken(const struct link *link)
{
	return link->broken;
}

struct user *
link_user(const struct link *link)
{
	return link->state == LINK_GREETED ? link->user : NULL;
}

struct camd *
link_camd(const struct link *link)
{
	return link->links->camd;
}

bool
link_can(const struct link *link, enum link_capability capability)
{
	return (link->capabilities & capability) != 0;
}

const struct devices *
link_devices(const struct link *link)
{
	return &link->proof.devices;
}

const struct device *
link_device(const struct link *link)
{
	return link->proof.device;
}

const struct prekey *
link_prekey(const struct link *link)
{
	return &link->proof.prekey;
}

const struct addr *
link_addr(const struct link *link)
{
	return &link->addr;
}

uint64_t
link_serial(const struct link *link)
{
	return link->serial;
}

int
link_call(struct link *link, const char *method, json_t *params,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg)
{
	if (link->state != LINK_GREETED) {
		json_decref(params);
		return CAM_ERR_CLOSED;
	}
	if (strcmp(method, LINK_PING) != 0)
		use(link);
	return channel_call(
	    wire_channel(link->wire), method, params, on_done, arg);
}

int
link_notify(struct link *link, const char *method, json_t *params)
{
	if (link->state != LINK_GREETED) {
		json_decref(params);
		return CAM_ERR_CLOSED;
	}
	use(link);
	return channel_notify(wire_channel(link->wire), method, params);
}

void
link_reply(struct link *link, json_int_t id, json_t *result)
{
	if (link->state == LINK_GREETED)
		channel_reply(wire_channel(link->wire), id, result);
	else
		json_decref(result);
}

void
link_fail(struct link *link, json_int_t id, int err, const char *message)
{
	if (link->state == LINK_GREETED)
		channel_fail(wire_channel(link->wire), id, err, message);
}

int
link_send_envelope(struct link *link, struct span envelope)
{
	int r;

	if (link->state != LINK_GREETED)
		return CAM_ERR_CLOSED;
	if (!link->can_send) {
		if ((r = channel_open(wire_channel(link->wire), envelopes,
			 CHANNEL_URGENT, &link->stream_out)) < 0)
			return r;
		link->can_send = true;
	}
	use(link);
	return channel_send(
	    wire_channel(link->wire), link->stream_out, envelope);
}

size_t
link_queued(const struct link *link)
{
	return link->state == LINK_GREETED && link->can_send
		   ? channel_queued(wire_channel(link->wire), link->stream_out)
		   : 0;
}

void
link_credit(struct link *link, size_t len)
{
	if (link->state == LINK_GREETED && link->can_receive)
		channel_credit(wire_channel(link->wire), link->stream_in, len);
}

int
link_take_prekey(struct link *link, struct span bytes)
{
	struct links *links = link->links;
	uint64_t now_ms = clock_now_ms();
	struct prekey prekey;
	int r;

	if (link->state != LINK_GREETED)
		return CAM_ERR_CLOSED;
	if (link->prekey_ms != 0 && now_ms - link->prekey_ms < PREKEY_QUIET_MS)
		return CAM_ERR_LIMIT;
	link->prekey_ms = now_ms;
	if ((r = prekey_parse(
		 bytes, link->proof.device->signing_key, &prekey)) < 0)
		return r;
	link->proof.prekey = prekey;
	links->ops->on_prekey(links->arg, link->user, link, bytes);
	return 0;
}
