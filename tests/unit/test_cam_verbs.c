/* test_cam_verbs.c: the command itself: its verbs, their beginnings, help,
 * programs that add verbs. */
#include "fake_camd.h"

#include "base/mem.h"
#include "cam/verb.h"

static struct run run;

static void
a_verb_is_found_by_its_name_and_its_unique_beginning(void **state)
{
	size_t count = 0;

	assert_string_equal(verb_find("send", &count)->name, "send");
	assert_string_equal(verb_find("sen", &count)->name, "send");
	assert_string_equal(verb_find("read", &count)->name, "read");
	assert_null(verb_find("s", &count));
	assert_int_equal(count, 3); /* send status server */
	assert_null(verb_find("", &count));
	assert_null(verb_find("sned", &count));
	assert_int_equal(count, 0);
}

static void
what_is_for_shells_has_no_beginnings(void **state)
{
	size_t count = 0;

	assert_null(verb_find("compl", &count));
	assert_non_null(verb_find("complete", &count));
}

static void
a_slip_is_answered_by_the_nearest_verb(void **state)
{
	assert_string_equal(verb_nearest("sned")->name, "send");
	assert_string_equal(verb_nearest("wacth")->name, "watch");
	assert_string_equal(verb_nearest("statu")->name, "status");
	assert_null(verb_nearest("frobnicate"));
	assert_null(verb_nearest("a-word-much-longer-than-any-verb-there-is"));
}

static void
names_and_options_of_the_table_are_each_there_once(void **state)
{
	for (const struct verb *verb = verb_table(); verb->name != NULL;
	     verb++) {
		for (const struct verb *other = verb + 1; other->name != NULL;
		     other++)
			assert_string_not_equal(verb->name, other->name);
		assert_true(verb->run != NULL ||
			    (verb->flags & (VERB_LATER | VERB_EXTERNAL)));
		for (const struct verb_option *option = verb->options;
		     option != NULL && option->name != NULL; option++) {
			const struct verb_option *global =
			    verb_global_options();

			for (; global->name != NULL; global++) {
				assert_string_not_equal(
				    option->name, global->name);
				assert_true(option->letter == 0 ||
					    option->letter != global->letter);
			}
		}
	}
}

static void
every_verb_has_help(void **state)
{
	for (const struct verb *verb = verb_table(); verb->name != NULL;
	     verb++) {
		if ((verb->flags &
			(VERB_LATER | VERB_HIDDEN | VERB_EXTERNAL)) != 0)
			continue;
		RUN(&run, NULL, verb->name, "--help");
		assert_int_equal(run.code, 0);
		assert_has(run.out, verb->help);
		assert_has(run.out, verb->name);
		RUN(&run, NULL, "help");
		assert_has(run.out, verb->help);
	}
}

static void
an_unknown_verb_is_2_with_a_suggestion(void **state)
{
	RUN(&run, NULL, "sned", "anna");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_string_equal(
	    run.err, "cam: no verb 'sned': did you mean 'send'?\n");
	RUN(&run, NULL, "s");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "send, status, server");
	RUN(&run, NULL, "\033[31m");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_null(strchr(run.err, '\033'));
}

static void
what_is_not_there_yet_says_so(void **state)
{
	RUN(&run, NULL, "room", "ls");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_string_equal(run.err, "cam: 'room' is not there yet\n");
	assert_string_equal(run.out, "");
}

static void
alone_it_is_the_screen(void **state)
{
	char *path = xstrdup(getenv("PATH"));

	/* Which is a program of its own, and not beside this test. */
	setenv("PATH", "/usr/bin:/bin", 1);
	run_with("", NULL, &run, (const char *const[]){ "cam", NULL });
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(run.code, EXIT_FAILED);
	assert_has(run.err, "cam-tui");
	assert_string_equal(run.out, "");
}

