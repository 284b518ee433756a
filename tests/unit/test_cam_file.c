/* test_cam_file.c: cam file, and cam send with files, against a camd that
 * follows a script. */
#include "fake_camd.h"

#define ID "5f0c1a2b5f0c1a2b5f0c1a2b5f0c1a2b.7"
#define OBJECT(direction, peer, state, more)                                   \
	"{\"id\":\"" ID "\",\"direction\":\"" direction "\",\"peer\":\"" peer  \
	"\",\"name\":\"report.pdf\",\"size\":1000,\"kind\":\"file\","          \
	"\"state\":\"" state "\",\"encryption\":\"cam1\",\"error\":null" more  \
	"}"
#define IN(state, more)                                                        \
	OBJECT("in", "anna@pc1", state, ",\"done\":0,\"path\":null" more)
#define OUT(peer, state, more)                                                 \
	OBJECT("out", peer, state, ",\"done\":0,\"path\":null" more)
#define EVENT(type, direction, peer, state, more)                              \
	OBJECT(direction, peer, state,                                         \
	    ",\"time\":\"2026-01-31T09:30:00Z\",\"type\":\"" type "\"" more)

#define OFFER                                                                  \
	"{\"id\":\"" ID "\",\"name\":\"report.pdf\",\"size\":1000,"            \
	"\"kind\":\"file\"}"
#define TO(peer, state, more)                                                  \
	"{\"to\":\"" peer "\",\"state\":\"" state                              \
	"\",\"receipt\":\"signed\",\"encryption\":\"cam1\",\"error\":null,"    \
	"\"reason\":null,\"exit\":0,\"delivered_ms\":12" more "}"

#define SUBSCRIBED                                                             \
	{                                                                      \
		.method = "subscribe", .params = "{\"types\":[\"transfer\"]}", \
		.result = "{}"                                                 \
	}

static struct run run;

/* -- listing -----------------------------------------------------------------
 */

static void
all_pages_are_listed_with_the_fields_of_the_contract(void **state)
{
	const struct exchange script[] = {
		{ .method = "offer.list",
		    .params = "{\"after\":null}",
		    .result =
			"{\"offers\":[" IN("offered", "") "],\"next\":\"x\"}" },
		{ .method = "offer.list",
		    .params = "{\"after\":\"x\"}",
		    .result = "{\"offers\":[" OUT(
			"bob@pc2", "done", "") "],\"next\":null}" },
		{ 0 },
	};
	json_t *object;
	char *second;

	RUN(&run, script, "file", "ls", "--json");
	assert_int_equal(run.code, 0);
	second = strchr(run.out, '\n');
	assert_non_null(second);
	*second++ = '\0';
	object = fake_json(run.out);
	fake_check_params(object, IN("offered", ""));
	json_decref(object);
	object = fake_json(second);
	fake_check_params(object, OUT("bob@pc2", "done", ""));
	json_decref(object);
}

static void
programs_get_whole_ids_and_sizes_in_bytes(void **state)
{
	const struct exchange script[] = {
		{ .method = "offer.list",
		    .result =
			"{\"offers\":[" IN("offered", "") "],\"next\":null}" },
		{ 0 },
	};

	RUN(&run, script, "file", "ls");
	assert_int_equal(run.code, 0);
	assert_string_equal(
	    run.out, ID "\tin\tanna@pc1\t1000\tfile\toffered\treport.pdf\t\n");
}

/* -- fetching ----------------------------------------------------------------
 */

#define GET_SCRIPT(accept, ...)                                                \
	{                                                                      \
		SUBSCRIBED,                                                    \
		    { .method = "offer.get",                                   \
			    .params = "{\"id\":\"5f0c\"}",                     \
			    .result =                                          \
				"{\"offers\":[" IN("offered", "") "]}" },      \
		    { .method = "offer.accept",                                \
			    .params = accept,                                  \
			    .result = "{\"offer\":" IN("waiting", "") "}",     \
			    .events = { __VA_ARGS__ } },                       \
		{                                                              \
			0                                                      \
		}                                                              \
	}

