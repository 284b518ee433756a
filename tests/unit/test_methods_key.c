/* test_methods_key.c: one's own keys and those of others by the local protocol.
 */
#include "base/number.h"
#include "camd/link/identity.h"
#include "camd/people/pinning.h"
#include "crypto/safety.h"
#include "greeter.h"

static struct asker asker;

static int
setup(void **state)
{
	if (town_setup(state) != 0)
		return 1;
	asker_open(&asker, &((struct town *)*state)->world);
	return 0;
}

static int
teardown(void **state)
{
	asker_close(&asker);
	return town_teardown(state);
}

static json_t *
verify(const char *who)
{
	return ask(&asker, "key.verify",
	    json_pack("{s:s, s:i}", "who", who, "timeout_ms", 0));
}

static bool
is_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

static void
ones_own_keys_are_listed(void **state)
{
	struct town *town = *state;
	char key[2 * SIGN_KEY_SIZE + 1];
	json_t *result = ask(&asker, "key.list", NULL);
	json_t *current = json_array_get(json_object_get(result, "keys"), 0);

	hex_encode(
	    identity_user_key(town->world.camd.identity), SIGN_KEY_SIZE, key);
	assert_string_equal(text_of(result, "user_key"), key);
	assert_int_equal(strlen(text_of(result, "device")), 2 * DEVICE_ID_SIZE);
	assert_true(is_true(current, "current"));
	assert_int_equal(strlen(text_of(current, "fingerprint")), 16);
	assert_int_equal(strlen(text_of(current, "digest")), 64);
	json_decref(result);
}

static void
the_safety_number_is_that_of_both_keys(void **state)
{
	struct town *town = *state;
	char digits[SAFETY_DIGITS + 1], qr[2 * SAFETY_QR_SIZE + 1];
	uint8_t bytes[SAFETY_QR_SIZE];
	const uint8_t *ours = identity_user_key(town->world.camd.identity);
	struct greeter anna;
	json_t *result;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	(void)greet(town, &anna);
	safety_number(ours, anna.devices.user_key, digits);
	safety_qr(ours, anna.devices.user_key, bytes);
	hex_encode(bytes, sizeof bytes, qr);
	result = verify("anna");
	assert_string_equal(text_of(result, "id"), "anna@pc1");
	assert_string_equal(text_of(result, "safety_number"), digits);
	assert_string_equal(text_of(result, "qr"), qr);
	assert_false(is_true(result, "verified"));
	assert_false(is_true(result, "blocked"));
	assert_true(json_is_null(json_object_get(result, "changed")));
	assert_true(json_is_null(json_object_get(result, "compared")));
	json_decref(result);
	greeter_finish(&anna);
}

static void
an_ipmsg_key_is_shown_by_its_digest(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	uint8_t digest[SHA256_SIZE];
	char text[2 * SHA256_SIZE + 1];
	json_t *result = verify("anna");

	rsa_public_digest(rsa_key_public(anna->strong), digest);
	hex_encode(digest, sizeof digest, text);
	assert_string_equal(text_of(result, "fingerprint"), text);
	assert_string_equal(text_of(result, "algorithm"), "rsa2048");
	assert_true(json_is_null(json_object_get(result, "safety_number")));
	assert_true(json_is_null(json_object_get(result, "user_key")));
	json_decref(result);
	result = ask(&asker, "key.accept",
	    json_pack("{s:s, s:s}", "who", "anna", "key", text));
	assert_true(is_true(result, "verified"));
	json_decref(result);
	result = verify("anna");
	assert_true(is_true(result, "verified"));
	json_decref(result);
}

static void
only_the_key_that_was_shown_is_verified(void **state)
{
	struct town *town = *state;
	struct greeter anna, eve;
	json_t *result;
	char *shown;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	greeter_init(&eve, "eve", "pc6", "10.77.0.66:2425", NULL);
	(void)greet(town, &anna);
	(void)greet(town, &eve);
	result = verify("eve");
	shown = xstrdup(text_of(result, "user_key"));
	json_decref(result);
	json_decref(ask_refused(&asker, "key.accept",
	    json_pack("{s:s, s:s}", "who", "anna", "key", shown), 7, "key",
	    "not the key"));
	result = verify("anna");
	assert_false(is_true(result, "verified"));
	json_decref(result);
	free(shown);
	greeter_finish(&anna);
	greeter_finish(&eve);
}

static void
a_changed_key_is_shown_and_accepted(void **state)
{
	struct town *town = *state;
	struct greeter anna, again;
	json_t *result, *changed;
	char *key;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	greeter_init(&again, "anna", "pc1", "10.77.0.3:2425", "mac2048");
	(void)greet(town, &anna);
	result = ask(&asker, "key.accept", json_pack("{s:s}", "who", "anna"));
	assert_true(is_true(result, "verified"));
	assert_false(is_true(result, "accepted"));
	json_decref(result);
	(void)greet(town, &again);
	result = verify("anna@pc1");
	changed = json_object_get(result, "changed");
	assert_true(is_true(result, "blocked"));
	assert_true(is_true(result, "verified"));
	assert_string_not_equal(text_of(changed, "safety_number"),
	    text_of(result, "safety_number"));
	key = xstrdup(text_of(changed, "user_key"));
	json_decref(result);
	result =
	    ask(&asker, "key.accept", json_pack("{s:s}", "who", "anna@pc1"));
	assert_true(is_true(result, "accepted"));
	assert_false(is_true(result, "verified"));
	json_decref(result);
	result = verify("anna");
	assert_string_equal(text_of(result, "user_key"), key);
	assert_false(is_true(result, "blocked"));
	json_decref(result);
	free(key);
	greeter_finish(&anna);
	greeter_finish(&again);
}

