/* test_transfer.c: files and folders go over as they are, in every form. */
#include "transfers.h"

#define FILE_NAME "report \xe8\xa1\xa8.txt"

/* -- files ------------------------------------------------------------------
 */

static const uint64_t sizes[] = { 0, 1, 65503, 65504, 65505, 65535, 65536,
	65537, 262144, 262145, 1000000, 5 * 1024 * 1024 + 3 };

static void
send_sizes(void **state, enum transfer_form form, bool ciphered)
{
	struct ends *ends = *state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fill_file(ends->from, FILE_NAME, sizes[i], (uint32_t)i);
		ends_prepare(ends, form, FILE_NAME);
		if (ciphered)
			ends_cipher(ends);
		ends_succeed(ends);
		assert_string_equal(ends->receive.outcome.made, FILE_NAME);
		assert_same_bytes(ends->from, FILE_NAME, ends->to, FILE_NAME);
		assert_int_equal(atomic_load(&ends->receive.bytes), sizes[i]);
		assert_int_equal(atomic_load(&ends->send.bytes), sizes[i]);
		assert_int_equal(count_parts(ends->to), 0);
		assert_int_equal(beneath_remove(ends->to, FILE_NAME), 0);
	}
}

static void
a_file_goes_over_as_data(void **state)
{
	send_sizes(state, TRANSFER_DATA, false);
}

static void
a_file_goes_over_as_ciphered_data(void **state)
{
	send_sizes(state, TRANSFER_DATA, true);
}

static void
a_file_goes_over_as_a_record(void **state)
{
	send_sizes(state, TRANSFER_STREAM, false);
}

static void
a_file_goes_over_as_a_ciphered_record(void **state)
{
	send_sizes(state, TRANSFER_STREAM, true);
}

static void
a_file_goes_over_sealed(void **state)
{
	send_sizes(state, TRANSFER_SEALED, false);
}

static void
a_sealed_file_keeps_mode_and_time_and_tells_its_digest(void **state)
{
	struct ends *ends = *state;
	uint8_t digest[SHA256_SIZE];
	struct stat a, b;

	fill_file(ends->from, "x", 100000, 1);
	fchmodat(ends->from, "x", 0755, 0);
	set_old_time(ends->from, "x");
	file_digest(ends->from, "x", digest);
	ends_prepare(ends, TRANSFER_SEALED, "x");
	ends->send.has_digest = ends->receive.has_digest = true;
	memcpy(ends->send.digest, digest, sizeof(digest));
	memcpy(ends->receive.digest, digest, sizeof(digest));
	ends_succeed(ends);
	fstatat(ends->from, "x", &a, 0);
	fstatat(ends->to, "x", &b, 0);
	assert_same_stat(&a, &b, SAME_MODES | SAME_TIMES);
	assert_true(ends->receive.outcome.has_digest);
	assert_memory_equal(
	    ends->receive.outcome.digest, digest, sizeof(digest));
	assert_true(ends->send.outcome.has_digest);
}

static void
an_existing_file_is_not_touched(void **state)
{
	struct ends *ends = *state;
	const enum transfer_form forms[] = { TRANSFER_DATA, TRANSFER_STREAM,
		TRANSFER_SEALED };
	const char *const made[] = { "a (2).txt", "a (3).txt", "a (4).txt" };

	file_write_text(ends->to, "a.txt", "mine");
	for (int i = 0; i < 3; i++) {
		fill_file(ends->from, "a.txt", 1000, 7);
		ends_prepare(ends, forms[i], "a.txt");
		ends_succeed(ends);
		assert_string_equal(ends->receive.outcome.made, made[i]);
		assert_same_bytes(ends->from, "a.txt", ends->to, made[i]);
		assert_true(file_is_text(ends->to, "a.txt", "mine"));
	}
}

static void
holes_stay_holes(void **state)
{
	struct ends *ends = *state;
	struct stat a, b;
	int fd = openat(ends->from, "sparse", O_RDWR | O_CREAT, 0644);

	assert_int_equal(pwrite(fd, "begin", 5, 3 * 65536), 5);
	assert_int_equal(pwrite(fd, "mid", 3, 4 * 1024 * 1024 - 1), 3);
	assert_int_equal(ftruncate(fd, 8 * 1024 * 1024 + 77), 0);
	close(fd);
	ends_prepare(ends, TRANSFER_SEALED, "sparse");
	ends_succeed(ends);
	assert_same_bytes(ends->from, "sparse", ends->to, "sparse");
	fstatat(ends->from, "sparse", &a, 0);
	fstatat(ends->to, "sparse", &b, 0);
	assert_int_equal(a.st_size, b.st_size);
	assert_true(b.st_blocks <= a.st_blocks + 16);
}

static void *
run_receiver(void *arg)
{
	struct ends *ends = arg;

	transfer_run(&ends->receive);
	return NULL;
}

/* The receiver's job runs; bytes get what it sends first, as a daemon reads
 * it; then the sender's job goes on from there. */
