/* test_trust.c: whose key is whose: pinned at first use, changed, verified
 * (threat model I1, 5.2, 5.7). */
#include "trusts.h"

static void
assert_id(const struct user *user, const char *wanted)
{
	char *id = user_id(user);

	assert_string_equal(id, wanted);
	free(id);
}

/* -- first use ------------------------------------------------------------- */

static void
a_key_is_pinned_at_first_use(void **state)
{
	struct town *town = *state;
	struct greeter anna;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", "other2048");
	user = greet(town, &anna);
	assert_id(user, "anna@pc1");
	assert_key(town, user, &anna);
	assert_string_equal(user->group, "Staff");
	assert_int_equal(user->state, USER_ONLINE);
	assert_false(trust_is_verified(trust_of(town), user));
	assert_false(trust_is_blocked(trust_of(town), user));
	assert_int_equal(trust_prekey(trust_of(town), user)->id, 1);
	assert_int_equal(trust_devices(trust_of(town), user)->count, 1);
	assert_ptr_equal(
	    trust_by_user_key(trust_of(town), anna.devices.user_key), user);
	/* Again and again it is the same one. */
	assert_ptr_equal(greet(town, &anna), user);
	assert_int_equal(count_users(town), 1);
	greeter_finish(&anna);
}

static void
where_no_port_is_said_the_usual_one_is_meant(void **state)
{
	struct town *town = *state;
	struct greeter anna;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", "other2048");
	anna.at.port = 0;
	user = greet(town, &anna);
	assert_int_equal(user->peer.addr.port,
	    settings_number(town->world.camd.settings, "net.port"));
	/* From another host, and said. */
	anna.at = address("10.77.0.9:2431");
	assert_ptr_equal(greet(town, &anna), user);
	assert_at(user, "10.77.0.9:2431");
	/* Another port of the same host is none of his entry's. */
	anna.at.port = 9999;
	greet(town, &anna);
	assert_at(user, "10.77.0.9:2431");
	greeter_finish(&anna);
}

static void
what_is_pinned_outlives_camd(void **state)
{
	struct town *town = *state;
	struct greeter anna, eve;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", "other2048");
	greeter_init(&eve, "anna", "pc1", "10.77.0.66:2425", NULL);
	greeter_renew_prekey(&anna, 7);
	verify(town, greet(town, &anna));
	(void)greet(town, &eve);
	town_restart(town);
	user = by_id(town, "anna@pc1");
	assert_key(town, user, &anna);
	assert_int_equal(trust_prekey(trust_of(town), user)->id, 7);
	assert_true(trust_is_verified(trust_of(town), user));
	assert_true(trust_is_blocked(trust_of(town), user));
	assert_key(town, trust_challenger(trust_of(town), user), &eve);
	assert_ptr_equal(greet(town, &anna), user);
	greeter_finish(&anna);
	greeter_finish(&eve);
}

static void
an_entry_that_names_the_key_is_the_one_who_shows_it(void **state)
{
	struct town *town = *state;
	struct person *anna =
	    person_make(town, "anna", "pc1", "10.77.0.3:2425", "other", true);
	struct greeter greeter;
	struct user *user;

	greeter_init(&greeter, "anna", "pc1", "10.77.0.3:40000", "other2048");
	person_enters(town, anna);
	user = user_of(town, anna);
	assert_null(user->pin);
	assert_ptr_equal(greet(town, &greeter), user);
	/* The port of a connection is nobody's address. */
	assert_at(user, "10.77.0.3:2425");
	assert_int_equal(count_users(town), 1);
	greeter_finish(&greeter);
}

static void
who_proves_a_pinned_ipmsg_key_gets_the_user_key_pinned(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);
	struct greeter greeter;

	/* On another host, too: the key says who it is. */
	greeter_init(
	    &greeter, "anna", "laptop", "10.77.0.33:2425", "other2048");
	assert_non_null(user->pin);
	assert_ptr_equal(greet(town, &greeter), user);
	assert_id(user, "anna@laptop");
	assert_at(user, "10.77.0.33:2425");
	assert_key(town, user, &greeter);
	assert_int_equal(count_users(town), 1);
	greeter_finish(&greeter);
}

static void
an_ipmsg_key_that_the_list_does_not_name_proves_nothing(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna), *other;
	struct greeter eve;

	greeter_init(&eve, "anna", "pc1", "10.77.0.66:2425", NULL);
	eve.rsa = test_key("other2048");
	other = greet(town, &eve);
	assert_ptr_not_equal(other, user);
	assert_null(trust_user_key(trust_of(town), user));
	greeter_finish(&eve);
}

