/* test_offers_policy.c: what is taken unasked, and what is not. */
#include "camd/message/inbox.h"
#include "camd/people/marks.h"
#include "offers.h"

/* -- policy -----------------------------------------------------------------
 */

static void
set(struct half *half, const char *key, const char *value)
{
	char *problem = NULL;

	assert_int_equal(
	    settings_set(half->camd.settings, key, value, &problem), 0);
}

static void
always_fetches_at_once(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent;

	set(&pair->bob, "file.accept", "always");
	sent = offer_path(&pair->anna, path);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "a.txt");
	free(path);
}

static void
never_says_so(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent;

	set(&pair->bob, "file.accept", "never");
	sent = offer_path(&pair->anna, path);
	wait_for(&pair->anna, sent.id, STORE_CANCELLED);
	assert_reason(&pair->anna, sent.id, "declined");
	assert_refused(&pair->bob, sent.id, "refused");
	free(path);
}

static void
what_is_set_for_a_user_goes_before(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent;

	set(&pair->bob, "file.accept", "always");
	marks_accept(
	    pair->bob.camd.roster, half_friend(&pair->bob), USER_ACCEPT_ASK);
	sent = offer_path(&pair->anna, path);
	pair_settle(pair);
	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_OFFERED);
	free(path);
}

static void
beyond_its_quota_always_asks(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 600);
	struct pair_sent first, second;

	set(&pair->bob, "file.accept", "always");
	set(&pair->bob, "file.quota", "1000");
	first = offer_path(&pair->anna, path);
	wait_for(&pair->bob, first.id, STORE_DONE);
	second = offer_path(&pair->anna, path);
	pair_settle(pair);
	assert_int_equal(stage_of(&pair->bob, second.id), STORE_OFFERED);
	accept_it(&pair->bob, second.id);
	wait_for(&pair->bob, second.id, STORE_DONE);
	free(path);
}

static void
on_opened(void *arg, int err, json_t *message)
{
	*(bool *)arg = true;
	assert_int_equal(err, 0);
}

static void
a_sealed_one_is_nobodys_before_it_is_opened(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent;
	bool opened = false;

	set(&pair->bob, "file.accept", "always");
	sent =
	    offer(&pair->anna, (struct offering_wish){ .path = path }, 0, true);
	pair_settle(pair);
	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_OFFERED);
	assert_refused(&pair->bob, sent.id, "sealed");
	inbox_open(pair->bob.camd.inbox, sent.id, on_opened, &opened);
	while (!opened)
		pair_turn(pair);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	free(path);
}

static void
a_picture_comes_with_its_message(void **state)
{
	static const uint8_t png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a,
		'\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 1, 0, 0, 0, 1 };
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "x.png", 0);
	FILE *file = fopen(path, "w");
	struct pair_sent sent;
	struct store_transfer *row;

	assert_int_equal(fwrite(png, 1, sizeof png, file), sizeof png);
	fclose(file);
	sent = offer(&pair->anna,
	    (struct offering_wish){ .path = path, .image = true }, 0, false);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	row = row_of(&pair->bob, sent.id);
	assert_non_null(strstr(row->folder, "/data/images"));
	free(row);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PAIR(always_fetches_at_once),
		TEST_OF_PAIR(never_says_so),
		TEST_OF_PAIR(what_is_set_for_a_user_goes_before),
		TEST_OF_PAIR(beyond_its_quota_always_asks),
		TEST_OF_PAIR(a_sealed_one_is_nobodys_before_it_is_opened),
		TEST_OF_PAIR(a_picture_comes_with_its_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
