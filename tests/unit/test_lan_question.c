/* test_lan_question.c: keys, versions and absence texts, asked and answered
 * (reference 2.2, 5.3, threat model C3, C4). */
#include "crypto/rsa.h"
#include "party.h"
#include "wire.h"

static struct rsa_key *others[2]; /* of 2048 and 1024 bits */

static int
open_others(void **state)
{
	others[0] = test_key("other2048");
	others[1] = test_key("other1024");
	return 0;
}

static int
close_others(void **state)
{
	rsa_key_free(others[0]);
	rsa_key_free(others[1]);
	return 0;
}

/* "anna-<...>" for the strong key. */
static const char *
annas_name(void)
{
	static char name[PACKET_NAME_SIZE];
	char fingerprint[RSA_FINGERPRINT_SIZE];

	rsa_public_fingerprint(rsa_key_public(others[0]), fingerprint);
	entry_user_join("anna", fingerprint, name);
	return name;
}

static struct member *
add_named_anna(struct party *party)
{
	return member_add(
	    party, annas_name(), "pc1", "10.77.0.3", ANNAS_STATUS);
}

/* The body of an ANSPUBKEY with that key. */
static char *
key_text(const struct rsa_key *key, uint32_t word)
{
	struct span modulus = rsa_public_modulus(rsa_key_public(key));
	struct pubkey_text text = { .capability = word,
		.exponent = rsa_public_exponent(rsa_key_public(key)),
		.modulus_len = modulus.len };
	struct buf buf;

	memcpy(text.modulus, modulus.data, modulus.len);
	buf_init(&buf, 2048);
	pubkey_text_build(&text, &buf);
	return buf_steal_text(&buf);
}

static void
show_key(struct party *party, const char *from, const char *user,
    const struct rsa_key *key, uint32_t word)
{
	char *text = key_text(key, word);

	twin_hear(&party->twin, from, "1:9:%s:pc1:115:%s|", user, text);
	free(text);
}

/* -- our questions --------------------------------------------------------- */

static void
a_key_is_asked_for_until_it_comes_and_then_told(void **state)
{
	struct party *party = *state;
	struct member *anna = add_named_anna(party);
	struct packet packet;

	assert_int_equal(lan_ask_key(party->lan, &anna->peer), 0);
	caught_one(&party->twin, COMMAND_GETPUBKEY, &packet);
	assert_span(packet.extension, "65920006");
	assert_int_equal(packet.command, COMMAND_GETPUBKEY);
	fire(&a_post(&party->twin)->timer);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 2);
	show_key(party, "10.77.0.3", annas_name(), others[0], CAPA_OURS);
	assert_int_equal(party->keys, 1);
	assert_int_equal(anna->peer.word, CAPA_OURS);
	assert_true(
	    rsa_public_equal(anna->peer.key, rsa_key_public(others[0])));
	assert_null(a_post(&party->twin));
	assert_int_equal(party->no_keys, 0);
}

static void
without_the_weak_suite_the_word_does_not_offer_it(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;
	struct packet packet;

	settings.legacy = LAN_LEGACY_OFF;
	party_take_settings(party, &settings);
	lan_ask_key(party->lan, &add_named_anna(party)->peer);
	caught_one(&party->twin, COMMAND_GETPUBKEY, &packet);
	assert_span(packet.extension, "65900004");
}

static void
silence_is_told_once_after_five_times(void **state)
{
	struct party *party = *state;
	struct member *anna = add_named_anna(party);
	struct post *post;

	lan_ask_key(party->lan, &anna->peer);
	lan_ask_key(party->lan, &anna->peer);
	while ((post = a_post(&party->twin)) != NULL)
		fire(&post->timer);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 5);
	assert_int_equal(party->no_keys, 1);
	/* And it can be asked again. */
	lan_ask_key(party->lan, &anna->peer);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 6);
}

static void
without_an_address_or_a_port_nothing_can_be_asked(void **state)
{
	struct party *party = *state;
	struct member *anna = add_named_anna(party);

	anna->peer.addr.port = 0;
	assert_int_equal(
	    lan_ask_key(party->lan, &anna->peer), CAM_ERR_UNREACHABLE);
	anna->peer.addr.port = 2425;
	lan_close(party->lan);
	assert_int_equal(
	    lan_ask_key(party->lan, &anna->peer), CAM_ERR_UNREACHABLE);
	assert_null(a_post(&party->twin));
}

