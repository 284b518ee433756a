/* test_settings.c: settings from defaults, the file and options; what is
 * refused, and how that is said. */
#include "test.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/events.h"
#include "camd/settings.h"

struct place {
	char folder[64];
	char *path;
	struct settings *settings;
	char *problem;
};

static int
make_place(void **state)
{
	struct place *place = xcalloc(1, sizeof *place);

	strcpy(place->folder, "/tmp/cam-settings-XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		return 1;
	place->path = xasprintf("%s/cam.ini", place->folder);
	*state = place;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *place = *state;

	settings_free(place->settings);
	unlink(place->path);
	rmdir(place->folder);
	free(place->path);
	free(place->problem);
	free(place);
	return 0;
}

static void
put(struct place *place, const char *text, mode_t mode)
{
	int fd = open(place->path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static char *
content(const struct place *place)
{
	char text[4096];
	FILE *file = fopen(place->path, "r");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, sizeof text - 1, file);
	text[len] = '\0';
	fclose(file);
	return xstrdup(text);
}

static int
open_settings(struct place *place)
{
	return camd_settings_open(
	    place->path, &place->settings, &place->problem);
}

/* The call failed so, and said each of the words. */
static void
expect_problem(struct place *place, int wanted, int err, const char *word,
    const char *second)
{
	assert_int_equal(err, wanted);
	assert_non_null(place->problem);
	if (strstr(place->problem, word) == NULL ||
	    strstr(place->problem, second) == NULL)
		fail_msg("'%s' names not both '%s' and '%s'", place->problem,
		    word, second);
	free(place->problem);
	place->problem = NULL;
}

static void
expect_view(const struct place *place, const char *key, const char *value,
    enum setting_source source)
{
	struct setting_view view;

	assert_int_equal(settings_get(place->settings, key, &view), 0);
	assert_string_equal(view.key, key);
	if (value != NULL)
		assert_string_equal(view.value, value);
	else
		assert_null(view.value);
	assert_int_equal(view.source, source);
}

static void
without_a_file_the_defaults_are_those_of_the_contract(void **state)
{
	static const char *const pairs[][2] = {
		{ "net.port", "2425" },
		{ "net.ipv6", "on" },
		{ "ipmsg.charset", "CP932" },
		{ "security.legacy", "on" },
		{ "security.cleartext", "ask" },
		{ "file.accept", "ask" },
		{ "roster.forget_days", "7" },
		{ "media.ports", "22224-22229" },
	};
	struct place *place = *state;

	assert_int_equal(open_settings(place), 0);
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		expect_view(place, pairs[i][0], pairs[i][1], SETTING_DEFAULT);
	assert_int_equal(settings_number(place->settings, "net.port"), 2425);
	assert_true(settings_on(place->settings, "net.ipv6"));
	assert_true(settings_on(place->settings, "daemon.autostart"));
	assert_null(settings_hook(place->settings, "message.received"));
	assert_null(settings_hook(place->settings, "no.such.event"));
}

static void
names_default_to_those_of_the_system(void **state)
{
	struct place *place = *state;
	char host[256] = "";

	assert_int_equal(open_settings(place), 0);
	expect_view(
	    place, "user.name", getpwuid(getuid())->pw_name, SETTING_DEFAULT);
	gethostname(host, sizeof host - 1);
	host[strcspn(host, ".")] = '\0';
	expect_view(place, "user.host", host, SETTING_DEFAULT);
}

static void
the_nickname_defaults_to_the_name_that_is_set(void **state)
{
	struct place *place = *state;

	put(place, "user.name = anna\n", 0600);
	assert_int_equal(open_settings(place), 0);
	expect_view(place, "user.nick", "anna", SETTING_DEFAULT);
	assert_int_equal(settings_set(place->settings, "user.name", "bella",
			     &place->problem),
	    0);
	expect_view(place, "user.nick", "bella", SETTING_DEFAULT);
}

static void
an_option_wins_over_the_file(void **state)
{
	struct place *place = *state;

	put(place, "user.group = File\nnet.port = 3000\n", 0600);
	assert_int_equal(open_settings(place), 0);
	expect_view(place, "user.group", "File", SETTING_FILE);
	assert_int_equal(settings_option(place->settings,
			     " user.group = Option ", &place->problem),
	    0);
	expect_view(place, "user.group", "Option", SETTING_OPTION);
	assert_int_equal(settings_set(place->settings, "user.group", "Later",
			     &place->problem),
	    0);
	expect_view(place, "user.group", "Option", SETTING_OPTION);
	assert_string_equal(
	    settings_in_file(place->settings, "user.group"), "Later");
	assert_int_equal(settings_number(place->settings, "net.port"), 3000);
}

static void
options_that_will_not_do_are_named(void **state)
{
	struct place *place = *state;
	struct settings *settings = NULL;

	assert_int_equal(open_settings(place), 0);
	settings = place->settings;
	expect_problem(place, CAM_ERR_UNKNOWN,
	    settings_option(settings, "user.nik=x", &place->problem),
	    "user.nik", "user.nick");
	expect_problem(place, CAM_ERR_REQUEST,
	    settings_option(settings, "user.nick", &place->problem),
	    "user.nick", "key=value");
	expect_problem(place, CAM_ERR_REQUEST,
	    settings_option(settings, "net.port=70000", &place->problem),
	    "net.port", "65535");
	expect_problem(place, CAM_ERR_REQUEST,
	    settings_option(
		settings, "http.proxyPassword=geheim", &place->problem),
	    "http.proxyPassword", "cam.ini");
	expect_view(place, "net.port", "2425", SETTING_DEFAULT);
}

static void
values_that_will_not_do_are_refused_with_what_would(void **state)
{
	static const char *const cases[][3] = {
		{ "security.legacy", "sometimes", "receive" },
		{ "security.cleartext", "", "ask" },
		{ "ipmsg.charset", "utf-8", "GB18030" },
		{ "net.port", "0", "65535" },
		{ "net.port", "-1", "65535" },
		{ "net.port", "99999999999999999999999", "65535" },
		{ "net.port", "24 25", "65535" },
		{ "net.port", "", "65535" },
		{ "net.ipv6", "maybe", "yes" },
		{ "roster.forget_days", "-1", "36500" },
		{ "net.broadcast", "10.1.2.*,huh", "huh" },
		{ "net.bind", "no such/thing", "interface" },
		{ "user.name", "a@b", "'@'" },
		{ "user.name", "", "empty" },
		{ "user.nick", "two\nlines", "one line" },
		{ "user.nick", "\x1b[31mred", "one line" },
		{ "user.nick", "\xff", "UTF-8" },
		{ "file.dir", "Downloads", "'/'" },
		{ "hook.message.received", "notify", "'/'" },
		{ "media.ports", "9", "22224-22229" },
		{ "media.ports", "9-8", "22224-22229" },
		{ "log.level", "loud", "debug" },
	};
	struct place *place = *state;

	put(place, "# mine\n", 0600);
	assert_int_equal(open_settings(place), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int err = settings_set(
		    place->settings, cases[i][0], cases[i][1], &place->problem);

		expect_problem(
		    place, CAM_ERR_REQUEST, err, cases[i][0], cases[i][2]);
	}
	expect_problem(place, CAM_ERR_UNKNOWN,
	    settings_set(place->settings, "nick", "x", &place->problem),
	    "'nick'", "user.nick");
	char *text = content(place);
	assert_string_equal(text, "# mine\n");
	free(text);
}

static void
a_long_value_is_refused(void **state)
{
	struct place *place = *state;
	char *nick = xmalloc(6000);

	memset(nick, 'n', 5999);
	nick[5999] = '\0';
	assert_int_equal(open_settings(place), 0);
	expect_problem(place, CAM_ERR_REQUEST,
	    settings_set(place->settings, "server.host", nick, &place->problem),
	    "server.host", "4096");
	nick[80] = '\0';
	expect_problem(place, CAM_ERR_REQUEST,
	    settings_set(place->settings, "user.nick", nick, &place->problem),
	    "user.nick", "79");
	nick[79] = '\0';
	assert_int_equal(
	    settings_set(place->settings, "user.nick", nick, &place->problem),
	    0);
	free(nick);
}

static void
values_that_will_do_are_taken(void **state)
{
	static const char *const cases[][2] = {
		{ "security.legacy", "receive" },
		{ "net.bind", "127.0.0.2" },
		{ "net.bind", "eth0" },
		{ "net.bind", "" },
		{ "net.broadcast", "10.1.2.*, 10.2.0.0/24 [fe80::1]:2426" },
		{ "net.list_for", "10.0.0.0/8" },
		{ "net.port", "65535" },
		{ "user.nick", "Anna \xe5\xb1\xb1\xe7\x94\xb0, Sales" },
		{ "file.dir", "/home/anna/in" },
		{ "media.budget", "2000000" },
		{ "hook.user.left", "/bin/true" },
	};
	struct place *place = *state;

	assert_int_equal(open_settings(place), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (settings_set(place->settings, cases[i][0], cases[i][1],
			&place->problem) != 0)
			fail_msg("%s", place->problem);
		expect_view(place, cases[i][0], cases[i][1], SETTING_FILE);
	}
	assert_string_equal(
	    settings_hook(place->settings, "user.left"), "/bin/true");
}

static void
set_keeps_comments_and_null_takes_the_line_out(void **state)
{
	struct place *place = *state;
	char *text = NULL;

	put(place, "# who\nuser.nick = Anna\n\n# the end\n", 0600);
	assert_int_equal(open_settings(place), 0);
	assert_int_equal(settings_set(place->settings, "user.nick", " Bella ",
			     &place->problem),
	    0);
	text = content(place);
	assert_string_equal(text, "# who\nuser.nick = Bella\n\n# the end\n");
	free(text);
	assert_int_equal(
	    settings_set(place->settings, "user.nick", NULL, &place->problem),
	    0);
	text = content(place);
	assert_string_equal(text, "# who\n\n# the end\n");
	free(text);
	assert_null(settings_in_file(place->settings, "user.nick"));
}

static void
set_takes_up_what_was_edited_by_hand(void **state)
{
	struct place *place = *state;

	put(place, "user.nick = Anna\n", 0600);
	assert_int_equal(open_settings(place), 0);
	put(place, "user.nick = Anna\nuser.group = Sales\nnet.port = no\n",
	    0600);
	/* Broken by hand: any other setting is refused, this one mends it. */
	expect_problem(place, CAM_ERR_REQUEST,
	    settings_set(place->settings, "user.nick", "B", &place->problem),
	    "cam.ini:3", "net.port");
	assert_int_equal(
	    settings_set(place->settings, "net.port", "2426", &place->problem),
	    0);
	expect_view(place, "user.group", "Sales", SETTING_FILE);
	expect_view(place, "net.port", "2426", SETTING_FILE);
}

static void
a_broken_line_is_named_by_its_number(void **state)
{
	struct place *place = *state;

	put(place, "# one\n\nthis is no setting\n", 0600);
	expect_problem(place, CAM_ERR_FORMAT, open_settings(place), "cam.ini:3",
	    "key = value");
	put(place, "net.port = 2425\nnet.ipv6 = perhaps\n", 0600);
	expect_problem(place, CAM_ERR_REQUEST, open_settings(place),
	    "cam.ini:2", "perhaps");
	assert_null(place->settings);
}

static void
reload_takes_all_or_nothing(void **state)
{
	struct place *place = *state;

	put(place, "user.nick = Anna\nuser.group = One\n", 0600);
	assert_int_equal(open_settings(place), 0);
	put(place, "user.nick = Bella\nnet.port = many\n", 0600);
	expect_problem(place, CAM_ERR_REQUEST,
	    settings_reload(place->settings, &place->problem), "cam.ini:2",
	    "many");
	assert_int_equal(settings_broken_line(place->settings), 2);
	expect_view(place, "user.nick", "Anna", SETTING_FILE);
	expect_view(place, "user.group", "One", SETTING_FILE);
	put(place, "user.nick = Bella\n", 0600);
	assert_int_equal(settings_reload(place->settings, &place->problem), 0);
	assert_int_equal(settings_broken_line(place->settings), 0);
	expect_view(place, "user.nick", "Bella", SETTING_FILE);
	expect_view(place, "user.group", "", SETTING_DEFAULT);
}

static void
an_unknown_key_in_the_file_is_warned_of_and_kept(void **state)
{
	struct place *place = *state;
	char line[512] = "";
	char *text = NULL;
	int ends[2];

	put(place, "user.nicc = Anna\nzebra.stripes = 7\n", 0600);
	assert_int_equal(pipe(ends), 0);
	log_open(ends[1], LOG_LEVEL_WARN, 0);
	assert_int_equal(open_settings(place), 0);
	log_open(STDERR_FILENO, LOG_LEVEL_WARN, 0);
	assert_true(read(ends[0], line, sizeof line - 1) > 0);
	assert_non_null(strstr(line, "cam.ini:1"));
	assert_non_null(strstr(line, "user.nick"));
	assert_non_null(strstr(line, "cam.ini:2"));
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(
	    settings_set(place->settings, "user.nick", "Anna", &place->problem),
	    0);
	text = content(place);
	assert_string_equal(
	    text, "user.nicc = Anna\nzebra.stripes = 7\nuser.nick = Anna\n");
	free(text);
}

static void
a_file_that_others_can_change_is_refused(void **state)
{
	struct place *place = *state;

	put(place, "user.nick = Anna\n", 0666);
	expect_problem(
	    place, CAM_ERR_UNSAFE, open_settings(place), "cam.ini", "chmod");
	chmod(place->path, 0644);
	assert_int_equal(open_settings(place), 0);
}

static void
a_password_that_others_can_read_is_refused(void **state)
{
	struct place *place = *state;

	put(place, "http.proxyPassword = geheim\n", 0644);
	expect_problem(
	    place, CAM_ERR_UNSAFE, open_settings(place), "chmod 600", "");
	put(place, "user.nick = Anna\n", 0644);
	assert_int_equal(open_settings(place), 0);
	expect_problem(place, CAM_ERR_UNSAFE,
	    settings_set(place->settings, "http.proxyPassword", "geheim",
		&place->problem),
	    "chmod 600", "");
	chmod(place->path, 0600);
	assert_int_equal(settings_set(place->settings, "http.proxyPassword",
			     "geheim", &place->problem),
	    0);
	expect_view(place, "http.proxyPassword", "(set)", SETTING_FILE);
	assert_string_equal(
	    settings_text(place->settings, "http.proxyPassword"), "geheim");
}

static void
a_first_setting_makes_the_folder_and_a_private_file(void **state)
{
	struct place *place = *state;
	char *folder = xasprintf("%s/config/cam", place->folder);
	char *path = xasprintf("%s/cam.ini", folder);
	struct settings *settings = NULL;
	struct stat st;

	assert_int_equal(
	    camd_settings_open(path, &settings, &place->problem), 0);
	if (settings_set(settings, "user.nick", "Anna", &place->problem) != 0)
		fail_msg("%s", place->problem);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	settings_free(settings);
	unlink(path);
	rmdir(folder);
	free(path);
	free(folder);
	folder = xasprintf("%s/config", place->folder);
	rmdir(folder);
	free(folder);
}

static void
what_cannot_be_written_changes_nothing(void **state)
{
	struct place *place = *state;
	/* A file where the folder should be. */
	char *path = xasprintf("%s/cam.ini", place->path);
	struct settings *settings = NULL;

	put(place, "", 0600);
	assert_int_equal(
	    camd_settings_open(path, &settings, &place->problem), 0);
	assert_int_not_equal(
	    settings_set(settings, "user.nick", "Anna", &place->problem), 0);
	assert_non_null(strstr(place->problem, "cam.ini"));
	assert_null(settings_in_file(settings, "user.nick"));
	settings_free(settings);
	free(path);
}

static void
every_setting_has_help_and_a_default_that_it_takes(void **state)
{
	const struct setting_table *table = camd_setting_table();
	struct place *place = *state;
	struct setting_view view;
	size_t i;

	assert_int_equal(open_settings(place), 0);
	for (i = 0; settings_at(place->settings, i, &view); i++) {
		const struct setting *setting = setting_find(table, view.key);
		char *problem = NULL;

		assert_ptr_equal(setting, &table->list[i]);
		assert_true(strlen(setting->help) > 0);
		if (setting->fallback == NULL)
			continue;
		problem = setting_problem(setting, setting->fallback);
		if (problem != NULL)
			fail_msg("%s", problem);
	}
	assert_int_equal(i, table->count);
	assert_int_equal(
	    settings_get(place->settings, "no.such", &view), CAM_ERR_UNKNOWN);
}

static void
every_event_has_its_hook(void **state)
{
	const char *const *names = event_names();

	for (size_t i = 0; names[i] != NULL; i++) {
		char *key = xasprintf("hook.%s", names[i]);

		if (setting_find(camd_setting_table(), key) == NULL)
			fail_msg("no %s", key);
		free(key);
	}
}

static void
the_nearest_key_is_found(void **state)
{
	const struct setting_table *table = camd_setting_table();

	assert_string_equal(setting_nearest(table, "user.nik"), "user.nick");
	assert_string_equal(setting_nearest(table, "net.prot"), "net.port");
	assert_string_equal(setting_nearest(table, "NICK"), "user.nick");
	assert_string_equal(
	    setting_nearest(table, "proxyHost"), "http.proxyHost");
	assert_string_equal(setting_nearest(table, "hook.message.recieved"),
	    "hook.message.received");
	assert_null(setting_nearest(table, "quite.something.else"));
}

#define SETTINGS_TEST(name)                                                    \
	cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SETTINGS_TEST(
		    without_a_file_the_defaults_are_those_of_the_contract),
		SETTINGS_TEST(names_default_to_those_of_the_system),
		SETTINGS_TEST(the_nickname_defaults_to_the_name_that_is_set),
		SETTINGS_TEST(an_option_wins_over_the_file),
		SETTINGS_TEST(options_that_will_not_do_are_named),
		SETTINGS_TEST(
		    values_that_will_not_do_are_refused_with_what_would),
		SETTINGS_TEST(a_long_value_is_refused),
		SETTINGS_TEST(values_that_will_do_are_taken),
		SETTINGS_TEST(set_keeps_comments_and_null_takes_the_line_out),
		SETTINGS_TEST(set_takes_up_what_was_edited_by_hand),
		SETTINGS_TEST(a_broken_line_is_named_by_its_number),
		SETTINGS_TEST(reload_takes_all_or_nothing),
		SETTINGS_TEST(an_unknown_key_in_the_file_is_warned_of_and_kept),
		SETTINGS_TEST(a_file_that_others_can_change_is_refused),
		SETTINGS_TEST(a_password_that_others_can_read_is_refused),
		SETTINGS_TEST(
		    a_first_setting_makes_the_folder_and_a_private_file),
		SETTINGS_TEST(what_cannot_be_written_changes_nothing),
		SETTINGS_TEST(
		    every_setting_has_help_and_a_default_that_it_takes),
		cmocka_unit_test(every_event_has_its_hook),
		cmocka_unit_test(the_nearest_key_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
