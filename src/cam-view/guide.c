/* guide.c: what cam-view is told by who shows a call. */
#include "cam-view/guide.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "loop/stream.h"
#include "rpc/caller.h"
#include "rpc/names.h"

struct guide {
	struct views *views;
	struct stream *stream;
	struct rpc_caller *caller;
	void (*on_end)(void *arg);
	void *arg;
};

/* -- events ------------------------------------------------------------------
 */

static void
add(struct guide *guide, const json_t *params, const char *name)
{
	const json_t *number = json_object_get(params, "fd");
	struct frames_view *frames = NULL;
	int fd = -1;

	if (json_is_integer(number) && json_integer_value(number) >= 0 &&
	    json_integer_value(number) <= INT_MAX)
		fd = stream_take(
		    guide->stream, (unsigned)json_integer_value(number));
	if (fd >= 0 && frames_open(fd, &frames) == 0)
		(void)views_put(guide->views, name, frames);
}

static void
on_event(void *arg, const char *event, const json_t *params)
{
	struct guide *guide = arg;
	const char *name = json_string_value(json_object_get(params, "name"));

	if (name != NULL && strcmp(event, VIEW_ADD) == 0)
		add(guide, params, name);
	else if (name != NULL && strcmp(event, VIEW_REMOVE) == 0)
		views_remove(guide->views, name);
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
	struct guide *guide = arg;

	if (rpc_caller_feed(guide->caller, data, len) < 0)
		guide->on_end(guide->arg);
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	struct guide *guide = arg;

	guide->on_end(guide->arg);
}

static const struct stream_ops stream_ops = { on_data, on_closed };

struct guide *
guide_new(struct loop *loop, int fd, struct views *views,
    void (*on_end)(void *arg), void *arg)
{
	struct guide *guide = xcalloc(1, sizeof *guide);

	guide->views = views;
	guide->on_end = on_end;
	guide->arg = arg;
	guide->caller = rpc_caller_new(&caller_ops, guide);
	guide->stream =
	    stream_new(loop, fd, &stream_ops, guide, LIMIT_RPC_QUEUE);
	stream_accept_given(guide->stream);
	return guide;
}

void
guide_free(struct guide *guide)
{
	if (guide == NULL)
		return;
	stream_free(guide->stream);
	rpc_caller_free(guide->caller);
	free(guide);
}
