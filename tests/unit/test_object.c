/* test_object.c: messages and recipients as the local protocol shows them. */
#include "world.h"

#include "base/err.h"
#include "camd/message/object.h"
#include "camd/people/user.h"
#include "rpc/json.h"

static struct world world;
static struct user *anna, *carl;

static int
open_world(void **state)
{
	if (world_open(&world, "") != 0)
		return 1;
	anna = world_user(&world, "anna", "pc1", "Anna", "", USER_OFFLINE);
	carl = world_user(&world, "carl", "pc3", "Carl", "", USER_OFFLINE);
	return 0;
}

static int
close_world(void **state)
{
	return world_close(&world);
}

static void
a_failed_recipient_says_why_in_words_and_codes(void **state)
{
	static const struct {
		const char *error;
		const char *reason;
		int code;
	} cases[] = { { "cleartext", "cleartext", 6 },
		{ "weaker", "weaker", 6 }, { "key", "key", 7 },
		{ "", "failed", 1 }, { "no such word", "failed", 1 } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct store_delivery delivery = { .uid = anna->uid,
			.state = STORE_FAILED };
		json_t *object = NULL;

		snprintf(delivery.error, sizeof delivery.error, "%s",
		    cases[i].error);
		object = recipient_object(&world.camd, &delivery, 1000);
		assert_string_equal(text_of(object, "to"), "anna@pc1");
		assert_string_equal(text_of(object, "state"), "failed");
		assert_string_equal(text_of(object, "reason"), cases[i].reason);
		assert_int_equal(
		    json_integer_value(json_object_get(object, "exit")),
		    cases[i].code);
		assert_non_null(strstr(text_of(object, "error"), "anna@pc1"));
		json_decref(object);
	}
}

static void
only_failures_have_reasons(void **state)
{
	struct store_delivery delivery = { .uid = anna->uid,
		.state = STORE_DELIVERED,
		.receipt = STORE_REPORTED,
		.encryption = STORE_RSA2048_AES256,
		.delivered_ms = 1012,
		.error = "timeout" };
	json_t *object = recipient_object(&world.camd, &delivery, 1000);

	assert_true(json_is_null(json_object_get(object, "error")));
	assert_true(json_is_null(json_object_get(object, "reason")));
	assert_string_equal(text_of(object, "receipt"), "reported");
	assert_string_equal(text_of(object, "encryption"), "rsa2048-aes256");
	assert_int_equal(
	    json_integer_value(json_object_get(object, "delivered_ms")), 12);
	json_decref(object);
}

static void
nothing_arrives_before_it_was_sent(void **state)
{
	struct store_delivery delivery = {
		.uid = anna->uid, .state = STORE_DELIVERED, .delivered_ms = 500
	};
	json_t *object = recipient_object(&world.camd, &delivery, 1000);

	assert_int_equal(
	    json_integer_value(json_object_get(object, "delivered_ms")), 0);
	json_decref(object);
}

static void
assert_state_says_what_the_recipient_says(const struct store_delivery *delivery)
{
	json_t *recipient = recipient_object(&world.camd, delivery, 1000);
	json_t *event = NULL;
	struct buf text;

	buf_init(&text, SIZE_MAX / 4);
	state_text(&world.camd, delivery, "0011", 1000, &text);
	assert_int_equal(json_parse_line(buf_span(&text), &event), 0);
	buf_finish(&text);
	assert_string_equal(text_of(event, "type"), "message.state");
	assert_string_equal(text_of(event, "id"), "0011");
	assert_int_equal(json_object_del(event, "type"), 0);
	assert_int_equal(json_object_del(event, "id"), 0);
	assert_int_equal(json_object_del(event, "time"), 0);
	assert_true(json_equal(event, recipient));
	json_decref(event);
	json_decref(recipient);
}

static void
a_state_says_what_the_recipient_says(void **state)
{
	struct user *odd = world_user(&world, "o\"\\\n\xe2\x80\xae\xff",
	    "pc\x7f", "Odd", "", USER_OFFLINE);
	const struct store_delivery deliveries[] = {
		{ .uid = anna->uid, .state = STORE_QUEUED },
		{ .uid = anna->uid,
		    .state = STORE_DELIVERED,
		    .receipt = STORE_SIGNED_RECEIPT,
		    .encryption = STORE_CAM1,
		    .delivered_ms = 1012 },
		{ .uid = odd->uid, .state = STORE_SENT },
		{ .uid = odd->uid, .state = STORE_FAILED, .error = "timeout" },
		{ .uid = 12345, .state = STORE_FAILED, .error = "no word" },
	};

	for (size_t i = 0; i < sizeof deliveries / sizeof deliveries[0]; i++)
		assert_state_says_what_the_recipient_says(&deliveries[i]);
}

