/* test_log.c: a line of log is one line, whatever a peer sent. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"

static int fds[2];

static int
open_pipe(void **state)
{
	return pipe2(fds, O_NONBLOCK | O_CLOEXEC);
}

static int
close_pipe(void **state)
{
	close(fds[0]);
	close(fds[1]);
	return 0;
}

static const char *
logged(void)
{
	static char text[65536];
	ssize_t len = read(fds[0], text, sizeof text - 1);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

static void
with_the_journal_a_line_begins_with_its_priority(void **state)
{
	log_open(fds[1], LOG_LEVEL_DEBUG, 1);
	log_error("cannot reach '%s'", "anna");
	assert_string_equal(logged(), "<3>cannot reach 'anna'\n");
	log_warn("w");
	assert_string_equal(logged(), "<4>w\n");
	log_info("i");
	assert_string_equal(logged(), "<6>i\n");
	log_debug("d");
	assert_string_equal(logged(), "<7>d\n");
}

static void
what_is_kept_is_an_object_for_each_line(void **state)
{
	log_open(-1, LOG_LEVEL_INFO, 0);
	assert_int_equal(log_keep(fds[1]), -1);
	log_info("said \"no\" \\ and\na line\x1b");
	assert_non_null(strstr(logged(),
	    "\",\"level\":\"info\",\"text\":\"said \\\"no\\\" \\\\ "
	    "and<U+000A>a line<U+001B>\"}\n"));
	log_debug("not this");
	assert_string_equal(logged(), "");
	assert_int_equal(log_keep(-1), fds[1]);
	log_info("nor this");
	assert_string_equal(logged(), "");
}

static void
without_it_with_the_time_and_the_level(void **state)
{
	const char *text = NULL;

	log_open(fds[1], LOG_LEVEL_INFO, 0);
	log_info("ready");
	text = logged();
	assert_int_equal(strlen(text), 29 + strlen(" info: ready\n"));
	assert_string_equal(text + 29, " info: ready\n");
}

static void
what_is_below_the_level_is_not_written(void **state)
{
	log_open(fds[1], LOG_LEVEL_WARN, 1);
	log_info("no");
	log_debug("no");
	assert_string_equal(logged(), "");
	log_set_level(LOG_LEVEL_INFO);
	log_info("yes");
	assert_string_equal(logged(), "<6>yes\n");
}

static void
a_peer_cannot_begin_a_line_or_an_escape_sequence(void **state)
{
	log_open(fds[1], LOG_LEVEL_INFO, 1);
	log_info("from %s", "x\n<3>forged\x1b[2J\x9b\r");
	assert_string_equal(
	    logged(), "<6>from x<U+000A><3>forged<U+001B>[2J<9B><U+000D>\n");
}

static void
a_long_line_is_cut_between_characters(void **state)
{
	char long_text[9001];
	const char *text = NULL;

	for (size_t i = 0; i < 9000; i += 3)
		memcpy(long_text + i, "\xe4\xbc\x9a", 3);
	long_text[9000] = '\0';
	log_open(fds[1], LOG_LEVEL_INFO, 1);
	log_info("x%s", long_text);
	text = logged();
	assert_in_range(strlen(text), 3000, 4100);
	assert_null(strchr(text + 3, '<'));
	assert_string_equal(text + strlen(text) - 4, "\xe4\xbc\x9a\n");
}

static void
a_log_that_cannot_be_written_changes_nothing(void **state)
{
	log_open(-1, LOG_LEVEL_INFO, 1);
	errno = ENOENT;
	log_info("lost");
	assert_int_equal(errno, ENOENT);
}

static void
levels_have_names(void **state)
{
	enum log_level level = LOG_LEVEL_ERROR;

	assert_int_equal(log_level_parse("debug", &level), 0);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_parse("loud", &level), CAM_ERR_UNKNOWN);
	assert_int_equal(log_level_parse("", &level), CAM_ERR_UNKNOWN);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    with_the_journal_a_line_begins_with_its_priority),
		cmocka_unit_test(without_it_with_the_time_and_the_level),
		cmocka_unit_test(what_is_kept_is_an_object_for_each_line),
		cmocka_unit_test(what_is_below_the_level_is_not_written),
		cmocka_unit_test(
		    a_peer_cannot_begin_a_line_or_an_escape_sequence),
		cmocka_unit_test(a_long_line_is_cut_between_characters),
		cmocka_unit_test(a_log_that_cannot_be_written_changes_nothing),
		cmocka_unit_test(levels_have_names),
	};

	return cmocka_run_group_tests(tests, open_pipe, close_pipe);
}
