/* control.c: what camd asks of cam-media, and what it is told. */
#include "cam-media/control.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "rpc/media.h"
#include "rpc/names.h"
#include "rpc/session.h"

struct control {
	struct loop *loop;
	struct stream *stream;
	struct rpc_session *session;
	int socket; /* -1: not open */
	struct media own;
	int err;
};

/* The descriptor the object names, or -1. */
static int
take_fd(struct control *control, const json_t *object)
{
	const json_t *number = json_object_get(object, "fd");

	if (!json_is_integer(number) || json_integer_value(number) < 0 ||
	    json_integer_value(number) > UINT32_MAX)
		return -1;
	return stream_take(
	    control->stream, (unsigned)json_integer_value(number));
}

static int
media_open(struct rpc_call *call, json_t *params)
{
	struct control *control = rpc_call_owner(call);
	int type = 0;
	socklen_t len = sizeof type;
	int err, fd;

	if (control->socket >= 0)
		return CAM_ERR_EXISTS;
	err = media_parse(json_object_get(params, "own"), &control->own);
	if (err != 0)
		return err;
	fd = take_fd(control, params);
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 ||
	    type != SOCK_DGRAM) {
		if (fd >= 0)
			close(fd);
		return CAM_ERR_REQUEST;
	}
	control->socket = fd;
	rpc_reply(call, json_pack("{s:i}", "delay_ms", 20));
	return 0;
}

static const struct rpc_method methods[] = {
	{ MEDIA_OPEN, media_open },
	{ NULL, NULL },
};

static void
on_write(void *arg, const void *data, size_t len)
{
	struct control *control = arg;

	stream_write(control->stream, data, len);
}

static const struct rpc_session_ops session_ops = { .methods = methods,
	.write = on_write };

static void
end(struct control *control, int err)
{
	control->err = err;
	loop_stop(control->loop);
}

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct control *control = arg;
	int err = rpc_session_feed(control->session, data, len);

	if (err != 0)
		end(control, err);
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	end(arg, err == CAM_ERR_CLOSED ? 0 : err);
}

static const struct stream_ops stream_ops = { on_data, on_closed };

struct control *
control_new(struct loop *loop, int fd)
{
	struct control *control = xcalloc(1, sizeof *control);

	control->loop = loop;
	control->socket = -1;
	control->stream =
	    stream_new(loop, fd, &stream_ops, control, LIMIT_RPC_QUEUE);
	stream_accept_given(control->stream);
	control->session = rpc_session_new(&session_ops, control);
	/* Both ends are of one build. */
	rpc_session_greet(control->session);
	return control;
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	rpc_session_free(control->session);
	stream_free(control->stream);
	if (control->socket >= 0)
		close(control->socket);
	wipe_free(control, sizeof *control);
}

bool
control_failed(const struct control *control)
{
	return control->err != 0;
}