static void
a_compared_ipmsg_key_vouches_for_the_key_it_signs(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);
	struct greeter greeter;

	greeter_init(&greeter, "anna", "pc1", "10.77.0.3:2425", "other2048");
	verify(town, user);
	assert_ptr_equal(greet(town, &greeter), user);
	assert_true(trust_is_verified(trust_of(town), user));
	greeter_finish(&greeter);
}

/* -- names ----------------------------------------------------------------- */

static void
a_known_key_is_the_same_user_whatever_name_it_shows(void **state)
{
	struct town *town = *state;
	struct greeter anna;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", "other2048");
	user = greet(town, &anna);
	verify(town, user);
	anna.host = "laptop";
	assert_ptr_equal(greet(town, &anna), user);
	assert_id(user, "anna@laptop");
	anna.logon = "Anna.Meier";
	assert_ptr_equal(greet(town, &anna), user);
	assert_id(user, "Anna.Meier@laptop");
	assert_true(trust_is_verified(trust_of(town), user));
	assert_null(by_id(town, "anna@pc1"));
	assert_int_equal(count_users(town), 1);
	greeter_finish(&anna);
}

static void
an_entry_under_the_new_name_becomes_one_with_the_user(void **state)
{
	struct town *town = *state;
	struct person *moved = person_make(
	    town, "anna", "laptop", "10.77.0.33:2425", "other", true);
	struct greeter anna;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", "other2048");
	user = greet(town, &anna);
	person_enters(town, moved);
	assert_int_equal(count_users(town), 2);
	anna.host = "laptop";
	anna.at = address("10.77.0.33:41000");
	assert_ptr_equal(greet(town, &anna), user);
	assert_int_equal(count_users(town), 1);
	assert_id(user, "anna@laptop");
	assert_at(user, "10.77.0.33:2425");
	greeter_finish(&anna);
}

static void
a_known_user_who_takes_the_name_of_another_challenges_him(void **state)
{
	struct town *town = *state;
	struct greeter anna, carl;
	struct user *user, *other;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", "other2048");
	greeter_init(&carl, "carl", "pc3", "10.77.0.4:2425", NULL);
	user = greet(town, &anna);
	verify(town, user);
	other = greet(town, &carl);
	carl.logon = "anna";
	carl.host = "pc1";
	assert_ptr_equal(greet(town, &carl), other);
	assert_id(user, "anna@pc1");
	assert_ptr_not_equal(by_id(town, "anna@pc1"), other);
	assert_true(trust_is_blocked(trust_of(town), user));
	assert_ptr_equal(trust_challenger(trust_of(town), user), other);
	greeter_finish(&anna);
	greeter_finish(&carl);
}

static void
a_host_that_looks_like_a_fingerprint_is_nobody_else(void **state)
{
	struct town *town = *state;
	struct greeter anna, second, eve;
	struct user *user;
	char host[64], *id;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	greeter_init(&second, "anna", "pc1", "10.77.0.4:2425", NULL);
	(void)greet(town, &anna);
	user = greet(town, &second);
	id = user_id(user);
	snprintf(host, sizeof host, "%s", strchr(id, '@') + 1);
	greeter_init(&eve, "anna", host, "10.77.0.66:2425", NULL);
	assert_ptr_not_equal(greet(town, &eve), user);
	assert_ptr_equal(by_id(town, id), user);
	free(id);
	greeter_finish(&anna);
	greeter_finish(&second);
	greeter_finish(&eve);
}

static void
names_that_are_none_are_refused(void **state)
{
	struct town *town = *state;
	struct greeter anna;
	char name[300];

	memset(name, 'n', sizeof name);
	name[256] = '\0';
	greeter_init(&anna, "", "pc1", "10.77.0.3:2425", NULL);
	greet_refused(town, &anna, CAM_ERR_FORMAT);
	anna.logon = "anna";
	anna.host = name;
	greet_refused(town, &anna, CAM_ERR_FORMAT);
	anna.host = NULL;
	greet_refused(town, &anna, CAM_ERR_FORMAT);
	assert_int_equal(count_users(town), 0);
	greeter_finish(&anna);
}

/* -- lists of devices ------------------------------------------------------ */

static void
a_list_of_devices_never_goes_back(void **state)
{
	struct town *town = *state;
	struct greeter anna;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	anna.devices.version = 5;
	greeter_sign(&anna);
	user = greet(town, &anna);
	anna.devices.version = 4;
	greeter_sign(&anna);
	greet_refused(town, &anna, CAM_ERR_KEY);
	/* Two lists of one version: somebody is told something else. */
	anna.devices.version = 5;
	anna.devices.issued_ms++;
	greeter_sign(&anna);
	greet_refused(town, &anna, CAM_ERR_KEY);
	assert_int_equal(trust_devices(trust_of(town), user)->version, 5);
	anna.devices.version = 6;
	greeter_sign(&anna);
	assert_ptr_equal(greet(town, &anna), user);
	town_restart(town);
	anna.devices.version = 5;
	greeter_sign(&anna);
	greet_refused(town, &anna, CAM_ERR_KEY);
	assert_int_equal(
	    trust_devices(trust_of(town), by_id(town, "anna@pc1"))->version, 6);
	greeter_finish(&anna);
}

