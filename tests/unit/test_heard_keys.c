/* test_heard_keys.c: who is who by the keys that are heard. */
#include "rosters.h"

/* -- users with a pinned key ----------------------------------------------- */

static void
what_a_pinned_user_can_is_not_taken_back(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);
	uint32_t word = user->peer.word;

	/* In her name and from her address. */
	twin_hear(&town->twin, "10.77.0.3", "1_iptux 0.8.3:9:%s:pc1:%u:Eve|",
	    anna->user, (unsigned)(COMMAND_BR_ENTRY | STATUS_ENCRYPT));
	assert_int_equal(user->peer.client, CLIENT_PLAIN);
	assert_true(user->peer.status & STATUS_CAPUTF8);
	assert_true(user->peer.status & STATUS_ENCEXTMSG);
	assert_int_equal(user->peer.word, word);
	send_to(town, user, "\xe4\xbd\xa0 as before");
	assert_string_equal(anna->read[1], "\xe4\xbd\xa0 as before");
	assert_true(anna->read_sealed[1]);
}

static void
hint_over(struct user *user)
{
	assert_non_null(user->hint);
	hint_wait_is_over(user->hint);
}

static void
another_address_is_no_news_while_the_old_one_lives(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);

	twin_hear(&town->twin, "10.77.0.66", "1:9:%s:pc1:%u:Eve|Evil|",
	    anna->user, (unsigned)(COMMAND_BR_ENTRY | anna->status));
	assert_at(user, "10.77.0.3:2425");
	assert_string_equal(user->group, "Staff");
	assert_non_null(user->hint);
	/* Eve even shows anna's key; anna answers the question. */
	town_settle(town);
	assert_null(user->hint);
	assert_at(user, "10.77.0.3:2425");
}

static void
a_new_address_that_shows_the_key_is_followed_when_the_old_is_silent(
    void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);

	strcpy(anna->at, "10.77.0.33:2425");
	person_enters(town, anna);
	town_settle(town);
	/* It has shown the key, and is not believed yet. */
	assert_at(user, "10.77.0.3:2425");
	hint_over(user);
	assert_at(user, "10.77.0.33:2425");
	assert_ptr_equal(user_of(town, anna), user);
	send_to(town, user, "at your new place");
	assert_string_equal(anna->read[1], "at your new place");
}

static void
a_new_address_without_the_key_is_forgotten(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);

	anna->silent = true;
	twin_hear(&town->twin, "10.77.0.66", "1:9:%s:pc1:%u:Eve|", anna->user,
	    (unsigned)(COMMAND_BR_ENTRY | anna->status));
	town_settle(town);
	hint_over(user);
	assert_null(user->hint);
	assert_at(user, "10.77.0.3:2425");
}

/* An exit, an entry and a public key, all forged, move nobody either. */
static void
the_old_address_is_asked_even_of_who_is_thought_to_have_gone(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct person *eve =
	    person_make(town, "eve", "pc66", "10.77.0.66:2425", "other", false);
	struct user *user = user_of(town, anna);

	strcpy(eve->user, anna->user);
	eve->host = anna->host;
	person_tells(town, anna, COMMAND_BR_EXIT);
	person_enters(town, eve);
	assert_int_equal(user->state, USER_OFFLINE);
	assert_at(user, "10.77.0.3:2425");
	town_settle(town);
	assert_int_equal(eve->asked, 1);
	assert_null(user->hint);
	assert_at(user, "10.77.0.3:2425");
	assert_int_equal(user->state, USER_ONLINE);
}

static void
an_answer_to_no_question_starts_no_search(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);

	town->world.camd.lan->asked_ms = 0;
	twin_hear(&town->twin, "10.77.0.66", "1:9:%s:pc1:%u:Eve|", anna->user,
	    (unsigned)(COMMAND_ANSENTRY | anna->status));
	assert_null(user->hint);
}

static void
a_storm_of_forged_entries_is_checked_but_now_and_then(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);

	town_forget(town);
	for (int i = 0; i < 60; i++) {
		char from[32];

		snprintf(from, sizeof from, "10.77.0.%d", 100 + i);
		twin_hear(&town->twin, from, "1:9:%s:pc1:%u:Eve|", anna->user,
		    (unsigned)(COMMAND_BR_ENTRY | anna->status));
		town_settle(town);
	}
	assert_in_range(caught_count(&town->twin, COMMAND_GETPUBKEY), 1, 2);
}

/* -- two ways to one user -------------------------------------------------- */

static void
entry_of_zoe(struct town *town, const char *from)
{
	struct addr addr = address(from);
	struct lan_entry entry = { .kind = LAN_ENTERED,
		.from = addr,
		.user = "zoe",
		.host = "pc9",
		.nick = "Zoe",
		.group = "",
		.version = "",
		.status = STATUS_CAPUTF8 };

	heard_entry(&town->world.camd, &entry);
}

