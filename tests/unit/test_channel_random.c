/* test_channel_random.c: two channels that open, send, ask, close and break off
 * at random, with their bytes in any pieces: make check-channel does more. */
#include "test.h"

#include "channel_model.h"

enum { SEEDS = 60, STEPS = 1500 };

static void
whatever_two_do_each_is_told_what_the_other_said(void **state)
{
	struct model *model = model_new();

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		model_run(model, seed, STEPS);
	/* Much of everything has happened. */
	assert_true(model->items > 5000);
	assert_true(model->requests > 5000);
	assert_true(model->breaks > 3);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    whatever_two_do_each_is_told_what_the_other_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
