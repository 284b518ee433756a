/* queue.c: what waits for members who are not there. */
#include <stdlib.h>
#include <strings.h>

#include "base/err.h"
#include "base/mem.h"
#include "camserver/links/holds.h"
#include "camserver/links/memberlinks.h"
#include "camserver/methods/asking.h"
#include "camserver/methods/methods.h"
#include "camserver/server.h"
#include "rpc/json.h"
#include "rpc/param.h"
#include "store/held.h"
#include "store/member.h"
#include "store/queue.h"

struct queue_asking {
	struct asking asking;
	json_t *queues;
	size_t place; /* of the last one that has files */
};

static int
list_waiting(const struct store_waiting *waiting, void *arg)
{
	struct queue_asking *made = arg;

	json_array_append_new(made->queues,
	    json_pack("{s:o, s:I, s:I, s:o, s:i, s:i}", "to",
		json_text(span_text(waiting->logon)), "count",
		(json_int_t)waiting->count, "size", (json_int_t)waiting->size,
		"oldest", json_time(waiting->oldest_ms), "files", 0,
		"files_size", 0));
	return 0;
}

/* Of who has messages waiting, too, or of himself: both come by name. */
static json_t *
queue_of(struct queue_asking *made, const struct store_held_waiting *waiting)
{
	json_t *queues = made->queues, *queue = NULL;
	int order = 0;

	while (made->place < json_array_size(queues)) {
		queue = json_array_get(queues, made->place);
		order = strcasecmp(json_text_at(queue, "to"), waiting->logon);
		if (order == 0)
			return queue;
		if (order > 0)
			break;
		made->place++;
	}
	queue = json_pack("{s:o, s:i, s:i, s:o}", "to",
	    json_text(span_text(waiting->logon)), "count", 0, "size", 0,
	    "oldest", json_time(waiting->oldest_ms));
	json_array_insert_new(queues, made->place, queue);
	return queue;
}

static int
list_held(const struct store_held_waiting *waiting, void *arg)
{
	json_t *queue = queue_of(arg, waiting);

	json_object_set_new(queue, "files", json_integer(waiting->sum.count));
	json_object_set_new(
	    queue, "files_size", json_integer(waiting->sum.size));
	return 0;
}

static int
list(struct asking *asking, struct store *store)
{
	struct queue_asking *made = (struct queue_asking *)asking;
	int err = 0;

	made->queues = json_array();
	err = store_queue_list(store, list_waiting, made);
	return err == 0 ? store_held_list(store, list_held, made) : err;
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
	int err = store_queue_clear(clearing->store, member->member);

	return err == 0 ? store_held_clear(clearing->store, member->member)
			: err;
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
	holds_clean(memberlinks_holds(asking->server->links));
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
