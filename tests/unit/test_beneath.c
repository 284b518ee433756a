/* test_beneath.c: nothing is opened or made outside of a folder. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "base/err.h"
#include "base/random.h"
#include "folders.h"

#define SECRET "what nobody offered"

/* path/inside is the folder; path/outside holds what must stay untouched. */
struct place {
	struct folders folders;
	int inside;
	int outside;
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (folders_make(&place->folders) != 0)
		return -1;
	place->inside = folder_in(place->folders.fd, "inside");
	place->outside = folder_in(place->folders.fd, "outside");
	file_write_text(place->outside, "secret", SECRET);
	assert_int_equal(
	    symlinkat("../outside/secret", place->inside, "link"), 0);
	assert_int_equal(symlinkat("../outside", place->inside, "away"), 0);
	assert_int_equal(
	    symlinkat("made-by-link", place->inside, "dangling"), 0);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;

	close(place->inside);
	close(place->outside);
	folders_remove(&place->folders);
	free(place);
	return 0;
}

typedef int opener(int folder, const char *path, int flags, int *fd);

static void
open_and_expect(struct place *place, const char *path, int wanted)
{
	opener *const ways[] = { beneath_open, beneath_open_stepwise };

	for (size_t i = 0; i < 2; i++) {
		int fd = -1;
		int rc = ways[i](place->inside, path, O_RDONLY, &fd);

		if (rc != wanted)
			print_error("%s by way %zu: %d\n", path, i, rc);
		assert_int_equal(rc, wanted);
		if (rc == 0)
			close(fd);
	}
}

static void
what_lies_beneath_opens_and_nothing_else(void **state)
{
	struct place *place = *state;
	int folder = folder_in(place->inside, "a");
	int deep = folder_in(folder, "b");

	file_write_text(deep, "c", "text");
	assert_int_equal(symlinkat("../../outside", folder, "up"), 0);
	open_and_expect(place, "a", 0);
	open_and_expect(place, "a/b/c", 0);
	open_and_expect(place, "link", CAM_ERR_UNSAFE);
	open_and_expect(place, "dangling", CAM_ERR_UNSAFE);
	open_and_expect(place, "away/secret", CAM_ERR_UNSAFE);
	open_and_expect(place, "a/up/secret", CAM_ERR_UNSAFE);
	open_and_expect(place, "../outside/secret", CAM_ERR_FORMAT);
	open_and_expect(place, "a/../a", CAM_ERR_FORMAT);
	open_and_expect(place, "a/../../outside/secret", CAM_ERR_FORMAT);
	open_and_expect(place, "/etc/passwd", CAM_ERR_FORMAT);
	open_and_expect(place, "", CAM_ERR_FORMAT);
	open_and_expect(place, ".", CAM_ERR_FORMAT);
	open_and_expect(place, "a//b", CAM_ERR_FORMAT);
	open_and_expect(place, "a/", CAM_ERR_FORMAT);
	open_and_expect(place, "none", CAM_ERR_SYSTEM);
	open_and_expect(place, "a/b/c/d", CAM_ERR_SYSTEM);
	close(deep);
	close(folder);
}

static void
a_symlink_is_no_folder(void **state)
{
	struct place *place = *state;
	int fd = -1;

	assert_int_equal(
	    beneath_open_folder(place->inside, "away", &fd), CAM_ERR_UNSAFE);
	assert_int_equal(beneath_open_stepwise(place->inside, "away",
			     O_RDONLY | O_DIRECTORY, &fd),
	    CAM_ERR_UNSAFE);
	assert_int_equal(beneath_make_folder(place->inside, "away", NULL, &fd),
	    CAM_ERR_EXISTS);
}

static void
a_taken_name_is_left_alone_and_another_found(void **state)
{
	struct place *place = *state;
	char made[BENEATH_NAME_SIZE];
	int fd = -1;

	file_write_text(place->inside, "report.txt", "old");
	assert_int_equal(
	    beneath_make_file(place->inside, "report.txt", NULL, &fd),
	    CAM_ERR_EXISTS);
	assert_int_equal(
	    beneath_make_file(place->inside, "report.txt", made, &fd), 0);
	assert_string_equal(made, "report (2).txt");
	close(fd);
	assert_int_equal(
	    beneath_make_file(place->inside, "report.txt", made, &fd), 0);
	assert_string_equal(made, "report (3).txt");
	close(fd);
	assert_true(file_is_text(place->inside, "report.txt", "old"));
	/* Symlinks are taken names too, wherever they lead. */
	assert_int_equal(
	    beneath_make_file(place->inside, "dangling", made, &fd), 0);
	assert_string_equal(made, "dangling (2)");
	close(fd);
	assert_int_equal(
	    beneath_make_folder(place->inside, "link", made, &fd), 0);
	assert_string_equal(made, "link (2)");
	close(fd);
	assert_int_equal(faccessat(place->inside, "made-by-link", F_OK, 0), -1);
}

