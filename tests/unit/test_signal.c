/* test_signal.c: what two camd tell each other of a call. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "camd/call/signal.h"
#include "test.h"

#define CALL "19c600a94277b8e149be8dca6045cd5b"

static void
fill(struct signal *signal)
{
	memset(signal, 0, sizeof *signal);
	strcpy(signal->call, CALL);
	media_random(&signal->media, 22224);
	signal->member_count = 2;
	memset(signal->members[0].key, 1, sizeof signal->members[0].key);
	strcpy(signal->members[0].id, "bob@pc2");
	signal->members[0].presence = SIGNAL_ACTIVE;
	memset(signal->members[1].key, 2, sizeof signal->members[1].key);
	strcpy(signal->members[1].id, "carl@pc3");
	signal->members[1].presence = SIGNAL_LEFT;
	signal->status.mute = true;
	signal->reason = CALL_DECLINED;
	strcpy(signal->text, "in a meeting");
}

static void
what_is_built_is_parsed_alike(void **state)
{
	const unsigned all =
	    SIGNAL_MEDIA | SIGNAL_MEMBERS | SIGNAL_STATUS | SIGNAL_REASON;
	struct signal signal, parsed;
	json_t *params;

	fill(&signal);
	params = signal_build(&signal, all);
	assert_int_equal(signal_parse(params, all, &parsed), 0);
	assert_memory_equal(&signal, &parsed, sizeof signal);
	json_decref(params);
}

static void
what_is_not_asked_for_is_not_there(void **state)
{
	struct signal signal, parsed;
	json_t *params;

	fill(&signal);
	params = signal_build(&signal, SIGNAL_MEDIA);
	assert_null(json_object_get(params, "members"));
	assert_null(json_object_get(params, "reason"));
	assert_int_equal(signal_parse(params, 0, &parsed), 0);
	assert_int_equal(parsed.media.port, 0);
	assert_int_equal(
	    signal_parse(params, SIGNAL_MEMBERS, &parsed), CAM_ERR_REQUEST);
	json_decref(params);
}

static int
parse(const char *text, unsigned parts, struct signal *signal)
{
	json_t *params = json_loads(text, 0, NULL);
	int err;

	assert_non_null(params);
	err = signal_parse(params, parts, signal);
	json_decref(params);
	return err;
}

static void
ids_of_calls_have_32_digits_in_one_form(void **state)
{
	struct signal signal;

	assert_int_equal(
	    parse(
		"{\"call\":\"19C600A94277B8E149BE8DCA6045CD5B\"}", 0, &signal),
	    0);
	assert_string_equal(signal.call, CALL);
	assert_int_equal(
	    parse("{\"call\":\"19c6\"}", 0, &signal), CAM_ERR_REQUEST);
	assert_int_equal(
	    parse(
		"{\"call\":\"19c600a94277b8e149be8dca6045cd5bb\"}", 0, &signal),
	    CAM_ERR_REQUEST);
	assert_int_equal(
	    parse(
		"{\"call\":\"x9c600a94277b8e149be8dca6045cd5b\"}", 0, &signal),
	    CAM_ERR_REQUEST);
	assert_int_equal(parse("{}", 0, &signal), CAM_ERR_REQUEST);
}

static void
reasons_nobody_knows_are_hanging_up(void **state)
{
	struct signal signal;

	assert_int_equal(parse("{\"call\":\"" CALL "\",\"reason\":\"bored\"}",
			     SIGNAL_REASON, &signal),
	    0);
	assert_int_equal(signal.reason, CALL_HANGUP);
	assert_int_equal(parse("{\"call\":\"" CALL "\",\"reason\":\"none\"}",
			     SIGNAL_REASON, &signal),
	    0);
	assert_int_equal(signal.reason, CALL_HANGUP);
	assert_int_equal(parse("{\"call\":\"" CALL "\",\"reason\":7}",
			     SIGNAL_REASON, &signal),
	    CAM_ERR_REQUEST);
}

static void
texts_and_members_have_their_limits(void **state)
{
	struct signal signal;
	json_t *params =
	    json_pack("{s:s, s:s}", "call", CALL, "reason", "declined");
	json_t *members = json_array();
	char text[LIMIT_CALL_TEXT + 2];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	json_object_set_new(params, "text", json_string(text));
	assert_int_equal(
	    signal_parse(params, SIGNAL_REASON, &signal), CAM_ERR_REQUEST);
	json_object_set_new(params, "text", json_string(text + 1));
	assert_int_equal(signal_parse(params, SIGNAL_REASON, &signal), 0);
	json_object_set_new(params, "text", json_stringn("a\0b", 3));
	assert_int_equal(
	    signal_parse(params, SIGNAL_REASON, &signal), CAM_ERR_REQUEST);
	for (int i = 0; i < 2 * LIMIT_CALL_MEMBERS + 1; i++)
		json_array_append_new(members, json_object());
	json_object_set_new(params, "members", members);
	assert_int_equal(
	    signal_parse(params, SIGNAL_MEMBERS, &signal), CAM_ERR_LIMIT);
	json_decref(params);
}

static void
members_in_a_state_nobody_knows_are_left_out(void **state)
{
	struct signal signal;
	json_t *params;

	fill(&signal);
	params = signal_build(&signal, SIGNAL_MEMBERS);
	json_object_set_new(
	    json_array_get(json_object_get(params, "members"), 0), "state",
	    json_string("asleep"));
	assert_int_equal(signal_parse(params, SIGNAL_MEMBERS, &signal), 0);
	assert_int_equal(signal.member_count, 1);
	assert_string_equal(signal.members[0].id, "carl@pc3");
	json_decref(params);
}

static void
every_reason_has_a_word_and_is_found_by_it(void **state)
{
	for (int i = CALL_HANGUP; i < CALL_REASONS; i++)
		assert_int_equal(
		    call_reason_parse(call_reason_word((enum call_reason)i)),
		    i);
	assert_int_equal(call_reason_parse(NULL), CALL_NO_REASON);
	assert_int_equal(call_reason_parse("none"), CALL_NO_REASON);
	assert_null(call_reason_word(CALL_REASONS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_built_is_parsed_alike),
		cmocka_unit_test(what_is_not_asked_for_is_not_there),
		cmocka_unit_test(ids_of_calls_have_32_digits_in_one_form),
		cmocka_unit_test(reasons_nobody_knows_are_hanging_up),
		cmocka_unit_test(texts_and_members_have_their_limits),
		cmocka_unit_test(members_in_a_state_nobody_knows_are_left_out),
		cmocka_unit_test(every_reason_has_a_word_and_is_found_by_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
