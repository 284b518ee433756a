/* test_cam_send.c: cam send against a camd that follows a script. */
#include "fake_camd.h"

#define TO_ANNA(state, more)                                                   \
	"{\"to\":\"anna@pc1\",\"state\":\"" state "\",\"receipt\":\"none\","   \
	"\"encryption\":\"rsa2048-aes256\",\"error\":null,\"reason\":null,"    \
	"\"exit\":0,"                                                          \
	"\"delivered_ms\":null" more "}"
#define TO_CARL_IN_CLEAR                                                       \
	"{\"to\":\"carl@pc3\",\"state\":\"failed\",\"receipt\":\"none\","      \
	"\"encryption\":\"none\","                                             \
	"\"error\":\"cannot "                                                  \
	"decrypt\",\"reason\":\"cleartext\",\"exit\":6,\"delivered_ms\":null}"
#define TO_NOBODY                                                              \
	"{\"to\":\"nobody\",\"state\":\"failed\",\"receipt\":\"none\","        \
	"\"encryption\":\"none\","                                             \
	"\"error\":\"no user matches "                                         \
	"'nobody'\",\"reason\":\"unknown\",\"exit\":3,"                        \
	"\"delivered_ms\":null,\"candidates\":[]}"
#define SENT(recipients)                                                       \
	"{\"id\":\"5f0c1a2b\",\"time\":\"2026-01-31T09:30:00Z\","              \
	"\"recipients\":[" recipients "]}"
#define STATE(id, to, state)                                                   \
	"{\"type\":\"message.state\",\"id\":\"" id                             \
	"\",\"time\":\"2026-01-31T09:30:00Z\","                                \
	"\"to\":\"" to "\",\"state\":\"" state "\",\"receipt\":\"reported\","  \
	"\"encryption\":\"rsa2048-aes256\",\"error\":null,\"reason\":null,"    \
	"\"exit\":0,"                                                          \
	"\"delivered_ms\":12}"

static struct run run;

static void
words_are_joined_and_the_delivery_is_told(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .params = "{\"to\":[\"anna\"],\"text\":\"lunch at "
			      "noon?\",\"sealed\":false,"
			      "\"clear\":false,\"follow\":true}",
		    .result = SENT(TO_ANNA("sent", "")),
		    .events = { STATE("5f0c1a2b", "anna@pc1", "delivered") } },
		{ 0 },
	};

	RUN(&run, script, "send", "anna", "lunch", "at", "noon?");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "anna@pc1: delivered in 12 ms\n");
	assert_string_equal(run.err, "");
}

static void
json_has_the_fields_of_the_contract_and_no_others(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .result = SENT(TO_ANNA("sent", "")),
		    .events = { STATE("5f0c1a2b", "anna@pc1", "delivered") } },
		{ 0 },
	};
	json_t *object;

	RUN(&run, script, "send", "--json", "anna", "hello");
	assert_int_equal(run.code, 0);
	object = json_loads(run.out, 0, NULL);
	assert_int_equal(json_object_size(object), 7);
	fake_check_params(object,
	    "{\"id\":\"5f0c1a2b\",\"to\":\"anna@pc1\",\"state\":\"delivered\","
	    "\"receipt\":"
	    "\"reported\",\"encryption\":\"rsa2048-aes256\",\"error\":null,"
	    "\"delivered_ms\":12}");
	json_decref(object);
}

static void
stdin_is_the_text_less_its_last_newline(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .params = "{\"text\":\"first\\nsecond\\n\"}",
		    .result = SENT(TO_ANNA("delivered", "")) },
		{ 0 },
	};

	run_with("first\nsecond\n\n", script, &run, ARGS("send", "anna"));
	assert_int_equal(run.code, 0);
	run_with("first\nsecond\n\n", script, &run, ARGS("send", "anna", "-"));
	assert_int_equal(run.code, 0);
}

static void
texts_that_cannot_be_sent_never_reach_camd(void **state)
{
	RUN(&run, NULL, "send", "anna");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "empty");
	run_with("\n", NULL, &run, ARGS("send", "anna", "-"));
	assert_int_equal(run.code, EXIT_USAGE);
	run_with("a\xff z", NULL, &run, ARGS("send", "anna", "-"));
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "UTF-8");
	RUN(&run, NULL, "send", "anna", "caf\xe9");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "UTF-8");
}

