/* test_lan_opening_keys.c: messages signed by somebody whose key is not here
 * yet (reference 5.6). */
#include "opening.h"

/* -- keys that are not here yet -------------------------------------------- */

static void
show_key(struct party *party, const struct rsa_key *key)
{
	struct span modulus = rsa_public_modulus(rsa_key_public(key));
	struct pubkey_text text = { .capability = CAPA_OURS,
		.exponent = rsa_public_exponent(rsa_key_public(key)),
		.modulus_len = modulus.len };
	struct buf buf;

	memcpy(text.modulus, modulus.data, modulus.len);
	buf_init(&buf, 2048);
	pubkey_text_build(&text, &buf);
	buf_put_byte(&buf, 0);
	twin_hear(&party->twin, "10.77.0.3", "1:9:anna:pc1:115:%s|",
	    (const char *)buf.data);
	buf_finish(&buf);
}

static void
one_signed_by_an_unknown_key_waits_for_it(void **state)
{
	struct party *party = *state;
	struct packet packet;

	party_add_anna(party);
	hear_text(party, SHA256_SIGNED, 1700000001, "who am I");
	while (caught_count(&party->twin, COMMAND_GETPUBKEY) == 0)
		party_turn(party);
	caught_one(&party->twin, COMMAND_GETPUBKEY, &packet);
	assert_true(packet.command & MESSAGE_AUTORET);
	assert_int_equal(party->messages, 0);
	assert_int_equal(lan_pending(party->lan), 1);
	/* Said again meanwhile it is not kept twice. */
	hear_text(party, SHA256_SIGNED, 1700000001, "who am I");
	while (lan_pending(party->lan) > 1)
		party_turn(party);
	show_key(party, annas_keys[0]);
	wait_for(party, 1);
	assert_int_equal(party->message->signature, LAN_SIGNED);
	assert_int_equal(lan_pending(party->lan), 0);
}

static void
one_whose_key_does_not_come_or_does_not_fit_is_dropped(void **state)
{
	struct party *party = *state;

	party_add_anna(party);
	hear_text(party, SHA256_SIGNED, 1700000001, "x");
	while (caught_count(&party->twin, COMMAND_GETPUBKEY) == 0)
		party_turn(party);
	show_key(party, annas_keys[1]);
	wait_until_nothing_is_open(party);
	assert_int_equal(party->messages, 0);
	assert_int_equal(caught_count(&party->twin, COMMAND_RECVMSG), 0);
}

static void
somebody_never_heard_of_is_asked_to_tell_of_himself(void **state)
{
	struct party *party = *state;
	struct packet packet;

	hear_text(party, SHA256_SIGNED, 1700000001, "x");
	wait_until_nothing_is_open(party);
	assert_int_equal(party->messages, 0);
	assert_to(caught_one(&party->twin, COMMAND_BR_ENTRY, &packet),
	    "10.77.0.3:2425");
}

static void
who_wants_not_to_be_listed_is_not_asked(void **state)
{
	struct party *party = *state;
	struct written written = { .flags = SHA256_SIGNED,
		.options = MESSAGE_NOADDLIST,
		.number = 1700000001,
		.plain = span_of("x", 2) };

	hear_sealed(party, "10.77.0.3", &written);
	wait_until_nothing_is_open(party);
	twin_flush(&party->twin);
	assert_int_equal(party->twin.caught_count, 0);
}

static void
nothing_follows_from_an_automatic_message(void **state)
{
	struct party *party = *state;
	struct written written = { .flags = SHA256_SIGNED,
		.options = MESSAGE_AUTORET,
		.number = 1700000001,
		.plain = span_of("away", 5) };

	party_add_anna(party);
	hear_sealed(party, "10.77.0.3", &written);
	wait_for(party, 1);
	/* It proves nothing, and is told so. */
	assert_int_equal(party->message->signature, LAN_UNSIGNED);
	lan_acknowledge(party->lan, party->message);
	twin_flush(&party->twin);
	assert_int_equal(party->twin.caught_count, 0);
}

static void
keep_order(struct party *party, struct lan_message *message)
{
	assert_int_equal(message->packet_no, 1700000000 + party->messages - 1);
	lan_message_free(message);
}

static void
those_that_waited_for_a_key_keep_their_order(void **state)
{
	struct party *party = *state;

	party_add_anna(party);
	party->on_message = keep_order;
	hear_text(party, SHA256_SIGNED, 1700000000, "first");
	while (caught_count(&party->twin, COMMAND_GETPUBKEY) == 0)
		party_turn(party);
	/* Some are being opened when the key comes, some come after it. */
	for (unsigned i = 1; i < 10; i++) {
		hear_text(party, SHA256_SIGNED, 1700000000 + i, "more");
		if (i == 4)
			loop_turn(party->loop, 0);
		if (i == 5)
			show_key(party, annas_keys[0]);
	}
	wait_for(party, 10);
}

static void
no_more_wait_for_keys_than_there_is_room_for(void **state)
{
	struct party *party = *state;
	size_t most = 0;

	party_add_anna(party);
	for (unsigned i = 0; i < 15; i++)
		hear_text(party, SHA256_SIGNED, 1700000000 + i, "x");
	for (int turns = 0; turns < 200; turns++) {
		loop_turn(party->loop, 0);
		if (lan_pending(party->lan) > most)
			most = lan_pending(party->lan);
	}
	assert_in_range(most, 1, 15);
	show_key(party, annas_keys[0]);
	wait_for(party, 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(one_signed_by_an_unknown_key_waits_for_it),
		TEST_OF_PARTY(
		    one_whose_key_does_not_come_or_does_not_fit_is_dropped),
		TEST_OF_PARTY(
		    somebody_never_heard_of_is_asked_to_tell_of_himself),
		TEST_OF_PARTY(who_wants_not_to_be_listed_is_not_asked),
		TEST_OF_PARTY(nothing_follows_from_an_automatic_message),
		TEST_OF_PARTY(those_that_waited_for_a_key_keep_their_order),
		TEST_OF_PARTY(no_more_wait_for_keys_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, open_keys, close_keys);
}