static void
what_was_fetched_is_named_by_its_path(void **state)
{
	const struct exchange script[] =
	    GET_SCRIPT("{\"id\":\"" ID "\",\"again\":false}",
		EVENT("transfer.progress", "in", "anna@pc1", "running",
		    ",\"done\":500,\"rate\":100"),
		EVENT("transfer.done", "in", "anna@pc1", "done",
		    ",\"path\":\"/files/report.pdf\""));

	RUN(&run, script, "file", "get", "5f0c");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "/files/report.pdf\n");
	assert_string_equal(run.err, "");
}

/* Threat model C6: what IPMSG encrypts has no integrity. */
static void
encryption_that_protects_from_no_change_is_named(void **state)
{
	const struct exchange script[] = GET_SCRIPT(
	    NULL, EVENT("transfer.done", "in", "anna@pc1", "done",
		      ",\"path\":\"/files/report.pdf\",\"protected\":false,"
		      "\"encryption\":\"rsa2048-aes256\""));
	const struct exchange in_clear[] = GET_SCRIPT(
	    NULL, EVENT("transfer.done", "in", "anna@pc1", "done",
		      ",\"path\":\"/files/report.pdf\",\"protected\":false,"
		      "\"encryption\":\"none\""));

	RUN(&run, script, "file", "get", "5f0c");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "/files/report.pdf\n");
	assert_non_null(strstr(run.err, "not protected against change"));
	RUN(&run, script, "file", "get", "--quiet", "5f0c");
	assert_string_equal(run.err, "");
	/* Who reads in clear is told so where it matters: with the message. */
	RUN(&run, in_clear, "file", "get", "5f0c");
	assert_string_equal(run.err, "");
}

static void
programs_hear_how_far_it_is_and_how_it_ended(void **state)
{
	const struct exchange script[] = GET_SCRIPT(NULL,
	    EVENT("transfer.progress", "in", "anna@pc1", "running",
		",\"done\":500,\"rate\":100"),
	    EVENT("transfer.done", "in", "carl@pc3", "done", ""),
	    EVENT("transfer.done", "in", "anna@pc1", "done",
		",\"path\":\"/files/report.pdf\""));
	json_t *object;
	char *second;

	RUN(&run, script, "file", "get", "--json", "5f0c");
	assert_int_equal(run.code, 0);
	second = strchr(run.out, '\n');
	assert_non_null(second);
	*second++ = '\0';
	object = fake_json(run.out);
	fake_check_params(object,
	    "{\"type\":\"transfer.progress\",\"id\":\"" ID
	    "\",\"done\":500,\"size\":1000,\"rate\":100}");
	json_decref(object);
	object = fake_json(second);
	fake_check_params(object,
	    "{\"type\":\"transfer.done\",\"path\":\"/files/report.pdf\"}");
	json_decref(object);
}

static void
a_failure_is_said_with_its_exit_code(void **state)
{
	const struct exchange script[] = GET_SCRIPT(
	    NULL, EVENT("transfer.failed", "in", "anna@pc1", "failed",
		      ",\"error\":\"withdrawn\",\"reason\":\"withdrawn\","
		      "\"exit\":6,\"again\":false"));

	RUN(&run, script, "file", "get", "5f0c");
	assert_int_equal(run.code, 6);
	assert_string_equal(run.out, "");
	assert_string_equal(
	    run.err, "cam: 'report.pdf' from anna@pc1: withdrawn\n");
}