static void
run_after_reading(struct ends *ends, char *bytes, size_t len, bool give_back)
{
	pthread_t receiver;

	assert_int_equal(
	    pthread_create(&receiver, NULL, run_receiver, ends), 0);
	assert_int_equal(recv(ends->sockets[0], bytes, len, MSG_WAITALL), len);
	if (give_back)
		ends->send.early = span_of(bytes, len);
	run_sender(ends);
	pthread_join(receiver, NULL);
	close(ends->sockets[1]);
	close(ends->send.source);
	assert_int_equal(ends->send.outcome.err, 0);
	assert_int_equal(ends->receive.outcome.err, 0);
	assert_same_bytes(
	    ends->from, "x", ends->to, ends->receive.outcome.made);
}

static void
bytes_read_too_early_are_not_lost(void **state)
{
	struct ends *ends = *state;
	char early[50000];

	fill_file(ends->from, "x", 200000, 3);
	ends_prepare(ends, TRANSFER_SEALED, "x");
	run_after_reading(ends, early, 10, true);
	/* Of a plain answer so much that the rest is less. */
	ends_prepare(ends, TRANSFER_DATA, "x");
	ends_begin(ends);
	assert_int_equal(
	    recv(ends->sockets[1], early, sizeof(early), MSG_WAITALL),
	    sizeof(early));
	ends->receive.early = span_of(early, sizeof(early));
	ends_finish(ends);
	assert_int_equal(ends->receive.outcome.err, 0);
	assert_int_equal(ends->send.outcome.err, 0);
	assert_same_bytes(ends->from, "x", ends->to, "x (2)");
}

static void
hello_is_said_first(void **state)
{
	struct ends *ends = *state;
	char ticket[7] = "";

	fill_file(ends->from, "x", 100, 3);
	ends_prepare(ends, TRANSFER_SEALED, "x");
	ends->receive.hello = span_text("ticket");
	run_after_reading(ends, ticket, 6, false);
	assert_string_equal(ticket, "ticket");
}

/* -- folders ----------------------------------------------------------------
 */

static void
make_tree(struct ends *ends, unsigned files, unsigned depth)
{
	int tree = folder_in(ends->from, "tree");

	fill_tree(tree, files, depth);
	fchmod(tree, 0755);
	close(tree);
	set_old_time(ends->from, "tree");
}

static void
a_folder_of_thousands_goes_over_sealed(void **state)
{
	struct ends *ends = *state;
	unsigned count;
	int tree, fd;

	make_tree(ends, 200, 3);
	tree = folder_in(ends->from, "tree");
	fd = openat(tree, "sparse", O_RDWR | O_CREAT, 0644);
	assert_int_equal(pwrite(fd, "x", 1, 1 << 20), 1);
	assert_int_equal(pwrite(fd, "y", 1, 3 << 20), 1);
	assert_int_equal(ftruncate(fd, 5 << 20), 0);
	close(fd);
	fd = openat(tree, "all hole", O_RDWR | O_CREAT, 0644);
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	close(fd);
	/* The same letter composed and not: two files. */
	file_write_text(tree, "\xc3\xa9", "composed");
	file_write_text(tree, "e\xcc\x81", "decomposed");
	assert_int_equal(symlinkat("/etc/passwd", tree, "link"), 0);
	assert_int_equal(mkfifoat(tree, "fifo", 0600), 0);
	close(tree);
	set_old_time(ends->from, "tree");
	ends_prepare(ends, TRANSFER_SEALED, "tree");
	ends_succeed(ends);
	count = assert_same_folders(ends->from, "tree", ends->to, "tree",
	    SAME_MODES | SAME_TIMES | SAME_HOLES);
	assert_true(count > 3000);
	assert_int_equal(atomic_load(&ends->receive.entries), count);
	assert_int_equal(
	    atomic_load(&ends->send.bytes), atomic_load(&ends->receive.bytes));
	assert_int_equal(count_parts(ends->to), 0);
}

static void
send_folder_stream(void **state, bool ciphered)
{
	struct ends *ends = *state;

	make_tree(ends, 100, 2);
	ends_prepare(ends, TRANSFER_STREAM, "tree");
	if (ciphered)
		ends_cipher(ends);
	ends_succeed(ends);
	assert_true(assert_same_folders(ends->from, "tree", ends->to, "tree",
			SAME_SECONDS) > 700);
	assert_int_equal(count_parts(ends->to), 0);
}

static void
a_folder_goes_over_as_a_stream(void **state)
{
	send_folder_stream(state, false);
}

static void
a_folder_goes_over_as_a_ciphered_stream(void **state)
{
	send_folder_stream(state, true);
}

