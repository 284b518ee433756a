/* test_tui_session.c: the screen's connection to camd, against one that the
 * test plays on a socket of its own. */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"
#include "cam-tui/session.h"
#include "loop/loop.h"
#include "loop/unix.h"

#define HELLO "{\"protocol\":1,\"id\":\"anna@pc1\"}"

struct world {
	struct loop *loop;
	struct session *session;
	char folder[64];
	char *path;
	int listener; /* camd's, or -1 */
	int fd;	      /* its end of the connection, or -1 */
	struct buf heard;
	const char *ask_when_online;
};

static const char *const names[] = { "connecting", "starting", "greeting",
	"locked", "online", "waiting" };

static void
on_answer(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct world *world = arg;

	if (err == CAM_ERR_CLOSED)
		buf_put_text(&world->heard, "closed ");
	else if (err == CAM_ERR_REQUEST)
		buf_printf(&world->heard, "refused(%s) ", error->message);
	else
		buf_printf(&world->heard, "answer(%s) ",
		    json_string_value(json_object_get(result, "say")));
}

static void
on_online(const json_t *hello, void *arg)
{
	struct world *world = arg;

	buf_printf(&world->heard, "hello(%s) ",
	    json_string_value(json_object_get(hello, "id")));
	if (world->ask_when_online != NULL)
		session_call(world->session, world->ask_when_online, NULL,
		    on_answer, world);
}

static void
on_state(enum session_state state, const char *why, void *arg)
{
	struct world *world = arg;

	buf_printf(&world->heard, "%s%s%s%s ", names[state],
	    why != NULL ? "(" : "", why != NULL ? why : "",
	    why != NULL ? ")" : "");
}

static void
on_event(const char *event, const json_t *params, void *arg)
{
	struct world *world = arg;

	buf_printf(&world->heard, "event(%s) ", event);
}

static const struct session_ops ops = { on_online, on_state, on_event };

/* -- camd ------------------------------------------------------------------ */

static void
listen_there(struct world *world)
{
	assert_int_equal(unix_listen(world->path, &world->listener), 0);
	fcntl(world->listener, F_SETFL, O_NONBLOCK);
}

static void
world_open(struct world *world, const char *cam, bool listens)
{
	*world = (struct world){ .loop = loop_new(),
		.folder = "/tmp/cam-session-XXXXXX",
		.listener = -1,
		.fd = -1 };
	assert_non_null(mkdtemp(world->folder));
	world->path = path_join(world->folder, "camd.sock");
	buf_init(&world->heard, 65536);
	if (listens)
		listen_there(world);
	world->session =
	    session_new(world->loop, world->path, cam, &ops, world);
}

static void
hang_up(struct world *world)
{
	if (world->fd >= 0)
		close(world->fd);
	world->fd = -1;
}

static void
world_close(struct world *world)
{
	session_free(world->session);
	hang_up(world);
	if (world->listener >= 0)
		close(world->listener);
	unlink(world->path);
	rmdir(world->folder);
	free(world->path);
	buf_finish(&world->heard);
	loop_free(world->loop);
}

static bool
has_heard(const struct world *world, const char *text)
{
	return world->heard.len > 0 &&
	       memmem(world->heard.data, world->heard.len, text,
		   strlen(text)) != NULL;
}

static void
await(struct world *world, const char *text)
{
	for (int turn = 0; turn < 1000; turn++) {
		if (has_heard(world, text))
			return;
		loop_turn(world->loop, 1);
	}
	fail_msg("not '%s' but '%.*s'", text, (int)world->heard.len,
	    (const char *)world->heard.data);
}

/* All that was heard until now, and nothing else. */
static void
assert_heard(struct world *world, const char *wanted)
{
	char *heard = span_dup(buf_span(&world->heard));

	assert_string_equal(heard, wanted);
	free(heard);
	buf_clear(&world->heard);
}

static void
accept_it(struct world *world)
{
	for (int turn = 0; turn < 1000 && world->fd < 0; turn++) {
		world->fd = accept(world->listener, NULL, NULL);
		if (world->fd < 0)
			loop_turn(world->loop, 1);
	}
	assert_true(world->fd >= 0);
	fcntl(world->fd, F_SETFL, O_NONBLOCK);
}

