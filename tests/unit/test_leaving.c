/* test_leaving.c: who leaves the roster, and what is left of him (threat model
 * L3). */
#include <fcntl.h>

#include "camd/people/leaving.h"
#include "camd/people/marks.h"
#include "camd/people/rosterfile.h"
#include "town.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static struct roster *
roster_of(struct town *town)
{
	return town->world.camd.roster;
}

static struct user *
find(struct town *town, const char *logon)
{
	return roster_find(roster_of(town), logon, "pc", NULL);
}

/* Last heard so many days ago. */
static struct user *
add(struct town *town, const char *logon, int days, enum user_state state)
{
	struct user *user =
	    world_user(&town->world, logon, "pc", logon, "", state);

	user->seen_ms = clock_wall_ms() - (int64_t)days * DAY_MS;
	roster_changed(roster_of(town), user, false);
	roster_write(roster_of(town));
	return user;
}

static void
look(struct town *town)
{
	leaving_look(town->world.camd.leaving, clock_wall_ms());
	town_settle(town);
}

static void
who_was_not_heard_for_a_week_leaves(void **state)
{
	struct town *town = *state;

	add(town, "old", 8, USER_OFFLINE);
	add(town, "recent", 6, USER_OFFLINE);
	look(town);
	assert_null(find(town, "old"));
	assert_non_null(find(town, "recent"));
	assert_int_equal(roster_count(roster_of(town)), 1);
	town_restart(town);
	assert_null(find(town, "old"));
	assert_non_null(find(town, "recent"));
}

static void
who_is_here_stays_however_quiet_he_is(void **state)
{
	struct town *town = *state;

	add(town, "quiet", 30, USER_ONLINE);
	look(town);
	assert_non_null(find(town, "quiet"));
	/* And was seen just now, also in the database. */
	town_restart(town);
	assert_true(find(town, "quiet")->seen_ms > clock_wall_ms() - DAY_MS);
}

static void
the_days_are_a_setting(void **state)
{
	struct town *town = town_open("roster.forget_days = 30\n");

	add(town, "old", 8, USER_OFFLINE);
	add(town, "older", 31, USER_OFFLINE);
	look(town);
	assert_non_null(find(town, "old"));
	assert_null(find(town, "older"));
	town_close(town);
}

static void
who_has_talked_or_has_a_key_stays_in_the_history(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna), *named;
	int64_t uid = user->uid;
	char *id;

	named = add(town, "named", 8, USER_OFFLINE);
	marks_alias(roster_of(town), named, "My friend");
	person_tells(town, anna, COMMAND_BR_EXIT);
	user->seen_ms -= (int64_t)8 * DAY_MS;
	roster_changed(roster_of(town), user, false);
	look(town);
	assert_int_equal(roster_count(roster_of(town)), 0);
	user = roster_by_uid(roster_of(town), uid);
	assert_true(user->forgotten);
	id = user_id(user);
	assert_string_equal(id, "anna@pc1");
	free(id);
	assert_true(find(town, "named")->forgotten);
	/* Whoever comes back is who he was. */
	person_enters(town, anna);
	assert_ptr_equal(user_of(town, anna), user);
	assert_false(user->forgotten);
	assert_non_null(user->pin);
	assert_int_equal(roster_count(roster_of(town)), 1);
	town_restart(town);
	assert_false(user_of(town, anna)->forgotten);
	assert_non_null(user_of(town, anna)->pin);
}

static void
who_comes_back_meanwhile_stays(void **state)
{
	struct town *town = *state;

	add(town, "old", 8, USER_OFFLINE);
	leaving_look(town->world.camd.leaving, clock_wall_ms());
	twin_hear(&town->twin, "10.77.0.4", "1:9:old:pc:1:Old|");
	town_settle(town);
	assert_int_equal(find(town, "old")->state, USER_ONLINE);
	roster_write(roster_of(town));
	town_restart(town);
	assert_non_null(find(town, "old"));
}

static void
who_leaves_is_not_told_of_us_one_by_one_any_more(void **state)
{
	struct town *town = *state;
	struct lan *lan = town->world.camd.lan;

	twin_hear(&town->twin, "10.77.0.4", "1:9:old:pc:%u:Old|",
	    (unsigned)(COMMAND_BR_ENTRY | STATUS_DIALUP));
	assert_int_equal(lan->dialup_count, 1);
	roster_set_state(roster_of(town), find(town, "old"), USER_OFFLINE);
	find(town, "old")->seen_ms -= (int64_t)8 * DAY_MS;
	roster_changed(roster_of(town), find(town, "old"), false);
	look(town);
	assert_null(find(town, "old"));
	assert_int_equal(lan->dialup_count, 0);
}

static void
one_who_makes_room_is_gone_with_his_row(void **state)
{
	struct town *town = *state;
	struct user *user = add(town, "stranger", 1, USER_OFFLINE);

	leaving_drop(town->world.camd.leaving, user);
	leaving_drop(town->world.camd.leaving, user);
	town_settle(town);
	assert_null(find(town, "stranger"));
	town_restart(town);
	assert_null(find(town, "stranger"));
}

static void
in_a_full_roster_strangers_make_room_the_absent_first(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct roster *roster = roster_of(town);
	size_t before = roster_count(roster);
	char name[16];

	/* Placed as the database would, or it would take long. */
	for (int i = 0; !roster_is_full(roster); i++) {
		struct user *user;

		snprintf(name, sizeof name, "u%d", i);
		user = roster_place(roster, 1000 + i, name, "pc", false);
		user->seen_ms = i + 1;
		if (i < 10)
			roster_set_state(roster, user, USER_ONLINE);
	}
	log_open(open("/dev/null", O_WRONLY), LOG_LEVEL_ERROR, 0);
	assert_null(roster_add(roster, "new", "pc"));
	twin_hear(&town->twin, "10.77.0.4", "1:9:new:pc:1:New|");
	assert_null(find(town, "new"));
	town_settle(town);
	assert_false(roster_is_full(roster));
	/* Present ones and who has a key stayed, the longest away left. */
	assert_non_null(find(town, "u0"));
	assert_null(find(town, "u10"));
	assert_non_null(find(town, "u100000"));
	assert_non_null(user_of(town, anna));
	assert_true(roster_count(roster) > before);
	twin_hear(&town->twin, "10.77.0.4", "1:10:new:pc:1:New|");
	assert_non_null(find(town, "new"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(who_was_not_heard_for_a_week_leaves),
		TEST_OF_TOWN(who_is_here_stays_however_quiet_he_is),
		cmocka_unit_test(the_days_are_a_setting),
		TEST_OF_TOWN(who_has_talked_or_has_a_key_stays_in_the_history),
		TEST_OF_TOWN(who_comes_back_meanwhile_stays),
		TEST_OF_TOWN(who_leaves_is_not_told_of_us_one_by_one_any_more),
		TEST_OF_TOWN(one_who_makes_room_is_gone_with_his_row),
		TEST_OF_TOWN(
		    in_a_full_roster_strangers_make_room_the_absent_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
