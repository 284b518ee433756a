/* test_lan_announce.c: telling of ourselves, to whom and how (reference 2.1,
 * 6.4). */
#include "party.h"
#include "wire.h"

static void
take(struct party *party, const char *broadcast)
{
	struct lan_settings settings = party_settings;

	settings.broadcast = broadcast;
	party_take_settings(party, &settings);
}

static void
parse_entry(
    struct party *party, const struct packet *packet, struct entry *entry)
{
	struct charset_reader reader;

	lan_reader(party->lan, NULL, &reader);
	assert_int_equal(entry_parse(packet, &reader, entry), 0);
}

static void
an_entry_says_who_we_are_and_what_we_can(void **state)
{
	struct party *party = *state;
	struct packet packet;
	struct entry entry;

	lan_enter(party->lan);
	assert_int_equal(
	    caught_one(&party->twin, COMMAND_BR_ENTRY, &packet)->interface, 2);
	/* All that 4.99 says of itself but IPDict. */
	assert_int_equal(packet.command, 0x0d640001);
	parse_entry(party, &packet, &entry);
	assert_string_equal(entry.user, lan_user(party->lan));
	assert_string_equal(entry.host, "pc2");
	assert_string_equal(entry.nick, "Bob");
	assert_string_equal(entry.group, "Sales");
	assert_true(entry.has_version);
}

static void
it_is_said_once_more_after_five_seconds(void **state)
{
	struct party *party = *state;

	lan_enter(party->lan);
	assert_in_range(timer_left_ms(&party->lan->again), 4000, 5000);
	fire(&party->lan->again);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ENTRY), 2);
	assert_false(timer_is_running(&party->lan->again));
}

static void
that_we_speak_cam1_is_in_entries_and_in_no_goodbye(void **state)
{
	struct party *party = *state;
	struct packet packet;
	struct entry entry;

	party->speaks_cam = true;
	lan_enter(party->lan);
	lan_change(party->lan, "Bob", "", NULL);
	caught_one(&party->twin, COMMAND_BR_ENTRY, &packet);
	parse_entry(party, &packet, &entry);
	assert_span(entry_line(&entry, "CM"), "our line for 2425");
	caught_one(&party->twin, COMMAND_BR_ABSENCE, &packet);
	parse_entry(party, &packet, &entry);
	assert_span(entry_line(&entry, "CM"), "our line for 2425");
	lan_close(party->lan);
	caught_one(&party->twin, COMMAND_BR_EXIT, &packet);
	parse_entry(party, &packet, &entry);
	assert_null(entry_line(&entry, "CM").data);
}

static void
an_empty_group_is_none_at_all(void **state)
{
	struct party *party = *state;
	struct packet packet;

	lan_change(party->lan, "Bob", "", NULL);
	caught_one(&party->twin, COMMAND_BR_ABSENCE, &packet);
	assert_int_equal(packet.parts[1].len, 0);
	assert_string_equal(party->lan->group, "");
}

static void
absence_is_a_flag_and_a_word_behind_the_nick(void **state)
{
	struct party *party = *state;
	struct packet packet;
	struct entry entry;

	lan_change(party->lan, "Bob", "Sales", "lunch");
	caught_one(&party->twin, COMMAND_BR_ABSENCE, &packet);
	assert_true(packet.command & STATUS_ABSENCE);
	parse_entry(party, &packet, &entry);
	assert_string_equal(entry.nick, "Bob[lunch]");
	twin_forget(&party->twin);
	lan_change(party->lan, "Bob", "Sales", "");
	caught_one(&party->twin, COMMAND_BR_ABSENCE, &packet);
	assert_true(packet.command & STATUS_ABSENCE);
	parse_entry(party, &packet, &entry);
	assert_string_equal(entry.nick, "Bob");
	twin_forget(&party->twin);
	lan_change(party->lan, "Bob", "Sales", NULL);
	caught_one(&party->twin, COMMAND_BR_ABSENCE, &packet);
	assert_false(packet.command & STATUS_ABSENCE);
}

static void
named_hosts_are_told_too_but_not_ourselves(void **state)
{
	struct party *party = *state;

	take(party, "10.9.0.1 10.77.0.2 10.77.0.2:2426 10.9.255.255:3000");
	twin_flush(&party->twin);
	assert_to(&party->twin.caught[1], "10.9.0.1:2425");
	twin_forget(&party->twin);
	lan_change(party->lan, "Bob", "", NULL);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ABSENCE), 4);
	assert_to(&party->twin.caught[2], "10.77.0.2:2426");
	assert_to(&party->twin.caught[3], "10.9.255.255:3000");
}