static void
a_sent_message_is_as_far_as_the_slowest_recipient(void **state)
{
	struct store_delivery deliveries[] = {
		{ .uid = anna->uid,
		    .state = STORE_OPENED,
		    .encryption = STORE_RSA2048_AES256 },
		{ .uid = carl->uid,
		    .state = STORE_SENT,
		    .encryption = STORE_RSA1024_BLOWFISH128 },
	};
	struct store_message message = { .text = "hi", .state = STORE_QUEUED };
	struct record record = { .message = &message,
		.deliveries = deliveries,
		.delivery_count = 2 };
	json_t *object = message_object(&world.camd, &record), *to = NULL;

	assert_string_equal(text_of(object, "state"), "sent");
	assert_string_equal(
	    text_of(object, "encryption"), "rsa1024-blowfish128");
	to = json_pack("[s,s]", "anna@pc1", "carl@pc3");
	assert_true(json_equal(json_object_get(object, "to"), to));
	assert_int_equal(
	    json_array_size(json_object_get(object, "recipients")), 2);
	json_decref(to);
	json_decref(object);
	deliveries[1].state = STORE_FAILED;
	object = message_object(&world.camd, &record);
	assert_string_equal(text_of(object, "state"), "failed");
	json_decref(object);
}

static void
offers_are_listed_with_ids_of_their_own(void **state)
{
	struct store_offer offers[] = {
		{ .number = 1, .name = "plan.pdf", .size = 81920 },
		{ .number = 2, .name = "pictures", .kind = STORE_FOLDER },
	};
	struct store_message message = { .id = "5f0c",
		.from = anna->uid,
		.text = "two",
		.state = STORE_DELIVERED };
	struct record record = {
		.message = &message, .offers = offers, .offer_count = 2
	};
	json_t *object = message_object(&world.camd, &record);
	json_t *list = json_object_get(object, "offers");

	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(
	    text_of(json_array_get(list, 0), "name"), "plan.pdf");
	assert_string_equal(text_of(json_array_get(list, 0), "kind"), "file");
	assert_string_equal(text_of(json_array_get(list, 1), "kind"), "folder");
	assert_string_not_equal(text_of(json_array_get(list, 0), "id"),
	    text_of(json_array_get(list, 1), "id"));
	json_decref(object);
}

static void
a_user_nobody_knows_breaks_nothing(void **state)
{
	struct store_message message = {
		.from = 987654, .text = "?", .state = STORE_DELIVERED
	};
	struct record record = { .message = &message };
	json_t *object = message_object(&world.camd, &record);

	assert_non_null(text_of(object, "from"));
	assert_true(json_is_null(json_object_get(object, "nick")));
	json_decref(object);
}

static json_t *
member_of(const struct record *record, const char *name)
{
	json_t *object = message_object(&world.camd, record);
	json_t *value = json_deep_copy(json_object_get(object, name));

	json_decref(object);
	return value;
}

static void
assert_member(const struct record *record, const char *name, const char *json)
{
	json_t *value = member_of(record, name);
	json_t *wanted = json_loads(json, JSON_DECODE_ANY, NULL);

	assert_non_null(wanted);
	if (!json_equal(value, wanted))
		fail_msg("%s is %s", name, json_dumps(value, JSON_ENCODE_ANY));
	json_decref(value);
	json_decref(wanted);
}

static void
what_its_sender_did_later_is_told(void **state)
{
	struct store_message message = {
		.from = anna->uid, .text = "x", .state = STORE_DELIVERED
	};
	struct record record = { .message = &message };
	json_t *edited = NULL;

	assert_member(&record, "edited", "null");
	assert_member(&record, "deleted", "false");
	assert_member(&record, "missing", "0");
	message.changed_ms = 1700000000000;
	message.missing = UINT32_MAX;
	edited = member_of(&record, "edited");
	assert_true(json_is_string(edited));
	json_decref(edited);
	assert_member(&record, "text", "\"x\"");
	assert_member(&record, "missing", "4294967295");
	message.deleted = message.read = true;
	message.text = "";
	assert_member(&record, "edited", "null");
	assert_member(&record, "deleted", "true");
	assert_member(&record, "text", "null");
	assert_member(&record, "unread", "false");
}

