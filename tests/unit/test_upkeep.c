/* test_upkeep.c: the database is tidied when nobody waits for it. */
#include "camd/upkeep.h"
#include "store/seen.h"
#include "town.h"

static const struct store_hash old = { .hash = { 1, 2, 3 }, .expires_ms = 1 };

static void
add_old(struct store *store, void *arg)
{
	int64_t earlier;

	assert_int_equal(store_seen_add(store, &old, 0, &earlier), 0);
}

static void
look_for_old(struct store *store, void *arg)
{
	assert_int_equal(store_seen_find(store, &old, arg), 0);
}

/* -1 when it has been tidied away. */
static int64_t
find_old(struct town *town)
{
	int64_t earlier = 0;

	town_look(town, look_for_old, &earlier);
	return earlier;
}

static void
what_has_expired_is_forgotten(void **state)
{
	struct town *town = *state;

	town_look(town, add_old, NULL);
	assert_int_equal(find_old(town), 0);
	upkeep_tend(town->world.camd.upkeep);
	assert_int_equal(find_old(town), -1);
}

static void
it_waits_while_there_is_work(void **state)
{
	struct town *town = *state;
	struct look look = { .look = add_old };

	look.job.work = look_now;
	look.job.done = on_looked;
	workers_submit(town->world.camd.writer, &look.job);
	upkeep_tend(town->world.camd.upkeep);
	while (!look.done)
		world_turn(&town->world);
	assert_int_equal(find_old(town), 0);
}

static void
jobs_beside_it_are_committed(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct sent sent;

	upkeep_tend(town->world.camd.upkeep);
	sent = send_to(town, user_of(town, anna), "while it tidies");
	upkeep_touch(town->world.camd.upkeep);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_DELIVERED);
	town_restart(town);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_DELIVERED);
}

static void
it_may_end_while_it_tidies(void **state)
{
	struct town *town = town_open("");

	upkeep_tend(town->world.camd.upkeep);
	town_close(town);
	upkeep_touch(NULL);
	upkeep_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(what_has_expired_is_forgotten),
		TEST_OF_TOWN(it_waits_while_there_is_work),
		TEST_OF_TOWN(jobs_beside_it_are_committed),
		cmocka_unit_test(it_may_end_while_it_tidies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
