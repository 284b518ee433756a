/* test_cam_complete.c: what shells are told that a half-typed word could
 * become. */
#include "fake_camd.h"

static struct run run;

#define COMPLETE(...) RUN(&run, NULL, "complete", "--", __VA_ARGS__)

static void
verbs_and_options_come_from_the_table(void **state)
{
	COMPLETE("se");
	assert_int_equal(run.code, 0);
	assert_ptr_equal(strstr(run.out, "send\t"), run.out);
	COMPLETE("send", "--u");
	assert_ptr_equal(strstr(run.out, "--until\t"), run.out);
	COMPLETE("--json", "send", "anna", "--no-w");
	assert_has(run.out, "--no-wait\t");
	COMPLETE("--no");
	assert_has(run.out, "--no-start\t");
	assert_null(strstr(run.out, "--no-wait"));
}

static void
what_is_not_there_yet_or_for_shells_is_left_out(void **state)
{
	COMPLETE("c");
	assert_has(run.out, "config\t");
	assert_has(run.out, "call\t");
	assert_null(strstr(run.out, "capture"));
	assert_null(strstr(run.out, "complete"));
}

static void
values_follow_their_options(void **state)
{
	COMPLETE("send", "--until", "");
	assert_string_equal(run.out, "delivered\nopened\n");
	COMPLETE("send", "--until=o");
	assert_string_equal(run.out, "--until=opened\n");
	COMPLETE("watch", "-t", "message,user.e");
	assert_string_equal(run.out, "message,user.entered\n");
	COMPLETE("ls", "--sort", "group,s");
	assert_string_equal(run.out, "group,state\ngroup,seen\n");
	COMPLETE("send", "--file", "/et");
	assert_string_equal(run.out, ":file\n");
}

static void
actions_follow_their_verb_and_words_their_action(void **state)
{
	COMPLETE("config", "");
	assert_has(run.out, "get\t");
	assert_has(run.out, "unset\t");
	COMPLETE("daemon", "st");
	assert_has(run.out, "start\t");
	assert_null(strstr(run.out, "reload"));
	COMPLETE("rpc", "roster.l");
	assert_string_equal(run.out, "roster.list\n");
	COMPLETE("wait", "r");
	assert_string_equal(run.out, "ready\n");
}

#define MESSAGE(type, id, text, more)                                          \
	"{\"type\":\"message." type "\",\"id\":\"" id "\",\"text\":" text      \
	",\"opened\":true,\"deleted\":false" more "}"

static void
ids_of_messages_come_with_their_texts(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.list",
		    .params = "{\"limit\":50}",
		    .result =
			"{\"messages\":[" MESSAGE("sent", "5f0c1a2b3c4d5e6f",
			    "\"lunch?\"", "") "," MESSAGE("received",
			    "5f0d1a2b3c4d5e6f", "\"two\\nlines \\u001b\"",
			    "") "," MESSAGE("received", "5f0e1a2b3c4d5e6f",
			    "null", ",\"opened\":false") "," MESSAGE("sent",
			    "5f0f1a2b3c4d5e6f", "null",
			    ",\"deleted\":true") "," MESSAGE("sent",
			    "aa001a2b3c4d5e6f", "\"other\"",
			    "") "],\"more\":false}" },
		{ 0 },
	};

	RUN(&run, script, "complete", "--", "edit", "5");
	assert_string_equal(run.out, "5f0c1a2b\tlunch?\n");
	RUN(&run, script, "complete", "--", "open", "");
	assert_ptr_equal(strstr(run.out, "5f0e1a2b\t(sealed"), run.out);
	RUN(&run, script, "complete", "--", "send", "--reply=5f0d");
	assert_string_equal(
	    run.out, "--reply=5f0d1a2b\ttwo<U+000A>lines <U+001B>\n");
	RUN(&run, script, "complete", "--", "delete", "5f0c1a2b3");
	assert_string_equal(run.out, "5f0c1a2b3c4d5e6f\n");
}

#define OFFERED(id, direction, state)                                          \
	"{\"id\":\"" id "\",\"direction\":\"" direction                        \
	"\",\"peer\":\"anna@pc1\",\"name\":\"plan \\u001b\",\"size\":2048,"    \
	"\"state\":\"" state "\"}"

