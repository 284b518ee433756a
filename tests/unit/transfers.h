/* transfers.h: two ends of a transfer in one process, and trees to send. */
#ifndef CAM_TEST_TRANSFERS_H
#define CAM_TEST_TRANSFERS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/err.h"
#include "base/random.h"
#include "base/table.h"
#include "camd/transfer/request.h"
#include "camd/transfer/transfer.h"
#include "camd/transfer/treewalk.h"
#include "folders.h"

/* A sender's folder and a receiver's. */
struct ends {
	struct folders folders;
	int from, to;
	int sockets[2]; /* sender's, receiver's */
	struct transfer_job send, receive;
	uint8_t key[CHUNK_KEY_SIZE];
	/* How they ran at the same time. */
	pthread_t sender;
};

static inline int
ends_setup(void **state)
{
	struct ends *ends = calloc(1, sizeof(*ends));

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	umask(022);
	if (folders_make(&ends->folders) != 0)
		return -1;
	ends->from = folder_in(ends->folders.fd, "from");
	ends->to = folder_in(ends->folders.fd, "to");
	random_bytes(ends->key, sizeof(ends->key));
	*state = ends;
	return 0;
}

static inline int
ends_teardown(void **state)
{
	struct ends *ends = *state;

	close(ends->from);
	close(ends->to);
	folders_remove(&ends->folders);
	free(ends);
	return 0;
}

/* A connection over loopback: what a transfer really has. */
static inline void
connect_pair(int sockets[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(listening >= 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listening, 1), 0);
	assert_int_equal(
	    getsockname(listening, (struct sockaddr *)&address, &len), 0);
	sockets[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    connect(sockets[1], (struct sockaddr *)&address, len), 0);
	sockets[0] = accept(listening, NULL, NULL);
	assert_true(sockets[0] >= 0);
	close(listening);
}

/* Both jobs with what most tests want; name lies in from. */
static inline void
ends_prepare(struct ends *ends, enum transfer_form form, const char *name)
{
	struct stat st;

	transfer_job_init(&ends->send, false);
	transfer_job_init(&ends->receive, true);
	connect_pair(ends->sockets);
	ends->send.source = openat(ends->from, name, O_RDONLY | O_CLOEXEC);
	assert_true(ends->send.source >= 0);
	assert_int_equal(fstat(ends->send.source, &st), 0);
	for (int i = 0; i < 2; i++) {
		struct transfer_job *job = i ? &ends->receive : &ends->send;

		job->form = form;
		job->is_folder = S_ISDIR(st.st_mode);
		job->socket = ends->sockets[i];
		job->idle_ms = 20000;
		job->name = name;
		job->charset = CHARSET_UTF8;
		memcpy(job->file_key, ends->key, sizeof(ends->key));
		if (!job->is_folder)
			job->size = (uint64_t)st.st_size;
	}
	ends->receive.folder = ends->to;
	memcpy(ends->receive.id, "0123abcd", 9);
}

/* The rest of transfer_job that a ciphered answer takes. */
static inline void
ends_cipher(struct ends *ends)
{
	for (int i = 0; i < 2; i++) {
		struct transfer_job *job = i ? &ends->receive : &ends->send;

		job->ciphered = true;
		job->packet = 1700000120;
		memcpy(job->key, ends->key, sizeof(ends->key));
	}
}

static inline void *
run_sender(void *arg)
{
	struct ends *ends = arg;

	transfer_run(&ends->send);
	close(ends->sockets[0]);
	return NULL;
}

static inline void
ends_begin(struct ends *ends)
{
	assert_int_equal(
	    pthread_create(&ends->sender, NULL, run_sender, ends), 0);
}

static inline void
ends_finish(struct ends *ends)
{
	transfer_run(&ends->receive);
	close(ends->sockets[1]);
	pthread_join(ends->sender, NULL);
	close(ends->send.source);
}

static inline void
ends_run(struct ends *ends)
{
	ends_begin(ends);
	ends_finish(ends);
}

static inline void
ends_succeed(struct ends *ends)
{
	ends_run(ends);
	assert_int_equal(ends->receive.outcome.err, 0);
	assert_int_equal(ends->send.outcome.err, 0);
}

/* -- files and trees --------------------------------------------------------
 */

