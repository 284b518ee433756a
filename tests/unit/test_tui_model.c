/* test_tui_model.c: what the screen keeps of what camd told. */
#include "test.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cam-tui/model.h"

/* What was told of changes. */
struct heard {
	size_t counts[CHANGE_TRANSFER + 1];
	struct model_talk *talk;
	size_t put; /* of the last page */
};

static void
on_change(const struct model_change *change, void *arg)
{
	struct heard *heard = arg;

	heard->counts[change->kind]++;
	heard->talk = change->talk;
	heard->put = change->count;
}

static struct model *
new_model(struct heard *heard)
{
	struct model *model;

	*heard = (struct heard){ 0 };
	model = model_new(on_change, heard);
	model_set_self(model, "bob@pc2", "Bob");
	return model;
}

static json_t *
message(const char *id, const char *text)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:[s], s:[s], s:s, s:b, s:s}",
	    "type", "message.received", "id", id, "time",
	    "2026-01-31T09:30:00.000+00:00", "from", "anna@pc1", "to",
	    "bob@pc2", "talk", "anna@pc1", "text", text, "unread", 1, "state",
	    "delivered");
}

static void
receive(struct model *model, const char *id, const char *text)
{
	json_t *object = message(id, text);

	model_take_event(model, "message.received", object);
	json_decref(object);
}

static struct model_talk *
with_anna(struct model *model)
{
	const char *id = "anna@pc1";

	return model_talk_with(model, &id, 1);
}

/* Messages of these ids, one letter each. */
static void
take_page(
    struct model *model, enum model_page page, const char *letters, bool more)
{
	json_t *messages = json_array();

	for (const char *c = letters; *c != '\0'; c++) {
		char id[2] = { *c, '\0' };

		json_array_append_new(messages, message(id, "text"));
	}
	model_take_page(model, with_anna(model), page, messages, more);
	json_decref(messages);
}

static void
assert_has(struct model *model, const char *letters)
{
	struct model_talk *talk = with_anna(model);

	assert_int_equal(talk->count, strlen(letters));
	for (size_t i = 0; i < talk->count; i++) {
		char id[2] = { letters[i], '\0' };

		assert_string_equal(talk->messages[i]->id, id);
	}
}

static void
take_user(struct model *model, const char *event, const char *id,
    const char *nick, const char *was)
{
	json_t *params =
	    json_pack("{s:{s:s, s:s, s:s, s:s}, s:s*}", "user", "id", id,
		"nick", nick, "group", "Sales", "state", "online", "was", was);

	model_take_event(model, event, params);
	json_decref(params);
}

static void
a_message_belongs_to_the_talk_it_names(void **state)
{
	struct heard heard;
	struct model *model = new_model(&heard);

	take_page(model, PAGE_NEWEST, "", false);
	receive(model, "a", "hello");
	assert_has(model, "a");
	assert_int_equal(with_anna(model)->unread, 1);
	assert_int_equal(heard.counts[CHANGE_MESSAGE_NEW], 1);
	assert_ptr_equal(heard.talk, with_anna(model));
	model_free(model);
}

static void
a_talk_is_the_same_in_any_order_of_its_users(void **state)
{
	const char *some[] = { "carl@pc3", "anna@pc1", "carl@pc3" };
	const char *same[] = { "anna@pc1", "carl@pc3" };
	struct heard heard;
	struct model *model = new_model(&heard);
	struct model_talk *talk = model_talk_with(model, some, 3);

	assert_ptr_equal(talk, model_talk_with(model, same, 2));
	assert_ptr_not_equal(talk, with_anna(model));
	assert_string_equal(talk->key, "anna@pc1 carl@pc3");
	model_free(model);
}

