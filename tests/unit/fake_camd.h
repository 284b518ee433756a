/* fake_camd.h: a camd that follows a script, and cam run against it as a
 * process of its own. */
#ifndef CAM_TEST_FAKE_CAMD_H
#define CAM_TEST_FAKE_CAMD_H

#include "test.h"

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"
#include "cam/cam.h"
#include "loop/unix.h"

/* What is waited for comes at once or not at all. */
enum { FAKE_PATIENCE_MS = 120000, FAKE_ARGS_MAX = 16, FAKE_EVENTS_MAX = 4 };

/* A request that cam must make, and what it is answered. All texts are JSON. */
struct exchange {
	const char *method; /* NULL ends a script */
	const char
	    *params; /* members that must be there like this; NULL: any */
	const char *result;
	const char *error; /* instead of result */
	/* Notifications behind the answer. */
	const char *events[FAKE_EVENTS_MAX];
};

/* How a run of cam went. */
struct run {
	int code;
	char out[64 * 1024];
	char err[16 * 1024];
};

struct fake {
	char home[64];
	int listener;
	int fd;
	int terminal; /* the other side of cam's stdin and stderr, or -1 */
	FILE *lines;
	FILE *in, *out, *err; /* cam's */
	bool hang_up; /* close the connection at the end of the script */
};

static inline void
fake_begin(struct fake *fake, const char *input)
{
	char path[128];

	*fake = (struct fake){ .fd = -1, .terminal = -1 };
	strcpy(fake->home, "/tmp/cam-test-XXXXXX");
	assert_non_null(mkdtemp(fake->home));
	snprintf(path, sizeof path, "%s/run", fake->home);
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/camd.sock");
	assert_int_equal(unix_listen(path, &fake->listener), 0);
	fake->in = tmpfile();
	fake->out = tmpfile();
	fake->err = tmpfile();
	fputs(input, fake->in);
	rewind(fake->in);
}

static inline void
fake_end(struct fake *fake)
{
	char command[128];

	if (fake->lines != NULL)
		fclose(fake->lines);
	fclose(fake->in);
	fclose(fake->out);
	fclose(fake->err);
	close(fake->listener);
	if (fake->terminal >= 0)
		close(fake->terminal);
	snprintf(command, sizeof command, "rm -rf '%s'", fake->home);
	assert_int_equal(system(command), 0);
}

/* In the child: cam, with the fake's files as its own. */
static inline void
fake_become_cam(struct fake *fake, const char *const *words)
{
	char *argv[FAKE_ARGS_MAX + 1] = { 0 };
	int argc = 0;
	int terminal = -1;

	for (; words[argc] != NULL && argc < FAKE_ARGS_MAX; argc++)
		argv[argc] = strdup(words[argc]);
	if (fake->terminal >= 0) {
		terminal = open(ptsname(fake->terminal), O_RDWR | O_NOCTTY);
		dup2(terminal, STDIN_FILENO);
	} else {
		dup2(fileno(fake->in), STDIN_FILENO);
	}
	dup2(fileno(fake->out), STDOUT_FILENO);
	dup2(terminal >= 0 ? terminal : fileno(fake->err), STDERR_FILENO);
	setenv("CAM_HOME", fake->home, 1);
	setenv("LC_ALL", "C", 1);
	setenv("TZ", "UTC", 1);
	unsetenv("CLICOLOR_FORCE");
	argc = cam_run(argc, argv);
	for (int i = 0; i < FAKE_ARGS_MAX; i++)
		free(argv[i]); /* getopt has put them in another order */
	exit(argc);
}

static inline json_t *
fake_read(struct fake *fake)
{
	struct pollfd ready = { .fd = fake->fd, .events = POLLIN };
	char *line = NULL;
	size_t size = 0;
	json_t *object;

	assert_int_equal(poll(&ready, 1, FAKE_PATIENCE_MS), 1);
	if (getline(&line, &size, fake->lines) < 0)
		fail_msg("cam closed the connection too early");
	object = json_loads(line, 0, NULL);
	assert_non_null(object);
	free(line);
	return object;
}

/* False: cam has gone. */
static inline bool
fake_write(struct fake *fake, json_t *object)
{
	char *line = json_dumps(object, JSON_COMPACT);
	size_t len = strlen(line);
	ssize_t sent;

	line[len] = '\n';
	sent = send(fake->fd, line, len + 1, MSG_NOSIGNAL);
	free(line);
	json_decref(object);
	return sent == (ssize_t)len + 1;
}

