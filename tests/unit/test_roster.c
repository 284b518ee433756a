/* test_roster.c: users found by name, number, address and key. */
#include "camd/people/marks.h"
#include "camd/people/namesake.h"
#include "camd/people/refresh.h"
#include "camd/people/rosterfile.h"
#include "town.h"

static struct roster *
roster_of(struct town *town)
{
	return town->world.camd.roster;
}

static struct user *
add(struct town *town, const char *name, const char *host)
{
	struct user *user = roster_add(roster_of(town), name, host);

	assert_non_null(user);
	return user;
}

static void
set_at(struct town *town, struct user *user, const char *at)
{
	struct addr addr = address(at);

	roster_set_addr(roster_of(town), user, &addr);
}

static const char strong_name[] = "anna-<0123456789abcdef>";
static const char other_name[] = "anna-<fedcba9876543210>";

static void
users_are_found_by_their_whole_wire_name_in_either_case(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	struct user *plain = add(town, "anna", "pc1");
	struct user *strong = add(town, strong_name, "pc1");
	struct user *elsewhere = add(town, "anna", "pc2");

	assert_ptr_equal(roster_find(roster, "ANNA", "PC1", NULL), plain);
	assert_ptr_equal(roster_find(roster, strong_name, "pc1", NULL), strong);
	assert_ptr_equal(roster_find(roster, "anna", "pc2", NULL), elsewhere);
	assert_null(roster_find(roster, other_name, "pc1", NULL));
	assert_null(roster_find(roster, "ann", "pc1", NULL));
	assert_null(roster_find(roster, "anna", "", NULL));
}

static void
of_several_with_one_name_the_one_at_the_address_is_meant(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	struct user *one = add(town, "anna", "pc1"), *other;
	struct addr first = address("10.0.0.1"), second = address("10.0.0.2"),
		    third = address("10.0.0.3");

	other = add(town, "anna", "pc1");
	roster_set_addr(roster, one, &first);
	roster_set_addr(roster, other, &second);
	assert_ptr_equal(roster_find(roster, "anna", "pc1", &first), one);
	assert_ptr_equal(roster_find(roster, "anna", "pc1", &second), other);
	/* Elsewhere the one heard last. */
	one->seen_ms = 5;
	other->seen_ms = 4;
	assert_ptr_equal(roster_find(roster, "anna", "pc1", &third), one);
	other->seen_ms = 6;
	assert_ptr_equal(roster_find(roster, "anna", "pc1", &third), other);
	/* And not one who has left. */
	roster_retire(roster, other);
	assert_ptr_equal(roster_find(roster, "anna", "pc1", NULL), one);
}

static void
users_are_found_by_their_ids(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	struct user *first = add(town, strong_name, "pc1");
	struct user *second = add(town, other_name, "pc1");

	second->second = true;
	assert_ptr_equal(roster_by_id(roster, "anna@pc1"), first);
	assert_ptr_equal(roster_by_id(roster, "Anna@PC1"), first);
	assert_ptr_equal(roster_by_id(roster, "anna@pc1/fedcba98"), second);
	assert_null(roster_by_id(roster, "anna@pc1/00000000"));
	assert_null(roster_by_id(roster, "anna"));
	assert_null(roster_by_id(roster, "@"));
	assert_ptr_equal(roster_by_id(roster, "bob@pc2"), roster_self(roster));
	assert_ptr_equal(roster_by_uid(roster, 0), roster_self(roster));
	assert_ptr_equal(roster_by_uid(roster, first->uid), first);
	assert_null(roster_by_uid(roster, 4711));
}

static void
a_logon_with_an_at_sign_has_an_id(void **state)
{
	struct town *town = *state;
	struct user *user = add(town, "anna@work", "pc1");

	assert_ptr_equal(roster_by_id(roster_of(town), "anna@work@pc1"), user);
}

static void
names_under_several_keys_know_of_each_other(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	struct user *first = add(town, strong_name, "pc1"), *second;

	assert_null(namesake_of(roster, first));
	second = add(town, other_name, "pc1");
	second->second = true;
	assert_ptr_equal(namesake_of(roster, second), first);
	assert_ptr_equal(namesake_of(roster, add(town, "anna", "pc1")), first);
	roster_retire(roster, first);
	assert_null(namesake_of(roster, add(town, "anna", "pc2")));
}

static void
users_are_counted_by_their_state(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	struct user *user = add(town, "anna", "pc1");
	size_t counts[3];

	add(town, "carl", "pc3");
	roster_set_state(roster, user, USER_ONLINE);
	roster_set_state(roster, user, USER_AWAY);
	roster_count_states(roster, counts);
	assert_int_equal(counts[USER_AWAY], 1);
	assert_int_equal(counts[USER_ONLINE], 0);
	assert_int_equal(counts[USER_OFFLINE], 1);
	roster_retire(roster, user);
	roster_retire(roster, user);
	assert_int_equal(roster_count(roster), 1);
	roster_set_state(roster, user, USER_ONLINE);
	assert_int_equal(roster_count(roster), 2);
	roster_remove(roster, user);
	roster_count_states(roster, counts);
	assert_int_equal(counts[USER_ONLINE], 0);
	assert_int_equal(roster_count(roster), 1);
}

