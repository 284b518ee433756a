/* test_tui_call.c: what the screen knows and tells of calls. */
#include "test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cam-tui/call_event.h"
#include "cam-tui/callbar.h"
#include "cam-tui/model_call.h"

#define TIME "2026-01-31T09:30:05.000+00:00"

static const int64_t now_ms = 1769851805000; /* the same */

struct heard {
	size_t count;
	enum model_call_state last; /* CALL_ENDED where there was none */
	char id[16];
};

static void
on_change(const struct model_change *change, void *arg)
{
	struct heard *heard = arg;

	if (change->kind != CHANGE_CALL)
		return;
	heard->count++;
	heard->last = change->call != NULL ? change->call->state : CALL_ENDED;
	snprintf(heard->id, sizeof heard->id, "%s",
	    change->call != NULL ? change->call->id : "");
}

static json_t *
party(const char *id, const char *state)
{
	return json_pack("{s:s, s:s, s:b, s:b, s:b}", "id", id, "state", state,
	    "muted", 0, "recording", 0, "silent", 0);
}

/* With Anna; state is that of the call, party_state hers. */
static json_t *
call(const char *id, const char *state, const char *direction,
    const char *party_state)
{
	return json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:[s], s:[o], s:b, s:b, s:i}", "time",
	    TIME, "id", id, "state", state, "direction", direction, "from",
	    strcmp(direction, "in") == 0 ? "anna@pc1" : "bob@pc2", "members",
	    "anna@pc1", "parties", party("anna@pc1", party_state), "video", 0,
	    "muted", 0, "duration_ms", 0);
}

static json_t *
with(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
	return object;
}

static void
event(struct model *model, const char *name, json_t *params)
{
	model_take_event(model, name, params);
	json_decref(params);
}

static char *
told(struct model *model, const char *name, json_t *params)
{
	enum style style;
	char *text = call_event_text(model, name, params, &style);

	event(model, name, params);
	return text;
}

static void
expect_told(
    struct model *model, const char *name, json_t *params, const char *wanted)
{
	char *text = told(model, name, params);

	if (wanted == NULL)
		assert_null(text);
	else
		assert_string_equal(text != NULL ? text : "", wanted);
	free(text);
}

static void
user(struct model *model, const char *id, const char *nick)
{
	json_t *object = json_pack("{s:{s:s, s:s, s:s, s:s}}", "user", "id", id,
	    "nick", nick, "state", "online", "encryption", "cam1");

	event(model, "user.entered", object);
}

static struct model *
annas_model(struct heard *heard)
{
	struct model *model = model_new(on_change, heard);

	user(model, "anna@pc1", "Anna");
	user(model, "carl@pc3", "Carl");
	return model;
}

/* -- what is known -------------------------------------------------------- */

static void
a_call_that_comes_is_taken_and_ends(void **state)
{
	struct heard heard = { 0 };
	struct model *model = annas_model(&heard);
	const struct model_call *known = NULL;

	event(model, "call.incoming", call("a", "ringing", "in", "calling"));
	known = model_call_incoming(model);
	assert_non_null(known);
	assert_true(known->is_incoming);
	assert_null(model_call_current(model));
	/* Taken by this program or another. */
	event(model, "call.changed", call("a", "ringing", "in", "connecting"));
	assert_null(model_call_incoming(model));
	assert_int_equal(model_call_current(model)->state, CALL_CONNECTING);
	event(model, "call.active",
	    with(call("a", "active", "in", "active"), "duration_ms",
		json_integer(2500)));
	known = model_call_current(model);
	assert_int_equal(known->state, CALL_ACTIVE);
	assert_int_equal(model_call_ms(known, now_ms + 1000), 3500);
	event(model, "call.ended", call("a", "ended", "in", "left"));
	assert_int_equal(heard.count, 4);
	assert_int_equal(heard.last, CALL_ENDED);
	assert_string_equal(heard.id, "a");
	assert_int_equal(model_call_count(model), 0);
	assert_null(model_call(model, "a"));
	model_free(model);
}

static void
the_call_that_is_spoken_in_is_the_current_one(void **state)
{
	struct heard heard = { 0 };
	struct model *model = annas_model(&heard);

	event(model, "call.ringing", call("a", "calling", "out", "ringing"));
	assert_int_equal(model_call_current(model)->state, CALL_ANSWERING);
	event(model, "call.changed", call("b", "held", "out", "active"));
	assert_string_equal(model_call_current(model)->id, "a");
	event(model, "call.active", call("c", "active", "out", "active"));
	assert_string_equal(model_call_current(model)->id, "c");
	event(model, "call.incoming", call("d", "ringing", "in", "calling"));
	assert_string_equal(model_call_current(model)->id, "c");
	assert_string_equal(model_call_incoming(model)->id, "d");
	model_forget_calls(model);
	assert_int_equal(model_call_count(model), 0);
	assert_int_equal(heard.last, CALL_ENDED);
	model_free(model);
}

