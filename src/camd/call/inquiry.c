/* inquiry.c: a media process of no call, asked which devices there are. */
#include <stdlib.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "rpc/names.h"

struct inquiry {
	LIST_ENTRY(inquiry) entry;
	struct calls *calls;
	struct process *process;
	void (*on_done)(void *arg, int err, const json_t *result);
	void *arg;
};

static void
answer(struct inquiry *inquiry, int err, const json_t *result)
{
	void (*on_done)(void *arg, int err, const json_t *result) =
	    inquiry->on_done;

	inquiry->on_done = NULL;
	if (on_done != NULL)
		on_done(inquiry->arg, err, result);
}

static void
on_answer(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct inquiry *inquiry = arg;

	answer(inquiry, err, result);
	if (err != CAM_ERR_CLOSED)
		inquiry->calls->ops->process->leave(inquiry->process);
}

static void
on_event(void *arg, const char *event, const json_t *params)
{
}

static void
on_ended(void *arg)
{
	inquiry_free(arg);
}

static const struct process_host host = { .on_event = on_event,
	.on_ended = on_ended };

void
inquiry_free(struct inquiry *inquiry)
{
	const struct calls *calls = inquiry->calls;

	LIST_REMOVE(inquiry, entry);
	calls->ops->process->free(inquiry->process);
	answer(inquiry, CAM_ERR_CLOSED, NULL);
	free(inquiry);
}

int
calls_devices(struct calls *calls,
    void (*on_done)(void *arg, int err, const json_t *result), void *arg)
{
	struct inquiry *inquiry = xcalloc(1, sizeof *inquiry);
	int err;

	inquiry->calls = calls;
	inquiry->on_done = on_done;
	inquiry->arg = arg;
	err = calls->ops->process->start(
	    calls->loop, &host, inquiry, &inquiry->process);
	if (err != 0) {
		free(inquiry);
		return err;
	}
	LIST_INSERT_HEAD(&calls->inquiries, inquiry, entry);
	calls->ops->process->ask(inquiry->process, MEDIA_DEVICES, json_object(),
	    NULL, 0, on_answer, inquiry);
	return 0;
}
