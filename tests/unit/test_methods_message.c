/* test_methods_message.c: messages sent, listed, opened and read through the
 * local protocol. */
#include "histories.h"

static json_t *
send_params(const char *to, const char *text)
{
	return json_pack("{s:[s], s:s}", "to", to, "text", text);
}

static json_t *
recipient(const json_t *result, size_t i)
{
	return json_array_get(json_object_get(result, "recipients"), i);
}

/* -- sending ------------------------------------------------------------ */

static void
a_message_is_stored_and_queued(void **state)
{
	json_t *result = ask(&asker, "message.send", send_params("anna", "hi"));
	json_t *got = NULL, *message = NULL;

	assert_int_equal(strlen(text_of(result, "id")), 32);
	assert_non_null(text_of(result, "time"));
	assert_string_equal(text_of(recipient(result, 0), "to"), "anna@pc1");
	assert_string_equal(text_of(recipient(result, 0), "state"), "queued");
	assert_true(
	    json_is_null(json_object_get(recipient(result, 0), "error")));
	assert_int_equal(
	    json_integer_value(json_object_get(recipient(result, 0), "exit")),
	    0);
	got = ask(&asker, "message.get",
	    json_pack("{s:s%}", "id", text_of(result, "id"), (size_t)8));
	message = json_object_get(got, "message");
	assert_string_equal(text_of(message, "type"), "message.sent");
	assert_string_equal(text_of(message, "id"), text_of(result, "id"));
	assert_string_equal(text_of(message, "time"), text_of(result, "time"));
	assert_string_equal(text_of(message, "from"), "bob@pc2");
	assert_string_equal(text_of(message, "nick"), "Bob");
	assert_string_equal(text_of(message, "text"), "hi");
	assert_string_equal(text_of(message, "state"), "queued");
	assert_true(json_is_null(json_object_get(message, "reply")));
	assert_true(json_is_false(json_object_get(message, "unread")));
	assert_true(json_equal(json_object_get(message, "recipients"),
	    json_object_get(result, "recipients")));
	json_decref(got);
	json_decref(result);
}

static void
each_user_gets_it_once_in_the_order_named(void **state)
{
	json_t *result = ask(&asker, "message.send",
	    json_pack("{s:[s,s,s,s], s:s}", "to", "dora", "@sales", "anna@pc1",
		"DORA@pc4", "text", "x"));

	assert_int_equal(
	    json_array_size(json_object_get(result, "recipients")), 3);
	assert_string_equal(text_of(recipient(result, 0), "to"), "dora@pc4");
	json_decref(result);
}

static void
whom_nobody_knows_is_a_failed_recipient(void **state)
{
	json_t *result = ask(&asker, "message.send",
	    json_pack("{s:[s,s,s], s:s}", "to", "annna", "carl", "bob@pc2",
		"text", "x"));
	json_t *list = json_object_get(result, "recipients"), *failed = NULL;

	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(text_of(recipient(result, 0), "to"), "carl@pc3");
	failed = json_array_get(list, 1);
	assert_string_equal(text_of(failed, "to"), "annna");
	assert_string_equal(text_of(failed, "state"), "failed");
	assert_string_equal(text_of(failed, "reason"), "unknown");
	assert_int_equal(
	    json_integer_value(json_object_get(failed, "exit")), 3);
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(failed, "candidates"), 0)),
	    "anna@pc1");
	assert_string_equal(
	    text_of(json_array_get(list, 2), "reason"), "request");
	json_decref(result);
}

static void
to_nobody_at_all_fails_and_stores_nothing(void **state)
{
	json_t *before = ask(&asker, "message.list", NULL);
	json_t *after = NULL, *data = NULL;

	data = ask_refused(&asker, "message.send", send_params("nobody", "x"),
	    3, "unknown", "'nobody'");
	assert_string_equal(text_of(data, "who"), "nobody");
	json_decref(data);
	json_decref(ask_refused(&asker, "message.send",
	    send_params("@all", "x"), 3, "unknown", "online"));
	json_decref(ask_refused(&asker, "message.send",
	    send_params("bob@pc2", "x"), 2, "request", "oneself"));
	after = ask(&asker, "message.list", NULL);
	assert_int_equal(json_array_size(json_object_get(before, "messages")),
	    json_array_size(json_object_get(after, "messages")));
	json_decref(before);
	json_decref(after);
}

