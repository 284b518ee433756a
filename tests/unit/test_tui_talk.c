/* test_tui_talk.c: the lines of a talk that are seen, and lists. */
#include "test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/random.h"
#include "cam-tui/listing.h"
#include "cam-tui/model.h"
#include "cam-tui/talk_lines.h"

enum { COLUMNS = 30, ROWS = 10, TALL = 900 };

static const char *const anna[] = { "anna@pc1" };

struct place {
	struct model *model;
	struct model_talk *talk;
	struct talk_lines lines;
	int count; /* messages so far */
};

static json_t *
message(int number)
{
	char id[16], text[256] = "";
	json_t *object;

	snprintf(id, sizeof id, "%08d", number);
	for (int i = 0; i <= number % 5; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text),
		    "message %d part %d%s", number, i,
		    number % 3 == 0 ? "\n" : ", ");
	object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s], s:s, s:s}", "type",
	    "message.received", "id", id, "from", "anna@pc1", "nick", "Anna",
	    "text", text, "talk", "anna@pc1", "state", "delivered", "time",
	    number % 20 < 10 ? "2026-01-31T09:30:00.000+00:00"
			     : "2026-02-01T09:30:00.000+00:00");
	return object;
}

static void
add_newest(struct place *place)
{
	json_t *object = message(place->count++);

	model_take_event(place->model, "message.received", object);
	json_decref(object);
}

static int
begin(void **state)
{
	struct place *place = xcalloc(1, sizeof *place);
	json_t *none = json_array();

	setenv("TZ", "UTC", 1);
	place->model = model_new(NULL, NULL);
	place->talk = model_talk_with(place->model, anna, 1);
	model_take_page(place->model, place->talk, PAGE_NEWEST, none, false);
	json_decref(none);
	talk_lines_init(&place->lines);
	*state = place;
	return 0;
}

static int
end(void **state)
{
	struct place *place = *state;

	talk_lines_finish(&place->lines);
	model_free(place->model);
	free(place);
	return 0;
}

/* The rows seen, "|" behind each. */
static char *
seen(struct talk_lines *lines, const struct place *place, unsigned rows)
{
	struct rows shown = { 0 };
	struct canvas canvas;
	struct buf text;

	canvas_init(&canvas, rows, COLUMNS);
	talk_lines_draw(lines, place->model, place->talk, &shown, &canvas,
	    canvas_box(&canvas));
	buf_init(&text, 1024 * 1024);
	for (unsigned i = 0; i < rows; i++) {
		char *row = canvas_row_text(&canvas, i);

		buf_printf(&text, "%s|", row);
		free(row);
	}
	canvas_finish(&canvas);
	rows_finish(&shown);
	return buf_steal_text(&text);
}

/* All there is, as a terminal high enough would show it. */
static char *
all(const struct place *place)
{
	struct talk_lines *lines = xcalloc(1, sizeof *lines);
	char *text;
	size_t len;

	talk_lines_init(lines);
	text = seen(lines, place, TALL);
	talk_lines_finish(lines);
	free(lines);
	len = strlen(text);
	while (len > 1 && text[len - 1] == '|' && text[len - 2] == '|')
		text[--len] = '\0';
	return text;
}

static void
assert_is_part(const struct place *place, const char *window)
{
	char *whole = all(place);

	if (strstr(whole, window) == NULL)
		fail_msg("no such lines: %s\nin %s", window, whole);
	free(whole);
}

static void
a_short_talk_begins_at_the_top(void **state)
{
	struct place *place = *state;
	char *window;

	add_newest(place);
	window = seen(&place->lines, place, ROWS);
	assert_non_null(strstr(window, "Anna: message 0"));
	assert_true(strncmp(window, "\xe2\x94\x80", 3) == 0);
	assert_true(talk_lines_at_end(&place->lines));
	free(window);
}

