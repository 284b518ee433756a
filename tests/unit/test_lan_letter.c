/* test_lan_letter.c: a message sealed, sent and repeated until it is confirmed
 * (reference 3.2, 3.3, 5.4). */
#include "letters.h"

/* -- choosing -------------------------------------------------------------- */

static void
the_best_that_both_know_is_taken(void **state)
{
	struct party *party = *state;
	struct member *anna = anna_with_key(party, 0, CAPA_OURS);

	assert_int_equal(chosen(party, anna), 0x41900004);
	assert_string_equal(lan_protection_name(0x41900004), "rsa2048-aes256");
	assert_int_equal(lan_protection_strength(0x41900004), PEER_STRONG);
	anna->peer.word = 0x21920006;
	assert_int_equal(chosen(party, anna), 0x21900004);
	anna->peer.word = 0x00920006;
	assert_int_equal(chosen(party, anna), 0x00900004);
}

static void
the_weak_suite_is_for_who_knows_no_better_and_where_it_may_be(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;
	struct member *anna = anna_with_key(party, 1, 0x00020002);
	uint32_t flags;

	assert_int_equal(chosen(party, anna), 0x00020002);
	assert_string_equal(
	    lan_protection_name(0x00020002), "rsa1024-blowfish128");
	assert_int_equal(lan_protection_strength(0x00020002), PEER_WEAK);
	settings.legacy = LAN_LEGACY_RECEIVE;
	party_take_settings(party, &settings);
	assert_int_equal(
	    lan_protection(party->lan, &anna->peer, &flags), CAM_ERR_KEY);
	settings.legacy = LAN_LEGACY_OFF;
	party_take_settings(party, &settings);
	assert_int_equal(
	    lan_protection(party->lan, &anna->peer, &flags), CAM_ERR_KEY);
}

static void
a_key_of_another_size_than_the_word_promises_is_not_asked_for_again(
    void **state)
{
	struct party *party = *state;
	struct member *anna = anna_with_key(party, 1, CAPA_OURS);
	uint32_t flags = 0;

	/* With the key that she has shown. */
	assert_int_equal(chosen(party, anna), 0x01820002);
	anna->peer.word = 0x41900004;
	assert_int_equal(
	    lan_protection(party->lan, &anna->peer, &flags), CAM_ERR_KEY);
}

static void
who_says_that_he_can_is_asked_for_his_key_first(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	uint32_t flags = 0;

	assert_int_equal(
	    lan_protection(party->lan, &anna->peer, &flags), CAM_ERR_MORE);
	anna->peer.status = 0;
	assert_int_equal(
	    lan_protection(party->lan, &anna->peer, &flags), CAM_ERR_KEY);
	/* iptux says so and cannot. */
	anna->peer.status = STATUS_ENCRYPT;
	anna->peer.client = CLIENT_IPTUX;
	assert_int_equal(
	    lan_protection(party->lan, &anna->peer, &flags), CAM_ERR_KEY);
}

static void
a_fingerprint_in_the_name_is_a_promise_to_encrypt(void **state)
{
	struct party *party = *state;
	struct member *anna =
	    member_add(party, "anna-<0123456789abcdef>", "pc1", "10.77.0.3", 0);
	uint32_t flags = 0;

	assert_int_equal(
	    lan_protection(party->lan, &anna->peer, &flags), CAM_ERR_MORE);
}

/* -- sending --------------------------------------------------------------- */

static void
in_clear_it_is_a_plain_message_that_wants_a_receipt(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct lan_letter letter = letter_to(anna, "line one\r\nline two");
	struct outcome got = { 0 };
	struct packet packet;

	lan_send(party->lan, &letter, on_outcome, &got);
	/* Never inside. */
	assert_int_equal(got.total, 0);
	wait_for(party, &got);
	assert_int_equal(got.sent, 1);
	assert_to(caught_one(&party->twin, COMMAND_SENDMSG, &packet),
	    "10.77.0.3:2425");
	assert_int_equal(packet.number, 1700000077);
	assert_int_equal(packet.command, COMMAND_SENDMSG | MESSAGE_SENDCHECK |
					     MESSAGE_CAPUTF8 | MESSAGE_UTF8);
	assert_span(packet.parts[0], "line one\nline two");
	twin_hear(&party->twin, "10.77.0.3", "1:9:anna:pc1:33:1700000077|");
	assert_int_equal(got.received, 1);
	assert_true(TAILQ_EMPTY(&party->lan->sendings));
}

