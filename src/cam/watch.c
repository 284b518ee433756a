/* watch.c: cam watch: follows what happens. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/event.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/json.h"
#include "rpc/names.h"

extern char **environ;

enum { WATCH_COUNT_MAX = 1000 * 1000 * 1000 };

struct follower {
	struct cam *cam;
	struct rpc_client *client;
	const char *program; /* --exec, or NULL */
	json_t *from;	     /* ids of users, or NULL: everybody */
	bool is_calm;	     /* without what only ticks */
	uint64_t left;	     /* events to go, or 0: no limit */
	int64_t deadline_ms; /* or -1 */
};

static bool
is_wanted(
    const struct follower *follower, const char *name, const json_t *event)
{
	const char *user = event_user(event);
	const json_t *id;
	size_t i;

	if (follower->is_calm && strcmp(name, EVENT_TRANSFER_PROGRESS) == 0)
		return false;
	if (follower->from == NULL)
		return true;
	json_array_foreach(follower->from, i, id)
	{
		if (json_is_string(id) &&
		    strcmp(json_string_value(id), user) == 0)
			return true;
	}
	return false;
}

/* A file is no pipe: the program need not read it, and nobody waits for
 * anybody. */
static FILE *
event_as_file(const json_t *event)
{
	FILE *file = tmpfile();
	size_t len = 0;
	char *line = json_line(event, &len);

	if (file != NULL &&
	    (line == NULL || fwrite(line, 1, len, file) != len ||
		fflush(file) != 0)) {
		fclose(file);
		file = NULL;
	}
	if (file != NULL)
		rewind(file);
	free(line);
	return file;
}

/* Runs the program with the event on its stdin and waits for its end. What
 * fails is said; watching goes on. */
static void
run_program(const struct follower *follower, const json_t *event)
{
	char *argv[] = { (char *)follower->program, NULL };
	FILE *file = event_as_file(event);
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	int status = 0;
	int err;

	if (file == NULL) {
		complain(_("cannot hand the event to '%s': %s"),
		    follower->program, strerror(errno));
		return;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fileno(file), STDIN_FILENO);
	err = posix_spawnp(
	    &pid, follower->program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	fclose(file);
	if (err != 0) {
		complain(
		    _("cannot run '%s': %s"), follower->program, strerror(err));
		return;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		complain(_("'%s' ended with status %d"), follower->program,
		    WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		complain(_("'%s' was ended by signal %d"), follower->program,
		    WTERMSIG(status));
}

static void
tell(const struct follower *follower, const json_t *event)
{
	if (follower->program != NULL)
		run_program(follower, event);
	if (follower->cam->json)
		output_json(event);
	else if (follower->program == NULL)
		event_print(follower->cam, event);
	fflush(stdout);
}

static int
follow(struct follower *follower)
{
	for (;;) {
		const char *name = NULL;
		json_t *event = NULL;
		bool wanted;
		int code = daemon_next(follower->cam, follower->client,
		    follower->deadline_ms, &name, &event);

		if (code != 0)
			return code;
		wanted = is_wanted(follower, name, event);
		if (wanted)
			tell(follower, event);
		json_decref(event);
		if (ferror(stdout))
			return 0; /* output_finish() says so */
		if (wanted && follower->left > 0 && --follower->left == 0)
			return 0;
	}
}

static int
resolve(struct follower *follower, const char *who)
{
	json_t *result = NULL;
	int code;

	if (who == NULL)
		return 0;
	code = daemon_call(follower->cam, follower->client, RPC_ROSTER_RESOLVE,
	    json_pack("{s:s}", "who", who), &result);
	if (code == 0)
		follower->from = json_incref(json_object_get(result, "users"));
	json_decref(result);
	return code;
}

static int
read_args(struct follower *follower, const struct args *args)
{
	int64_t timeout_ms = -1;
	int code = args_count(args, 0, 0);

	if (code == 0)
		code = args_number(
		    args, "count", WATCH_COUNT_MAX, 0, &follower->left);
	if (code == 0)
		code = args_seconds(args, "timeout", -1, &timeout_ms);
	follower->program = args_value(args, "exec");
	/* Nobody reads four lines a second unless he has asked for them. */
	follower->is_calm = !args_has(args, "type") && !follower->cam->json;
	follower->deadline_ms =
	    timeout_ms < 0 ? -1 : (int64_t)clock_now_ms() + timeout_ms;
	return code;
}

int
verb_watch(struct cam *cam, struct args *args)
{
	struct follower follower = { .cam = cam };
	int code = read_args(&follower, args);

	if (code == 0 && args_has(args, "count") && follower.left == 0)
		return 0;
	if (code == 0)
		code = daemon_connect(cam, &follower.client);
	if (code == 0)
		code = resolve(&follower, args_value(args, "from"));
	if (code == 0)
		code = daemon_subscribe(
		    cam, follower.client, args_value(args, "type"));
	if (code == 0)
		code = follow(&follower);
	rpc_client_free(follower.client);
	json_decref(follower.from);
	return code;
}