static void
named_hosts_are_asked_for_their_lists_and_networks_are_not(void **state)
{
	struct party *party = *state;
	struct packet packet;

	take(party, "10.9.0.1 10.9.1.0/28 10.9.2.1");
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ISGETLIST2), 2);
	assert_to(caught_nth(&party->twin, COMMAND_BR_ISGETLIST2, 1, &packet),
	    "10.9.2.1:2425");
}

static void
large_networks_are_walked_in_small_steps(void **state)
{
	struct party *party = *state;
	struct packet packet;
	size_t steps = 0;

	take(party, "10.9.1.*");
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ENTRY), 1 + 64);
	for (; timer_is_running(&party->lan->walk_timer); steps++) {
		assert_in_range(timer_left_ms(&party->lan->walk_timer), 0, 20);
		fire(&party->lan->walk_timer);
	}
	assert_int_equal(steps, 3);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ENTRY), 1 + 254);
	assert_to(caught_nth(&party->twin, COMMAND_BR_ENTRY, 254, &packet),
	    "10.9.1.254:2425");
}

static void
a_change_does_not_cut_short_an_entry_still_on_its_way(void **state)
{
	struct party *party = *state;

	take(party, "10.9.1.*");
	lan_change(party->lan, "Bob", "", "lunch");
	twin_forget(&party->twin);
	while (timer_is_running(&party->lan->walk_timer))
		fire(&party->lan->walk_timer);
	assert_int_equal(
	    caught_count(&party->twin, COMMAND_BR_ENTRY), 254 - 64);
}

static void
who_is_reached_late_answers_late(void **state)
{
	struct party *party = *state;

	take(party, "10.9.1.*");
	/* As if the walk had gone on for long. */
	party->lan->asked_ms -= 20000;
	fire(&party->lan->walk_timer);
	twin_hear(
	    &party->twin, "10.9.1.80", "1:5:zoe:pc9:%d:Zoe|", 3 | ANNAS_STATUS);
	assert_false(party->entry.entry.unasked);
}

static void
a_goodbye_goes_to_named_hosts_and_to_who_was_found_in_networks(void **state)
{
	struct party *party = *state;
	struct packet packet;

	take(party, "10.9.1.* 10.9.2.255");
	member_add(party, "zoe", "pc9", "10.9.1.200", ANNAS_STATUS);
	member_add(party, "gone", "pc9", "10.9.1.201", 0)->absent = true;
	member_add(party, "near", "pc9", "10.77.0.9", ANNAS_STATUS);
	twin_forget(&party->twin);
	lan_close(party->lan);
	/* The twin is gone with its port; it flushed what it had. */
	assert_int_equal(party->twin.caught_count, 3);
	assert_int_equal(packet_parse(party->twin.caught[0].bytes, &packet), 0);
	assert_int_equal(command_mode(packet.command), COMMAND_BR_EXIT);
	assert_to(&party->twin.caught[0], "10.77.0.255:2425");
	assert_to(&party->twin.caught[1], "10.9.2.255:2425");
	assert_to(&party->twin.caught[2], "10.9.1.200:2425");
}

static void
another_name_is_a_goodbye_under_the_old_one(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;
	struct packet packet;

	settings.host = "laptop";
	party_take_settings(party, &settings);
	caught_one(&party->twin, COMMAND_BR_EXIT, &packet);
	assert_span(packet.host, "pc2");
	caught_one(&party->twin, COMMAND_BR_ENTRY, &packet);
	assert_span(packet.host, "laptop");
}

static void
both_groups_of_ipv6_are_told(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;

	settings.ipv6 = true;
	party_take_settings(party, &settings);
	twin_forget(&party->twin);
	lan_enter(party->lan);
	twin_flush(&party->twin);
	assert_int_equal(party->twin.caught_count, 3);
	assert_to(&party->twin.caught[1], "[ff15::979]:2425");
	assert_int_equal(party->twin.caught[1].interface, 2);
	assert_to(&party->twin.caught[2], "[ff02::1]:2425");
}

/* -- those who are told one by one ----------------------------------------- */

static void
dial_up(struct party *party, const char *from, uint32_t command)
{
	twin_hear(&party->twin, from, "1:5:dia:pc7:%u:Dia|",
	    (unsigned)(command | STATUS_DIALUP | ANNAS_STATUS));
}

static void
dial_up_members_are_told_everything(void **state)
{
	struct party *party = *state;
	struct packet packet;

	dial_up(party, "10.9.9.9:2430", COMMAND_BR_ENTRY);
	dial_up(party, "10.9.9.9:2430", COMMAND_BR_ENTRY);
	lan_change(party->lan, "Bob", "", NULL);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ABSENCE), 2);
	assert_to(caught_nth(&party->twin, COMMAND_BR_ABSENCE, 1, &packet),
	    "10.9.9.9:2430");
	lan_close(party->lan);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_EXIT), 2);
}