static void
what_will_be_tried_again_is_waited_for(void **state)
{
	const struct exchange script[] = GET_SCRIPT(NULL,
	    EVENT("transfer.failed", "in", "anna@pc1", "waiting",
		",\"error\":\"gone\",\"reason\":\"closed\",\"exit\":1,"
		"\"again\":true"),
	    EVENT("transfer.done", "in", "anna@pc1", "done",
		",\"path\":\"/files/report.pdf\""));

	RUN(&run, script, "file", "get", "5f0c");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "/files/report.pdf\n");
	assert_string_equal(run.err, "");
}

static void
a_time_limit_is_4(void **state)
{
	const struct exchange script[] = GET_SCRIPT(NULL, NULL);

	RUN(&run, script, "file", "get", "--timeout", "0.05", "5f0c");
	assert_int_equal(run.code, 4);
	assert_string_equal(run.out, "");
}

static void
no_wait_returns_when_it_is_accepted(void **state)
{
	const struct exchange script[] = GET_SCRIPT(NULL, NULL);

	RUN(&run, script, "file", "get", "--no-wait", "5f0c");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.err, "");
}

static void
folder_and_name_are_handed_on(void **state)
{
	const struct exchange script[] = GET_SCRIPT(
	    "{\"id\":\"" ID "\",\"dir\":\"/\",\"name\":\"mine.pdf\"}",
	    EVENT("transfer.done", "in", "anna@pc1", "done",
		",\"path\":\"/mine.pdf\""));

	RUN(&run, script, "file", "get", "5f0c", "-o", "/tmp/..", "--name",
	    "mine.pdf");
	assert_int_equal(run.code, 0);
	RUN(&run, NULL, "file", "get", "5f0c", "-o", "/nowhere/at/all");
	assert_int_equal(run.code, 1);
	assert_has(run.err, "'/nowhere/at/all' is no folder");
}

static void
what_is_here_already_is_not_fetched_again(void **state)
{
	const struct exchange here[] = {
		SUBSCRIBED,
		{ .method = "offer.get",
		    .result = "{\"offers\":[" OBJECT("in", "anna@pc1", "done",
			",\"done\":1000,\"path\":\"/etc/passwd\"") "]}" },
		{ 0 },
	};
	const struct exchange gone[] = {
		SUBSCRIBED,
		{ .method = "offer.get",
		    .result = "{\"offers\":[" OBJECT("in", "anna@pc1", "done",
			",\"done\":1000,\"path\":\"/etc/gone\"") "]}" },
		{ .method = "offer.accept",
		    .params = "{\"again\":true}",
		    .result = "{\"offer\":" IN("waiting", "") "}",
		    .events = { EVENT("transfer.done", "in", "anna@pc1", "done",
			",\"path\":\"/files/report.pdf\"") } },
		{ 0 },
	};

	RUN(&run, here, "file", "get", "5f0c");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "/etc/passwd\n");
	RUN(&run, gone, "file", "get", "5f0c");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "/files/report.pdf\n");
}

static void
ones_own_offer_is_not_fetched(void **state)
{
	const struct exchange script[] = {
		SUBSCRIBED,
		{ .method = "offer.get",
		    .result =
			"{\"offers\":[" OUT("bob@pc2", "offered", "") "]}" },
		{ 0 },
	};

	RUN(&run, script, "file", "get", "5f0c");
	assert_int_equal(run.code, 6);
	assert_has(run.err, "'report.pdf' is what you offer yourself");
}

static void
an_unknown_id_is_3_and_does_not_keep_others_from_coming(void **state)
{
	const struct exchange script[] = {
		SUBSCRIBED,
		{ .method = "offer.get",
		    .params = "{\"id\":\"abc\"}",
		    .error = "{\"code\":-32000,\"message\":\"unknown\","
			     "\"data\":{\"exit\":3,\"reason\":\"unknown\","
			     "\"id\":\"abc\"}}" },
		{ .method = "offer.get",
		    .params = "{\"id\":\"5f0c\"}",
		    .result = "{\"offers\":[" IN("offered", "") "]}" },
		{ .method = "offer.accept",
		    .result = "{\"offer\":" IN("waiting", "") "}",
		    .events = { EVENT("transfer.done", "in", "anna@pc1", "done",
			",\"path\":\"/files/report.pdf\"") } },
		{ 0 },
	};

	RUN(&run, script, "file", "get", "abc", "5f0c");
	assert_int_equal(run.code, 8);
	assert_string_equal(run.out, "/files/report.pdf\n");
	assert_has(run.err, "nothing has the id 'abc'");
}

