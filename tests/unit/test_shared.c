/* test_shared.c: texts that many have in common are kept once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "camd/people/shared.h"
#include "test.h"

static void
equal_texts_are_one_copy(void **state)
{
	struct shared *shared = shared_new();
	char text[] = "Sales";
	const char *one = shared_take(shared, text);
	const char *other = shared_take(shared, "Sales");

	assert_ptr_equal(one, other);
	assert_ptr_not_equal(one, text);
	memset(text, 'x', sizeof text - 1);
	assert_string_equal(one, "Sales");
	/* Bytes, not letters, and the empty one as well. */
	assert_ptr_not_equal(shared_take(shared, "sales"), one);
	assert_string_equal(shared_take(shared, ""), "");
	shared_give(shared, one);
	assert_string_equal(other, "Sales");
	shared_give(shared, other);
	shared_give(shared, shared_take(shared, "sales"));
	shared_give(shared, shared_take(shared, "sales"));
	shared_give(shared, shared_take(shared, ""));
	shared_give(shared, NULL);
	/* Two are still out: given back by taking the same. */
	one = shared_take(shared, "sales");
	shared_give(shared, one);
	shared_give(shared, one);
	one = shared_take(shared, "");
	shared_give(shared, one);
	shared_give(shared, one);
	shared_free(shared);
}

static void
a_text_given_back_by_all_is_gone(void **state)
{
	struct shared *shared = shared_new();

	for (int i = 0; i < 100000; i++) {
		char text[32];

		snprintf(text, sizeof text, "group %d", i);
		shared_give(shared, shared_take(shared, text));
	}
	shared_free(shared);
	shared_free(NULL);
}

static void
many_texts_are_told_apart(void **state)
{
	enum { COUNT = 3000 };
	struct shared *shared = shared_new();
	const char *kept[COUNT];
	char text[32];

	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof text, "group %d", i);
		kept[i] = shared_take(shared, text);
	}
	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof text, "group %d", i);
		assert_string_equal(kept[i], text);
		shared_give(shared, kept[i]);
	}
	shared_free(shared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_are_one_copy),
		cmocka_unit_test(a_text_given_back_by_all_is_gone),
		cmocka_unit_test(many_texts_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