static inline json_t *
fake_json(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &error);

	if (value == NULL)
		fail_msg("the test's own JSON: %s in %s", error.text, text);
	return value;
}

static inline void
fake_check_params(const json_t *params, const char *wanted_text)
{
	json_t *wanted = fake_json(wanted_text);
	const char *key;
	json_t *value;

	json_object_foreach(wanted, key, value)
	{
		if (!json_equal(value, json_object_get(params, key)))
			fail_msg("%s is %s, not %s", key,
			    json_dumps(
				json_object_get(params, key), JSON_ENCODE_ANY),
			    json_dumps(value, JSON_ENCODE_ANY));
	}
	json_decref(wanted);
}

static inline void
fake_exchange(struct fake *fake, const struct exchange *exchange)
{
	json_t *request = fake_read(fake);
	json_t *answer = json_pack("{s:s,s:O}", "jsonrpc", "2.0", "id",
	    json_object_get(request, "id"));

	assert_string_equal(
	    json_string_value(json_object_get(request, "method")),
	    exchange->method);
	if (exchange->params != NULL)
		fake_check_params(
		    json_object_get(request, "params"), exchange->params);
	if (exchange->error != NULL)
		json_object_set_new(
		    answer, "error", fake_json(exchange->error));
	else
		json_object_set_new(
		    answer, "result", fake_json(exchange->result));
	assert_true(fake_write(fake, answer));
	/* A cam that has seen enough leaves while the others are written. */
	for (int i = 0; i < FAKE_EVENTS_MAX && exchange->events[i] != NULL;
	     i++) {
		json_t *params = fake_json(exchange->events[i]);

		fake_write(fake,
		    json_pack("{s:s,s:O,s:o}", "jsonrpc", "2.0", "method",
			json_object_get(params, "type"), "params", params));
	}
	json_decref(request);
}

static inline void
fake_serve(struct fake *fake, const struct exchange *script)
{
	static const struct exchange hello = { .method = "hello",
		.params = "{\"protocol\":1,\"program\":\"cam\"}",
		.result =
		    "{\"protocol\":1,\"program\":\"camd\",\"version\":\"9\","
		    "\"id\":\"bob@pc2\",\"pid\":0}" };
	struct pollfd ready = { .fd = fake->listener, .events = POLLIN };

	assert_int_equal(poll(&ready, 1, FAKE_PATIENCE_MS), 1);
	fake->fd = accept(fake->listener, NULL, NULL);
	assert_true(fake->fd >= 0);
	fake->lines = fdopen(fake->fd, "r");
	setvbuf(
	    fake->lines, NULL, _IONBF, 0); /* poll() must see what is unread */
	fake_exchange(fake, &hello);
	for (; script->method != NULL; script++)
		fake_exchange(fake, script);
	if (fake->hang_up)
		shutdown(fake->fd, SHUT_RDWR);
}

static inline void
fake_read_file(FILE *file, char *text, size_t size)
{
	rewind(file);
	text[fread(text, 1, size - 1, file)] = '\0';
}

/* Runs cam with the arguments against the script (NULL: nothing may connect).
 */
static inline void
fake_run(struct fake *fake, const struct exchange *script, struct run *run,
    const char *const *words)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* Who follows a script answers, however busy the machine. */
		if (script != NULL)
			setenv("CAM_COMPLETE_MS", "60000", 1);
		fake_become_cam(fake, words);
	}
	if (script != NULL)
		fake_serve(fake, script);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	run->code =
	    WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
	fake_read_file(fake->out, run->out, sizeof run->out);
	fake_read_file(fake->err, run->err, sizeof run->err);
}

static inline void
run_with(const char *input, const struct exchange *script, struct run *run,
    const char *const *words)
{
	struct fake fake;

	fake_begin(&fake, input);
	fake_run(&fake, script, run, words);
	fake_end(&fake);
}

#define ARGS(...)                                                              \
	(const char *const[])                                                  \
	{                                                                      \
		"cam", __VA_ARGS__, NULL                                       \
	}
/* Runs cam without input. */
#define RUN(run, script, ...) run_with("", script, run, ARGS(__VA_ARGS__))

static inline void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no '%s' in: %s", part, text);
}

#endif