static void
stdout_gets_the_bytes_and_nothing_else(void **state)
{
	struct fake fake;
	char path[128], folder[128], result[512], done[512];
	FILE *file;
	const struct exchange script[] = {
		SUBSCRIBED,
		{ .method = "offer.get", .result = result },
		{ 0 },
	};

	fake_begin(&fake, "");
	/* As an interrupted one has left it. */
	snprintf(path, sizeof path, "%s/data", fake.home);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/data/spool", fake.home);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(folder, sizeof folder, "%s/data/spool/x", fake.home);
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(path, sizeof path, "%s/report.pdf", folder);
	file = fopen(path, "w");
	fputs("bytes\033[31m", file);
	fclose(file);
	snprintf(done, sizeof done, ",\"done\":1000,\"path\":\"%s\"", path);
	snprintf(result, sizeof result,
	    "{\"offers\":[{\"id\":\"" ID "\",\"direction\":\"in\","
	    "\"peer\":\"anna@pc1\",\"name\":\"x\",\"kind\":\"file\","
	    "\"state\":\"done\"%s}]}",
	    done);
	fake_run(&fake, script, &run, ARGS("file", "get", "-o", "-", "5f0c"));
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "bytes\033[31m");
	assert_string_equal(run.err, "");
	assert_int_equal(access(folder, F_OK), -1);
	fake_end(&fake);
}

/* -- offering ----------------------------------------------------------------
 */

static void
files_are_offered_by_absolute_paths(void **state)
{
	const struct exchange script[] = {
		{ .method = "message.send",
		    .params =
			"{\"to\":[\"bob\",\"carl\"],\"text\":\"\",\"files\":["
			"{\"path\":\"/etc/passwd\",\"spool\":false,"
			"\"image\":false},"
			"{\"path\":\"/etc\",\"spool\":false,\"image\":false}],"
			"\"fetches\":2,\"follow\":true}",
		    .result = "{\"id\":\"5f0c1a2b\",\"recipients\":[" TO(
			"bob@pc2", "delivered", "") "],\"offers\":[]}" },
		{ 0 },
	};

	RUN(&run, script, "file", "send", "--fetches", "2", "/etc/passwd",
	    "/etc//", "bob,carl");
	assert_int_equal(run.code, 0);
}

static void
wait_ends_when_all_have_fetched(void **state)
{
	const struct exchange script[] = {
		SUBSCRIBED,
		{ .method = "message.send",
		    .result = "{\"id\":\"5f0c1a2b\",\"recipients\":[" TO(
			"bob@pc2", "delivered", "") "," TO("carl@pc3",
			"delivered", "") "],\"offers\":[" OFFER "]}",
		    .events = { EVENT("transfer.done", "out", "bob@pc2", "done",
				    ""),
			EVENT(
			    "transfer.done", "out", "carl@pc3", "done", "") } },
		{ 0 },
	};

	RUN(&run, script, "file", "send", "--wait", "/etc/passwd", "bob,carl");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out,
	    "bob@pc2: delivered in 12 ms\ncarl@pc3: delivered in 12 ms\n"
	    "bob@pc2 has fetched 'report.pdf'\n"
	    "carl@pc3 has fetched 'report.pdf'\n");
}

