/* test_who.c: whom a WHO means. */
#include "world.h"

#include "camd/people/marks.h"

#include "base/err.h"
#include "camd/people/user.h"
#include "camd/people/who.h"

static struct world world;

static int
open_world(void **state)
{
	struct roster *roster = NULL;
	struct user *user = NULL;

	if (world_open(&world, "") != 0)
		return 1;
	roster = world.camd.roster;
	world_user(&world, "anna", "pc1", "Anna M.", "Sales", USER_ONLINE);
	world_user(&world, "anton", "pc7", "Toni", "Sales", USER_OFFLINE);
	world_user(&world, "carl", "pc3", "anna", "Research", USER_AWAY);
	world_user(&world, "Dora", "PC4", "Dora", "", USER_ONLINE);
	world_user(&world, "emil", "pc5", "The Boss", "Salt", USER_ONLINE);
	world_user(&world, "emil", "pc6", "Emil", "", USER_OFFLINE);
	user = world_user(
	    &world, "frida", "pc8", "@home", "\xe5\x96\xb6\xe6\xa5\xad", 0);
	marks_alias(roster, user, "My Sister");
	marks_hidden(roster, user, true);
	world_user(&world, "gast-<0123456789abcdef>", "pc9", "Gast", "", 0);
	return 0;
}

static int
close_world(void **state)
{
	return world_close(&world);
}

static struct who found;

static int
resolve(const char *text)
{
	who_finish(&found);
	return who_resolve(world.camd.roster, text, false, &found);
}

static void
finds(const char *text, const char *wanted)
{
	char ids[1024] = "";
	int err = resolve(text);

	for (size_t i = 0; i < found.count; i++) {
		char *id = user_id(found.users[i]);

		snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s",
		    i > 0 ? " " : "", id);
		free(id);
	}
	if (err != 0 || strcmp(ids, wanted) != 0)
		fail_msg("'%s': '%s' (%d), not '%s'", text, ids, err, wanted);
	who_finish(&found);
}

static void
fails(const char *text, int wanted, const char *candidates)
{
	char names[1024] = "";
	int err = resolve(text);

	for (size_t i = 0; i < json_array_size(found.candidates); i++)
		snprintf(names + strlen(names), sizeof names - strlen(names),
		    "%s%s", i > 0 ? " " : "",
		    json_string_value(json_array_get(found.candidates, i)));
	if (err != wanted || strcmp(names, candidates) != 0)
		fail_msg("'%s': %d '%s', not %d '%s'", text, err, names, wanted,
		    candidates);
	assert_int_equal(found.count, 0);
	if (err == CAM_ERR_AMBIGUOUS)
		assert_true(
		    found.candidate_count >= json_array_size(found.candidates));
	who_finish(&found);
}

/* The order is the roster's own. */
static void
finds_both(const char *text, const char *one, const char *other)
{
	char *ids[2] = { NULL };

	assert_int_equal(resolve(text), 0);
	assert_int_equal(found.count, 2);
	for (size_t i = 0; i < 2; i++)
		ids[i] = user_id(found.users[i]);
	if (strcmp(ids[0], one) == 0)
		assert_string_equal(ids[1], other);
	else
		assert_string_equal(ids[0], other);
	free(ids[0]);
	free(ids[1]);
	who_finish(&found);
}

static void
a_whole_id_is_found(void **state)
{
	finds("anna@pc1", "anna@pc1");
	finds("ANNA@Pc1", "anna@pc1");
	finds("dora@pc4", "Dora@PC4");
	finds("gast@pc9", "gast@pc9");
}

static void
oneself_is_found_only_in_full(void **state)
{
	finds("bob@pc2", "bob@pc2");
	fails("bob", CAM_ERR_UNKNOWN, "");
}

static void
a_whole_nickname_wins_over_beginnings_of_users(void **state)
{
	finds("anna", "carl@pc3");
	finds("toni", "anton@pc7");
	finds("the boss", "emil@pc5");
	finds("my sister", "frida@pc8");
	finds("Emil", "emil@pc6");
}

static void
a_whole_user_wins_over_a_nickname(void **state)
{
	struct user *carl = roster_by_id(world.camd.roster, "carl@pc3");

	roster_set_nick(world.camd.roster, carl, "anna@pc1");
	finds("anna@pc1", "anna@pc1");
	roster_set_nick(world.camd.roster, carl, "anna");
}

