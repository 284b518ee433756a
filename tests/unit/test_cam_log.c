/* test_cam_log.c: cam log and cam open: pages of history, times, how messages
 * are shown. */
#include "fake_camd.h"

#define MESSAGE(id, text)                                                      \
	"{\"type\":\"message.received\",\"id\":\"" id                          \
	"\",\"time\":\"2026-01-31T09:30:00Z\","                                \
	"\"from\":\"anna@pc1\",\"nick\":\"Anna\",\"to\":[\"bob@pc2\"],"        \
	"\"text\":" text ","                                                   \
	"\"sealed\":false,\"state\":\"delivered\"}"
#define PAGE(messages, more) "{\"messages\":[" messages "],\"more\":" more "}"

static struct run run;

static void
the_newest_are_fetched_backwards_and_printed_forwards(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.list",
		    .params = "{\"who\":\"anna\",\"limit\":3}",
		    .result = PAGE(MESSAGE("a3", "\"three\"") "," MESSAGE(
				       "a4", "\"four\""),
			"true") },
		{ .method = "message.list",
		    .params = "{\"before\":\"a3\",\"limit\":1}",
		    .result = PAGE(MESSAGE("a2", "\"two\""), "true") },
		{ 0 },
	};

	RUN(&run, script, "log", "anna", "-n", "3");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "2026-01-31T09:30:00Z\ta2\tanna@"
				     "pc1\tAnna\tbob@pc2\tdelivered\ttwo\n"
				     "2026-01-31T09:30:00Z\ta3\tanna@"
				     "pc1\tAnna\tbob@pc2\tdelivered\tthree\n"
				     "2026-01-31T09:30:00Z\ta4\tanna@"
				     "pc1\tAnna\tbob@pc2\tdelivered\tfour\n");
}

static void
all_are_fetched_forwards(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.list",
		    .params = "{\"after\":\"\",\"limit\":1000}",
		    .result = PAGE(MESSAGE("a1", "\"one\""), "true") },
		{ .method = "message.list",
		    .params = "{\"after\":\"a1\"}",
		    .result = PAGE(MESSAGE("a2", "\"two\""), "false") },
		{ 0 },
	};

	RUN(&run, script, "log", "-n", "0", "--json");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "\"text\":\"one\"");
	assert_has(run.out, "\"text\":\"two\"");
}

static void
an_empty_history_is_nothing_and_no_error(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.list", .result = PAGE("", "false") },
		{ 0 },
	};

	RUN(&run, script, "log", "-n0");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "");
}

static void
search_and_times_are_handed_on(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.list",
		    .params =
			"{\"grep\":\"two "
			"words\",\"since\":\"2026-01-31T00:00:00.000+00:00\"}",
		    .result = PAGE("", "false") },
		{ 0 },
	};

	RUN(&run, script, "log", "--grep", "two words", "--since",
	    "2026-01-31");
	assert_string_equal(run.err, "");
	assert_int_equal(run.code, 0);
	RUN(&run, NULL, "log", "--since", "someday");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "'someday'");
	RUN(&run, NULL, "log", "-n", "few");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "'few'");
}

static void
a_sealed_message_tells_how_to_open_it(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.list",
		    .result =
			PAGE(MESSAGE("0123456789abcdef", "null"), "false") },
		{ 0 },
	};

	RUN(&run, script, "log");
	assert_has(run.out, "'cam open 01234567'");
}

static void
open_prints_the_text_made_printable(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.open",
		    .params = "{\"id\":\"01\"}",
		    .result = "{\"message\":" MESSAGE(
			"01", "\"a\\nb \\u001b[2J\"") "}" },
		{ 0 },
	};

	RUN(&run, script, "open", "01");
	assert_int_equal(run.code, 0);
	assert_ptr_equal(strstr(run.out, "a\nb "), run.out);
	assert_null(strchr(run.out, '\033'));
}

static void
output_that_cannot_be_written_is_1(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.list",
		    .result = PAGE(MESSAGE("a1", "\"one\""), "false") },
		{ 0 },
	};
	struct fake fake;

	fake_begin(&fake, "");
	fclose(fake.out);
	fake.out = fopen("/dev/full", "r+");
	fake_run(&fake, script, &run, ARGS("log"));
	fake_end(&fake);
	assert_int_equal(run.code, EXIT_FAILED);
	assert_has(run.err, "cannot write");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_newest_are_fetched_backwards_and_printed_forwards),
		cmocka_unit_test(all_are_fetched_forwards),
		cmocka_unit_test(an_empty_history_is_nothing_and_no_error),
		cmocka_unit_test(search_and_times_are_handed_on),
		cmocka_unit_test(a_sealed_message_tells_how_to_open_it),
		cmocka_unit_test(open_prints_the_text_made_printable),
		cmocka_unit_test(output_that_cannot_be_written_is_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
