/* test_lan_filerequest.c: file requests between two lans, and those that must
 * not be read (reference 4.3-4.5). */
#include "ipmsg/attach.h"
#include "lan/filerequest.h"
#include "party.h"
#include "wire.h"

/* anna asks, bob is asked; each has the other in its roster. */
struct two {
	struct party *anna;
	struct party *bob;
	struct member *annas_bob;
	struct member *bobs_anna;
};

static const struct lan_settings annas_settings = {
	.logon = "anna",
	.host = "pc1",
	.nick = "Anna",
	.port = 2425,
	.charset = CHARSET_CP932,
};

static struct member *
acquaint(struct party *party, const struct party *other, const char *addr)
{
	struct member *member = member_add(party, lan_user(other->lan),
	    lan_host(other->lan), addr, ANNAS_STATUS | STATUS_CAPFILEENC);

	member->peer.key = rsa_public_ref(
	    rsa_key_public(keyring_key(other->keyring, RSA_2048)));
	member->peer.word = CAPA_OURS;
	return member;
}

static int
setup(void **state)
{
	struct two *two = xcalloc(1, sizeof *two);

	two->bob = party_make(NULL, "10.77.0.2", "win");
	two->anna = party_make(two->bob->loop, "10.77.0.3", "other");
	party_take_settings(two->bob, &party_settings);
	party_take_settings(two->anna, &annas_settings);
	two->annas_bob = acquaint(two->anna, two->bob, "10.77.0.2");
	two->bobs_anna = acquaint(two->bob, two->anna, "10.77.0.3");
	*state = two;
	return 0;
}

static int
teardown(void **state)
{
	struct two *two = *state;

	party_free(two->anna, false);
	party_free(two->bob, true);
	free(two);
	return 0;
}

#define TEST_OF_TWO(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* What anna asks for: message 1700000070, file 305419896. */
static struct lan_question *
ask(struct two *two, uint32_t type)
{
	struct lan_wanted wanted = { .peer = &two->annas_bob->peer,
		.packet = 1700000070,
		.file = 305419896,
		.type = type };
	struct lan_question *question =
	    lan_question_new(two->anna->lan, &wanted);

	assert_int_equal(lan_question_seal(question), 0);
	return question;
}

/* Reads it at bob's, as coming from there; NULL with *err. */
static struct lan_request *
hear(struct two *two, struct span bytes, const char *from, int *err)
{
	struct addr addr = address(from);
	struct lan_request *request = NULL;
	bool sealed = false;

	*err = lan_request_new(two->bob->lan, &addr, bytes, &sealed, &request);
	if (*err == 0 && sealed && (*err = lan_request_open(request)) < 0) {
		lan_request_free(request);
		request = NULL;
	}
	return request;
}

static void
in_clear_a_file_is_asked_for_as_windows_does(void **state)
{
	struct two *two = *state;
	struct lan_question *question;
	struct packet packet;

	two->annas_bob->peer.status &= ~(uint32_t)STATUS_CAPFILEENC;
	question = ask(two, FILE_REGULAR);
	assert_false(question->stream);
	assert_false(question->ciphered);
	assert_int_equal(question->flags, 0);
	assert_int_equal(packet_parse(question->hello, &packet), 0);
	assert_int_equal(packet.command, COMMAND_GETFILEDATA | REQUEST_UTF8);
	assert_int_equal(packet.number, question->number);
	assert_span(packet.extension, "6553f146:12345678:0:");
	assert_int_equal(packet.trailing, 1);
	lan_question_free(question);
	question = ask(two, FILE_FOLDER);
	assert_true(question->stream);
	assert_int_equal(packet_parse(question->hello, &packet), 0);
	assert_int_equal(packet.command, COMMAND_GETDIRFILES | REQUEST_UTF8);
	assert_span(packet.extension, "6553f146:12345678:");
	lan_question_free(question);
}

static void
an_old_client_is_asked_in_its_charset(void **state)
{
	struct two *two = *state;
	struct lan_question *question;
	struct packet packet;

	two->annas_bob->peer.status = 0;
	question = ask(two, FILE_FOLDER);
	assert_int_equal(question->charset, CHARSET_CP932);
	assert_int_equal(packet_parse(question->hello, &packet), 0);
	assert_int_equal(packet.command, COMMAND_GETDIRFILES);
	lan_question_free(question);
}