static void
a_key_that_nobody_asked_for_is_not_taken(void **state)
{
	struct party *party = *state;
	struct member *anna = add_named_anna(party);

	show_key(party, "10.77.0.3", annas_name(), others[0], CAPA_OURS);
	assert_int_equal(party->keys, 0);
	lan_ask_key(party->lan, &anna->peer);
	show_key(party, "10.77.0.3", annas_name(), others[0], CAPA_OURS);
	/* Nor another one after the answer. */
	show_key(party, "10.77.0.3", annas_name(), others[0], 0x20002);
	assert_int_equal(party->keys, 1);
	assert_int_equal(anna->peer.word, CAPA_OURS);
}

static void
a_key_from_elsewhere_or_of_somebody_else_is_not_taken(void **state)
{
	struct party *party = *state;
	struct member *anna = add_named_anna(party);

	member_add(party, "eve", "pc1", "10.77.0.3", ANNAS_STATUS);
	lan_ask_key(party->lan, &anna->peer);
	show_key(party, "10.77.0.9", annas_name(), others[0], CAPA_OURS);
	show_key(party, "10.77.0.3:99", annas_name(), others[0], CAPA_OURS);
	show_key(party, "10.77.0.3", "eve", others[0], CAPA_OURS);
	assert_int_equal(party->keys, 0);
	assert_non_null(a_post(&party->twin));
}

static void
a_key_must_fit_the_fingerprint_in_the_name(void **state)
{
	struct party *party = *state;
	struct member *anna = add_named_anna(party);

	lan_ask_key(party->lan, &anna->peer);
	show_key(party, "10.77.0.3", annas_name(), others[1], CAPA_OURS);
	assert_int_equal(party->keys, 0);
	show_key(party, "10.77.0.3", annas_name(), others[0], CAPA_OURS);
	assert_int_equal(party->keys, 1);
}

static void
our_own_key_is_nobody_elses(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);

	lan_ask_key(party->lan, &anna->peer);
	show_key(party, "10.77.0.3", "anna",
	    keyring_key(party->keyring, RSA_2048), CAPA_OURS);
	show_key(party, "10.77.0.3", "anna",
	    keyring_key(party->keyring, RSA_1024), CAPA_OURS);
	assert_int_equal(party->keys, 0);
}

static void
numbers_that_are_no_key_are_not_taken(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	static const char *const bad[] = { "", "65920006", "65920006:10001",
		"65920006:10001-", "65920006:10001-00", "65920006:2-ff",
		"zz:10001-ff" };

	lan_ask_key(party->lan, &anna->peer);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		twin_hear(
		    &party->twin, "10.77.0.3", "1:9:anna:pc1:115:%s|", bad[i]);
	assert_int_equal(party->keys, 0);
	assert_non_null(a_post(&party->twin));
}

/* -- of our own accord ----------------------------------------------------- */

static void
a_hinted_address_is_asked_twice_and_its_silence_says_nothing(void **state)
{
	struct party *party = *state;
	struct member *anna = add_named_anna(party);
	struct addr hint = address("10.77.0.44");
	struct post *post;

	/* It has sent something, or it would not be asked. */
	twin_hear(&party->twin, "10.77.0.44",
	    "1:1:%s:pc1:%u:An entry as long as any|", "xx",
	    (unsigned)(COMMAND_BR_ABSENCE | ANNAS_STATUS));
	twin_forget(&party->twin);
	lan_ask_key_at(party->lan, &anna->peer, &hint);
	lan_ask_key_at(party->lan, &anna->peer, &hint);
	while ((post = a_post(&party->twin)) != NULL)
		fire(&post->timer);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 2);
	assert_to(&party->twin.caught[0], "10.77.0.44:2425");
	assert_int_equal(party->no_keys, 0);
}

static void
who_wants_to_send_asks_in_earnest_even_while_a_hint_is_checked(void **state)
{
	struct party *party = *state;
	struct member *anna = add_named_anna(party);

	lan_ask_key_at(party->lan, &anna->peer, &anna->peer.addr);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 0);
	lan_ask_key(party->lan, &anna->peer);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 1);
	assert_int_equal(party->lan->posts.count, 1);
}

