/* test_target.c: lists of addresses, networks and wildcards. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "net/target.h"

static struct targets
parsed(const char *text)
{
	struct targets targets;
	char *error = NULL;

	if (targets_parse(text, 2425, true, &targets, &error) < 0)
		fail_msg("%s", error);
	return targets;
}

static void
refused(const char *text, bool walked, int err, const char *item)
{
	struct targets targets = { NULL, 0 };
	char *error = NULL;

	if (targets_parse(text, 2425, walked, &targets, &error) != err)
		fail_msg("not refused as it should be: '%s'", text);
	if (strstr(error, item) == NULL)
		fail_msg("'%s' not named: %s", item, error);
	free(error);
}

static bool
matches(const struct targets *targets, const char *text)
{
	struct addr addr;

	assert_int_equal(addr_parse(span_text(text), 0, &addr), 0);
	return targets_match(targets, &addr);
}

/* All hosts of the list, by blanks. */
static void
expect_walk(const char *list, const char *wanted)
{
	struct targets targets = parsed(list);
	struct target_walk walk = { .targets = &targets };
	char text[ADDR_TEXT_SIZE], all[4096] = "";
	struct addr addr;

	while (target_walk_next(&walk, &addr)) {
		if (all[0] != '\0')
			strcat(all, " ");
		strcat(all, addr_format(&addr, text));
	}
	assert_string_equal(all, wanted);
	targets_finish(&targets);
}

static size_t
walk_length(const char *list, struct addr *last)
{
	struct targets targets = parsed(list);
	struct target_walk walk = { .targets = &targets };
	struct addr before = { .family = ADDR_NONE };
	size_t count = 0;

	while (target_walk_next(&walk, last)) {
		/* In order, so none comes twice. */
		assert_true(addr_compare(&before, last) < 0);
		before = *last;
		count++;
	}
	targets_finish(&targets);
	return count;
}

static void
an_empty_list_is_empty(void **state)
{
	struct targets targets = parsed(" ,\t, ");

	assert_int_equal(targets.count, 0);
	assert_false(matches(&targets, "10.1.2.3"));
	targets_finish(&targets);
	targets_finish(&targets);
}

static void
addresses_are_separated_by_commas_and_blanks(void **state)
{
	expect_walk("10.1.2.3, 10.1.2.4:99 [fd00::1]:7,fd00::2",
	    "10.1.2.3:2425 10.1.2.4:99 [fd00::1]:7 [fd00::2]:2425");
}

static void
a_network_is_walked_without_its_ends(void **state)
{
	struct addr last;

	expect_walk("10.1.2.8/29",
	    "10.1.2.9:2425 10.1.2.10:2425 10.1.2.11:2425 10.1.2.12:2425 "
	    "10.1.2.13:2425 10.1.2.14:2425");
	expect_walk("10.1.2.13/30:5", "10.1.2.13:5 10.1.2.14:5");
	expect_walk("10.1.2.4/31", "10.1.2.4:2425 10.1.2.5:2425");
	expect_walk("10.1.2.4/32", "10.1.2.4:2425");
	expect_walk("fd00::8/126",
	    "[fd00::8]:2425 [fd00::9]:2425 [fd00::a]:2425 [fd00::b]:2425");
	assert_int_equal(walk_length("10.1.0.0/16", &last), 65534);
	assert_int_equal(addr_v4_number(&last), 0x0a01fffe);
}

static void
a_wildcard_is_walked_number_by_number(void **state)
{
	struct addr last;

	assert_int_equal(walk_length("10.1.2.*", &last), 254);
	assert_int_equal(addr_v4_number(&last), 0x0a0102fe);
	assert_int_equal(walk_length("10.1.*.7:9", &last), 256);
	assert_int_equal(addr_v4_number(&last), 0x0a01ff07);
	assert_int_equal(last.port, 9);
	assert_int_equal(walk_length("10.*.*.7", &last), 65536);
	assert_int_equal(walk_length("10.1.*.*", &last), 256 * 254);
	assert_int_equal(addr_v4_number(&last), 0x0a01fffe);
}

static void
a_match_is_whatever_the_port(void **state)
{
	struct targets targets =
	    parsed("10.1.2.0/24:5 10.2.*.7 10.3.3.3 fd00:1::/120");

	assert_true(matches(&targets, "10.1.2.0"));
	assert_true(matches(&targets, "10.1.2.255:99"));
	assert_false(matches(&targets, "10.1.3.0"));
	assert_true(matches(&targets, "10.2.200.7"));
	assert_false(matches(&targets, "10.2.200.8"));
	assert_true(matches(&targets, "10.3.3.3"));
	assert_false(matches(&targets, "10.3.3.4"));
	assert_true(matches(&targets, "fd00:1::7"));
	assert_false(matches(&targets, "fd00:1::107"));
	targets_finish(&targets);
}