static void
a_device_that_left_the_list_is_nobody(void **state)
{
	struct town *town = *state;
	struct greeter anna;
	struct trust_claim claim;
	struct device old;
	struct user *user = NULL;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	(void)greet(town, &anna);
	old = anna.devices.list[0];
	memset(anna.devices.list[0].link_key, 7, SIGN_KEY_SIZE);
	anna.devices.version = 2;
	greeter_sign(&anna);
	claim = greeter_claim(&anna);
	claim.device = &old;
	assert_int_equal(
	    trust_admit(trust_of(town), &claim, &user), CAM_ERR_KEY);
	greeter_finish(&anna);
}

static void
a_prekey_is_taken_when_its_device_signed_it(void **state)
{
	struct town *town = *state;
	struct greeter anna, eve;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	greeter_init(&eve, "eve", "pc6", "10.77.0.66:2425", NULL);
	user = greet(town, &anna);
	greeter_renew_prekey(&anna, 2);
	assert_int_equal(
	    trust_take_prekey(trust_of(town), user, &anna.devices.list[0],
		span_of(anna.prekey, PREKEY_BYTES)),
	    0);
	assert_int_equal(trust_prekey(trust_of(town), user)->id, 2);
	assert_int_equal(
	    trust_take_prekey(trust_of(town), user, &anna.devices.list[0],
		span_of(eve.prekey, PREKEY_BYTES)),
	    CAM_ERR_CRYPTO);
	assert_int_equal(trust_prekey(trust_of(town), user)->id, 2);
	greeter_finish(&anna);
	greeter_finish(&eve);
}

/* -- leaving --------------------------------------------------------------- */

static void
who_is_verified_does_not_leave_the_roster(void **state)
{
	struct town *town = *state;
	struct greeter anna, carl;
	struct user *user;

	greeter_init(&anna, "anna", "pc1", "10.77.0.3:2425", NULL);
	greeter_init(&carl, "carl", "pc3", "10.77.0.4:2425", NULL);
	user = greet(town, &anna);
	verify(town, user);
	(void)greet(town, &carl);
	roster_set_state(town->world.camd.roster, user, USER_OFFLINE);
	roster_set_state(
	    town->world.camd.roster, by_id(town, "carl@pc3"), USER_OFFLINE);
	leaving_look(town->world.camd.leaving,
	    clock_wall_ms() + (int64_t)400 * 24 * 3600 * 1000);
	town_settle(town);
	assert_false(by_id(town, "anna@pc1")->forgotten);
	/* Known for ever by his key, but not listed. */
	assert_true(by_id(town, "carl@pc3")->forgotten);
	assert_key(town, by_id(town, "carl@pc3"), &carl);
	greeter_finish(&anna);
	greeter_finish(&carl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(a_key_is_pinned_at_first_use),
		TEST_OF_TOWN(where_no_port_is_said_the_usual_one_is_meant),
		TEST_OF_TOWN(what_is_pinned_outlives_camd),
		TEST_OF_TOWN(
		    an_entry_that_names_the_key_is_the_one_who_shows_it),
		TEST_OF_TOWN(
		    who_proves_a_pinned_ipmsg_key_gets_the_user_key_pinned),
		TEST_OF_TOWN(
		    an_ipmsg_key_that_the_list_does_not_name_proves_nothing),
		TEST_OF_TOWN(a_compared_ipmsg_key_vouches_for_the_key_it_signs),
		TEST_OF_TOWN(
		    a_known_key_is_the_same_user_whatever_name_it_shows),
		TEST_OF_TOWN(
		    an_entry_under_the_new_name_becomes_one_with_the_user),
		TEST_OF_TOWN(
		    a_known_user_who_takes_the_name_of_another_challenges_him),
		TEST_OF_TOWN(
		    a_host_that_looks_like_a_fingerprint_is_nobody_else),
		TEST_OF_TOWN(names_that_are_none_are_refused),
		TEST_OF_TOWN(a_list_of_devices_never_goes_back),
		TEST_OF_TOWN(a_device_that_left_the_list_is_nobody),
		TEST_OF_TOWN(a_prekey_is_taken_when_its_device_signed_it),
		TEST_OF_TOWN(who_is_verified_does_not_leave_the_roster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
