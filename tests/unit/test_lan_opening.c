/* test_lan_opening.c: messages that arrive, in clear and sealed, opened and
 * told in order (reference 5.6, threat model C2, C5, N5). */
#include "opening.h"

/* -- in clear -------------------------------------------------------------- */

static void
a_message_in_clear_is_told_with_all_it_says(void **state)
{
	struct party *party = *state;
	const struct lan_message *message;

	party_add_anna(party);
	twin_hear(&party->twin, "10.77.0.3", "1:77:anna:pc1:%u:two\r\nlines|",
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_SENDCHECK | MESSAGE_SECRET));
	message = party->message;
	assert_string_equal(message->user, "anna");
	assert_string_equal(message->host, "pc1");
	assert_string_equal(message->text, "two\nlines");
	assert_int_equal(message->text_len, 9);
	assert_int_equal(message->packet_no, 77);
	assert_int_equal(message->options, MESSAGE_SENDCHECK | MESSAGE_SECRET);
	assert_int_equal(message->protection, 0);
	assert_int_equal(message->signature, LAN_UNSIGNED);
	assert_null(message->key);
	/* The receipt is not ours to send: the message is not stored yet. */
	assert_int_equal(caught_count(&party->twin, COMMAND_RECVMSG), 0);
	lan_acknowledge(party->lan, message);
	assert_int_equal(caught_count(&party->twin, COMMAND_RECVMSG), 1);
}

static void
legacy_text_is_read_in_its_charset(void **state)
{
	struct party *party = *state;

	party_add_anna(party);
	twin_hear(
	    &party->twin, "10.77.0.3", "1:77:anna:pc1:288:\x83\x41\x83\x93|");
	assert_string_equal(party->message->text, "\xe3\x82\xa2\xe3\x83\xb3");
}

static void
files_offered_come_with_safe_names(void **state)
{
	struct party *party = *state;

	party_add_anna(party);
	twin_hear(&party->twin, "10.77.0.3",
	    "1:77:anna:pc1:%u:see|1:a.txt:10:65:1:\a2:../../b:10:65:1:\a"
	    "3:..:10:65:2:\a",
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_FILEATTACH));
	assert_int_equal(party->message->attachment_count, 1);
	assert_string_equal(party->message->attachments[0].name, "a.txt");
	assert_int_equal(party->message->attachments[0].size, 16);
}

static void
receipts_go_only_to_who_wants_one(void **state)
{
	struct party *party = *state;
	static const uint32_t none[] = { 0,
		MESSAGE_SENDCHECK | MESSAGE_BROADCAST,
		MESSAGE_SENDCHECK | MESSAGE_AUTORET };
	struct packet packet;

	party_add_anna(party);
	for (size_t i = 0; i < 3; i++) {
		twin_hear(&party->twin, "10.77.0.3", "1:%zu:anna:pc1:%u:x|",
		    77 + i, (unsigned)(COMMAND_SENDMSG | none[i]));
		assert_int_equal(party->messages, i + 1);
		lan_acknowledge(party->lan, party->message);
	}
	assert_int_equal(caught_count(&party->twin, COMMAND_RECVMSG), 0);
	twin_hear(&party->twin, "10.77.0.3", "1:90:anna:pc1:%u:x|",
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_SENDCHECK |
		       MESSAGE_MULTICAST));
	lan_acknowledge(party->lan, party->message);
	assert_to(caught_one(&party->twin, COMMAND_RECVMSG, &packet),
	    "10.77.0.3:2425");
	assert_span(packet.extension, "90");
}

static void
in_clear_a_name_with_a_fingerprint_is_believed_only_an_automatic_word(
    void **state)
{
	struct party *party = *state;
	static const char name[] = "anna-<0123456789abcdef>";

	member_add(party, name, "pc1", "10.77.0.3", ANNAS_STATUS);
	twin_hear(&party->twin, "10.77.0.3", "1:77:%s:pc1:288:give me|", name);
	twin_hear(&party->twin, "10.77.0.3", "1:78:%s:pc1:%u:give me|", name,
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_AUTORET | MESSAGE_SECRET));
	assert_int_equal(party->messages, 0);
	twin_hear(&party->twin, "10.77.0.3", "1:79:%s:pc1:%u:away|", name,
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_AUTORET));
	assert_int_equal(party->messages, 1);
}

