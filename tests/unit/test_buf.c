/* test_buf.c: bytes being written, and bytes being read. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void
what_is_put_comes_out_in_order(void **state)
{
	struct buf buf;
	char *text = NULL;

	buf_init(&buf, 1000);
	buf_put_text(&buf, "one");
	buf_put_byte(&buf, ' ');
	buf_put(&buf, "two!", 3);
	buf_printf(&buf, " %d%s", 3, "");
	buf_put_span(&buf, span_text(" four"));
	assert_false(buf_failed(&buf));
	text = buf_steal_text(&buf);
	assert_string_equal(text, "one two 3 four");
	assert_int_equal(buf.len, 0);
	free(text);
}

static void
it_takes_exactly_its_limit(void **state)
{
	struct buf buf;
	char *text = NULL;

	buf_init(&buf, 100);
	for (int i = 0; i < 100; i++)
		buf_put_byte(&buf, 'x');
	assert_false(buf_failed(&buf));
	text = buf_steal_text(&buf);
	assert_int_equal(strlen(text), 100);
	free(text);
}

static void
what_does_not_fit_is_not_written_at_all_nor_what_follows(void **state)
{
	struct buf buf;

	buf_init(&buf, 4);
	buf_put_text(&buf, "abc");
	buf_put_text(&buf, "de");
	buf_put_text(&buf, "f");
	assert_true(buf_failed(&buf));
	assert_true(span_equal_text(buf_span(&buf), "abc"));
	assert_null(buf_steal_text(&buf));
	buf_init(&buf, 4);
	buf_printf(&buf, "%s", "12345");
	assert_true(buf_failed(&buf));
	assert_int_equal(buf.len, 0);
	buf_finish(&buf);
}

static void
a_length_that_would_overflow_fails(void **state)
{
	struct buf buf;

	buf_init(&buf, SIZE_MAX);
	buf_put_text(&buf, "abc");
	assert_null(buf_reserve(&buf, SIZE_MAX - 1));
	assert_true(buf_failed(&buf));
	buf_finish(&buf);
}

static void
dropping_takes_bytes_from_the_front(void **state)
{
	struct buf buf;

	buf_init(&buf, 100);
	buf_put_text(&buf, "abcdef");
	buf_drop(&buf, 2);
	assert_true(span_equal_text(buf_span(&buf), "cdef"));
	buf_drop(&buf, 100);
	assert_int_equal(buf.len, 0);
	buf_finish(&buf);
}

static void
growing_keeps_large_contents(void **state)
{
	struct buf buf;

	buf_init(&buf, 1000000);
	for (size_t i = 0; i < 250000; i++)
		buf_put(&buf, &(uint32_t){ (uint32_t)i }, sizeof(uint32_t));
	assert_int_equal(buf.len, 1000000);
	for (size_t i = 0; i < 250000; i++)
		assert_memory_equal(
		    buf.data + 4 * i, &(uint32_t){ (uint32_t)i }, 4);
	buf_wipe(&buf);
	assert_null(buf.data);
}

static void
an_empty_buf_gives_an_empty_text(void **state)
{
	struct buf buf;
	char *text = NULL;

	buf_init(&buf, 0);
	text = buf_steal_text(&buf);
	assert_string_equal(text, "");
	free(text);
}

static void
numbers_are_put_in_decimal_digits(void **state)
{
	struct buf buf;

	buf_init(&buf, 100);
	buf_put_decimal(&buf, INT64_MIN);
	buf_put_byte(&buf, ' ');
	buf_put_decimal(&buf, 0);
	buf_put_byte(&buf, ' ');
	buf_put_decimal(&buf, -7);
	buf_put_byte(&buf, ' ');
	buf_put_decimal(&buf, INT64_MAX);
	assert_true(span_equal_text(
	    buf_span(&buf), "-9223372036854775808 0 -7 9223372036854775807"));
	buf_finish(&buf);
}

static void
a_span_is_cut_at_the_first_separator(void **state)
{
	struct span rest = span_text("a:b:"), head;

	assert_true(span_cut(&rest, ':', &head));
	assert_true(span_equal_text(head, "a"));
	assert_true(span_cut(&rest, ':', &head));
	assert_true(span_equal_text(head, "b"));
	assert_int_equal(rest.len, 0);
	head = span_text("same");
	assert_false(span_cut(&rest, ':', &head));
	assert_true(span_equal_text(head, "same"));
}

static void
spans_compare_by_length_and_bytes(void **state)
{
	assert_true(span_equal(span_of(NULL, 0), span_text("")));
	assert_false(span_equal(span_text("ab"), span_text("abc")));
	assert_false(span_equal(span_text("abd"), span_text("abc")));
	assert_true(span_starts(span_text("abc"), "ab"));
	assert_false(span_starts(span_text("a"), "ab"));
	assert_true(span_starts(span_of(NULL, 0), ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_comes_out_in_order),
		cmocka_unit_test(it_takes_exactly_its_limit),
		cmocka_unit_test(
		    what_does_not_fit_is_not_written_at_all_nor_what_follows),
		cmocka_unit_test(a_length_that_would_overflow_fails),
		cmocka_unit_test(dropping_takes_bytes_from_the_front),
		cmocka_unit_test(growing_keeps_large_contents),
		cmocka_unit_test(an_empty_buf_gives_an_empty_text),
		cmocka_unit_test(numbers_are_put_in_decimal_digits),
		cmocka_unit_test(a_span_is_cut_at_the_first_separator),
		cmocka_unit_test(spans_compare_by_length_and_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