static void
an_old_client_gets_its_own_charset(void **state)
{
	struct party *party = *state;
	struct member *old = member_add(party, "old", "pc1", "10.77.0.3", 0);
	struct lan_letter letter = letter_to(old, "\xe3\x82\xa2");
	struct outcome got = { 0 };
	struct packet packet;

	lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	caught_one(&party->twin, COMMAND_SENDMSG, &packet);
	assert_span(packet.parts[0], "\x83\x41");
	assert_false(packet.command & MESSAGE_UTF8);
}

static void
options_say_sealed_locked_and_to_several(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	static const struct {
		unsigned flags;
		uint32_t options;
	} cases[] = {
		{ LAN_SEALED, MESSAGE_SECRET | MESSAGE_READCHECK },
		{ LAN_LOCKED,
		    MESSAGE_SECRET | MESSAGE_READCHECK | MESSAGE_PASSWORD },
		{ LAN_MULTICAST, MESSAGE_MULTICAST },
	};

	for (size_t i = 0; i < 3; i++) {
		struct lan_letter letter = letter_to(anna, "x");
		struct outcome got = { 0 };
		struct packet packet;

		letter.flags = cases[i].flags;
		lan_send(party->lan, &letter, on_outcome, &got);
		wait_for(party, &got);
		caught_one(&party->twin, COMMAND_SENDMSG, &packet);
		assert_int_equal(packet.command & 0x7fffff00u,
		    MESSAGE_SENDCHECK | MESSAGE_CAPUTF8 | MESSAGE_UTF8 |
			cases[i].options);
		twin_hear(
		    &party->twin, "10.77.0.3", "1:9:anna:pc1:33:1700000077|");
		twin_forget(&party->twin);
	}
}

static void
encrypted_it_opens_for_its_reader_alone_and_is_signed(void **state)
{
	struct party *party = *state;
	struct member *anna = anna_with_key(party, 0, CAPA_OURS);
	struct lan_letter letter = letter_to(anna, "nobody else's");
	char carl[] = "carl", pc3[] = "pc3";
	struct lan_name to[] = { { anna->peer.user, anna->peer.host },
		{ carl, pc3 } };
	struct outcome got = { 0 };
	struct suite_opened opened = { 0 };
	struct enctext enctext;
	struct enctext_plain plain;
	struct packet packet;

	letter.protection = chosen(party, anna);
	letter.to = to;
	letter.to_count = 2;
	lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	caught_one(&party->twin, COMMAND_SENDMSG, &packet);
	assert_true(packet.command & MESSAGE_ENCRYPT);
	assert_true(packet.command & MESSAGE_ENCEXTMSG);
	open_packet(party, &packet, &enctext, &opened);
	assert_int_equal(opened.signature, SIGNATURE_VALID);
	assert_int_equal(opened.signed_len, opened.plain.len);
	enctext_split(buf_span(&opened.plain), true, &plain);
	assert_span(plain.text, "nobody else's");
	assert_span(plain.to, "TO:anna:pc1\acarl:pc3\a");
	buf_wipe(&opened.plain);
	enctext_finish(&enctext);
}

static void
who_reads_no_lists_inside_gets_none(void **state)
{
	struct party *party = *state;
	struct member *anna = anna_with_key(party, 1, 0x20002);
	struct lan_letter letter = letter_to(anna, "weak");
	struct lan_name to[] = { { anna->peer.user, anna->peer.host } };
	struct outcome got = { 0 };
	struct suite_opened opened = { 0 };
	struct enctext enctext;
	struct packet packet;

	anna->peer.status &= ~(uint32_t)STATUS_ENCEXTMSG;
	letter.protection = chosen(party, anna);
	letter.to = to;
	letter.to_count = 1;
	lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	caught_one(&party->twin, COMMAND_SENDMSG, &packet);
	assert_false(packet.command & MESSAGE_ENCEXTMSG);
	open_packet(party, &packet, &enctext, &opened);
	assert_bytes(buf_span(&opened.plain), span_of("weak", 5));
	assert_int_equal(opened.signature, SIGNATURE_ABSENT);
	buf_wipe(&opened.plain);
	enctext_finish(&enctext);
}