static void
iptux_tells_groups_in_its_own_way(void **state)
{
	struct party *party = *state;

	twin_hear(
	    &party->twin, "10.77.0.5", "1_iptux 0.8.3:3:tux:pc5:1275:hi all|");
	assert_string_equal(party->message->text, "hi all");
	assert_int_equal(party->message->options, MESSAGE_BROADCAST);
	lan_acknowledge(party->lan, party->message);
	assert_int_equal(caught_count(&party->twin, COMMAND_RECVMSG), 0);
}

static void
feiq_is_read_without_fonts_and_its_sealed_groups_not_at_all(void **state)
{
	struct party *party = *state;

	twin_hear(&party->twin, "10.77.0.6",
	    "1_lbt6_0#128#000C29C3B1F5#0#0#0#4001#9:5:f:w:288:"
	    "\xc4\xe3\xba\xc3{-10 0 0 0 400 0 0 0 134 3 2 1 2 Arial 0 0 0}|");
	assert_string_equal(party->message->text, "\xe4\xbd\xa0\xe5\xa5\xbd");
	twin_hear(&party->twin, "10.77.0.6",
	    "1_lbt4_0#128#000C29C3B1F5#0#0#33#4001#9:6:f:w:288:QUNMSGMARK#|");
	assert_int_equal(party->messages, 1);
}

/* -- sealed ---------------------------------------------------------------- */

static void
each_suite_opens_and_its_signature_is_told(void **state)
{
	struct party *party = *state;
	static const struct {
		uint32_t flags;
		enum lan_signed is;
	} cases[] = { { SHA256_SIGNED, LAN_SIGNED },
		{ SHA1_SIGNED, LAN_SIGNED_WEAK },
		{ UNSIGNED_AES, LAN_UNSIGNED }, { WEAK, LAN_UNSIGNED },
		{ 0x00100004, LAN_UNSIGNED }, { 0x00020002, LAN_UNSIGNED } };
	struct member *anna = anna_with_key(party);

	for (unsigned i = 0; i < 6; i++) {
		hear_text(party, cases[i].flags, 1700000000 + i, "for you");
		wait_for(party, i + 1);
		assert_string_equal(party->message->text, "for you");
		assert_int_equal(party->message->signature, cases[i].is);
		assert_int_equal(party->message->protection, cases[i].flags);
		if (cases[i].is == LAN_UNSIGNED)
			assert_null(party->message->key);
		else
			assert_true(rsa_public_equal(
			    party->message->key, anna->peer.key));
	}
	assert_int_equal(lan_pending(party->lan), 0);
}

static void
nothing_is_told_or_sent_of_what_does_not_open(void **state)
{
	struct party *party = *state;
	struct written written = { .flags = SHA256_SIGNED,
		.number = 1700000001,
		.plain = span_of("x", 2) };
	uint64_t before;

	anna_with_key(party);
	/* Spoilt, signed by another, and for somebody else's key. */
	written.spoilt = true;
	hear_sealed(party, "10.77.0.3", &written);
	written.spoilt = false;
	written.by = annas_keys[1];
	before = lan_counters(party->lan)->undecipherable;
	wait_until_nothing_is_open(party);
	assert_int_equal(lan_counters(party->lan)->undecipherable, before + 1);
	twin_hear(&party->twin, "10.77.0.3",
	    "1:79:anna:pc1:%u:41900004:AAAA:AAAA|",
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_ENCRYPT | MESSAGE_SENDCHECK));
	twin_hear(&party->twin, "10.77.0.3", "1:79:anna:pc1:%u:not even|",
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_ENCRYPT | MESSAGE_SENDCHECK));
	wait_until_nothing_is_open(party);
	assert_int_equal(party->messages, 0);
	twin_flush(&party->twin);
	assert_int_equal(party->twin.caught_count, 0);
}

static void
the_weak_suite_is_not_opened_where_it_is_off(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;

	anna_with_key(party);
	settings.legacy = LAN_LEGACY_OFF;
	party_take_settings(party, &settings);
	hear_text(party, WEAK, 1700000001, "x");
	assert_int_equal(lan_pending(party->lan), 0);
	settings.legacy = LAN_LEGACY_RECEIVE;
	party_take_settings(party, &settings);
	hear_text(party, WEAK, 1700000001, "x");
	wait_for(party, 1);
}

