/* test_trust_changed.c: other keys than those that were pinned. */
#include "trusts.h"

static void
accept_key(struct town *town, struct user *user)
{
	struct outcome outcome = { .done = false };

	assert_int_equal(
	    trust_accept(trust_of(town), user, on_outcome, &outcome), 0);
	while (!outcome.done)
		world_turn(&town->world);
	assert_int_equal(outcome.err, 0);
	town_settle(town);
}

/* -- other keys ------------------------------------------------------------ */

static void
another_key_under_a_name_is_a_user_of_its_own_and_loud(void **state)
{
	struct town *town = *state;
	struct greeter anna, eve;
	struct asker asker;
	struct user *user, *other;
	json_t *event, *told;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", "other2048");
	greeter_init(&eve, "anna", "pc1", "10.77.0.66:2425", NULL);
	user = greet(town, &anna);
	asker_open(&asker, &town->world);
	json_decref(
	    ask(&asker, "subscribe", json_pack("{s:[s]}", "types", "key")));
	other = greet(town, &eve);
	assert_ptr_not_equal(other, user);
	assert_key(town, user, &anna);
	assert_key(town, other, &eve);
	event = asker_event(&asker, "key.changed");
	told = json_object_get(event, "user");
	assert_string_equal(text_of(told, "id"), "anna@pc1");
	assert_string_equal(text_of(event, "id"), "anna@pc1");
	assert_ptr_equal(by_id(town, text_of(event, "other")), other);
	assert_false(json_is_true(json_object_get(event, "blocked")));
	assert_int_equal(strlen(text_of(event, "new")), 64);
	json_decref(event);
	/* Nobody was verified: nothing is blocked. */
	assert_false(trust_is_blocked(trust_of(town), user));
	asker_close(&asker);
	greeter_finish(&anna);
	greeter_finish(&eve);
}

static void
a_verified_user_is_blocked_by_another_key_until_people_decide(void **state)
{
	struct town *town = *state;
	struct greeter anna, eve;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", "other2048");
	greeter_init(&eve, "anna", "pc1", "10.77.0.66:2425", NULL);
	user = greet(town, &anna);
	verify(town, user);
	(void)greet(town, &eve);
	assert_true(trust_is_blocked(trust_of(town), user));
	assert_true(trust_is_verified(trust_of(town), user));
	/* That she comes back says nothing of who is right. */
	(void)greet(town, &anna);
	assert_true(trust_is_blocked(trust_of(town), user));
	/* They have compared: it was the first. */
	verify(town, user);
	assert_false(trust_is_blocked(trust_of(town), user));
	/* Who is known now is no news. */
	(void)greet(town, &eve);
	assert_false(trust_is_blocked(trust_of(town), user));
	greeter_finish(&anna);
	greeter_finish(&eve);
}

static void
a_pinned_ipmsg_key_with_another_user_key_is_a_changed_key(void **state)
{
	struct town *town = *state;
	struct greeter anna, again;
	struct user *user, *other;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", "other2048");
	greeter_init(&again, "anna", "pc1", "10.77.0.3:2425", "other2048");
	(void)town_add_anna(town);
	user = greet(town, &anna);
	assert_non_null(user->pin);
	verify(town, user);
	other = greet(town, &again);
	assert_ptr_not_equal(other, user);
	assert_key(town, user, &anna);
	assert_non_null(user->pin);
	assert_null(other->pin);
	assert_true(trust_is_blocked(trust_of(town), user));
	assert_ptr_equal(trust_challenger(trust_of(town), user), other);
	greeter_finish(&anna);
	greeter_finish(&again);
}