static void
whatever_is_scrolled_what_is_seen_has_no_hole(void **state)
{
	struct place *place = *state;

	for (int i = 0; i < 60; i++)
		add_newest(place);
	for (int round = 0; round < 1500; round++) {
		enum view_act act = random_below(ACT_END + 1);
		char *window;

		talk_lines_act(&place->lines, place->talk, act);
		if (random_below(40) == 0)
			talk_lines_step(
			    &place->lines, place->talk, random_below(2) == 0);
		window = seen(&place->lines, place, ROWS);
		assert_is_part(place, window);
		free(window);
	}
}

static void
the_ends_are_reached_and_not_passed(void **state)
{
	struct place *place = *state;
	char *window, *whole;

	for (int i = 0; i < 40; i++)
		add_newest(place);
	whole = all(place);
	for (int i = 0; i < 100; i++) {
		talk_lines_act(&place->lines, place->talk, ACT_PAGE_UP);
		free(seen(&place->lines, place, ROWS));
	}
	window = seen(&place->lines, place, ROWS);
	assert_int_equal(strncmp(whole, window, strlen(window)), 0);
	assert_true(place->lines.wants_older);
	free(window);
	for (int i = 0; i < 100; i++) {
		talk_lines_act(&place->lines, place->talk, ACT_PAGE_DOWN);
		free(seen(&place->lines, place, ROWS));
	}
	window = seen(&place->lines, place, ROWS);
	assert_string_equal(whole + strlen(whole) - strlen(window), window);
	assert_true(talk_lines_at_end(&place->lines));
	free(window);
	free(whole);
}

static void
what_comes_does_not_move_what_is_being_read(void **state)
{
	struct place *place = *state;
	char *before, *after;

	for (int i = 0; i < 40; i++)
		add_newest(place);
	free(seen(&place->lines, place, ROWS));
	for (int i = 0; i < 7; i++)
		talk_lines_act(&place->lines, place->talk, ACT_LINE_UP);
	before = seen(&place->lines, place, ROWS);
	add_newest(place);
	after = seen(&place->lines, place, ROWS);
	assert_string_equal(before, after);
	assert_false(talk_lines_at_end(&place->lines));
	free(after);
	talk_lines_act(&place->lines, place->talk, ACT_END);
	after = seen(&place->lines, place, ROWS);
	assert_non_null(strstr(after, "message 40"));
	free(after);
	free(before);
}

static void
older_pages_do_not_move_it_either(void **state)
{
	struct place *place = *state;
	json_t *page = json_array();
	char *before, *after;

	place->count = 100;
	for (int i = 0; i < 10; i++)
		add_newest(place);
	place->talk->has_start = false;
	free(seen(&place->lines, place, ROWS));
	talk_lines_act(&place->lines, place->talk, ACT_START);
	before = seen(&place->lines, place, ROWS);
	for (int i = 80; i < 100; i++)
		json_array_append_new(page, message(i));
	model_take_page(place->model, place->talk, PAGE_OLDER, page, true);
	after = seen(&place->lines, place, ROWS);
	assert_string_equal(before, after);
	assert_is_part(place, after);
	free(before);
	free(after);
	json_decref(page);
}

static void
what_is_selected_is_seen(void **state)
{
	struct place *place = *state;

	for (int i = 0; i < 50; i++)
		add_newest(place);
	for (int i = 49; i >= 0; i--) {
		char *window, *text = xasprintf("message %d part 0", i);

		talk_lines_step(&place->lines, place->talk, true);
		window = seen(&place->lines, place, ROWS);
		if (strstr(window, text) == NULL)
			fail_msg("%s is not in %s", text, window);
		free(window);
		free(text);
	}
}

/* Draws it where it was drawn before, and once more on a canvas of its own: in
 * the end with nothing that was laid out before. */
static void
assert_drawn_as_anew(struct place *place, struct rows *shown,
    struct canvas *canvas, struct box box, bool forget)
{
	struct rows fresh = { 0 };
	struct canvas anew;