static void
messages_are_told_in_the_order_they_came_though_opened_beside(void **state)
{
	struct party *party = *state;
	char last[16] = "";

	anna_with_key(party);
	for (unsigned i = 0; i < 8; i++) {
		char text[16];

		snprintf(text, sizeof text, "%u", i);
		if (i % 2 == 0)
			hear_text(party, SHA256_SIGNED, 1700000000 + i, text);
		else
			twin_hear(&party->twin, "10.77.0.3",
			    "1:%u:anna:pc1:32:%u|", 1700000000 + i, i);
	}
	/* The clear ones are ready at once, and wait for their turn. */
	while (party->messages < 8) {
		size_t before = party->messages;

		party_turn(party);
		if (party->messages > before)
			snprintf(last, sizeof last, "%zu", party->messages - 1);
		if (party->messages > 0)
			assert_string_equal(party->message->text, last);
	}
}

static void
who_else_got_it_is_told_and_whether_it_was_for_us(void **state)
{
	struct party *party = *state;
	char plain[200];
	int len = snprintf(plain, sizeof plain, "hi|%s|TO:%s:pc2\acarl:pc3\a|",
	    "", lan_user(party->lan));
	struct written written = { .flags = SHA256_SIGNED,
		.options = MESSAGE_ENCEXTMSG,
		.number = 1700000001 };

	anna_with_key(party);
	for (int i = 0; i < len; i++) {
		if (plain[i] == '|')
			plain[i] = '\0';
	}
	written.plain = span_of(plain, (size_t)len);
	hear_sealed(party, "10.77.0.3", &written);
	wait_for(party, 1);
	assert_int_equal(party->message->signature, LAN_SIGNED);
	assert_int_equal(party->message->to_count, 2);
	assert_string_equal(party->message->to[1].user, "carl");
	/* What somebody else got, sealed for us by him (threat model C5). */
	written.plain = BYTES("hi\0\0TO:carl:pc3\a\0");
	written.number++;
	hear_sealed(party, "10.77.0.3", &written);
	wait_for(party, 2);
	assert_int_equal(party->message->signature, LAN_SIGNED_FOR_ANOTHER);
}

static void
files_inside_and_outside_are_found(void **state)
{
	struct party *party = *state;
	struct written written = { .flags = SHA256_SIGNED,
		.options = MESSAGE_ENCEXTMSG | MESSAGE_FILEATTACH,
		.number = 1700000001,
		.plain = BYTES("see\0"
			       "5:in.txt:a:65:1:\a\0") };

	anna_with_key(party);
	hear_sealed(party, "10.77.0.3", &written);
	wait_for(party, 1);
	assert_int_equal(party->message->attachment_count, 1);
	assert_string_equal(party->message->attachments[0].name, "in.txt");
}

/* -- limits ---------------------------------------------------------------- */

static void
a_stranger_makes_us_decrypt_only_so_often(void **state)
{
	struct party *party = *state;
	struct written written = { .flags = UNSIGNED_AES,
		.number = 1700000001,
		.plain = span_of("x", 2),
		.user = "eve" };

	member_add(party, "eve", "pc1", "10.77.0.66", ANNAS_STATUS);
	for (int i = 0; i < 60; i++) {
		written.number++;
		hear_sealed(party, "10.77.0.66", &written);
	}
	wait_until_nothing_is_open(party);
	assert_in_range(party->messages, BUDGET_RSA_SOURCE, 45);
	assert_int_equal(
	    party->messages + lan_counters(party->lan)->over_budget, 60);
}

static void
what_is_being_opened_at_the_end_is_let_go(void **state)
{
	struct party *party = party_make(NULL, "10.77.0.2", "win");

	party_take_settings(party, &party_settings);
	party_add_anna(party);
	for (unsigned i = 0; i < 10; i++)
		hear_text(party, i % 2 == 0 ? SHA256_SIGNED : UNSIGNED_AES,
		    1700000000 + i, "x");
	party_free(party, true);
}

/* -- known again ----------------------------------------------------------- */