/* The next request's method, which must be that; its id. */
static json_int_t
take(struct world *world, const char *method)
{
	char line[4096];
	size_t len = 0;
	json_int_t id;
	json_t *request;

	for (int turn = 0; turn < 1000 && len < sizeof line;) {
		ssize_t got = read(world->fd, line + len, 1);

		if (got <= 0) {
			loop_turn(world->loop, 0);
			turn++;
		} else if (line[len++] == '\n') {
			break;
		}
	}
	request = json_loadb(line, len, 0, NULL);
	assert_string_equal(
	    json_string_value(json_object_get(request, "method")), method);
	id = json_integer_value(json_object_get(request, "id"));
	json_decref(request);
	return id;
}

static void
say(struct world *world, const char *line)
{
	assert_int_equal(
	    write(world->fd, line, strlen(line)), (ssize_t)strlen(line));
	assert_int_equal(write(world->fd, "\n", 1), 1);
}

static void
answer(struct world *world, json_int_t id, const char *result)
{
	char *line =
	    xasprintf("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":%s}",
		(long long)id, result);

	say(world, line);
	free(line);
}

static void
refuse(struct world *world, json_int_t id, const char *message)
{
	char *line = xasprintf("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":"
			       "{\"code\":1,\"message\":\"%s\"}}",
	    (long long)id, message);

	say(world, line);
	free(line);
}

static void
become_online(struct world *world)
{
	accept_it(world);
	answer(world, take(world, "hello"), HELLO);
	answer(world, take(world, "subscribe"), "{}");
	await(world, "online ");
}

/* -- tests ----------------------------------------------------------------- */

static void
it_greets_and_subscribes_before_anything_else(void **state)
{
	struct world world;

	world_open(&world, NULL, true);
	world.ask_when_online = "status.get";
	become_online(&world);
	answer(&world, take(&world, "status.get"), "{\"say\":\"well\"}");
	await(&world, "answer");
	assert_heard(
	    &world, "connecting greeting hello(anna@pc1) online answer(well) ");
	assert_int_equal(session_state(world.session), SESSION_ONLINE);
	world_close(&world);
}

static void
events_and_answers_reach_who_waits_for_them(void **state)
{
	struct world world;
	json_int_t first, second;

	world_open(&world, NULL, true);
	become_online(&world);
	buf_clear(&world.heard);
	session_call(world.session, "talk.list", NULL, on_answer, &world);
	session_call(world.session, "status.get", NULL, on_answer, &world);
	first = take(&world, "talk.list");
	second = take(&world, "status.get");
	say(&world, "{\"jsonrpc\":\"2.0\",\"method\":\"user.entered\","
		    "\"params\":{}}");
	answer(&world, second, "{\"say\":\"two\"}");
	refuse(&world, first, "no");
	/* Nobody has asked for that. */
	answer(&world, 4711, "{\"say\":\"three\"}");
	await(&world, "refused");
	assert_heard(&world, "event(user.entered) answer(two) refused(no) ");
	world_close(&world);
}

static void
what_waits_is_told_when_camd_goes_and_it_connects_again(void **state)
{
	struct world world;

	world_open(&world, NULL, true);
	become_online(&world);
	buf_clear(&world.heard);
	session_call(world.session, "talk.list", NULL, on_answer, &world);
	hang_up(&world);
	await(&world, "waiting");
	assert_heard(&world, "closed waiting(camd has gone) ");
	session_call(world.session, "talk.list", NULL, on_answer, &world);
	assert_heard(&world, "closed ");
	become_online(&world);
	assert_heard(&world, "connecting greeting hello(anna@pc1) online ");
	world_close(&world);
}

static void
become_locked(struct world *world)
{
	accept_it(world);
	answer(world, take(world, "hello"), "{\"protocol\":1,\"locked\":true}");
	await(world, "locked(");
	assert_int_equal(session_state(world->session), SESSION_LOCKED);
	buf_clear(&world->heard);
}

static void
keys_that_another_program_unlocks_are_open_here_too(void **state)
{
	struct world world;

	world_open(&world, NULL, true);
	become_locked(&world);
	session_hurry(world.session);
	answer(&world, take(&world, "status.get"), "{\"state\":\"locked\"}");
	session_hurry(world.session);
	answer(&world, take(&world, "status.get"), "{\"state\":\"online\"}");
	await(&world, "connecting ");
	hang_up(&world);
	become_online(&world);
	assert_heard(&world, "connecting greeting hello(anna@pc1) online ");
	world_close(&world);
}