static void
a_list_replaces_what_was_known(void **state)
{
	struct heard heard = { 0 };
	struct model *model = annas_model(&heard);
	json_t *list = json_pack("[o, o, {s:s}]",
	    with(call("b", "active", "in", "active"), "duration_ms",
		json_integer(60000)),
	    call("c", "ended", "in", "left"), "state", "active");

	event(model, "call.active", call("a", "active", "in", "active"));
	model_take_calls(model, list, now_ms);
	assert_int_equal(model_call_count(model), 1);
	assert_string_equal(model_call_at(model, 0)->id, "b");
	assert_int_equal(model_call_ms(model_call_at(model, 0), now_ms), 60000);
	json_decref(list);
	model_free(model);
}

static void
more_calls_than_there_can_be_are_left_out(void **state)
{
	struct model *model = model_new(NULL, NULL);
	char id[16];

	for (int i = 0; i < 2 * MODEL_CALLS_MAX; i++) {
		snprintf(id, sizeof id, "%d", i);
		event(model, "call.incoming",
		    call(id, "ringing", "in", "calling"));
	}
	assert_int_equal(model_call_count(model), MODEL_CALLS_MAX);
	model_free(model);
}

static void
who_talks_is_who_is_loudest(void **state)
{
	struct heard heard = { 0 };
	struct model *model = annas_model(&heard);
	json_t *object = call("a", "active", "in", "active");
	const struct model_call *known = NULL;

	json_array_append_new(
	    json_object_get(object, "parties"), party("carl@pc3", "active"));
	event(model, "call.active", object);
	known = model_call_current(model);
	assert_null(model_call_talker(known));
	event(model, "call.levels",
	    json_pack("{s:s, s:i, s:[{s:s, s:i}, {s:s, s:i}, {s:s, s:i}]}",
		"id", "a", "self", 10, "members", "member", "anna@pc1", "level",
		40, "member", "carl@pc3", "level", 20, "member", "eve@pc9",
		"level", 0));
	assert_string_equal(model_call_talker(known)->id, "carl@pc3");
	assert_int_equal(known->own_level, 10);
	event(model, "call.levels",
	    json_pack("{s:s, s:i, s:[]}", "id", "a", "self", -5, "members"));
	assert_null(model_call_talker(known));
	assert_int_equal(known->own_level, LEVEL_SILENT);
	model_free(model);
}

static void
quality_is_that_of_the_worst(void **state)
{
	struct model *model = model_new(NULL, NULL);
	const struct model_call *known = NULL;
	json_t *stats = json_pack("{s:s, s:[{s:[{s:f, s:f}, {s:f}]}]}", "id",
	    "a", "members", "streams", "loss", 0.02, "rtt_ms", 5.5, "loss",
	    0.001);

	event(model, "call.active", call("a", "active", "in", "active"));
	known = model_call_current(model);
	assert_string_equal(callbar_quality(&known->quality), "");
	model_take_call_stats(model, stats);
	assert_true(known->quality.loss == 0.02);
	assert_string_equal(callbar_quality(&known->quality), "fair");
	assert_string_equal(
	    callbar_quality(&(struct model_quality){ 0, 5, 40 }), "good");
	assert_string_equal(
	    callbar_quality(&(struct model_quality){ 0.2, 5, 40 }), "poor");
	assert_string_equal(
	    callbar_quality(&(struct model_quality){ 0, 900, 40 }), "poor");
	json_decref(stats);
	model_free(model);
}

/* -- what is told --------------------------------------------------------- */

static void
what_becomes_of_a_call_is_told_in_words(void **state)
{
	struct heard heard = { 0 };
	struct model *model = annas_model(&heard);
	json_t *object = NULL;

	expect_told(model, "call.incoming",
	    call("a", "ringing", "in", "calling"), "Anna calls");
	expect_told(model, "call.active", call("a", "active", "in", "active"),
	    "in call with Anna");
	expect_told(
	    model, "call.changed", call("a", "active", "in", "active"), NULL);
	expect_told(model, "call.changed", call("a", "held", "in", "active"),
	    "on hold: Anna");
	expect_told(model, "call.changed", call("a", "active", "in", "active"),
	    "taken up again: Anna");
	expect_told(model, "call.changed",
	    with(call("a", "active", "in", "active"), "muted", json_true()),
	    "you are muted for Anna");
	expect_told(model, "call.changed", call("a", "active", "in", "active"),
	    "you are heard by Anna");
	expect_told(model, "call.changed", call("a", "active", "in", "held"),
	    "Anna holds the call");
	object = call("a", "active", "in", "held");
	json_array_append_new(json_object_get(object, "parties"),
	    with(party("carl@pc3", "active"), "recording", json_true()));
	expect_told(model, "call.changed", json_incref(object),
	    "Carl is in the call now");
	json_object_set_new(
	    json_array_get(json_object_get(object, "parties"), 1), "recording",
	    json_false());
	expect_told(
	    model, "call.changed", object, "Carl records the call no more");
	expect_told(model, "call.ended",
	    with(with(call("a", "ended", "in", "left"), "reason",
		     json_string("hangup")),
		"duration_ms", json_integer(245000)),
	    "Anna: ended after 4:05");
	model_free(model);
}

