/* test_heard.c: what is believed of what others tell, about themselves and each
 * other (threat model N1-N3, I1, I2). */
#include "rosters.h"

static size_t
count_present(struct town *town)
{
	size_t counts[3];

	roster_count_states(roster_of(town), counts);
	return counts[USER_ONLINE] + counts[USER_AWAY];
}

/* -- entries --------------------------------------------------------------- */

static void
a_newcomer_is_shown_as_he_shows_himself(void **state)
{
	struct town *town = *state;
	struct person *carl =
	    person_make(town, "carl", "pc3", "10.77.0.4:2425", NULL, false);
	struct user *user;

	person_enters(town, carl);
	user = user_of(town, carl);
	assert_string_equal(user->nick, "carl!");
	assert_string_equal(user->group, "Staff");
	assert_int_equal(user->state, USER_ONLINE);
	assert_null(user->pin);
	assert_at(user, "10.77.0.4:2425");
	assert_int_equal(count_present(town), 1);
}

static void
an_exit_is_believed_from_where_the_user_is(void **state)
{
	struct town *town = *state;
	struct person *carl =
	    person_make(town, "carl", "pc3", "10.77.0.4:2425", NULL, false);

	person_enters(town, carl);
	twin_hear(&town->twin, "10.77.0.5", "1:9:carl:pc3:2:|");
	twin_hear(&town->twin, "10.77.0.4:99", "1:9:carl:pc3:2:|");
	assert_int_equal(user_of(town, carl)->state, USER_ONLINE);
	person_tells(town, carl, COMMAND_BR_EXIT);
	assert_int_equal(user_of(town, carl)->state, USER_OFFLINE);
}

static void
who_is_thought_to_have_gone_is_written_to_all_the_same(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);

	person_tells(town, anna, COMMAND_BR_EXIT);
	assert_int_equal(user_of(town, anna)->state, USER_OFFLINE);
	send_to(town, user_of(town, anna), "still there?");
	assert_int_equal(anna->read_count, 2);
	/* Her receipt shows that she is. */
	assert_int_equal(user_of(town, anna)->state, USER_ONLINE);
}

static void
a_message_shows_that_its_author_is_there(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);

	person_tells(town, anna, COMMAND_BR_EXIT);
	anna->silent = true;
	send_to(town, user, "waits for you");
	town_lose_patience(town);
	assert_int_equal(user->state, USER_OFFLINE);
	anna->silent = false;
	town->handled = town->twin.caught_count;
	person_writes(town, anna, "here I am");
	town_settle(town);
	assert_int_equal(user->state, USER_ONLINE);
	assert_string_equal(anna->read[anna->read_count - 1], "waits for you");
}

static void
one_address_belongs_to_one_user_at_a_time(void **state)
{
	struct town *town = *state;

	twin_hear(&town->twin, "10.77.0.4", "1:9:carl:pc3:1:Carl|");
	twin_hear(&town->twin, "10.77.0.4:2426", "1:9:dora:pc3:1:Dora|");
	assert_int_equal(count_present(town), 2);
	twin_hear(&town->twin, "10.77.0.4", "1:9:emil:pc3:1:Emil|");
	assert_int_equal(count_present(town), 2);
	assert_int_equal(
	    roster_find(roster_of(town), "carl", "pc3", NULL)->state,
	    USER_OFFLINE);
}

static void
one_without_a_key_is_where_he_says(void **state)
{
	struct town *town = *state;

	twin_hear(&town->twin, "10.77.0.4", "1:9:carl:pc3:1:Carl|");
	twin_hear(&town->twin, "10.77.0.5", "1:9:CARL:PC3:1:Carl|");
	assert_at(roster_find(roster_of(town), "carl", "pc3", NULL),
	    "10.77.0.5:2425");
	assert_int_equal(roster_count(roster_of(town)), 1);
}

