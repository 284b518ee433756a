/* test_known.c: what a camd knows of members, in short, and what it is told of
 * the rest. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "camd/org/told.h"
#include "link/known.h"
#include "link/states.h"
#include "test.h"

enum { MEMBERS = 3 * KNOWN_PAGE };

/* Digests of some members, of whom one has moved to another port (0: none). */
static struct buf
digests(uint64_t moved, uint64_t without)
{
	struct known known;
	struct buf buf;

	buf_init(&buf, KNOWN_PAGES_MAX * KNOWN_DIGEST_SIZE);
	known_begin(&known, &buf);
	for (uint64_t i = 1; i <= MEMBERS; i++) {
		struct addr addr = addr_v4(0x0a000000 + (uint32_t)i, 2425);

		addr.port += i == moved;
		if (i < without || i >= without + KNOWN_PAGE)
			known_add(&known, i, 7 + (uint32_t)i, &addr);
	}
	known_end(&known);
	assert_int_equal(buf.len, 3 * KNOWN_DIGEST_SIZE);
	return buf;
}

/* Whether two have the same page. */
static bool
share(const struct buf *a, const struct buf *b, size_t page)
{
	size_t at = page * KNOWN_DIGEST_SIZE;

	return memcmp(a->data + at, b->data + at, KNOWN_DIGEST_SIZE) == 0;
}

static void
who_knows_the_same_has_the_same_digests(void **state)
{
	struct buf a = digests(0, MEMBERS + 1), b = digests(0, MEMBERS + 1);

	for (size_t i = 0; i < 3; i++)
		assert_true(share(&a, &b, i));
	assert_false(
	    memcmp(a.data, a.data + KNOWN_DIGEST_SIZE, KNOWN_DIGEST_SIZE) == 0);
	buf_finish(&a);
	buf_finish(&b);
}

static void
who_has_moved_changes_his_page_and_no_other(void **state)
{
	struct buf a = digests(0, MEMBERS + 1);

	assert_int_equal(known_page(1), 0);
	assert_int_equal(known_page(KNOWN_PAGE), 0);
	assert_int_equal(known_page(KNOWN_PAGE + 1), 1);
	for (uint64_t moved = 1; moved <= MEMBERS; moved += KNOWN_PAGE - 1) {
		struct buf b = digests(moved, MEMBERS + 1);

		for (size_t i = 0; i < 3; i++)
			assert_int_equal(
			    share(&a, &b, i), i != known_page(moved));
		buf_finish(&b);
	}
	buf_finish(&a);
}

static void
a_page_without_members_is_a_page(void **state)
{
	struct buf a = digests(0, MEMBERS + 1);
	struct buf b = digests(0, KNOWN_PAGE + 1);

	assert_true(share(&a, &b, 0));
	assert_false(share(&a, &b, 1));
	assert_true(share(&a, &b, 2));
	buf_finish(&a);
	buf_finish(&b);
}

static int
run_of(const char *text, uint64_t *first, struct buf *states)
{
	json_t *item = json_loads(text, 0, NULL);
	int r = 0;

	assert_non_null(item);
	buf_clear(states);
	r = told_run_parse(item, first, states);
	json_decref(item);
	return r;
}

static void
runs_of_states_are_read_and_others_refused(void **state)
{
	static const char *const wrong[] = { "[]", "[1]", "[0,\"2\"]",
		"[-1,\"jw==\"]", "[1,\"jw=\"]", "[1,\"jw= \"]", "[1,2]",
		"[\"1\",\"jw==\"]", "{\"1\":\"jw==\"}" };
	/* Online, offline, two of whom nothing is said, away; filled up. */
	static const uint8_t said[] = { 2, 0, 3, 3, 1, 3, 3, 3 };
	struct buf states, text;
	uint64_t first = 0;

	buf_init(&states, SIZE_MAX);
	buf_init(&text, SIZE_MAX);
	assert_int_equal(run_of("[9,\"j38=\"]", &first, &states), 0);
	assert_int_equal(first, 9);
	assert_int_equal(states.len, sizeof said);
	assert_memory_equal(states.data, said, sizeof said);
	states_write(span_of(said, 5), &text);
	assert_true(span_equal(buf_span(&text), span_text("j38=")));
	assert_int_equal(run_of("[1,\"\"]", &first, &states), 0);
	assert_int_equal(states.len, 0);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(
		    run_of(wrong[i], &first, &states), CAM_ERR_REQUEST);
	buf_finish(&states);
	buf_finish(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_knows_the_same_has_the_same_digests),
		cmocka_unit_test(who_has_moved_changes_his_page_and_no_other),
		cmocka_unit_test(a_page_without_members_is_a_page),
		cmocka_unit_test(runs_of_states_are_read_and_others_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
