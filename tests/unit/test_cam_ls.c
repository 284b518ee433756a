/* test_cam_ls.c: cam ls: pages, order, what is printed for whom. */
#include "fake_camd.h"

#include "cam/roster.h"

#define USER(id, nick, state, priority)                                        \
	"{\"id\":\"" id "\",\"nick\":\"" nick                                  \
	"\",\"group\":\"G\",\"name\":null,\"addr\":"                           \
	"\"10.0.0.1\",\"state\":\"" state                                      \
	"\",\"away\":null,\"encryption\":\"none\","                            \
	"\"priority\":" priority                                               \
	",\"hidden\":false,\"seen\":\"2026-01-31T09:30:00Z\"}"

static struct run run;

/* The ids of users once they are in that order, by blanks. */
static void
assert_order(const char *by, const char *wanted)
{
	struct roster_order order;
	char ids[256] = "";
	json_t *users = fake_json("[" USER("c@1", "zoe", "online",
	    "0") "," USER("b@1", "Carl", "offline", "0") "," USER("a@1", "anna",
	    "away", "5") "," USER("d@1", "Bob", "online", "0") "]");

	assert_int_equal(roster_order_parse(by, &order), 0);
	roster_sort(users, &order);
	for (size_t i = 0; i < json_array_size(users); i++) {
		strcat(ids, json_string_value(json_object_get(
				json_array_get(users, i), "id")));
		strcat(ids, " ");
	}
	assert_string_equal(ids, wanted);
	json_decref(users);
}

static void
users_are_sorted_by_any_fields_in_either_direction(void **state)
{
	assert_order(NULL, "a@1 d@1 c@1 b@1 "); /* priority, state, nick */
	assert_order("id", "a@1 b@1 c@1 d@1 ");
	assert_order("-id", "d@1 c@1 b@1 a@1 ");
	assert_order("nick", "a@1 d@1 b@1 c@1 ");
	assert_order("state,-nick", "c@1 d@1 a@1 b@1 ");
	assert_order("group", "a@1 b@1 c@1 d@1 "); /* alike: by id */
}

static void
a_field_that_is_none_is_a_usage_error(void **state)
{
	RUN(&run, NULL, "ls", "--sort", "group,shoe");
	assert_int_equal(run.code, EXIT_USAGE);
	assert_has(run.err, "'shoe'");
}

static void
pages_are_put_together(void **state)
{
	const struct exchange script[] = {
		{ .method = "roster.list",
		    .params = "{\"all\":true,\"refresh\":true}",
		    .result = "{\"users\":[" USER(
			"b@1", "Bob", "online", "0") "],\"next\":\"b@1\"}" },
		{ .method = "roster.list",
		    .params =
			"{\"all\":true,\"refresh\":false,\"after\":\"b@1\"}",
		    .result = "{\"users\":[" USER(
			"a@1", "Anna", "online", "0") "],\"next\":null}" },
		{ 0 },
	};

	RUN(&run, script, "ls", "--all", "--refresh", "--json");
	assert_int_equal(run.code, 0);
	assert_ptr_equal(strstr(run.out, "{\"id\":\"a@1\""), run.out);
	assert_has(run.out, "}\n{\"id\":\"b@1\"");
}

static void
a_pipe_gets_tabs_and_no_heading(void **state)
{
	const struct exchange script[] = {
		{ .method = "roster.list",
		    .result = "{\"users\":[" USER("b@1", "B\\tob\\u001b[31m",
			"online", "0") "],"
				       "\"next\":null}" },
		{ 0 },
	};

	RUN(&run, script, "ls");
	assert_int_equal(run.code, 0);
	assert_ptr_equal(strstr(run.out, "b@1\tB"), run.out);
	assert_has(run.out, "\tG\tonline\t10.0.0.1\tnot encrypted\t\n");
	assert_null(strchr(run.out, '\033'));
	assert_null(strstr(run.out, "B\tob"));
}

static void
watching_tells_each_change_in_a_line(void **state)
{
	const struct exchange script[] = {
		{ .method = "subscribe",
		    .params = "{\"types\":[\"user\"]}",
		    .result = "{}" },
		{ .method = "roster.list",
		    .result = "{\"users\":[],\"next\":null}",
		    .events = { "{\"type\":\"user.entered\",\"user\":" USER(
			"c@1", "Carl", "online", "0") "}" } },
		{ 0 },
	};
	struct fake fake;

	fake_begin(&fake, "");
	fake.hang_up = true;
	fake_run(&fake, script, &run, ARGS("ls", "--watch", "--json"));
	fake_end(&fake);
	assert_int_equal(run.code, EXIT_UNREACHABLE);
	assert_ptr_equal(strstr(run.out, "{\"id\":\"c@1\""), run.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    users_are_sorted_by_any_fields_in_either_direction),
		cmocka_unit_test(a_field_that_is_none_is_a_usage_error),
		cmocka_unit_test(pages_are_put_together),
		cmocka_unit_test(a_pipe_gets_tabs_and_no_heading),
		cmocka_unit_test(watching_tells_each_change_in_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
