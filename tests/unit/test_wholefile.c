/* test_wholefile.c: small files are whole, durable and ours, whatever fails. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/wholefile.h"

/* -- system calls that fail ------------------------------------------------ */

/* The call that fails next, after so many that do not; NULL: none. */
static struct {
	const char *call;
	int after;
	int error;
} fault;

static void
let_fail(const char *call, int after, int error)
{
	fault.call = call;
	fault.after = after;
	fault.error = error;
}

static bool
fails(const char *call)
{
	if (fault.call == NULL || strcmp(fault.call, call) != 0 ||
	    fault.after-- > 0)
		return false;
	fault.call = NULL;
	errno = fault.error;
	return true;
}

/* In the place of those of the library. */
int
fsync(int fd)
{
	return fails("fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int
fchmod(int fd, mode_t mode)
{
	return fails("fchmod") ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int
fstat(int fd, struct stat *st)
{
	return fails("fstat") ? -1 : fstatat(fd, "", st, AT_EMPTY_PATH);
}

int
rename(const char *from, const char *to)
{
	return fails("rename") ? -1
			       : (int)syscall(SYS_renameat2, AT_FDCWD, from,
				     AT_FDCWD, to, 0);
}

int
link(const char *from, const char *to)
{
	return fails("link")
		   ? -1
		   : (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

ssize_t
read(int fd, void *data, size_t len)
{
	return fails("read") ? -1 : syscall(SYS_read, fd, data, len);
}

/* Never more than a few bytes at once. */
ssize_t
write(int fd, const void *data, size_t len)
{
	return fails("write") ? -1
			      : syscall(SYS_write, fd, data, len < 3 ? len : 3);
}

/* -- files -------------------------------------------------------------------
 */

static const struct span text = { (const uint8_t *)"some text", 9 };
static char folder[64], *path;

static int
make_folder(void **state)
{
	snprintf(folder, sizeof folder, "/tmp/cam-whole-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return 1;
	path = xasprintf("%s/file", folder);
	fault.call = NULL;
	return 0;
}

/* Nothing but the file may be left in it. */
static int
remove_folder(void **state)
{
	(void)unlink(path);
	free(path);
	return rmdir(folder);
}

static int
read_with(size_t max, struct buf *buf)
{
	buf_init(buf, max);
	return wholefile_read_private(path, buf);
}

static int
read_private(void)
{
	struct buf buf;
	int r = read_with(100, &buf);

	buf_finish(&buf);
	return r;
}

static void
assert_holds(struct span expected)
{
	struct buf buf;

	assert_int_equal(read_with(100, &buf), 0);
	assert_true(span_equal(buf_span(&buf), expected));
	buf_finish(&buf);
}

static mode_t
mode_of_file(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
what_is_written_is_read(void **state)
{
	assert_int_equal(wholefile_write(path, text, 0600, false), 0);
	assert_holds(text);
	assert_int_equal(mode_of_file(), 0600);
	assert_int_equal(
	    wholefile_write(path, span_of(NULL, 0), 0600, true), 0);
	assert_holds(span_of(NULL, 0));
}

static void
a_file_has_the_mode_asked_for_whatever_the_umask(void **state)
{
	mode_t before = umask(077);

	assert_int_equal(wholefile_write(path, text, 0644, true), 0);
	umask(before);
	assert_int_equal(mode_of_file(), 0644);
	assert_int_equal(read_private(), CAM_ERR_UNSAFE);
}

static void
a_file_that_is_there_is_replaced_only_where_asked(void **state)
{
	assert_int_equal(wholefile_write(path, text, 0600, false), 0);
	assert_int_equal(wholefile_write(path, span_text("other"), 0600, false),
	    CAM_ERR_EXISTS);
	assert_holds(text);
	assert_int_equal(
	    wholefile_write(path, span_text("other"), 0600, true), 0);
	assert_holds(span_text("other"));
}

static void
a_name_without_a_folder_lies_in_the_working_one(void **state)
{
	int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(before >= 0);
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(wholefile_write("file", text, 0600, true), 0);
	assert_int_equal(fchdir(before), 0);
	close(before);
	assert_holds(text);
}

/* -- reading ------------------------------------------------------------------
 */

static void
only_a_plain_file_of_ours_is_read(void **state)
{
	char *other = xasprintf("%s/other", folder);

	assert_int_equal(read_private(), CAM_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(wholefile_write(path, text, 0600, true), 0);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(read_private(), CAM_ERR_UNSAFE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(read_private(), CAM_ERR_UNSAFE);
	assert_int_equal(rmdir(path), 0);
	/* Nobody writes to it, and it does not wait for one who might. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(read_private(), CAM_ERR_UNSAFE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rename(other, path), 0);
	assert_int_equal(read_private(), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 1, (gid_t)-1), 0);
		assert_int_equal(read_private(), CAM_ERR_UNSAFE);
	}
	free(other);
}

static void
a_file_is_read_up_to_a_limit(void **state)
{
	struct buf buf;

	assert_int_equal(wholefile_write(path, text, 0600, true), 0);
	assert_int_equal(read_with(text.len, &buf), 0);
	buf_finish(&buf);
	assert_int_equal(read_with(text.len - 1, &buf), CAM_ERR_LIMIT);
	buf_finish(&buf);
}

static void
a_file_that_cannot_be_read_is_an_error(void **state)
{
	assert_int_equal(wholefile_write(path, text, 0600, true), 0);
	let_fail("read", 0, EIO);
	assert_int_equal(read_private(), CAM_ERR_SYSTEM);
	let_fail("fstat", 0, EIO);
	assert_int_equal(read_private(), CAM_ERR_UNSAFE);
	assert_holds(text);
}

/* -- writing ------------------------------------------------------------------
 */

static void
what_fails_leaves_the_file_as_it_was(void **state)
{
	static const struct {
		const char *call;
		int after, error;
	} faults[] = { { "write", 0, ENOSPC }, { "write", 2, ENOSPC },
		{ "fchmod", 0, EPERM }, { "fsync", 0, EIO },
		{ "rename", 0, EACCES } };

	assert_int_equal(wholefile_write(path, text, 0600, false), 0);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		let_fail(faults[i].call, faults[i].after, faults[i].error);
		assert_int_equal(
		    wholefile_write(path, span_text("another"), 0600, true),
		    CAM_ERR_SYSTEM);
		assert_int_equal(errno, faults[i].error);
		assert_null(fault.call);
		assert_holds(text);
	}
}

static void
a_new_file_that_fails_is_not_there(void **state)
{
	let_fail("link", 0, EMLINK);
	assert_int_equal(
	    wholefile_write(path, text, 0600, false), CAM_ERR_SYSTEM);
	assert_int_equal(errno, EMLINK);
	assert_int_equal(read_private(), CAM_ERR_SYSTEM);
}

static void
a_signal_only_delays_it(void **state)
{
	let_fail("write", 1, EINTR);
	assert_int_equal(wholefile_write(path, text, 0600, false), 0);
	assert_null(fault.call);
	assert_holds(text);
}

/* The file is whole, but a power cut might take it back. */
static void
a_name_that_is_not_on_disk_is_an_error(void **state)
{
	let_fail("fsync", 1, EIO);
	assert_int_equal(
	    wholefile_write(path, text, 0600, true), CAM_ERR_SYSTEM);
	assert_holds(text);
	let_fail("fsync", 0, EIO);
	assert_int_equal(wholefile_remove(path), CAM_ERR_SYSTEM);
}

static void
without_its_folder_nothing_is_written(void **state)
{
	char *nowhere = xasprintf("%s/none/file", folder);

	assert_int_equal(
	    wholefile_write(nowhere, text, 0600, true), CAM_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	free(nowhere);
}

static void
a_removed_file_is_gone_once(void **state)
{
	assert_int_equal(wholefile_write(path, text, 0600, true), 0);
	assert_int_equal(wholefile_remove(path), 0);
	assert_int_equal(read_private(), CAM_ERR_SYSTEM);
	assert_int_equal(wholefile_remove(path), CAM_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
}

#define TEST_IN_FOLDER(test)                                                   \
	cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_FOLDER(what_is_written_is_read),
		TEST_IN_FOLDER(
		    a_file_has_the_mode_asked_for_whatever_the_umask),
		TEST_IN_FOLDER(
		    a_file_that_is_there_is_replaced_only_where_asked),
		TEST_IN_FOLDER(a_name_without_a_folder_lies_in_the_working_one),
		TEST_IN_FOLDER(only_a_plain_file_of_ours_is_read),
		TEST_IN_FOLDER(a_file_is_read_up_to_a_limit),
		TEST_IN_FOLDER(a_file_that_cannot_be_read_is_an_error),
		TEST_IN_FOLDER(what_fails_leaves_the_file_as_it_was),
		TEST_IN_FOLDER(a_new_file_that_fails_is_not_there),
		TEST_IN_FOLDER(a_signal_only_delays_it),
		TEST_IN_FOLDER(a_name_that_is_not_on_disk_is_an_error),
		TEST_IN_FOLDER(without_its_folder_nothing_is_written),
		TEST_IN_FOLDER(a_removed_file_is_gone_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