static void
requests_that_are_wrong_are_refused(void **state)
{
	char *text = xmalloc(LIMIT_MESSAGE_TEXT + 2);

	memset(text, 'x', LIMIT_MESSAGE_TEXT + 1);
	text[LIMIT_MESSAGE_TEXT + 1] = '\0';
	json_decref(ask_refused(&asker, "message.send", send_params("anna", ""),
	    2, "request", "empty"));
	json_decref(ask_refused(&asker, "message.send",
	    send_params("anna", text), 2, "request", "1048576"));
	json_decref(
	    ask_refused(&asker, "message.send", NULL, 2, "request", "'to'"));
	json_decref(ask_refused(&asker, "message.send",
	    json_pack("{s:s, s:s}", "to", "anna", "text", "x"), 2, "request",
	    "'to'"));
	json_decref(ask_refused(&asker, "message.send",
	    json_pack("{s:[], s:s}", "to", "text", "x"), 2, "request", "'to'"));
	json_decref(ask_refused(&asker, "message.send",
	    json_pack("{s:[s]}", "to", "anna"), 2, "request", "'text'"));
	json_decref(ask_refused(&asker, "message.send",
	    json_pack("{s:[s], s:i}", "to", "anna", "text", 5), 2, "request",
	    "'text'"));
	json_decref(ask_refused(&asker, "message.send",
	    json_pack(
		"{s:[s], s:s, s:i}", "to", "anna", "text", "x", "sealed", 1),
	    2, "request", "'sealed'"));
	/* The longest that will do. */
	text[LIMIT_MESSAGE_TEXT] = '\0';
	json_decref(ask(&asker, "message.send", send_params("anna", text)));
	free(text);
}

static void
a_reply_names_the_message_in_full(void **state)
{
	struct arrival arrival = { 0 };
	json_t *result = NULL, *got = NULL;
	char beginning[9];

	world_receive(&world, &arrival, anna, "question?");
	snprintf(beginning, sizeof beginning, "%s", arrival.message.id);
	result = ask(&asker, "message.send",
	    json_pack("{s:[s], s:s, s:s, s:b}", "to", "anna", "text", "yes",
		"reply", beginning, "locked", 1));
	got = ask(&asker, "message.get",
	    json_pack("{s:s}", "id", text_of(result, "id")));
	assert_string_equal(text_of(json_object_get(got, "message"), "reply"),
	    arrival.message.id);
	assert_true(json_is_true(
	    json_object_get(json_object_get(got, "message"), "sealed")));
	json_decref(got);
	json_decref(result);
	json_decref(ask_refused(&asker, "message.send",
	    json_pack("{s:[s], s:s, s:s}", "to", "anna", "text", "yes", "reply",
		"ffffffffffffffffffffffffffffffff"),
	    3, "unknown", "no message"));
	json_decref(ask_refused(&asker, "message.send",
	    json_pack("{s:[s], s:s, s:s}", "to", "anna", "text", "yes", "reply",
		"no id"),
	    3, "unknown", "'no id'"));
}

static json_t *
get_message(const char *id)
{
	json_t *got = ask(&asker, "message.get", json_pack("{s:s}", "id", id));
	json_t *message = json_incref(json_object_get(got, "message"));

	json_decref(got);
	return message;
}

static void
an_answer_is_told_with_what_it_answers(void **state)
{
	struct arrival arrival = { 0 };
	json_t *event = NULL;

	world_receive(&world, &arrival, anna, "question?");
	json_decref(ask(&asker, "subscribe",
	    json_pack(
		"{s:[s,s]}", "types", "message.sent", "message.changed")));
	json_decref(ask(&asker, "message.send",
	    json_pack("{s:[s], s:s, s:s}", "to", "anna", "text", "yes", "reply",
		arrival.message.id)));
	event = asker_event(&asker, "message.sent");
	assert_string_equal(
	    text_of(json_object_get(event, "quote"), "text"), "question?");
	json_decref(event);
}

