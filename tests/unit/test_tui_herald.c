/* test_tui_herald.c: what is told of, and how terminals are told. */
#include "test.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "cam-tui/alert.h"
#include "cam-tui/herald.h"
#include "cam-tui/idle.h"
#include "cam-tui/mention.h"
#include "cam-tui/talk_question.h"

/* -- mentions -------------------------------------------------------------- */

static bool
names(const char *text, const char *nick)
{
	const char *const list[] = { nick, "anna" };

	return mention_find(text, list, 2);
}

static void
a_name_is_a_word_of_the_text(void **state)
{
	assert_true(names("Bob, lunch?", "Bob"));
	assert_true(names("ask bob!", "Bob"));
	assert_true(names("hello @BOB", "Bob"));
	assert_true(names("for anna", "Bob"));
	assert_true(names("cc: @anna, carl", "Bob"));
	assert_false(names("bobsleigh", "Bob"));
	assert_false(names("kabob", "Bob"));
	assert_false(names("annabel and bob2", "Bob"));
	assert_false(names("bob_smith", "Bob"));
	assert_false(names("", "Bob"));
	assert_false(names("anything", ""));
}

static void
letters_with_marks_are_letters(void **state)
{
	assert_false(names("Bob\xc3\xa9", "Bob"));
	assert_false(names("\xd0\xb1"
			   "Bob",
	    "Bob"));
	assert_true(names("\xc3\x89MILE?", "\xc3\xa9mile"));
	/* Decomposed. */
	assert_true(names("E\xcc\x81mile?", "\xc3\xa9mile"));
}

static void
east_asian_text_needs_no_blanks(void **state)
{
	assert_true(names("田中さんに聞いて", "田中"));
	assert_true(names("今日はBobさんが来る", "Bob"));
	assert_true(names("ＢＯＢさん", "Bob"));
	assert_true(names("请问王小明在吗", "王小明"));
	assert_true(names("민수야 안녕", "민수"));
	assert_false(names("田んぼの中", "田中"));
	/* A single character is part of too many words. */
	assert_false(names("森林の中", "林"));
	assert_true(names("@林 どう？", "林"));
}

static void
all_are_named_at_once(void **state)
{
	assert_true(names("@all: the printer is back", "Bob"));
	assert_true(names("lunch, @ALL?", "Bob"));
	assert_true(names("@allさん", "Bob"));
	assert_false(names("mail@all.example", "Bob"));
	assert_false(names("@alliance", "Bob"));
	assert_false(names("all of it", "Bob"));
}

/* -- rules ------------------------------------------------------------------
 */

static void
a_rule_says_what_is_told(void **state)
{
	enum model_notify none = NOTIFY_DEFAULT;

	assert_true(herald_wants(none, none, NOTIFY_ALL, false, false));
	assert_true(herald_wants(none, none, NOTIFY_MENTIONS, true, false));
	assert_false(herald_wants(none, none, NOTIFY_MENTIONS, false, false));
	/* What is said to us alone is meant for us, unless we said otherwise.
	 */
	assert_true(herald_wants(none, none, NOTIFY_MENTIONS, false, true));
	assert_false(
	    herald_wants(none, NOTIFY_MENTIONS, NOTIFY_ALL, false, true));
	assert_false(herald_wants(none, none, NOTIFY_NONE, true, true));
	assert_true(herald_wants(none, NOTIFY_ALL, NOTIFY_NONE, false, false));
	assert_false(herald_wants(none, NOTIFY_NONE, NOTIFY_ALL, true, true));
}

static void
do_not_disturb_is_above_all_rules(void **state)
{
	assert_false(
	    herald_wants(NOTIFY_NONE, NOTIFY_ALL, NOTIFY_ALL, true, true));
	assert_false(herald_wants(
	    NOTIFY_MENTIONS, NOTIFY_ALL, NOTIFY_ALL, false, false));
	assert_true(
	    herald_wants(NOTIFY_MENTIONS, NOTIFY_ALL, NOTIFY_ALL, true, false));
}

static void
a_rule_ends_by_itself(void **state)
{
	struct model_rule rule = { NOTIFY_NONE, 1000 };

	assert_int_equal(model_rule_now(rule, 999), NOTIFY_NONE);
	assert_int_equal(model_rule_now(rule, 1000), NOTIFY_DEFAULT);
	rule.until_ms = 0;
	assert_int_equal(model_rule_now(rule, INT64_MAX), NOTIFY_NONE);
}

static void
times_are_those_to_come(void **state)
{
	int64_t now = clock_wall_ms(), until = -1;

	assert_int_equal(herald_parse("", now, &until), 0);
	assert_int_equal(until, 0);
	assert_int_equal(herald_parse("30m", now, &until), 0);
	assert_int_equal(until, now + 30 * 60000);
	assert_int_equal(herald_parse("2h", now, &until), 0);
	assert_int_equal(until, now + 2 * 3600000);
	for (int hour = 0; hour < 24; hour++) {
		char text[16];

		snprintf(text, sizeof text, "%02d:30", hour);
		assert_int_equal(herald_parse(text, now, &until), 0);
		assert_true(until > now && until <= now + 25 * 3600000);
	}
	assert_int_equal(herald_parse("later", now, &until), CAM_ERR_FORMAT);
	assert_int_equal(
	    herald_parse("2001-01-01", now, &until), CAM_ERR_FORMAT);
}

/* -- terminals ---------------------------------------------------------------
 */

