/* test_store_colleague.c: which cards are known, and that they go with their
 * organisation. */
#include "base/span.h"
#include "store/colleague.h"
#include "store/directory.h"
#include "store/organisation.h"
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

static int
put_text(const struct store_colleague *colleague, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 120 - len, "%lld:%u:%s ",
	    (long long)colleague->number, (unsigned)colleague->card,
	    colleague->addr);
	return 0;
}

static void
assert_kept(const struct place *place, const char *expected)
{
	char text[120] = "";

	assert_int_equal(store_colleague_each(place->store, put_text, text), 0);
	assert_string_equal(text, expected);
}

static void
put(const struct place *place, int64_t number, uint32_t card, const char *addr)
{
	const struct store_colleague colleague = { number, card, addr };

	assert_int_equal(store_colleague_put(place->store, &colleague), 0);
}

static void
the_last_card_of_each_is_kept(void **state)
{
	struct place *place = *state;

	assert_kept(place, "");
	put(place, 2, UINT32_MAX, "10.0.0.2:2425");
	put(place, 1, 7, "");
	put(place, 3, 8, "[::1]:2425");
	put(place, 2, 9, "10.0.0.3:2425");
	put(place, 3, 0, "");
	put(place, 4, 0, "");
	assert_kept(place, "1:7: 2:9:10.0.0.3:2425 ");
}

static void
they_are_forgotten_with_the_organisation(void **state)
{
	struct place *place = *state;
	int64_t number = 0;
	const struct store_organisation organisation = { .host = "",
		.name = "anna" };

	assert_int_equal(
	    store_organisation_put(place->store, &organisation), 0);
	assert_int_equal(
	    store_directory_add(place->store, span_text("a change"), &number),
	    0);
	put(place, 1, 7, "");
	assert_int_equal(store_organisation_drop(place->store), 0);
	assert_kept(place, "");
	/* The next one's directory begins anew. */
	assert_int_equal(
	    store_directory_add(place->store, span_text("another"), &number),
	    0);
	assert_int_equal(number, 1);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_last_card_of_each_is_kept),
		TEST(they_are_forgotten_with_the_organisation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
