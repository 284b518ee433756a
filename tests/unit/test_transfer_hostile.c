/* test_transfer_hostile.c: senders that want to write elsewhere, and swappers
 * that want something else to be sent (threat model F1, F3, F4). */
#include <stdatomic.h>
#include <sys/syscall.h>

#include "camd/transfer/filesum.h"
#include "camd/transfer/record.h"
#include "ipmsg/dirstream.h"
#include "transfers.h"

#define SECRET "what nobody offered"

static int
setup(void **state)
{
	int rc = ends_setup(state);
	struct ends *ends = *state;
	int outside;

	if (rc != 0)
		return rc;
	outside = folder_in(ends->folders.fd, "outside");
	file_write_text(outside, "secret", SECRET);
	close(outside);
	file_write_text(ends->to, "existing", "mine");
	assert_int_equal(symlinkat("../outside", ends->to, "away"), 0);
	return 0;
}

static void
assert_outside_untouched(struct ends *ends)
{
	int outside = folder_in(ends->folders.fd, "outside");

	assert_int_equal(folder_count(ends->folders.fd), 3);
	assert_int_equal(folder_count(outside), 1);
	assert_true(file_is_text(outside, "secret", SECRET));
	assert_true(file_is_text(ends->to, "existing", "mine"));
	close(outside);
}

static size_t
hostile_name(char name[512])
{
	static const char *const parts[] = { "..", "/", "../", "/etc/passwd",
		"away", "existing", "\\", "..\\", "~", "-rf", "\n", "\x1b[2J",
		"\xe2\x80\xae", "\xff\xfe", "\xc0\xae", "C:", "nul", " ", "a",
		"./", "x/y", "\xe8\xa1\xa8", ":", "*", ".", ".0123abcd.part",
		".0123abcd.list" };
	uint32_t count = 1 + random_below(3);

	name[0] = '\0';
	if (random_below(50) == 0) {
		size_t len = 250 + random_below(20);

		memset(name, 'n', len);
		name[len] = '\0';
		return len;
	}
	for (uint32_t i = 0; i < count; i++) {
		const char *part =
		    parts[random_below(sizeof(parts) / sizeof(parts[0]))];

		memcpy(name + strlen(name), part, strlen(part) + 1);
	}
	return strlen(name);
}

static void
rename_sanely(char name[512])
{
	for (char *at = name; *at != '\0'; at++)
		if (*at == '/')
			*at = '_';
	if (name[0] == '.')
		name[0] = '_';
}

/* What a job receives and what of it came. */
static void
receive_bytes(struct ends *ends, enum transfer_form form, bool folder)
{
	transfer_job_init(&ends->receive, true);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends->sockets),
	    0);
	ends->receive.form = form;
	ends->receive.is_folder = folder;
	ends->receive.socket = ends->sockets[1];
	ends->receive.idle_ms = 20000;
	ends->receive.name = "made";
	ends->receive.folder = ends->to;
	ends->receive.charset = CHARSET_UTF8;
	ends->receive.size = folder ? TRANSFER_SIZE_UNKNOWN : 1 << 20;
	memcpy(ends->receive.file_key, ends->key, sizeof(ends->key));
	memcpy(ends->receive.id, "0123abcd", 9);
}

static void
clear_received(struct ends *ends)
{
	if (ends->receive.outcome.made[0] != '\0')
		assert_int_equal(
		    beneath_remove_tree(ends->to, ends->receive.outcome.made),
		    0);
	assert_int_equal(transfer_discard(ends->to, "0123abcd"), 0);
	assert_int_equal(folder_count(ends->to), 2);
}

/* -- IPMSG's folder stream ----------------------------------------------------
 */

static void
put_hostile_record(struct buf *buf, unsigned *depth)
{
	static const uint32_t types[] = { FILE_REGULAR, FILE_REGULAR,
		FILE_REGULAR, FILE_FOLDER, FILE_FOLDER, FILE_PARENT };
	uint32_t type =
	    random_below(40) == 0
		? random_below(256)
		: types[random_below(sizeof(types) / sizeof(types[0]))];
	uint64_t size = type == FILE_REGULAR ? random_below(20) : 0;
	char name[512];
	size_t len = hostile_name(name);

	if (random_below(4) != 0)
		rename_sanely(name);
	if (type == FILE_PARENT)
		*depth -= *depth > 0;
	*depth += type == FILE_FOLDER;
	dirstream_record_build(buf, span_of(name, len),
	    random_below(200) == 0 ? UINT64_MAX >> random_below(64) : size,
	    type | (random_below(10) == 0 ? FILE_READONLY : 0), NULL, 0);
	for (uint64_t i = 0; i < size; i++)
		buf_put_byte(buf, 'x');
}