static void
a_nul_in_the_text_is_refused(void **state)
{
	struct fake fake;

	fake_begin(&fake, "");
	fwrite("a\0b", 1, 3, fake.in);
	rewind(fake.in);
	fake_run(&fake, NULL, &run, ARGS("send", "anna", "-"));
	fake_end(&fake);
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "NUL");
}

static void
what_is_not_confirmed_in_time_is_4_and_said(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .result = SENT(TO_ANNA("queued", "")),
		    .events = { STATE("other", "anna@pc1", "delivered"),
			STATE("5f0c1a2b", "anna@pc1", "sent") } },
		{ 0 },
	};

	RUN(&run, script, "send", "--timeout", "0.05", "anna", "hello");
	assert_int_equal(run.code, EXIT_UNCONFIRMED);
	assert_string_equal(run.out, "");
	assert_has(run.err, "anna@pc1");
}

static void
no_wait_is_0_once_queued_and_does_not_follow(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .params = "{\"follow\":false}",
		    .result = SENT(TO_ANNA("queued", "")) },
		{ 0 },
	};

	RUN(&run, script, "send", "--no-wait", "anna", "hello");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "anna@pc1: queued\n");
}

static void
a_recipient_who_is_nobody_makes_8_of_a_delivery(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .params = "{\"to\":[\"nobody\",\"anna\"]}",
		    .result = SENT(TO_NOBODY "," TO_ANNA("delivered", "")) },
		{ 0 },
	};

	RUN(&run, script, "send", "nobody,,anna", "hello");
	assert_int_equal(run.code, EXIT_SOME);
	assert_has(run.out, "anna@pc1: delivered");
	assert_string_equal(run.err,
	    "cam: no user matches 'nobody': 'cam ls' shows who is known\n");
}

static void
nobody_reached_is_the_code_of_the_first(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .result = SENT(TO_CARL_IN_CLEAR "," TO_NOBODY) },
		{ 0 },
	};

	RUN(&run, script, "send", "carl,nobody", "hello");
	assert_int_equal(run.code, EXIT_REFUSED);
	assert_has(run.err, "--clear");
}

static void
an_error_names_who_may_be_meant(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .error =
			"{\"code\":-32000,\"message\":\"no user matches "
			"'ann'\",\"data\":"
			"{\"exit\":3,\"reason\":\"unknown\",\"who\":\"ann\","
			"\"candidates\":[\"anna@pc1\"]}}" },
		{ 0 },
	};

	RUN(&run, script, "send", "ann", "hello");
	assert_int_equal(run.code, EXIT_UNKNOWN);
	assert_string_equal(run.out, "");
	assert_string_equal(
	    run.err, "cam: no user matches 'ann': did you mean 'anna@pc1'?\n");
}

static void
an_error_with_controls_is_made_printable(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .error = "{\"code\":-32000,\"message\":\"evil "
			     "\\u001b[31m\\nline\",\"data\":"
			     "{\"exit\":77}}" },
		{ 0 },
	};

	RUN(&run, script, "send", "ann", "hello");
	assert_int_equal(run.code, 77);
	assert_null(strchr(run.err, '\033'));
	assert_ptr_equal(strchr(run.err, '\n'), run.err + strlen(run.err) - 1);
}

static void
until_opened_waits_for_the_opening_of_a_sealed_message(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .params = "{\"sealed\":true}",
		    .result = SENT(TO_ANNA("sent", "")),
		    .events = { STATE("5f0c1a2b", "anna@pc1", "delivered"),
			STATE("5f0c1a2b", "anna@pc1", "opened") } },
		{ 0 },
	};

	RUN(&run, script, "send", "--seal", "--until", "opened", "anna",
	    "hello");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "anna@pc1: opened\n");
	RUN(&run, NULL, "send", "--until", "opened", "anna", "hello");
	assert_int_equal(run.code, EXIT_USAGE);
}