static void
what_was_sent_can_be_changed_and_taken_back(void **state)
{
	json_t *sent =
	    ask(&asker, "message.send", send_params("anna", "first"));
	const char *id = text_of(sent, "id");
	json_t *edit = ask(&asker, "message.edit",
	    json_pack("{s:s, s:s}", "id", id, "text", "second"));
	json_t *message = get_message(id), *event = NULL, *deletion = NULL;

	assert_string_not_equal(text_of(edit, "id"), id);
	assert_non_null(text_of(edit, "time"));
	assert_string_equal(text_of(message, "text"), "second");
	assert_true(json_is_string(json_object_get(message, "edited")));
	json_decref(message);
	event = asker_event(&asker, "message.changed");
	assert_string_equal(text_of(event, "id"), id);
	assert_string_equal(
	    text_of(json_object_get(event, "message"), "text"), "second");
	json_decref(event);
	/* The change itself is nothing to look at. */
	json_decref(ask_refused(&asker, "message.get",
	    json_pack("{s:O}", "id", json_object_get(edit, "id")), 3, "unknown",
	    "no message"));
	deletion = ask(&asker, "message.delete", json_pack("{s:s}", "id", id));
	message = get_message(id);
	assert_true(json_is_null(json_object_get(message, "text")));
	assert_true(json_is_true(json_object_get(message, "deleted")));
	json_decref(message);
	json_decref(asker_event(&asker, "message.changed"));
	json_decref(ask_refused(&asker, "message.edit",
	    json_pack("{s:s, s:s}", "id", id, "text", "third"), 2, "request",
	    "deleted already"));
	json_decref(deletion);
	json_decref(edit);
	json_decref(sent);
}

static void
changes_that_cannot_be_are_refused(void **state)
{
	struct arrival arrival = { 0 };

	world_receive(&world, &arrival, anna, "hers");
	json_decref(ask_refused(&asker, "message.edit",
	    json_pack("{s:s, s:s}", "id", arrival.message.id, "text", "mine"),
	    2, "request", "not sent by you"));
	json_decref(ask_refused(&asker, "message.delete",
	    json_pack("{s:s}", "id", arrival.message.id), 2, "request",
	    "not sent by you"));
	json_decref(ask_refused(&asker, "message.edit",
	    json_pack("{s:s, s:s}", "id", arrival.message.id, "text", ""), 2,
	    "request", "without text"));
	json_decref(ask_refused(&asker, "message.edit",
	    json_pack("{s:s}", "id", arrival.message.id), 2, "request",
	    "'text'"));
	json_decref(ask_refused(&asker, "message.delete",
	    json_pack("{s:s}", "id", "ffffffffffffffffffffffffffffffff"), 3,
	    "unknown", "no message"));
}

static void
a_follower_hears_of_the_state_after_the_answer(void **state)
{
	json_t *result = ask(&asker, "message.send",
	    json_pack("{s:[s], s:s, s:b}", "to", "dora", "text", "follow me",
		"follow", 1));
	json_t *event = NULL;

	assert_int_equal(json_array_size(asker.events), 0);
	/* What the outbox tells when anything has become of it. */
	json_t *told = json_deep_copy(recipient(result, 0));
	json_object_set(told, "id", json_object_get(result, "id"));
	events_tell(world.camd.events, "message.state", told);
	events_tell(world.camd.events, "message.state",
	    json_pack("{s:s}", "id", "another"));
	event = asker_event(&asker, "message.state");
	assert_string_equal(text_of(event, "id"), text_of(result, "id"));
	assert_string_equal(text_of(event, "to"), "dora@pc4");
	json_decref(event);
	json_decref(ask(&asker, "config.list", NULL));
	assert_int_equal(json_array_size(asker.events), 0);
	json_decref(result);
}

