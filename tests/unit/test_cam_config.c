/* test_cam_config.c: cam config through camd and, when it does not run, in
 * cam.ini itself. */
#include "fake_camd.h"

static struct run run;
static char settings[128];

/* A camd that only knows two settings, and refuses one value. */
static const char only_settings[] =
    "#!/bin/sh\n"
    "ini=$CAM_HOME/cam.ini\n"
    "if grep -q refused $ini; then echo \"camd: $ini:1: never 'refused'\" >&2; "
    "exit 2; fi\n"
    "for key in user.nick net.port; do\n"
    "	grep \"^$key = \" $ini || echo \"$key = default of $key\"\n"
    "done\n";

static void
write_file(const char *folder, const char *name, const char *text, mode_t mode)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	fputs(text, file);
	fchmod(fileno(file), mode);
	fclose(file);
}

/* Runs cam where no camd runs and cam.ini holds text; what it holds afterwards
 * replaces text. */
static void
run_on_file(char *text, size_t size, const char *const *words)
{
	struct fake fake;
	char path[128];
	FILE *file;

	fake_begin(&fake, "");
	close(fake.listener);
	write_file(fake.home, "cam.ini", text, 0600);
	write_file(fake.home, "camd", only_settings, 0700);
	snprintf(path, sizeof path, "%s:/usr/bin:/bin", fake.home);
	setenv("PATH", path, 1);
	snprintf(path, sizeof path, "%s/cam.ini", fake.home);
	fake_run(&fake, NULL, &run, words);
	file = fopen(path, "r");
	fake_read_file(file, text, size);
	fclose(file);
	fake.listener = -1;
	fake_end(&fake);
}

static void
begin_file(const char *text)
{
	snprintf(settings, sizeof settings, "%s", text);
}

#define ON_FILE(...) run_on_file(settings, sizeof settings, ARGS(__VA_ARGS__))

static void
camd_is_asked_when_it_runs(void **state)
{
	const struct exchange get[] = {
		{ .method = "config.get",
		    .params = "{\"key\":\"net.port\"}",
		    .result = "{\"key\":\"net.port\",\"value\":\"2425\","
			      "\"default\":\"2425\","
			      "\"source\":\"default\"}" },
		{ 0 },
	};
	const struct exchange set[] = {
		{ .method = "config.set",
		    .params = "{\"key\":\"user.nick\",\"value\":\"Bob B\"}",
		    .result = "{\"key\":\"user.nick\",\"value\":\"Bob "
			      "B\",\"source\":\"file\"}" },
		{ 0 },
	};
	const struct exchange unset[] = {
		{ .method = "config.set",
		    .params = "{\"key\":\"user.nick\",\"value\":null}",
		    .result = "{\"key\":\"user.nick\",\"value\":null,"
			      "\"source\":\"option\"}" },
		{ 0 },
	};

	RUN(&run, get, "config", "get", "net.port");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "2425\n");
	RUN(&run, set, "config", "set", "user.nick", "Bob B");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "");
	RUN(&run, unset, "config", "unset", "user.nick");
	assert_int_equal(run.code, 0);
	assert_has(run.err, "-o user.nick");
}

static void
an_unknown_key_is_3_with_a_suggestion(void **state)
{
	const struct exchange script[] = {
		{ .method = "config.get",
		    .error = "{\"code\":-32000,\"message\":\"x\",\"data\":{"
			     "\"exit\":3,\"reason\":"
			     "\"unknown\",\"key\":\"user.nik\",\"candidates\":["
			     "\"user.nick\"]}}" },
		{ 0 },
	};

	RUN(&run, script, "config", "get", "user.nik");
	assert_int_equal(run.code, EXIT_UNKNOWN);
	assert_string_equal(
	    run.err, "cam: no setting 'user.nik': did you mean 'user.nick'?\n");
}

static void
without_camd_the_file_is_read_and_the_defaults_are_asked_for(void **state)
{
	begin_file("# me\nuser.nick = Bob\n");
	ON_FILE("config", "get", "user.nick");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "Bob\n");
	ON_FILE("config", "ls");
	assert_string_equal(run.out,
	    "user.nick\tBob\tfile\nnet.port\tdefault of net.port\tdefault\n");
	ON_FILE("config", "get", "user.shoe");
	assert_int_equal(run.code, EXIT_UNKNOWN);
	assert_has(run.err, "user.shoe");
}

static void
without_camd_the_file_is_changed_and_keeps_its_comments(void **state)
{
	begin_file("# me\nuser.nick = Bob\n");
	ON_FILE("config", "set", "user.nick", "Robert");
	assert_int_equal(run.code, 0);
	assert_string_equal(settings, "# me\nuser.nick = Robert\n");
	ON_FILE("config", "unset", "user.nick");
	assert_int_equal(run.code, 0);
	assert_string_equal(settings, "# me\n");
}

static void
what_camd_would_refuse_is_not_left_in_the_file(void **state)
{
	begin_file("# me\nuser.nick = Bob\n");
	ON_FILE("config", "set", "user.nick", "refused");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "never 'refused'");
	assert_string_equal(settings, "# me\nuser.nick = Bob\n");
	ON_FILE("config", "set", "user.shoe", "large");
	assert_int_equal(run.code, EXIT_UNKNOWN);
	assert_string_equal(settings, "# me\nuser.nick = Bob\n");
}

static void
what_cannot_stand_in_the_file_is_refused(void **state)
{
	begin_file("# me\n");
	ON_FILE("config", "set", "user.nick", "two\nlines");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_string_equal(settings, "# me\n");
	begin_file("this is no setting\n");
	ON_FILE("config", "get", "user.nick");
	assert_int_equal(run.code, EXIT_FAILED);
	assert_has(run.err, "line 1");
}

static void
wrong_words_are_usage_errors(void **state)
{
	RUN(&run, NULL, "config");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "config", "dance");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "dance");
	RUN(&run, NULL, "config", "set", "user.nick");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "config", "get", "user.nick", "x");
	assert_int_equal(run.code, EXIT_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(camd_is_asked_when_it_runs),
		cmocka_unit_test(an_unknown_key_is_3_with_a_suggestion),
		cmocka_unit_test(
		    without_camd_the_file_is_read_and_the_defaults_are_asked_for),
		cmocka_unit_test(
		    what_camd_would_refuse_is_not_left_in_the_file),
		cmocka_unit_test(
		    without_camd_the_file_is_changed_and_keeps_its_comments),
		cmocka_unit_test(what_cannot_stand_in_the_file_is_refused),
		cmocka_unit_test(wrong_words_are_usage_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
