/* world.h: a whole camd on an address of its own, and programs that talk to
 * it, on one loop. */
#ifndef CAM_TEST_WORLD_H
#define CAM_TEST_WORLD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/people/roster.h"
#include "camd/settings.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "loop/unix.h"
#include "loop/worker.h"
#include "store/message.h"
#include "store/store.h"
#include "store/talk.h"
#include "test.h"

enum { WORLD_PATIENCE_MS = 300000 };

struct world {
	char folder[64];
	struct camd camd;
	struct timer patience;
};

static inline void
on_patience_over(void *arg)
{
	fail_msg("nothing happens any more");
}

static inline void
world_turn(struct world *world)
{
	timer_start(&world->patience, WORLD_PATIENCE_MS);
	loop_turn(world->camd.loop, 1);
	timer_stop(&world->patience);
}

/* Making keys takes longer than most tests. */
static inline int
world_give_keys(const struct world *world)
{
	char *command = xasprintf(
	    "mkdir -m 700 %s/data %s/data/keys && "
	    "install -m 600 %s/keys/win2048.pem %s/data/keys/rsa2048.pem && "
	    "install -m 600 %s/keys/win1024.pem %s/data/keys/rsa1024.pem",
	    world->folder, world->folder, TEST_DATA, world->folder, TEST_DATA,
	    world->folder);
	int failed = system(command);

	free(command);
	return failed;
}

/* settings are more lines of cam.ini. Every process has loopback addresses of
 * its own. */
static inline int
world_make(struct world *world, const char *settings)
{
	char *path = NULL;
	unsigned pid = (unsigned)getpid();
	FILE *file = NULL;

	*world = (struct world){ 0 };
	log_open(STDERR_FILENO, LOG_LEVEL_ERROR, 0);
	strcpy(world->folder, "/tmp/cam-world-XXXXXX");
	if (mkdtemp(world->folder) == NULL)
		return 1;
	path = xasprintf("%s/cam.ini", world->folder);
	file = fopen(path, "w");
	fprintf(file,
	    "user.name = bob\nuser.host = pc2\nuser.nick = Bob\n"
	    "net.bind = 127.%u.%u.1\nnet.ipv6 = off\nlog.level = error\n%s",
	    64 + pid % 128, pid / 128 % 256, settings);
	fclose(file);
	chmod(path, 0600);
	free(path);
	return world_give_keys(world);
}

static inline int
world_start(struct world *world)
{
	char *problem = NULL;

	world->camd = (struct camd){ 0 };
	if (paths_find(world->folder, &world->camd.paths) != 0)
		return 1;
	world->camd.loop = loop_new();
	timer_init(&world->patience, world->camd.loop, on_patience_over, world);
	if (camd_settings_open(world->camd.paths.settings,
		&world->camd.settings, &problem) != 0 ||
	    camd_start(&world->camd, -1, &problem) != 0) {
		fprintf(stderr, "%s\n", problem);
		return 1;
	}
	return 0;
}

/* What it has stored stays. */
static inline void
world_stop(struct world *world)
{
	camd_finish(&world->camd);
	settings_free(world->camd.settings);
	paths_finish(&world->camd.paths);
	timer_finish(&world->patience);
	loop_free(world->camd.loop);
}

static inline int
world_open(struct world *world, const char *settings)
{
	return world_make(world, settings) || world_start(world);
}

static inline int
world_close(struct world *world)
{
	char *command = xasprintf("rm -r %s", world->folder);
	int failed;

	world_stop(world);
	failed = system(command);
	free(command);
	return failed;
}

static inline struct user *
world_user(struct world *world, const char *logon, const char *host,
    const char *nick, const char *group, enum user_state state)
{
	struct roster *roster = world->camd.roster;
	struct user *user = roster_add(roster, logon, host);

	assert_non_null(user);
	roster_set_nick(roster, user, nick);
	roster_set_group(roster, user, group);
	if (state != USER_OFFLINE)
		roster_set_state(roster, user, state);
	roster_changed(roster, user, false);
	roster_write(roster);
	return user;
}

/* -- messages that arrived ---------------------------------------------- */

struct arrival {
	struct job job;
	struct store_message message;
	int64_t others[8];
	size_t other_count;
	bool broadcast;
	int err;
	bool done;
};

static inline void
arrive(struct job *job, void *context)
{
	struct arrival *arrival = container_of(job, struct arrival, job);
	int64_t uids[9] = { arrival->message.from }, duplicate_of;

	memcpy(uids + 1, arrival->others, sizeof arrival->others);
	arrival->message.talk = STORE_TALK_ALL;
	if (!arrival->broadcast)
		arrival->err = store_talk_make(context, uids,
		    1 + arrival->other_count, &arrival->message.talk);
	if (arrival->err == 0)
		arrival->err = store_message_receive(context, &arrival->message,
		    NULL, 0, NULL, 0, &duplicate_of);
}

static inline void
on_arrived(struct job *job)
{
	struct arrival *arrival = container_of(job, struct arrival, job);

	if (arrival->err == 0)
		arrival->err = job->batch_err;
	arrival->done = true;
}