static void
hostile_streams_stay_inside(void **state)
{
	struct ends *ends = *state;
	unsigned whole = 0;

	for (int i = 0; i < 3000; i++) {
		unsigned records = random_below(8), depth = 1;
		struct buf buf;

		receive_bytes(ends, TRANSFER_STREAM, random_below(8) != 0);
		buf_init(&buf, 1 << 16);
		if (ends->receive.is_folder)
			dirstream_record_build(
			    &buf, span_text("../x"), 0, FILE_FOLDER, NULL, 0);
		while (records-- > 0 && depth > 0)
			put_hostile_record(&buf, &depth);
		while (depth-- > 0)
			dirstream_record_build(
			    &buf, span_text("."), 0, FILE_PARENT, NULL, 0);
		/* Some of it damaged. */
		if (random_below(4) == 0 && buf.len > 0)
			buf.data[random_below((uint32_t)buf.len)] ^=
			    (uint8_t)(1 << random_below(8));
		assert_int_equal(
		    send(ends->sockets[0], buf.data, buf.len, 0), buf.len);
		buf_finish(&buf);
		close(ends->sockets[0]);
		transfer_run(&ends->receive);
		close(ends->sockets[1]);
		whole += ends->receive.outcome.err == 0;
		if (ends->receive.outcome.err != 0)
			assert_string_equal(ends->receive.outcome.made, "");
		if (i % 100 == 0)
			assert_outside_untouched(ends);
		clear_received(ends);
	}
	assert_outside_untouched(ends);
	assert_true(whole > 30);
}

/* -- between two camd
 * ----------------------------------------------------------
 */

struct rogue {
	struct ends *ends;
	struct buf bytes;
};

/* A sender with the right key. */
static void *
send_rogue(void *arg)
{
	struct rogue *rogue = arg;
	struct ends *ends = rogue->ends;
	uint8_t request[TRANSFER_REQUEST_SIZE], *frame;
	struct chunk_header header = { .suite = CHUNK_AES256_GCM,
		.kind = CHUNK_TREE,
		.size = CHUNK_SIZE_UNKNOWN,
		.flags = (uint16_t)random_below(4) };
	struct chunk_stream *stream = NULL;
	struct buf buf;
	size_t len = rogue->bytes.len;

	if (recv(ends->sockets[0], request, sizeof(request), MSG_WAITALL) !=
	    sizeof(request))
		return NULL;
	buf_init(&buf, CHUNK_HEADER_MAX);
	chunk_seal_new(ends->key, span_of(request, sizeof(request)), &header,
	    &buf, &stream);
	frame = malloc(CHUNK_FRAME_MAX);
	assert_int_equal(
	    chunk_seal(stream, buf_span(&rogue->bytes), true, frame), 0);
	send(ends->sockets[0], buf.data, buf.len, MSG_NOSIGNAL);
	send(ends->sockets[0], frame, CHUNK_FRAME_HEAD + len + CHUNK_TAG_SIZE,
	    MSG_NOSIGNAL);
	shutdown(ends->sockets[0], SHUT_WR);
	chunk_stream_free(stream);
	buf_finish(&buf);
	free(frame);
	return NULL;
}

static void
put_rogue_record(struct rogue *rogue, struct record_reader *mirror,
    enum record_type type, const char *name, uint64_t size)
{
	struct record record = { .type = type,
		.mode = (uint16_t)random_below(65536),
		.mtime = (int64_t)((uint64_t)random_below(UINT32_MAX) << 32 |
				   random_below(UINT32_MAX)),
		.mtime_ns = random_below(UINT32_MAX),
		.size = size };
	uint8_t bytes[RECORD_MAX];

	memcpy(record.name, name, strlen(name) + 1);
	buf_put(&rogue->bytes, bytes, record_write(&record, bytes));
	mirror->count++;
	record_chain(mirror->chain, &record);
}

static void
put_rogue_file(
    struct rogue *rogue, struct record_reader *mirror, const char *name)
{
	uint32_t len = random_below(30);
	uint64_t offset = random_below(3) == 0 ? random_below(10000) : 0;
	uint64_t size = offset + len;
	uint8_t head[RECORD_EXTENT_HEAD], digest[SHA256_SIZE];
	uint8_t *content = calloc(1, (size_t)size + 1);
	struct filesum sum;