static void
what_was_missed_or_declined_is_told_so(void **state)
{
	struct heard heard = { 0 };
	struct model *model = annas_model(&heard);

	expect_told(model, "call.ended",
	    with(call("a", "ended", "in", "left"), "reason",
		json_string("cancelled")),
	    "missed call from Anna");
	expect_told(model, "call.ended",
	    with(call("a", "ended", "in", "left"), "reason",
		json_string("declined")),
	    "declined: Anna");
	expect_told(model, "call.ended",
	    with(with(call("a", "ended", "out", "left"), "reason",
		     json_string("declined")),
		"text", json_string("in a meeting")),
	    "Anna has declined: in a meeting");
	expect_told(model, "message.received", json_object(), NULL);
	model_free(model);
}

/* -- the row -------------------------------------------------------------- */

static char *
row_of(const struct model *model, size_t others, unsigned columns)
{
	const struct model_call *known = model_call_current(model);
	struct callbar bar;
	struct canvas canvas = { 0 };
	char *text = NULL;

	canvas_init(&canvas, 1, columns);
	callbar_init(&bar);
	if (known != NULL)
		callbar_put_call(&bar, model, known, others, now_ms);
	else
		callbar_put_incoming(&bar, model, model_call_incoming(model));
	callbar_put_hint(&bar, strdup("C-x h hangs up"), 0);
	callbar_draw(&bar, &canvas, canvas_box(&canvas), 0);
	callbar_finish(&bar);
	text = canvas_row_text(&canvas, 0);
	canvas_finish(&canvas);
	return text;
}

static void
expect_row(
    const struct model *model, size_t others, unsigned columns, const char *row)
{
	char *text = row_of(model, others, columns);

	assert_string_equal(text, row);
	free(text);
}

#define FULL "\xe2\x96\xae"
#define EMPTY "\xe2\x96\xaf"

static void
the_row_gives_way_where_it_is_narrow(void **state)
{
	struct heard heard = { 0 };
	struct model *model = annas_model(&heard);
	json_t *stats = json_pack("{s:s, s:[{s:[{s:f, s:f}]}]}", "id", "a",
	    "members", "streams", "loss", 0.004, "rtt_ms", 6.0);

	event(model, "call.active",
	    with(call("a", "active", "in", "active"), "duration_ms",
		json_integer(245000)));
	event(model, "call.levels",
	    json_pack("{s:s, s:i, s:[{s:s, s:i}]}", "id", "a", "self", 60,
		"members", "member", "anna@pc1", "level", 24));
	model_take_call_stats(model, stats);
	expect_row(model, 0, 100,
	    " In call with Anna  4:05  *Anna " FULL FULL FULL EMPTY EMPTY
	    "  you " EMPTY EMPTY EMPTY EMPTY EMPTY
	    "  good: 0.4% lost, 6 ms  C-x h hangs up");
	expect_row(model, 2, 80,
	    " In call with Anna  4:05  and 2 more calls  *Anna " FULL FULL FULL
		EMPTY EMPTY "  you " EMPTY EMPTY EMPTY EMPTY EMPTY "  good");
	expect_row(model, 0, 40,
	    " In call with Anna  4:05  *Anna " FULL FULL FULL EMPTY EMPTY);
	expect_row(model, 0, 28, " In call with Anna  4:05");
	expect_row(model, 0, 20, " Anna  4:05");
	event(model, "call.changed",
	    with(call("a", "active", "in", "active"), "muted", json_true()));
	/* That one is muted is never left out. */
	expect_row(model, 0, 20, " Anna  0:00  muted");
	expect_row(model, 0, 11, " An\xe2\x80\xa6  muted");
	json_decref(stats);
	model_free(model);
}

static void
hostile_names_are_shown_harmless(void **state)
{
	struct model *model = model_new(NULL, NULL);
	char *row = NULL;

	user(model, "anna@pc1", "A\x1b[31m\n\xe2\x80\xaeX");
	event(model, "call.incoming", call("a", "ringing", "in", "calling"));
	row = row_of(model, 0, 80);
	assert_null(strchr(row, '\x1b'));
	assert_null(strchr(row, '\n'));
	assert_null(strstr(row, "\xe2\x80\xae"));
	assert_non_null(strstr(row, "calls"));
	free(row);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_that_comes_is_taken_and_ends),
		cmocka_unit_test(the_call_that_is_spoken_in_is_the_current_one),
		cmocka_unit_test(a_list_replaces_what_was_known),
		cmocka_unit_test(more_calls_than_there_can_be_are_left_out),
		cmocka_unit_test(who_talks_is_who_is_loudest),
		cmocka_unit_test(quality_is_that_of_the_worst),
		cmocka_unit_test(what_becomes_of_a_call_is_told_in_words),
		cmocka_unit_test(what_was_missed_or_declined_is_told_so),
		cmocka_unit_test(the_row_gives_way_where_it_is_narrow),
		cmocka_unit_test(hostile_names_are_shown_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
