/* test_rowset.c: the sets of rows of a block: packed, damaged, gone through. */
#include "draw.h"
#include "store/rowset.h"
#include "stores.h"

/* -- sets -------------------------------------------------------------------
 */

static void
check_packing(const struct rowset *set)
{
	struct rowset back = { 0 };
	struct buf packed;

	buf_init(&packed, 1 + ROWSET_SIZE / 8);
	rowset_pack(set, &packed);
	assert_false(buf_failed(&packed));
	assert_int_equal(rowset_unpack(buf_span(&packed), &back), 0);
	assert_memory_equal(&back, set, sizeof back);
	buf_finish(&packed);
}

static void
a_set_survives_packing_whatever_is_in_it(void **state)
{
	struct rowset set = { 0 };

	check_packing(&set);
	rowset_add_range(&set, 0, ROWSET_SIZE - 1);
	check_packing(&set);
	for (size_t distance = 1; distance <= ROWSET_SIZE; distance *= 2) {
		for (size_t wide = 1; wide <= 2; wide++) {
			set = (struct rowset){ 0 };
			for (size_t row = draw(distance); row < ROWSET_SIZE;
			     row += 1 + draw(distance * wide))
				rowset_add(&set, row);
			check_packing(&set);
		}
	}
	set = (struct rowset){ 0 };
	rowset_add(&set, 0);
	check_packing(&set);
	rowset_add(&set, ROWSET_SIZE - 1);
	check_packing(&set);
}

static void
rows_are_taken_from_either_end(void **state)
{
	static const size_t rows[] = { 0, 63, 64, 700, ROWSET_SIZE - 1 };
	enum { COUNT = sizeof rows / sizeof *rows };
	struct rowset up = { 0 }, down;
	size_t row = 0;

	for (size_t i = 0; i < COUNT; i++)
		rowset_add(&up, rows[i]);
	down = up;
	assert_int_equal(rowset_count(&up), COUNT);
	assert_true(rowset_has_more(&up, COUNT - 1));
	assert_false(rowset_has_more(&up, COUNT));
	for (size_t i = 0; i < COUNT; i++) {
		assert_true(rowset_take(&up, true, &row));
		assert_int_equal(row, rows[i]);
		assert_true(rowset_take(&down, false, &row));
		assert_int_equal(row, rows[COUNT - 1 - i]);
	}
	assert_false(rowset_take(&up, true, &row));
	assert_false(rowset_take(&down, false, &row));
}

static void
a_range_has_its_ends_and_all_between(void **state)
{
	for (int i = 0; i < 200; i++) {
		size_t first = draw(ROWSET_SIZE), last = first;
		struct rowset set = { 0 };
		size_t row = 0;

		last += draw(i % 2 == 0 ? 100 : ROWSET_SIZE);
		last = last < ROWSET_SIZE ? last : ROWSET_SIZE - 1;
		rowset_add_range(&set, first, last);
		assert_int_equal(rowset_count(&set), last - first + 1);
		assert_true(rowset_take(&set, true, &row));
		assert_int_equal(row, first);
		if (last > first)
			assert_true(rowset_take(&set, false, &row));
		assert_int_equal(row, last);
	}
}

static void
a_damaged_set_is_refused(void **state)
{
	static const uint8_t far[] = { 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0 };
	uint8_t bytes[2 + ROWSET_SIZE / 8] = { 0 };
	struct rowset set = { 0 };

	assert_int_equal(
	    rowset_unpack(span_of(bytes, 0), &set), CAM_ERR_FORMAT);
	assert_int_equal(
	    rowset_unpack(span_of(bytes, sizeof bytes), &set), CAM_ERR_FORMAT);
	bytes[0] = 16;
	assert_int_equal(
	    rowset_unpack(span_of(bytes, 20), &set), CAM_ERR_FORMAT);
	/* A row beyond the block, and a code that breaks off. */
	bytes[0] = 1;
	bytes[sizeof bytes - 1] = 0x10;
	bytes[2100] = 1;
	assert_int_equal(
	    rowset_unpack(span_of(bytes, sizeof bytes), &set), CAM_ERR_FORMAT);
	bytes[0] = 15;
	bytes[1] = 1;
	assert_int_equal(
	    rowset_unpack(span_of(bytes, 2), &set), CAM_ERR_FORMAT);
	/* Zeros fill the last byte. */
	assert_int_equal(rowset_unpack(span_of(far, sizeof far), &set), 0);
	assert_int_equal(rowset_count(&set), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_survives_packing_whatever_is_in_it),
		cmocka_unit_test(rows_are_taken_from_either_end),
		cmocka_unit_test(a_range_has_its_ends_and_all_between),
		cmocka_unit_test(a_damaged_set_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