/* Bytes that are cheap and not all alike. */
static inline void
fill_file(int folder, const char *name, uint64_t size, uint32_t seed)
{
	static uint32_t words[64 * 1024];
	int fd = openat(
	    folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	while (size > 0) {
		size_t len =
		    size < sizeof(words) ? (size_t)size : sizeof(words);

		for (size_t i = 0; i < (len + 3) / 4; i++)
			words[i] = seed = seed * 1664525 + 1013904223;
		assert_int_equal(write(fd, words, len), len);
		size -= len;
	}
	close(fd);
}

static inline void
file_digest(int folder, const char *name, uint8_t digest[SHA256_SIZE])
{
	atomic_bool never = false;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(transfer_digest(fd, &never, digest), 0);
	close(fd);
}

static inline void
assert_same_bytes(int a, const char *a_name, int b, const char *b_name)
{
	uint8_t one[SHA256_SIZE], other[SHA256_SIZE];

	file_digest(a, a_name, one);
	file_digest(b, b_name, other);
	assert_memory_equal(one, other, SHA256_SIZE);
}

enum same {
	SAME_BYTES = 0,
	SAME_MODES = 1,
	SAME_TIMES = 2,
	SAME_HOLES = 4,
	SAME_SECONDS = 8 /* times, without their fractions */
};

static inline void
assert_same_stat(const struct stat *a, const struct stat *b, unsigned what)
{
	bool folder = S_ISDIR(a->st_mode);

	assert_int_equal(a->st_mode & S_IFMT, b->st_mode & S_IFMT);
	if ((what & SAME_MODES) != 0)
		assert_int_equal(
		    b->st_mode & 07777, folder ? (a->st_mode & 0755) | 0700
					       : (a->st_mode & 0644) | 0400);
	if ((what & (SAME_TIMES | SAME_SECONDS)) != 0)
		assert_int_equal(a->st_mtim.tv_sec, b->st_mtim.tv_sec);
	if ((what & SAME_TIMES) != 0)
		assert_int_equal(a->st_mtim.tv_nsec, b->st_mtim.tv_nsec);
	if (!folder)
		assert_int_equal(a->st_size, b->st_size);
	if ((what & SAME_HOLES) != 0 && !folder)
		assert_true(b->st_blocks <= a->st_blocks + 16);
}

/* All that is in a (but links and specials) is in b, and nothing else. Counts
 * files and folders. */
static inline unsigned
assert_same_tree(int a, int b, unsigned what)
{
	struct beneath_list *list = NULL;
	enum beneath_kind kind;
	const char *name;
	struct stat one, other;
	unsigned count = 0, here = 0;

	assert_int_equal(beneath_list_new(a, &list), 0);
	while (beneath_list_next(list, &name, &kind)) {
		assert_int_equal(
		    fstatat(a, name, &one, AT_SYMLINK_NOFOLLOW), 0);
		if (!S_ISREG(one.st_mode) && !S_ISDIR(one.st_mode))
			continue;
		here++;
		if (fstatat(b, name, &other, AT_SYMLINK_NOFOLLOW) != 0)
			fail_msg("%s is missing", name);
		assert_same_stat(&one, &other, what);
		if (S_ISDIR(one.st_mode)) {
			int c = openat(a, name, O_RDONLY | O_DIRECTORY);
			int d = openat(b, name, O_RDONLY | O_DIRECTORY);

			count += assert_same_tree(c, d, what);
			close(c);
			close(d);
		} else if (one.st_size > 0) {
			assert_same_bytes(a, name, b, name);
		}
	}
	beneath_list_free(list);
	assert_int_equal(folder_count(b), here);
	return count + here;
}

static inline unsigned
assert_same_folders(
    int a, const char *a_name, int b, const char *b_name, unsigned what)
{
	int one = openat(a, a_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int other = openat(b, b_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat one_st, other_st;
	unsigned count;

	assert_true(one >= 0 && other >= 0);
	fstat(one, &one_st);
	fstat(other, &other_st);
	assert_same_stat(&one_st, &other_st, what);
	count = assert_same_tree(one, other, what);
	close(one);
	close(other);
	return count;
}

static inline void
set_old_time(int folder, const char *name)
{
	struct timespec times[2] = { { .tv_sec = 1000000000 },
		{ .tv_sec = 1000000000 + (time_t)random_below(500000000),
		    .tv_nsec = (long)random_below(1000000000) } };

	assert_int_equal(
	    utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW), 0);
}

/* Folders in folders with files of many sizes, empty ones among them. */
static inline void
fill_tree(int folder, unsigned files, unsigned depth)
{
	static const mode_t modes[] = { 0644, 0600, 0755, 0400, 0664, 0444 };
	char name[64];

	for (unsigned i = 0; i < files; i++) {
		uint64_t size = i % 10 == 0   ? 0
				: i % 50 == 1 ? 300000 + random_below(300000)
					      : random_below(9000);

		snprintf(name, sizeof(name), "file-%u.%u", depth, i);
		fill_file(folder, name, size, i + depth);
		fchmodat(folder, name,
		    modes[i % (sizeof(modes) / sizeof(modes[0]))], 0);
		set_old_time(folder, name);
	}
	for (unsigned i = 0; depth > 0 && i < 3; i++) {
		int fd;

		snprintf(name, sizeof(name), "folder-%u", i);
		fd = folder_in(folder, name);
		/* The first of them stays empty. */
		if (i > 0)
			fill_tree(fd, files, depth - 1);
		fchmod(fd, i == 1 ? 0700 : 0755);
		close(fd);
		set_old_time(folder, name);
	}
}

/* The temporary names that are there. */
static inline unsigned
count_parts(int folder)
{
	struct beneath_list *list = NULL;
	enum beneath_kind kind;
	const char *name;
	unsigned count = 0;

	assert_int_equal(beneath_list_new(folder, &list), 0);
	while (beneath_list_next(list, &name, &kind))
		count += name[0] == '.';
	beneath_list_free(list);
	return count;
}

#endif