static void
names_go_over_in_the_charset_of_the_request(void **state)
{
	struct ends *ends = *state;
	int tree = folder_in(ends->from, "tree");

	file_write_text(tree, "\xe8\xa1\xa8:\xe3\x82\xbd.txt", "text");
	close(tree);
	ends_prepare(ends, TRANSFER_STREAM, "tree");
	ends->send.charset = ends->receive.charset = CHARSET_CP932;
	ends_succeed(ends);
	tree = folder_in(ends->to, "tree");
	assert_true(
	    file_is_text(tree, "\xe8\xa1\xa8:\xe3\x82\xbd.txt", "text"));
	close(tree);
	/* For iptux without colons. */
	ends_prepare(ends, TRANSFER_STREAM, "tree");
	ends->send.bare = true;
	ends_succeed(ends);
	tree = folder_in(ends->to, ends->receive.outcome.made);
	assert_true(
	    file_is_text(tree, "\xe8\xa1\xa8_\xe3\x82\xbd.txt", "text"));
	close(tree);
}

static void
an_empty_folder_and_one_name_twice(void **state)
{
	struct ends *ends = *state;
	const enum transfer_form forms[] = { TRANSFER_STREAM, TRANSFER_SEALED };

	close(folder_in(ends->from, "v1.0"));
	close(folder_in(ends->to, "v1.0"));
	for (int i = 0; i < 2; i++) {
		ends_prepare(ends, forms[i], "v1.0");
		ends_succeed(ends);
		assert_string_equal(ends->receive.outcome.made,
		    i == 0 ? "v1.0 (2)" : "v1.0 (3)");
	}
}

/* A name that is made safe may be one that is there. */
static void
names_that_become_alike_are_kept_apart(void **state)
{
	struct ends *ends = *state;
	int tree = folder_in(ends->from, "tree");

	file_write_text(tree, "a\\b", "one");
	file_write_text(tree, "a_b", "two");
	file_write_text(tree, "a\nb", "three");
	close(tree);
	ends_prepare(ends, TRANSFER_SEALED, "tree");
	ends_succeed(ends);
	tree = folder_in(ends->to, "tree");
	assert_int_equal(folder_count(tree), 3);
	assert_int_equal(faccessat(tree, "a_b", F_OK, 0), 0);
	assert_int_equal(faccessat(tree, "a_b (2)", F_OK, 0), 0);
	assert_int_equal(faccessat(tree, "a_b (3)", F_OK, 0), 0);
	close(tree);
}

static void
what_cannot_be_read_is_told_and_left_out(void **state)
{
	struct ends *ends = *state;
	int tree = folder_in(ends->from, "tree");
	uid_t nobody = 65534;

	if (geteuid() != 0)
		skip();
	file_write_text(tree, "open", "text");
	file_write_text(tree, "closed", "text");
	fchmodat(tree, "closed", 0, 0);
	close(folder_in(tree, "shut"));
	fchmodat(tree, "shut", 0, 0);
	close(tree);
	for (int i = 0; i < 2; i++) {
		pid_t child;
		int status;

		ends_prepare(
		    ends, i ? TRANSFER_STREAM : TRANSFER_SEALED, "tree");
		child = fork();
		if (child == 0) {
			close(ends->sockets[1]);
			if (setuid(nobody) != 0)
				_exit(1);
			transfer_run(&ends->send);
			_exit(ends->send.outcome.err != 0 ||
			      atomic_load(&ends->send.unreadable) != 2);
		}
		close(ends->sockets[0]);
		transfer_run(&ends->receive);
		close(ends->sockets[1]);
		close(ends->send.source);
		waitpid(child, &status, 0);
		assert_int_equal(status, 0);
		assert_int_equal(ends->receive.outcome.err, 0);
		tree = folder_in(ends->to, ends->receive.outcome.made);
		assert_true(file_is_text(tree, "open", "text"));
		assert_int_equal(folder_count(tree), i == 0 ? 1 : 3);
		if (i == 1)
			assert_true(
			    file_is_text(tree, "closed (Can't open)", ""));
		close(tree);
	}
}

static void
the_folders_list_is_no_part_of_what_is_received(void **state)
{
	struct ends *ends = *state;

	make_tree(ends, 20, 1);
	ends_prepare(ends, TRANSFER_SEALED, "tree");
	ends_succeed(ends);
	assert_int_equal(folder_count(ends->to), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, ends_setup, ends_teardown)
		TEST(a_file_goes_over_as_data),
		TEST(a_file_goes_over_as_ciphered_data),
		TEST(a_file_goes_over_as_a_record),
		TEST(a_file_goes_over_as_a_ciphered_record),
		TEST(a_file_goes_over_sealed),
		TEST(a_sealed_file_keeps_mode_and_time_and_tells_its_digest),
		TEST(an_existing_file_is_not_touched),
		TEST(holes_stay_holes),
		TEST(bytes_read_too_early_are_not_lost),
		TEST(hello_is_said_first),
		TEST(a_folder_of_thousands_goes_over_sealed),
		TEST(a_folder_goes_over_as_a_stream),
		TEST(a_folder_goes_over_as_a_ciphered_stream),
		TEST(names_go_over_in_the_charset_of_the_request),
		TEST(an_empty_folder_and_one_name_twice),
		TEST(names_that_become_alike_are_kept_apart),
		TEST(what_cannot_be_read_is_told_and_left_out),
		TEST(the_folders_list_is_no_part_of_what_is_received),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
