/* test_budget_video.c: all streams of a call keep to what the host allows. */
#include "test.h"

#include "media/budget.h"
#include "media/vpx.h"

static struct budget_state
call_of(unsigned parties)
{
	return (struct budget_state){ .parties = parties,
		.ceiling = BUDGET_DEFAULT,
		.width = 1920,
		.height = 1080,
		.rate = 30,
		.encode_us = 12000 };
}

static void
the_sum_of_all_streams_stays_within_the_ceiling(void **state)
{
	for (unsigned parties = 2; parties <= 6; parties++) {
		unsigned streams = parties * (parties - 1);
		unsigned share = budget_share(parties, BUDGET_DEFAULT);

		assert_true(streams * (share + BUDGET_VOICE) <= BUDGET_DEFAULT);
		assert_true(streams * (share + 1 + BUDGET_VOICE) >
			    BUDGET_DEFAULT - streams);
	}
	assert_int_equal(budget_share(6, 1000000), 0);
}

static void
more_people_make_smaller_pictures(void **state)
{
	static const struct {
		unsigned parties, height, rate;
	} wanted[] = { { 2, 1080, 30 }, { 3, 720, 20 }, { 4, 360, 30 },
		{ 5, 360, 20 }, { 6, 360, 15 } };

	for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		struct budget budget = { 0 };
		struct budget_state call = call_of(wanted[i].parties);
		struct budget_choice choice = budget_choose(&budget, &call, 0);

		assert_int_equal(choice.height, wanted[i].height);
		assert_int_equal(choice.width, wanted[i].height * 16 / 9);
		assert_int_equal(choice.rate, wanted[i].rate);
		assert_in_range(choice.bitrate, 1,
		    budget_share(wanted[i].parties, BUDGET_DEFAULT));
	}
}

static void
who_joins_makes_the_others_smaller_at_once(void **state)
{
	struct budget budget = { 0 };
	struct budget_state call = call_of(2);
	struct budget_choice choice = budget_choose(&budget, &call, 0);

	assert_int_equal(choice.height, 1080);
	call.parties = 6;
	choice = budget_choose(&budget, &call, 1);
	assert_int_equal(choice.height, 360);
	assert_int_equal(choice.rate, 15);
	assert_true(30 * (choice.bitrate + BUDGET_VOICE) <= BUDGET_DEFAULT);
}

static void
who_leaves_makes_them_larger_step_by_step(void **state)
{
	struct budget budget = { 0 };
	struct budget_state call = call_of(6);
	unsigned steps = 0, height, last = 0;
	uint64_t now_ms = BUDGET_BEGIN_MS;

	budget_choose(&budget, &call, 0);
	budget_choose(&budget, &call, now_ms);
	call.parties = 2;
	call.encode_us = 5000;
	for (; last < 1080 && now_ms < 120000; now_ms += 100) {
		struct budget_choice choice =
		    budget_choose(&budget, &call, now_ms);

		height = choice.height;
		assert_true(height >= last);
		steps += height > last;
		last = height;
	}
	assert_int_equal(last, 1080);
	assert_in_range(steps, 4, 8);
	assert_true(now_ms >= BUDGET_BEGIN_MS + 4ul * BUDGET_CALM_MS);
}

static void
a_slow_machine_codes_faster_then_smaller(void **state)
{
	struct budget budget = { 0 };
	struct budget_state call = call_of(2);
	struct budget_choice choice;

	call.encode_us = 1000;
	call.quantizer = 40;
	choice = budget_choose(&budget, &call, 0);
	assert_int_equal(choice.speed, VPX_SPEED_MAX);
	/* There is time: more care, a step each five seconds. */
	for (uint64_t now_ms = 0; now_ms <= 30000; now_ms += 100)
		choice = budget_choose(&budget, &call, now_ms);
	assert_int_equal(choice.speed, 0);
	/* More than 60 of 100 of 33 ms. */
	call.encode_us = 21000;
	for (unsigned i = 1; i <= VPX_SPEED_MAX; i++) {
		choice = budget_choose(&budget, &call, 30000 + i);
		assert_int_equal(choice.speed, i);
		assert_int_equal(choice.height, 1080);
	}
	choice = budget_choose(&budget, &call, 31000);
	assert_int_equal(choice.height, 720);
	/* It stays there while that takes its time. */
	call.encode_us = 12000;
	for (uint64_t now_ms = 31000; now_ms < 60000; now_ms += 100)
		choice = budget_choose(&budget, &call, now_ms);
	assert_int_equal(choice.height, 720);
}

