/* serverlink.c: the camserver of this machine, as its administrators see it. */
#include "cam-tui/serverlink.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "loop/unix.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/serverhome.h"

enum { ROUND_MS = 2000, LOG_LINES = 200, MEMBERS_MAX = 100 * 1000 };

struct serverlink {
	struct loop *loop;
	char *home;
	void (*on_changed)(void *arg);
	void *arg;
	struct stream *stream; /* NULL: not connected */
	struct rpc_caller *caller;
	struct timer round;
	enum serverlink_part part; /* that is watched */
	char *problem;
	json_t *status;
	json_t *lists[SERVER_PARTS];
	json_t *coming; /* members whose last page is not there yet, or NULL */
	bool is_greeted;
};

static rpc_caller_answer on_members;

/* -- the connection ------------------------------------------------------- */

static void
hang_up(struct serverlink *link)
{
	struct rpc_caller *caller = link->caller;

	link->caller = NULL;
	stream_free(link->stream);
	link->stream = NULL;
	link->is_greeted = false;
	rpc_caller_free(caller);
	json_decref(link->coming);
	link->coming = NULL;
}

static void
fail(struct serverlink *link, int err)
{
	free(link->problem);
	link->problem = serverhome_problem(link->home, err);
	hang_up(link);
	link->on_changed(link->arg);
}

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct serverlink *link = arg;
	int err = rpc_caller_feed(link->caller, data, len);

	if (err != 0)
		fail(link, err);
}

/* One that had greeted us has ended; one that had not does not admit us. */
static void
on_closed(struct stream *stream, int err, void *arg)
{
	struct serverlink *link = arg;

	fail(link, link->is_greeted ? CAM_ERR_UNREACHABLE : CAM_ERR_CLOSED);
}

static void
write_line(void *arg, const void *data, size_t len)
{
	struct serverlink *link = arg;

	stream_write(link->stream, data, len);
}

static void
on_event(void *arg, const char *event, const json_t *params)
{
}

static const struct stream_ops stream_ops = { on_data, on_closed };
static const struct rpc_caller_ops caller_ops = { write_line, on_event };

static void
on_hello(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct serverlink *link = arg;

	if (err == CAM_ERR_CLOSED)
		return;
	if (err != 0) {
		fail(link, CAM_ERR_VERSION);
		return;
	}
	link->is_greeted = true;
	free(link->problem);
	link->problem = NULL;
	serverlink_refresh(link);
}

/* Only the owner of the home, or root, may answer. */
static int
connect_checked(const struct serverlink *link, int *fd)
{
	char *socket = NULL;
	uid_t owner, uid;
	pid_t pid;
	int err = serverhome_find(link->home, &socket, &owner);

	if (err == 0)
		err = unix_connect(socket, fd);
	free(socket);
	if (err != 0)
		return err;
	err = unix_peer(*fd, &uid, &pid);
	if (err == 0 && uid != owner && uid != 0)
		err = CAM_ERR_REFUSED;
	if (err != 0)
		close(*fd);
	return err;
}

static void
connect_now(struct serverlink *link)
{
	int fd, err = connect_checked(link, &fd);

	if (err != 0) {
		fail(link, err);
		return;
	}
	link->stream =
	    stream_new(link->loop, fd, &stream_ops, link, LIMIT_RPC_QUEUE);
	link->caller = rpc_caller_new(&caller_ops, link);
	rpc_caller_call(link->caller, RPC_HELLO,
	    json_pack("{s:i, s:s, s:s}", "protocol", RPC_VERSION, "program",
		"cam-tui", "version", CAM_VERSION),
	    on_hello, link);
}

/* -- what is there -------------------------------------------------------- */

static bool
is_in_state(const json_t *member, const char *state)
{
	return json_text_is(member, "state", state);
}

static void
add_members(json_t *to, const json_t *from, bool waiting)
{
	json_t *member;
	size_t i;

	json_array_foreach(from, i, member)
	{
		if (is_in_state(member, "waiting") == waiting &&
		    !is_in_state(member, "removed"))
			json_array_append(to, member);
	}
}

static void
take(struct serverlink *link, enum serverlink_part part, json_t *list)
{
	json_decref(link->lists[part]);
	link->lists[part] = list;
	link->on_changed(link->arg);
}

static void
ask_members(struct serverlink *link, const char *after)
{
	serverlink_call(link, RPC_MEMBER_LIST,
	    json_pack("{s:s*}", "after", after), on_members, link);
}

