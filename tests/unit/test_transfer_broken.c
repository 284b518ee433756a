/* test_transfer_broken.c: transfers that end in the middle: nothing half under
 * a final name, and another try completes them. */
#include "broken.h"

/* -- resumed ------------------------------------------------------------------
 */

static void
copy_beginning(struct ends *ends, const char *name, uint64_t size)
{
	uint8_t *bytes = malloc((size_t)size + 1);
	int fd = openat(ends->from, name, O_RDONLY);

	assert_int_equal(pread(fd, bytes, (size_t)size, 0), size);
	close(fd);
	file_write(ends->to, ".0123abcd.part", bytes, (size_t)size);
	free(bytes);
}

static void
a_file_goes_on_at_a_chunk(void **state)
{
	struct ends *ends = *state;
	const uint64_t there[] = { 0, 1, CHUNK_SIZE - 1, CHUNK_SIZE,
		CHUNK_SIZE + 1, 5 * CHUNK_SIZE + 77, 10 * CHUNK_SIZE };
	const uint64_t sizes[] = { 10 * CHUNK_SIZE, 10 * CHUNK_SIZE + 5 };

	for (size_t s = 0; s < 2; s++) {
		fill_file(ends->from, "x", sizes[s], 1);
		for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
			copy_beginning(ends, "x", there[i]);
			ends_prepare(ends, TRANSFER_SEALED, "x");
			/* Once with the digest of the envelope. */
			if (i % 2 == 1) {
				file_digest(ends->from, "x", ends->send.digest);
				ends->send.has_digest = true;
			}
			ends_succeed(ends);
			assert_int_equal(ends->receive.outcome.resumed,
			    there[i] >= CHUNK_SIZE);
			/* What has come in pieces always has one. */
			assert_int_equal(ends->receive.outcome.has_digest,
			    i % 2 == 1 || there[i] >= CHUNK_SIZE);
			assert_int_equal(
			    atomic_load(&ends->receive.bytes), sizes[s]);
			assert_arrived(ends, "x");
		}
	}
}

static void
data_goes_on_where_asked(void **state)
{
	struct ends *ends = *state;

	fill_file(ends->from, "x", 500000, 1);
	for (int ciphered = 0; ciphered < 2; ciphered++) {
		copy_beginning(ends, "x", 200001);
		ends_prepare(ends, TRANSFER_DATA, "x");
		if (ciphered)
			ends_cipher(ends);
		ends->send.offset = ends->receive.offset = 200001;
		ends_succeed(ends);
		assert_true(ends->receive.outcome.resumed);
		assert_arrived(ends, "x");
	}
	/* Not further than there is. */
	copy_beginning(ends, "x", 10);
	ends_prepare(ends, TRANSFER_DATA, "x");
	ends->send.offset = ends->receive.offset = 11;
	ends_run(ends);
	assert_int_equal(ends->receive.outcome.err, CAM_ERR_REFUSED);
}

static void
a_changed_partial_file_is_found_out(void **state)
{
	struct ends *ends = *state;
	int fd;

	fill_file(ends->from, "x", 500000, 1);
	copy_beginning(ends, "x", 200000);
	fd = openat(ends->to, ".0123abcd.part", O_WRONLY);
	assert_int_equal(pwrite(fd, "!", 1, 1000), 1);
	close(fd);
	ends_prepare(ends, TRANSFER_SEALED, "x");
	ends_run(ends);
	assert_int_equal(ends->receive.outcome.err, CAM_ERR_CRYPTO);
	assert_int_not_equal(ends->send.outcome.err, 0);
	assert_int_equal(folder_count(ends->to), 0);
	complete(ends, "x");
}

