/* test_cam_watch.c: cam watch and cam wait: which events, how many, for how
 * long. */
#include "fake_camd.h"

#define RECEIVED(from, text)                                                   \
	"{\"type\":\"message.received\",\"id\":\"0a1b\",\"time\":\"2026-01-"   \
	"31T09:30:00Z\","                                                      \
	"\"from\":\"" from                                                     \
	"\",\"nick\":null,\"to\":[\"bob@pc2\"],\"text\":\"" text "\","         \
	"\"state\":\"delivered\",\"encryption\":\"rsa2048-aes256\"}"
#define LEFT                                                                   \
	"{\"type\":\"user.left\",\"time\":\"2026-01-31T09:31:00Z\",\"user\":{" \
	"\"id\":\"anna@pc1\","                                                 \
	"\"nick\":\"Anna\",\"state\":\"offline\"}}"

static struct run run;

static void
events_are_printed_until_there_were_enough(void **state)
{
	const struct exchange script[] = {
		{ .method = "subscribe",
		    .params = "{\"types\":[\"message.received\",\"user\"]}",
		    .result = "{}",
		    .events = { RECEIVED("anna@pc1", "one"), LEFT,
			RECEIVED("anna@pc1", "two") } },
		{ 0 },
	};

	RUN(&run, script, "watch", "--json", "--type", "message.received,user",
	    "--count", "2");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "\"text\":\"one\"");
	assert_has(run.out, "\"type\":\"user.left\"");
	assert_null(strstr(run.out, "two"));
}

static void
people_read_a_line_for_each(void **state)
{
	const struct exchange script[] = {
		{ .method = "subscribe",
		    .params = "{\"types\":[\"*\"]}",
		    .result = "{}",
		    .events = { RECEIVED("anna@pc1", "x \\u009b2J"), LEFT } },
		{ 0 },
	};

	RUN(&run, script, "watch", "-n", "2");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "09:30 0a1b anna@pc1: x ");
	assert_has(run.out, "09:31 Anna (anna@pc1) has left\n");
	assert_null(strstr(run.out, "\xc2\x9b"));
}

#define TRANSFER(type, more)                                                   \
	"{\"type\":\"transfer." type                                           \
	"\",\"time\":\"2026-01-31T09:30:00Z\",\"id\":"                         \
	"\"5f0c1a2b3c4d5e6f.7\",\"direction\":\"in\",\"peer\":"                \
	"\"anna@pc1\"" more "}"
#define PROGRESS                                                               \
	TRANSFER("progress", ",\"done\":512,\"size\":2048,\"rate\":1024")

static void
transfers_are_told_in_sentences(void **state)
{
	const struct exchange script[] = {
		{ .method = "subscribe",
		    .params = "{\"types\":[\"transfer\"]}",
		    .result = "{}",
		    .events = { PROGRESS,
			TRANSFER("done",
			    ",\"state\":\"done\",\"name\":\"plan\",\"path\":"
			    "\"/files/plan\""),
			TRANSFER("failed",
			    ",\"state\":\"failed\",\"name\":\"plan\","
			    "\"error\":\"no room\"") } },
		{ 0 },
	};

	RUN(&run, script, "watch", "--type", "transfer", "-n", "3");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out,
	    "09:30 5f0c1a2b.7 from anna@pc1: 25% of 2.0 KiB, 1.0 KiB/s\n"
	    "09:30 'plan' from anna@pc1 is saved as '/files/plan'\n"
	    "09:30 'plan' from anna@pc1: no room\n");
}

static void
progress_is_for_who_asks_for_it(void **state)
{
	const struct exchange script[] = {
		{ .method = "subscribe",
		    .params = "{\"types\":[\"*\"]}",
		    .result = "{}",
		    .events = { PROGRESS, LEFT } },
		{ 0 },
	};

	RUN(&run, script, "watch", "-n", "1");
	assert_has(run.out, "has left");
	assert_null(strstr(run.out, "25%"));
	RUN(&run, script, "watch", "--json", "-n", "1");
	assert_has(run.out, "\"rate\":1024");
}

static void
from_leaves_out_the_others(void **state)
{
	const struct exchange script[] = {
		{ .method = "roster.resolve",
		    .params = "{\"who\":\"@sales\"}",
		    .result = "{\"users\":[\"carl@pc3\",\"dora@pc4\"]}" },
		{ .method = "subscribe",
		    .result = "{}",
		    .events = { RECEIVED("anna@pc1", "one"), LEFT,
			RECEIVED("dora@pc4", "two") } },
		{ 0 },
	};

	RUN(&run, script, "watch", "--json", "--from", "@sales", "--count",
	    "1");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "\"text\":\"two\"");
	assert_null(strstr(run.out, "anna@pc1"));
}

static void
a_timeout_is_4_and_camds_end_is_5(void **state)
{
	const struct exchange script[] = {
		{ .method = "subscribe", .result = "{}" },
		{ 0 },
	};
	struct fake fake;

	RUN(&run, script, "watch", "--timeout", "0.05");
	assert_int_equal(run.code, EXIT_UNCONFIRMED);
	fake_begin(&fake, "");
	fake.hang_up = true;
	fake_run(&fake, script, &run, ARGS("watch", "--timeout", "20"));
	fake_end(&fake);
	assert_int_equal(run.code, EXIT_UNREACHABLE);
}

