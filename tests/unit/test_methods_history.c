/* test_methods_history.c: the history as clients ask for it. */
#include "histories.h"

/* -- history ------------------------------------------------------------ */

static char history[6][ID_SIZE];

/* In a talk of its own, apart from what other tests have sent. */
static int
write_history(void **state)
{
	static const char *const texts[] = { "h0 apple", "h1 pear",
		"h2 apple tree", "h3 \xe4\xbc\x9a\xe8\xad\xb0", "h4 plum",
		"h5 apple" };
	struct user *hugo =
	    world_user(&world, "hugo", "pc5", "Hugo", "H", USER_OFFLINE);
	struct user *hans =
	    world_user(&world, "hans", "pc6", "Hans", "H", USER_OFFLINE);

	for (size_t i = 0; i < 6; i++) {
		struct arrival arrival = { 0 };

		arrival.message.time_ms = 1600000000000 + (int64_t)i * 60000;
		world_receive(
		    &world, &arrival, i % 2 == 0 ? hugo : hans, texts[i]);
		memcpy(history[i], arrival.message.id, ID_SIZE);
	}
	return 0;
}

static json_t *
texts_of(json_t *params, bool *more)
{
	json_t *result = ask(&asker, "message.list", params);
	json_t *messages = json_object_get(result, "messages");
	json_t *texts = json_array();

	for (size_t i = 0; i < json_array_size(messages); i++)
		json_array_append(texts,
		    json_object_get(json_array_get(messages, i), "text"));
	if (more != NULL)
		*more = json_is_true(json_object_get(result, "more"));
	json_decref(result);
	return texts;
}

static void
lists(json_t *params, const char *wanted, bool wanted_more)
{
	bool more;
	json_t *texts = texts_of(params, &more);
	json_t *expected = json_loads(wanted, 0, NULL);

	if (!json_equal(texts, expected) || more != wanted_more) {
		char *got = json_dumps(texts, JSON_COMPACT);

		fail_msg("%s (more: %d), not %s (%d)", got, more, wanted,
		    wanted_more);
	}
	json_decref(texts);
	json_decref(expected);
}

static void
history_is_listed_oldest_first_the_newest_of_it(void **state)
{
	lists(json_pack("{s:s}", "who", "hugo"),
	    "[\"h0 apple\", \"h2 apple tree\", \"h4 plum\"]", false);
	lists(json_pack("{s:s, s:i}", "who", "hugo", "limit", 2),
	    "[\"h2 apple tree\", \"h4 plum\"]", true);
	lists(json_pack("{s:s, s:i}", "who", "hugo", "limit", 3),
	    "[\"h0 apple\", \"h2 apple tree\", \"h4 plum\"]", false);
}

static void
several_users_are_listed_together(void **state)
{
	lists(json_pack("{s:s, s:i}", "who", "@H", "limit", 4),
	    "[\"h2 apple tree\", \"h3 \xe4\xbc\x9a\xe8\xad\xb0\", "
	    "\"h4 plum\", \"h5 apple\"]",
	    true);
	lists(
	    json_pack("{s:s, s:s, s:i}", "who", "@H", "after", "", "limit", 2),
	    "[\"h0 apple\", \"h1 pear\"]", true);
	lists(json_pack("{s:s, s:s}", "who", "@H", "grep", "apple"),
	    "[\"h0 apple\", \"h2 apple tree\", \"h5 apple\"]", false);
	lists(json_pack(
		  "{s:s, s:s, s:i}", "who", "@H", "grep", "apple", "limit", 2),
	    "[\"h2 apple tree\", \"h5 apple\"]", true);
}

static void
words_of_one_and_two_characters_are_found(void **state)
{
	lists(json_pack("{s:s, s:s}", "who", "@H", "grep",
		  "\xe4\xbc\x9a\xe8\xad\xb0"),
	    "[\"h3 \xe4\xbc\x9a\xe8\xad\xb0\"]", false);
	lists(json_pack("{s:s, s:s}", "who", "@H", "grep", "\xe8\xad\xb0"),
	    "[\"h3 \xe4\xbc\x9a\xe8\xad\xb0\"]", false);
	lists(json_pack("{s:s, s:s}", "who", "@H", "grep", "apple tree"),
	    "[\"h2 apple tree\"]", false);
	json_decref(ask_refused(&asker, "message.list",
	    json_pack("{s:s}", "grep", " "), 2, "request", "'grep'"));
}

