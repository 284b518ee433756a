/* queue.c: what waits for members who are not there. */
#include <stdlib.h>

#include "base/mem.h"
#include "camserver/methods/asking.h"
#include "camserver/methods/methods.h"
#include "rpc/json.h"
#include "store/queue.h"

struct queue_asking {
	struct asking asking;
	json_t *queues;
};

static int
list_waiting(const struct store_waiting *waiting, void *arg)
{
	struct queue_asking *made = arg;

	json_array_append_new(made->queues,
	    json_pack("{s:o, s:I, s:I, s:o}", "to",
		json_text(span_text(waiting->logon)), "count",
		(json_int_t)waiting->count, "size", (json_int_t)waiting->size,
		"oldest", json_time(waiting->oldest_ms)));
	return 0;
}

static int
list(struct asking *asking, struct store *store)
{
	struct queue_asking *made = (struct queue_asking *)asking;

	made->queues = json_array();
	return store_queue_list(store, list_waiting, made);
}

static void
reply(struct asking *asking)
{
	struct queue_asking *made = (struct queue_asking *)asking;

	rpc_reply(asking->call, json_pack("{s:O}", "queues", made->queues));
}

static void
release(struct asking *asking)
{
	json_decref(((struct queue_asking *)asking)->queues);
}

int
queue_list(struct rpc_call *call, json_t *params)
{
	struct queue_asking *made = xcalloc(1, sizeof *made);

	made->asking.work = list;
	made->asking.reply = reply;
	made->asking.release = release;
	asking_start(&made->asking, call);
	return 0;
}
