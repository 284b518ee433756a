/* test_tui_edit_line.c: the typed line of a terminal that can only step back.
 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cam-tui/edit_line.h"

/* A terminal with one line: cells of one or two columns, and a cursor. */
struct paper {
	char cells[256][8]; /* "" is the right half of a wide one */
	size_t cursor;
};

static void
paper_write(struct paper *paper, struct span bytes)
{
	while (bytes.len > 0) {
		uint32_t codepoint;
		size_t len = utf8_next(bytes, &codepoint), columns;

		assert_true(len > 0);
		if (codepoint == '\b') {
			assert_true(paper->cursor > 0);
			paper->cursor--;
		} else if (codepoint == '\r') {
			paper->cursor = 0;
		} else {
			assert_true(codepoint >= ' ');
			columns = text_width(span_of(bytes.data, len));
			memcpy(paper->cells[paper->cursor], bytes.data, len);
			paper->cells[paper->cursor][len] = '\0';
			if (columns == 2)
				paper->cells[paper->cursor + 1][0] = '\0';
			paper->cursor += columns;
		}
		bytes = span_of(bytes.data + len, bytes.len - len);
	}
}

static char *
paper_text(const struct paper *paper)
{
	struct buf text;

	buf_init(&text, 4096);
	for (size_t i = 0; i < 256; i++)
		buf_put_text(&text, paper->cells[i]);
	while (text.len > 0 && text.data[text.len - 1] == ' ')
		text.len--;
	return buf_steal_text(&text);
}

static void
paper_clear(struct paper *paper)
{
	for (size_t i = 0; i < 256; i++)
		memcpy(paper->cells[i], " ", 2);
	paper->cursor = 0;
}

/* How many bytes it took. */
static size_t
show(struct edit_line *line, struct paper *paper, const char *text,
    size_t cursor, const char *seen)
{
	struct buf out;
	char *now;
	size_t len;

	buf_init(&out, 4096);
	edit_line_show(line, text, cursor, 40, &out);
	paper_write(paper, buf_span(&out));
	len = out.len;
	buf_finish(&out);
	now = paper_text(paper);
	assert_string_equal(now, seen);
	free(now);
	return len;
}

static void
only_what_has_changed_is_written(void **state)
{
	struct edit_line line;
	struct paper paper;

	edit_line_init(&line);
	paper_clear(&paper);
	show(&line, &paper, "> ", 2, ">");
	assert_int_equal(show(&line, &paper, "> a", 3, "> a"), 1);
	assert_int_equal(show(&line, &paper, "> ab", 4, "> ab"), 1);
	assert_int_equal(show(&line, &paper, "> ab", 4, "> ab"), 0);
	assert_int_equal(show(&line, &paper, "> a", 3, "> a"), 3);
	assert_int_equal(paper.cursor, 3);
	edit_line_finish(&line);
}

static void
wide_characters_are_stepped_over(void **state)
{
	struct edit_line line;
	struct paper paper;

	edit_line_init(&line);
	paper_clear(&paper);
	show(&line, &paper, "> 会議は", 11, "> 会議は");
	assert_int_equal(paper.cursor, 8);
	show(&line, &paper, "> 会議は", 5, "> 会議は");
	assert_int_equal(paper.cursor, 4);
	show(&line, &paper, "> 会x議は", 6, "> 会x議は");
	assert_int_equal(paper.cursor, 5);
	show(&line, &paper, "> x", 3, "> x");
	assert_int_equal(paper.cursor, 3);
	edit_line_finish(&line);
}

static void
marks_stay_with_their_letter(void **state)
{
	struct edit_line line;
	struct buf out;
	char *text;

	edit_line_init(&line);
	buf_init(&out, 64);
	edit_line_show(&line, "> e", 3, 40, &out);
	buf_clear(&out);
	edit_line_show(&line, "> e\xcc\x81", 5, 40, &out);
	text = buf_steal_text(&out);
	assert_string_equal(text, "\be\xcc\x81");
	free(text);
	edit_line_finish(&line);
}

static void
of_a_long_line_the_cursor_is_seen(void **state)
{
	struct edit_line line;
	struct paper paper;

	edit_line_init(&line);
	paper_clear(&paper);
	show(&line, &paper,
	    "> 1234567890123456789012345678901234567890123456789", 51,
	    "234567890123456789012345678901234567890123456789" + 9);
	assert_int_equal(paper.cursor, 39);
	show(&line, &paper,
	    "> 1234567890123456789012345678901234567890123456789", 2,
	    "> 1234567890123456789012345678901234567");
	assert_int_equal(paper.cursor, 2);
	edit_line_finish(&line);
}

static void
a_hidden_line_leaves_nothing_behind(void **state)
{
	struct edit_line line;
	struct paper paper;
	struct buf out;
	char *text;

	edit_line_init(&line);
	paper_clear(&paper);
	show(&line, &paper, "> half 会", 10, "> half 会");
	buf_init(&out, 256);
	edit_line_hide(&line, &out);
	paper_write(&paper, buf_span(&out));
	buf_finish(&out);
	text = paper_text(&paper);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(paper.cursor, 0);
	show(&line, &paper, "> half 会", 10, "> half 会");
	edit_line_finish(&line);
}

/* Whatever is typed, what is seen is what was meant. */
static void
any_line_becomes_any_other(void **state)
{
	static const char *const texts[] = { "> ", "> a", "> ab", "> 会",
		"> a会b", "> 会ab", "> abc", "> ba", "" };
	enum { COUNT = sizeof texts / sizeof texts[0] };
	struct paper paper;
	struct edit_line line;

	for (size_t a = 0; a < COUNT; a++) {
		for (size_t b = 0; b < COUNT; b++) {
			const char *seen =
			    strcmp(texts[b], "> ") == 0 ? ">" : texts[b];

			edit_line_init(&line);
			paper_clear(&paper);
			show(&line, &paper, texts[a], 0,
			    strcmp(texts[a], "> ") == 0 ? ">" : texts[a]);
			show(&line, &paper, texts[b], strlen(texts[b]), seen);
			assert_int_equal(
			    paper.cursor, text_width(span_text(texts[b])));
			edit_line_finish(&line);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_has_changed_is_written),
		cmocka_unit_test(wide_characters_are_stepped_over),
		cmocka_unit_test(marks_stay_with_their_letter),
		cmocka_unit_test(of_a_long_line_the_cursor_is_seen),
		cmocka_unit_test(a_hidden_line_leaves_nothing_behind),
		cmocka_unit_test(any_line_becomes_any_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
