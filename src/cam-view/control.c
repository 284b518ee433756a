/* control.c: what cam-view is told by who shows a call. */
#include "cam-view/control.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "loop/stream.h"
#include "rpc/caller.h"
#include "rpc/names.h"

struct control {
	struct views *views;
	struct stream *stream;
	struct rpc_caller *caller;
	void (*on_end)(void *arg);
	void *arg;
};

/* -- events ------------------------------------------------------------------
 */

static void
add(struct control *control, const json_t *params, const char *name)
{
	const json_t *number = json_object_get(params, "fd");
	struct frames_view *frames = NULL;
	int fd = -1;

	if (json_is_integer(number) && json_integer_value(number) >= 0 &&
	    json_integer_value(number) <= INT_MAX)
		fd = stream_take(
		    control->stream, (unsigned)json_integer_value(number));
	if (fd >= 0 && frames_open(fd, &frames) == 0)
		(void)views_put(control->views, name, frames);
}

static void
on_event(void *arg, const char *event, const json_t *params)
{
	struct control *control = arg;
	const char *name = json_string_value(json_object_get(params, "name"));

	if (name != NULL && strcmp(event, VIEW_ADD) == 0)
		add(control, params, name);
	else if (name != NULL && strcmp(event, VIEW_REMOVE) == 0)
		views_remove(control->views, name);
}

static void
on_write(void *arg, const void *data, size_t len)
{
	/* Nothing is asked. */
}

static const struct rpc_caller_ops caller_ops = { .write = on_write,
	.on_event = on_event };

/* -- bytes -------------------------------------------------------------------
 */

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct control *control = arg;

	if (rpc_caller_feed(control->caller, data, len) < 0)
		control->on_end(control->arg);
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	struct control *control = arg;

	control->on_end(control->arg);
}

static const struct stream_ops stream_ops = { on_data, on_closed };

struct control *
control_new(struct loop *loop, int fd, struct views *views,
    void (*on_end)(void *arg), void *arg)
{
	struct control *control = xcalloc(1, sizeof *control);

	control->views = views;
	control->on_end = on_end;
	control->arg = arg;
	control->caller = rpc_caller_new(&caller_ops, control);
	control->stream =
	    stream_new(loop, fd, &stream_ops, control, LIMIT_RPC_QUEUE);
	stream_accept_given(control->stream);
	return control;
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	stream_free(control->stream);
	rpc_caller_free(control->caller);
	free(control);
}
