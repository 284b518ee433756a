/* test_cam_people.c: cam user, away, back, read, key and status. */
#include "fake_camd.h"

static struct run run;

static void
a_user_is_hidden_shown_put_first_and_named(void **state)
{
	static const char result[] = "{\"user\":{\"id\":\"anna@pc1\",\"name\":"
				     "\"A\",\"priority\":5,\"hidden\":true}}";
	const struct exchange hide[] = {
		{ .method = "user.set",
		    .params = "{\"who\":\"anna\",\"hidden\":true}",
		    .result = result },
		{ 0 },
	};
	const struct exchange priority[] = {
		{ .method = "user.set",
		    .params = "{\"priority\":-7}",
		    .result = result },
		{ 0 },
	};
	const struct exchange rename[] = {
		{ .method = "user.set",
		    .params = "{\"name\":\"A B\"}",
		    .result = result },
		{ 0 },
	};
	const struct exchange nameless[] = {
		{ .method = "user.set",
		    .params = "{\"name\":null}",
		    .result = result },
		{ 0 },
	};

	RUN(&run, hide, "user", "hide", "anna");
	assert_int_equal(run.code, 0);
	assert_string_equal(
	    run.out, "anna@pc1: hidden\n  priority 5\n  called 'A'\n");
	RUN(&run, priority, "user", "priority", "anna", "--", "-7");
	assert_int_equal(run.code, 0);
	RUN(&run, rename, "user", "rename", "anna", "A B", "-q");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "");
	RUN(&run, nameless, "user", "rename", "anna");
	assert_int_equal(run.code, 0);
}

static void
wrong_words_about_users_are_usage_errors(void **state)
{
	RUN(&run, NULL, "user");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "user", "hide");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "user", "praise", "anna");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "praise");
	RUN(&run, NULL, "user", "hide", "anna", "twice");
	assert_int_equal(run.code, EXIT_USAGE);
	RUN(&run, NULL, "user", "priority", "anna");
	assert_int_equal(run.code, EXIT_USAGE);
	for (const char *const *number = (const char *const[]){ "high", "1001",
		 "", "5x", "99999999999999999999", NULL };
	     *number != NULL; number++) {
		RUN(&run, NULL, "user", "priority", "anna", *number);
		assert_int_equal(run.code, EXIT_USAGE);
	}
}

static void
absence_takes_its_text_from_the_words(void **state)
{
	const struct exchange away[] = {
		{ .method = "presence.away",
		    .params = "{\"text\":\"at lunch\"}",
		    .result = "{\"state\":\"away\",\"away\":\"at lunch\"}" },
		{ 0 },
	};
	const struct exchange silent[] = {
		{ .method = "presence.away",
		    .params = "{\"text\":\"\"}",
		    .result = "{\"state\":\"away\",\"away\":\"\"}" },
		{ 0 },
	};
	const struct exchange back[] = {
		{ .method = "presence.back",
		    .result = "{\"state\":\"online\",\"away\":null}" },
		{ 0 },
	};

	RUN(&run, away, "away", "at", "lunch");
	assert_string_equal(run.out, "away: at lunch\n");
	RUN(&run, silent, "away");
	assert_string_equal(run.out, "away\n");
	RUN(&run, back, "back");
	assert_string_equal(run.out, "online\n");
	RUN(&run, NULL, "back", "again");
	assert_int_equal(run.code, EXIT_USAGE);
}

static void
read_says_how_many_were_not(void **state)
{
	const struct exchange one[] = {
		{ .method = "talk.read",
		    .params = "{\"who\":\"anna\"}",
		    .result = "{\"count\":1}" },
		{ 0 },
	};
	const struct exchange three[] = {
		{ .method = "talk.read", .result = "{\"count\":3}" },
		{ 0 },
	};

	RUN(&run, one, "read", "anna");
	assert_string_equal(run.out, "1 message marked as read\n");
	RUN(&run, three, "read", "anna");
	assert_string_equal(run.out, "3 messages marked as read\n");
}

static void
the_key_is_the_current_one(void **state)
{
	const struct exchange script[] = {
		{ .method = "key.list",
		    .result = "{\"id\":\"bob@pc2\",\"user_key\":"
			      "\"00112233445566778899aabbccddeeff"
			      "00112233445566778899aabbccddeeff\",\"keys\":["
			      "{\"algorithm\":\"rsa1024\",\"fingerprint\":"
			      "\"9ee1cd21a4b75102\","
			      "\"current\":false},"
			      "{\"algorithm\":\"rsa2048\",\"fingerprint\":"
			      "\"0fc6d7816a2a2f8d\",\"digest\":"
			      "\"ab01\",\"current\":true}]}" },
		{ 0 },
	};
	const struct exchange none[] = {
		{ .method = "key.list",
		    .result = "{\"id\":\"bob@pc2\",\"keys\":[]}" },
		{ 0 },
	};

	RUN(&run, script, "key");
	assert_string_equal(run.out,
	    "user key of bob@pc2\n"
	    "  0011 2233 4455 6677 8899 aabb ccdd eeff\n"
	    "  0011 2233 4455 6677 8899 aabb ccdd eeff\n"
	    "0fc6 d781 6a2a 2f8d  rsa2048 key for IPMSG, its SHA-256:\n"
	    "  ab01\n");
	RUN(&run, script, "key", "-v");
	assert_has(run.out, "9ee1 cd21 a4b7 5102  rsa1024");
	RUN(&run, script, "key", "--json");
	assert_has(run.out, "\"fingerprint\":\"0fc6d7816a2a2f8d\"}\n");
	RUN(&run, none, "key");
	assert_int_equal(run.code, EXIT_FAILED);
}

static void
status_tells_who_where_and_how_many(void **state)
{
	const struct exchange script[] = {
		{ .method = "status.get",
		    .result = "{\"id\":\"bob@pc2\",\"nick\":\"Bob\",\"group\":"
			      "\"\",\"state\":\"away\","
			      "\"away\":\"out\\u0007\",\"version\":\"0.1.0\","
			      "\"pid\":12,\"started\":"
			      "\"2026-01-31T08:00:00.000+09:00\",\"addresses\":"
			      "[\"10.0.0.1\","
			      "\"fe80::1\"],\"port\":2425,\"users\":{"
			      "\"online\":3,\"away\":1,"
			      "\"offline\":2},\"unread\":4,\"queued\":5}" },
		{ 0 },
	};

	RUN(&run, script, "status");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "bob@pc2");
	assert_has(run.out, "10.0.0.1 fe80::1 port 2425");
	assert_has(run.out, "3 online, 1 away, 2 offline");
	assert_has(run.out, "4 unread, 5 waiting");
	assert_null(strchr(run.out, '\a'));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_is_hidden_shown_put_first_and_named),
		cmocka_unit_test(wrong_words_about_users_are_usage_errors),
		cmocka_unit_test(absence_takes_its_text_from_the_words),
		cmocka_unit_test(read_says_how_many_were_not),
		cmocka_unit_test(the_key_is_the_current_one),
		cmocka_unit_test(status_tells_who_where_and_how_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
