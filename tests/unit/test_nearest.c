/* test_nearest.c: what somebody who mistyped a name may have meant. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "rpc/json.h"

static int
distance(const char *text, const char *word)
{
	struct nearest nearest;

	nearest_init(&nearest, text);
	return nearest_distance(&nearest, word);
}

static void
a_typing_error_is_near_and_two_are_farther(void **state)
{
	int one = distance("anna", "anma"), two = distance("anna", "amma");

	assert_true(one > 0);
	assert_true(two > one);
	assert_int_equal(distance("anna", "bert"), -1);
	assert_int_equal(distance("anna", "ANNA"), 0);
}

static void
each_kind_of_error_counts_one(void **state)
{
	int one = distance("carla", "carlo");

	assert_int_equal(distance("carla", "carl"), one); /* one left out */
	assert_int_equal(distance("carla", "charla"), one);
	assert_int_equal(distance("carla", "calra"), one); /* swapped */
}

static void
short_words_allow_fewer_errors(void **state)
{
	assert_int_equal(distance("ab", "xy"), -1);
	assert_int_equal(distance("a", "b"), -1);
	assert_true(distance("ab", "abx") > 0);
	assert_true(distance("message.recieved", "message.received") > 0);
}

static void
beginnings_and_insides_are_nearer_than_errors(void **state)
{
	int begins = distance("an", "anna@pc1"),
	    inside = distance("pc", "a@pc");

	assert_true(begins > 0);
	assert_true(inside > begins);
	assert_true(distance("anna", "anma") > inside);
}

static void
the_nearest_are_kept_in_order_and_once(void **state)
{
	struct nearest nearest;
	char name[16];
	json_t *names = NULL;

	nearest_init(&nearest, "user");
	for (int i = 99; i >= 10; i--) {
		snprintf(name, sizeof name, "user%d", i);
		nearest_offer(&nearest, name);
		nearest_offer(&nearest, name);
	}
	nearest_offer(&nearest, "User");
	assert_string_equal(nearest_first(&nearest), "User");
	names = json_nearest(&nearest);
	assert_int_equal(json_array_size(names), NEAREST_MAX);
	for (int i = 0; i < NEAREST_MAX - 1; i++) {
		snprintf(name, sizeof name, "user%d", 10 + i);
		assert_string_equal(
		    json_string_value(json_array_get(names, (size_t)i + 1)),
		    name);
	}
	json_decref(names);
	nearest_finish(&nearest);
	assert_null(nearest_first(&nearest));
}

static void
long_words_are_compared_by_their_beginnings(void **state)
{
	char text[3000], word[3000];

	memset(text, 'x', sizeof text);
	memset(word, 'x', sizeof word);
	text[sizeof text - 1] = word[sizeof word - 10] = '\0';
	assert_true(distance(text, word) > 0);
	word[5] = 'y';
	assert_true(distance(text, word) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_typing_error_is_near_and_two_are_farther),
		cmocka_unit_test(each_kind_of_error_counts_one),
		cmocka_unit_test(short_words_allow_fewer_errors),
		cmocka_unit_test(beginnings_and_insides_are_nearer_than_errors),
		cmocka_unit_test(the_nearest_are_kept_in_order_and_once),
		cmocka_unit_test(long_words_are_compared_by_their_beginnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