static void
in_clear_it_is_read_and_proves_nothing(void **state)
{
	struct two *two = *state;
	struct lan_question *question;
	struct lan_request *request;
	int err;

	two->annas_bob->peer.status &= ~(uint32_t)STATUS_CAPFILEENC;
	question = ask(two, FILE_FOLDER);
	request = hear(two, question->hello, "10.77.0.3:40000", &err);
	assert_non_null(request);
	assert_string_equal(request->user, lan_user(two->anna->lan));
	assert_string_equal(request->host, "pc1");
	assert_true(request->wants_stream);
	assert_int_equal(request->charset, CHARSET_UTF8);
	assert_null(request->key);
	assert_int_equal(request->flags, 0);
	assert_int_equal(request->file.packet, 1700000070);
	assert_int_equal(request->file.file, 305419896);
	lan_request_free(request);
	lan_question_free(question);
}

static void
sealed_it_is_signed_and_brings_the_key_of_the_answer(void **state)
{
	struct two *two = *state;
	struct lan_question *question = ask(two, FILE_REGULAR);
	struct lan_request *request;
	struct packet packet;
	int err;

	assert_true(question->stream);
	assert_true(question->ciphered);
	assert_int_equal(question->flags, 0x41900004);
	assert_int_equal(packet_parse(question->hello, &packet), 0);
	assert_int_equal(packet.command, COMMAND_GETDIRFILES | REQUEST_UTF8 |
					     REQUEST_ENCRYPT | REQUEST_ENCFILE);
	/* From wherever it comes. */
	request = hear(two, question->hello, "10.77.0.99:40000", &err);
	assert_non_null(request);
	assert_ptr_equal(request->key, two->bobs_anna->peer.key);
	assert_int_equal(request->flags, 0x41900004);
	assert_int_equal(request->file.packet, 1700000070);
	assert_int_equal(request->file.file, 305419896);
	assert_int_equal(request->file.cover, FILE_COVER_AES);
	assert_memory_equal(request->file.key, question->key, 32);
	assert_true(request->file.has_replay);
	assert_int_equal(request->file.replay, question->number);
	assert_int_equal(request->number, question->number);
	lan_request_free(request);
	lan_question_free(question);
}

static void
a_picture_is_asked_for_as_a_file_even_when_sealed(void **state)
{
	struct two *two = *state;
	struct lan_question *question = ask(two, FILE_CLIPBOARD);
	struct lan_request *request;
	int err;

	assert_false(question->stream);
	assert_true(question->ciphered);
	request = hear(two, question->hello, "10.77.0.3", &err);
	assert_non_null(request);
	assert_false(request->wants_stream);
	assert_int_equal(request->file.offset, 0);
	assert_int_equal(request->file.cover, FILE_COVER_AES);
	lan_request_free(request);
	lan_question_free(question);
}

static void
no_two_questions_have_a_key_or_number_in_common(void **state)
{
	struct two *two = *state;
	struct lan_question *one = ask(two, FILE_REGULAR);
	struct lan_question *other = ask(two, FILE_REGULAR);

	assert_true(other->number > one->number);
	assert_memory_not_equal(one->key, other->key, sizeof one->key);
	lan_question_free(one);
	lan_question_free(other);
}

static void
the_weak_suite_seals_too_but_proves_nothing(void **state)
{
	struct two *two = *state;
	struct lan_settings settings = party_settings;
	struct lan_question *question;
	struct lan_request *request;
	int err;

	rsa_public_free(two->annas_bob->peer.key);
	two->annas_bob->peer.key = rsa_public_ref(
	    rsa_key_public(keyring_key(two->bob->keyring, RSA_1024)));
	two->annas_bob->peer.word = 0x00020002;
	question = ask(two, FILE_REGULAR);
	assert_int_equal(question->flags, 0x00020002);
	assert_true(question->ciphered);
	request = hear(two, question->hello, "10.77.0.3", &err);
	assert_non_null(request);
	assert_null(request->key);
	assert_int_equal(request->flags, 0x00020002);
	assert_memory_equal(request->file.key, question->key, 32);
	lan_request_free(request);
	settings.legacy = LAN_LEGACY_OFF;
	party_take_settings(two->bob, &settings);
	assert_null(hear(two, question->hello, "10.77.0.3", &err));
	assert_int_equal(err, CAM_ERR_REFUSED);
	lan_question_free(question);
}

