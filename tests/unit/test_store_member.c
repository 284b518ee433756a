/* test_store_member.c: what a camserver keeps of an organisation. */
#include "server_store.h"
#include "store/directory.h"
#include "store/invitation.h"

static int64_t
put(struct store *store, const char *logon, enum member_state state)
{
	struct store_member member = {
		.logon = logon, .nick = "", .group = "Sales", .state = state
	};

	assert_int_equal(store_member_put(store, &member), 0);
	return member.member;
}

static int
join_logons(const struct store_member *member, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 80 - len, "%s ", member->logon);
	return 0;
}

static int
copy_number(const struct store_member *member, void *arg)
{
	*(int64_t *)arg = member->member;
	return 0;
}

static void
a_users_database_is_not_taken_for_a_servers(void **state)
{
	struct place *place = *state;
	char problem[STORE_PROBLEM_SIZE];
	struct store *store = NULL;

	place_close(place);
	assert_int_equal(store_open(place->path, STORE_WRITE, problem, &store),
	    CAM_ERR_FORMAT);
	assert_null(store);
}

static int
is_all_there(const struct store_member *member, void *arg)
{
	assert_string_equal(member->logon, "Anna");
	assert_string_equal(member->nick, "Anna 安娜");
	assert_string_equal(member->group, "Sales/North");
	assert_int_equal(member->state, MEMBER_JOINED);
	assert_int_equal(member->user_key.len, 32);
	assert_int_equal(member->user_key.data[31], 7);
	assert_int_equal(member->devices.len, 5);
	assert_int_equal(member->made_ms, 1);
	assert_int_equal(member->joined_ms, 2);
	assert_int_equal(member->seen_ms, 99);
	++*(int *)arg;
	return 0;
}

static void
a_member_is_found_by_name_in_any_case_and_by_key(void **state)
{
	struct store *store = store_of(state);
	const uint8_t key[32] = { [31] = 7 };
	struct store_member member = { .logon = "Anna",
		.nick = "Anna 安娜",
		.group = "Sales/North",
		.state = MEMBER_JOINED,
		.user_key = span_of(key, sizeof key),
		.devices = span_text("lists"),
		.made_ms = 1,
		.joined_ms = 2 };
	int found = 0;

	assert_int_equal(store_member_put(store, &member), 0);
	assert_int_equal(store_member_seen(store, member.member, 99), 0);
	assert_int_equal(
	    store_member_get(store, "aNNa", is_all_there, &found), 0);
	assert_int_equal(store_member_by_key(store, span_of(key, sizeof key),
			     is_all_there, &found),
	    0);
	assert_int_equal(found, 2);
	assert_int_equal(store_member_get(store, "ann", is_all_there, &found),
	    CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_member_seen(store, member.member + 1, 99), CAM_ERR_UNKNOWN);
}

static void
no_two_members_have_one_name_or_one_key(void **state)
{
	struct store *store = store_of(state);
	const uint8_t key[32] = { 1 };
	struct store_member other = { .logon = "bob" };

	(void)put(store, "anna", MEMBER_INVITED);
	(void)put(store, "carl", MEMBER_INVITED); /* none has a key yet */
	other.logon = "ANNA";
	assert_int_equal(store_member_put(store, &other), CAM_ERR_EXISTS);
	other.logon = "bob";
	other.user_key = span_of(key, sizeof key);
	assert_int_equal(store_member_put(store, &other), 0);
	other.member = 0;
	other.logon = "dora";
	assert_int_equal(store_member_put(store, &other), CAM_ERR_EXISTS);
	other.user_key = span_of(key, 31);
	assert_int_equal(store_member_put(store, &other), CAM_ERR_FORMAT);
}

static void
members_are_listed_by_name_in_pages(void **state)
{
	struct store *store = store_of(state);
	size_t counts[MEMBER_REMOVED + 1];
	char text[80] = "";

	(void)put(store, "dora", MEMBER_WAITING);
	(void)put(store, "Anna", MEMBER_JOINED);
	(void)put(store, "bob", MEMBER_JOINED);
	(void)put(store, "Carl", MEMBER_JOINED);
	assert_int_equal(
	    store_member_each(store, NULL, -1, 2, join_logons, text), 0);
	assert_string_equal(text, "Anna bob ");
	text[0] = '\0';
	assert_int_equal(
	    store_member_each(store, "bob", -1, 9, join_logons, text), 0);
	assert_string_equal(text, "Carl dora ");
	text[0] = '\0';
	assert_int_equal(store_member_each(
			     store, NULL, MEMBER_WAITING, 9, join_logons, text),
	    0);
	assert_string_equal(text, "dora ");
	assert_int_equal(store_member_count(store, counts), 0);
	assert_int_equal(counts[MEMBER_JOINED], 3);
	assert_int_equal(counts[MEMBER_WAITING], 1);
	assert_int_equal(counts[MEMBER_INVITED], 0);
}

