/* test_choice.c: choices written behind a question, read, and chosen by an
 * answer. */
#include <string.h>

#include "base/choice.h"
#include "base/limits.h"
#include "test.h"

static struct choices
read_text(const char *text)
{
	struct choices choices;

	choices_read(span_text(text), &choices);
	return choices;
}

static int
match(const char *choices_text, const char *answer)
{
	struct choices choices = read_text(choices_text);

	return choices_match(&choices, span_text(answer));
}

static const char *const yes_no = "Deploy?\n1) yes\n2) No";

static void
what_is_written_is_read_again(void **state)
{
	static const char *const words[] = { "yes", "not  now", "\xe3\x81\x84",
		"2) no" };
	struct choices choices = { .count = 4 }, again;
	struct buf buf;

	for (size_t i = 0; i < 4; i++)
		choices.list[i] = span_text(words[i]);
	buf_init(&buf, LIMIT_MESSAGE_TEXT);
	buf_put_text(&buf, "Deploy?\n1) this is part of the question");
	choices_write(&choices, &buf);
	choices_read(buf_span(&buf), &again);
	assert_int_equal(again.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(span_equal_text(again.list[i], words[i]));
	buf_finish(&buf);
}

static void
as_many_as_there_may_be_are_read(void **state)
{
	struct choices choices = { .count = CHOICES_MAX }, again;
	struct buf buf;

	for (size_t i = 0; i < CHOICES_MAX; i++)
		choices.list[i] = span_text("same");
	buf_init(&buf, LIMIT_MESSAGE_TEXT);
	choices_write(&choices, &buf);
	choices_read(buf_span(&buf), &again);
	assert_int_equal(again.count, CHOICES_MAX);
	buf_put_text(&buf, "\n51) one more");
	choices_read(buf_span(&buf), &again);
	assert_int_equal(again.count, 0);
	buf_finish(&buf);
}

static void
lines_that_do_not_count_up_from_one_are_no_choices(void **state)
{
	assert_int_equal(read_text(yes_no).count, 2);
	assert_int_equal(read_text("1) only").count, 1);
	assert_int_equal(read_text("").count, 0);
	assert_int_equal(read_text("Deploy?").count, 0);
	assert_int_equal(read_text("Deploy?\n2) no").count, 0);
	assert_int_equal(read_text("1) a\n3) b").count, 0);
	assert_int_equal(read_text("1) a\n2) b\n").count, 0);
	assert_int_equal(read_text("1) a\n2) ").count, 0);
	assert_int_equal(read_text("1) a\n2)b").count, 0);
	assert_int_equal(read_text("1) a\n02) b").count, 0);
	assert_int_equal(read_text("0) a\n1) b").count, 1);
	assert_int_equal(read_text("1) a\n2) \x1b[1m").count, 0);
}

static void
an_answer_is_a_number_or_a_text(void **state)
{
	assert_int_equal(match(yes_no, "1"), 0);
	assert_int_equal(match(yes_no, "2"), 1);
	assert_int_equal(match(yes_no, "yes"), 0);
	assert_int_equal(match(yes_no, "no"), 1);
	assert_int_equal(match(yes_no, "2) no"), 1);
	assert_int_equal(match(yes_no, "2)"), 1);
	assert_int_equal(match(yes_no, "no."), 1);
	assert_int_equal(match("1) \xe3\x81\xaf\xe3\x81\x84",
			     "\xe3\x81\xaf\xe3\x81\x84\xe3\x80\x82"),
	    0);
	assert_int_equal(match("1) etc.\n2) b", "ETC."), 0);
}

static void
case_width_and_blanks_are_no_matter(void **state)
{
	assert_int_equal(match(yes_no, " YES \r\n"), 0);
	/* Full-width: "2", "NO", "2)"; then with ideographic blanks. */
	assert_int_equal(match(yes_no, "\xef\xbc\x92"), 1);
	assert_int_equal(match(yes_no, "\xef\xbc\xae\xef\xbc\xaf"), 1);
	assert_int_equal(match(yes_no, "\xef\xbc\x92\xef\xbc\x89"), 1);
	assert_int_equal(
	    match(yes_no, "\xe3\x80\x80\xef\xbc\x92\xe3\x80\x80"), 1);
	/* Half-width katakana, and e with a combining accent. */
	assert_int_equal(
	    match("1) \xe3\x82\xac", "\xef\xbd\xb6\xef\xbe\x9e"), 0);
	assert_int_equal(match("1) caf\xc3\xa9", "cafe\xcc\x81"), 0);
}

static void
quoted_lines_are_passed_over(void **state)
{
	assert_int_equal(
	    match(yes_no, "> Deploy?\n> 1) yes\n> 2) No\n\n2\n"), 1);
	assert_int_equal(match(yes_no, ">Deploy?"), -1);
}

static void
another_text_is_none_of_them(void **state)
{
	assert_int_equal(match(yes_no, ""), -1);
	assert_int_equal(match(yes_no, "0"), -1);
	assert_int_equal(match(yes_no, "3"), -1);
	assert_int_equal(match(yes_no, "-1"), -1);
	assert_int_equal(match(yes_no, "1 2"), -1);
	assert_int_equal(match(yes_no, "yes\nno"), -1);
	assert_int_equal(match(yes_no, "yes, but"), -1);
	assert_int_equal(match(yes_no, "yes?"), -1);
	assert_int_equal(match(yes_no, "1) no"), -1);
	assert_int_equal(match(yes_no, "\xff"), -1);
	assert_int_equal(match("no choices", "1"), -1);
	assert_int_equal(match(yes_no, "99999999999999999999999"), -1);
}

static void
a_text_counts_before_a_number(void **state)
{
	assert_int_equal(match("1) 2\n2) 1\n3) 5", "2"), 0);
	assert_int_equal(match("1) 2\n2) 1\n3) 5", "5"), 2);
	assert_int_equal(match("1) 2\n2) 1\n3) 5", "3"), 2);
}

static void
a_choice_is_one_line_without_blanks_around_it(void **state)
{
	char text[CHOICE_MAX + 2];

	assert_true(choice_is_valid(span_text("a b")));
	assert_false(choice_is_valid(span_text("")));
	assert_false(choice_is_valid(span_text(" a")));
	assert_false(choice_is_valid(span_text("a\xe3\x80\x80")));
	assert_false(choice_is_valid(span_text("a\nb")));
	assert_false(choice_is_valid(span_text("a\x7f")));
	assert_false(choice_is_valid(span_text("a\xff")));
	memset(text, 'x', sizeof text);
	assert_true(choice_is_valid(span_of(text, CHOICE_MAX)));
	assert_false(choice_is_valid(span_of(text, CHOICE_MAX + 1)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(as_many_as_there_may_be_are_read),
		cmocka_unit_test(
		    lines_that_do_not_count_up_from_one_are_no_choices),
		cmocka_unit_test(an_answer_is_a_number_or_a_text),
		cmocka_unit_test(case_width_and_blanks_are_no_matter),
		cmocka_unit_test(quoted_lines_are_passed_over),
		cmocka_unit_test(another_text_is_none_of_them),
		cmocka_unit_test(a_text_counts_before_a_number),
		cmocka_unit_test(a_choice_is_one_line_without_blanks_around_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