	talk_lines_draw(
	    &place->lines, place->model, place->talk, shown, canvas, box);
	if (forget)
		talk_lines_forget_all(&place->lines);
	canvas_init(&anew, canvas->rows, canvas->columns);
	talk_lines_draw(
	    &place->lines, place->model, place->talk, &fresh, &anew, box);
	for (unsigned row = box.row; row < box.row + box.rows; row++)
		assert_memory_equal(canvas_cell(canvas, row, 0),
		    canvas_cell(&anew, row, 0),
		    canvas->columns * sizeof *anew.cells);
	canvas_finish(&anew);
	rows_finish(&fresh);
}

static void
change_one(struct place *place)
{
	size_t which = random_below((uint32_t)place->talk->count);
	const struct model_message *old = place->talk->messages[which];
	json_t *object = message(atoi(old->id));

	json_object_set_new(object, "text",
	    json_string(random_below(2) == 0 ? "another\ntext" : "short"));
	json_object_set_new(object, "unread", json_boolean(random_below(2)));
	model_take_message(place->model, object);
	json_decref(object);
}

static void
do_something(struct place *place)
{
	switch (random_below(8)) {
	case 0:
		change_one(place);
		break;
	case 1:
		talk_lines_act(
		    &place->lines, place->talk, random_below(ACT_END + 1));
		break;
	case 2:
		talk_lines_step(
		    &place->lines, place->talk, random_below(2) == 0);
		break;
	case 3:
		talk_lines_mark_new(&place->lines, place->talk);
		break;
	case 4:
		talk_lines_forget_new(&place->lines);
		break;
	case 5:
		talk_lines_select(&place->lines, NULL);
		talk_lines_end(&place->lines);
		break;
	default:
		add_newest(place);
	}
}

static void
what_is_drawn_again_looks_as_if_drawn_anew(void **state)
{
	struct place *place = *state;
	struct rows shown = { 0 };
	struct canvas canvas;

	canvas_init(&canvas, 16, COLUMNS);
	add_newest(place);
	for (int round = 0; round < 5000; round++) {
		struct box box = { 1, 0, 12, COLUMNS };

		for (unsigned i = random_below(4); i > 0; i--)
			do_something(place);
		/* Something else takes a row, or all of them, for a while. */
		box.rows -= random_below(20) == 0;
		if (random_below(50) == 0) {
			rows_forget(&shown);
			canvas_fill(&canvas, canvas_box(&canvas), STYLE_PLAIN);
		}
		assert_drawn_as_anew(
		    place, &shown, &canvas, box, random_below(10) == 0);
	}
	rows_finish(&shown);
	canvas_finish(&canvas);
}

static void
a_list_keeps_its_selection_in_sight(void **state)
{
	struct listing listing = { 0 };

	for (int round = 0; round < 5000; round++) {
		size_t count = random_below(60), rows = random_below(12);

		listing_fit(&listing, count, rows);
		assert_true(listing.selected < count || listing.selected == 0);
		assert_true(listing.top <= listing.selected);
		assert_true(listing.selected < listing.top + listing.rows);
		listing_act(&listing, random_below(ACT_PREVIOUS + 1));
		assert_true(listing.selected < count || listing.selected == 0);
	}
	listing_fit(&listing, 0, 5);
	assert_false(listing_act(&listing, ACT_LINE_DOWN));
}

#define OF_TALK(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF_TALK(a_short_talk_begins_at_the_top),
		OF_TALK(whatever_is_scrolled_what_is_seen_has_no_hole),
		OF_TALK(the_ends_are_reached_and_not_passed),
		OF_TALK(what_comes_does_not_move_what_is_being_read),
		OF_TALK(older_pages_do_not_move_it_either),
		OF_TALK(what_is_selected_is_seen),
		OF_TALK(what_is_drawn_again_looks_as_if_drawn_anew),
		cmocka_unit_test(a_list_keeps_its_selection_in_sight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
