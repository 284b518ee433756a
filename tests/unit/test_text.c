/* test_text.c: strict UTF-8, safe printing (threat model T1-T3), columns. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"

#define SPAN(literal) span_of(literal, sizeof(literal) - 1)

static void
every_character_goes_both_ways(void **state)
{
	struct buf buf;
	uint32_t again;

	buf_init(&buf, 4);
	for (uint32_t codepoint = 0; codepoint <= 0x10ffff; codepoint++) {
		if (codepoint >= 0xd800 && codepoint <= 0xdfff)
			continue;
		buf_clear(&buf);
		utf8_put(&buf, codepoint);
		assert_int_equal(utf8_next(buf_span(&buf), &again), buf.len);
		assert_int_equal(again, codepoint);
		assert_int_equal(
		    utf8_next(span_of(buf.data, buf.len - 1), &again), 0);
	}
	buf_finish(&buf);
}

static void
wrong_utf8_is_refused(void **state)
{
	static const char *const wrong[] = { "\x80", "\xbf", "\xc0\x80",
		"\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff", "\xc3",
		"\xe4\xbc", "\xf0\x9f\x98", "\xc3(", "\xe4\xbc(",
		"\xf0\x9f\x98(" };
	uint32_t codepoint = 7;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_false(utf8_is_valid(span_text(wrong[i])));
		assert_int_equal(utf8_next(span_text(wrong[i]), &codepoint), 0);
	}
	assert_int_equal(codepoint, 7);
	assert_true(utf8_is_valid(SPAN("a\0\xe4\xbc\x9a")));
	assert_true(utf8_is_valid(span_of(NULL, 0)));
}

static void
repair_replaces_each_wrong_byte(void **state)
{
	struct buf buf;
	char *text = NULL;

	buf_init(&buf, 100);
	utf8_repair(span_text("a\xe4\xbc"
			      "b\xff\xe4\xbc\x9a"),
	    &buf);
	text = buf_steal_text(&buf);
	assert_string_equal(text, "a\xef\xbf\xbd\xef\xbf\xbd"
				  "b\xef\xbf\xbd\xe4\xbc\x9a");
	free(text);
}

static void
cutting_never_splits_a_character(void **state)
{
	struct span text = span_text("a\xc3\xa4\xe4\xbc\x9a\xf0\x9f\x98\x80");
	static const size_t expected[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10,
		10 };

	for (size_t max = 0; max < sizeof expected / sizeof expected[0]; max++)
		assert_int_equal(utf8_cut(text, max), expected[max]);
	assert_int_equal(utf8_cut(span_text("\x80\x80\x80\x80\x80"), 4), 4);
}

static void
assert_printed(enum text_kind kind, struct span text, const char *expected)
{
	struct buf buf;
	char *printed = NULL;

	buf_init(&buf, 10000);
	text_print(&buf, text, kind);
	printed = buf_steal_text(&buf);
	assert_string_equal(printed, expected);
	free(printed);
}

static void
ordinary_text_is_left_alone(void **state)
{
	static const char *const texts[] = { "", "plain ASCII ~!",
		"\xe4\xbc\x9a\xe8\xad\xb0\xe3\x81\xa7\xe3\x81\x99", "e\xcc\x81",
		"\xe3\x81\x8b\xe3\x82\x99", "\xf0\x9f\x98\x80",
		/* man, ZWJ, laptop; a skin tone; heart with VS16; keycap; flag
		 */
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x92\xbb",
		"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
		"\xf0\x9f\x95\xb5\xf0\x9f\x8f\xbb\xe2\x80\x8d\xe2\x99\x82\xef"
		"\xb8\x8f",
		"\xe2\x9d\xa4\xef\xb8\x8f", "1\xef\xb8\x8f\xe2\x83\xa3",
		"\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5",
		/* an ideographic variant, as in names */
		"\xe8\x91\x9b\xf3\xa0\x84\x80",
		"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xee\x80\x80" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_printed(TEXT_LINE, span_text(texts[i]), texts[i]);
		assert_printed(TEXT_BLOCK, span_text(texts[i]), texts[i]);
	}
}

static void
controls_are_shown(void **state)
{
	assert_printed(TEXT_BLOCK, SPAN("a\x1b[2J"), "a<U+001B>[2J");
	assert_printed(
	    TEXT_BLOCK, SPAN("a\0b\r\x7f"), "a<U+0000>b<U+000D><U+007F>");
	assert_printed(TEXT_BLOCK, SPAN("\xc2\x9b\xc2\x80\xc2\x9f"),
	    "<U+009B><U+0080><U+009F>");
	assert_printed(
	    TEXT_BLOCK, SPAN("\x9b\x80\xff\xe4\xbc"), "<9B><80><FF><E4><BC>");
	assert_printed(
	    TEXT_BLOCK, SPAN("\xe2\x80\xa8\xe2\x80\xa9"), "<U+2028><U+2029>");
}