static void
a_walk_meets_everybody_once_but_for_who_has_left(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	size_t met = 0;

	for (int i = 0; i < 500; i++) {
		char name[16];

		snprintf(name, sizeof name, "u%d", i);
		add(town, name, "pc");
	}
	roster_retire(roster, roster_find(roster, "u77", "pc", NULL));
	for (struct user *user = roster_next(roster, NULL); user != NULL;
	     user = roster_next(roster, user)) {
		assert_int_equal(user->priority, 0);
		user->priority = 1;
		met++;
	}
	assert_int_equal(met, 499);
}

static void
addresses_tell_who_is_there(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	struct user *one = add(town, "anna", "pc1");
	struct user *other = add(town, "carl", "pc3"), *oldest;
	struct addr at = address("10.0.0.1"), port = address("10.0.0.1:99");

	set_at(town, one, "10.0.0.1");
	set_at(town, other, "10.0.0.1");
	assert_null(roster_other_at(roster, one));
	roster_set_state(roster, other, USER_ONLINE);
	assert_ptr_equal(roster_other_at(roster, one), other);
	set_at(town, other, "10.0.0.1:99");
	assert_null(roster_other_at(roster, one));
	assert_false(roster_knows_address(roster, &at));
	roster_pin(roster, one, "0123456789abcdef", false);
	assert_true(roster_knows_address(roster, &at));
	assert_false(roster_knows_address(roster, &port));
	assert_true(roster_has_room_at(roster, &at, &oldest));
	assert_null(oldest);
}

static void
keys_find_their_users(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	struct user *one = add(town, "anna", "pc1");
	struct user *other = add(town, "anna", "pc2");

	assert_null(roster_by_fingerprint(roster, "0123456789abcdef"));
	roster_pin(roster, one, "0123456789abcdef", true);
	assert_ptr_equal(
	    roster_by_fingerprint(roster, "0123456789ABCDEF"), one);
	/* Of two with one key the one who is in the roster. */
	roster_pin(roster, other, "0123456789abcdef", false);
	roster_retire(roster, one);
	assert_ptr_equal(
	    roster_by_fingerprint(roster, "0123456789abcdef"), other);
	roster_pin(roster, other, "1111111111111111", false);
	assert_ptr_equal(
	    roster_by_fingerprint(roster, "0123456789abcdef"), one);
	roster_remove(roster, one);
	assert_null(roster_by_fingerprint(roster, "0123456789abcdef"));
}

static void
a_user_may_change_his_name(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	struct user *user = add(town, "anna", "pc1");

	roster_set_name(roster, user, user->peer.user, "laptop");
	assert_null(roster_find(roster, "anna", "pc1", NULL));
	assert_ptr_equal(roster_find(roster, "anna", "laptop", NULL), user);
}

static void
who_is_merged_lives_on(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	struct user *a = add(town, "a", "pc"), *b = add(town, "b", "pc"),
		    *c = add(town, "c", "pc");
	int64_t uid_a = a->uid, uid_b = b->uid;

	roster_merge(roster, a, b);
	assert_ptr_equal(roster_by_uid(roster, uid_a), b);
	roster_merge(roster, b, c);
	assert_ptr_equal(roster_by_uid(roster, uid_a), c);
	assert_ptr_equal(roster_by_uid(roster, uid_b), c);
	assert_int_equal(roster_count(roster), 1);
	/* A circle in a damaged database ends somewhere. */
	roster_place_merged(roster, 900, 901);
	roster_place_merged(roster, 901, 900);
	assert_null(roster_by_uid(roster, 900));
	/* Numbers are not given twice. */
	assert_true(add(town, "d", "pc")->uid > 901);
}

struct waited {
	int count;
};

static void
on_refreshed(void *arg)
{
	((struct waited *)arg)->count++;
}

static void
a_refresh_ends_when_nobody_new_answers(void **state)
{
	struct town *town = *state;
	struct waited waited = { 0 };

	town_forget(town);
	refreshes_add(roster_refreshes(roster_of(town)), on_refreshed, &waited);
	assert_int_equal(waited.count, 0);
	twin_hear(&town->twin, "10.77.0.4", "1:9:carl:pc3:3:Carl|");
	while (waited.count == 0)
		world_turn(&town->world);
	assert_int_equal(waited.count, 1);
}

static void
a_refresh_under_way_at_the_end_ends_then(void **state)
{
	struct town *town = town_open("");
	struct waited waited = { 0 };

	refreshes_add(roster_refreshes(roster_of(town)), on_refreshed, &waited);
	town_close(town);
	assert_int_equal(waited.count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(
		    users_are_found_by_their_whole_wire_name_in_either_case),
		TEST_OF_TOWN(
		    of_several_with_one_name_the_one_at_the_address_is_meant),
		TEST_OF_TOWN(users_are_found_by_their_ids),
		TEST_OF_TOWN(a_logon_with_an_at_sign_has_an_id),
		TEST_OF_TOWN(names_under_several_keys_know_of_each_other),
		TEST_OF_TOWN(users_are_counted_by_their_state),
		TEST_OF_TOWN(a_walk_meets_everybody_once_but_for_who_has_left),
		TEST_OF_TOWN(addresses_tell_who_is_there),
		TEST_OF_TOWN(keys_find_their_users),
		TEST_OF_TOWN(a_user_may_change_his_name),
		TEST_OF_TOWN(who_is_merged_lives_on),
		TEST_OF_TOWN(a_refresh_ends_when_nobody_new_answers),
		cmocka_unit_test(a_refresh_under_way_at_the_end_ends_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