/* As somebody else, changed, cut: each is refused. */
static void
what_is_not_as_it_was_signed_is_refused(void **state)
{
	struct two *two = *state;
	struct lan_question *question = ask(two, FILE_REGULAR);
	uint8_t *bytes = xmemdup(question->hello.data, question->hello.len);
	size_t len = question->hello.len;
	int err;

	/* Another key is known of her. */
	rsa_public_free(two->bobs_anna->peer.key);
	two->bobs_anna->peer.key = rsa_public_ref(
	    rsa_key_public(keyring_key(two->bob->keyring, RSA_1024)));
	assert_null(hear(two, question->hello, "10.77.0.3", &err));
	rsa_public_free(two->bobs_anna->peer.key);
	two->bobs_anna->peer.key = rsa_public_ref(
	    rsa_key_public(keyring_key(two->anna->keyring, RSA_2048)));
	for (size_t at = len / 2; at < len - 1; at += 37) {
		bytes[at] = bytes[at] == 'A' ? 'B' : 'A';
		assert_null(hear(two, span_of(bytes, len), "10.77.0.3", &err));
		bytes[at] = question->hello.data[at];
	}
	for (size_t cut = 0; cut < len - 1; cut += 53)
		assert_null(hear(two, span_of(bytes, cut), "10.77.0.3", &err));
	free(bytes);
	lan_question_free(question);
}

static void
who_signs_with_a_key_we_have_not_is_asked_for_it(void **state)
{
	struct two *two = *state;
	struct lan_question *question = ask(two, FILE_REGULAR);
	struct lan_request *request;
	struct packet packet;
	int err;

	rsa_public_free(two->bobs_anna->peer.key);
	two->bobs_anna->peer.key = NULL;
	/* Something earns her an answer (threat model N4). */
	twin_hear(&two->bob->twin, "10.77.0.3", "1:9:%s:pc1:48:12345678901|",
	    lan_user(two->anna->lan));
	twin_forget(&two->bob->twin);
	request = hear(two, question->hello, "10.77.0.3", &err);
	assert_non_null(request);
	assert_null(request->key);
	lan_request_learn(two->bob->lan, request);
	caught_one(&two->bob->twin, COMMAND_GETPUBKEY, &packet);
	lan_request_free(request);
	lan_question_free(question);
}

static void
what_is_no_request_is_not_read(void **state)
{
	static const char *const bad[] = { "", "hello", "1:5:u:h:32:text",
		"1:5:u:h:96:", "1:5:u:h:96:1:2",
		"1:5:u:h:96:x:2:0:", "1:5:u:h:98:1:", "1:5:u:h:97:1700000070",
		"1:5::h:96:1:2:0:", "2:5:u:h:96:1:2:0:",
		"1:5:u:h:2144:1:2:0:4000000:5", "1:5:u:h:4194400:1:2:0:" };
	struct two *two = *state;
	int err;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (hear(two, span_text(bad[i]), "10.77.0.3", &err) != NULL)
			fail_msg("%s", bad[i]);
		assert_true(err < 0);
	}
}

static void
a_strangers_sealed_requests_have_a_budget(void **state)
{
	struct two *two = *state;
	struct lan_question *question = ask(two, FILE_REGULAR);
	struct lan_request *request;
	unsigned opened = 0;
	int err = 0;

	while (err == 0 && opened < 10 * BUDGET_RSA_SOURCE) {
		request = hear(two, question->hello, "10.77.0.99", &err);
		opened += request != NULL;
		lan_request_free(request);
	}
	assert_int_equal(err, CAM_ERR_FULL);
	/* Hers is her own. */
	request = hear(two, question->hello, "10.77.0.3", &err);
	assert_non_null(request);
	lan_request_free(request);
	lan_question_free(question);
}

static void
iptux_asks_without_a_colon_at_the_end(void **state)
{
	struct two *two = *state;
	struct lan_request *request;
	int err;

	request =
	    hear(two, span_text("1_iptux 0.8.3:19:root:vm:96:6b02e5b5:5:0"),
		"10.77.0.5", &err);
	assert_non_null(request);
	assert_int_equal(request->client, CLIENT_IPTUX);
	assert_int_equal(request->file.packet, 0x6b02e5b5);
	assert_int_equal(request->file.file, 5);
	lan_request_free(request);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TWO(in_clear_a_file_is_asked_for_as_windows_does),
		TEST_OF_TWO(an_old_client_is_asked_in_its_charset),
		TEST_OF_TWO(in_clear_it_is_read_and_proves_nothing),
		TEST_OF_TWO(
		    sealed_it_is_signed_and_brings_the_key_of_the_answer),
		TEST_OF_TWO(a_picture_is_asked_for_as_a_file_even_when_sealed),
		TEST_OF_TWO(no_two_questions_have_a_key_or_number_in_common),
		TEST_OF_TWO(the_weak_suite_seals_too_but_proves_nothing),
		TEST_OF_TWO(what_is_not_as_it_was_signed_is_refused),
		TEST_OF_TWO(who_signs_with_a_key_we_have_not_is_asked_for_it),
		TEST_OF_TWO(what_is_no_request_is_not_read),
		TEST_OF_TWO(a_strangers_sealed_requests_have_a_budget),
		TEST_OF_TWO(iptux_asks_without_a_colon_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