static void
a_program_gets_each_event_on_its_stdin(void **state)
{
	const struct exchange script[] = {
		{ .method = "subscribe",
		    .result = "{}",
		    .events = { RECEIVED("anna@pc1", "$(false)"),
			RECEIVED("anna@pc1", "two") } },
		{ 0 },
	};

	RUN(&run, script, "watch", "--count", "2", "--exec", "cat");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "\"text\":\"$(false)\"");
	assert_has(run.out, "\"text\":\"two\"");
}

static void
a_program_that_fails_is_said_and_watching_goes_on(void **state)
{
	const struct exchange script[] = {
		{ .method = "subscribe",
		    .result = "{}",
		    .events = { RECEIVED("anna@pc1", "one"),
			RECEIVED("anna@pc1", "two") } },
		{ 0 },
	};

	RUN(&run, script, "watch", "--count", "2", "--exec", "false");
	assert_int_equal(run.code, 0);
	assert_has(run.err, "status 1");
	RUN(&run, script, "watch", "--count", "2", "--exec", "/nonexistent");
	assert_int_equal(run.code, 0);
	assert_has(run.err, "/nonexistent");
}

static void
another_key_is_told_aloud(void **state)
{
#define KEY_CHANGED(blocked)                                                   \
	"{\"type\":\"key.changed\","                                           \
	"\"time\":\"2026-01-31T09:30:00.000+00:00\","                          \
	"\"user\":{\"id\":\"anna@pc1\",\"nick\":\"Anna\","                     \
	"\"state\":\"online\"},\"id\":\"anna@pc1\","                           \
	"\"other\":\"anna@pc1/46b23a15\",\"old\":\"765f\","                    \
	"\"new\":\"46b2\",\"verified\":" blocked ",\"blocked\":" blocked "}"
	const struct exchange script[] = {
		{ .method = "subscribe",
		    .result = "{}",
		    .events = { KEY_CHANGED("false"), KEY_CHANGED("true") } },
		{ 0 },
	};

	RUN(&run, script, "watch", "--type", "key", "--count", "2");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "ANOTHER KEY is used under the name anna@pc1: 46b2 "
			    "instead of 765f\n");
	assert_has(run.out, "ANOTHER KEY is used under the name anna@pc1, by "
			    "anna@pc1/46b23a15: nothing is sent");
	assert_has(run.out, "cam verify anna@pc1\n");
}

static void
what_the_server_shows_wrongly_is_told_aloud(void **state)
{
	const struct exchange script[] = {
		{ .method = "subscribe",
		    .result = "{}",
		    .events = { "{\"type\":\"key.changed\","
				"\"time\":\"2026-01-31T09:30:00.000+00:00\","
				"\"id\":\"anna\",\"other\":null,"
				"\"old\":\"765f\",\"new\":null,"
				"\"by\":\"server\",\"verified\":false,"
				"\"blocked\":false}" } },
		{ 0 },
	};

	RUN(&run, script, "watch", "--type", "key", "--count", "1");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "FOREIGN KEYS");
	assert_has(run.out, "keys of anna that are not his");
}

static void
wait_ends_with_the_first_event(void **state)
{
	const struct exchange script[] = {
		{ .method = "subscribe",
		    .params = "{\"types\":[\"message\"]}",
		    .result = "{}",
		    .events = { RECEIVED("anna@pc1", "one") } },
		{ 0 },
	};

	RUN(&run, script, "wait", "message");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "");
	RUN(&run, script, "wait", "message", "--json");
	assert_has(run.out, "\"text\":\"one\"");
}

static void
wait_ready_is_an_answer_to_hello(void **state)
{
	const struct exchange script[] = { { 0 } };
	struct fake fake;

	RUN(&run, script, "wait", "ready");
	assert_int_equal(run.code, 0);
	fake_begin(&fake, "");
	close(fake.listener);
	fake_run(&fake, NULL, &run,
	    ARGS("wait", "ready", "--no-start", "--timeout", "0.05"));
	fake.listener = -1;
	fake_end(&fake);
	assert_int_equal(run.code, EXIT_UNCONFIRMED);
}

static void
wrong_numbers_are_usage_errors(void **state)
{
	RUN(&run, NULL, "watch", "--count", "many");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "watch", "--timeout", "-1");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "watch", "--timeout", "1e3");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "watch", "--timeout", "");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "wait");
	assert_int_equal(run.code, EXIT_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_printed_until_there_were_enough),
		cmocka_unit_test(people_read_a_line_for_each),
		cmocka_unit_test(transfers_are_told_in_sentences),
		cmocka_unit_test(progress_is_for_who_asks_for_it),
		cmocka_unit_test(from_leaves_out_the_others),
		cmocka_unit_test(a_timeout_is_4_and_camds_end_is_5),
		cmocka_unit_test(a_program_gets_each_event_on_its_stdin),
		cmocka_unit_test(
		    a_program_that_fails_is_said_and_watching_goes_on),
		cmocka_unit_test(another_key_is_told_aloud),
		cmocka_unit_test(what_the_server_shows_wrongly_is_told_aloud),
		cmocka_unit_test(wait_ends_with_the_first_event),
		cmocka_unit_test(wait_ready_is_an_answer_to_hello),
		cmocka_unit_test(wrong_numbers_are_usage_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