static void
lines_and_tabs_are_shown_where_one_line_is_wanted(void **state)
{
	assert_printed(TEXT_BLOCK, SPAN("a\n\tb"), "a\n\tb");
	assert_printed(TEXT_LINE, SPAN("a\n\tb"), "a<U+000A><U+0009>b");
}

static void
what_hides_or_turns_text_is_shown(void **state)
{
	static const uint32_t hidden[] = { 0xad, 0x34f, 0x61c, 0x115f, 0x1160,
		0x17b4, 0x180b, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f,
		0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2061, 0x2064,
		0x2065, 0x2066, 0x2067, 0x2068, 0x2069, 0x206a, 0x206f, 0x3164,
		0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xfffb, 0xfffe, 0xfdd0,
		0x1bca0, 0x1d173, 0xe0001, 0xe0020, 0xe007f, 0xe0100, 0xe0fff,
		0x10ffff };

	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
		char expected[32];
		struct buf text;

		buf_init(&text, 100);
		buf_put_byte(&text, 'a');
		utf8_put(&text, hidden[i]);
		buf_put_byte(&text, 'b');
		snprintf(expected, sizeof expected, "a<U+%04X>b", hidden[i]);
		assert_printed(TEXT_BLOCK, buf_span(&text), expected);
		buf_finish(&text);
	}
}

static void
a_joiner_or_selector_out_of_place_is_shown(void **state)
{
	/* man, ZWJ and then no pictograph; VS16 twice; VS17 on a Latin letter
	 */
	assert_printed(TEXT_LINE,
	    SPAN("\xf0\x9f\x91\xa8\xe2\x80\x8d"
		 "a"),
	    "\xf0\x9f\x91\xa8<U+200D>a");
	assert_printed(TEXT_LINE, SPAN("\xf0\x9f\x91\xa8\xe2\x80\x8d"),
	    "\xf0\x9f\x91\xa8<U+200D>");
	assert_printed(TEXT_LINE, SPAN("\xe2\x9d\xa4\xef\xb8\x8f\xef\xb8\x8f"),
	    "\xe2\x9d\xa4\xef\xb8\x8f<U+FE0F>");
	assert_printed(TEXT_LINE, SPAN("a\xf3\xa0\x84\x80"), "a<U+E0100>");
	assert_printed(TEXT_LINE, SPAN("a\xef\xb8\x8f"), "a<U+FE0F>");
}

static void
more_than_eight_marks_on_one_character_are_shown(void **state)
{
	struct buf text, expected;
	char *wanted = NULL;

	buf_init(&text, 1000);
	buf_init(&expected, 1000);
	buf_put_byte(&text, 'e');
	buf_put_byte(&expected, 'e');
	for (int i = 0; i < 10; i++) {
		utf8_put(&text, 0x301);
		if (i < 8)
			utf8_put(&expected, 0x301);
		else
			buf_put_text(&expected, "<U+0301>");
	}
	wanted = buf_steal_text(&expected);
	assert_printed(TEXT_LINE, buf_span(&text), wanted);
	free(wanted);
	buf_finish(&text);
}

static void
a_mark_does_not_touch_what_is_not_of_its_text(void **state)
{
	assert_printed(TEXT_BLOCK,
	    SPAN("\xcc\x81"
		 "a"),
	    "<U+0301>a");
	assert_printed(TEXT_BLOCK, SPAN("a\n\xcc\x81"), "a\n<U+0301>");
	assert_printed(TEXT_BLOCK, SPAN("a\x1b\xcc\x81"), "a<U+001B><U+0301>");
	assert_printed(TEXT_BLOCK, SPAN("a\x9b\xcc\x81"), "a<9B><U+0301>");
}

/* Bytes of which each kind that matters is likely. */
static size_t
random_text(uint8_t *bytes, size_t max)
{
	static const uint8_t favourites[] = { 0x1b, 0x9b, 0x0a, 0x09, 0x7f,
		0xc2, 0x85, 0xe2, 0x80, 0xa8, 0xae, 0x8d, 0xf0, 0x9f, 0x91,
		0xa8, 0xcc, 0x81, 0xef, 0xb8, 0x8f, 0xf3, 0xa0 };
	size_t len = random_below((uint32_t)max + 1);

	random_bytes(bytes, len);
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] & 1)
			bytes[i] = favourites[random_below(sizeof favourites)];
	}
	return len;
}

static void
assert_safe(struct span text, enum text_kind kind)
{
	assert_true(utf8_is_valid(text));
	while (text.len > 0) {
		uint32_t codepoint = 0;
		size_t len = utf8_next(text, &codepoint);
		bool allowed = kind == TEXT_BLOCK &&
			       (codepoint == '\n' || codepoint == '\t');

		assert_true(codepoint >= 0x20 || allowed);
		assert_false(codepoint >= 0x7f && codepoint <= 0x9f);
		assert_false(codepoint >= 0x2028 && codepoint <= 0x202e);
		assert_false(codepoint >= 0x2066 && codepoint <= 0x2069);
		assert_false(codepoint >= 0xe0000 && codepoint <= 0xe007f);
		text = span_of(text.data + len, text.len - len);
	}
}