static void
retry_names_recipients_by_their_ids(void **state)
{
	json_t *sent = ask(&asker, "message.send",
	    json_pack("{s:[s,s], s:s}", "to", "anna", "carl", "text", "again"));
	const char *id = text_of(sent, "id");
	json_t *result = ask(&asker, "message.retry",
	    json_pack(
		"{s:s, s:[s], s:b}", "id", id, "to", "CARL@pc3", "clear", 1));

	assert_string_equal(text_of(result, "id"), id);
	assert_int_equal(
	    json_array_size(json_object_get(result, "recipients")), 1);
	assert_string_equal(text_of(recipient(result, 0), "to"), "carl@pc3");
	json_decref(result);
	result = ask(
	    &asker, "message.retry", json_pack("{s:s%}", "id", id, (size_t)10));
	assert_int_equal(
	    json_array_size(json_object_get(result, "recipients")), 2);
	json_decref(result);
	json_decref(ask_refused(&asker, "message.retry",
	    json_pack("{s:s, s:[s]}", "id", id, "to", "nobody@pc9"), 3,
	    "unknown", "nobody@pc9"));
	json_decref(ask_refused(&asker, "message.retry",
	    json_pack("{s:s}", "id", "abcdefabcdef"), 3, "unknown",
	    "abcdefabcdef"));
	json_decref(
	    ask_refused(&asker, "message.retry", NULL, 2, "request", "'id'"));
	json_decref(sent);
}

/* -- one message -------------------------------------------------------- */

static void
a_received_message_says_who_else_got_it(void **state)
{
	struct arrival arrival = { .others = { carl->uid, dora->uid },
		.other_count = 2 };
	json_t *got = NULL, *message = NULL;

	arrival.message.signature = STORE_PINNED;
	arrival.message.encryption = STORE_RSA2048_AES256;
	world_receive(&world, &arrival, anna, "to you three");
	got = ask(&asker, "message.get",
	    json_pack("{s:s}", "id", arrival.message.id));
	message = json_object_get(got, "message");
	assert_string_equal(text_of(message, "type"), "message.received");
	assert_string_equal(text_of(message, "from"), "anna@pc1");
	assert_string_equal(text_of(message, "signed"), "pinned");
	assert_string_equal(text_of(message, "encryption"), "rsa2048-aes256");
	assert_string_equal(text_of(message, "state"), "delivered");
	assert_null(json_object_get(message, "recipients"));
	json_t *to = json_pack("[s,s,s]", "bob@pc2", "carl@pc3", "dora@pc4");
	assert_true(json_equal(json_object_get(message, "to"), to));
	json_decref(to);
	json_decref(got);
}

static void
an_own_name_is_the_nick_of_a_message(void **state)
{
	struct arrival arrival = { 0 };
	json_t *got = NULL;

	world_receive(&world, &arrival, dora, "it is me");
	marks_alias(world.camd.roster, dora, "Doro");
	got = ask(&asker, "message.get",
	    json_pack("{s:s}", "id", arrival.message.id));
	assert_string_equal(
	    text_of(json_object_get(got, "message"), "nick"), "Doro");
	marks_alias(world.camd.roster, dora, NULL);
	json_decref(got);
}

static void
a_sealed_message_hides_its_text_until_opened(void **state)
{
	struct arrival arrival = { 0 };
	json_t *got = NULL, *message = NULL;

	arrival.message.sealed = true;
	world_receive(&world, &arrival, anna, "the secret");
	got = ask(&asker, "message.get",
	    json_pack("{s:s}", "id", arrival.message.id));
	message = json_object_get(got, "message");
	assert_true(json_is_null(json_object_get(message, "text")));
	assert_true(json_is_false(json_object_get(message, "opened")));
	assert_true(json_is_true(json_object_get(message, "unread")));
	json_decref(got);
	for (int i = 0; i < 2; i++) {
		got = ask(&asker, "message.open",
		    json_pack("{s:s}", "id", arrival.message.id));
		message = json_object_get(got, "message");
		assert_string_equal(text_of(message, "text"), "the secret");
		assert_string_equal(text_of(message, "state"), "opened");
		assert_true(json_is_true(json_object_get(message, "opened")));
		assert_true(json_is_false(json_object_get(message, "unread")));
		json_decref(got);
	}
}

static void
only_received_messages_can_be_opened(void **state)
{
	struct arrival arrival = { 0 };
	json_t *sent = ask(&asker, "message.send",
	    json_pack(
		"{s:[s], s:s, s:b}", "to", "anna", "text", "x", "sealed", 1));
	json_t *got = NULL;

	json_decref(ask_refused(&asker, "message.open",
	    json_pack("{s:s}", "id", text_of(sent, "id")), 2, "request",
	    "received"));
	json_decref(sent);
	world_receive(&world, &arrival, anna, "plain");
	got = ask(&asker, "message.open",
	    json_pack("{s:s}", "id", arrival.message.id));
	assert_string_equal(
	    text_of(json_object_get(got, "message"), "text"), "plain");
	json_decref(got);
	json_decref(ask_refused(&asker, "message.open",
	    json_pack("{s:s}", "id", "abcdef012345"), 3, "unknown",
	    "abcdef012345"));
}

