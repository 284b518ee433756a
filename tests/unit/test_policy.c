/* test_policy.c: what an organisation rules: the nearest group counts, and
 * nobody but its server says it. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/crypto.h"
#include "org/policy.h"
#include "test.h"

struct fixture {
	struct crypto *crypto;
	struct sign_key *server;
	uint8_t key[SIGN_KEY_SIZE];
	struct policy policy;
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof *fixture);
	struct policy *policy = &fixture->policy;

	fixture->crypto = crypto_new();
	assert_int_equal(sign_key_generate(&fixture->server), 0);
	sign_key_public(fixture->server, fixture->key);
	policy->serial = 3;
	policy->time_ms = 1792000000123;
	assert_int_equal(policy_set(policy, "", POLICY_CALLS, POLICY_OFF), 0);
	assert_int_equal(
	    policy_set(policy, "Sales", POLICY_CALLS, POLICY_ON), 0);
	assert_int_equal(
	    policy_set(policy, "Sales/North", POLICY_FILES, POLICY_RECEIVE), 0);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	sign_key_free(fixture->server);
	crypto_free(fixture->crypto);
	free(fixture);
	return 0;
}

static void
of_several_rules_that_of_the_nearest_group_counts(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	assert_int_equal(policy_get(policy, "", POLICY_CALLS), POLICY_OFF);
	assert_int_equal(policy_get(policy, "Staff", POLICY_CALLS), POLICY_OFF);
	assert_int_equal(policy_get(policy, "Sales", POLICY_CALLS), POLICY_ON);
	assert_int_equal(
	    policy_get(policy, "sales/North", POLICY_CALLS), POLICY_ON);
	assert_int_equal(
	    policy_get(policy, "Salesmen", POLICY_CALLS), POLICY_OFF);
	assert_int_equal(policy_get(policy, "Sales", POLICY_FILES), POLICY_ON);
	assert_int_equal(
	    policy_get(policy, "Sales/North/1", POLICY_FILES), POLICY_RECEIVE);
	assert_int_equal(policy_get(policy, "Sales", POLICY_RELAY), POLICY_ON);
}

static void
a_rule_is_changed_and_taken_back(void **state)
{
	struct fixture *fixture = *state;
	struct policy *policy = &fixture->policy;

	assert_int_equal(
	    policy_set(policy, "SALES", POLICY_CALLS, POLICY_OFF), 0);
	assert_int_equal(policy->count, 3);
	assert_int_equal(policy_get(policy, "Sales", POLICY_CALLS), POLICY_OFF);
	assert_int_equal(policy_unset(policy, "", POLICY_CALLS), 0);
	assert_int_equal(policy_get(policy, "Staff", POLICY_CALLS), POLICY_ON);
	assert_int_equal(
	    policy_unset(policy, "", POLICY_CALLS), CAM_ERR_UNKNOWN);
	assert_int_equal(policy_set(policy, "a//b", POLICY_CALLS, POLICY_OFF),
	    CAM_ERR_FORMAT);
}

static void
there_is_a_greatest_number_of_rules(void **state)
{
	struct fixture *fixture = *state;
	char group[8] = "g00";

	while (fixture->policy.count < POLICY_RULES_MAX) {
		group[1] = (char)('0' + fixture->policy.count / 10);
		group[2] = (char)('0' + fixture->policy.count % 10);
		assert_int_equal(policy_set(&fixture->policy, group,
				     POLICY_FILES, POLICY_OFF),
		    0);
	}
	assert_int_equal(
	    policy_set(&fixture->policy, "more", POLICY_FILES, POLICY_OFF),
	    CAM_ERR_FULL);
}

static void
it_says_after_parsing_what_was_put_in(void **state)
{
	struct fixture *fixture = *state;
	struct policy got;
	struct buf buf;

	buf_init(&buf, POLICY_BYTES_MAX);
	assert_int_equal(
	    policy_build(&fixture->policy, fixture->server, &buf), 0);
	assert_int_equal(policy_parse(buf_span(&buf), fixture->key, &got), 0);
	assert_int_equal(got.serial, 3);
	assert_int_equal(got.time_ms, 1792000000123);
	assert_int_equal(got.count, 3);
	assert_int_equal(policy_get(&got, "Sales", POLICY_CALLS), POLICY_ON);
	assert_int_equal(policy_get(&got, "", POLICY_CALLS), POLICY_OFF);
	buf_finish(&buf);
}

static void
every_changed_bit_and_every_lost_byte_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct policy got;
	struct buf buf;

	buf_init(&buf, POLICY_BYTES_MAX);
	assert_int_equal(
	    policy_build(&fixture->policy, fixture->server, &buf), 0);
	for (size_t bit = 0; bit < 8 * buf.len; bit++) {
		buf.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_true(
		    policy_parse(buf_span(&buf), fixture->key, &got) < 0);
		buf.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	for (size_t len = 0; len < buf.len; len++)
		assert_true(policy_parse(span_of(buf.data, len), fixture->key,
				&got) < 0);
	fixture->key[0] ^= 1;
	assert_true(policy_parse(buf_span(&buf), fixture->key, &got) < 0);
	buf_finish(&buf);
}

static void
words_are_those_of_the_manual(void **state)
{
	enum policy_key key;
	enum policy_value value;

	assert_int_equal(policy_key_parse("legacy", &key), 0);
	assert_string_equal(policy_key_name(key), "legacy");
	assert_int_equal(policy_value_parse("receive", key, &value), 0);
	assert_string_equal(policy_value_name(value), "receive");
	assert_int_equal(policy_value_parse("receive", POLICY_CALLS, &value),
	    CAM_ERR_FORMAT);
	assert_int_equal(policy_key_parse("", &key), CAM_ERR_UNKNOWN);
	assert_null(policy_key_name(200));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    of_several_rules_that_of_the_nearest_group_counts, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_rule_is_changed_and_taken_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    there_is_a_greatest_number_of_rules, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    it_says_after_parsing_what_was_put_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    every_changed_bit_and_every_lost_byte_is_refused, set_up,
		    tear_down),
		cmocka_unit_test(words_are_those_of_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