static void
a_refusal_of_some_is_8(void **state)
{
	const struct exchange script[] = {
		SUBSCRIBED,
		{ .method = "message.send",
		    .result = "{\"id\":\"5f0c1a2b\",\"recipients\":[" TO(
			"bob@pc2", "delivered", "") "," TO("carl@pc3",
			"delivered", "") "],\"offers\":[" OFFER "]}",
		    .events = { EVENT("transfer.failed", "out", "bob@pc2",
				    "failed",
				    ",\"error\":\"declined\",\"exit\":6"),
			EVENT(
			    "transfer.done", "out", "carl@pc3", "done", "") } },
		{ 0 },
	};

	RUN(&run, script, "file", "send", "--wait", "/etc/passwd", "bob,carl");
	assert_int_equal(run.code, 8);
	assert_has(run.err, "cam: 'report.pdf' to bob@pc2: declined\n");
}

static void
stdin_lies_in_the_data_folder_until_camd_has_it(void **state)
{
	const struct exchange refused[] = {
		{ .method = "message.send",
		    .error = "{\"code\":-32000,\"message\":\"no\","
			     "\"data\":{\"exit\":3}}" },
		{ 0 },
	};
	const struct exchange taken[] = {
		{ .method = "message.send",
		    .result = "{\"id\":\"5f0c1a2b\",\"recipients\":[" TO(
			"bob@pc2", "delivered", "") "],\"offers\":[]}" },
		{ 0 },
	};
	struct fake fake;
	char command[200];

	for (int i = 0; i < 2; i++) {
		fake_begin(&fake, "some bytes");
		fake_run(&fake, i == 0 ? refused : taken, &run,
		    ARGS("file", "send", "--name", "x.txt", "-", "bob"));
		assert_int_equal(run.code, i == 0 ? 3 : 0);
		snprintf(command, sizeof command,
		    "test \"$(cd %s/data/spool && cat * 2>/dev/null)\" = '%s'",
		    fake.home, i == 0 ? "" : "some bytes");
		assert_int_equal(system(command), 0);
		snprintf(command, sizeof command,
		    "test -z \"$(find %s/data -perm /077)\"", fake.home);
		assert_int_equal(system(command), 0);
		fake_end(&fake);
	}
}

static void
what_cannot_be_offered_is_named(void **state)
{
	RUN(&run, NULL, "file", "send", "/etc/nothing", "bob");
	assert_int_equal(run.code, 1);
	assert_has(run.err, "cannot offer '/etc/nothing': No such file");
	RUN(&run, NULL, "file", "send", "/dev/null", "bob");
	assert_int_equal(run.code, 1);
	assert_has(run.err, "'/dev/null': neither a file nor a folder");
	RUN(&run, NULL, "file", "send", "-", "bob");
	assert_int_equal(run.code, 2);
	assert_has(run.err, "--name");
	RUN(&run, NULL, "file", "send", "--name", "x", "/etc/passwd", "/etc",
	    "bob");
	assert_int_equal(run.code, 2);
	RUN(&run, NULL, "file", "send", "/etc/passwd");
	assert_int_equal(run.code, 2);
	RUN(&run, NULL, "file", "send", "--show", "/etc/passwd", "bob");
	assert_int_equal(run.code, 2);
	assert_has(run.err, "'file send' takes no --show");
	RUN(&run, NULL, "send", "--image", "/etc/passwd", "bob");
	assert_int_equal(run.code, 1);
	assert_has(run.err, "no PNG image");
}

static void
a_message_may_have_files_with_text_or_without(void **state)
{
	const struct exchange with[] = {
		{ .method = "message.send",
		    .params = "{\"text\":\"as promised\",\"sealed\":true,"
			      "\"files\":[{\"path\":\"/etc/passwd\","
			      "\"spool\":false,\"image\":false}]}",
		    .result = "{\"id\":\"5f0c1a2b\",\"recipients\":[" TO(
			"bob@pc2", "delivered", "") "],\"offers\":[]}" },
		{ 0 },
	};
	const struct exchange without[] = {
		{ .method = "message.send",
		    .params = "{\"text\":\"\"}",
		    .result = "{\"id\":\"5f0c1a2b\",\"recipients\":[" TO(
			"bob@pc2", "delivered", "") "],\"offers\":[]}" },
		{ 0 },
	};

	RUN(&run, with, "send", "--seal", "--file", "/etc/passwd", "bob", "as",
	    "promised");
	assert_int_equal(run.code, 0);
	RUN(&run, without, "send", "--file", "/etc/passwd", "bob");
	assert_int_equal(run.code, 0);
}