static void
whoever_leaves_is_not_told_any_more(void **state)
{
	struct party *party = *state;

	dial_up(party, "10.9.9.9", COMMAND_BR_ENTRY);
	dial_up(party, "10.9.9.9", COMMAND_BR_EXIT);
	lan_change(party->lan, "Bob", "", NULL);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ABSENCE), 1);
}

static void
who_hears_broadcasts_again_or_is_forgotten_is_not_told_either(void **state)
{
	struct party *party = *state;
	struct member *member;

	dial_up(party, "10.9.9.9", COMMAND_BR_ENTRY);
	twin_hear(&party->twin, "10.9.9.9", "1:6:dia:pc7:%u:Dia|",
	    (unsigned)(COMMAND_BR_ENTRY | ANNAS_STATUS));
	lan_change(party->lan, "Bob", "", NULL);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ABSENCE), 1);
	dial_up(party, "10.9.9.9", COMMAND_BR_ENTRY);
	member = party->members[0];
	lan_forget(party->lan, &member->peer);
	twin_forget(&party->twin);
	lan_change(party->lan, "Bob", "", NULL);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ABSENCE), 1);
}

static void
of_too_many_the_first_strangers_make_room(void **state)
{
	struct party *party = *state;
	struct lan *lan = party->lan;
	struct member *known = member_add(party, "zoe", "pc9", "10.1.0.0", 0);

	known->peer.key = rsa_public_ref(
	    rsa_key_public(keyring_key(party->keyring, RSA_2048)));
	for (uint32_t i = 0; i < 10 * DIALUPS_MAX; i++) {
		struct addr addr = addr_v4(0x0a010000 + i, 2425);

		dialup_add(lan, &addr);
	}
	assert_int_equal(lan->dialup_count, DIALUPS_MAX);
	assert_true(addr_equal(&lan->dialups[0], &known->peer.addr));
	assert_true(lan->dialups[DIALUPS_MAX - 1].bytes[3] ==
		    (10 * DIALUPS_MAX - 1) % 256);
}

/* -- our own broadcasts ---------------------------------------------------- */

static void
a_broadcast_of_ours_that_comes_back_is_noted_and_nothing_else(void **state)
{
	struct party *party = *state;
	struct addr own = address("10.77.0.2");

	lan_test_broadcast(party->lan);
	assert_int_equal(caught_count(&party->twin, COMMAND_NOOPERATION), 1);
	assert_int_equal(lan_echo_ms(party->lan, 2), 0);
	twin_hear_bytes(
	    &party->twin, &own, UDP_TO_BROADCAST, party->twin.caught[0].bytes);
	assert_true(lan_echo_ms(party->lan, 2) > 0);
	assert_int_equal(lan_echo_ms(party->lan, 3), 0);
	assert_int_equal(party->entries, 0);
	assert_int_equal(lan_counters(party->lan)->heard_ms, 0);
}

static void
echoes_of_many_interfaces_push_out_the_oldest(void **state)
{
	struct party *party = *state;

	for (unsigned i = 1; i <= 10 * ECHOES_MAX; i++)
		lan_note_echo(party->lan, i);
	assert_true(lan_echo_ms(party->lan, 10 * ECHOES_MAX) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(an_entry_says_who_we_are_and_what_we_can),
		TEST_OF_PARTY(it_is_said_once_more_after_five_seconds),
		TEST_OF_PARTY(
		    that_we_speak_cam1_is_in_entries_and_in_no_goodbye),
		TEST_OF_PARTY(an_empty_group_is_none_at_all),
		TEST_OF_PARTY(absence_is_a_flag_and_a_word_behind_the_nick),
		TEST_OF_PARTY(named_hosts_are_told_too_but_not_ourselves),
		TEST_OF_PARTY(
		    named_hosts_are_asked_for_their_lists_and_networks_are_not),
		TEST_OF_PARTY(large_networks_are_walked_in_small_steps),
		TEST_OF_PARTY(
		    a_change_does_not_cut_short_an_entry_still_on_its_way),
		TEST_OF_PARTY(who_is_reached_late_answers_late),
		TEST_OF_PARTY(
		    a_goodbye_goes_to_named_hosts_and_to_who_was_found_in_networks),
		TEST_OF_PARTY(another_name_is_a_goodbye_under_the_old_one),
		TEST_OF_PARTY(both_groups_of_ipv6_are_told),
		TEST_OF_PARTY(dial_up_members_are_told_everything),
		TEST_OF_PARTY(whoever_leaves_is_not_told_any_more),
		TEST_OF_PARTY(
		    who_hears_broadcasts_again_or_is_forgotten_is_not_told_either),
		TEST_OF_PARTY(of_too_many_the_first_strangers_make_room),
		TEST_OF_PARTY(
		    a_broadcast_of_ours_that_comes_back_is_noted_and_nothing_else),
		TEST_OF_PARTY(echoes_of_many_interfaces_push_out_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
