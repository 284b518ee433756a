/* test_progress.c: the line that shows how far it is. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cam/progress.h"

static char line[4096];

static size_t
draw(const struct progress_view *view, size_t columns)
{
	struct buf out;
	char *text;

	buf_init(&out, sizeof line);
	progress_line(&out, view, columns, false);
	text = buf_steal_text(&out);
	assert_non_null(text);
	snprintf(line, sizeof line, "%s", text);
	free(text);
	return text_width(span_text(line));
}

static void
name_part_bar_bytes_rate_and_time_left_are_shown(void **state)
{
	const struct progress_view view = { .name = "report.pdf",
		.done = 512 << 20,
		.size = 1 << 30,
		.rate = 64 << 20 };

	assert_int_equal(draw(&view, 80), 80);
	assert_ptr_equal(strstr(line, "report.pdf "), line);
	assert_non_null(strstr(line, " 50%  \u2588"));
	assert_non_null(strstr(line, "\u2588\u2591"));
	assert_non_null(strstr(line, "512 MiB    64 MiB/s     0:08"));
}

static void
it_fits_any_width(void **state)
{
	const struct progress_view views[] = {
		{ .name = "\u4f1a\u8b70\u306e\u8b70\u4e8b\u9332.pdf",
		    .done = 1023ull << 30,
		    .size = 1024ull << 40,
		    .rate = 1023 << 10 },
		{ .name = "x", .done = 5, .size = PROGRESS_UNKNOWN },
		{ .name = "a name", .note = "waiting for anna@pc1: timed out" },
		{ .name = "", .size = 0 },
	};

	for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
		for (size_t columns = 0; columns < 300; columns++)
			assert_in_range(draw(&views[i], columns), 0, columns);
	}
}

static void
what_is_least_important_goes_first(void **state)
{
	const struct progress_view view = {
		.name = "report.pdf", .done = 1, .size = 2, .rate = 1
	};

	draw(&view, 34);
	assert_null(strstr(line, " B "));
	assert_non_null(strstr(line, "1 B/s"));
	draw(&view, 24);
	assert_null(strstr(line, "B/s"));
	assert_non_null(strstr(line, "0:01"));
	draw(&view, 14);
	assert_null(strstr(line, "0:01"));
	assert_non_null(strstr(line, "50%"));
	assert_non_null(strstr(line, "report.p"));
}

static void
an_unknown_end_has_neither_bar_nor_time_left(void **state)
{
	const struct progress_view view = { .name = "stdin",
		.done = 3 << 20,
		.size = PROGRESS_UNKNOWN,
		.rate = 1 << 20 };

	draw(&view, 80);
	assert_null(strstr(line, "%"));
	assert_null(strstr(line, ":"));
	assert_null(strstr(line, "\u2591"));
	assert_non_null(strstr(line, "3.0 MiB"));
	assert_non_null(strstr(line, "1.0 MiB/s"));
}

static void
time_left_is_in_hours_where_it_must_and_unknown_without_a_rate(void **state)
{
	struct progress_view view = { .name = "x", .size = 7300, .rate = 1 };

	draw(&view, 80);
	assert_non_null(strstr(line, "2:01:40"));
	view.rate = 0;
	draw(&view, 80);
	assert_non_null(strstr(line, "-:--"));
	view.rate = 1;
	view.size = UINT64_MAX - 1;
	draw(&view, 80);
	assert_non_null(strstr(line, "-:--"));
}

static void
a_name_is_shown_as_what_it_is(void **state)
{
	const struct progress_view view = {
		.name = "a\033[2Jb\nc", .done = 2, .size = 1
	};

	draw(&view, 100);
	assert_null(strchr(line, '\033'));
	assert_null(strchr(line, '\n'));
	assert_non_null(strstr(line, "100%"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    name_part_bar_bytes_rate_and_time_left_are_shown),
		cmocka_unit_test(it_fits_any_width),
		cmocka_unit_test(what_is_least_important_goes_first),
		cmocka_unit_test(an_unknown_end_has_neither_bar_nor_time_left),
		cmocka_unit_test(
		    time_left_is_in_hours_where_it_must_and_unknown_without_a_rate),
		cmocka_unit_test(a_name_is_shown_as_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