/* -- ending ------------------------------------------------------------------
 */

static void
cancelling_and_dropping_say_what_became_of_it(void **state)
{
	const struct exchange cancel[] = {
		{ .method = "offer.cancel",
		    .params = "{\"id\":\"5f0c\"}",
		    .result =
			"{\"offers\":[" OUT("bob@pc2", "cancelled", "") "]}" },
		{ 0 },
	};
	const struct exchange drop[] = {
		{ .method = "offer.drop",
		    .result = "{\"offers\":[" IN("cancelled", "") "]}" },
		{ 0 },
	};

	RUN(&run, cancel, "file", "cancel", "5f0c");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "'report.pdf' to bob@pc2: cancelled\n");
	RUN(&run, drop, "file", "drop", "5f0c");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "'report.pdf': dropped\n");
	RUN(&run, NULL, "file", "cancel");
	assert_int_equal(run.code, 2);
}

static void
a_policy_for_one_user_is_set(void **state)
{
	const struct exchange script[] = {
		{ .method = "user.set",
		    .params = "{\"who\":\"anna\",\"accept\":\"always\"}",
		    .result = "{\"user\":{\"id\":\"anna@pc1\",\"hidden\":false,"
			      "\"priority\":0,\"accept\":\"always\"}}" },
		{ 0 },
	};

	RUN(&run, script, "user", "accept", "anna", "always");
	assert_int_equal(run.code, 0);
	assert_string_equal(run.out, "anna@pc1: shown\n  files: always\n");
	RUN(&run, NULL, "user", "accept", "anna", "sometimes");
	assert_int_equal(run.code, 2);
	RUN(&run, NULL, "user", "accept", "anna");
	assert_int_equal(run.code, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    all_pages_are_listed_with_the_fields_of_the_contract),
		cmocka_unit_test(programs_get_whole_ids_and_sizes_in_bytes),
		cmocka_unit_test(what_was_fetched_is_named_by_its_path),
		cmocka_unit_test(
		    encryption_that_protects_from_no_change_is_named),
		cmocka_unit_test(programs_hear_how_far_it_is_and_how_it_ended),
		cmocka_unit_test(a_failure_is_said_with_its_exit_code),
		cmocka_unit_test(what_will_be_tried_again_is_waited_for),
		cmocka_unit_test(a_time_limit_is_4),
		cmocka_unit_test(no_wait_returns_when_it_is_accepted),
		cmocka_unit_test(folder_and_name_are_handed_on),
		cmocka_unit_test(what_is_here_already_is_not_fetched_again),
		cmocka_unit_test(ones_own_offer_is_not_fetched),
		cmocka_unit_test(
		    an_unknown_id_is_3_and_does_not_keep_others_from_coming),
		cmocka_unit_test(stdout_gets_the_bytes_and_nothing_else),
		cmocka_unit_test(files_are_offered_by_absolute_paths),
		cmocka_unit_test(wait_ends_when_all_have_fetched),
		cmocka_unit_test(a_refusal_of_some_is_8),
		cmocka_unit_test(
		    stdin_lies_in_the_data_folder_until_camd_has_it),
		cmocka_unit_test(what_cannot_be_offered_is_named),
		cmocka_unit_test(a_message_may_have_files_with_text_or_without),
		cmocka_unit_test(cancelling_and_dropping_say_what_became_of_it),
		cmocka_unit_test(a_policy_for_one_user_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