static void
any_network_will_do_where_it_is_not_walked(void **state)
{
	struct targets targets;
	char *error = NULL;

	assert_int_equal(targets_parse("10.0.0.0/8 *.*.*.* ::/0", 0, false,
			     &targets, &error),
	    0);
	assert_true(matches(&targets, "10.200.3.4"));
	assert_true(matches(&targets, "192.168.1.1"));
	assert_true(matches(&targets, "fd00::1"));
	assert_int_equal(target_count(&targets.list[2]), UINT64_MAX);
	targets_finish(&targets);
}

static void
broadcast_addresses_come_from_the_network(void **state)
{
	static const char list[] = "10.1.2.9/29 10.1.2.* 10.1.*.* 10.1.*.7 "
				   "10.1.2.3 10.1.2.4/31 fd00::/126";
	static const char *const wanted[] = { "10.1.2.15", "10.1.2.255",
		"10.1.255.255", NULL, NULL, NULL, NULL };
	char text[ADDR_TEXT_SIZE], *error = NULL;
	struct targets targets;
	struct addr addr;

	assert_int_equal(targets_parse(list, 2425, false, &targets, &error), 0);
	assert_int_equal(targets.count, 7);
	for (size_t i = 0; i < targets.count; i++) {
		bool has = target_broadcast(&targets.list[i], &addr);

		assert_int_equal(has, wanted[i] != NULL);
		if (has)
			assert_string_equal(
			    addr_format_host(&addr, text), wanted[i]);
		if (has)
			assert_int_equal(addr.port, 2425);
	}
	targets_finish(&targets);
}

static void
what_is_neither_is_refused_by_name(void **state)
{
	static const char *const items[] = { "10.1.2", "10.1.2.3/33",
		"10.1.2.3/", "10.1.2.3/-1", "10.1.2.*.5", "10.1.*", "10.1.2.**",
		"10.1.2.1*", "10.1.2.*:0", "10.1.2.*:", "10.1..*",
		"10.1.2.256/24", "10.01.2.*", "fd00::/129", "fd00::*", "host",
		"10.1.2.3/24:70000", "10.1.2.3:5/24", "0.0.0.0",
		"10.1.2.3;10.1.2.4", "/24", "*", "10.1.300.*" };
	char list[256];

	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		snprintf(
		    list, sizeof(list), "10.1.2.3, %s ,10.1.2.4", items[i]);
		refused(list, true, CAM_ERR_FORMAT, items[i]);
	}
}

static void
an_error_holds_nothing_that_moves_the_cursor(void **state)
{
	struct targets targets;
	char *error = NULL;

	assert_int_equal(
	    targets_parse("\x1b[2J\x07", 1, true, &targets, &error),
	    CAM_ERR_FORMAT);
	assert_null(strchr(error, '\x1b'));
	assert_null(strchr(error, '\x07'));
	free(error);
}

static void
too_many_hosts_are_refused_by_name(void **state)
{
	char *list = NULL, *error = NULL;
	struct targets targets;

	refused("10.0.0.0/15", true, CAM_ERR_LIMIT, "10.0.0.0/15");
	refused("10.*.*.*", true, CAM_ERR_LIMIT, "10.*.*.*");
	refused("fd00::/64", true, CAM_ERR_LIMIT, "fd00::/64");
	refused("10.1.0.0/16 10.2.0.0/30 10.2.0.9", true, CAM_ERR_LIMIT,
	    "10.2.0.9");
	targets = parsed("10.1.0.0/16 10.2.0.0/30");
	targets_finish(&targets);

	list = calloc(1, 2 * (TARGETS_MAX + 1) * 8);
	for (int i = 0; i <= TARGETS_MAX; i++)
		strcat(list, "1.2.3.4 ");
	refused(list, false, CAM_ERR_LIMIT, "1.2.3.4");
	free(list);

	list = malloc(TARGETS_TEXT_MAX + 2);
	memset(list, ' ', TARGETS_TEXT_MAX + 1);
	list[TARGETS_TEXT_MAX + 1] = '\0';
	assert_int_equal(
	    targets_parse(list, 1, false, &targets, &error), CAM_ERR_LIMIT);
	free(error);
	free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_list_is_empty),
		cmocka_unit_test(addresses_are_separated_by_commas_and_blanks),
		cmocka_unit_test(a_network_is_walked_without_its_ends),
		cmocka_unit_test(a_wildcard_is_walked_number_by_number),
		cmocka_unit_test(a_match_is_whatever_the_port),
		cmocka_unit_test(any_network_will_do_where_it_is_not_walked),
		cmocka_unit_test(broadcast_addresses_come_from_the_network),
		cmocka_unit_test(what_is_neither_is_refused_by_name),
		cmocka_unit_test(an_error_holds_nothing_that_moves_the_cursor),
		cmocka_unit_test(too_many_hosts_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