static void
another_file_than_the_envelope_says_is_refused(void **state)
{
	struct ends *ends = *state;

	fill_file(ends->from, "x", 100000, 1);
	ends_prepare(ends, TRANSFER_SEALED, "x");
	ends->receive.has_digest = true;
	ends_run(ends);
	assert_int_equal(ends->receive.outcome.err, CAM_ERR_CRYPTO);
	assert_int_equal(folder_count(ends->to), 0);
	/* A sender that has another file than it said. */
	ends_prepare(ends, TRANSFER_SEALED, "x");
	ends->send.has_digest = true;
	ends_run(ends);
	assert_int_equal(ends->receive.outcome.err, CAM_ERR_CRYPTO);
	assert_int_equal(folder_count(ends->to), 0);
}

/* Ends a transfer of the tree when that much has come; where the word came too
 * late, again. */
static void
break_tree(struct ends *ends, uint64_t when)
{
	for (;;) {
		ends_prepare(ends, TRANSFER_SEALED, "tree");
		run_cancelled(ends, false, when);
		if (ends->receive.outcome.err != 0)
			return;
		assert_arrived(ends, "tree");
	}
}

static void
a_folder_goes_on_behind_what_is_complete(void **state)
{
	struct ends *ends = *state;
	int tree = folder_in(ends->from, "tree");

	for (int i = 0; i < 40; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", i);
		fill_file(tree, name, 500000, (uint32_t)i);
	}
	close(tree);
	break_tree(ends, 10000000);
	ends_prepare(ends, TRANSFER_SEALED, "tree");
	ends_succeed(ends);
	assert_true(ends->receive.outcome.resumed);
	assert_true(ends->send.outcome.resumed);
	assert_int_equal(
	    atomic_load(&ends->receive.bytes), (uint64_t)40 * 500000);
	assert_int_equal(atomic_load(&ends->receive.entries), 40);
	assert_arrived(ends, "tree");
	/* What has changed since is sent anew, all of it. */
	break_tree(ends, 10000000);
	tree = folder_in(ends->from, "tree");
	for (int i = 0; i < 40; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", i);
		fill_file(tree, name, 1000, (uint32_t)i);
	}
	close(tree);
	ends_prepare(ends, TRANSFER_SEALED, "tree");
	ends_succeed(ends);
	assert_false(ends->receive.outcome.resumed);
	assert_arrived(ends, "tree");
}

enum { PART_SIZE = 5000000, WHOLE_SIZE = 20000000 };

/* How much of the first file of the tree is there. */
static uint64_t
part_size(const struct ends *ends)
{
	struct stat st;

	assert_int_equal(fstatat(ends->to, ".0123abcd.part/a", &st, 0), 0);
	return (uint64_t)st.st_size;
}

/* One byte is another, and nothing else tells so. */
static void
change_quietly(int folder, const char *name)
{
	struct stat st;
	struct timespec times[2];
	uint8_t byte = 0;
	int fd = openat(folder, name, O_RDWR);

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(pread(fd, &byte, 1, 10), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, 10), 1);
	times[0] = times[1] = st.st_mtim;
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

/* Ends a transfer of the tree in the middle of that file, however late the word
 * comes. */
static void
break_within(struct ends *ends)
{
	for (;;) {
		break_tree(ends, PART_SIZE);
		if (part_size(ends) >= CHUNK_SIZE &&
		    part_size(ends) < WHOLE_SIZE)
			return;
		complete(ends, "tree");
	}
}

static void
a_folder_goes_on_within_a_file(void **state)
{
	struct ends *ends = *state;
	int tree = folder_in(ends->from, "tree");

	fill_file(tree, "a", WHOLE_SIZE, 1);
	break_within(ends);
	ends_prepare(ends, TRANSFER_SEALED, "tree");
	ends_succeed(ends);
	assert_true(ends->receive.outcome.resumed);
	assert_int_equal(atomic_load(&ends->receive.bytes), WHOLE_SIZE);
	assert_int_equal(atomic_load(&ends->send.bytes), WHOLE_SIZE);
	assert_arrived(ends, "tree");
	/* What is there does not belong to what comes: that is found out, and
	 * the file begins anew. */
	break_within(ends);
	change_quietly(tree, "a");
	ends_prepare(ends, TRANSFER_SEALED, "tree");
	ends_run(ends);
	assert_int_equal(ends->receive.outcome.err, CAM_ERR_CRYPTO);
	assert_string_equal(ends->receive.outcome.made, "");
	ends_prepare(ends, TRANSFER_SEALED, "tree");
	ends_succeed(ends);
	assert_true(ends->receive.outcome.resumed);
	assert_arrived(ends, "tree");
	/* Another file by what its record says is not gone on with. */
	break_within(ends);
	fill_file(tree, "a", WHOLE_SIZE, 2);
	ends_prepare(ends, TRANSFER_SEALED, "tree");
	ends_succeed(ends);
	assert_arrived(ends, "tree");
	close(tree);
}

