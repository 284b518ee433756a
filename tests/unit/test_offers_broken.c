/* test_offers_broken.c: transfers between two camd that end before their time.
 */
#include "offers.h"

/* -- broken off -------------------------------------------------------------
 */

/* Some of it is there, and not all. */
static void
wait_for_some(struct half *half, const char *id)
{
	struct store_transfer *row = row_of(half, id);
	const struct offer_key key = { row->message, row->number, row->uid };
	struct transfers_progress progress = { 0, 0 };

	while (!transfers_progress(half->camd.transfers, &key, &progress) ||
	       progress.done == 0)
		pair_turn(half->pair);
	free(row);
}

static void
break_off(struct pair *pair, struct half *half)
{
	char *path = make_big_file(&pair->anna, BIG);
	struct pair_sent sent = offer_path(&pair->anna, path);

	accept_it(&pair->bob, sent.id);
	wait_for_some(&pair->bob, sent.id);
	half_stop(half);
	half_start(half);
	assert_int_equal(count_in(pair->bob.folder, "big.bin"), 0);
	pair_meet(pair);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	wait_for(&pair->anna, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "big.bin");
	assert_int_equal(count_in(pair->bob.folder, ".*.part"), 0);
	free(path);
}

static void
it_goes_on_when_the_receiver_was_away(void **state)
{
	struct pair *pair = *state;

	break_off(pair, &pair->bob);
}

static void
it_goes_on_when_the_sender_was_away(void **state)
{
	struct pair *pair = *state;

	break_off(pair, &pair->anna);
}

static void
cancelled_in_the_middle_it_can_go_on(void **state)
{
	struct pair *pair = *state;
	char *path = make_big_file(&pair->anna, BIG);
	struct pair_sent sent = offer_path(&pair->anna, path);

	accept_it(&pair->bob, sent.id);
	wait_for_some(&pair->bob, sent.id);
	end_it(&pair->bob, sent.id, false);
	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_CANCELLED);
	assert_int_equal(count_in(pair->bob.folder, "big.bin"), 0);
	while (half_is_busy(&pair->bob) ||
	       stage_of(&pair->anna, sent.id) == STORE_RUNNING)
		pair_turn(pair);
	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_CANCELLED);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "big.bin");
	free(path);
}

/* Breaks off in a folder of bob's, which is returned. */
static char *
break_off_in(struct pair *pair, const char *id, const char *name)
{
	char *folder = xasprintf("%s/%s", pair->bob.folder, name);

	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(
	    accept_as(&pair->bob, id,
		(struct offer_accept){ .folder = folder, .name = "mine" })
		.err,
	    0);
	wait_for_some(&pair->bob, id);
	end_it(&pair->bob, id, false);
	while (half_is_busy(&pair->bob) ||
	       stage_of(&pair->anna, id) == STORE_RUNNING)
		pair_turn(pair);
	assert_int_equal(count_in(folder, ".*.part"), 1);
	return folder;
}

static void
it_goes_on_in_the_folder_once_chosen(void **state)
{
	struct pair *pair = *state;
	char *path = make_big_file(&pair->anna, BIG);
	struct pair_sent sent = offer_path(&pair->anna, path);
	char *folder = break_off_in(pair, sent.id, "chosen");

	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	/* Its mark goes once that is committed. */
	while (count_in(folder, "*") > 1)
		pair_turn(pair);
	assert_int_equal(count_in(folder, "mine"), 1);
	free(folder);
	free(path);
}

static void
in_another_folder_it_begins_anew(void **state)
{
	struct pair *pair = *state;
	char *path = make_big_file(&pair->anna, BIG);
	struct pair_sent sent = offer_path(&pair->anna, path);
	char *folder = break_off_in(pair, sent.id, "chosen");

	assert_int_equal(accept_as(&pair->bob, sent.id,
			     (struct offer_accept){
				 .folder = pair->bob.folder, .name = "other" })
			     .err,
	    0);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	while (count_in(folder, "*") > 0)
		pair_turn(pair);
	assert_int_equal(count_in(pair->bob.folder, "other"), 1);
	free(folder);
	free(path);
}

static void
without_the_folder_once_chosen_it_begins_anew(void **state)
{
	struct pair *pair = *state;
	char *path = make_big_file(&pair->anna, BIG);
	struct pair_sent sent = offer_path(&pair->anna, path);
	char *folder = break_off_in(pair, sent.id, "chosen");
	char *command = xasprintf("rm -r '%s'", folder);

	assert_int_equal(system(command), 0);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "big.bin");
	free(command);
	free(folder);
	free(path);
}

static void
dropped_in_the_middle_nothing_stays(void **state)
{
	struct pair *pair = *state;
	char *path = make_big_file(&pair->anna, LONG);
	struct pair_sent sent = offer_path(&pair->anna, path);

	accept_it(&pair->bob, sent.id);
	wait_for_some(&pair->bob, sent.id);
	end_it(&pair->bob, sent.id, true);
	while (count_in(pair->bob.folder, ".*.part") > 0)
		pair_turn(pair);
	assert_int_equal(count_in(pair->bob.folder, "big.bin"), 0);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PAIR(it_goes_on_when_the_receiver_was_away),
		TEST_OF_PAIR(it_goes_on_when_the_sender_was_away),
		TEST_OF_PAIR(cancelled_in_the_middle_it_can_go_on),
		TEST_OF_PAIR(it_goes_on_in_the_folder_once_chosen),
		TEST_OF_PAIR(in_another_folder_it_begins_anew),
		TEST_OF_PAIR(without_the_folder_once_chosen_it_begins_anew),
		TEST_OF_PAIR(dropped_in_the_middle_nothing_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