static void
an_answer_quotes_what_it_answers(void **state)
{
	struct store_message message = { .from = anna->uid,
		.text = "x",
		.reply_to = "00112233445566778899aabbccddeeff",
		.state = STORE_DELIVERED };
	struct quote quote = { .from = carl->uid, .text = "lunch?" };
	struct record record = { .message = &message };

	assert_member(&record, "reply", "\"00112233445566778899aabbccddeeff\"");
	assert_member(&record, "quote", "null");
	record.quote = &quote;
	assert_member(&record, "quote",
	    "{\"from\":\"carl@pc3\",\"nick\":\"Carl\",\"text\":\"lunch?\","
	    "\"deleted\":false}");
	quote = (struct quote){ .from = carl->uid, .deleted = true };
	assert_member(&record, "quote",
	    "{\"from\":\"carl@pc3\",\"nick\":\"Carl\",\"text\":null,"
	    "\"deleted\":true}");
	quote = (struct quote){ .from = carl->uid, .shut = true };
	assert_member(&record, "quote",
	    "{\"from\":\"carl@pc3\",\"nick\":\"Carl\",\"text\":null,"
	    "\"deleted\":false}");
}

static void
a_change_tells_the_message_as_it_is_now(void **state)
{
	struct store_message message = { .id = "5f0c",
		.from = anna->uid,
		.text = "after",
		.changed_ms = 5,
		.state = STORE_DELIVERED };
	struct record record = { .message = &message };
	json_t *object = changed_object(&world.camd, &record);
	json_t *now = json_object_get(object, "message");

	assert_string_equal(text_of(object, "id"), "5f0c");
	assert_string_equal(text_of(object, "from"), "anna@pc1");
	assert_string_equal(text_of(now, "type"), "message.received");
	assert_string_equal(text_of(now, "text"), "after");
	json_decref(object);
}

static void
a_record_is_never_shorter_than_its_object(void **state)
{
	/* Controls, a quote, DEL, C1, a line separator, a byte order mark, a
	 * tag. */
	static const char *const texts[] = { "\x01", "\"", "\\", "\t", "\x7f",
		"\xc2\x80", "\xe2\x80\xa8", "\xef\xbb\xbf", "\xf3\xa0\x80\x81",
		"\xe4\xbc\x9a", "x" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct store_delivery deliveries[3] = { { .uid = anna->uid } };
		char text[4001] = "";
		struct store_message message = { .text = text,
			.state = STORE_QUEUED };
		struct quote quote = { .from = anna->uid };
		struct record record = { .message = &message,
			.deliveries = deliveries,
			.delivery_count = 3,
			.quote = &quote };
		json_t *object = NULL;
		char *line = NULL;
		size_t len;

		for (size_t k = 0; k < 1000; k++)
			strcat(text, texts[i]);
		while (strlen(quote.text) + strlen(texts[i]) <= QUOTE_MAX)
			strcat(quote.text, texts[i]);
		object = message_object(&world.camd, &record);
		line = json_line(object, &len);
		assert_true(len <= record_size(&record));
		free(line);
		json_decref(object);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_failed_recipient_says_why_in_words_and_codes),
		cmocka_unit_test(only_failures_have_reasons),
		cmocka_unit_test(nothing_arrives_before_it_was_sent),
		cmocka_unit_test(a_state_says_what_the_recipient_says),
		cmocka_unit_test(
		    a_sent_message_is_as_far_as_the_slowest_recipient),
		cmocka_unit_test(offers_are_listed_with_ids_of_their_own),
		cmocka_unit_test(a_user_nobody_knows_breaks_nothing),
		cmocka_unit_test(what_its_sender_did_later_is_told),
		cmocka_unit_test(an_answer_quotes_what_it_answers),
		cmocka_unit_test(a_change_tells_the_message_as_it_is_now),
		cmocka_unit_test(a_record_is_never_shorter_than_its_object),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