static void
an_accepted_key_takes_the_place_of_the_old_one(void **state)
{
	struct town *town = *state;
	struct greeter anna, again;
	struct user *user;
	int64_t uid;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", "other2048");
	greeter_init(&again, "anna", "pc1", "10.77.0.35:2425", "mac2048");
	user = greet(town, &anna);
	uid = user->uid;
	marks_alias(town->world.camd.roster, user, "Sister");
	verify(town, user);
	(void)greet(town, &again);
	assert_int_equal(count_users(town), 2);
	accept_key(town, user);
	assert_int_equal(count_users(town), 1);
	user = by_id(town, "anna@pc1");
	assert_int_equal(user->uid, uid);
	assert_string_equal(user->alias, "Sister");
	assert_key(town, user, &again);
	assert_at(user, "10.77.0.35:2425");
	/* Accepted is not compared. */
	assert_false(trust_is_verified(trust_of(town), user));
	assert_false(trust_is_blocked(trust_of(town), user));
	assert_null(trust_challenger(trust_of(town), user));
	assert_ptr_equal(greet(town, &again), user);
	/* It is so after a restart; the old key is somebody else. */
	town_restart(town);
	user = by_id(town, "anna@pc1");
	assert_key(town, user, &again);
	assert_false(trust_is_verified(trust_of(town), user));
	assert_ptr_not_equal(greet(town, &anna), user);
	greeter_finish(&anna);
	greeter_finish(&again);
}

static void
there_is_nothing_to_accept_where_nobody_has_shown_another_key(void **state)
{
	struct town *town = *state;
	struct greeter anna;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	user = greet(town, &anna);
	assert_int_equal(
	    trust_accept(trust_of(town), user, NULL, NULL), CAM_ERR_UNKNOWN);
	assert_key(town, user, &anna);
	greeter_finish(&anna);
}

static void
nobody_is_verified_without_a_key(void **state)
{
	struct town *town = *state;
	struct person *carl =
	    person_make(town, "carl", "pc3", "10.77.0.4:2425", NULL, false);

	person_enters(town, carl);
	assert_int_equal(
	    trust_verify(trust_of(town), user_of(town, carl), NULL, NULL),
	    CAM_ERR_KEY);
}

/* Whatever happens, who is shown as verified has the key that was compared. */
static void
verified_is_only_the_key_that_was_compared(void **state)
{
	struct town *town = *state;
	struct greeter who[3];
	const uint8_t *compared = NULL;
	unsigned seed = 1;

	greeter_init(&who[0], "anna", "pc1", "10.77.0.3:2425", "other2048");
	greeter_init(&who[1], "anna", "pc1", "10.77.0.4:2425", "mac2048");
	greeter_init(&who[2], "anna", "pc1", "10.77.0.5:2425", "other2048");
	for (int step = 0; step < 120; step++) {
		struct user *user = by_id(town, "anna@pc1");
		const uint8_t *key;

		seed = seed * 1103515245 + 12345;
		switch (user != NULL ? seed >> 16 & 7 : 0) {
		case 6:
			verify(town, user);
			break;
		case 7:
			if (trust_challenger(trust_of(town), user) != NULL)
				accept_key(town, user);
			break;
		case 5:
			town_restart(town);
			break;
		default:
			(void)greet(town, &who[(seed >> 20) % 3]);
		}
		user = by_id(town, "anna@pc1");
		key = trust_user_key(trust_of(town), user);
		if ((seed >> 16 & 7) == 6)
			for (int i = 0; i < 3; i++)
				if (key != NULL &&
				    memcmp(key, who[i].devices.user_key,
					SIGN_KEY_SIZE) == 0)
					compared = who[i].devices.user_key;
		if (!trust_is_verified(trust_of(town), user))
			continue;
		assert_non_null(compared);
		assert_memory_equal(key, compared, SIGN_KEY_SIZE);
	}
	for (int i = 0; i < 3; i++)
		greeter_finish(&who[i]);
}

/* -- users with IPMSG keys only -------------------------------------------- */

static void
a_compared_ipmsg_key_is_verified_and_stays_so(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);

	assert_false(trust_is_verified(trust_of(town), user_of(town, anna)));
	verify(town, user_of(town, anna));
	town_restart(town);
	assert_true(trust_is_verified(trust_of(town), user_of(town, anna)));
}