static int64_t
unread(void)
{
	json_t *status = ask(&asker, "status.get", NULL);
	int64_t count = json_integer_value(json_object_get(status, "unread"));

	json_decref(status);
	return count;
}

static int64_t
read_talk(const char *who)
{
	json_t *result =
	    ask(&asker, "talk.read", json_pack("{s:s}", "who", who));
	int64_t count = json_integer_value(json_object_get(result, "count"));

	json_decref(result);
	return count;
}

static void
reading_a_talk_leaves_others_unread(void **state)
{
	struct user *rita =
	    world_user(&world, "rita", "pc9", "Rita", "R", USER_OFFLINE);
	struct user *rolf =
	    world_user(&world, "rolf", "pc10", "Rolf", "R", USER_OFFLINE);
	int64_t before = unread();

	for (int i = 0; i < 3; i++) {
		struct arrival arrival = { 0 };

		world_receive(&world, &arrival, i < 2 ? rita : rolf, "x");
	}
	struct arrival both = { .others = { rolf->uid }, .other_count = 1 };
	world_receive(&world, &both, rita, "to you two");
	struct arrival all = { .broadcast = true };
	world_receive(&world, &all, rita, "to all");
	assert_int_equal(unread(), before + 5);
	assert_int_equal(read_talk("rita"), 4);
	assert_int_equal(unread(), before + 1);
	assert_int_equal(read_talk("rita"), 0);
	assert_int_equal(read_talk("@R"), 1);
	assert_int_equal(unread(), before);
	json_decref(ask_refused(&asker, "talk.read",
	    json_pack("{s:s}", "who", "nobody"), 3, "unknown", "nobody"));
}

static size_t
listed_in(json_t *talk)
{
	json_t *result =
	    ask(&asker, "message.list", json_pack("{s:o}", "talk", talk));
	json_t *messages = json_object_get(result, "messages"), *message;
	size_t count = json_array_size(messages), i;

	json_array_foreach(messages, i, message)
	    assert_int_equal(json_array_size(json_object_get(message, "talk")),
		json_array_size(
		    json_object_get(json_array_get(messages, 0), "talk")));
	json_decref(result);
	return count;
}

static void
a_talk_is_listed_and_read_by_itself(void **state)
{
	struct user *sara =
	    world_user(&world, "sara", "pc11", "Sara", "S", USER_OFFLINE);
	struct user *sven =
	    world_user(&world, "sven", "pc12", "Sven", "S", USER_OFFLINE);
	struct arrival alone = { 0 };
	struct arrival both = { .others = { sven->uid }, .other_count = 1 };
	int64_t before = unread();
	json_t *result, *talks, *first;

	world_receive(&world, &alone, sara, "to you");
	world_receive(&world, &both, sara, "to you two");
	assert_int_equal(listed_in(json_pack("[s]", "sara@pc11")), 1);
	assert_int_equal(
	    listed_in(json_pack("[s,s]", "sven@pc12", "sara@pc11")), 1);
	assert_int_equal(listed_in(json_pack("[s]", "sven@pc12")), 0);
	result = ask(&asker, "talk.list", json_pack("{s:i}", "limit", 1));
	talks = json_object_get(result, "talks");
	first = json_array_get(talks, 0);
	assert_int_equal(json_array_size(json_object_get(first, "talk")), 2);
	assert_int_equal(
	    json_integer_value(json_object_get(first, "unread")), 1);
	assert_true(json_is_string(json_object_get(first, "time")));
	json_decref(result);
	result =
	    ask(&asker, "talk.read", json_pack("{s:[s]}", "talk", "sara@pc11"));
	assert_int_equal(
	    json_integer_value(json_object_get(result, "count")), 1);
	json_decref(result);
	assert_int_equal(unread(), before + 1);
	json_decref(ask_refused(&asker, "talk.read",
	    json_pack("{s:[s]}", "talk", "nobody@pc"), 3, "unknown",
	    "nobody@pc"));
	json_decref(ask_refused(&asker, "talk.read",
	    json_pack("{s:[s], s:s}", "talk", "sara@pc11", "who", "sara"), 2,
	    "request", "exclude"));
	json_decref(ask_refused(&asker, "message.list",
	    json_pack("{s:[s], s:s}", "talk", "sara@pc11", "who", "sara"), 2,
	    "request", "exclude"));
}