static void
an_unambiguous_beginning_is_found(void **state)
{
	finds("car", "carl@pc3");
	finds("anna@", "anna@pc1");
	finds("ANT", "anton@pc7");
	finds("The", "emil@pc5");
	finds("emil@pc6", "emil@pc6");
}

static void
beginnings_of_users_win_over_those_of_nicknames(void **state)
{
	struct user *dora = roster_by_id(world.camd.roster, "dora@pc4");

	roster_set_nick(world.camd.roster, dora, "Carla");
	finds("carl", "carl@pc3");
	finds("carla", "Dora@PC4");
	roster_set_nick(world.camd.roster, dora, "Dora");
}

static void
what_fits_several_is_ambiguous_and_names_them(void **state)
{
	fails("an", CAM_ERR_AMBIGUOUS, "anna@pc1 anton@pc7");
	fails("emil@", CAM_ERR_AMBIGUOUS, "emil@pc5 emil@pc6");
}

static void
the_same_nickname_twice_is_ambiguous(void **state)
{
	struct user *dora = roster_by_id(world.camd.roster, "dora@pc4");

	roster_set_nick(world.camd.roster, dora, "TONI");
	fails("Toni", CAM_ERR_AMBIGUOUS, "Dora@PC4 anton@pc7");
	roster_set_nick(world.camd.roster, dora, "Dora");
}

static void
nobody_gives_those_who_look_alike(void **state)
{
	fails("anan@pc1", CAM_ERR_UNKNOWN, "anna@pc1 anton@pc7");
	fails("caarl", CAM_ERR_UNKNOWN, "carl@pc3");
	fails("pc7", CAM_ERR_UNKNOWN, "anton@pc7");
	fails("boss", CAM_ERR_UNKNOWN, "emil@pc5");
	fails("zzz", CAM_ERR_UNKNOWN, "");
	fails("", CAM_ERR_UNKNOWN, "");
}

static void
a_group_is_all_in_it(void **state)
{
	finds_both("@Sales", "anna@pc1", "anton@pc7");
	finds_both("@sales", "anna@pc1", "anton@pc7");
	finds("@Res", "carl@pc3");
	finds("@\xe5\x96\xb6", "frida@pc8");
	fails("@Sal", CAM_ERR_AMBIGUOUS, "@Sales @Salt");
	fails("@Seles", CAM_ERR_UNKNOWN, "@Sales");
	fails("@nowhere", CAM_ERR_UNKNOWN, "");
}

static void
all_are_those_online_without_oneself(void **state)
{
	assert_int_equal(resolve("@ALL"), 0);
	assert_int_equal(found.count, 4);
	assert_true(found.everybody);
	assert_int_equal(resolve("@al"), 0);
	assert_int_equal(found.count, 4);
	for (size_t i = 0; i < found.count; i++)
		assert_int_not_equal(found.users[i]->state, USER_OFFLINE);
	who_finish(&found);
	/* Somebody may have made a group of that name. */
	world_user(&world, "mole", "pc66", "Mole", "all", USER_OFFLINE);
	assert_int_equal(resolve("@all"), 0);
	assert_int_equal(found.count, 4);
	who_finish(&found);
	roster_remove(
	    world.camd.roster, roster_by_id(world.camd.roster, "mole@pc66"));
}

static void
a_bare_sign_is_nobody(void **state)
{
	assert_int_equal(resolve("#"), CAM_ERR_UNKNOWN);
	assert_int_equal(resolve("#room"), CAM_ERR_UNKNOWN);
	assert_int_equal(found.count, 0);
	who_finish(&found);
	/* But the beginning of the one nickname that has it. */
	finds("@", "frida@pc8");
	finds("@home", "frida@pc8");
}

static void
a_second_key_under_a_known_name_is_a_user_of_its_own(void **state)
{
	struct roster *roster = world.camd.roster;
	struct user *second =
	    roster_add(roster, "anna-<fedcba9876543210>", "pc1");

	second->second = true;
	finds("anna@pc1", "anna@pc1");
	finds("anna@pc1/fedcba98", "anna@pc1/fedcba98");
	finds("anna@pc1/", "anna@pc1/fedcba98");
	/* Nobody makes a friend ambiguous by taking his name. */
	finds("anna@", "anna@pc1");
	roster_remove(roster, second);
}

