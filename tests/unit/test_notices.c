/* test_notices.c: senders of sealed messages hear that they were opened, until
 * they confirm it (reference 3.5). */
#include "camd/message/inbox.h"
#include "camd/message/notices.h"
#include "store/notice.h"
#include "town.h"

static int
count_notice(const struct store_notice *notice, void *arg)
{
	++*(size_t *)arg;
	return 0;
}

static void
count_notices(struct store *store, void *arg)
{
	assert_int_equal(store_notice_each(store, count_notice, arg), 0);
}

/* Not yet confirmed, in the database. */
static size_t
unconfirmed(struct town *town)
{
	size_t count = 0;

	town_look(town, count_notices, &count);
	return count;
}

static void
find_newest(struct store *store, void *arg)
{
	for (int64_t row = 1; row < 100; row++) {
		struct store_message *message = NULL;

		if (store_message_get(store, row, &message) == 0)
			memcpy(arg, message->id, ID_SIZE);
		free(message);
	}
}

static void
on_opened(void *arg, int err, json_t *message)
{
	assert_int_equal(err, 0);
	*(bool *)arg = true;
}

static void
open_newest(struct town *town)
{
	char id[ID_SIZE] = "";
	bool opened = false;

	town_settle(town);
	town_look(town, find_newest, id);
	inbox_open(town->world.camd.inbox, id, on_opened, &opened);
	while (!opened)
		world_turn(&town->world);
	town_settle(town);
}

static void
hear_sealed(struct town *town, struct person *person)
{
	person_seals(town, person, SEALED_STRONG,
	    MESSAGE_SECRET | MESSAGE_READCHECK, span_of("secret", 7));
	town_settle(town);
}

static void
one_that_is_confirmed_is_done_with(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);

	hear_sealed(town, anna);
	open_newest(town);
	assert_int_equal(caught_count(&town->twin, COMMAND_READMSG), 1);
	assert_int_equal(unconfirmed(town), 0);
	person_enters(town, anna);
	town_settle(town);
	assert_int_equal(caught_count(&town->twin, COMMAND_READMSG), 1);
}

static void
who_is_away_is_told_when_he_returns_also_after_a_restart(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);

	hear_sealed(town, anna);
	anna->silent = true;
	open_newest(town);
	town_lose_patience(town);
	assert_int_equal(unconfirmed(town), 1);
	town_restart(town);
	assert_int_equal(caught_count(&town->twin, COMMAND_READMSG), 0);
	anna->silent = false;
	person_enters(town, anna);
	town_settle(town);
	assert_int_equal(caught_count(&town->twin, COMMAND_READMSG), 1);
	assert_int_equal(unconfirmed(town), 0);
}

static void
who_never_confirms_has_been_told_after_three_rounds(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);

	hear_sealed(town, anna);
	anna->silent = true;
	open_newest(town);
	for (int i = 0; i < 5; i++) {
		town_lose_patience(town);
		person_enters(town, anna);
		town_settle(town);
	}
	assert_int_equal(caught_count(&town->twin, COMMAND_READMSG), 3 * 12);
	assert_int_equal(unconfirmed(town), 0);
}

static void
while_one_is_told_it_is_not_told_twice(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);

	hear_sealed(town, anna);
	anna->silent = true;
	open_newest(town);
	for (int i = 0; i < 3; i++) {
		person_enters(town, anna);
		town_settle(town);
	}
	assert_int_equal(caught_count(&town->twin, COMMAND_READMSG), 1);
}

static void
those_that_wait_at_the_end_are_let_go(void **state)
{
	struct town *town = town_open("");
	struct person *anna = town_add_anna(town);

	hear_sealed(town, anna);
	anna->silent = true;
	open_newest(town);
	town_close(town);
	notices_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(one_that_is_confirmed_is_done_with),
		TEST_OF_TOWN(
		    who_is_away_is_told_when_he_returns_also_after_a_restart),
		TEST_OF_TOWN(
		    who_never_confirms_has_been_told_after_three_rounds),
		TEST_OF_TOWN(while_one_is_told_it_is_not_told_twice),
		cmocka_unit_test(those_that_wait_at_the_end_are_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
