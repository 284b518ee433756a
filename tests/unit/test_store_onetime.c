/* test_store_onetime.c: private halves that are destroyed, and leave no trace.
 */
#include "base/buf.h"
#include "store/onetime.h"
#include "stores.h"

static int
set_up(void **state)
{
	struct place *place = place_new();

	place_open(place);
	*state = place;
	return 0;
}

static int
tear_down(void **state)
{
	place_free(*state);
	return 0;
}

static struct store_onetime
one_at(int64_t place, int64_t made_ms)
{
	struct store_onetime one = { .place = place,
		.id = 0x80000000u + (uint32_t)place,
		.made_ms = made_ms };

	for (size_t i = 0; i < sizeof one.secret; i++)
		one.secret[i] =
		    (uint8_t)(place * 31 + (int64_t)i * (7 + place / 256) + 1);
	return one;
}

struct found {
	size_t count;
	int64_t places[ONETIME_MAX];
};

static int
note(const struct store_onetime *onetime, void *arg)
{
	struct store_onetime want = one_at(onetime->place, onetime->made_ms);
	struct found *found = arg;

	assert_int_equal(onetime->id, want.id);
	assert_memory_equal(onetime->secret, want.secret, sizeof want.secret);
	found->places[found->count++] = onetime->place;
	return 0;
}

static struct found
look(struct place *place)
{
	struct found found = { .count = 0 };

	assert_int_equal(store_onetime_each(place->store, note, &found), 0);
	return found;
}

static void
fill(struct place *place, int64_t count)
{
	assert_int_equal(store_begin(place->store), 0);
	for (int64_t i = 1; i <= count; i++) {
		struct store_onetime one = one_at(i, 1000 * i);

		assert_int_equal(store_onetime_put(place->store, &one), 0);
	}
	assert_int_equal(store_commit(place->store), 0);
}

static bool
stands_in(const char *path, struct span bytes)
{
	FILE *file = fopen(path, "r");
	struct buf buf;
	bool found = false;
	char chunk[4096];
	size_t len = 0;

	if (file == NULL)
		return false;
	buf_init(&buf, 64 * 1024 * 1024);
	while ((len = fread(chunk, 1, sizeof chunk, file)) > 0)
		buf_put(&buf, chunk, len);
	fclose(file);
	found = buf.len >= bytes.len &&
		memmem(buf.data, buf.len, bytes.data, bytes.len) != NULL;
	buf_finish(&buf);
	return found;
}

static bool
is_anywhere(const struct place *place, int64_t which)
{
	struct store_onetime one = one_at(which, 0);
	struct span secret = span_of(one.secret, sizeof one.secret);
	char log[96];

	snprintf(log, sizeof log, "%s-wal", place->path);
	return stands_in(place->path, secret) || stands_in(log, secret);
}

static void
tend(struct place *place)
{
	bool more = true;

	while (more)
		assert_int_equal(store_tend(place->store, 1, &more), 0);
}

static void
they_are_there_until_they_are_destroyed(void **state)
{
	struct place *place = *state;
	struct store_onetime beyond = one_at(ONETIME_MAX + 1, 1);
	struct found found;

	fill(place, 3);
	assert_int_equal(look(place).count, 3);
	/* One whose place has been given to another stays. */
	assert_int_equal(store_onetime_destroy(place->store, 1, 77), 0);
	assert_int_equal(
	    store_onetime_destroy(place->store, 2, one_at(2, 0).id), 0);
	found = look(place);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.places[0], 1);
	assert_int_equal(found.places[1], 3);
	assert_int_equal(
	    store_onetime_put(place->store, &beyond), CAM_ERR_LIMIT);
	place_close(place);
	place_open(place);
	assert_int_equal(look(place).count, 2);
}

/* Also where others around it come and go meanwhile. */
static void
what_is_destroyed_is_in_no_file_any_more(void **state)
{
	struct place *place = *state;

	fill(place, 300);
	tend(place);
	assert_true(is_anywhere(place, 7));
	for (int64_t i = 7; i <= 300; i += 7)
		assert_int_equal(
		    store_onetime_destroy(place->store, i, one_at(i, 0).id), 0);
	/* The log still has them, until it is emptied. */
	assert_true(is_anywhere(place, 7));
	fill(place, 6);
	tend(place);
	for (int64_t i = 1; i <= 300; i++)
		assert_int_equal(is_anywhere(place, i), i % 7 != 0);
}

static void
one_that_takes_the_place_of_another_leaves_nothing_of_it(void **state)
{
	struct place *place = *state;
	struct store_onetime other = one_at(2, 1);

	fill(place, 3);
	other.secret[0] ^= 1;
	assert_int_equal(store_onetime_put(place->store, &other), 0);
	tend(place);
	assert_false(is_anywhere(place, 2));
	assert_true(is_anywhere(place, 3));
}

/* A batch that is lost has destroyed nothing. */
static void
what_was_not_committed_is_still_there(void **state)
{
	struct place *place = *state;

	fill(place, 3);
	assert_int_equal(store_begin(place->store), 0);
	assert_int_equal(
	    store_onetime_destroy(place->store, 2, one_at(2, 0).id), 0);
	store_rollback(place->store);
	assert_int_equal(look(place).count, 3);
}

static void
those_too_old_and_those_of_the_future_go(void **state)
{
	const int64_t day_ms = 24 * 3600 * (int64_t)1000;
	struct place *place = *state;
	struct store_onetime late = one_at(9, 40 * day_ms);
	struct found found;

	fill(place, 4);
	assert_int_equal(store_onetime_put(place->store, &late), 0);
	assert_int_equal(
	    store_onetime_expire(place->store, 3000, 10 * day_ms), 0);
	found = look(place);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.places[0], 3);
	assert_int_equal(found.places[1], 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    they_are_there_until_they_are_destroyed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_is_destroyed_is_in_no_file_any_more, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    one_that_takes_the_place_of_another_leaves_nothing_of_it,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_was_not_committed_is_still_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    those_too_old_and_those_of_the_future_go, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