static void
ambiguous_ids_name_the_messages(void **state)
{
	char ids[2][ID_SIZE] = { "fedcba98765432100123456789abcdef",
		"fedcba98765432100123456789abcde0" };
	json_t *data = NULL;

	for (size_t i = 0; i < 2; i++) {
		struct arrival arrival = { 0 };

		memcpy(arrival.message.id, ids[i], ID_SIZE);
		world_receive(&world, &arrival, anna, "twin");
	}
	data = ask_refused(&asker, "message.get",
	    json_pack("{s:s}", "id", "fedcba98"), 3, "ambiguous", "fedcba98");
	assert_string_equal(text_of(data, "id"), "fedcba98");
	assert_int_equal(
	    json_array_size(json_object_get(data, "candidates")), 2);
	assert_int_equal(json_integer_value(json_object_get(data, "count")), 2);
	json_decref(data);
	json_decref(
	    ask(&asker, "message.get", json_pack("{s:s}", "id", ids[1])));
}

/* Each file is a row for each of them. */
static void
so_many_files_go_to_so_many_users(void **state)
{
	enum { USERS = 65536 / LIMIT_ATTACHMENTS + 1 };
	json_t *files = json_array();
	char logon[16], few[80];

	for (unsigned i = 0; i < USERS; i++) {
		snprintf(logon, sizeof(logon), "one%u", i);
		world_user(&world, logon, "crowd", "", "Crowd", USER_OFFLINE);
	}
	for (unsigned i = 0; i < LIMIT_ATTACHMENTS; i++)
		json_array_append_new(files,
		    json_pack("{s:s}", "path", world.camd.paths.settings));
	snprintf(few, sizeof(few), "%d files for %d users are too many",
	    LIMIT_ATTACHMENTS, USERS);
	json_decref(ask_refused(&asker, "message.send",
	    json_pack("{s:[s], s:s, s:O}", "to", "@crowd", "text", "x", "files",
		files),
	    2, "request", few));
	json_array_append_new(
	    files, json_pack("{s:s}", "path", world.camd.paths.settings));
	json_decref(ask_refused(&asker, "message.send",
	    json_pack(
		"{s:[s], s:s, s:o}", "to", "anna", "text", "x", "files", files),
	    2, "request", "at most 256"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_stored_and_queued),
		cmocka_unit_test(each_user_gets_it_once_in_the_order_named),
		cmocka_unit_test(whom_nobody_knows_is_a_failed_recipient),
		cmocka_unit_test(to_nobody_at_all_fails_and_stores_nothing),
		cmocka_unit_test(requests_that_are_wrong_are_refused),
		cmocka_unit_test(a_reply_names_the_message_in_full),
		cmocka_unit_test(an_answer_is_told_with_what_it_answers),
		cmocka_unit_test(what_was_sent_can_be_changed_and_taken_back),
		cmocka_unit_test(changes_that_cannot_be_are_refused),
		cmocka_unit_test(
		    a_follower_hears_of_the_state_after_the_answer),
		cmocka_unit_test(retry_names_recipients_by_their_ids),
		cmocka_unit_test(a_received_message_says_who_else_got_it),
		cmocka_unit_test(an_own_name_is_the_nick_of_a_message),
		cmocka_unit_test(a_sealed_message_hides_its_text_until_opened),
		cmocka_unit_test(only_received_messages_can_be_opened),
		cmocka_unit_test(reading_a_talk_leaves_others_unread),
		cmocka_unit_test(a_talk_is_listed_and_read_by_itself),
		cmocka_unit_test(ambiguous_ids_name_the_messages),
		cmocka_unit_test(so_many_files_go_to_so_many_users),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
