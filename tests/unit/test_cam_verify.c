/* test_cam_verify.c: cam verify: what people compare, and what they say. */
#include "fake_camd.h"

#define NUMBER_A "012345678901234567890123456789012345678901234567890123456789"
#define NUMBER_B "987650000000000000000000000000000000000000000000000000000012"
#define KEY_A "aa00000000000000000000000000000000000000000000000000000000000000"
#define KEY_B "bb00000000000000000000000000000000000000000000000000000000000000"

#define KEY_OBJECT(number, key)                                                \
	"\"safety_number\":\"" number "\",\"user_key\":\"" key                 \
	"\",\"qr\":\"01\",\"fingerprint\":null,\"algorithm\":null"
#define RESULT(verified, blocked, changed)                                     \
	"{\"id\":\"anna@pc1\",\"verified\":" verified ",\"blocked\":" blocked  \
	",\"encryption\":\"cam1\","                                            \
	"\"changed\":" changed "," KEY_OBJECT(NUMBER_A, KEY_A) "}"
#define CHANGED "{\"id\":\"anna@pc1/bb000000\"," KEY_OBJECT(NUMBER_B, KEY_B) "}"

static const struct exchange fresh = { .method = "key.verify",
	.params = "{\"who\":\"ann\"}",
	.result = RESULT("false", "false", "null") };
static const struct exchange compared = { .method = "key.verify",
	.params = "{\"who\":\"anna@pc1\"}",
	.result = RESULT("true", "false", "null") };
static const struct exchange blocked = { .method = "key.verify",
	.params = "{\"who\":\"ann\"}",
	.result = RESULT("true", "true", CHANGED) };
static const struct exchange accept_a = { .method = "key.accept",
	.params = "{\"who\":\"anna@pc1\",\"key\":\"" KEY_A "\"}",
	.result = "{\"id\":\"anna@pc1\",\"verified\":true,"
		  "\"accepted\":false}" };
static const struct exchange accept_b = { .method = "key.accept",
	.params = "{\"who\":\"anna@pc1\",\"key\":\"" KEY_B "\"}",
	.result = "{\"id\":\"anna@pc1\",\"verified\":false,"
		  "\"accepted\":true}" };
static const struct exchange end = { 0 };

static void
run_at_terminal(const char *answer, const struct exchange *script,
    struct run *run, const char *const *words)
{
	struct fake fake;

	fake_begin(&fake, "");
	fake.terminal = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(fake.terminal >= 0);
	assert_int_equal(grantpt(fake.terminal), 0);
	assert_int_equal(unlockpt(fake.terminal), 0);
	assert_int_equal(
	    write(fake.terminal, answer, strlen(answer)), strlen(answer));
	fake_run(&fake, script, run, words);
	fake_end(&fake);
}

static void
a_safety_number_is_shown_in_twelve_groups_of_five(void **state)
{
	const struct exchange script[] = { fresh, end };
	struct run run;

	RUN(&run, script, "verify", "ann");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "anna@pc1  not verified");
	assert_has(run.out, "  01234 56789 01234 56789\n"
			    "  01234 56789 01234 56789\n"
			    "  01234 56789 01234 56789\n");
	assert_null(strstr(run.out, "\033"));
}

static void
a_script_gets_json_and_is_never_asked(void **state)
{
	const struct exchange script[] = { fresh, end };
	struct run run;

	run_at_terminal("y\n", script, &run, ARGS("verify", "--json", "ann"));
	assert_int_equal(run.code, 0);
	assert_has(run.out, "\"id\":\"anna@pc1\"");
	assert_has(run.out, "\"safety_number\":\"" NUMBER_A "\"");
	assert_has(run.out, "\"verified\":false");
}

static void
a_yes_stores_the_key_that_was_shown(void **state)
{
	const struct exchange script[] = { fresh, accept_a, compared, end };
	struct run run;

	run_at_terminal("y\n", script, &run, ARGS("verify", "ann"));
	assert_int_equal(run.code, 0);
	assert_has(run.out, "anna@pc1  verified");
}

static void
anything_but_yes_changes_nothing(void **state)
{
	const struct exchange script[] = { fresh, end };
	struct run run;

	run_at_terminal("n\n", script, &run, ARGS("verify", "ann"));
	assert_int_equal(run.code, 0);
	assert_has(run.out, "Nothing has been changed");
	run_at_terminal("\n", script, &run, ARGS("verify", "ann"));
	assert_has(run.out, "Nothing has been changed");
}

static void
who_is_verified_is_not_asked_about(void **state)
{
	struct exchange known = compared;
	struct run run;

	known.params = NULL;
	const struct exchange script[] = { known, end };

	run_at_terminal("n\n", script, &run, ARGS("verify", "anna@pc1"));
	assert_int_equal(run.code, 0);
	assert_null(strstr(run.out, "Nothing"));
}

static void
accept_says_that_it_was_compared(void **state)
{
	const struct exchange script[] = { fresh, accept_a, compared, end };
	struct run run;

	RUN(&run, script, "verify", "--accept", "--json", "ann");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "\"verified\":true");
	assert_ptr_equal(strchr(run.out, '\n'), run.out + strlen(run.out) - 1);
}

