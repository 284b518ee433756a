/* test_methods_roster.c: the roster, one user and oneself through the local
 * protocol. */
#include "world.h"

#include "camd/people/user.h"

static struct world world;
static struct asker asker;

static int
open_world(void **state)
{
	if (world_open(&world, "user.group = Ops\n") != 0)
		return 1;
	world_user(&world, "anna", "pc1", "Anna", "Sales", USER_ONLINE);
	world_user(&world, "carl", "pc3", "Carl", "Sales", USER_AWAY);
	world_user(&world, "dora", "pc4", "Dora", "", USER_OFFLINE);
	asker_open(&asker, &world);
	return 0;
}

/* With answers still to come: nothing of them is lost in memory. */
static int
close_world(void **state)
{
	asker_write(&asker, "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":"
			    "\"roster.list\",\"params\":{\"refresh\":true}}\n"
			    "{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":"
			    "\"doctor.get\"}\n");
	json_decref(ask(&asker, "config.list", NULL));
	asker_close(&asker);
	return world_close(&world);
}

static bool
has_user(const json_t *users, const char *id)
{
	for (size_t i = 0; i < json_array_size(users); i++) {
		if (strcmp(text_of(json_array_get(users, i), "id"), id) == 0)
			return true;
	}
	return false;
}

static void
the_roster_is_listed_without_oneself(void **state)
{
	json_t *result = ask(&asker, "roster.list", NULL);
	json_t *users = json_object_get(result, "users");

	assert_int_equal(json_array_size(users), 3);
	assert_true(has_user(users, "anna@pc1"));
	assert_true(has_user(users, "dora@pc4"));
	assert_true(json_is_null(json_object_get(result, "next")));
	json_decref(result);
}

static void
a_user_has_every_field_of_the_contract(void **state)
{
	static const char *const fields[] = { "id", "user", "host", "nick",
		"group", "name", "addr", "port", "state", "away", "client",
		"encryption", "fingerprint", "verified", "priority", "hidden",
		"seen" };
	json_t *result = ask(&asker, "roster.list", NULL);
	json_t *user = json_array_get(json_object_get(result, "users"), 0);

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		if (json_object_get(user, fields[i]) == NULL)
			fail_msg("no %s", fields[i]);
	}
	json_decref(result);
}

static json_t *
set_user(json_t *params)
{
	json_t *result = ask(&asker, "user.set", params);
	json_t *user = json_incref(json_object_get(result, "user"));

	json_decref(result);
	return user;
}

static void
what_is_set_of_a_user_is_told_and_listed(void **state)
{
	json_t *user = NULL, *event = NULL;

	json_decref(
	    ask(&asker, "subscribe", json_pack("{s:[s]}", "types", "user")));
	user = set_user(json_pack("{s:s, s:i, s:s}", "who", "dora", "priority",
	    -1000, "name", "Doro"));
	assert_string_equal(text_of(user, "id"), "dora@pc4");
	assert_string_equal(text_of(user, "name"), "Doro");
	assert_int_equal(
	    json_integer_value(json_object_get(user, "priority")), -1000);
	json_decref(user);
	event = asker_event(&asker, "user.changed");
	assert_string_equal(
	    text_of(json_object_get(event, "user"), "id"), "dora@pc4");
	json_decref(event);
	/* Members that are not given stay. */
	user = set_user(json_pack("{s:s, s:i}", "who", "doro", "priority", 0));
	assert_string_equal(text_of(user, "name"), "Doro");
	json_decref(user);
	user = set_user(json_pack("{s:s, s:n}", "who", "doro", "name"));
	assert_true(json_is_null(json_object_get(user, "name")));
	json_decref(user);
	json_decref(ask(&asker, "subscribe", json_pack("{s:[]}", "types")));
}

static void
a_hidden_user_is_listed_only_with_all(void **state)
{
	json_t *result = NULL;

	json_decref(
	    set_user(json_pack("{s:s, s:b}", "who", "carl", "hidden", 1)));
	result = ask(&asker, "roster.list", NULL);
	assert_false(has_user(json_object_get(result, "users"), "carl@pc3"));
	json_decref(result);
	result = ask(&asker, "roster.list", json_pack("{s:b}", "all", 1));
	assert_true(has_user(json_object_get(result, "users"), "carl@pc3"));
	json_decref(result);
	json_decref(
	    set_user(json_pack("{s:s, s:b}", "who", "carl", "hidden", 0)));
}

static void
wrong_wishes_change_nothing(void **state)
{
	char name[300];
	json_t *data = NULL;

	memset(name, 'n', sizeof name);
	name[256] = '\0';
	json_decref(ask_refused(&asker, "user.set",
	    json_pack(
		"{s:s, s:i, s:s}", "who", "anna", "priority", 5, "name", name),
	    2, "request", "255"));
	json_decref(ask_refused(&asker, "user.set",
	    json_pack("{s:s, s:b, s:i}", "who", "anna", "hidden", 1, "priority",
		1001),
	    2, "request", "1000"));
	json_decref(ask_refused(&asker, "user.set",
	    json_pack("{s:s, s:s}", "who", "anna", "hidden", "yes"), 2,
	    "request", "'hidden'"));
	json_decref(ask_refused(&asker, "user.set",
	    json_pack("{s:b}", "hidden", 1), 2, "request", "'who'"));
	json_decref(ask_refused(&asker, "user.set",
	    json_pack("{s:s, s:b}", "who", "bob@pc2", "hidden", 1), 2,
	    "request", "oneself"));
	json_decref(ask_refused(&asker, "user.set",
	    json_pack("{s:s, s:b}", "who", "nobody", "hidden", 1), 3, "unknown",
	    "nobody"));
	data = ask_refused(&asker, "user.set",
	    json_pack("{s:s, s:b}", "who", "@Sales", "hidden", 1), 3,
	    "ambiguous", "@Sales");
	assert_int_equal(json_integer_value(json_object_get(data, "count")), 2);
	json_decref(data);
	json_t *result =
	    ask(&asker, "roster.list", json_pack("{s:b}", "all", 1));
	for (size_t i = 0; i < 3; i++) {
		json_t *user =
		    json_array_get(json_object_get(result, "users"), i);

		assert_true(json_is_false(json_object_get(user, "hidden")));
		assert_int_equal(
		    json_integer_value(json_object_get(user, "priority")), 0);
	}
	json_decref(result);
}

