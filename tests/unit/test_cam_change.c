/* test_cam_change.c: cam edit and cam delete, and how changed messages,
 * answers and gaps are shown. */
#include "fake_camd.h"

#define TO_ANNA(state, error, reason, code)                                    \
	"{\"to\":\"anna@pc1\",\"state\":\"" state "\",\"receipt\":\"none\","   \
	"\"encryption\":\"cam1\",\"error\":" error ",\"reason\":" reason ","   \
	"\"exit\":" code ",\"delivered_ms\":null}"
#define QUEUED TO_ANNA("queued", "null", "null", "0")
#define CHANGED(recipients)                                                    \
	"{\"id\":\"77ae1a2b\",\"time\":\"2026-01-31T09:30:00Z\","              \
	"\"recipients\":[" recipients "]}"
#define DELIVERED(id)                                                          \
	"{\"type\":\"message.state\",\"id\":\"" id                             \
	"\",\"time\":\"2026-01-31T09:30:00Z\","                                \
	"\"to\":\"anna@pc1\",\"state\":\"delivered\",\"receipt\":\"signed\","  \
	"\"encryption\":\"cam1\",\"error\":null,\"reason\":null,"              \
	"\"exit\":0,\"delivered_ms\":12}"

static struct run run;

static void
an_edit_sends_the_new_text_and_tells_the_delivery(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.edit",
		    .params = "{\"id\":\"5f0c\",\"text\":\"at one, -n\","
			      "\"follow\":true}",
		    .result = CHANGED(QUEUED),
		    .events = { DELIVERED("5f0c1a2b"),
			DELIVERED("77ae1a2b") } },
		{ 0 },
	};

	RUN(&run, script, "edit", "5f0c", "at", "one,", "--", "-n");
	assert_string_equal(run.err, "");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "anna@pc1: delivered in 12 ms\n");
}

static void
the_new_text_may_come_from_stdin(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.edit",
		    .params = "{\"text\":\"two\\nlines\",\"follow\":false}",
		    .result = CHANGED(QUEUED) },
		{ 0 },
	};

	run_with("two\nlines\n", script, &run,
	    ARGS("edit", "--no-wait", "5f0c", "-"));
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "anna@pc1: queued\n");
	run_with("", NULL, &run, ARGS("edit", "5f0c"));
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "empty");
	RUN(&run, NULL, "edit");
	assert_int_equal(run.code, EXIT_USAGE);
}

static void
a_text_of_1_mib_is_handed_on_whole(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.edit", .result = CHANGED(QUEUED) },
		{ 0 },
	};
	static char text[1024 * 1024 + 3];
	size_t len = sizeof text - 3;

	memset(text, '\\', len);
	strcpy(text + len, "\n");
	run_with(text, script, &run, ARGS("edit", "-n", "5f0c"));
	assert_int_equal(run.code, 0);
	strcpy(text + len, "x\n");
	run_with(text, NULL, &run, ARGS("edit", "-n", "5f0c"));
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "more than");
}

static void
a_deletion_is_followed_like_a_message(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.delete",
		    .params = "{\"id\":\"5f0c\",\"follow\":true}",
		    .result = CHANGED(QUEUED),
		    .events = { DELIVERED("77ae1a2b") } },
		{ 0 },
	};

	RUN(&run, script, "delete", "--json", "5f0c");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "\"id\":\"77ae1a2b\"");
	assert_has(run.out, "\"receipt\":\"signed\"");
	RUN(&run, NULL, "delete", "5f0c", "6a0c");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "delete");
	assert_int_equal(run.code, EXIT_USAGE);
}

static void
a_deletion_of_what_nobody_has_is_done_at_once(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.delete", .result = CHANGED("") },
		{ 0 },
	};

	RUN(&run, script, "delete", "5f0c");
	assert_string_equal(run.err, "");
	assert_int_equal(run.code, 0);
}

static void
a_change_not_confirmed_in_time_is_4(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.delete", .result = CHANGED(QUEUED) },
		{ 0 },
	};

	RUN(&run, script, "delete", "-t", "0.05", "5f0c");
	assert_int_equal(run.code, EXIT_UNCONFIRMED);
	assert_has(run.err, "stays queued");
}

static void
a_program_that_cannot_change_messages_is_6(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.edit",
		    .result = CHANGED(TO_ANNA("failed",
			"\"the program of 'anna@pc1' cannot change messages\"",
			"\"unable\"", "6")) },
		{ 0 },
	};

	RUN(&run, script, "edit", "5f0c", "x");
	assert_int_equal(run.code, EXIT_REFUSED);
	assert_has(run.err, "cannot change messages");
}

static void
an_id_of_nothing_is_3(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.edit",
		    .error =
			"{\"code\":-32000,\"message\":\"no message matches "
			"'5f0c'\",\"data\":{\"exit\":3,\"reason\":"
			"\"unknown\",\"id\":\"5f0c\",\"candidates\":[]}}" },
		{ 0 },
	};

	RUN(&run, script, "edit", "5f0c", "x");
	assert_int_equal(run.code, EXIT_UNKNOWN);
	assert_has(run.err, "5f0c");
}

/* -- how they are shown -----------------------------------------------------
 */

#define MESSAGE(more)                                                          \
	"{\"type\":\"message.received\",\"id\":\"0a1b2c3d4e\","                \
	"\"time\":\"2026-01-31T09:30:00Z\",\"from\":\"anna@pc1\","             \
	"\"nick\":\"Anna\",\"to\":[\"bob@pc2\"],\"state\":\"delivered\","      \
	"\"encryption\":\"cam1\"," more "}"