static void
somebody_in_anothers_list_is_known_but_not_there(void **state)
{
	struct town *town = *state;
	struct user *user;

	/* From a camd of this machine, which may tell unasked. */
	twin_hear(&town->twin, "127.0.0.9",
	    "1:6:l:s:19:0\a1\azoe\apc9\a17825792\a10.9.9.9\a30985\aZoe\aS\a|");
	user = roster_find(roster_of(town), "zoe", "pc9", NULL);
	assert_int_equal(user->state, USER_OFFLINE);
	assert_string_equal(user->nick, "Zoe");
	twin_hear(&town->twin, "10.9.9.9", "1:9:zoe:pc9:3:Zoe|");
	assert_int_equal(user->state, USER_ONLINE);
}

/* -- absence --------------------------------------------------------------- */

static void
tell_absence(struct town *town, uint32_t command, const char *nick)
{
	twin_hear(&town->twin, "10.77.0.4", "1:9:carl:pc3:%u:%s|Sales|",
	    (unsigned)(command | STATUS_ABSENCE), nick);
}

static void
a_title_behind_the_nick_is_the_absence(void **state)
{
	struct town *town = *state;
	struct user *user;
	static const struct {
		const char *told, *nick, *away;
	} cases[] = { { "Carl[lunch]", "Carl", "lunch" },
		{ "Carl[see [wiki]]", "Carl", "see [wiki]" },
		{ "[Carl]", "[Carl]", "" }, { "Carl]", "Carl]", "" },
		{ "Carl[a]b", "Carl[a]b", "" }, { "Carl[]", "Carl", "" },
		{ "Carl [x][y]", "Carl [x]", "y" } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		tell_absence(town, COMMAND_BR_ABSENCE, cases[i].told);
		user = roster_find(roster_of(town), "carl", "pc3", NULL);
		assert_int_equal(user->state, USER_AWAY);
		assert_string_equal(user->nick, cases[i].nick);
		assert_string_equal(user->away, cases[i].away);
		twin_hear(&town->twin, "10.77.0.4", "1:9:carl:pc3:4:Carl|");
		assert_int_equal(user->state, USER_ONLINE);
		assert_null(user->away);
	}
}

static void
brackets_of_who_is_present_are_part_of_his_nick(void **state)
{
	struct town *town = *state;

	twin_hear(&town->twin, "10.77.0.4", "1:9:carl:pc3:1:Carl[IT]|");
	assert_string_equal(
	    roster_find(roster_of(town), "carl", "pc3", NULL)->nick,
	    "Carl[IT]");
}

static void
the_whole_text_is_asked_for_and_not_lost_to_its_title(void **state)
{
	struct town *town = *state;
	struct user *user;

	tell_absence(town, COMMAND_BR_ABSENCE, "Carl[lunch]");
	user = roster_find(roster_of(town), "carl", "pc3", NULL);
	assert_int_equal(caught_count(&town->twin, COMMAND_GETABSENCEINFO), 1);
	twin_hear(
	    &town->twin, "10.77.0.4", "1:10:carl:pc3:81:lunch, back at three|");
	assert_string_equal(user->away, "lunch, back at three");
	tell_absence(town, COMMAND_BR_ENTRY, "Carl[lunch]");
	tell_absence(town, COMMAND_ANSENTRY, "Carl[lunch]");
	assert_string_equal(user->away, "lunch, back at three");
	tell_absence(town, COMMAND_BR_ABSENCE, "Carl[gone home]");
	assert_string_equal(user->away, "gone home");
	assert_int_equal(caught_count(&town->twin, COMMAND_GETABSENCEINFO), 2);
}

static void
nothing_is_asked_because_of_an_answer(void **state)
{
	struct town *town = *state;

	tell_absence(town, COMMAND_ANSENTRY, "Carl[lunch]");
	twin_flush(&town->twin);
	assert_int_equal(town->twin.caught_count, 0);
}

/* -- strangers ------------------------------------------------------------- */

static void
the_author_of_a_message_is_added_and_asked(void **state)
{
	struct town *town = *state;
	struct packet packet;

	twin_hear(&town->twin, "10.77.0.8",
	    "1:9:finn:pc8:288:a longer text, so "
	    "that there is credit enough for a question, which is a whole "
	    "entry "
	    "with all its lines|");
	town_settle(town);
	assert_non_null(roster_find(roster_of(town), "finn", "pc8", NULL));
	assert_to(caught_one(&town->twin, COMMAND_BR_ENTRY, &packet),
	    "10.77.0.8:2425");
	assert_int_equal(caught_count(&town->twin, COMMAND_RECVMSG), 1);
}

