/* test_transfer_broken.c: transfers that end in the middle: nothing half under
 * a final name, and another try completes them. */
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "kill_at.h"
#include "transfers.h"

enum { BIG = 3 * 1024 * 1024 + 1234 };

static void
make_tree(struct ends *ends)
{
	int tree = folder_in(ends->from, "tree");

	fill_tree(tree, 40, 2);
	fill_file(tree, "big", BIG, 9);
	close(tree);
	set_old_time(ends->from, "tree");
}

/* Only names that show nothing are in the download folder. */
static void
assert_nothing_final(struct ends *ends)
{
	assert_int_equal(count_parts(ends->to), folder_count(ends->to));
}

static void
assert_same(struct ends *ends, const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(ends->from, name, &st, 0), 0);
	if (S_ISDIR(st.st_mode))
		assert_same_folders(ends->from, name, ends->to, name,
		    ends->receive.form == TRANSFER_SEALED
			? SAME_MODES | SAME_TIMES
			: SAME_SECONDS);
	else
		assert_same_bytes(ends->from, name, ends->to, name);
}

static void
assert_arrived(struct ends *ends, const char *name)
{
	assert_string_equal(ends->receive.outcome.made, name);
	assert_int_equal(count_parts(ends->to), 0);
	assert_same(ends, name);
	assert_int_equal(beneath_remove_tree(ends->to, name), 0);
}

static void
complete(struct ends *ends, const char *name)
{
	ends_prepare(ends, TRANSFER_SEALED, name);
	ends_succeed(ends);
	assert_arrived(ends, name);
}

/* -- cancelled ----------------------------------------------------------------
 */

struct canceller {
	struct transfer_job *watched;
	struct transfer_job *cancelled;
	uint64_t when;
	atomic_bool over;
};

/* Cancels once that many bytes have moved. */
static void *
cancel(void *arg)
{
	struct canceller *canceller = arg;

	while (atomic_load(&canceller->watched->bytes) < canceller->when &&
	       !atomic_load(&canceller->over))
		sched_yield();
	transfer_cancel(canceller->cancelled);
	return NULL;
}

static void *
run_sender_only(void *arg)
{
	struct ends *ends = arg;

	transfer_run(&ends->send);
	return NULL;
}

/* Both ends run while the canceller waits for its moment. A socket is closed
 * when nobody will cancel it any more, the receiver's as soon as that is so. */
static void
run_cancelled(struct ends *ends, bool sender, uint64_t when)
{
	struct canceller canceller = {
		.watched = sender ? &ends->send : &ends->receive,
		.cancelled = sender ? &ends->send : &ends->receive,
		.when = when,
	};
	pthread_t thread, other;

	assert_int_equal(pthread_create(&thread, NULL, cancel, &canceller), 0);
	assert_int_equal(
	    pthread_create(&other, NULL, run_sender_only, ends), 0);
	transfer_run(&ends->receive);
	atomic_store(&canceller.over, true);
	pthread_join(thread, NULL);
	close(ends->sockets[1]);
	pthread_join(other, NULL);
	close(ends->sockets[0]);
	close(ends->send.source);
}

static void
cancel_often(struct ends *ends, enum transfer_form form, const char *name,
    uint64_t size, int times)
{
	for (int i = 0; i < times; i++) {
		bool sender = i % 2 == 0;
		int err;

		ends_prepare(ends, form, name);
		run_cancelled(ends, sender, random_below((uint32_t)size));
		err = ends->receive.outcome.err;
		if (err == 0) {
			/* It was all there before anybody said stop. */
			assert_arrived(ends, name);
			continue;
		}
		assert_true(err == CAM_ERR_CLOSED);
		if (!sender)
			assert_true(ends->receive.outcome.cancelled);
		assert_nothing_final(ends);
	}
}

static void
a_file_is_cancelled_at_any_moment(void **state)
{
	struct ends *ends = *state;

	fill_file(ends->from, "x", BIG, 1);
	cancel_often(ends, TRANSFER_DATA, "x", BIG, 30);
	cancel_often(ends, TRANSFER_SEALED, "x", BIG, 30);
	complete(ends, "x");
}