#define CHANGE(more)                                                           \
	"{\"type\":\"message.changed\",\"time\":\"2026-01-31T09:31:00Z\","     \
	"\"id\":\"0a1b2c3d4e\",\"from\":\"anna@pc1\",\"message\":" MESSAGE(    \
	    more) "}"

static void
watch(const char *event)
{
	const struct exchange script[] = {
		{ .method = "subscribe", .result = "{}", .events = { event } },
		{ 0 },
	};

	RUN(&run, script, "watch", "-n", "1");
	assert_int_equal(run.code, 0);
}

static void
an_answer_shows_what_it_answers(void **state)
{
	watch(MESSAGE("\"text\":\"at one\",\"reply\":\"55\",\"quote\":{"
		      "\"from\":\"bob@pc2\",\"nick\":\"Bob\","
		      "\"text\":\"lunch?\\nor \\u001b dinner\"}"));
	assert_string_equal(run.out, "09:30 0a1b2c3d Anna:\n"
				     "      > Bob: lunch?\n"
				     "      at one\n");
	watch(MESSAGE("\"text\":\"two\\nlines\\n\",\"reply\":\"55\","
		      "\"quote\":{\"from\":\"bob@pc2\",\"nick\":null,"
		      "\"text\":null,\"deleted\":true}"));
	assert_string_equal(run.out, "09:30 0a1b2c3d Anna:\n"
				     "      > bob@pc2: (deleted)\n"
				     "      two\n      lines\n");
	watch(MESSAGE("\"text\":\"x\",\"reply\":\"55\","
		      "\"quote\":{\"from\":\"bob@pc2\",\"text\":null}"));
	assert_has(run.out, "> bob@pc2: (sealed)\n");
	watch(MESSAGE("\"text\":\"x\",\"reply\":\"55\",\"quote\":null"));
	assert_has(run.out, "> (a message that is not here)\n      x\n");
}

static void
what_was_changed_says_so(void **state)
{
	watch(MESSAGE("\"text\":\"at one\",\"edited\":\"2026-01-31T09:31:00Z\","
		      "\"deleted\":false,\"missing\":0"));
	assert_string_equal(run.out, "09:30 0a1b2c3d Anna: at one (edited)\n");
	watch(MESSAGE("\"text\":null,\"deleted\":true,\"edited\":null"));
	assert_string_equal(run.out, "09:30 0a1b2c3d Anna: (deleted)\n");
}

#define OURS(more)                                                             \
	"{\"type\":\"message.sent\",\"id\":\"0a1b2c3d4e\","                    \
	"\"time\":\"2026-01-31T09:30:00Z\",\"from\":\"bob@pc2\","              \
	"\"to\":[\"anna@pc1\"],\"encryption\":\"cam1\"," more "}"

static void
what_was_deleted_on_its_way_has_not_failed(void **state)
{
	watch(OURS("\"text\":\"x\",\"deleted\":false,\"state\":\"failed\""));
	assert_has(run.out, "anna@pc1 [failed]: x\n");
	watch(OURS("\"text\":null,\"deleted\":true,\"state\":\"failed\""));
	assert_has(run.out, "anna@pc1: (deleted)\n");
}

static void
what_is_missing_is_said_before(void **state)
{
	watch(MESSAGE("\"text\":\"x\",\"missing\":1"));
	assert_string_equal(run.out,
	    "      (1 message of Anna is missing here)\n"
	    "09:30 0a1b2c3d Anna: x\n");
	watch(MESSAGE("\"text\":\"x\",\"missing\":4294967295"));
	assert_has(run.out, "(4294967295 messages of Anna are missing here)");
}

static void
a_change_is_told_when_it_happens(void **state)
{
	watch(
	    CHANGE("\"text\":\"at one\",\"edited\":\"2026-01-31T09:31:00Z\""));
	assert_string_equal(run.out, "09:31 0a1b2c3d Anna: at one (edited)\n");
	watch(CHANGE("\"text\":null,\"deleted\":true"));
	assert_string_equal(run.out, "09:31 0a1b2c3d Anna: (deleted)\n");
}

static void
a_deleted_message_has_no_text_in_the_log_either(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.list",
		    .result = "{\"messages\":[" MESSAGE(
			"\"text\":null,\"deleted\":true") "],\"more\":false}" },
		{ 0 },
	};

	RUN(&run, script, "log");
	assert_has(run.out, "\tdelivered\t(deleted)\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_edit_sends_the_new_text_and_tells_the_delivery),
		cmocka_unit_test(the_new_text_may_come_from_stdin),
		cmocka_unit_test(a_text_of_1_mib_is_handed_on_whole),
		cmocka_unit_test(a_deletion_is_followed_like_a_message),
		cmocka_unit_test(a_deletion_of_what_nobody_has_is_done_at_once),
		cmocka_unit_test(a_change_not_confirmed_in_time_is_4),
		cmocka_unit_test(a_program_that_cannot_change_messages_is_6),
		cmocka_unit_test(an_id_of_nothing_is_3),
		cmocka_unit_test(an_answer_shows_what_it_answers),
		cmocka_unit_test(what_was_changed_says_so),
		cmocka_unit_test(what_was_deleted_on_its_way_has_not_failed),
		cmocka_unit_test(what_is_missing_is_said_before),
		cmocka_unit_test(a_change_is_told_when_it_happens),
		cmocka_unit_test(
		    a_deleted_message_has_no_text_in_the_log_either),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