/* -- others' questions ----------------------------------------------------- */

static void
ask_us(
    struct party *party, const char *user, uint32_t command, const char *word)
{
	/* A stranger's credit is another test's. */
	for (int i = 0; i < 6; i++)
		twin_hear(&party->twin, "10.77.0.3",
		    "1:1:%s:pc1:96:and some bytes of no command that is "
		    "answered, so that there is credit enough for a key, which "
		    "is some seven hundred bytes long|",
		    user);
	twin_hear(&party->twin, "10.77.0.3", "1:8:%s:pc1:%u:%s|", user,
	    (unsigned)command, word);
}

static void
who_asks_gets_the_strongest_key_both_know(void **state)
{
	struct party *party = *state;
	struct pubkey_text text;
	struct packet packet;

	ask_us(party, "win", COMMAND_GETPUBKEY | MESSAGE_AUTORET, "65920006");
	caught_one(&party->twin, COMMAND_ANSPUBKEY, &packet);
	assert_int_equal(pubkey_text_parse(packet.extension, &text), 0);
	assert_int_equal(text.modulus_len, 256);
	assert_int_equal(text.capability, CAPA_OURS);
	twin_forget(&party->twin);
	ask_us(party, "old", COMMAND_GETPUBKEY | MESSAGE_AUTORET, "20002");
	caught_one(&party->twin, COMMAND_ANSPUBKEY, &packet);
	assert_int_equal(pubkey_text_parse(packet.extension, &text), 0);
	assert_int_equal(text.modulus_len, 128);
}

static void
who_has_nothing_in_common_with_us_gets_no_key(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;

	ask_us(party, "ancient", COMMAND_GETPUBKEY, "1001");
	ask_us(party, "odd", COMMAND_GETPUBKEY, "");
	ask_us(party, "odd", COMMAND_GETPUBKEY, "123456789");
	/* A name with a fingerprint must offer what goes with it. */
	ask_us(party, annas_name(), COMMAND_GETPUBKEY, "20002");
	settings.legacy = LAN_LEGACY_OFF;
	party_take_settings(party, &settings);
	twin_forget(&party->twin);
	ask_us(party, "old", COMMAND_GETPUBKEY, "20002");
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSPUBKEY), 0);
}

static void
who_will_sign_is_asked_back_once_and_not_when_he_forbids_it(void **state)
{
	struct party *party = *state;
	struct packet packet;

	add_named_anna(party);
	ask_us(party, annas_name(), COMMAND_GETPUBKEY | MESSAGE_AUTORET,
	    "65920006");
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 0);
	ask_us(party, annas_name(), COMMAND_GETPUBKEY, "65920006");
	ask_us(party, annas_name(), COMMAND_GETPUBKEY, "65920006");
	caught_one(&party->twin, COMMAND_GETPUBKEY, &packet);
	assert_true(packet.command & MESSAGE_AUTORET);
	show_key(party, "10.77.0.3", annas_name(), others[0], CAPA_OURS);
	assert_int_equal(party->keys, 1);
	/* He is known now. */
	ask_us(party, annas_name(), COMMAND_GETPUBKEY, "65920006");
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 1);
}

static void
a_stranger_is_not_asked_back(void **state)
{
	struct party *party = *state;

	ask_us(party, "stranger", COMMAND_GETPUBKEY, "65920006");
	add_named_anna(party)->peer.addr = address("10.77.0.99");
	ask_us(party, annas_name(), COMMAND_GETPUBKEY, "65920006");
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 0);
}

static void
a_key_too_big_for_the_credit_follows_once_its_asker_shows_his(void **state)
{
	struct party *party = *state;

	add_named_anna(party);
	twin_hear(&party->twin, "10.77.0.3", "1:8:%s:pc1:%u:65920006|",
	    annas_name(), (unsigned)COMMAND_GETPUBKEY);
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSPUBKEY), 0);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETPUBKEY), 1);
	show_key(party, "10.77.0.3", annas_name(), others[0], CAPA_OURS);
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSPUBKEY), 1);
}