static void
what_is_told_twice_is_there_once(void **state)
{
	struct heard heard;
	struct model *model = new_model(&heard);

	take_page(model, PAGE_NEWEST, "ab", false);
	receive(model, "b", "again");
	receive(model, "c", "new");
	receive(model, "c", "new");
	assert_has(model, "abc");
	assert_int_equal(with_anna(model)->unread, 1);
	model_free(model);
}

static void
after_a_lost_connection_pages_are_joined_without_a_hole(void **state)
{
	struct heard heard;
	struct model *model = new_model(&heard);

	take_page(model, PAGE_NEWEST, "abc", true);
	model_forget_loaded(model);
	take_page(model, PAGE_NEWEST, "cde", true);
	assert_has(model, "abcde");
	/* This page begins later than what is known ends. */
	take_page(model, PAGE_NEWEST, "xyz", true);
	assert_has(model, "xyz");
	assert_false(with_anna(model)->has_start);
	model_free(model);
}

static void
older_pages_come_before_and_newer_ones_behind(void **state)
{
	struct heard heard;
	struct model *model = new_model(&heard);

	take_page(model, PAGE_NEWEST, "mn", true);
	take_page(model, PAGE_OLDER, "kl", true);
	assert_has(model, "klmn");
	assert_int_equal(heard.put, 2);
	take_page(model, PAGE_OLDER, "j", false);
	assert_true(with_anna(model)->has_start);
	take_page(model, PAGE_AROUND, "de", true);
	assert_has(model, "de");
	assert_false(with_anna(model)->has_end);
	receive(model, "z", "not behind a hole");
	assert_has(model, "de");
	take_page(model, PAGE_NEWER, "fg", false);
	assert_has(model, "defg");
	assert_true(with_anna(model)->has_end);
	model_free(model);
}

static void
a_message_counts_as_far_as_its_last_recipient(void **state)
{
	struct heard heard;
	struct model *model = new_model(&heard);
	json_t *sent = json_pack(
	    "{s:s, s:s, s:s, s:[s,s], s:s, s:[{s:s,s:s},{s:s,s:s}]}", "type",
	    "message.sent", "id", "s", "time", "2026-01-31T09:30:00.000+00:00",
	    "talk", "anna@pc1", "carl@pc3", "state", "sent", "recipients", "to",
	    "anna@pc1", "state", "sent", "to", "carl@pc3", "state", "sent");
	json_t *event = json_pack("{s:s, s:s, s:s}", "id", "s", "to",
	    "anna@pc1", "state", "delivered");
	const char *users[] = { "anna@pc1", "carl@pc3" };
	struct model_talk *talk = model_talk_with(model, users, 2);
	json_t *none = json_array();

	model_take_page(model, talk, PAGE_NEWEST, none, false);
	model_take_event(model, "message.sent", sent);
	assert_int_equal(talk->unread, 0);
	model_take_event(model, "message.state", event);
	assert_string_equal("sent", json_string_value(json_object_get(
					talk->messages[0]->object, "state")));
	json_object_set_new(event, "to", json_string("carl@pc3"));
	model_take_event(model, "message.state", event);
	assert_string_equal("delivered",
	    json_string_value(
		json_object_get(talk->messages[0]->object, "state")));
	json_decref(none);
	json_decref(sent);
	json_decref(event);
	model_free(model);
}

static void
what_names_us_is_counted_apart(void **state)
{
	struct heard heard;
	struct model *model = new_model(&heard);

	take_page(model, PAGE_NEWEST, "", false);
	receive(model, "a", "thimbob and bobby");
	assert_int_equal(with_anna(model)->mentions, 0);
	receive(model, "b", "is BOB there?");
	receive(model, "c", "bob:");
	assert_int_equal(with_anna(model)->mentions, 2);
	assert_int_equal(with_anna(model)->unread, 3);
	model_free(model);
}