static void
ipv4_is_preferred_while_it_is_heard(void **state)
{
	struct town *town = *state;
	struct user *zoe;

	entry_of_zoe(town, "10.77.0.9");
	entry_of_zoe(town, "[fd00::9]:2425");
	zoe = roster_find(roster_of(town), "zoe", "pc9", NULL);
	assert_at(zoe, "10.77.0.9:2425");
	/* Silent for long it is given up. */
	zoe->seen_ms -= 8000;
	entry_of_zoe(town, "[fd00::9]:2425");
	assert_at(zoe, "[fd00::9]:2425");
	/* Nor is one IPv6 address better than another. */
	entry_of_zoe(town, "[fd00::99]:2425");
	assert_at(zoe, "[fd00::9]:2425");
	entry_of_zoe(town, "10.77.0.9");
	assert_at(zoe, "10.77.0.9:2425");
	assert_int_equal(roster_count(roster_of(town)), 1);
}

/* -- keys ------------------------------------------------------------------ */

static void
a_key_is_pinned_at_first_use_and_stays(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct user *user = user_of(town, anna);

	assert_int_equal(user->peer.strength, PEER_STRONG);
	town_restart(town);
	user = user_of(town, anna);
	assert_non_null(user->pin);
	assert_int_equal(user->peer.strength, PEER_STRONG);
	assert_int_equal(user->peer.word, CAPA_OURS);
	assert_true(
	    rsa_public_equal(user->peer.key, rsa_key_public(anna->strong)));
}

static void
strength_is_that_of_the_key_shown_not_of_words(void **state)
{
	struct town *town = *state;
	struct person *old =
	    person_make(town, "old", "pc7", "10.77.0.7:2425", "other", false);

	rsa_key_free(old->strong);
	old->strong = NULL;
	person_enters(town, old);
	send_to(town, user_of(town, old), "weak but yours");
	assert_int_equal(user_of(town, old)->peer.strength, PEER_WEAK);
	assert_int_equal(old->asked, 1);
	assert_string_equal(old->read[0], "weak but yours");
}

static void
another_key_under_a_name_is_a_user_of_its_own(void **state)
{
	struct town *town = *state;
	struct person *dora =
	    person_make(town, "dora", "pc4", "10.77.0.4:2425", "other", false);
	struct person *eve =
	    person_make(town, "dora", "pc4", "10.77.0.66:2425", "mac", false);
	struct user *first, *second = NULL;
	char *id;

	person_enters(town, dora);
	send_to(town, user_of(town, dora), "hello");
	first = user_of(town, dora);
	assert_non_null(first->pin);
	/* Eve has the name, and a key of her own, which she shows. */
	person_enters(town, eve);
	town_settle(town);
	assert_int_equal(eve->asked, 1);
	assert_int_equal(roster_count(roster_of(town)), 2);
	second = user_of(town, eve);
	assert_ptr_not_equal(first, second);
	assert_true(second->second);
	id = user_id(second);
	assert_true(text_starts_same(id, "dora@pc4/"));
	free(id);
	/* It says nothing of the first one. */
	assert_at(first, "10.77.0.4:2425");
	assert_int_equal(first->state, USER_ONLINE);
	assert_true(
	    rsa_public_equal(first->peer.key, rsa_key_public(dora->strong)));
}

static void
a_message_is_his_whose_key_signed_it(void **state)
{
	struct town *town = *state;
	struct person *dora =
	    person_make(town, "dora", "pc4", "10.77.0.4:2425", "other", false);
	struct person *eve =
	    person_make(town, "dora", "pc4", "10.77.0.66:2425", "mac", false);
	struct lan_message message = { .user = (char *)"dora",
		.host = (char *)"pc4",
		.from = address("10.77.0.99"),
		.signature = LAN_SIGNED };
	struct user *first, *second;

	person_enters(town, dora);
	send_to(town, user_of(town, dora), "hello");
	person_enters(town, eve);
	town_settle(town);
	first = user_of(town, dora);
	second = user_of(town, eve);
	/* Whoever of them was heard last. */
	for (int i = 0; i < 2; i++) {
		first->seen_ms = i;
		second->seen_ms = 1 - i;
		message.key = first->peer.key;
		assert_ptr_equal(
		    heard_sender(&town->world.camd, &message), first);
		message.key = second->peer.key;
		assert_ptr_equal(
		    heard_sender(&town->world.camd, &message), second);
	}
	/* A key that nobody has any more. */
	message.key = rsa_key_public(keyring_key(town->ours, RSA_2048));
	assert_null(heard_sender(&town->world.camd, &message));
}

/* -- a new machine --------------------------------------------------------- */

/* anna's key on another host. */
static struct person *
annas_new_machine(struct town *town)
{
	return person_make(
	    town, "anna", "laptop", "10.77.0.33:2425", "other", true);
}