static void
a_changed_key_is_shown_beside_the_known_one(void **state)
{
	const struct exchange script[] = { blocked, end };
	struct run run;

	RUN(&run, script, "verify", "ann");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "Another key has been shown under this name: "
			    "nothing is sent");
	assert_has(run.out, "anna@pc1/bb000000");
	assert_has(run.out, "  98765 00000");
	assert_has(run.out, "cam verify --accept anna@pc1");
	assert_has(run.out, "  01234 56789");
}

static void
a_yes_says_that_the_known_key_is_right(void **state)
{
	const struct exchange script[] = { blocked, accept_a, compared, end };
	struct run run;

	run_at_terminal("y\n", script, &run, ARGS("verify", "ann"));
	assert_int_equal(run.code, 0);
	assert_has(run.out, "anna@pc1  verified");
}

static void
accept_takes_the_changed_key_which_is_yet_to_be_compared(void **state)
{
	struct exchange after = fresh, known = compared;
	struct run run;

	after.params = "{\"who\":\"anna@pc1\"}";
	{
		const struct exchange script[] = { blocked, accept_b, after,
			end };

		RUN(&run, script, "verify", "--accept", "--json", "ann");
		assert_int_equal(run.code, 0);
		assert_has(run.out, "\"verified\":false");
	}
	{
		const struct exchange script[] = { blocked, accept_b, after,
			accept_a, known, end };

		run_at_terminal(
		    "y\n", script, &run, ARGS("verify", "--accept", "ann"));
		assert_int_equal(run.code, 0);
		assert_has(run.out, "The other key is the one of anna@pc1 now");
		assert_has(run.out, "anna@pc1  verified");
	}
}

static void
an_ipmsg_client_has_a_digest_in_groups_of_four(void **state)
{
	const struct exchange script[] = {
		{ .method = "key.verify",
		    .result =
			"{\"id\":\"carl@pc3\",\"verified\":false,"
			"\"blocked\":false,\"encryption\":\"rsa2048-aes256\","
			"\"changed\":null,\"safety_number\":null,"
			"\"user_key\":null,\"qr\":null,"
			"\"algorithm\":\"rsa2048\",\"fingerprint\":\"" KEY_A
			"\"}" },
		{ 0 },
	};
	struct run run;

	RUN(&run, script, "verify", "carl");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "no safety number");
	assert_has(run.out, "rsa2048");
	assert_has(run.out, "  aa00 0000 0000 0000 0000 0000 0000 0000\n");
	RUN(&run, script, "verify", "--json", "carl");
	assert_has(run.out, "\"safety_number\":null");
}

static void
without_a_key_it_ends_with_7(void **state)
{
	const struct exchange script[] = {
		{ .method = "key.verify",
		    .error = "{\"code\":-32000,\"message\":\"no key of "
			     "'dora@pc4' is known\",\"data\":{\"exit\":7,"
			     "\"reason\":\"key\"}}" },
		{ 0 },
	};
	struct run run;

	RUN(&run, script, "verify", "dora");
	assert_int_equal(run.code, EXIT_KEY);
	assert_has(run.err, "no key of 'dora@pc4' is known");
	assert_string_equal(run.out, "");
}

static void
what_the_server_shows_wrongly_is_said(void **state)
{
	const struct exchange script[] = {
		{ .method = "key.verify",
		    .result = "{\"id\":\"anna@pc1\",\"verified\":true,"
			      "\"blocked\":false,\"foreign\":true,"
			      "\"changed\":null,\"safety_number\":\"01234\","
			      "\"user_key\":\"\",\"fingerprint\":null}" },
		{ 0 },
	};
	struct run run;

	RUN(&run, script, "verify", "anna");
	assert_int_equal(run.code, 0);
	assert_has(run.out, "shows keys under this name");
	assert_has(run.out, "01234");
}

static void
what_camd_says_reaches_no_terminal_raw(void **state)
{
	const struct exchange script[] = {
		{ .method = "key.verify",
		    .result = "{\"id\":\"an\\u001b[2Jna@pc1\",\"verified\":"
			      "false,\"blocked\":false,\"changed\":null,"
			      "\"safety_number\":\"01234\\u001b[31m\","
			      "\"user_key\":\"\",\"fingerprint\":null}" },
		{ 0 },
	};
	struct run run;

	RUN(&run, script, "verify", "anna");
	assert_null(strchr(run.out, '\033'));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_safety_number_is_shown_in_twelve_groups_of_five),
		cmocka_unit_test(a_script_gets_json_and_is_never_asked),
		cmocka_unit_test(a_yes_stores_the_key_that_was_shown),
		cmocka_unit_test(anything_but_yes_changes_nothing),
		cmocka_unit_test(who_is_verified_is_not_asked_about),
		cmocka_unit_test(accept_says_that_it_was_compared),
		cmocka_unit_test(a_changed_key_is_shown_beside_the_known_one),
		cmocka_unit_test(a_yes_says_that_the_known_key_is_right),
		cmocka_unit_test(
		    accept_takes_the_changed_key_which_is_yet_to_be_compared),
		cmocka_unit_test(
		    an_ipmsg_client_has_a_digest_in_groups_of_four),
		cmocka_unit_test(without_a_key_it_ends_with_7),
		cmocka_unit_test(what_the_server_shows_wrongly_is_said),
		cmocka_unit_test(what_camd_says_reaches_no_terminal_raw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
