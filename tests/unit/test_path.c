/* test_path.c: where things lie, and who can get at them (threat model U1). */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"

static char folder[64];

static int
make_folder(void **state)
{
	strcpy(folder, "/tmp/cam-path-XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static int
clear_environment(void **state)
{
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("XDG_DOWNLOAD_DIR");
	setenv("HOME", folder, 1);
	return 0;
}

static void
assert_in_folder(const char *path, const char *rest)
{
	size_t len = strlen(folder);

	assert_memory_equal(path, folder, len);
	assert_string_equal(path + len, rest);
}

static void
a_home_holds_everything(void **state)
{
	struct paths paths;

	assert_int_equal(paths_find("/srv/cam home/", &paths), 0);
	assert_string_equal(paths.settings, "/srv/cam home/cam.ini");
	assert_string_equal(paths.data, "/srv/cam home/data");
	assert_string_equal(paths.files, "/srv/cam home/files");
	assert_string_equal(paths.run, "/srv/cam home/run");
	assert_string_equal(paths.socket, "/srv/cam home/run/camd.sock");
	assert_string_equal(paths.log, "/srv/cam home/log/camd.log");
	paths_finish(&paths);
}

static void
a_relative_home_is_made_absolute(void **state)
{
	struct paths paths;

	assert_int_equal(chdir(folder), 0);
	assert_int_equal(paths_find("mine", &paths), 0);
	assert_in_folder(paths.settings, "/mine/cam.ini");
	paths_finish(&paths);
	assert_int_equal(chdir("/"), 0);
}

static void
without_a_home_the_xdg_folders_are_used(void **state)
{
	struct paths paths;

	setenv("XDG_CONFIG_HOME", "/c", 1);
	setenv("XDG_DATA_HOME", "/d", 1);
	setenv("XDG_RUNTIME_DIR", "/r", 1);
	setenv("XDG_DOWNLOAD_DIR", "/f", 1);
	assert_int_equal(paths_find(NULL, &paths), 0);
	assert_string_equal(paths.settings, "/c/cam/cam.ini");
	assert_string_equal(paths.data, "/d/cam");
	assert_string_equal(paths.files, "/f");
	assert_string_equal(paths.run, "/r/cam");
	assert_string_equal(paths.socket, "/r/cam/camd.sock");
	assert_null(paths.log);
	paths_finish(&paths);
}

static void
what_is_unset_empty_or_relative_has_its_default(void **state)
{
	struct paths paths;

	setenv("XDG_CONFIG_HOME", "relative", 1);
	setenv("XDG_DATA_HOME", "", 1);
	assert_int_equal(paths_find("", &paths), 0);
	assert_in_folder(paths.settings, "/.config/cam/cam.ini");
	assert_in_folder(paths.data, "/.local/share/cam");
	assert_in_folder(paths.files, "/Downloads");
	paths_finish(&paths);
}

static void
without_a_runtime_folder_the_system_s_or_the_data_s_is_used(void **state)
{
	struct paths paths;
	char system_folder[64];
	struct stat st;

	snprintf(
	    system_folder, sizeof system_folder, "/run/user/%u", geteuid());
	assert_int_equal(paths_find(NULL, &paths), 0);
	if (stat(system_folder, &st) == 0 && st.st_uid == geteuid()) {
		strcat(system_folder, "/cam");
		assert_string_equal(paths.run, system_folder);
	} else {
		assert_in_folder(paths.run, "/.local/share/cam/run");
	}
	paths_finish(&paths);
}

static void
without_any_home_there_is_no_place(void **state)
{
	struct paths paths;

	unsetenv("HOME");
	assert_int_equal(paths_find(NULL, &paths), CAM_ERR_UNKNOWN);
}

static void
write_user_dirs(const char *text)
{
	char *config = path_join(folder, ".config");
	char *path = path_join(config, "user-dirs.dirs");
	FILE *file = NULL;

	assert_true(mkdir(config, 0700) == 0 || errno == EEXIST);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
	free(config);
}

static void
the_desktop_s_download_folder_is_used(void **state)
{
	struct paths paths;

	write_user_dirs(
	    "# made by xdg-user-dirs\nXDG_DESKTOP_DIR=\"$HOME/Desktop\"\n"
	    "XDG_DOWNLOAD_DIR=\"$HOME/\xe3\x83\x80 \\\"x\\\"\"\n");
	assert_int_equal(paths_find(NULL, &paths), 0);
	assert_in_folder(paths.files, "/\xe3\x83\x80 \"x\"");
	paths_finish(&paths);
	write_user_dirs(
	    "XDG_DOWNLOAD_DIR=\"/a\"\n  XDG_DOWNLOAD_DIR=\"/srv/down\"\n");
	assert_int_equal(paths_find(NULL, &paths), 0);
	assert_string_equal(paths.files, "/srv/down");
	paths_finish(&paths);
	write_user_dirs(
	    "XDG_DOWNLOAD_DIR=\"relative\"\nXDG_DOWNLOAD_DIR=/bare\n");
	assert_int_equal(paths_find(NULL, &paths), 0);
	assert_in_folder(paths.files, "/Downloads");
	paths_finish(&paths);
}

static void
a_home_too_deep_for_a_socket_is_refused(void **state)
{
	struct paths paths;
	char home[200] = "/";

	/* 107 bytes fit, of which "/run/camd.sock" takes 14. */
	memset(home + 1, 'x', 92);
	assert_int_equal(paths_find(home, &paths), 0);
	assert_int_equal(strlen(paths.socket), 107);
	paths_finish(&paths);
	home[93] = 'x';
	assert_int_equal(paths_find(home, &paths), CAM_ERR_LIMIT);
}

static void
paths_are_joined_with_one_slash(void **state)
{
	static const char *const rows[][3] = { { "/a", "b", "/a/b" },
		{ "/a/", "b", "/a/b" }, { "/a//", "/b", "/a/b" },
		{ "/", "b", "/b" }, { "a", "b/c", "a/b/c" } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *path = path_join(rows[i][0], rows[i][1]);

		assert_string_equal(path, rows[i][2]);
		free(path);
	}
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
a_private_folder_is_made_with_all_above_it(void **state)
{
	char *path = path_join(folder, "x/y/z"),
	     *above = path_join(folder, "x");
	mode_t old = umask(0);

	assert_int_equal(path_make_private(path), 0);
	umask(old);
	assert_int_equal(mode_of(path), 0700);
	assert_int_equal(mode_of(above), 0700);
	assert_int_equal(path_make_private(path), 0);
	free(above);
	free(path);
}

static void
a_folder_others_can_read_is_closed_to_them(void **state)
{
	char *path = path_join(folder, "readable");

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(path_make_private(path), 0);
	assert_int_equal(mode_of(path), 0700);
	free(path);
}

static void
a_folder_others_can_write_is_refused(void **state)
{
	char *path = path_join(folder, "open"),
	     *below = path_join(path, "mine");

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 0770), 0);
	assert_int_equal(path_make_private(path), CAM_ERR_UNSAFE);
	assert_int_equal(path_make_private(below), CAM_ERR_UNSAFE);
	assert_int_equal(mode_of(path), 0770);
	assert_int_equal(access(below, F_OK), -1);
	/* As /tmp: everybody may make things, nobody may move those of others.
	 */
	assert_int_equal(chmod(path, 01777), 0);
	assert_int_equal(path_make_private(below), 0);
	free(below);
	free(path);
}

static void
a_link_in_the_last_place_is_refused_and_one_of_ours_above_followed(void **state)
{
	char *real = path_join(folder, "real"),
	     *link = path_join(folder, "link");
	char *below = path_join(link, "sub"), *there = path_join(real, "sub");

	assert_int_equal(mkdir(real, 0700), 0);
	assert_int_equal(symlink("real", link), 0);
	assert_int_equal(path_make_private(link), CAM_ERR_UNSAFE);
	assert_int_equal(path_make_private(below), 0);
	assert_int_equal(mode_of(there), 0700);
	/* Where the link leads is checked as well. */
	assert_int_equal(chmod(real, 0777), 0);
	assert_int_equal(path_make_private(below), CAM_ERR_UNSAFE);
	free(there);
	free(below);
	free(link);
	free(real);
}

static void
a_link_that_leads_to_itself_ends(void **state)
{
	char *link = path_join(folder, "round"),
	     *below = path_join(link, "sub");

	assert_int_equal(symlink("round", link), 0);
	assert_int_equal(path_make_private(below), CAM_ERR_LIMIT);
	free(below);
	free(link);
}

static void
a_file_in_the_way_is_an_error(void **state)
{
	char *path = path_join(folder, "file"), *below = path_join(path, "sub");

	fclose(fopen(path, "w"));
	assert_int_equal(path_make_private(path), CAM_ERR_SYSTEM);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(path_make_private(below), CAM_ERR_SYSTEM);
	free(below);
	free(path);
}

static void
what_belongs_to_another_user_is_refused(void **state)
{
	char *path = path_join(folder, "theirs"),
	     *below = path_join(path, "sub");

	assert_int_equal(mkdir(path, 0700), 0);
	/* Only root, with more than one user to give it to, can make such a
	 * folder. */
	if (chown(path, 1234, 1234) != 0) {
		free(below);
		free(path);
		skip();
	}
	assert_int_equal(path_make_private(path), CAM_ERR_UNSAFE);
	assert_int_equal(path_make_private(below), CAM_ERR_UNSAFE);
	free(below);
	free(path);
}

static void
only_absolute_paths_are_made(void **state)
{
	assert_int_equal(path_make_private("relative"), CAM_ERR_FORMAT);
	assert_int_equal(path_make_private(""), CAM_ERR_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    a_home_holds_everything, clear_environment),
		cmocka_unit_test_setup(
		    a_relative_home_is_made_absolute, clear_environment),
		cmocka_unit_test_setup(
		    without_a_home_the_xdg_folders_are_used, clear_environment),
		cmocka_unit_test_setup(
		    what_is_unset_empty_or_relative_has_its_default,
		    clear_environment),
		cmocka_unit_test_setup(
		    without_a_runtime_folder_the_system_s_or_the_data_s_is_used,
		    clear_environment),
		cmocka_unit_test_setup(
		    without_any_home_there_is_no_place, clear_environment),
		cmocka_unit_test_setup(
		    the_desktop_s_download_folder_is_used, clear_environment),
		cmocka_unit_test_setup(
		    a_home_too_deep_for_a_socket_is_refused, clear_environment),
		cmocka_unit_test(paths_are_joined_with_one_slash),
		cmocka_unit_test(a_private_folder_is_made_with_all_above_it),
		cmocka_unit_test(a_folder_others_can_read_is_closed_to_them),
		cmocka_unit_test(a_folder_others_can_write_is_refused),
		cmocka_unit_test(
		    a_link_in_the_last_place_is_refused_and_one_of_ours_above_followed),
		cmocka_unit_test(a_link_that_leads_to_itself_ends),
		cmocka_unit_test(a_file_in_the_way_is_an_error),
		cmocka_unit_test(what_belongs_to_another_user_is_refused),
		cmocka_unit_test(only_absolute_paths_are_made),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