	memset(content + offset, 'x', len);
	filesum_init(&sum);
	filesum_add(&sum, span_of(content, (size_t)size));
	filesum_end(&sum, digest);
	filesum_finish(&sum);
	put_rogue_record(rogue, mirror, RECORD_FILE, name,
	    random_below(30) == 0 ? INT64_MAX : size);
	if (len > 0) {
		record_extent_write(
		    random_below(50) == 0 ? UINT64_MAX : offset, len, head);
		buf_put(&rogue->bytes, head, sizeof(head));
		buf_put(&rogue->bytes, content + offset, len);
	}
	record_extent_write(random_below(10) == 0, 0, head);
	buf_put(&rogue->bytes, head, sizeof(head));
	buf_put(&rogue->bytes, digest, sizeof(digest));
	free(content);
}

static void
make_rogue_tree(struct rogue *rogue)
{
	struct record_reader mirror;
	unsigned depth = 1, records = random_below(8);
	struct record end = { .type = RECORD_END };
	uint8_t bytes[RECORD_MAX];
	char name[512];

	record_reader_init(&mirror);
	put_rogue_record(rogue, &mirror, RECORD_FOLDER, "../x", 0);
	while (records-- > 0 && depth > 0) {
		hostile_name(name);
		if (random_below(4) != 0)
			rename_sanely(name);
		name[RECORD_NAME_MAX] = '\0';
		switch (random_below(8)) {
		case 0:
		case 1:
			put_rogue_record(
			    rogue, &mirror, RECORD_FOLDER, name, 0);
			depth++;
			break;
		case 2:
			put_rogue_record(rogue, &mirror, RECORD_UP, "", 0);
			depth--;
			break;
		case 3:
			put_rogue_record(
			    rogue, &mirror, RECORD_UNREADABLE, name, 0);
			break;
		default:
			put_rogue_file(rogue, &mirror, name);
		}
	}
	while (depth-- > 0)
		put_rogue_record(rogue, &mirror, RECORD_UP, "", 0);
	end.size = mirror.count;
	buf_put(&rogue->bytes, bytes, record_write(&end, bytes));
	buf_put(&rogue->bytes, mirror.chain, SHA256_SIZE);
}