static void
put_is(enum alert_way way, enum alert_inside inside, const char *wanted)
{
	struct buf out;
	char *text;

	buf_init(&out, 4096);
	alert_put(&out, way, inside, "Bob; 2", "lunch?");
	text = buf_steal_text(&out);
	assert_string_equal(text, wanted);
	free(text);
}

static void
terminals_are_asked_in_their_way(void **state)
{
	put_is(ALERT_OSC9, INSIDE_NOTHING, "\x1b]9;Bob; 2: lunch?\a");
	put_is(ALERT_OSC777, INSIDE_NOTHING, "\x1b]777;notify;Bob, 2;lunch?\a");
	put_is(ALERT_OSC777, INSIDE_TMUX,
	    "\x1bPtmux;\x1b\x1b]777;notify;Bob, 2;lunch?\a\x1b\\");
	put_is(ALERT_OSC9, INSIDE_SCREEN, "\x1bP\x1b]9;Bob; 2: lunch?\a\x1b\\");
	assert_int_equal(alert_of_terminal("xterm-256color"), ALERT_OSC9);
	assert_int_equal(alert_of_terminal("foot"), ALERT_OSC777);
	assert_int_equal(alert_of_terminal("rxvt-unicode"), ALERT_OSC777);
	assert_int_equal(alert_of_terminal("linux"), ALERT_NONE);
	assert_int_equal(alert_of_terminal("dumb"), ALERT_NONE);
	assert_int_equal(alert_of_terminal(NULL), ALERT_NONE);
}

static void
a_line_of_an_alert_is_harmless_and_short(void **state)
{
	char *line = alert_line("a\x1b]0;x\a\nb\tc", 100);

	assert_string_equal(line, "a<U+001B>]0;x<U+0007> b c");
	free(line);
	line = alert_line("会議は何時ですか", 10);
	assert_string_equal(line, "会議は…");
	free(line);
}

/* -- idle --------------------------------------------------------------------
 */

static void
who_presses_no_key_is_idle(void **state)
{
	assert_false(idle_is_idle(0, false, 0, UINT64_MAX));
	assert_false(idle_is_idle(0, true, 0, 1000));
	assert_false(idle_is_idle(60000, false, 1000, 60999));
	assert_true(idle_is_idle(60000, false, 1000, 61000));
	assert_true(idle_is_idle(60000, true, 1000, 1000));
}

/* -- questions ---------------------------------------------------------------
 */

static struct model *
model_of(void)
{
	struct model *model = model_new(NULL, NULL);

	model_set_self(model, "bob@pc2", "Bob");
	return model;
}

static void
take(struct model *model, const char *event, json_t *object)
{
	json_object_set_new(object, "type", json_string(event));
	json_object_set_new(
	    object, "time", json_string("2026-01-31T09:30:00.000+00:00"));
	json_object_set_new(object, "talk", json_pack("[s]", "anna@pc1"));
	model_take_event(model, event, object);
	json_decref(object);
}

static void
ask(struct model *model, const char *id)
{
	take(model, "message.received",
	    json_pack("{s:s, s:s, s:[s, s]}", "id", id, "text", "?", "choices",
		"yes", "no"));
}

static void
say(struct model *model, const char *id, const char *reply)
{
	take(model, "message.sent",
	    json_pack(
		"{s:s, s:s, s:s?}", "id", id, "text", id, "reply", reply));
}

static struct model_talk *
talk_of(struct model *model)
{
	const char *id = "anna@pc1";
	struct model_talk *talk = model_talk_with(model, &id, 1);
	json_t *none = json_array();

	if (!talk->has_end)
		model_take_page(model, talk, PAGE_NEWEST, none, false);
	json_decref(none);
	return talk;
}

static void
the_oldest_open_question_is_answered_first(void **state)
{
	struct model *model = model_of();
	struct model_talk *talk = talk_of(model);

	assert_null(talk_question_open(talk));
	say(model, "a0", NULL);
	ask(model, "q1");
	ask(model, "q2");
	ask(model, "q3");
	assert_string_equal(talk_question_open(talk)->id, "q1");
	assert_int_equal(talk_question_open(talk)->choices, 2);
	assert_string_equal(
	    talk_question_choice(talk_question_open(talk), 1), "no");
	assert_string_equal(
	    talk_question_choice(talk_question_open(talk), 2), "");
	say(model, "a2", "q2");
	assert_string_equal(talk_question_open(talk)->id, "q1");
	assert_string_equal(
	    talk_question_answer(talk, model_message(talk, "q2"))->id, "a2");
	say(model, "a1", NULL);
	assert_string_equal(
	    talk_question_answer(talk, model_message(talk, "q1"))->id, "a1");
	assert_string_equal(talk_question_open(talk)->id, "q3");
	assert_null(talk_question_answer(talk, model_message(talk, "q3")));
	say(model, "a3", NULL);
	assert_null(talk_question_open(talk));
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_a_word_of_the_text),
		cmocka_unit_test(letters_with_marks_are_letters),
		cmocka_unit_test(east_asian_text_needs_no_blanks),
		cmocka_unit_test(all_are_named_at_once),
		cmocka_unit_test(a_rule_says_what_is_told),
		cmocka_unit_test(do_not_disturb_is_above_all_rules),
		cmocka_unit_test(a_rule_ends_by_itself),
		cmocka_unit_test(times_are_those_to_come),
		cmocka_unit_test(terminals_are_asked_in_their_way),
		cmocka_unit_test(a_line_of_an_alert_is_harmless_and_short),
		cmocka_unit_test(who_presses_no_key_is_idle),
		cmocka_unit_test(the_oldest_open_question_is_answered_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