static void
options_are_taken_before_and_behind_the_verb(void **state)
{
	const struct exchange script[] = {
		{ .method = "status.get", .result = "{\"id\":\"bob@pc2\"}" },
		{ 0 },
	};

	RUN(&run, script, "--json", "status");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "{\"id\":\"bob@pc2\"}\n");
	RUN(&run, script, "status", "--json");
	assert_string_equal(run.out, "{\"id\":\"bob@pc2\"}\n");
	RUN(&run, script, "stat", "--js");
	assert_string_equal(run.out, "{\"id\":\"bob@pc2\"}\n");
}

static void
wrong_options_are_named(void **state)
{
	RUN(&run, NULL, "--nonsense");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "--nonsense");
	RUN(&run, NULL, "ls", "-Z");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "-Z");
	RUN(&run, NULL, "ls", "--sort");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "--sort");
	RUN(&run, NULL, "ls", "--all=yes");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "--all=yes");
	RUN(&run, NULL, "status", "of", "what");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "'of'");
}

static void
version_needs_no_camd(void **state)
{
	json_t *version;

	RUN(&run, NULL, "version", "--json");
	assert_int_equal(run.code, 0);
	version = json_loads(run.out, 0, NULL);
	assert_string_equal(
	    json_string_value(json_object_get(version, "version")),
	    CAM_VERSION);
	json_decref(version);
	RUN(&run, NULL, "--version");
	assert_string_equal(run.out, "cam " CAM_VERSION "\n");
}

static void
a_program_in_the_path_becomes_a_verb(void **state)
{
	char folder[] = "/tmp/cam-test-XXXXXX";
	char path[128], search[128];
	FILE *file;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/cam-extra", folder);
	file = fopen(path, "w");
	fputs("#!/bin/sh\necho \"$#: $*\"; exit 7\n", file);
	fchmod(fileno(file), 0700);
	fclose(file);
	snprintf(search, sizeof search, "%s:/usr/bin:/bin", folder);
	setenv("PATH", search, 1);
	RUN(&run, NULL, "extra", "one", "--two three");
	setenv("PATH", "/usr/bin:/bin", 1);
	unlink(path);
	rmdir(folder);
	assert_int_equal(run.code, 7);
	assert_string_equal(run.out, "2: one --two three\n");
}

static void
without_camd_and_without_starting_it_is_5(void **state)
{
	struct fake fake;

	fake_begin(&fake, "");
	close(fake.listener);
	fake_run(&fake, NULL, &run, ARGS("status", "--no-start"));
	fake.listener = -1;
	fake_end(&fake);
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_has(run.err, "cam daemon start");
}

static void
rpc_prints_what_camd_answers(void **state)
{
	const struct exchange script[] = {
		{ .method = "no.method",
		    .params = "{\"a\":[1]}",
		    .result = "{\"text\":\"\xe4\xbc\x9a\"}" },
		{ 0 },
	};

	RUN(&run, script, "rpc", "no.method", "{\"a\":[1]}");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "{\"text\":\"\xe4\xbc\x9a\"}\n");
	run_with(
	    "{\n \"a\": [1]\n}\n", script, &run, ARGS("rpc", "no.method", "-"));
	assert_int_equal(run.code, 0);
	RUN(&run, NULL, "rpc", "no.method", "[1]");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "rpc", "no.method", "{broken");
	assert_int_equal(run.code, EXIT_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_verb_is_found_by_its_name_and_its_unique_beginning),
		cmocka_unit_test(what_is_for_shells_has_no_beginnings),
		cmocka_unit_test(a_slip_is_answered_by_the_nearest_verb),
		cmocka_unit_test(
		    names_and_options_of_the_table_are_each_there_once),
		cmocka_unit_test(every_verb_has_help),
		cmocka_unit_test(an_unknown_verb_is_2_with_a_suggestion),
		cmocka_unit_test(what_is_not_there_yet_says_so),
		cmocka_unit_test(alone_it_is_the_screen),
		cmocka_unit_test(options_are_taken_before_and_behind_the_verb),
		cmocka_unit_test(wrong_options_are_named),
		cmocka_unit_test(version_needs_no_camd),
		cmocka_unit_test(a_program_in_the_path_becomes_a_verb),
		cmocka_unit_test(without_camd_and_without_starting_it_is_5),
		cmocka_unit_test(rpc_prints_what_camd_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