static void
ids_of_offers_come_with_their_names(void **state)
{
	const struct exchange script[] = {
		{ .method = "offer.list",
		    .result = "{\"offers\":[" OFFERED("5f0c1a2b3c4d5e6f.7",
			"in", "offered") "," OFFERED("5f0d1a2b3c4d5e6f.8",
			"out", "done") "],\"next\":null}" },
		{ 0 },
	};

	RUN(&run, script, "complete", "--", "file", "get", "");
	assert_string_equal(
	    run.out, "5f0c1a2b.7\tplan <U+001B>, 2.0 KiB, anna@pc1\n");
	RUN(&run, script, "complete", "--", "file", "drop", "5f0d");
	assert_string_equal(
	    run.out, "5f0d1a2b.8\tplan <U+001B>, 2.0 KiB, anna@pc1\n");
	RUN(&run, script, "complete", "--", "file", "cancel", "x",
	    "5f0d1a2b3c");
	assert_string_equal(run.out, "5f0d1a2b3c4d5e6f.8\n");
}

static void
files_are_completed_and_behind_them_people(void **state)
{
	const struct exchange some[] = {
		{ .method = "roster.complete",
		    .params = "{\"begin\":\"an\"}",
		    .result = "{\"names\":[\"anna@pc1\"]}" },
		{ 0 },
	};
	const struct exchange none[] = {
		{ .method = "roster.complete", .result = "{\"names\":[]}" },
		{ 0 },
	};

	COMPLETE("file", "send", "an");
	assert_string_equal(run.out, ":file\n");
	RUN(&run, some, "complete", "--", "file", "send", "plan", "bob,an");
	assert_string_equal(run.out, "bob,anna@pc1\n");
	RUN(&run, none, "complete", "--", "file", "send", "plan", "pla");
	assert_string_equal(run.out, ":file\n");
	COMPLETE("user", "accept", "anna", "a");
	assert_string_equal(run.out, "ask\nalways\n");
}

static void
a_message_text_is_not_completed(void **state)
{
	COMPLETE("send", "anna", "");
	assert_string_equal(run.out, "");
	COMPLETE("frobnicate", "");
	assert_string_equal(run.out, "");
}

static void
names_come_from_camd(void **state)
{
	const struct exchange script[] = {
		{ .method = "roster.complete",
		    .params = "{\"begin\":\"a\"}",
		    .result = "{\"names\":[\"anna@pc1\",\"Anna "
			      "S\",\"a\\u001b[31mb\"]}" },
		{ 0 },
	};

	RUN(&run, script, "complete", "--", "send", "bob,a");
	assert_string_equal(run.out, "bob,anna@pc1\nbob,Anna S\n");
}

static void
settings_come_from_camd(void **state)
{
	const struct exchange script[] = {
		{ .method = "config.list",
		    .result = "{\"settings\":[{\"key\":\"user.name\"},{\"key\":"
			      "\"net.port\"}]}" },
		{ 0 },
	};

	RUN(&run, script, "complete", "--", "config", "set", "user.");
	assert_string_equal(run.out, "user.name\n");
}

static void
without_camd_there_is_silence(void **state)
{
	struct fake fake;

	fake_begin(&fake, "");
	close(fake.listener);
	fake_run(&fake, NULL, &run, ARGS("complete", "--", "send", "a"));
	fake.listener = -1;
	fake_end(&fake);
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "");
	assert_string_equal(run.err, "");
}

static void
a_camd_that_does_not_answer_is_not_waited_for(void **state)
{
	COMPLETE("send", "a"); /* it listens, and nobody accepts */
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "");
	assert_string_equal(run.err, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verbs_and_options_come_from_the_table),
		cmocka_unit_test(
		    what_is_not_there_yet_or_for_shells_is_left_out),
		cmocka_unit_test(values_follow_their_options),
		cmocka_unit_test(
		    actions_follow_their_verb_and_words_their_action),
		cmocka_unit_test(ids_of_messages_come_with_their_texts),
		cmocka_unit_test(ids_of_offers_come_with_their_names),
		cmocka_unit_test(files_are_completed_and_behind_them_people),
		cmocka_unit_test(a_message_text_is_not_completed),
		cmocka_unit_test(names_come_from_camd),
		cmocka_unit_test(settings_come_from_camd),
		cmocka_unit_test(without_camd_there_is_silence),
		cmocka_unit_test(a_camd_that_does_not_answer_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