static void
a_changed_partial_folder_is_begun_again(void **state)
{
	struct ends *ends = *state;
	int part;

	make_tree(ends);
	for (int i = 0; i < 3; i++) {
		break_tree(ends, BIG);
		part =
		    openat(ends->to, ".0123abcd.part", O_RDONLY | O_DIRECTORY);
		if (part < 0)
			continue;
		if (i == 0)
			file_write_text(part, "stray", "stray");
		else if (i == 1)
			fill_file(ends->to, ".0123abcd.list", 1000, 3);
		else
			assert_int_equal(
			    beneath_remove(ends->to, ".0123abcd.list"), 0);
		close(part);
		complete(ends, "tree");
	}
}

/* -- no room ------------------------------------------------------------------
 */

static void
limit_files(rlim_t size)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
a_file_that_may_not_grow_is_no_loss(void **state)
{
	struct ends *ends = *state;
	const enum transfer_form forms[] = { TRANSFER_DATA, TRANSFER_SEALED,
		TRANSFER_STREAM };

	fill_file(ends->from, "x", 900000, 1);
	for (int i = 0; i < 3; i++) {
		ends_prepare(ends, forms[i], "x");
		limit_files(300000);
		ends_run(ends);
		limit_files(RLIM_INFINITY);
		assert_int_equal(ends->receive.outcome.err, CAM_ERR_FULL);
		assert_int_equal(ends->receive.outcome.error, EFBIG);
		assert_nothing_final(ends);
		assert_int_not_equal(ends->send.outcome.err, 0);
		ends_prepare(ends, forms[i], "x");
		ends_succeed(ends);
		assert_int_equal(
		    ends->receive.outcome.resumed, forms[i] == TRANSFER_SEALED);
		assert_arrived(ends, "x");
	}
}

static bool
say_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool said =
	    fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return said;
}

/* May mount what nobody else sees. */
static bool
own_mounts(void)
{
	char map[64];
	uid_t uid = geteuid();

	if (uid == 0)
		return unshare(CLONE_NEWNS) == 0 &&
		       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
	       say_to("/proc/self/uid_map", map);
}

/* In a child with a disk of its own: 0 well, 77 where that cannot be. */
static int
fill_disk(struct ends *ends, const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/to", ends->folders.path);
	if (!own_mounts() || mount("disk", path, "tmpfs", 0, "size=1m") != 0)
		return 77;
	close(ends->to);
	/* By its path: descriptors of before do not see what is mounted. */
	ends->to = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ends_prepare(ends, TRANSFER_SEALED, name);
	/* What the disk says, not what it is asked before. */
	ends_run(ends);
	if (ends->receive.outcome.err != CAM_ERR_FULL ||
	    ends->receive.outcome.error != ENOSPC)
		return 1;
	if (count_parts(ends->to) != folder_count(ends->to))
		return 2;
	if (mount("disk", path, "tmpfs", MS_REMOUNT, "size=100m") != 0)
		return 3;
	ends_prepare(ends, TRANSFER_SEALED, name);
	ends_run(ends);
	if (ends->receive.outcome.err != 0 || ends->send.outcome.err != 0)
		return 4;
	assert_arrived(ends, name);
	return 0;
}