static void
on_unlocked(void *arg, int err, const struct rpc_error *error)
{
	struct world *world = arg;

	buf_put_text(&world->heard, err == 0		    ? "unlocked "
				    : err == CAM_ERR_CLOSED ? "closed "
							    : "wrong ");
}

static void
a_passphrase_opens_the_keys_and_the_connection_is_made_anew(void **state)
{
	struct world world;

	world_open(&world, NULL, true);
	session_unlock(world.session, span_text("early"), on_unlocked, &world);
	assert_heard(&world, "closed ");
	become_locked(&world);
	session_unlock(world.session, span_text("guess"), on_unlocked, &world);
	refuse(&world, take(&world, "key.unlock"), "no");
	await(&world, "wrong ");
	assert_heard(&world, "wrong ");
	session_unlock(world.session, span_text("secret"), on_unlocked, &world);
	answer(&world, take(&world, "key.unlock"), "{}");
	await(&world, "connecting ");
	hang_up(&world);
	become_online(&world);
	assert_heard(
	    &world, "unlocked connecting greeting hello(anna@pc1) online ");
	world_close(&world);
}

static void
what_is_no_camd_of_ours_is_told(void **state)
{
	struct world world;

	world_open(&world, NULL, true);
	accept_it(&world);
	refuse(&world, take(&world, "hello"), "another protocol");
	await(&world, "waiting");
	assert_true(has_heard(&world, "camd is of another version"));
	hang_up(&world);
	accept_it(&world);
	answer(&world, take(&world, "hello"), HELLO);
	refuse(&world, take(&world, "subscribe"), "no");
	await(&world, "does not tell");
	hang_up(&world);
	accept_it(&world);
	take(&world, "hello");
	say(&world, "[1,2");
	await(&world, "cannot be understood");
	hang_up(&world);
	become_online(&world);
	world_close(&world);
}

/* A program that stands in for cam. */
static char *
write_cam(const char *name, const char *script)
{
	char *path = path_join("/tmp", name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	chmod(path, 0700);
	return path;
}

static void
camd_is_started_once_where_it_does_not_run(void **state)
{
	struct world world;
	char *name = xasprintf("cam-starter-%d", (int)getpid());
	char *cam = write_cam(name, "[ \"$1 $2\" = 'wait ready' ] && exit 0\n"
				    "exit 2");

	world_open(&world, cam, false);
	await(&world, "starting ");
	listen_there(&world);
	become_online(&world);
	assert_heard(&world, "connecting starting connecting greeting "
			     "hello(anna@pc1) online ");
	/* While it ends another is not started at once, but then is. */
	close(world.listener);
	unlink(world.path);
	hang_up(&world);
	await(&world, "starting ");
	world_close(&world);
	unlink(cam);
	free(cam);
	free(name);
}

static void
a_camd_that_does_not_start_is_told_with_what_helps(void **state)
{
	struct world world;
	char *name = xasprintf("cam-failing-%d", (int)getpid());
	char *cam = write_cam(name, "exit 1");

	world_open(&world, cam, false);
	await(&world, "waiting");
	assert_heard(&world, "connecting starting waiting(camd does not "
			     "start: 'cam daemon start' says why) ");
	/* It was tried; now it is only waited for. */
	await(&world, "waiting");
	assert_heard(&world, "connecting waiting(camd does not run) ");
	world_close(&world);
	unlink(cam);
	free(cam);
	free(name);
}

static void
without_leave_to_start_it_waits(void **state)
{
	struct world world;

	world_open(&world, NULL, false);
	await(&world, "waiting");
	assert_heard(&world, "connecting waiting(camd does not run) ");
	listen_there(&world);
	session_hurry(world.session);
	become_online(&world);
	world_close(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_greets_and_subscribes_before_anything_else),
		cmocka_unit_test(events_and_answers_reach_who_waits_for_them),
		cmocka_unit_test(
		    what_waits_is_told_when_camd_goes_and_it_connects_again),
		cmocka_unit_test(
		    keys_that_another_program_unlocks_are_open_here_too),
		cmocka_unit_test(
		    a_passphrase_opens_the_keys_and_the_connection_is_made_anew),
		cmocka_unit_test(what_is_no_camd_of_ours_is_told),
		cmocka_unit_test(camd_is_started_once_where_it_does_not_run),
		cmocka_unit_test(
		    a_camd_that_does_not_start_is_told_with_what_helps),
		cmocka_unit_test(without_leave_to_start_it_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