static void
a_folder_is_cancelled_at_any_moment(void **state)
{
	struct ends *ends = *state;

	make_tree(ends);
	cancel_often(ends, TRANSFER_SEALED, "tree", BIG, 20);
	complete(ends, "tree");
	cancel_often(ends, TRANSFER_STREAM, "tree", BIG, 20);
	assert_int_equal(transfer_discard(ends->to, "0123abcd"), 0);
	assert_int_equal(folder_count(ends->to), 0);
}

/* -- killed -------------------------------------------------------------------
 */

static void
receive_in_child(void *arg)
{
	struct ends *ends = arg;

	close(ends->sockets[0]);
	transfer_run(&ends->receive);
}

static void
send_in_child(void *arg)
{
	struct ends *ends = arg;

	close(ends->sockets[1]);
	transfer_run(&ends->send);
}

/* The other end in a process of its own, so that the one that is killed is
 * forked from a process of one thread. */
static pid_t
fork_to(void (*work)(void *), struct ends *ends)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		work(ends);
		_exit(0);
	}
	return child;
}

/* False: the n-th system call was never reached. */
static bool
run_killed(struct ends *ends, bool sender, unsigned n)
{
	pid_t other = fork_to(sender ? receive_in_child : send_in_child, ends);
	bool killed;

	/* Nobody but the two holds their sockets. */
	fcntl(ends->sockets[0], F_SETFD, FD_CLOEXEC);
	if (sender) {
		close(ends->sockets[1]);
		ends->sockets[1] = open("/dev/null", O_RDONLY);
	} else {
		close(ends->sockets[0]);
		ends->sockets[0] = open("/dev/null", O_RDONLY);
	}
	killed = kill_at(sender ? send_in_child : receive_in_child, ends, n);
	close(ends->sockets[0]);
	close(ends->sockets[1]);
	waitpid(other, NULL, 0);
	close(ends->send.source);
	return killed;
}

/* KILL_STEP=1 makes it every system call. */
static void
kill_often(struct ends *ends, const char *name, bool sender, unsigned step)
{
	const char *given = getenv("KILL_STEP");
	unsigned kills = 0;

	if (given)
		step = (unsigned)strtoul(given, NULL, 10);
	for (unsigned n = 1 + random_below(step);; n += step) {
		bool killed;

		/* A try now and then begins with what others left. */
		ends_prepare(ends, TRANSFER_SEALED, name);
		killed = run_killed(ends, sender, n);
		kills += killed;
		if (faccessat(ends->to, name, F_OK, 0) == 0) {
			assert_same(ends, name);
			assert_int_equal(
			    beneath_remove_tree(ends->to, name), 0);
			assert_int_equal(
			    transfer_discard(ends->to, "0123abcd"), 0);
		} else {
			assert_nothing_final(ends);
			if (kills % 3 == 0)
				complete(ends, name);
		}
		if (!killed)
			break;
	}
	assert_true(kills > 0);
	assert_int_equal(transfer_discard(ends->to, "0123abcd"), 0);
	assert_int_equal(folder_count(ends->to), 0);
}

static void
a_killed_receiver_leaves_nothing_half(void **state)
{
	struct ends *ends = *state;

	make_tree(ends);
	fill_file(ends->from, "x", 600000, 1);
	kill_often(ends, "x", false, 7);
	kill_often(ends, "tree", false, 331);
}

static void
a_killed_sender_leaves_nothing_half(void **state)
{
	struct ends *ends = *state;

	make_tree(ends);
	fill_file(ends->from, "x", 600000, 1);
	kill_often(ends, "x", true, 7);
	kill_often(ends, "tree", true, 331);
}

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

/* -- died at the very end ----------------------------------------------------
 */

static void
run_marked(struct ends *ends, const char *name)
{
	ends_prepare(ends, TRANSFER_SEALED, name);
	ends->receive.marked = true;
	ends_succeed(ends);
}