/* -- taken back ------------------------------------------------------------ */

static void
one_that_is_cancelled_tells_nothing_at_any_point(void **state)
{
	struct party *party = *state;
	struct member *anna = anna_with_key(party, 0, CAPA_OURS);
	struct lan_letter letter = letter_to(anna, "x");
	struct outcome got = { 0 };
	struct sending *sending;

	/* Before it began. */
	sending_cancel(lan_send(party->lan, &letter, on_outcome, &got));
	/* While it is being sealed. */
	letter.protection = chosen(party, anna);
	sending = lan_send(party->lan, &letter, on_outcome, &got);
	while (workers_load(party->workers) == 0 && got.total == 0)
		party_turn(party);
	if (got.total == 0) {
		sending_cancel(sending);
		while (!TAILQ_EMPTY(&party->lan->sendings))
			party_turn(party);
		assert_int_equal(got.total, 0);
	} else {
		sending_cancel(sending);
	}
	assert_true(TAILQ_EMPTY(&party->lan->sendings));
	/* While it waits for its receipt. */
	got.total = 0;
	letter.protection = 0;
	sending = lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	sending_cancel(sending);
	assert_null(a_post(&party->twin));
	twin_hear(&party->twin, "10.77.0.3", "1:9:anna:pc1:33:1700000077|");
	assert_int_equal(got.total, 1);
	sending_cancel(NULL);
}

static void
those_under_way_at_the_end_are_let_go(void **state)
{
	struct party *party = party_make(NULL, "10.77.0.2", "win");
	struct member *anna = anna_with_key(party, 0, CAPA_OURS);
	struct lan_letter letter = letter_to(anna, "x");
	struct outcome got = { 0 };

	party_take_settings(party, &party_settings);
	for (int i = 0; i < 20; i++) {
		letter.protection = i % 2 == 0 ? chosen(party, anna) : 0;
		lan_send(party->lan, &letter, on_outcome, &got);
		if (i == 10)
			wait_for(party, &got);
	}
	party_free(party, true);
}

static void
the_peer_may_change_or_go_meanwhile(void **state)
{
	struct party *party = *state;
	struct member *anna = anna_with_key(party, 0, CAPA_OURS);
	struct lan_letter letter = letter_to(anna, "x");
	struct outcome got = { 0 };
	struct packet packet;

	letter.protection = chosen(party, anna);
	lan_send(party->lan, &letter, on_outcome, &got);
	peer_finish(&anna->peer);
	peer_init(&anna->peer, "somebody", "else");
	wait_for(party, &got);
	assert_to(caught_one(&party->twin, COMMAND_SENDMSG, &packet),
	    "10.77.0.3:2425");
	twin_hear(&party->twin, "10.77.0.3", "1:9:anna:pc1:33:1700000077|");
	assert_int_equal(got.received, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(the_best_that_both_know_is_taken),
		TEST_OF_PARTY(
		    the_weak_suite_is_for_who_knows_no_better_and_where_it_may_be),
		TEST_OF_PARTY(
		    a_key_of_another_size_than_the_word_promises_is_not_asked_for_again),
		TEST_OF_PARTY(who_says_that_he_can_is_asked_for_his_key_first),
		TEST_OF_PARTY(
		    a_fingerprint_in_the_name_is_a_promise_to_encrypt),
		TEST_OF_PARTY(
		    in_clear_it_is_a_plain_message_that_wants_a_receipt),
		TEST_OF_PARTY(an_old_client_gets_its_own_charset),
		TEST_OF_PARTY(options_say_sealed_locked_and_to_several),
		TEST_OF_PARTY(
		    encrypted_it_opens_for_its_reader_alone_and_is_signed),
		TEST_OF_PARTY(who_reads_no_lists_inside_gets_none),
		TEST_OF_PARTY(one_that_is_cancelled_tells_nothing_at_any_point),
		cmocka_unit_test(those_under_way_at_the_end_are_let_go),
		TEST_OF_PARTY(the_peer_may_change_or_go_meanwhile),
	};

	return cmocka_run_group_tests(tests, open_keys, close_keys);
}
