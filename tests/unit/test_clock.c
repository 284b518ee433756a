/* test_clock.c: times as text, both ways. */
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"

/* 2026-01-31T09:30:00.125+09:00 */
#define NINE_THIRTY INT64_C(1769819400125)

static void
use_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static void
assert_parses(const char *text, int64_t expected)
{
	int64_t wall_ms = 0;

	assert_int_equal(clock_parse(text, NINE_THIRTY, &wall_ms), 0);
	if (wall_ms != expected)
		fail_msg("'%s' is %lld, not %lld", text, (long long)wall_ms,
		    (long long)expected);
}

static void
a_time_is_written_with_its_zone(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	use_zone("JST-9");
	clock_format(NINE_THIRTY, text, sizeof text);
	assert_string_equal(text, "2026-01-31T09:30:00.125+09:00");
	use_zone("NST3:30");
	clock_format(NINE_THIRTY, text, sizeof text);
	assert_string_equal(text, "2026-01-30T21:00:00.125-03:30");
	use_zone("UTC0");
	clock_format(-1, text, sizeof text);
	assert_string_equal(text, "1969-12-31T23:59:59.999+00:00");
}

static void
any_number_gives_a_text_of_the_usual_length(void **state)
{
	static const int64_t times[] = { INT64_MIN, INT64_MIN + 1,
		-62135596800000, 0, 253402300799999, INT64_MAX };
	char text[CLOCK_TEXT_SIZE];

	use_zone("JST-9");
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		clock_format(times[i], text, sizeof text);
		assert_int_equal(strlen(text), 29);
	}
}

static void
what_is_written_is_read_again(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	use_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	for (int64_t ms = -5000000000000; ms < 5000000000000;
	     ms += 12345678901) {
		clock_format(ms, text, sizeof text);
		assert_parses(text, ms);
	}
}

static void
dates_and_times_are_local(void **state)
{
	use_zone("JST-9");
	assert_parses("2026-01-31 09:30", NINE_THIRTY - 125);
	assert_parses("2026-01-31T09:30:00.1", NINE_THIRTY - 25);
	assert_parses("2026-01-31 09:30:00.125999", NINE_THIRTY);
	assert_parses("2026-01-31",
	    NINE_THIRTY - 125 - (int64_t)9 * 3600000 - 30 * 60000);
	assert_parses("09:30", NINE_THIRTY - 125);
	assert_parses("yesterday",
	    NINE_THIRTY - 125 - (int64_t)9 * 3600000 - 30 * 60000 - 86400000);
	assert_parses("2026-01-31T00:30:00Z", NINE_THIRTY - 125);
	assert_parses("2026-01-30T16:30:00-08:00", NINE_THIRTY - 125);
}

static void
ages_count_back_from_now(void **state)
{
	assert_parses("90s", NINE_THIRTY - 90000);
	assert_parses("15m", NINE_THIRTY - 15 * 60000);
	assert_parses("3h", NINE_THIRTY - 3 * 3600000);
	assert_parses("2d", NINE_THIRTY - 2 * 86400000);
	assert_parses("1w", NINE_THIRTY - 7 * 86400000);
}

static void
anything_else_is_refused(void **state)
{
	static const char *const wrong[] = { "", "s", "1", "1x", "-1d", " 1d",
		"1d ", "1.5h", "999999999999d", "2026", "2026-13-01",
		"2026-00-01", "2026-02-30", "2025-02-29", "2026-1-31",
		"2026-01-31x", "2026-01-31 ", "2026-01-31 9:30",
		"2026-01-31 24:00", "2026-01-31 09:60", "2026-01-31T09:30:00.",
		"2026-01-31T09:30:00+9", "2026-01-31T09:30:00+0900",
		"2026-01-31T09:30:00Zx", "09:30x", "9:30", ":", "-", "tomorrow",
		"0000-01-01" };
	int64_t wall_ms = 7;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (clock_parse(wrong[i], NINE_THIRTY, &wall_ms) !=
		    CAM_ERR_FORMAT)
			fail_msg("'%s' was read", wrong[i]);
	}
	assert_int_equal(wall_ms, 7);
}

static void
leap_days_are_days(void **state)
{
	use_zone("UTC0");
	assert_parses("2024-02-29", INT64_C(1709164800000));
	assert_parses("2000-02-29", INT64_C(951782400000));
}

static void
time_goes_forward(void **state)
{
	uint64_t then_ms = clock_now_ms();

	for (int i = 0; i < 1000; i++) {
		uint64_t now_ms = clock_now_ms();

		assert_true(now_ms >= then_ms);
		then_ms = now_ms;
	}
	assert_true(
	    clock_wall_ms() > NINE_THIRTY - INT64_C(10) * 366 * 86400000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_written_with_its_zone),
		cmocka_unit_test(any_number_gives_a_text_of_the_usual_length),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(dates_and_times_are_local),
		cmocka_unit_test(ages_count_back_from_now),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(leap_days_are_days),
		cmocka_unit_test(time_goes_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
