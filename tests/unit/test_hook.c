/* test_hook.c: the programs of hook.<event>: what they get, and how many run.
 */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/hook.h"
#include "camd/settings.h"
#include "loop/loop.h"

struct place {
	char folder[64];
	char *ini;
	char *program;
	struct loop *loop;
	struct settings *settings;
	struct hooks *hooks;
};

static void
put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int
make_place(void **state)
{
	struct place *place = xcalloc(1, sizeof *place);
	char *problem = NULL;

	log_open(STDERR_FILENO, LOG_LEVEL_ERROR, 0);
	strcpy(place->folder, "/tmp/cam-hook-XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		return 1;
	place->ini = xasprintf("%s/cam.ini", place->folder);
	place->program = xasprintf("%s/hook $(touch never); x", place->folder);
	place->loop = loop_new();
	if (camd_settings_open(place->ini, &place->settings, &problem) != 0)
		return 1;
	place->hooks = hooks_new(place->loop, place->settings);
	*state = place;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *place = *state;
	char *command = xasprintf("rm -r %s", place->folder);

	hooks_free(place->hooks);
	settings_free(place->settings);
	loop_free(place->loop);
	free(place->ini);
	free(place->program);
	free(place);
	assert_int_equal(system(command), 0);
	free(command);
	return 0;
}

/* The program is a script in the folder, run for message.received. */
static void
set_script(struct place *place, const char *text)
{
	char *script = xasprintf("#!/bin/sh\ncd %s\n%s", place->folder, text);
	char *problem = NULL;

	put(place->program, script, 0755);
	free(script);
	assert_int_equal(settings_set(place->settings, "hook.message.received",
			     place->program, &problem),
	    0);
}

static void
run(struct place *place, const char *text)
{
	json_t *event = json_pack("{s:s}", "text", text);

	hooks_run(place->hooks, "message.received", event);
	json_decref(event);
}

/* A pipe with a name, at which programs wait for a line. */
static int
make_gate(struct place *place)
{
	char *path = xasprintf("%s/gate", place->folder);
	int gate = -1;

	assert_int_equal(mkfifo(path, 0600), 0);
	gate = open(path, O_RDWR | O_CLOEXEC);
	assert_true(gate >= 0);
	free(path);
	return gate;
}

/* So many may pass: each takes one byte. */
static void
open_gate(int gate, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(write(gate, "\n", 1), 1);
}

static void
wait_until_idle(struct place *place)
{
	uint64_t end_ms = clock_now_ms() + 60000;

	while (hooks_load(place->hooks) > 0 && clock_now_ms() < end_ms)
		loop_turn(place->loop, 1);
	assert_int_equal(hooks_load(place->hooks), 0);
}

static char *
content(const struct place *place, const char *name)
{
	char *path = xasprintf("%s/%s", place->folder, name), text[4096];
	FILE *file = fopen(path, "r");
	size_t len = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;

	if (file != NULL)
		fclose(file);
	free(path);
	text[len] = '\0';
	return xstrdup(text);
}

static void
the_program_gets_the_event_as_one_line(void **state)
{
	struct place *place = *state;
	char *got = NULL;

	set_script(place, "cat >got; echo $# >count; : >done\n");
	assert_true(hooks_wanted(place->hooks, "message.received"));
	assert_false(hooks_wanted(place->hooks, "message.sent"));
	run(place, "lunch?\n$(touch never) `touch never`");
	wait_until_idle(place);
	got = content(place, "got");
	assert_string_equal(
	    got, "{\"text\":\"lunch?\\n$(touch never) `touch never`\"}\n");
	free(got);
	got = content(place, "count");
	assert_string_equal(got, "0\n");
	free(got);
}

static void
nothing_runs_through_a_shell(void **state)
{
	struct place *place = *state;
	char *never = xasprintf("%s/never", place->folder);

	set_script(place, "cat >/dev/null\n");
	run(place, "x");
	wait_until_idle(place);
	assert_int_not_equal(access(never, F_OK), 0);
	assert_int_not_equal(access("never", F_OK), 0);
	free(never);
}

static void
an_event_without_a_program_costs_nothing(void **state)
{
	struct place *place = *state;

	run(place, "x");
	assert_int_equal(hooks_load(place->hooks), 0);
}

static void
a_program_that_is_missing_is_only_logged(void **state)
{
	struct place *place = *state;
	char *problem = NULL;

	assert_int_equal(settings_set(place->settings, "hook.message.received",
			     "/nonexistent/program", &problem),
	    0);
	run(place, "x");
	assert_int_equal(hooks_load(place->hooks), 0);
	set_script(place, "cat >got; exit 3\n");
	run(place, "y");
	wait_until_idle(place);
	assert_string_equal(
	    (problem = content(place, "got")), "{\"text\":\"y\"}\n");
	free(problem);
}

static void
few_run_at_once_and_the_rest_wait_in_order(void **state)
{
	struct place *place = *state;
	int gate = make_gate(place);
	char *got = NULL;

	/* Each holds a file of its own while it runs; a ninth would be seen. */
	set_script(place,
	    "cat >/dev/null; : >run.$$; ls run.* | wc -l >>counts; "
	    "read line <gate; rm run.$$\n");
	for (int i = 0; i < HOOK_RUNNING + 3; i++)
		run(place, "x");
	assert_int_equal(hooks_load(place->hooks), HOOK_RUNNING + 3);
	open_gate(gate, HOOK_RUNNING + 3);
	wait_until_idle(place);
	close(gate);
	got = content(place, "counts");
	for (char *line = strtok(got, "\n"); line != NULL;
	     line = strtok(NULL, "\n"))
		assert_in_range(atoi(line), 1, HOOK_RUNNING);
	free(got);
}

static void
a_flood_is_cut(void **state)
{
	struct place *place = *state;
	int gate = make_gate(place);
	char *problem = NULL;

	set_script(place, "cat >/dev/null; read line <gate\n");
	for (int i = 0; i < HOOK_RUNNING + HOOK_WAITING + 500; i++)
		run(place, "x");
	assert_int_equal(hooks_load(place->hooks), HOOK_RUNNING + HOOK_WAITING);
	/* What waits for a program that is none any more is let go. */
	assert_int_equal(settings_set(place->settings, "hook.message.received",
			     NULL, &problem),
	    0);
	open_gate(gate, HOOK_RUNNING);
	wait_until_idle(place);
	close(gate);
}

#define HOOK_TEST(name)                                                        \
	cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOOK_TEST(the_program_gets_the_event_as_one_line),
		HOOK_TEST(nothing_runs_through_a_shell),
		HOOK_TEST(an_event_without_a_program_costs_nothing),
		HOOK_TEST(a_program_that_is_missing_is_only_logged),
		HOOK_TEST(few_run_at_once_and_the_rest_wait_in_order),
		HOOK_TEST(a_flood_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