static void
what_was_made_and_not_kept_is_not_made_twice(void **state)
{
	static const char *const names[] = { "x", "tree" };
	struct ends *ends = *state;

	fill_file(ends->from, "x", BIG, 1);
	make_tree(ends);
	for (size_t i = 0; i < 2; i++) {
		const char *name = names[i];

		run_marked(ends, name);
		assert_string_equal(ends->receive.outcome.made, name);
		/* As if we had died: and all of it is there already. */
		run_marked(ends, name);
		assert_string_equal(ends->receive.outcome.made, name);
		assert_true(ends->receive.outcome.resumed);
		assert_int_equal(transfer_kept(ends->to, "0123abcd"), 0);
		assert_int_equal(folder_count(ends->to), 1);
		/* Kept: now it is another one. */
		run_marked(ends, name);
		assert_string_not_equal(ends->receive.outcome.made, name);
		assert_int_equal(transfer_kept(ends->to, "0123abcd"), 0);
		assert_int_equal(folder_count(ends->to), 2);
		beneath_remove_tree(ends->to, ends->receive.outcome.made);
		beneath_remove_tree(ends->to, name);
	}
}

/* IPMSG's forms: there is nobody to be told that it is here. */
static void
by_ipmsg_neither(void **state)
{
	static const enum transfer_form forms[] = { TRANSFER_DATA,
		TRANSFER_STREAM, TRANSFER_STREAM };
	static const char *const names[] = { "x", "x", "tree" };
	struct ends *ends = *state;

	fill_file(ends->from, "x", BIG, 1);
	make_tree(ends);
	for (size_t i = 0; i < 3; i++) {
		ends_prepare(ends, forms[i], names[i]);
		ends->receive.marked = true;
		ends_succeed(ends);
		assert_string_equal(ends->receive.outcome.made, names[i]);
		ends_prepare(ends, forms[i], names[i]);
		ends->receive.marked = true;
		ends_run(ends);
		assert_int_equal(ends->receive.outcome.err, 0);
		assert_string_equal(ends->receive.outcome.made, names[i]);
		if (strcmp(names[i], "x") == 0)
			assert_true(atomic_load(&ends->receive.bytes) == BIG);
		assert_int_equal(transfer_kept(ends->to, "0123abcd"), 0);
		assert_int_equal(folder_count(ends->to), 1);
		beneath_remove_tree(ends->to, names[i]);
	}
}

static void
a_mark_finds_nothing_but_what_it_was_made_for(void **state)
{
	struct ends *ends = *state;

	fill_file(ends->from, "x", BIG, 1);
	run_marked(ends, "x");
	/* Somebody has put another file in its place. */
	beneath_remove(ends->to, "x");
	fill_file(ends->to, "x", 1000, 2);
	run_marked(ends, "x");
	assert_string_equal(ends->receive.outcome.made, "x (2)");
	assert_int_equal(transfer_kept(ends->to, "0123abcd"), 0);
	assert_int_equal(folder_count(ends->to), 2);
	/* It has gone altogether. */
	run_marked(ends, "x");
	assert_int_equal(
	    beneath_remove(ends->to, ends->receive.outcome.made), 0);
	run_marked(ends, "x");
	assert_string_equal(ends->receive.outcome.made, "x (3)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, ends_setup, ends_teardown)
		TEST(a_killed_receiver_leaves_nothing_half),
		TEST(a_killed_sender_leaves_nothing_half),
		TEST(a_full_disk_is_told_and_gone_on_from),
		TEST(a_file_is_cancelled_at_any_moment),
		TEST(a_folder_is_cancelled_at_any_moment),
		TEST(a_file_goes_on_at_a_chunk),
		TEST(data_goes_on_where_asked),
		TEST(a_changed_partial_file_is_found_out),
		TEST(another_file_than_the_envelope_says_is_refused),
		TEST(a_folder_goes_on_behind_what_is_complete),
		TEST(a_changed_partial_folder_is_begun_again),
		TEST(a_file_that_may_not_grow_is_no_loss),
		TEST(quota_reserve_and_announced_size_hold),
		TEST(silence_has_a_limit),
		TEST(an_end_that_comes_early_is_a_failure),
		TEST(another_key_opens_nothing),
		TEST(a_changed_request_is_answered_in_vain),
		TEST(a_source_that_has_changed_is_not_sent),
		TEST(what_was_made_and_not_kept_is_not_made_twice),
		TEST(by_ipmsg_neither),
		TEST(a_mark_finds_nothing_but_what_it_was_made_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