/* They are changed whole, when the last page is there. */
static void
on_members(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct serverlink *link = arg;
	const char *next = json_string_value(json_object_get(result, "next"));
	json_t *list = NULL;

	if (link->coming == NULL)
		return;
	if (err == 0)
		json_array_extend(
		    link->coming, json_object_get(result, "members"));
	if (err == 0 && next != NULL &&
	    json_array_size(link->coming) < MEMBERS_MAX) {
		ask_members(link, next);
		return;
	}
	if (err == 0) {
		list = json_array();
		add_members(list, link->coming, true);
		add_members(list, link->coming, false);
		take(link, SERVER_MEMBERS, list);
	}
	json_decref(link->coming);
	link->coming = NULL;
}

static void
refresh_members(struct serverlink *link)
{
	if (link->coming != NULL)
		return;
	link->coming = json_array();
	ask_members(link, NULL);
}

static void
on_queue(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	if (err == 0)
		take(arg, SERVER_QUEUE,
		    json_incref(json_object_get(result, "queues")));
}

static void
on_log(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	if (err == 0)
		take(arg, SERVER_LOG,
		    json_incref(json_object_get(result, "lines")));
}

/* A list of thousands is asked for again when their number says that it is
 * another. */
static void
on_status(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct serverlink *link = arg;
	bool same = json_equal(json_object_get(link->status, "members"),
	    json_object_get(result, "members"));

	if (err != 0)
		return;
	json_decref(link->status);
	link->status = json_incref((json_t *)result);
	if (link->part == SERVER_MEMBERS && !same)
		refresh_members(link);
	link->on_changed(link->arg);
}

static void
ask_status(struct serverlink *link)
{
	serverlink_call(link, RPC_SERVER_STATUS, NULL, on_status, link);
	if (link->part == SERVER_QUEUE)
		serverlink_call(link, RPC_QUEUE_LIST, NULL, on_queue, link);
	if (link->part == SERVER_LOG)
		serverlink_call(link, RPC_LOG_LIST,
		    json_pack("{s:i}", "limit", LOG_LINES), on_log, link);
}

static void
on_round(void *arg)
{
	struct serverlink *link = arg;

	if (link->stream == NULL)
		connect_now(link);
	else if (link->is_greeted)
		ask_status(link);
}

/* -- from outside --------------------------------------------------------- */

struct serverlink *
serverlink_new(struct loop *loop, const char *home,
    void (*on_changed)(void *arg), void *arg)
{
	struct serverlink *link = xcalloc(1, sizeof *link);

	link->loop = loop;
	link->home = xstrdup(home);
	link->on_changed = on_changed;
	link->arg = arg;
	timer_init(&link->round, loop, on_round, link);
	return link;
}

void
serverlink_free(struct serverlink *link)
{
	if (link == NULL)
		return;
	timer_finish(&link->round);
	hang_up(link);
	for (size_t i = 0; i < SERVER_PARTS; i++)
		json_decref(link->lists[i]);
	json_decref(link->status);
	free(link->problem);
	free(link->home);
	free(link);
}

const char *
serverlink_home(const struct serverlink *link)
{
	return link->home;
}

void
serverlink_watch(
    struct serverlink *link, bool watched, enum serverlink_part part)
{
	link->part = part;
	if (!watched) {
		timer_stop(&link->round);
		hang_up(link);
		return;
	}
	timer_repeat(&link->round, ROUND_MS);
	if (link->stream == NULL)
		connect_now(link);
	else
		serverlink_refresh(link);
}

void
serverlink_refresh(struct serverlink *link)
{
	if (!link->is_greeted)
		return;
	ask_status(link);
	if (link->part == SERVER_MEMBERS)
		refresh_members(link);
}

const json_t *
serverlink_status(const struct serverlink *link)
{
	return link->status;
}

const char *
serverlink_problem(const struct serverlink *link)
{
	return link->problem;
}

size_t
serverlink_count(const struct serverlink *link, enum serverlink_part part)
{
	return json_array_size(link->lists[part]);
}

const json_t *
serverlink_at(
    const struct serverlink *link, enum serverlink_part part, size_t place)
{
	return json_array_get(link->lists[part], place);
}

void
serverlink_call(struct serverlink *link, const char *method, json_t *params,
    rpc_caller_answer *on_answer, void *arg)
{
	if (link->caller == NULL)
		json_decref(params);
	else if (rpc_caller_call(
		     link->caller, method, params, on_answer, arg) == 0)
		return;
	on_answer(arg, CAM_ERR_CLOSED, NULL, NULL);
}