static void
other_names_keep_extension_and_length(void **state)
{
	char name[BENEATH_NAME_SIZE], other[BENEATH_NAME_SIZE];

	beneath_other_name("a.tar", false, 2, other);
	assert_string_equal(other, "a (2).tar");
	beneath_other_name(".profile", false, 3, other);
	assert_string_equal(other, ".profile (3)");
	beneath_other_name("v1.0", true, 2, other);
	assert_string_equal(other, "v1.0 (2)");
	/* 85 times three bytes: the cut falls between characters. */
	name[0] = '\0';
	for (int i = 0; i < 85; i++)
		memcpy(name + 3 * i, "\xe8\xa1\xa8", 4);
	beneath_other_name(name, false, 99, other);
	assert_int_equal(strlen(other), 83 * 3 + 5);
	assert_string_equal(other + 83 * 3, " (99)");
	memset(name, 'x', 255);
	name[255] = '\0';
	memcpy(name + 251, ".txt", 4);
	beneath_other_name(name, false, 2, other);
	assert_int_equal(strlen(other), 255);
	assert_string_equal(other + 247, " (2).txt");
}

static void
new_things_are_private(void **state)
{
	struct place *place = *state;
	mode_t mask = umask(0);
	struct stat st;
	int fd = -1;

	assert_int_equal(beneath_make_file(place->inside, "f", NULL, &fd), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	close(fd);
	assert_int_equal(beneath_make_folder(place->inside, "d", NULL, &fd), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	close(fd);
	umask(mask);
}

static void
settling_replaces_nothing(void **state)
{
	struct place *place = *state;
	char made[BENEATH_NAME_SIZE];
	int fd;

	file_write_text(place->inside, "a.txt", "old");
	file_write_text(place->inside, ".t", "new");
	assert_int_equal(
	    beneath_rename(place->inside, ".t", "a.txt"), CAM_ERR_EXISTS);
	assert_int_equal(
	    beneath_settle(place->inside, ".t", false, "a.txt", made), 0);
	assert_string_equal(made, "a (2).txt");
	assert_true(file_is_text(place->inside, "a.txt", "old"));
	assert_true(file_is_text(place->inside, "a (2).txt", "new"));
	/* An empty folder is a taken name as well: rename() would replace it.
	 */
	close(folder_in(place->inside, "tree"));
	fd = folder_in(place->inside, ".d");
	file_write_text(fd, "x", "x");
	close(fd);
	assert_int_equal(
	    beneath_settle(place->inside, ".d", true, "tree", made), 0);
	assert_string_equal(made, "tree (2)");
	assert_int_equal(
	    beneath_settle(place->inside, "none", false, "b", made),
	    CAM_ERR_SYSTEM);
	assert_int_equal(
	    beneath_settle(place->inside, "tree", true, "../x", made),
	    CAM_ERR_FORMAT);
}

static void
a_tree_is_removed_and_what_its_links_name_is_not(void **state)
{
	struct place *place = *state;
	int tree = folder_in(place->inside, "tree");
	int deep = folder_in(tree, "deep");

	for (int i = 0; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", i);
		file_write_text(deep, name, name);
	}
	assert_int_equal(symlinkat("../../../outside", deep, "out"), 0);
	close(deep);
	close(tree);
	assert_int_equal(beneath_remove_tree(place->inside, "tree"), 0);
	assert_int_equal(faccessat(place->inside, "tree", F_OK, 0), -1);
	assert_int_equal(beneath_remove_tree(place->inside, "away"), 0);
	assert_true(file_is_text(place->outside, "secret", SECRET));
	assert_int_equal(beneath_remove_tree(place->inside, "none"), 0);
	assert_int_equal(
	    beneath_remove_tree(place->inside, "../outside"), CAM_ERR_FORMAT);
	assert_int_equal(
	    beneath_remove_tree(place->inside, ".."), CAM_ERR_FORMAT);
}

static void
listing_tells_kinds_and_leaves_out_the_dots(void **state)
{
	struct place *place = *state;
	struct beneath_list *list = NULL;
	enum beneath_kind kind;
	const char *name;
	unsigned seen = 0;

	file_write_text(place->inside, "file", "");
	close(folder_in(place->inside, "folder"));
	assert_int_equal(mkfifoat(place->inside, "fifo", 0600), 0);
	assert_int_equal(beneath_list_new(place->inside, &list), 0);
	while (beneath_list_next(list, &name, &kind)) {
		seen++;
		if (kind == BENEATH_OTHER)
			continue;
		if (strcmp(name, "file") == 0)
			assert_int_equal(kind, BENEATH_FILE);
		else if (strcmp(name, "folder") == 0)
			assert_int_equal(kind, BENEATH_FOLDER);
		else if (strcmp(name, "fifo") == 0)
			assert_int_equal(kind, BENEATH_SPECIAL);
		else
			assert_int_equal(kind, BENEATH_SYMLINK);
	}
	beneath_list_free(list);
	assert_int_equal(seen, 6);
}

/* Names made of what has broken others. */
static void
hostile_name(char name[512])
{
	static const char *const parts[] = { "..", "/", "../", "/etc/passwd",
		".", "away", "away/", "link", "dangling", "\\", "..\\", "~",
		"-rf", "\n", "\x1b[2J", "\xe2\x80\xae", "\xff\xfe", "\xc0\xae",
		"%2e%2e/", "C:", "nul", " ", "a", "./", "//", "x/y",
		"proc/self/root/etc", "\xe8\xa1\xa8", ":", "*" };
	uint32_t count = 1 + random_below(6);

	name[0] = '\0';
	if (random_below(50) == 0) {
		size_t len = 250 + random_below(100);

		memset(name, 'n', len);
		name[len] = '\0';
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const char *part =
		    parts[random_below(sizeof(parts) / sizeof(parts[0]))];

		memcpy(name + strlen(name), part, strlen(part) + 1);
	}
}

/* F1: 10,000 hostile names, none made outside, none over what exists. */
static void
hostile_names_stay_inside(void **state)
{
	struct place *place = *state;
	unsigned before = folder_count(place->folders.fd);
	char name[512], made[BENEATH_NAME_SIZE];

	for (int i = 0; i < 10000; i++) {
		unsigned count = folder_count(place->inside);
		bool folder = random_below(4) == 0;
		int fd = -1, rc;

		hostile_name(name);
		rc = folder
			 ? beneath_make_folder(place->inside, name, made, &fd)
			 : beneath_make_file(place->inside, name, made, &fd);
		if (rc == 0) {
			assert_null(strchr(made, '/'));
			assert_int_equal(
			    folder_count(place->inside), count + 1);
			if (!folder)
				assert_int_equal(write(fd, "x", 1), 1);
			close(fd);
			if (random_below(20) != 0)
				assert_int_equal(
				    beneath_remove(place->inside, made), 0);
		} else {
			assert_int_equal(folder_count(place->inside), count);
		}
	}
	assert_int_equal(folder_count(place->folders.fd), before);
	assert_int_equal(folder_count(place->outside), 1);
	assert_true(file_is_text(place->outside, "secret", SECRET));
}

/* -- somebody who swaps things ----------------------------------------------
 */

struct swapper {
	int folder;
	atomic_bool stop;
	atomic_uint swaps;
};

static void *
swap(void *arg)
{
	struct swapper *swapper = arg;

	while (!atomic_load(&swapper->stop)) {
		syscall(SYS_renameat2, swapper->folder, "d", swapper->folder,
		    "e", 2 /* RENAME_EXCHANGE */);
		atomic_fetch_add(&swapper->swaps, 1);
	}
	return NULL;
}

/* "d" is in turn a folder of ours and a symlink to the one outside. */
static void
a_swapped_symlink_leads_nowhere(void **state)
{
	struct place *place = *state;
	struct swapper swapper = { .folder = place->inside };
	opener *const ways[] = { beneath_open, beneath_open_stepwise };
	unsigned opened = 0, refused = 0;
	pthread_t thread;
	int folder = folder_in(place->inside, "d");

	file_write_text(folder, "secret", "public");
	close(folder);
	assert_int_equal(symlinkat("../outside", place->inside, "e"), 0);
	assert_int_equal(pthread_create(&thread, NULL, swap, &swapper), 0);
	for (int i = 0; i < 10000 || opened == 0 || refused == 0; i++) {
		char text[sizeof(SECRET)] = "", name[32];
		int fd = -1, file = -1, rc;

		rc = ways[i % 2](place->inside, "d/secret", O_RDONLY, &fd);
		if (rc == 0) {
			assert_int_equal(read(fd, text, sizeof(text) - 1), 6);
			assert_string_equal(text, "public");
			close(fd);
			opened++;
		} else {
			refused++;
		}
		/* The same when writing. */
		if (beneath_open_folder(place->inside, "d", &fd) < 0)
			continue;
		snprintf(name, sizeof(name), "w%d", i % 100);
		if (beneath_make_file(fd, name, NULL, &file) == 0)
			close(file);
		close(fd);
	}
	atomic_store(&swapper.stop, true);
	pthread_join(thread, NULL);
	assert_true(atomic_load(&swapper.swaps) > 0);
	assert_int_equal(folder_count(place->outside), 1);
	assert_true(file_is_text(place->outside, "secret", SECRET));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(what_lies_beneath_opens_and_nothing_else),
		TEST(a_symlink_is_no_folder),
		TEST(a_taken_name_is_left_alone_and_another_found),
		TEST(other_names_keep_extension_and_length),
		TEST(new_things_are_private),
		TEST(settling_replaces_nothing),
		TEST(a_tree_is_removed_and_what_its_links_name_is_not),
		TEST(listing_tells_kinds_and_leaves_out_the_dots),
		TEST(hostile_names_stay_inside),
		TEST(a_swapped_symlink_leads_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