static void
assert_masked(int folder)
{
	struct beneath_list *list = NULL;
	enum beneath_kind kind;
	const char *name;
	struct stat st;

	assert_int_equal(beneath_list_new(folder, &list), 0);
	while (beneath_list_next(list, &name, &kind)) {
		assert_int_equal(
		    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_true(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
		assert_int_equal(
		    st.st_mode & 07777 & ~(S_ISDIR(st.st_mode) ? 0755 : 0644),
		    0);
		assert_true(st.st_mtim.tv_sec >= 0 &&
			    st.st_mtim.tv_sec <= time(NULL) + 1);
		if (S_ISDIR(st.st_mode)) {
			int fd = openat(folder, name, O_RDONLY | O_DIRECTORY);

			assert_masked(fd);
			close(fd);
		}
	}
	beneath_list_free(list);
}

static void
hostile_records_stay_inside(void **state)
{
	struct ends *ends = *state;
	unsigned whole = 0;

	for (int i = 0; i < 2000; i++) {
		struct rogue rogue = { .ends = ends };
		pthread_t thread;

		receive_bytes(ends, TRANSFER_SEALED, true);
		buf_init(&rogue.bytes, CHUNK_SIZE);
		make_rogue_tree(&rogue);
		if (random_below(4) == 0)
			rogue.bytes
			    .data[random_below((uint32_t)rogue.bytes.len)] ^=
			    (uint8_t)(1 << random_below(8));
		assert_int_equal(
		    pthread_create(&thread, NULL, send_rogue, &rogue), 0);
		transfer_run(&ends->receive);
		shutdown(ends->sockets[1], SHUT_RDWR);
		pthread_join(thread, NULL);
		buf_finish(&rogue.bytes);
		close(ends->sockets[0]);
		close(ends->sockets[1]);
		if (ends->receive.outcome.err == 0) {
			int made = openat(ends->to, ends->receive.outcome.made,
			    O_RDONLY | O_DIRECTORY);

			whole++;
			assert_masked(made);
			close(made);
		} else {
			assert_string_equal(ends->receive.outcome.made, "");
		}
		if (i % 100 == 0)
			assert_outside_untouched(ends);
		clear_received(ends);
	}
	assert_outside_untouched(ends);
	assert_true(whole > 30);
}

/* Somebody has put a symlink where the temporary name will be. */
static void
a_symlink_in_place_of_the_temporary_name_is_removed(void **state)
{
	struct ends *ends = *state;
	const enum transfer_form forms[] = { TRANSFER_DATA, TRANSFER_STREAM,
		TRANSFER_SEALED };

	fill_file(ends->from, "x", 1000, 1);
	close(folder_in(ends->from, "tree"));
	for (int i = 0; i < 6; i++) {
		const char *name = i < 3 ? "x" : "tree";

		if (i == 3)
			continue;
		assert_int_equal(
		    symlinkat(i < 3 ? "../outside/secret" : "../outside",
			ends->to, ".0123abcd.part"),
		    0);
		assert_int_equal(
		    symlinkat("../outside/secret", ends->to, ".0123abcd.list"),
		    0);
		ends_prepare(ends, forms[i % 3], name);
		ends_succeed(ends);
		assert_outside_untouched(ends);
		assert_int_equal(transfer_discard(ends->to, "0123abcd"), 0);
	}
}

/* -- who swaps what is being sent
 * ---------------------------------------------- */

enum { SWAPPED = 40 };

struct swapper {
	int folder;
	atomic_bool stop;
};

static void *
swap(void *arg)
{
	struct swapper *swapper = arg;
	char name[16], other[16];

	for (unsigned i = 0; !atomic_load(&swapper->stop); i++) {
		snprintf(name, sizeof(name), "f%u", i % SWAPPED);
		snprintf(other, sizeof(other), "l%u", i % SWAPPED);
		syscall(SYS_renameat2, swapper->folder, name, swapper->folder,
		    other, 2 /* RENAME_EXCHANGE */);
	}
	return NULL;
}

/* Whether any file below holds it. */
static bool
holds_secret(int folder)
{
	struct beneath_list *list = NULL;
	enum beneath_kind kind;
	const char *name;
	bool found = false;

	assert_int_equal(beneath_list_new(folder, &list), 0);
	while (beneath_list_next(list, &name, &kind)) {
		int fd = openat(folder, name, O_RDONLY | O_DIRECTORY);

		if (fd >= 0) {
			found |= holds_secret(fd);
			close(fd);
		} else {
			found |= file_is_text(folder, name, SECRET);
		}
	}
	beneath_list_free(list);
	return found;
}

/* Each name is in turn a file or folder of ours and a symlink to the outside:
 * 10,000 tries and more. */
static void
a_swapped_symlink_is_never_sent(void **state)
{
	struct ends *ends = *state;
	struct swapper swapper;
	pthread_t thread;
	uint64_t sent = 0;
	int tree = folder_in(ends->from, "tree");
	char name[16], other[16];

	for (unsigned i = 0; i < SWAPPED; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		snprintf(other, sizeof(other), "l%u", i);
		if (i % 4 == 0) {
			int fd = folder_in(tree, name);

			file_write_text(fd, "secret", "public");
			close(fd);
			assert_int_equal(
			    symlinkat("../../outside", tree, other), 0);
		} else {
			file_write_text(tree, name, "public");
			assert_int_equal(
			    symlinkat("../../outside/secret", tree, other), 0);
		}
	}
	swapper = (struct swapper){ .folder = tree };
	assert_int_equal(pthread_create(&thread, NULL, swap, &swapper), 0);
	for (int i = 0; sent < 10000; i++) {
		int made;

		ends_prepare(ends,
		    i % 2 == 0 ? TRANSFER_SEALED : TRANSFER_STREAM, "tree");
		ends_succeed(ends);
		sent += atomic_load(&ends->send.entries);
		made = openat(ends->to, ends->receive.outcome.made,
		    O_RDONLY | O_DIRECTORY);
		assert_false(holds_secret(made));
		close(made);
		clear_received(ends);
	}
	atomic_store(&swapper.stop, true);
	pthread_join(thread, NULL);
	close(tree);
	assert_outside_untouched(ends);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, ends_teardown)
		TEST(hostile_streams_stay_inside),
		TEST(hostile_records_stay_inside),
		TEST(a_symlink_in_place_of_the_temporary_name_is_removed),
		TEST(a_swapped_symlink_is_never_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