static void
resolving_tells_ids_or_candidates(void **state)
{
	json_t *result =
	    ask(&asker, "roster.resolve", json_pack("{s:s}", "who", "an"));
	json_t *wanted = json_pack("{s:[s]}", "users", "anna@pc1");
	json_t *data = NULL;

	assert_true(json_equal(result, wanted));
	json_decref(result);
	json_decref(wanted);
	data = ask_refused(&asker, "roster.resolve",
	    json_pack("{s:s}", "who", "ana"), 3, "unknown", "'ana'");
	assert_string_equal(text_of(data, "who"), "ana");
	assert_int_equal(
	    json_array_size(json_object_get(data, "candidates")), 1);
	json_decref(data);
	result =
	    ask(&asker, "roster.resolve", json_pack("{s:s}", "who", "@all"));
	assert_int_equal(json_array_size(json_object_get(result, "users")), 2);
	json_decref(result);
}

static void
completion_is_bounded(void **state)
{
	json_t *result = ask(&asker, "roster.complete",
	    json_pack("{s:s, s:i}", "begin", "", "limit", 2));

	assert_int_equal(json_array_size(json_object_get(result, "names")), 2);
	json_decref(result);
	result =
	    ask(&asker, "roster.complete", json_pack("{s:s}", "begin", "@"));
	assert_int_equal(json_array_size(json_object_get(result, "names")), 2);
	json_decref(result);
	json_decref(ask_refused(&asker, "roster.complete",
	    json_pack("{s:i}", "limit", 1001), 2, "request", "1000"));
}

static void
a_refresh_answers_in_the_end(void **state)
{
	json_t *result =
	    ask(&asker, "roster.list", json_pack("{s:b}", "refresh", 1));

	assert_int_equal(json_array_size(json_object_get(result, "users")), 3);
	json_decref(result);
}

static void
status_tells_who_and_where(void **state)
{
	json_t *status = ask(&asker, "status.get", NULL);
	json_t *users = json_object_get(status, "users");

	assert_string_equal(text_of(status, "id"), "bob@pc2");
	assert_string_equal(text_of(status, "user"), "bob");
	assert_string_equal(text_of(status, "host"), "pc2");
	assert_string_equal(text_of(status, "nick"), "Bob");
	assert_string_equal(text_of(status, "group"), "Ops");
	assert_string_equal(text_of(status, "state"), "online");
	assert_string_equal(text_of(status, "socket"), world.camd.paths.socket);
	assert_int_equal(
	    json_integer_value(json_object_get(status, "port")), 2425);
	assert_int_equal(
	    json_array_size(json_object_get(status, "addresses")), 1);
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(status, "addresses"), 0)),
	    settings_text(world.camd.settings, "net.bind"));
	assert_int_equal(
	    json_integer_value(json_object_get(users, "online")), 1);
	assert_int_equal(json_integer_value(json_object_get(users, "away")), 1);
	assert_int_equal(
	    json_integer_value(json_object_get(users, "offline")), 1);
	assert_int_equal(
	    json_integer_value(json_object_get(status, "clients")), 1);
	json_decref(status);
}

/* Last, since so many stay. */
static void
a_long_roster_comes_in_pages_without_loss(void **state)
{
	json_t *seen = json_object(), *after = NULL;
	char logon[32];
	int pages = 0;

	for (int i = 0; i < 12000; i++) {
		snprintf(logon, sizeof logon, "user%05d", i);
		assert_non_null(roster_add(world.camd.roster, logon, "host"));
	}
	do {
		json_t *result = ask(
		    &asker, "roster.list", json_pack("{s:O*}", "after", after));
		json_t *users = json_object_get(result, "users");

		assert_true(json_array_size(users) <= 5000);
		for (size_t i = 0; i < json_array_size(users); i++)
			json_object_set_new(seen,
			    text_of(json_array_get(users, i), "id"),
			    json_true());
		json_decref(after);
		after = json_incref(json_object_get(result, "next"));
		json_decref(result);
		pages++;
	} while (json_is_string(after));
	assert_int_equal(pages, 3);
	assert_int_equal(json_object_size(seen), 12003);
	json_decref(after);
	json_decref(seen);
	json_decref(ask_refused(&asker, "roster.list",
	    json_pack("{s:s}", "after", "x"), 2, "request", "'after'"));
	json_decref(ask_refused(&asker, "roster.list",
	    json_pack("{s:s}", "after", "999999999"), 2, "request", "'after'"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_roster_is_listed_without_oneself),
		cmocka_unit_test(a_user_has_every_field_of_the_contract),
		cmocka_unit_test(what_is_set_of_a_user_is_told_and_listed),
		cmocka_unit_test(a_hidden_user_is_listed_only_with_all),
		cmocka_unit_test(wrong_wishes_change_nothing),
		cmocka_unit_test(resolving_tells_ids_or_candidates),
		cmocka_unit_test(completion_is_bounded),
		cmocka_unit_test(a_refresh_answers_in_the_end),
		cmocka_unit_test(status_tells_who_and_where),
		cmocka_unit_test(a_long_roster_comes_in_pages_without_loss),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