static void
the_same_key_on_a_new_host_is_the_same_person(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town), *laptop;
	struct user *user = user_of(town, anna), *newcomer;
	int64_t uid = user->uid;

	marks_alias(roster_of(town), user, "Annie");
	anna->silent = true;
	laptop = annas_new_machine(town);
	person_enters(town, laptop);
	town_settle(town);
	/* For a moment there are two. */
	newcomer = user_of(town, laptop);
	assert_ptr_not_equal(newcomer, user);
	hint_over(newcomer);
	assert_int_equal(roster_count(roster_of(town)), 1);
	user = user_of(town, laptop);
	assert_int_equal(user->uid, uid);
	assert_string_equal(user->alias, "Annie");
	assert_string_equal(user->peer.host, "laptop");
	assert_at(user, "10.77.0.33:2425");
	assert_int_equal(user->state, USER_ONLINE);
	/* Also after a restart, and no ghost comes back. */
	town_restart(town);
	assert_int_equal(roster_count(roster_of(town)), 1);
	user = user_of(town, laptop);
	assert_int_equal(user->uid, uid);
	send_to(town, user, "on your laptop");
	assert_string_equal(
	    laptop->read[laptop->read_count - 1], "on your laptop");
}

static void
while_the_old_machine_answers_there_are_two(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town), *laptop;

	laptop = annas_new_machine(town);
	person_enters(town, laptop);
	town_settle(town);
	hint_over(user_of(town, laptop));
	assert_int_equal(roster_count(roster_of(town)), 2);
	assert_non_null(user_of(town, laptop)->pin);
	assert_string_equal(user_of(town, anna)->peer.host, "pc1");
}

static void
what_waits_for_a_user_follows_him_to_his_new_machine(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town), *laptop;
	struct user *user = user_of(town, anna);
	struct sent sent, other;

	anna->silent = true;
	sent = send_to(town, user, "catch me");
	town_lose_patience(town);
	laptop = annas_new_machine(town);
	person_enters(town, laptop);
	town_settle(town);
	/* Written to the newcomer before it is known who that is. */
	other = send_to(town, user_of(town, laptop), "you too");
	hint_over(user_of(town, laptop));
	town_settle(town);
	assert_int_equal(laptop->read_count, 2);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_DELIVERED);
	assert_int_equal(delivery_of(town, other.id).state, STORE_DELIVERED);
}

static void
the_newcomers_number_means_the_one_he_turned_out_to_be(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town), *laptop;
	struct user *user;
	int64_t uid;

	anna->silent = true;
	laptop = annas_new_machine(town);
	person_enters(town, laptop);
	town_settle(town);
	uid = user_of(town, laptop)->uid;
	hint_over(user_of(town, laptop));
	user = user_of(town, laptop);
	assert_ptr_equal(roster_by_uid(roster_of(town), uid), user);
	assert_int_not_equal(user->uid, uid);
	/* His host renamed again, at the same place: at once. */
	laptop->host = "notebook";
	person_enters(town, laptop);
	town_settle(town);
	assert_int_equal(roster_count(roster_of(town)), 1);
	assert_ptr_equal(
	    roster_by_uid(roster_of(town), uid), user_of(town, laptop));
	town_restart(town);
	assert_ptr_equal(
	    roster_by_uid(roster_of(town), uid), user_of(town, laptop));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(what_a_pinned_user_can_is_not_taken_back),
		TEST_OF_TOWN(
		    another_address_is_no_news_while_the_old_one_lives),
		TEST_OF_TOWN(
		    a_new_address_that_shows_the_key_is_followed_when_the_old_is_silent),
		TEST_OF_TOWN(a_new_address_without_the_key_is_forgotten),
		TEST_OF_TOWN(
		    the_old_address_is_asked_even_of_who_is_thought_to_have_gone),
		TEST_OF_TOWN(an_answer_to_no_question_starts_no_search),
		TEST_OF_TOWN(
		    a_storm_of_forged_entries_is_checked_but_now_and_then),
		TEST_OF_TOWN(ipv4_is_preferred_while_it_is_heard),
		TEST_OF_TOWN(a_key_is_pinned_at_first_use_and_stays),
		TEST_OF_TOWN(strength_is_that_of_the_key_shown_not_of_words),
		TEST_OF_TOWN(another_key_under_a_name_is_a_user_of_its_own),
		TEST_OF_TOWN(a_message_is_his_whose_key_signed_it),
		TEST_OF_TOWN(the_same_key_on_a_new_host_is_the_same_person),
		TEST_OF_TOWN(while_the_old_machine_answers_there_are_two),
		TEST_OF_TOWN(
		    what_waits_for_a_user_follows_him_to_his_new_machine),
		TEST_OF_TOWN(
		    the_newcomers_number_means_the_one_he_turned_out_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