static void
hash_of(struct party *party, uint8_t hash[SHA256_SIZE])
{
	wait_for(party, party->messages + 1);
	memcpy(hash, party->message->hash, SHA256_SIZE);
}

static void
a_message_is_known_again_by_author_and_number(void **state)
{
	struct party *party = *state;
	uint8_t first[SHA256_SIZE], again[SHA256_SIZE], other[SHA256_SIZE];

	anna_with_key(party);
	hear_text(party, SHA256_SIGNED, 1700000001, "yes");
	hash_of(party, first);
	/* Sealed anew with a line added, as Windows does, it is the same. */
	hear_text(party, SHA256_SIGNED, 1700000001, "yes\n(sent late)");
	hash_of(party, again);
	assert_memory_equal(first, again, SHA256_SIZE);
	hear_text(party, SHA256_SIGNED, 1700000002, "yes");
	hash_of(party, other);
	assert_memory_not_equal(first, other, SHA256_SIZE);
}

static void
what_is_not_signed_is_known_by_its_words_too(void **state)
{
	struct party *party = *state;
	uint8_t first[SHA256_SIZE], again[SHA256_SIZE], forged[SHA256_SIZE];

	anna_with_key(party);
	twin_hear(&party->twin, "10.77.0.3", "1:7:anna:pc1:32:yes|");
	memcpy(first, party->message->hash, SHA256_SIZE);
	twin_hear(&party->twin, "10.77.0.3", "1:7:anna:pc1:32:yes|||||||");
	memcpy(again, party->message->hash, SHA256_SIZE);
	assert_memory_equal(first, again, SHA256_SIZE);
	/* So nobody uses up a number for her. */
	twin_hear(&party->twin, "10.77.0.3", "1:7:anna:pc1:32:no|");
	memcpy(forged, party->message->hash, SHA256_SIZE);
	assert_memory_not_equal(first, forged, SHA256_SIZE);
}

static void
the_same_ciphertext_is_known_whatever_stands_around_it(void **state)
{
	struct party *party = *state;
	static const uint8_t none[SHA256_SIZE];
	uint8_t first[SHA256_SIZE];

	anna_with_key(party);
	hear_text(party, SHA256_SIGNED, 1700000001, "yes");
	wait_for(party, 1);
	memcpy(first, party->message->cipher_hash, SHA256_SIZE);
	assert_memory_not_equal(first, none, SHA256_SIZE);
	hear_text(party, UNSIGNED_AES, 1700000002, "yes");
	wait_for(party, 2);
	assert_memory_equal(party->message->cipher_hash, none, SHA256_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(a_message_in_clear_is_told_with_all_it_says),
		TEST_OF_PARTY(legacy_text_is_read_in_its_charset),
		TEST_OF_PARTY(files_offered_come_with_safe_names),
		TEST_OF_PARTY(receipts_go_only_to_who_wants_one),
		TEST_OF_PARTY(
		    in_clear_a_name_with_a_fingerprint_is_believed_only_an_automatic_word),
		TEST_OF_PARTY(iptux_tells_groups_in_its_own_way),
		TEST_OF_PARTY(
		    feiq_is_read_without_fonts_and_its_sealed_groups_not_at_all),
		TEST_OF_PARTY(each_suite_opens_and_its_signature_is_told),
		TEST_OF_PARTY(nothing_is_told_or_sent_of_what_does_not_open),
		TEST_OF_PARTY(the_weak_suite_is_not_opened_where_it_is_off),
		TEST_OF_PARTY(
		    messages_are_told_in_the_order_they_came_though_opened_beside),
		TEST_OF_PARTY(
		    who_else_got_it_is_told_and_whether_it_was_for_us),
		TEST_OF_PARTY(files_inside_and_outside_are_found),
		TEST_OF_PARTY(a_stranger_makes_us_decrypt_only_so_often),
		cmocka_unit_test(what_is_being_opened_at_the_end_is_let_go),
		TEST_OF_PARTY(a_message_is_known_again_by_author_and_number),
		TEST_OF_PARTY(what_is_not_signed_is_known_by_its_words_too),
		TEST_OF_PARTY(
		    the_same_ciphertext_is_known_whatever_stands_around_it),
	};

	return cmocka_run_group_tests(tests, open_keys, close_keys);
}