static void
nothing_random_reaches_the_terminal(void **state)
{
	for (int round = 0; round < 20000; round++) {
		enum text_kind kind = round % 2 == 0 ? TEXT_BLOCK : TEXT_LINE;
		uint8_t bytes[64];
		size_t len = random_text(bytes, sizeof bytes);
		struct buf out, again;

		buf_init(&out, 8 * sizeof bytes);
		text_print(&out, span_of(bytes, len), kind);
		assert_false(buf_failed(&out));
		assert_safe(buf_span(&out), kind);
		/* What is safe already stays as it is. */
		buf_init(&again, out.len);
		text_print(&again, buf_span(&out), kind);
		assert_true(span_equal(buf_span(&again), buf_span(&out)));
		buf_finish(&out);
		buf_finish(&again);
	}
}

static void
a_string_of_only_controls_still_fits(void **state)
{
	char *text = text_printable("\x1b\x1b\x1b", TEXT_LINE);

	assert_string_equal(text, "<U+001B><U+001B><U+001B>");
	free(text);
}

static void
columns_are_counted_as_terminals_do(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
	} rows[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "\xe4\xbc\x9a\xe8\xad\xb0", 4 }, /* CJK */
		{ "\xef\xbd\xb1\xef\xbd\xb2", 2 }, /* half-width katakana */
		{ "\xef\xbc\xa1", 2 },		   /* full-width A */
		{ "e\xcc\x81", 1 },		   /* with an accent */
		{ "\xe3\x81\x8b\xe3\x82\x99", 2 }, /* with a voiced mark */
		{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
		    2 },			    /* Hangul in parts */
		{ "\xf0\x9f\x98\x80", 2 },	    /* face */
		{ "\xe2\x9d\xa4", 1 },		    /* heart as text */
		{ "\xe2\x9d\xa4\xef\xb8\x8f", 2 },  /* and as emoji */
		{ "1\xef\xb8\x8f\xe2\x83\xa3", 2 }, /* keycap */
		{ "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x92\xbb",
		    2 },				   /* man at a laptop */
		{ "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 2 }, /* skin tone */
		{ "\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5", 2 }, /* flag */
		{ "\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5\xf0\x9f\x87\xaf\xf0\x9f\x87"
		  "\xb5",
		    4 },
		{ "a\xf0\x9f\x98\x80"
		  "b\xe4\xbc\x9a",
		    6 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (text_width(span_text(rows[i].text)) != rows[i].columns)
			fail_msg("%s: %zu columns", rows[i].text,
			    text_width(span_text(rows[i].text)));
	}
	assert_int_equal(text_width_ambiguous(span_text("\xe2\x91\xa0\xce\xb1"
							"a"),
			     1),
	    3);
	assert_int_equal(text_width_ambiguous(span_text("\xe2\x91\xa0\xce\xb1"
							"a"),
			     2),
	    5);
}

static void
names_compare_with_ascii_case_folded_only(void **state)
{
	assert_true(text_same("Anna", "aNNA"));
	assert_false(text_same("Anna", "Ann"));
	assert_false(text_same("Ann", "Anna"));
	assert_false(text_same("\xc3\x84", "\xc3\xa4"));
	assert_false(text_same("@", "`"));
	assert_true(text_same("", ""));
	assert_true(text_starts_same("Anna@pc1", "anna@"));
	assert_true(text_starts_same("x", ""));
	assert_false(text_starts_same("an", "anna"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_goes_both_ways),
		cmocka_unit_test(wrong_utf8_is_refused),
		cmocka_unit_test(repair_replaces_each_wrong_byte),
		cmocka_unit_test(cutting_never_splits_a_character),
		cmocka_unit_test(ordinary_text_is_left_alone),
		cmocka_unit_test(controls_are_shown),
		cmocka_unit_test(
		    lines_and_tabs_are_shown_where_one_line_is_wanted),
		cmocka_unit_test(what_hides_or_turns_text_is_shown),
		cmocka_unit_test(a_joiner_or_selector_out_of_place_is_shown),
		cmocka_unit_test(
		    more_than_eight_marks_on_one_character_are_shown),
		cmocka_unit_test(a_mark_does_not_touch_what_is_not_of_its_text),
		cmocka_unit_test(nothing_random_reaches_the_terminal),
		cmocka_unit_test(a_string_of_only_controls_still_fits),
		cmocka_unit_test(columns_are_counted_as_terminals_do),
		cmocka_unit_test(names_compare_with_ascii_case_folded_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