static void
nothing_follows_from_automatic_messages_of_strangers(void **state)
{
	struct town *town = *state;
	static const uint32_t options[] = { MESSAGE_AUTORET, MESSAGE_BROADCAST,
		MESSAGE_NOADDLIST | MESSAGE_AUTORET };

	for (size_t i = 0; i < 3; i++) {
		twin_hear(&town->twin, "10.77.0.8",
		    "1:9:finn%zu:pc8:%u:a longer text, so that there is credit "
		    "enough for a question, which is a whole entry with all "
		    "its lines|",
		    i,
		    (unsigned)(COMMAND_SENDMSG | MESSAGE_SENDCHECK |
			       options[i]));
		town_settle(town);
	}
	assert_int_equal(town->twin.caught_count, 0);
}

static void
at_one_address_the_absent_make_room_for_newcomers(void **state)
{
	struct town *town = *state;
	struct roster *roster = roster_of(town);
	struct addr addr = address("10.77.0.50");

	for (int i = 0; i < LIMIT_PEERS_UNPINNED_SOURCE; i++) {
		char name[16];
		struct user *user;

		snprintf(name, sizeof name, "u%d", i);
		user = world_user(
		    &town->world, name, "pc", name, "", USER_OFFLINE);
		user->seen_ms = 1000 + i;
		roster_set_addr(roster, user, &addr);
	}
	twin_hear(&town->twin, "10.77.0.50", "1:9:new:pc:1:New|");
	assert_null(roster_find(roster, "new", "pc", NULL));
	town_settle(town);
	assert_null(roster_find(roster, "u0", "pc", NULL));
	twin_hear(&town->twin, "10.77.0.50", "1:10:new:pc:1:New|");
	assert_non_null(roster_find(roster, "new", "pc", NULL));
	assert_int_equal(roster_count(roster), LIMIT_PEERS_UNPINNED_SOURCE);
}

static void
who_is_there_makes_room_for_nobody(void **state)
{
	struct town *town = *state;

	for (int i = 0; i < 10 * LIMIT_PEERS_UNPINNED_SOURCE; i++) {
		char from[32];

		snprintf(from, sizeof from, "10.77.0.50:%d", 3000 + i);
		twin_hear(&town->twin, from, "1:9:u%d:pc:1:U|", i);
	}
	town_settle(town);
	assert_true(
	    roster_count(roster_of(town)) <= LIMIT_PEERS_UNPINNED_SOURCE);
	assert_non_null(roster_find(roster_of(town), "u0", "pc", NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(a_newcomer_is_shown_as_he_shows_himself),
		TEST_OF_TOWN(an_exit_is_believed_from_where_the_user_is),
		TEST_OF_TOWN(
		    who_is_thought_to_have_gone_is_written_to_all_the_same),
		TEST_OF_TOWN(a_message_shows_that_its_author_is_there),
		TEST_OF_TOWN(one_address_belongs_to_one_user_at_a_time),
		TEST_OF_TOWN(one_without_a_key_is_where_he_says),
		TEST_OF_TOWN(somebody_in_anothers_list_is_known_but_not_there),
		TEST_OF_TOWN(a_title_behind_the_nick_is_the_absence),
		TEST_OF_TOWN(brackets_of_who_is_present_are_part_of_his_nick),
		TEST_OF_TOWN(
		    the_whole_text_is_asked_for_and_not_lost_to_its_title),
		TEST_OF_TOWN(nothing_is_asked_because_of_an_answer),
		TEST_OF_TOWN(the_author_of_a_message_is_added_and_asked),
		TEST_OF_TOWN(
		    nothing_follows_from_automatic_messages_of_strangers),
		TEST_OF_TOWN(at_one_address_the_absent_make_room_for_newcomers),
		TEST_OF_TOWN(who_is_there_makes_room_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