static void
a_number_is_never_given_again(void **state)
{
	struct store *store = store_of(state);
	int64_t first = put(store, "anna", MEMBER_REMOVED), found = 0;

	assert_true(put(store, "bob", MEMBER_JOINED) > first);
	assert_int_equal(
	    store_member_get(store, "anna", copy_number, &found), 0);
	assert_int_equal(found, first);
}

static void
an_invitation_is_good_once(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = put(store, "anna", MEMBER_INVITED), whose = 0;
	const uint8_t hash[INVITATION_HASH_SIZE] = { 1 };

	assert_int_equal(store_invitation_put(store, hash, anna, 1000), 0);
	assert_int_equal(store_invitation_take(store, hash, 999, &whose), 0);
	assert_int_equal(whose, anna);
	assert_int_equal(
	    store_invitation_take(store, hash, 999, &whose), CAM_ERR_UNKNOWN);
}

static void
an_invitation_is_good_for_its_time(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = put(store, "anna", MEMBER_INVITED), value = 0;
	const uint8_t hash[INVITATION_HASH_SIZE] = { 1 };

	assert_int_equal(store_invitation_put(store, hash, anna, 1000), 0);
	assert_int_equal(
	    store_invitation_take(store, hash, 1000, &value), CAM_ERR_UNKNOWN);
	assert_int_equal(store_invitation_expires(store, anna, &value), 0);
	assert_int_equal(value, 1000);
	assert_int_equal(store_invitation_expires(store, anna + 1, &value), 0);
	assert_int_equal(value, 0);
}

static void
a_new_invitation_takes_the_place_of_the_former(void **state)
{
	struct store *store = store_of(state);
	int64_t anna = put(store, "anna", MEMBER_INVITED), whose = 0;
	const uint8_t former[INVITATION_HASH_SIZE] = { 1 };
	const uint8_t later[INVITATION_HASH_SIZE] = { 2 };

	assert_int_equal(store_invitation_put(store, former, anna, 1000), 0);
	assert_int_equal(store_invitation_put(store, later, anna, 1000), 0);
	assert_int_equal(
	    store_invitation_take(store, former, 1, &whose), CAM_ERR_UNKNOWN);
	assert_int_equal(store_invitation_drop(store, anna), 0);
	assert_int_equal(
	    store_invitation_take(store, later, 1, &whose), CAM_ERR_UNKNOWN);
}

static int
join_bytes(int64_t number, struct span bytes, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 80 - len, "%d%.*s ", (int)number, (int)bytes.len,
	    (const char *)bytes.data);
	return 0;
}

static void
the_directory_is_read_in_order_from_any_place(void **state)
{
	struct store *store = store_of(state);
	char text[80] = "";
	int64_t number = 0;

	assert_int_equal(
	    store_directory_add(store, span_text("a"), &number), 0);
	assert_int_equal(number, 1);
	assert_int_equal(
	    store_directory_add(store, span_text("b"), &number), 0);
	assert_int_equal(
	    store_directory_add(store, span_text("c"), &number), 0);
	assert_int_equal(number, 3);
	assert_int_equal(
	    store_directory_add(store, span_text(""), &number), CAM_ERR_LIMIT);
	assert_int_equal(
	    store_directory_each(store, 1, 9, join_bytes, text), 0);
	assert_string_equal(text, "2b 3c ");
	text[0] = '\0';
	assert_int_equal(
	    store_directory_each(store, 0, 1, join_bytes, text), 0);
	assert_string_equal(text, "1a ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_users_database_is_not_taken_for_a_servers, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_member_is_found_by_name_in_any_case_and_by_key, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    no_two_members_have_one_name_or_one_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    members_are_listed_by_name_in_pages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_number_is_never_given_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_invitation_is_good_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_invitation_is_good_for_its_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_new_invitation_takes_the_place_of_the_former, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    the_directory_is_read_in_order_from_any_place, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