static void
what_was_read_on_another_screen_is_read_here(void **state)
{
	struct heard heard;
	struct model *model = new_model(&heard);
	json_t *event =
	    json_pack("{s:[s], s:i}", "talk", "anna@pc1", "count", 1);

	take_page(model, PAGE_NEWEST, "", false);
	receive(model, "a", "bob");
	model_take_event(model, "talk.read", event);
	assert_int_equal(with_anna(model)->unread, 0);
	assert_int_equal(with_anna(model)->mentions, 0);
	assert_false(json_is_true(
	    json_object_get(with_anna(model)->messages[0]->object, "unread")));
	json_decref(event);
	model_free(model);
}

static void
users_come_and_change_and_those_in_no_page_go(void **state)
{
	struct heard heard;
	struct model *model = new_model(&heard);
	json_t *page = json_pack("[{s:s, s:s, s:s}, {s:s}]", "id", "anna@pc1",
	    "nick", "Anna", "state", "away", "id", "carl@pc3");
	json_t *last = json_pack("[{s:s}]", "id", "dora@pc4");

	take_user(model, "user.entered", "eva@pc5", "Eva", NULL);
	model_take_users(model, page, true, false);
	assert_non_null(model_user(model, "eva@pc5"));
	model_take_users(model, last, false, true);
	assert_null(model_user(model, "eva@pc5"));
	assert_int_equal(model_user_count(model), 3);
	assert_string_equal(model_name_of(model, "anna@pc1"), "Anna");
	assert_int_equal(
	    model_user(model, "anna@pc1")->presence, PRESENCE_AWAY);
	assert_string_equal(model_name_of(model, "carl@pc3"), "carl@pc3");
	json_decref(page);
	json_decref(last);
	model_free(model);
}

static void
a_user_who_moved_takes_his_talk_along(void **state)
{
	const char *moved = "anna@laptop";
	struct heard heard;
	struct model *model = new_model(&heard);
	struct model_talk *talk = with_anna(model);

	take_user(model, "user.entered", "anna@pc1", "Anna", NULL);
	take_user(model, "user.changed", moved, "Anna", "anna@pc1");
	assert_null(model_user(model, "anna@pc1"));
	assert_ptr_equal(talk, model_talk_with(model, &moved, 1));
	model_free(model);
}

static void
objects_that_are_none_are_nothing(void **state)
{
	static const char *const events[] = { "message.received",
		"message.sent", "message.state", "message.changed", "talk.read",
		"user.typing", "user.entered", "key.changed", "later.thing" };
	struct heard heard;
	struct model *model = new_model(&heard);
	json_t *odd = json_pack("{s:i, s:[i], s:s, s:n}", "id", 5, "talk", 7,
	    "user", "x", "message");
	json_t *list = json_pack("[i, s, {s:i}, n]", 1, "x", "id", 3);

	for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
		model_take_event(model, events[i], odd);
	model_take_users(model, list, true, true);
	model_take_talks(model, list);
	model_take_page(model, with_anna(model), PAGE_NEWEST, list, false);
	model_take_page(model, with_anna(model), PAGE_OLDER, NULL, false);
	assert_int_equal(with_anna(model)->count, 0);
	assert_int_equal(model_user_count(model), 0);
	json_decref(odd);
	json_decref(list);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_belongs_to_the_talk_it_names),
		cmocka_unit_test(a_talk_is_the_same_in_any_order_of_its_users),
		cmocka_unit_test(what_is_told_twice_is_there_once),
		cmocka_unit_test(
		    after_a_lost_connection_pages_are_joined_without_a_hole),
		cmocka_unit_test(older_pages_come_before_and_newer_ones_behind),
		cmocka_unit_test(a_message_counts_as_far_as_its_last_recipient),
		cmocka_unit_test(what_names_us_is_counted_apart),
		cmocka_unit_test(what_was_read_on_another_screen_is_read_here),
		cmocka_unit_test(users_come_and_change_and_those_in_no_page_go),
		cmocka_unit_test(a_user_who_moved_takes_his_talk_along),
		cmocka_unit_test(objects_that_are_none_are_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