/* Stores it as received; the id is left in arrival->message.id. */
static inline void
world_receive(struct world *world, struct arrival *arrival,
    const struct user *from, const char *text)
{
	arrival->message.from = from->uid;
	arrival->message.text = text;
	arrival->message.state = STORE_DELIVERED;
	if (arrival->message.time_ms == 0)
		arrival->message.time_ms = 1700000000000;
	arrival->job.work = arrive;
	arrival->job.done = on_arrived;
	workers_submit(world->camd.writer, &arrival->job);
	while (!arrival->done)
		world_turn(world);
	assert_int_equal(arrival->err, 0);
}

/* -- programs that ask -------------------------------------------------- */

struct asker {
	struct world *world;
	struct stream *stream;
	struct buf in;
	json_t *events; /* that came while an answer was awaited */
	int next_id;
	bool closed;
};

static inline void
on_asker_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct asker *asker = arg;

	buf_put(&asker->in, data, len);
}

static inline void
on_asker_closed(struct stream *stream, int err, void *arg)
{
	struct asker *asker = arg;

	asker->closed = true;
}

static const struct stream_ops asker_ops = { .on_data = on_asker_data,
	.on_closed = on_asker_closed };

/* Connects and says nothing yet. */
static inline void
asker_connect(struct asker *asker, struct world *world)
{
	int fd;

	*asker = (struct asker){ .world = world, .events = json_array() };
	buf_init(&asker->in, 64 * 1024 * 1024);
	assert_int_equal(unix_connect(world->camd.paths.socket, &fd), 0);
	asker->stream = stream_new(
	    world->camd.loop, fd, &asker_ops, asker, 64 * 1024 * 1024);
}

static inline void
asker_close(struct asker *asker)
{
	stream_free(asker->stream);
	buf_finish(&asker->in);
	json_decref(asker->events);
}

static inline void
asker_write(struct asker *asker, const char *text)
{
	stream_write(asker->stream, text, strlen(text));
}

/* The next line as JSON, NULL when the other end has closed. */
static inline json_t *
asker_line(struct asker *asker)
{
	uint8_t *end = NULL;
	json_t *object = NULL;

	while ((end = asker->in.len > 0
			  ? memchr(asker->in.data, '\n', asker->in.len)
			  : NULL) == NULL) {
		if (asker->closed)
			return NULL;
		world_turn(asker->world);
	}
	object = json_loadb((const char *)asker->in.data,
	    (size_t)(end - asker->in.data), 0, NULL);
	assert_non_null(object);
	buf_drop(&asker->in, (size_t)(end - asker->in.data) + 1);
	return object;
}

/* Takes params; returns the whole answer. */
static inline json_t *
asker_call(struct asker *asker, const char *method, json_t *params)
{
	int id = ++asker->next_id;
	json_t *request = json_pack("{s:s, s:i, s:s, s:o*}", "jsonrpc", "2.0",
	    "id", id, "method", method, "params", params);
	char *text = json_dumps(request, JSON_COMPACT);
	json_t *line = NULL;

	asker_write(asker, text);
	asker_write(asker, "\n");
	free(text);
	json_decref(request);
	for (;;) {
		line = asker_line(asker);
		if (line == NULL ||
		    json_integer_value(json_object_get(line, "id")) == id)
			return line;
		json_array_append_new(asker->events, line);
	}
}

/* The result of a call that must not fail, the caller's reference. */
static inline json_t *
ask(struct asker *asker, const char *method, json_t *params)
{
	json_t *line = asker_call(asker, method, params), *result = NULL;

	assert_non_null(line);
	result = json_incref(json_object_get(line, "result"));
	if (result == NULL) {
		char *text = json_dumps(line, 0);

		fail_msg("%s: %s", method, text);
	}
	json_decref(line);
	return result;
}

/* The call fails with that exit code and reason, and its message has the word
 * in it; returns the error's data. */
static inline json_t *
ask_refused(struct asker *asker, const char *method, json_t *params, int code,
    const char *reason, const char *word)
{
	json_t *line = asker_call(asker, method, params);
	json_t *error = json_object_get(line, "error");
	json_t *data = json_incref(json_object_get(error, "data"));
	const char *message =
	    json_string_value(json_object_get(error, "message"));

	if (message == NULL || strstr(message, word) == NULL)
		fail_msg("%s: '%s' has no '%s'", method, message, word);
	assert_int_equal(
	    json_integer_value(json_object_get(data, "exit")), code);
	assert_string_equal(
	    json_string_value(json_object_get(data, "reason")), reason);
	json_decref(line);
	return data;
}

static inline void
asker_open(struct asker *asker, struct world *world)
{
	asker_connect(asker, world);
	json_decref(ask(asker, "hello",
	    json_pack("{s:i, s:s, s:s}", "protocol", 1, "program", "test",
		"version", "1")));
}

/* The next event of that type; others before it are thrown away. */
static inline json_t *
asker_event(struct asker *asker, const char *type)
{
	for (;;) {
		json_t *line = NULL, *params = NULL;

		if (json_array_size(asker->events) > 0) {
			line = json_incref(json_array_get(asker->events, 0));
			json_array_remove(asker->events, 0);
		} else {
			line = asker_line(asker);
		}
		assert_non_null(line);
		params = json_incref(json_object_get(line, "params"));
		if (strcmp(json_string_value(json_object_get(line, "method")),
			type) == 0) {
			json_decref(line);
			return params;
		}
		json_decref(params);
		json_decref(line);
	}
}

static inline const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

#endif