static void
the_version_is_told_to_who_asks(void **state)
{
	struct party *party = *state;
	struct packet packet;

	twin_hear(&party->twin, "10.77.0.3", "1:8:anna:pc1:%u:whatever|",
	    (unsigned)(COMMAND_GETINFO | MESSAGE_UTF8 | MESSAGE_ENCRYPT));
	assert_to(caught_one(&party->twin, COMMAND_SENDINFO, &packet),
	    "10.77.0.3:2425");
	assert_true(span_starts(packet.extension, "cam "));
}

static void
the_absence_text_is_told_to_who_asks(void **state)
{
	struct party *party = *state;
	struct packet packet;

	twin_hear(&party->twin, "10.77.0.3", "1:8:a:b:80:|");
	caught_one(&party->twin, COMMAND_SENDABSENCEINFO, &packet);
	assert_span(packet.parts[0], "Not absence mode");
	twin_forget(&party->twin);
	party->absence = "at lunch";
	twin_hear(&party->twin, "10.77.0.3", "1:9:a:b:80:|");
	caught_one(&party->twin, COMMAND_SENDABSENCEINFO, &packet);
	assert_span(packet.parts[0], "at lunch");
	assert_true(packet.command & MESSAGE_UTF8);
	twin_forget(&party->twin);
	/* Absent without a word is absent. */
	party->absence = "";
	twin_hear(&party->twin, "10.77.0.3", "1:10:a:b:80:|");
	caught_one(&party->twin, COMMAND_SENDABSENCEINFO, &packet);
	assert_span(packet.parts[0], "Away");
}

static void
a_long_absence_text_is_for_who_is_known(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	char *text = letters('x', LIMIT_ABSENCE_TEXT);
	struct packet packet;

	party->absence = text;
	lan_change(party->lan, "Bob", "", "xxx");
	twin_hear(&party->twin, "10.77.0.3", "1:8:anna:pc1:80:|");
	caught_one(&party->twin, COMMAND_SENDABSENCEINFO, &packet);
	assert_span(packet.parts[0], "xxx");
	twin_forget(&party->twin);
	anna->peer.key = rsa_public_ref(rsa_key_public(others[0]));
	twin_hear(&party->twin, "10.77.0.3", "1:9:anna:pc1:80:|");
	caught_one(&party->twin, COMMAND_SENDABSENCEINFO, &packet);
	assert_span(packet.parts[0], text);
	free(text);
}

static void
an_old_client_reads_it_in_its_own_charset(void **state)
{
	struct party *party = *state;
	struct packet packet;

	member_add(party, "old", "pc1", "10.77.0.3", 0);
	party->absence = "\xe3\x82\xa2";
	twin_hear(&party->twin, "10.77.0.3", "1:8:old:pc1:80:|");
	caught_one(&party->twin, COMMAND_SENDABSENCEINFO, &packet);
	assert_span(packet.parts[0], "\x83\x41");
	assert_false(packet.command & MESSAGE_UTF8);
}

static void
questions_that_call_themselves_automatic_are_not_answered(void **state)
{
	struct party *party = *state;

	for (int i = 0; i < 2; i++) {
		uint32_t option = i == 0 ? MESSAGE_AUTORET : MESSAGE_BROADCAST;

		twin_hear(&party->twin, "10.77.0.3", "1:8:a:b:%u:|",
		    (unsigned)(COMMAND_GETINFO | option));
		twin_hear(&party->twin, "10.77.0.3", "1:8:a:b:%u:|",
		    (unsigned)(COMMAND_GETABSENCEINFO | option));
	}
	twin_flush(&party->twin);
	assert_int_equal(party->twin.caught_count, 0);
}

/* -- answers to us --------------------------------------------------------- */