static void
a_full_disk_is_told_and_gone_on_from(void **state)
{
	struct ends *ends = *state;
	const char *const names[] = { "x", "tree" };

	fill_file(ends->from, "x", 5000000, 1);
	make_tree(ends);
	for (int i = 0; i < 2; i++) {
		pid_t child = fork();
		int status;

		if (child == 0)
			_exit(fill_disk(ends, names[i]));
		waitpid(child, &status, 0);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) == 77)
			skip();
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void
quota_reserve_and_announced_size_hold(void **state)
{
	struct ends *ends = *state;
	const enum transfer_form forms[] = { TRANSFER_DATA, TRANSFER_STREAM,
		TRANSFER_SEALED };

	fill_file(ends->from, "x", 300000, 1);
	make_tree(ends);
	for (int i = 0; i < 3; i++) {
		ends_prepare(ends, forms[i], "x");
		ends->receive.quota = 299999;
		ends_run(ends);
		assert_int_equal(ends->receive.outcome.err, CAM_ERR_LIMIT);
		assert_nothing_final(ends);
		ends_prepare(ends, forms[i], "x");
		ends->receive.reserve = UINT64_MAX / 2;
		ends_run(ends);
		assert_int_equal(ends->receive.outcome.err, CAM_ERR_FULL);
		assert_int_equal(ends->receive.outcome.error, ENOSPC);
		assert_nothing_final(ends);
		if (forms[i] == TRANSFER_DATA)
			continue;
		ends_prepare(ends, forms[i], "x");
		ends->receive.size = 299999;
		ends_run(ends);
		assert_int_equal(ends->receive.outcome.err, CAM_ERR_REFUSED);
		ends_prepare(ends, forms[i], "tree");
		ends->receive.size = 100000;
		ends_run(ends);
		assert_int_equal(ends->receive.outcome.err, CAM_ERR_REFUSED);
		ends_prepare(ends, forms[i], "tree");
		ends->receive.quota = 100000;
		ends_run(ends);
		assert_int_equal(ends->receive.outcome.err, CAM_ERR_LIMIT);
		assert_nothing_final(ends);
	}
}

/* -- the other end
 * -------------------------------------------------------------- */

static void
silence_has_a_limit(void **state)
{
	struct ends *ends = *state;
	const enum transfer_form forms[] = { TRANSFER_DATA, TRANSFER_STREAM,
		TRANSFER_SEALED };

	fill_file(ends->from, "x", 30000000, 1);
	for (int i = 0; i < 3; i++) {
		ends_prepare(ends, forms[i], "x");
		ends->receive.idle_ms = ends->send.idle_ms = 50;
		transfer_run(&ends->receive);
		assert_int_equal(ends->receive.outcome.err, CAM_ERR_TIMEOUT);
		transfer_run(&ends->send);
		assert_true(ends->send.outcome.err == CAM_ERR_TIMEOUT ||
			    forms[i] == TRANSFER_SEALED);
		close(ends->sockets[0]);
		close(ends->sockets[1]);
		close(ends->send.source);
	}
	assert_nothing_final(ends);
}

static void
an_end_that_comes_early_is_a_failure(void **state)
{
	struct ends *ends = *state;
	const enum transfer_form forms[] = { TRANSFER_DATA, TRANSFER_STREAM,
		TRANSFER_SEALED };

	for (int i = 0; i < 3; i++) {
		fill_file(ends->from, "x", 100000, 1);
		ends_prepare(ends, forms[i], "x");
		if (forms[i] != TRANSFER_SEALED)
			assert_int_equal(
			    send(ends->sockets[0], "0010:x:5:1:he", 13, 0), 13);
		shutdown(ends->sockets[0], SHUT_WR);
		transfer_run(&ends->receive);
		assert_true(ends->receive.outcome.err < 0);
		close(ends->sockets[0]);
		close(ends->sockets[1]);
		close(ends->send.source);
		assert_nothing_final(ends);
	}
}

