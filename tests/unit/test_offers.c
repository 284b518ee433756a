/* test_offers.c: files offered and fetched between two whole camd. */
#include "offers.h"

/* -- from one to the other --------------------------------------------------
 */

static void
a_file_goes_over_whole(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "plan.bin", 300001);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row;

	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_OFFERED);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	wait_for(&pair->anna, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "plan.bin");
	row = row_of(&pair->bob, sent.id);
	assert_string_equal(row->made, "plan.bin");
	assert_true(row->done == 300001);
	assert_int_equal(row->fetches, 1);
	assert_int_equal(row->encryption, STORE_CAM1);
	free(row);
	assert_int_equal(count_in(pair->bob.folder, ".*.part"), 0);
	free(path);
}

static void
an_empty_file_goes_over(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "empty", 0);
	struct pair_sent sent = offer_path(&pair->anna, path);

	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "empty");
	free(path);
}

static void
a_folder_goes_over_whole(void **state)
{
	struct pair *pair = *state;
	char *folder = xasprintf("%s/tree", pair->anna.folder);
	char *inside = xasprintf("%s/deeper", folder), *file, *command;
	struct pair_sent sent;

	mkdir(folder, 0700);
	mkdir(inside, 0700);
	file = make_file(&pair->anna, "tree/deeper/caf\xc3\xa9.txt", 70000);
	sent = offer_path(&pair->anna, folder);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	command =
	    xasprintf("diff -r '%s' '%s/files/tree'", folder, pair->bob.folder);
	assert_int_equal(system(command), 0);
	free(command);
	free(file);
	free(inside);
	free(folder);
}

static void
no_file_is_written_over(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10), *mine;
	struct pair_sent sent = offer_path(&pair->anna, path);
	char *folder = there(&pair->bob, "");
	struct store_transfer *row;

	mkdir(folder, 0700);
	mine = make_file(&pair->bob, "files/a.txt", 20);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	row = row_of(&pair->bob, sent.id);
	assert_string_equal(row->made, "a (2).txt");
	assert_arrived(&pair->bob, path, "a (2).txt");
	free(row);
	free(mine);
	free(folder);
	free(path);
}

static void
one_that_is_done_is_fetched_again_when_wished(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct answer answer;

	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	accept_it(&pair->bob, sent.id);
	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_DONE);
	answer = accept_as(
	    &pair->bob, sent.id, (struct offer_accept){ .again = true });
	assert_int_equal(answer.err, 0);
	while (count_in(pair->bob.folder, "a*.txt") < 2)
		pair_turn(pair);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	free(path);
}

static void
a_folder_of_ones_choice_must_be_there(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct answer answer = accept_as(&pair->bob, sent.id,
	    (struct offer_accept){ .folder = "/nowhere/at/all" });

	assert_int_equal(answer.err, CAM_ERR_REQUEST);
	answer = accept_as(
	    &pair->bob, sent.id, (struct offer_accept){ .name = "../b.txt" });
	assert_string_equal(answer.reason, "name");
	answer = accept_as(&pair->bob, sent.id,
	    (struct offer_accept){
		.folder = pair->bob.folder, .name = "b.txt" });
	assert_int_equal(answer.err, 0);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_int_equal(count_in(pair->bob.folder, "b.txt"), 1);
	free(path);
}

/* -- what may not be fetched ------------------------------------------------
 */

static void
a_file_that_has_changed_is_refused(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);

	free(make_file(&pair->anna, "a.txt", 11));
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_BROKEN);
	assert_reason(&pair->bob, sent.id, "changed");
	wait_for(&pair->anna, sent.id, STORE_BROKEN);
	assert_int_equal(count_in(pair->bob.folder, "a.txt"), 0);
	free(path);
}

