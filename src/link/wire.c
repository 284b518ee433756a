/* wire.c: bytes between a TLS connection and its channel. */
#include "link/wire.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "net/tcp.h"
#include "net/tls.h"

struct wire {
	struct tls *tls;
	struct channel *channel; /* NULL before the handshake is over */
	struct wire_ops ops;
	void *arg;
	bool connected; /* by us */
	bool admitted;
	size_t fed;    /* bytes before it was admitted */
	unsigned busy; /* inside the channel: freed when that is over */
	bool is_gone;
};

static void
enter(struct wire *wire)
{
	wire->busy++;
}

static void
leave(struct wire *wire)
{
	if (--wire->busy > 0 || !wire->is_gone)
		return;
	channel_free(wire->channel);
	free(wire);
}

/* -- the channel -------------------------------------------------------------
 */

static void
on_request(struct channel *channel, const char *method, json_t *params,
    const json_int_t *id, void *arg)
{
	struct wire *wire = arg;

	if (!wire->is_gone)
		wire->ops.on_request(wire, method, params, id, wire->arg);
}

static int
on_open(struct channel *channel, uint16_t stream, const char *kind, void *arg)
{
	struct wire *wire = arg;

	return wire->is_gone ? CAM_ERR_CLOSED
			     : wire->ops.on_open(wire, stream, kind, wire->arg);
}

static void
on_item(struct channel *channel, uint16_t stream, struct span item, void *arg)
{
	struct wire *wire = arg;

	if (!wire->is_gone)
		wire->ops.on_item(wire, stream, item, wire->arg);
}

static void
on_close(struct channel *channel, uint16_t stream, int err, void *arg)
{
	struct wire *wire = arg;

	if (!wire->is_gone)
		wire->ops.on_close(wire, stream, err, wire->arg);
}

static void
on_drained(struct channel *channel, uint16_t stream, void *arg)
{
	struct wire *wire = arg;

	if (!wire->is_gone)
		wire->ops.on_drained(wire, stream, wire->arg);
}

static void
on_output(struct channel *channel, void *arg)
{
	struct wire *wire = arg;

	if (!wire->is_gone)
		tls_kick(wire->tls);
}

static const struct channel_ops channel_ops = {
	.on_request = on_request,
	.on_open = on_open,
	.on_item = on_item,
	.on_close = on_close,
	.on_drained = on_drained,
	.on_output = on_output,
};

/* -- the connection ----------------------------------------------------------
 */

static void
on_ready(struct tls *tls, const uint8_t key[SIGN_KEY_SIZE], void *arg)
{
	struct wire *wire = arg;

	wire->channel = channel_new(wire->connected, &channel_ops, wire);
	wire->ops.on_ready(wire, key, wire->arg);
}

static void
on_data(struct tls *tls, const void *data, size_t len, void *arg)
{
	struct wire *wire = arg;
	const char *problem = "it says too much before it is known";
	int r = CAM_ERR_FORMAT;

	if (!wire->admitted)
		wire->fed += len;
	enter(wire);
	if (wire->admitted || wire->fed <= LIMIT_LINK_STRANGER)
		r = channel_feed(wire->channel, data, len, &problem);
	if (r < 0 && !wire->is_gone)
		wire->ops.on_closed(wire, CAM_ERR_FORMAT, problem, wire->arg);
	leave(wire);
}

static size_t
on_room(struct tls *tls, void *data, size_t size, void *arg)
{
	struct wire *wire = arg;
	size_t len = 0;

	if (wire->channel == NULL)
		return 0;
	enter(wire);
	len = channel_take(wire->channel, data, size);
	leave(wire);
	return len;
}

static const char *
reason_of(int err)
{
	switch (err) {
	case CAM_ERR_CLOSED:
		return "the other end has closed it";
	case CAM_ERR_KEY:
		return "no certificate of an Ed25519 key";
	case CAM_ERR_VERSION:
		return "another protocol than cam/1";
	case CAM_ERR_TIMEOUT:
		return "its handshake took too long";
	default:
		return "the connection broke";
	}
}

static void
on_closed(struct tls *tls, int err, void *arg)
{
	struct wire *wire = arg;

	wire->ops.on_closed(wire, err, reason_of(err), wire->arg);
}

static const struct tls_ops tls_ops = {
	.on_ready = on_ready,
	.on_data = on_data,
	.on_room = on_room,
	.on_closed = on_closed,
};

struct wire *
wire_new(struct loop *loop, struct tls_context *context, int fd, bool connected,
    uint64_t timeout_ms, const struct wire_ops *ops, void *arg)
{
	struct wire *wire = xcalloc(1, sizeof *wire);

	wire->ops = *ops;
	wire->arg = arg;
	wire->connected = connected;
	tcp_set_urgent(fd);
	wire->tls =
	    tls_new(loop, context, fd, connected, timeout_ms, &tls_ops, wire);
	return wire;
}

void
wire_free(struct wire *wire)
{
	if (wire == NULL || wire->is_gone)
		return;
	enter(wire);
	wire->is_gone = true;
	tls_free(wire->tls);
	leave(wire);
}

struct channel *
wire_channel(const struct wire *wire)
{
	return wire->channel;
}

void
wire_admit(struct wire *wire)
{
	wire->admitted = true;
}

void
wire_pause(struct wire *wire, bool paused)
{
	if (!wire->is_gone)
		tls_pause(wire->tls, paused);
}

void
wire_flush(struct wire *wire)
{
	if (!wire->is_gone)
		tls_flush(wire->tls);
}