static void
delivered_is_not_opened_when_the_time_is_over(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .result = SENT(TO_ANNA("sent", "")),
		    .events = { STATE("5f0c1a2b", "anna@pc1", "delivered") } },
		{ 0 },
	};

	RUN(&run, script, "send", "--seal", "--until=opened", "--timeout=0.05",
	    "anna", "hello");
	assert_int_equal(run.code, EXIT_UNCONFIRMED);
	assert_has(run.err, "not opened");
}

static void
a_camd_that_goes_away_is_5(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .result = SENT(TO_ANNA("queued", "")) },
		{ 0 },
	};
	struct fake fake;

	fake_begin(&fake, "");
	fake.hang_up = true;
	fake_run(&fake, script, &run, ARGS("send", "anna", "hello"));
	fake_end(&fake);
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_has(run.err, "camd has gone");
}

/* Somebody at a terminal who has already typed the answer. */
static void
run_at_terminal(
    const char *answer, const struct exchange *script, const char *const *words)
{
	struct fake fake;
	size_t len = 0;
	ssize_t got;

	fake_begin(&fake, "");
	fake.terminal = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(fake.terminal >= 0);
	assert_int_equal(grantpt(fake.terminal), 0);
	assert_int_equal(unlockpt(fake.terminal), 0);
	assert_int_equal(
	    write(fake.terminal, answer, strlen(answer)), strlen(answer));
	fake_run(&fake, script, &run, words);
	/* It comes in pieces; behind the last one there is an error. */
	while ((got = read(fake.terminal, run.err + len,
		    sizeof run.err - 1 - len)) > 0)
		len += (size_t)got;
	run.err[len] = '\0';
	fake_end(&fake);
}

static void
a_yes_on_the_terminal_sends_in_clear(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .params = "{\"clear\":false}",
		    .result =
			SENT(TO_CARL_IN_CLEAR "," TO_ANNA("delivered", "")) },
		{ .method = "message.retry",
		    .params = "{\"id\":\"5f0c1a2b\",\"to\":[\"carl@pc3\"],"
			      "\"clear\":true,"
			      "\"follow\":true}",
		    .result = SENT(
			"{\"to\":\"carl@pc3\",\"state\":\"sent\","
			"\"encryption\":"
			"\"none\",\"error\":null,\"reason\":null,\"exit\":0}"),
		    .events = { STATE("5f0c1a2b", "carl@pc3", "delivered") } },
		{ 0 },
	};

	run_at_terminal("y\n", script, ARGS("send", "carl,anna", "hello"));
	assert_int_equal(run.code, 0);
	assert_has(run.err, "'carl@pc3' cannot decrypt");
	assert_has(run.out, "carl@pc3: delivered");
	assert_has(run.out, "anna@pc1: delivered");
}

static void
a_no_on_the_terminal_is_6(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send", .result = SENT(TO_CARL_IN_CLEAR) },
		{ 0 },
	};

	run_at_terminal("n\n", script, ARGS("send", "carl", "hello"));
	assert_int_equal(run.code, EXIT_REFUSED);
	run_at_terminal("\n", script, ARGS("send", "carl", "hello"));
	assert_int_equal(run.code, EXIT_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_joined_and_the_delivery_is_told),
		cmocka_unit_test(
		    json_has_the_fields_of_the_contract_and_no_others),
		cmocka_unit_test(stdin_is_the_text_less_its_last_newline),
		cmocka_unit_test(texts_that_cannot_be_sent_never_reach_camd),
		cmocka_unit_test(a_nul_in_the_text_is_refused),
		cmocka_unit_test(what_is_not_confirmed_in_time_is_4_and_said),
		cmocka_unit_test(no_wait_is_0_once_queued_and_does_not_follow),
		cmocka_unit_test(
		    a_recipient_who_is_nobody_makes_8_of_a_delivery),
		cmocka_unit_test(nobody_reached_is_the_code_of_the_first),
		cmocka_unit_test(an_error_names_who_may_be_meant),
		cmocka_unit_test(an_error_with_controls_is_made_printable),
		cmocka_unit_test(
		    until_opened_waits_for_the_opening_of_a_sealed_message),
		cmocka_unit_test(delivered_is_not_opened_when_the_time_is_over),
		cmocka_unit_test(a_camd_that_goes_away_is_5),
		cmocka_unit_test(a_yes_on_the_terminal_sends_in_clear),
		cmocka_unit_test(a_no_on_the_terminal_is_6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