/* Less may be in it than when it was offered, but not more. */
static void
a_folder_that_has_grown_is_refused(void **state)
{
	struct pair *pair = *state;
	char *path = xasprintf("%s/tree", pair->anna.folder);
	struct pair_sent sent;

	assert_int_equal(mkdir(path, 0700), 0);
	free(make_file(&pair->anna, "tree/a", 1000));
	sent = offer_path(&pair->anna, path);
	free(make_file(&pair->anna, "tree/b", 1));
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_BROKEN);
	assert_reason(&pair->bob, sent.id, "changed");
	assert_int_equal(count_in(pair->bob.folder, "tree"), 0);
	free(make_file(&pair->anna, "tree/a", 999));
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	free(path);
}

/* What is open stays what it was; after a start the path must lead to it. */
static void
another_file_at_its_path_is_not_it(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	char *other = make_file(&pair->anna, "b.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);

	assert_int_equal(rename(other, path), 0);
	half_stop(&pair->anna);
	half_start(&pair->anna);
	pair_meet(pair);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_BROKEN);
	assert_reason(&pair->bob, sent.id, "changed");
	free(other);
	free(path);
}

static void
what_was_not_offered_to_him_is_unknown(void **state)
{
	struct pair *pair = *state;
	struct half *anna = &pair->anna;
	char *path = make_file(anna, "a.txt", 10);
	struct pair_sent sent = offer_path(anna, path);
	struct store_transfer *row = row_of(anna, sent.id);
	struct user *bob = half_friend(anna);
	struct user *eve = roster_add(anna->camd.roster, "eve", "pc3");

	assert_null(ask(anna, bob, sent.id, 0, row->number));
	assert_string_equal(ask(anna, eve, sent.id, 0, row->number), "unknown");
	assert_string_equal(
	    ask(anna, bob, sent.id, 0, row->number + 1), "unknown");
	assert_string_equal(
	    ask(anna, bob, "00000000000000000000000000000000", 0, row->number),
	    "unknown");
	/* Its message went over a link: nothing of it goes by IPMSG. */
	assert_string_equal(
	    ask(anna, bob, NULL, row->packet_no, row->number), "unknown");
	free(row);
	free(path);
}

static void
it_is_fetched_as_often_as_it_may_be(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer(
	    &pair->anna, (struct offering_wish){ .path = path }, 1, false);

	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	wait_for(&pair->anna, sent.id, STORE_DONE);
	(void)accept_as(
	    &pair->bob, sent.id, (struct offer_accept){ .again = true });
	wait_for(&pair->bob, sent.id, STORE_BROKEN);
	assert_reason(&pair->bob, sent.id, "spent");
	free(path);
}

static void
what_is_no_file_cannot_be_offered(void **state)
{
	struct pair *pair = *state;
	char *fifo = xasprintf("%s/fifo", pair->anna.folder);
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct half *anna = &pair->anna;

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(
	    make_offering(anna, (struct offering_wish){ .path = fifo }, 0).err,
	    CAM_ERR_REFUSED);
	assert_int_equal(
	    make_offering(anna, (struct offering_wish){ .path = "/nothing" }, 0)
		.err,
	    CAM_ERR_SYSTEM);
	/* No PNG; a copy that camd would remove, and that is none. */
	assert_int_equal(
	    make_offering(
		anna, (struct offering_wish){ .path = path, .image = true }, 0)
		.err,
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    make_offering(
		anna, (struct offering_wish){ .path = path, .spool = true }, 0)
		.err,
	    CAM_ERR_FORMAT);
	free(path);
	free(fifo);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PAIR(a_file_goes_over_whole),
		TEST_OF_PAIR(an_empty_file_goes_over),
		TEST_OF_PAIR(a_folder_goes_over_whole),
		TEST_OF_PAIR(no_file_is_written_over),
		TEST_OF_PAIR(one_that_is_done_is_fetched_again_when_wished),
		TEST_OF_PAIR(a_folder_of_ones_choice_must_be_there),
		TEST_OF_PAIR(a_file_that_has_changed_is_refused),
		TEST_OF_PAIR(a_folder_that_has_grown_is_refused),
		TEST_OF_PAIR(another_file_at_its_path_is_not_it),
		TEST_OF_PAIR(what_was_not_offered_to_him_is_unknown),
		TEST_OF_PAIR(it_is_fetched_as_often_as_it_may_be),
		TEST_OF_PAIR(what_is_no_file_cannot_be_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