static void
one_who_left_is_found_for_the_history_only(void **state)
{
	struct roster *roster = world.camd.roster;
	struct user *gone = roster_add(roster, "hugo", "pc10");

	roster_retire(roster, gone);
	fails("hugo@pc10", CAM_ERR_UNKNOWN, "");
	assert_int_equal(who_resolve(roster, "HUGO@pc10", true, &found), 0);
	assert_int_equal(found.count, 1);
	assert_ptr_equal(found.users[0], gone);
	who_finish(&found);
	assert_int_equal(
	    who_resolve(roster, "hugo", true, &found), CAM_ERR_UNKNOWN);
	who_finish(&found);
}

static void
completes(const char *beginning, size_t limit, const char *wanted)
{
	json_t *names = who_complete(world.camd.roster, beginning, limit);
	json_t *expected = json_loads(wanted, 0, NULL);

	assert_int_equal(json_array_size(names), json_array_size(expected));
	for (size_t i = 0; i < json_array_size(expected); i++) {
		bool there = false;

		for (size_t k = 0; k < json_array_size(names); k++)
			there |= json_equal(json_array_get(names, k),
			    json_array_get(expected, i));
		assert_true(there);
	}
	json_decref(expected);
	json_decref(names);
}

static void
completion_gives_users_nicknames_and_groups(void **state)
{
	completes(
	    "an", 100, "[\"anna@pc1\", \"anton@pc7\", \"Anna M.\", \"anna\"]");
	completes("@s", 100, "[\"@Sales\", \"@Salt\"]");
	completes("@", 100, "[\"@all\", \"@Sales\", \"@Salt\", \"@Research\"]");
	completes("my", 100, "[]"); /* she is hidden */
	completes("bob", 100, "[]");
	assert_int_equal(json_array_size(found.candidates), 0);

	json_t *names = who_complete(world.camd.roster, "", 3);
	assert_int_equal(json_array_size(names), 3);
	json_decref(names);
}

static void
a_long_who_is_nobody(void **state)
{
	char text[WHO_MAX + 2];

	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	fails(text, CAM_ERR_UNKNOWN, "");
}

static void
a_hundred_thousand_users_are_searched(void **state)
{
	struct roster *roster = world.camd.roster;
	char logon[32], host[32];

	for (int i = 0; i < 100000; i++) {
		snprintf(logon, sizeof logon, "user%06d", i);
		snprintf(host, sizeof host, "host%06d", i);
		assert_non_null(roster_add(roster, logon, host));
	}
	finds("user077777", "user077777@host077777");
	finds("anton", "anton@pc7");
	fails("user09999", CAM_ERR_AMBIGUOUS,
	    "user099990@host099990 user099991@host099991 "
	    "user099992@host099992 user099993@host099993 "
	    "user099994@host099994 user099995@host099995 "
	    "user099996@host099996 user099997@host099997");
	assert_int_equal(resolve("user"), CAM_ERR_AMBIGUOUS);
	assert_int_equal(found.candidate_count, 100000);
	assert_int_equal(json_array_size(found.candidates), NEAREST_MAX);
	who_finish(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_id_is_found),
		cmocka_unit_test(oneself_is_found_only_in_full),
		cmocka_unit_test(
		    a_whole_nickname_wins_over_beginnings_of_users),
		cmocka_unit_test(a_whole_user_wins_over_a_nickname),
		cmocka_unit_test(an_unambiguous_beginning_is_found),
		cmocka_unit_test(
		    beginnings_of_users_win_over_those_of_nicknames),
		cmocka_unit_test(what_fits_several_is_ambiguous_and_names_them),
		cmocka_unit_test(the_same_nickname_twice_is_ambiguous),
		cmocka_unit_test(nobody_gives_those_who_look_alike),
		cmocka_unit_test(a_group_is_all_in_it),
		cmocka_unit_test(all_are_those_online_without_oneself),
		cmocka_unit_test(a_bare_sign_is_nobody),
		cmocka_unit_test(
		    a_second_key_under_a_known_name_is_a_user_of_its_own),
		cmocka_unit_test(one_who_left_is_found_for_the_history_only),
		cmocka_unit_test(completion_gives_users_nicknames_and_groups),
		cmocka_unit_test(a_long_who_is_nobody),
		cmocka_unit_test(a_hundred_thousand_users_are_searched),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