static void
another_key_opens_nothing(void **state)
{
	struct ends *ends = *state;

	fill_file(ends->from, "x", 100000, 1);
	make_tree(ends);
	for (int i = 0; i < 2; i++) {
		ends_prepare(ends, TRANSFER_SEALED, i ? "tree" : "x");
		ends->receive.file_key[31] ^= 1;
		ends_run(ends);
		assert_int_equal(ends->receive.outcome.err, CAM_ERR_CRYPTO);
		assert_int_not_equal(ends->send.outcome.err, 0);
		assert_nothing_final(ends);
	}
}

static void *
run_receiver_and_close(void *arg)
{
	struct ends *ends = arg;

	transfer_run(&ends->receive);
	close(ends->sockets[1]);
	return NULL;
}

/* Somebody between the two asks for something else than the receiver did. */
static void
a_changed_request_is_answered_in_vain(void **state)
{
	struct ends *ends = *state;
	uint8_t request[TRANSFER_REQUEST_SIZE];

	fill_file(ends->from, "x", 300000, 1);
	for (size_t at = 0; at < TRANSFER_REQUEST_SIZE; at += 5) {
		pthread_t receiver;

		ends_prepare(ends, TRANSFER_SEALED, "x");
		assert_int_equal(pthread_create(&receiver, NULL,
				     run_receiver_and_close, ends),
		    0);
		assert_int_equal(recv(ends->sockets[0], request,
				     sizeof(request), MSG_WAITALL),
		    sizeof(request));
		request[at] ^= 1;
		ends->send.early = span_of(request, sizeof(request));
		run_sender(ends);
		pthread_join(receiver, NULL);
		assert_int_not_equal(ends->send.outcome.err, 0);
		assert_true(ends->receive.outcome.err == CAM_ERR_CRYPTO ||
			    ends->receive.outcome.err == CAM_ERR_CLOSED);
		assert_nothing_final(ends);
		close(ends->send.source);
	}
}

static void
a_source_that_has_changed_is_not_sent(void **state)
{
	struct ends *ends = *state;
	const enum transfer_form forms[] = { TRANSFER_DATA, TRANSFER_STREAM,
		TRANSFER_SEALED };

	for (int i = 0; i < 3; i++) {
		fill_file(ends->from, "x", 100000, 1);
		ends_prepare(ends, forms[i], "x");
		fill_file(ends->from, "x", 100001, 1);
		ends_run(ends);
		assert_int_equal(ends->send.outcome.err, CAM_ERR_REFUSED);
		assert_true(ends->receive.outcome.err < 0);
		assert_nothing_final(ends);
		/* Shorter while it is being sent. */
		fill_file(ends->from, "x", 40000000, 1);
		ends_prepare(ends, forms[i], "x");
		ends_begin(ends);
		if (forms[i] != TRANSFER_SEALED) {
			while (atomic_load(&ends->send.bytes) == 0)
				sched_yield();
			fill_file(ends->from, "x", 0, 1);
			ends_finish(ends);
			assert_int_equal(
			    ends->send.outcome.err, CAM_ERR_REFUSED);
			assert_int_equal(
			    ends->receive.outcome.err, CAM_ERR_CLOSED);
		} else {
			ends_finish(ends);
			beneath_remove(ends->to, "x");
		}
		assert_nothing_final(ends);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, ends_setup, ends_teardown)
		TEST(a_full_disk_is_told_and_gone_on_from),
		TEST(a_file_goes_on_at_a_chunk),
		TEST(data_goes_on_where_asked),
		TEST(a_changed_partial_file_is_found_out),
		TEST(another_file_than_the_envelope_says_is_refused),
		TEST(a_folder_goes_on_behind_what_is_complete),
		TEST(a_folder_goes_on_within_a_file),
		TEST(a_changed_partial_folder_is_begun_again),
		TEST(a_file_that_may_not_grow_is_no_loss),
		TEST(quota_reserve_and_announced_size_hold),
		TEST(silence_has_a_limit),
		TEST(an_end_that_comes_early_is_a_failure),
		TEST(another_key_opens_nothing),
		TEST(a_changed_request_is_answered_in_vain),
		TEST(a_source_that_has_changed_is_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