static void
care_is_taken_only_where_it_shows(void **state)
{
	struct budget budget = { 0 };
	struct budget_state call = call_of(2);
	struct budget_choice choice = { 0 };

	call.encode_us = 1000;
	call.quantizer = 25;
	for (uint64_t now_ms = 0; now_ms <= 30000; now_ms += 100)
		choice = budget_choose(&budget, &call, now_ms);
	assert_int_equal(choice.speed, VPX_SPEED_MAX);
}

static void
a_narrow_path_counts_before_the_ceiling(void **state)
{
	struct budget budget = { 0 };
	struct budget_state call = call_of(2);
	struct budget_choice choice;

	call.path = 300000;
	choice = budget_choose(&budget, &call, 0);
	assert_int_equal(choice.height, 360);
	assert_in_range(choice.bitrate, 250000, 300000);
	call.path = 20000;
	choice = budget_choose(&budget, &call, 1);
	assert_int_equal(choice.bitrate, 0);
}

/* Simple pictures need fewer bits than most: what is fine may be larger. */
static void
simple_pictures_may_be_larger_until_they_become_coarse(void **state)
{
	struct budget budget = { 0 };
	struct budget_state call = call_of(2);
	struct budget_choice choice;
	uint64_t now_ms = 0;

	call.path = 900000;
	call.encode_us = 5000;
	call.quantizer = 10;
	choice = budget_choose(&budget, &call, 0);
	assert_int_equal(choice.height, 720);
	for (; now_ms < 20000; now_ms += 200)
		choice = budget_choose(&budget, &call, now_ms);
	assert_int_equal(choice.height, 1080);
	assert_int_equal(choice.rate, 30);
	/* Neither fine nor coarse: it stays. */
	call.quantizer = 35;
	for (; now_ms < 40000; now_ms += 200)
		choice = budget_choose(&budget, &call, now_ms);
	assert_int_equal(choice.height, 1080);
	call.quantizer = 50;
	choice = budget_choose(&budget, &call, now_ms);
	assert_int_equal(choice.height, 720);
	/* With fewer bits nothing that was earned counts. */
	call.quantizer = 10;
	call.path = 150000;
	choice = budget_choose(&budget, &call, now_ms + 200);
	assert_int_equal(choice.height, 360);
	assert_int_equal(choice.rate, 15);
}

static void
in_the_beginning_they_grow_as_soon_as_the_path_is_known(void **state)
{
	struct budget budget = { 0 };
	struct budget_state call = call_of(2);
	struct budget_choice choice;

	call.path = 1000000;
	call.encode_us = 0;
	choice = budget_choose(&budget, &call, 0);
	assert_int_equal(choice.height, 720);
	call.path = 2950000;
	/* What they take is not known yet. */
	choice = budget_choose(&budget, &call, 400);
	assert_int_equal(choice.height, 720);
	call.encode_us = 7000;
	for (uint64_t now_ms = 600; now_ms <= 1200; now_ms += 200)
		choice = budget_choose(&budget, &call, now_ms);
	assert_int_equal(choice.height, 1080);
	/* It was too much: from now on with patience. */
	call.encode_us = 30000;
	choice = budget_choose(&budget, &call, 1400);
	assert_int_equal(choice.height, 720);
	call.encode_us = 7000;
	choice = budget_choose(&budget, &call, 3000);
	assert_int_equal(choice.height, 720);
	choice = budget_choose(&budget, &call, 1400 + BUDGET_CALM_MS);
	assert_int_equal(choice.height, 1080);
}

static void
a_small_camera_is_never_enlarged(void **state)
{
	struct budget budget = { 0 };
	struct budget_state call = call_of(2);
	struct budget_choice choice;

	call.width = 641;
	call.height = 361;
	call.rate = 25;
	choice = budget_choose(&budget, &call, 0);
	assert_int_equal(choice.width, 640);
	assert_int_equal(choice.height, 360);
	assert_int_equal(choice.rate, 25);
	call = call_of(2);
	call.width = 1;
	call.height = 2;
	choice = budget_choose(&budget, &call, 1);
	assert_int_equal(choice.width, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_sum_of_all_streams_stays_within_the_ceiling),
		cmocka_unit_test(more_people_make_smaller_pictures),
		cmocka_unit_test(who_joins_makes_the_others_smaller_at_once),
		cmocka_unit_test(who_leaves_makes_them_larger_step_by_step),
		cmocka_unit_test(a_slow_machine_codes_faster_then_smaller),
		cmocka_unit_test(care_is_taken_only_where_it_shows),
		cmocka_unit_test(a_narrow_path_counts_before_the_ceiling),
		cmocka_unit_test(
		    simple_pictures_may_be_larger_until_they_become_coarse),
		cmocka_unit_test(
		    in_the_beginning_they_grow_as_soon_as_the_path_is_known),
		cmocka_unit_test(a_small_camera_is_never_enlarged),
	};

	return cmocka_run_group_tests_name(
	    "budget of video", tests, NULL, NULL);
}
