/* test_offers_ended.c: offers that are over: cancelled, dropped, expired. */
#include "camd/offer/sweep.h"
#include "offers.h"
#include "store/connection.h"

/* -- ended ------------------------------------------------------------------
 */

static void
one_that_is_cancelled_is_withdrawn(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);

	end_it(&pair->anna, sent.id, false);
	assert_int_equal(stage_of(&pair->anna, sent.id), STORE_CANCELLED);
	wait_for(&pair->bob, sent.id, STORE_CANCELLED);
	assert_refused(&pair->bob, sent.id, "withdrawn");
	free(path);
}

static void
one_that_is_dropped_is_declined(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row;

	end_it(&pair->bob, sent.id, true);
	wait_for(&pair->anna, sent.id, STORE_CANCELLED);
	assert_reason(&pair->anna, sent.id, "declined");
	row = row_of(&pair->bob, sent.id);
	assert_true(row->dropped);
	free(row);
	/* He may change his mind. */
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	free(path);
}

/* One ends it while the other is away, and is away himself before he is back.
 */
static void
end_unheard(struct pair *pair, struct half *ends, struct half *hears, bool drop)
{
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row;
	bool untold = true;

	half_stop(hears);
	while (half_link(ends) != NULL)
		pair_turn(pair);
	end_it(ends, sent.id, drop);
	half_stop(ends);
	half_start(hears);
	half_start(ends);
	row = row_of(ends, sent.id);
	assert_true(row->untold);
	free(row);
	assert_int_equal(stage_of(hears, sent.id), STORE_OFFERED);
	pair_meet(pair);
	wait_for(hears, sent.id, STORE_CANCELLED);
	assert_reason(hears, sent.id, drop ? "declined" : "withdrawn");
	while (untold) {
		pair_turn(pair);
		row = row_of(ends, sent.id);
		untold = row->untold;
		free(row);
	}
	free(path);
}

static void
what_was_withdrawn_is_told_when_there_is_a_link(void **state)
{
	struct pair *pair = *state;

	end_unheard(pair, &pair->anna, &pair->bob, false);
}

static void
what_was_declined_is_told_when_there_is_a_link(void **state)
{
	struct pair *pair = *state;

	end_unheard(pair, &pair->bob, &pair->anna, true);
}

static void
age_offers(struct store *store, void *arg)
{
	sqlite3_exec(
	    store->db, "UPDATE offer SET expires_ms = 1", NULL, NULL, NULL);
}

static void
after_seven_days_it_is_over(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row = row_of(&pair->anna, sent.id);
	int64_t week_ms = row->offer.expires_ms - row->time_ms;

	assert_true(week_ms == 7 * 24 * 3600 * (int64_t)1000);
	half_look(&pair->anna, age_offers, NULL);
	assert_string_equal(
	    ask(&pair->anna, half_friend(&pair->anna), sent.id, 0, row->number),
	    "expired");
	offers_expire(pair->anna.camd.offers);
	wait_for(&pair->anna, sent.id, STORE_EXPIRED);
	half_look(&pair->bob, age_offers, NULL);
	assert_refused(&pair->bob, sent.id, "expired");
	free(row);
	free(path);
}

static void
a_copy_goes_with_its_offer(void **state)
{
	struct pair *pair = *state;
	char *spool = offering_spool(&pair->anna.camd), *path;
	struct pair_sent sent;

	assert_int_equal(mkdir(spool, 0700), 0);
	path = make_file(&pair->anna, "data/spool/1", 10);
	sent = offer(&pair->anna,
	    (struct offering_wish){
		.path = path, .name = "stdin.txt", .spool = true },
	    0, false);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "stdin.txt");
	sweep(&pair->anna.camd);
	pair_settle(pair);
	assert_int_equal(count_in(spool, "1"), 1);
	end_it(&pair->anna, sent.id, false);
	while (count_in(spool, "1") > 0)
		pair_turn(pair);
	free(path);
	free(spool);
}

/* -- left behind ------------------------------------------------------------
 */

static void
only_partial_files_are_swept(void **state)
{
	static const char *const others[] = { "", ".", "..", ".x.part",
		"0123456789abcdef0123456789abcdefr1n2.part",
		".0123456789abcdef0123456789abcdefr1n2.txt",
		".0123456789abcdef0123456789abcdefr1n.part",
		".0123456789abcdef0123456789abcdefrn2.part",
		".0123456789abcdef0123456789abcdefr1n2.part.bak",
		".0123456789abcdef0123456789abcdefAr1n2.part" };

	assert_true(
	    sweep_is_part(".0123456789abcdef0123456789abcdefr1n2.part"));
	assert_true(
	    sweep_is_part(".0123456789abcdef0123456789abcdefr17n23.list"));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(sweep_is_part(others[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PAIR(one_that_is_cancelled_is_withdrawn),
		TEST_OF_PAIR(one_that_is_dropped_is_declined),
		TEST_OF_PAIR(what_was_withdrawn_is_told_when_there_is_a_link),
		TEST_OF_PAIR(what_was_declined_is_told_when_there_is_a_link),
		TEST_OF_PAIR(after_seven_days_it_is_over),
		TEST_OF_PAIR(a_copy_goes_with_its_offer),
		cmocka_unit_test(only_partial_files_are_swept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
