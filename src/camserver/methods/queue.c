/* queue.c: what waits for members who are not there. */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "camserver/methods/asking.h"
#include "camserver/methods/methods.h"
#include "rpc/json.h"
#include "rpc/param.h"
#include "store/member.h"
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

/* -- clearing -----------------------------------------------------------------
 */

struct clearing {
	struct asking asking;
	struct store *store;
	char *name;
};

static int
clear_found(const struct store_member *member, void *arg)
{
	struct clearing *clearing = arg;

	return store_queue_clear(clearing->store, member->member);
}

static int
clear(struct asking *asking, struct store *store)
{
	struct clearing *clearing = (struct clearing *)asking;

	clearing->store = store;
	return store_member_get(store, clearing->name, clear_found, clearing);
}

static void
reply_cleared(struct asking *asking)
{
	rpc_reply(asking->call, json_object());
}

static bool
fail_clear(struct asking *asking)
{
	if (asking->err != CAM_ERR_UNKNOWN)
		return false;
	(void)method_fail(asking->call, asking->err, NULL,
	    "no member is called '%s'", ((struct clearing *)asking)->name);
	return true;
}

static void
release_clear(struct asking *asking)
{
	free(((struct clearing *)asking)->name);
}

int
queue_clear(struct rpc_call *call, json_t *params)
{
	struct clearing *made = NULL;
	const char *name = NULL;

	if (!param_text(call, params, "name", true, &name))
		return 0;
	made = xcalloc(1, sizeof *made);
	made->asking.work = clear;
	made->asking.reply = reply_cleared;
	made->asking.fail = fail_clear;
	made->asking.release = release_clear;
	made->name = xstrdup(name);
	asking_start(&made->asking, call);
	return 0;
}