static void
another_ipmsg_key_blocks_who_was_verified_by_one(void **state)
{
	struct town *town = *state;
	struct person *dora =
	    person_make(town, "dora", "pc4", "10.77.0.4:2425", "other", false);
	struct person *again =
	    person_make(town, "dora", "pc4", "10.77.0.66:2425", "mac", false);
	struct user *user;

	person_enters(town, dora);
	send_to(town, user_of(town, dora), "pins your key");
	user = user_of(town, dora);
	verify(town, user);
	person_enters(town, again);
	town_settle(town);
	assert_true(trust_is_blocked(trust_of(town), user));
	town_restart(town);
	user = by_id(town, "dora@pc4");
	assert_true(trust_is_blocked(trust_of(town), user));
	accept_key(town, user);
	assert_false(trust_is_verified(trust_of(town), user));
	assert_true(
	    rsa_public_equal(user->peer.key, rsa_key_public(again->strong)));
	town_restart(town);
	user = by_id(town, "dora@pc4");
	assert_true(
	    rsa_public_equal(user->peer.key, rsa_key_public(again->strong)));
	assert_false(trust_is_verified(trust_of(town), user));
	verify(town, user);
	town_restart(town);
	assert_true(trust_is_verified(trust_of(town), by_id(town, "dora@pc4")));
	assert_int_equal(count_users(town), 1);
}

static void
who_enters_under_a_verified_name_is_asked_for_his_key(void **state)
{
	struct town *town = *state;
	struct person *dora =
	    person_make(town, "dora", "pc4", "10.77.0.4:2425", "other", true);
	struct person *eve =
	    person_make(town, "dora", "pc4", "10.77.0.66:2425", "mac", true);
	struct user *user;

	person_enters(town, dora);
	send_to(town, user_of(town, dora), "pins your key");
	user = user_of(town, dora);
	person_enters(town, eve);
	town_settle(town);
	/* Of those who are not verified nobody asks. */
	assert_int_equal(eve->asked, 0);
	verify(town, user);
	/* A storm of entries is one question. */
	for (int i = 0; i < 20; i++) {
		person_enters(town, eve);
		town_settle(town);
	}
	assert_in_range(eve->asked, 1, 2);
	assert_true(trust_is_blocked(trust_of(town), user));
	assert_ptr_equal(
	    trust_challenger(trust_of(town), user), user_of(town, eve));
}

static void
an_ipmsg_key_that_the_user_key_does_not_name_is_not_pinned(void **state)
{
	struct town *town = *state;
	struct person *eve =
	    person_make(town, "anna", "pc1", "10.77.0.3:2425", "mac", false);
	struct greeter anna;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	user = greet(town, &anna);
	pinning_key_shown(&town->world.camd, user, &anna.at, eve->word,
	    rsa_key_public(eve->strong));
	town_settle(town);
	assert_null(user->pin);
	assert_key(town, user, &anna);
	greeter_finish(&anna);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(
		    another_key_under_a_name_is_a_user_of_its_own_and_loud),
		TEST_OF_TOWN(
		    a_verified_user_is_blocked_by_another_key_until_people_decide),
		TEST_OF_TOWN(
		    a_pinned_ipmsg_key_with_another_user_key_is_a_changed_key),
		TEST_OF_TOWN(an_accepted_key_takes_the_place_of_the_old_one),
		TEST_OF_TOWN(
		    there_is_nothing_to_accept_where_nobody_has_shown_another_key),
		TEST_OF_TOWN(nobody_is_verified_without_a_key),
		TEST_OF_TOWN(verified_is_only_the_key_that_was_compared),
		TEST_OF_TOWN(a_compared_ipmsg_key_is_verified_and_stays_so),
		TEST_OF_TOWN(another_ipmsg_key_blocks_who_was_verified_by_one),
		TEST_OF_TOWN(
		    who_enters_under_a_verified_name_is_asked_for_his_key),
		TEST_OF_TOWN(
		    an_ipmsg_key_that_the_user_key_does_not_name_is_not_pinned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