static void
pages_go_both_ways(void **state)
{
	lists(json_pack("{s:s, s:s, s:i}", "who", "@H", "before", history[3],
		  "limit", 2),
	    "[\"h1 pear\", \"h2 apple tree\"]", true);
	lists(json_pack("{s:s, s:s}", "who", "@H", "before", history[1]),
	    "[\"h0 apple\"]", false);
	lists(json_pack("{s:s, s:s}", "who", "@H", "before", history[0]), "[]",
	    false);
	lists(json_pack("{s:s, s:s%, s:i}", "who", "@H", "after", history[1],
		  (size_t)12, "limit", 2),
	    "[\"h2 apple tree\", \"h3 \xe4\xbc\x9a\xe8\xad\xb0\"]", true);
	lists(json_pack("{s:s, s:s}", "who", "@H", "after", history[4]),
	    "[\"h5 apple\"]", false);
	lists(json_pack("{s:s, s:s}", "who", "@H", "after", history[5]), "[]",
	    false);
	json_decref(ask_refused(&asker, "message.list",
	    json_pack("{s:s}", "before", "abcdef012345"), 3, "unknown",
	    "abcdef012345"));
	json_decref(ask_refused(&asker, "message.list",
	    json_pack("{s:s, s:s}", "before", history[1], "after", ""), 2,
	    "request", "exclude"));
}

static void
times_bound_the_list(void **state)
{
	/* 1600000000 is 2020-09-13T12:26:40Z. */
	lists(json_pack("{s:s, s:s, s:s}", "who", "@H", "since",
		  "2020-09-13T12:27:40Z", "until", "2020-09-13T12:29:40Z"),
	    "[\"h1 pear\", \"h2 apple tree\"]", false);
	lists(json_pack("{s:s, s:s}", "who", "@H", "since", "1d"), "[]", false);
	json_decref(ask_refused(&asker, "message.list",
	    json_pack("{s:s}", "since", "whenever"), 2, "request", "'since'"));
}

static void
limits_and_users_that_are_wrong_are_refused(void **state)
{
	json_decref(ask_refused(&asker, "message.list",
	    json_pack("{s:i}", "limit", 0), 2, "request", "1000"));
	json_decref(ask_refused(&asker, "message.list",
	    json_pack("{s:i}", "limit", 1001), 2, "request", "1000"));
	json_decref(ask_refused(&asker, "message.list",
	    json_pack("{s:s}", "who", "nobody"), 3, "unknown", "nobody"));
	json_decref(ask_refused(&asker, "message.list",
	    json_pack("{s:s}", "who", "bob@pc2"), 2, "request", "oneself"));
	lists(json_pack("{s:s}", "who", "@all"), "[]", false);
}

static void
one_who_has_left_the_roster_keeps_his_history(void **state)
{
	struct user *gone =
	    world_user(&world, "ida", "pc7", "Ida", "", USER_OFFLINE);
	struct arrival arrival = { 0 };

	world_receive(&world, &arrival, gone, "goodbye");
	roster_retire(world.camd.roster, gone);
	json_decref(ask_refused(&asker, "message.list",
	    json_pack("{s:s}", "who", "ida"), 3, "unknown", "'ida'"));
	lists(json_pack("{s:s}", "who", "IDA@pc7"), "[\"goodbye\"]", false);
}

static void
long_messages_make_short_pages(void **state)
{
	struct user *user =
	    world_user(&world, "lara", "pc8", "Lara", "", USER_OFFLINE);
	char *text = xmalloc(LIMIT_MESSAGE_TEXT + 1), *last = NULL;
	size_t seen = 0, pages = 0;
	bool more = true;

	/* Each takes six bytes in JSON. */
	memset(text, 1, LIMIT_MESSAGE_TEXT);
	text[LIMIT_MESSAGE_TEXT] = '\0';
	for (int i = 0; i < 5; i++) {
		struct arrival arrival = { 0 };

		memset(text, i < 3 ? 1 : 'x', LIMIT_MESSAGE_TEXT);
		world_receive(&world, &arrival, user, text);
	}
	while (more) {
		json_t *result = ask(&asker, "message.list",
		    json_pack("{s:s, s:s*}", "who", "lara", "before", last));
		json_t *messages = json_object_get(result, "messages");

		assert_true(json_array_size(messages) > 0);
		seen += json_array_size(messages);
		pages++;
		more = json_is_true(json_object_get(result, "more"));
		free(last);
		last = xstrdup(text_of(json_array_get(messages, 0), "id"));
		json_decref(result);
	}
	assert_int_equal(seen, 5);
	assert_in_range(pages, 3, 4);
	free(last);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    history_is_listed_oldest_first_the_newest_of_it,
		    write_history),
		cmocka_unit_test(several_users_are_listed_together),
		cmocka_unit_test(words_of_one_and_two_characters_are_found),
		cmocka_unit_test(pages_go_both_ways),
		cmocka_unit_test(times_bound_the_list),
		cmocka_unit_test(limits_and_users_that_are_wrong_are_refused),
		cmocka_unit_test(one_who_has_left_the_roster_keeps_his_history),
		cmocka_unit_test(long_messages_make_short_pages),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