static void
versions_and_texts_are_taken_when_asked_for_and_once(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);

	anna->peer.key = rsa_public_ref(rsa_key_public(others[0]));
	twin_hear(&party->twin, "10.77.0.3", "1:8:anna:pc1:65:Unasked 1.0|");
	assert_null(party->version);
	lan_ask_version(party->lan, &anna->peer);
	lan_ask_absence(party->lan, &anna->peer);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETINFO), 1);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETABSENCEINFO), 1);
	twin_hear(&party->twin, "10.77.0.9", "1:8:anna:pc1:65:Elsewhere 1.0|");
	assert_null(party->version);
	twin_hear(&party->twin, "10.77.0.3", "1:8:anna:pc1:65:Win 9\x83\x41|");
	assert_string_equal(party->version, "Win 9\xe3\x82\xa2");
	twin_hear(&party->twin, "10.77.0.3", "1:8:anna:pc1:65:Again|");
	assert_string_equal(party->version, "Win 9\xe3\x82\xa2");
	twin_hear(&party->twin, "10.77.0.3", "1:8:anna:pc1:81:Back at 3|");
	assert_string_equal(party->absence_told, "Back at 3");
}

static void
what_is_told_of_versions_and_absence_is_cut(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	char *text = letters('v', 3000), *words = xasprintf("%s%s", text, text);
	struct addr from = address("10.77.0.3");
	char *packet = xasprintf("1:8:anna:pc1:81:%s", words);

	anna->peer.key = rsa_public_ref(rsa_key_public(others[0]));
	lan_ask_version(party->lan, &anna->peer);
	lan_ask_absence(party->lan, &anna->peer);
	twin_hear(&party->twin, "10.77.0.3", "1:8:anna:pc1:65:%s|", text);
	assert_int_equal(strlen(party->version), LIMIT_VERSION_TEXT);
	twin_hear_bytes(&party->twin, &from, 0, span_text(packet));
	assert_int_equal(strlen(party->absence_told), LIMIT_ABSENCE_TEXT);
	free(packet);
	free(words);
	free(text);
}

static void
a_stranger_is_asked_only_within_his_credit(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);

	for (int i = 0; i < 20; i++) {
		lan_ask_version(party->lan, &anna->peer);
		lan_ask_absence(party->lan, &anna->peer);
	}
	twin_flush(&party->twin);
	assert_int_equal(party->twin.caught_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(a_key_is_asked_for_until_it_comes_and_then_told),
		TEST_OF_PARTY(
		    without_the_weak_suite_the_word_does_not_offer_it),
		TEST_OF_PARTY(silence_is_told_once_after_five_times),
		TEST_OF_PARTY(
		    without_an_address_or_a_port_nothing_can_be_asked),
		TEST_OF_PARTY(a_key_that_nobody_asked_for_is_not_taken),
		TEST_OF_PARTY(
		    a_key_from_elsewhere_or_of_somebody_else_is_not_taken),
		TEST_OF_PARTY(a_key_must_fit_the_fingerprint_in_the_name),
		TEST_OF_PARTY(our_own_key_is_nobody_elses),
		TEST_OF_PARTY(numbers_that_are_no_key_are_not_taken),
		TEST_OF_PARTY(
		    a_hinted_address_is_asked_twice_and_its_silence_says_nothing),
		TEST_OF_PARTY(
		    who_wants_to_send_asks_in_earnest_even_while_a_hint_is_checked),
		TEST_OF_PARTY(who_asks_gets_the_strongest_key_both_know),
		TEST_OF_PARTY(who_has_nothing_in_common_with_us_gets_no_key),
		TEST_OF_PARTY(
		    who_will_sign_is_asked_back_once_and_not_when_he_forbids_it),
		TEST_OF_PARTY(a_stranger_is_not_asked_back),
		TEST_OF_PARTY(
		    a_key_too_big_for_the_credit_follows_once_its_asker_shows_his),
		TEST_OF_PARTY(the_version_is_told_to_who_asks),
		TEST_OF_PARTY(the_absence_text_is_told_to_who_asks),
		TEST_OF_PARTY(a_long_absence_text_is_for_who_is_known),
		TEST_OF_PARTY(an_old_client_reads_it_in_its_own_charset),
		TEST_OF_PARTY(
		    questions_that_call_themselves_automatic_are_not_answered),
		TEST_OF_PARTY(
		    versions_and_texts_are_taken_when_asked_for_and_once),
		TEST_OF_PARTY(what_is_told_of_versions_and_absence_is_cut),
		TEST_OF_PARTY(a_stranger_is_asked_only_within_his_credit),
	};

	return cmocka_run_group_tests(tests, open_others, close_others);
}