static void
the_roster_shows_who_is_verified_and_blocked(void **state)
{
	struct town *town = *state;
	struct greeter anna, eve;
	json_t *result, *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	greeter_init(&eve, "anna", "pc1", "10.77.0.66:2425", NULL);
	greet(town, &anna)->peer.strength = PEER_CAM1;
	json_decref(
	    ask(&asker, "key.accept", json_pack("{s:s}", "who", "anna")));
	json_decref(
	    ask(&asker, "subscribe", json_pack("{s:[s]}", "types", "key")));
	(void)greet(town, &eve);
	json_decref(asker_event(&asker, "key.changed"));
	result = ask(&asker, "roster.list", NULL);
	user = json_array_get(json_object_get(result, "users"), 0);
	if (strcmp(text_of(user, "id"), "anna@pc1") != 0)
		user = json_array_get(json_object_get(result, "users"), 1);
	assert_string_equal(text_of(user, "id"), "anna@pc1");
	assert_string_equal(text_of(user, "encryption"), "cam1");
	assert_true(is_true(user, "verified"));
	assert_true(is_true(user, "blocked"));
	json_decref(result);
	greeter_finish(&anna);
	greeter_finish(&eve);
}

static void
without_a_key_it_is_7(void **state)
{
	struct town *town = *state;
	struct person *carl =
	    person_make(town, "carl", "pc3", "10.77.0.4:2425", NULL, false);

	person_enters(town, carl);
	json_decref(ask_refused(&asker, "key.verify",
	    json_pack("{s:s, s:i}", "who", "carl", "timeout_ms", 0), 7, "key",
	    "no key of 'carl@pc3'"));
	json_decref(
	    ask_refused(&asker, "key.accept", json_pack("{s:s}", "who", "carl"),
		7, "key", "no key of 'carl@pc3'"));
	json_decref(ask_refused(&asker, "key.verify",
	    json_pack("{s:s}", "who", "zzz"), 3, "unknown", "zzz"));
	json_decref(ask_refused(&asker, "key.verify",
	    json_pack("{s:s}", "who", "bob@pc2"), 2, "request", "oneself"));
	json_decref(ask_refused(&asker, "key.verify",
	    json_pack("{s:s, s:i}", "who", "carl", "timeout_ms", 60001), 2,
	    "request", "timeout_ms"));
}

static void
a_key_that_comes_while_it_is_waited_for_is_shown(void **state)
{
	struct town *town = *state;
	struct person *anna =
	    person_make(town, "anna", "pc1", "10.77.0.3:2425", "other", true);
	json_t *line;

	person_enters(town, anna);
	anna->silent = true;
	asker_write(&asker, "{\"jsonrpc\":\"2.0\",\"id\":\"v\",\"method\":"
			    "\"key.verify\",\"params\":{\"who\":\"anna\","
			    "\"timeout_ms\":60000}}\n");
	town_settle(town);
	assert_int_equal(asker.in.len, 0);
	person_shows(town, anna, anna->strong);
	line = asker_line(&asker);
	assert_string_equal(text_of(line, "id"), "v");
	assert_string_equal(
	    text_of(json_object_get(line, "result"), "algorithm"), "rsa2048");
	json_decref(line);
}

static void
who_waits_is_forgotten_with_his_client(void **state)
{
	struct town *town = *state;
	struct person *anna =
	    person_make(town, "anna", "pc1", "10.77.0.3:2425", "other", true);

	person_enters(town, anna);
	anna->silent = true;
	asker_write(&asker, "{\"jsonrpc\":\"2.0\",\"id\":\"v\",\"method\":"
			    "\"key.verify\",\"params\":{\"who\":\"anna\","
			    "\"timeout_ms\":60000}}\n");
	town_settle(town);
	/* camd ends with it: nothing is lost. */
}

#define TEST_OF_KEYS(test)                                                     \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_KEYS(ones_own_keys_are_listed),
		TEST_OF_KEYS(the_safety_number_is_that_of_both_keys),
		TEST_OF_KEYS(an_ipmsg_key_is_shown_by_its_digest),
		TEST_OF_KEYS(only_the_key_that_was_shown_is_verified),
		TEST_OF_KEYS(a_changed_key_is_shown_and_accepted),
		TEST_OF_KEYS(the_roster_shows_who_is_verified_and_blocked),
		TEST_OF_KEYS(without_a_key_it_is_7),
		TEST_OF_KEYS(a_key_that_comes_while_it_is_waited_for_is_shown),
		TEST_OF_KEYS(who_waits_is_forgotten_with_his_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
