/* test_store_batch.c: batches: what is kept when something fails, the process
 * is killed, the disk is full. */
#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "kill_at.h"
#include "store/connection.h"
#include "stores.h"

static size_t
count_rows(struct store *store, const char *words)
{
	struct rows rows;

	find_rows(
	    store, (struct store_query){ .words = words, .limit = 50 }, &rows);
	return rows.count;
}

static void
assert_sound(struct store *store)
{
	sqlite3_stmt *stmt = NULL;

	assert_int_equal(sqlite3_prepare_v2(store->db, "PRAGMA integrity_check",
			     -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_string_equal(sqlite3_column_text(stmt, 0), "ok");
	sqlite3_finalize(stmt);
	assert_int_equal(sqlite3_prepare_v2(store->db,
			     "PRAGMA foreign_key_check", -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
}

static void
a_call_that_fails_does_not_undo_those_before_it(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), duplicate_of;
	struct store_message bad = { .talk = 77, .from = uid, .text = "bad" };
	struct store_message sent = { .talk = talk_with(place->store, uid),
		.text = "sent to somebody unknown" };
	struct store_delivery deliveries[2] = { { .uid = uid },
		{ .uid = 1234 } };

	assert_int_equal(store_begin(place->store), 0);
	add_received(place->store, uid, "first", 1);
	assert_int_equal(store_message_receive(place->store, &bad, NULL, 0,
			     NULL, 0, &duplicate_of),
	    CAM_ERR_UNKNOWN);
	/* This one fails in the middle, after writing. */
	assert_int_equal(store_message_send(place->store, &sent, deliveries, 2),
	    CAM_ERR_UNKNOWN);
	add_received(place->store, uid, "second", 2);
	assert_int_equal(store_commit(place->store), 0);
	assert_int_equal(count_rows(place->store, "first"), 1);
	assert_int_equal(count_rows(place->store, "second"), 1);
	assert_int_equal(count_rows(place->store, "unknown"), 0);
	assert_int_equal(count_rows(place->store, NULL), 2);
	assert_sound(place->store);
}

static void
what_is_rolled_back_never_was(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), first, second;

	assert_int_equal(store_begin(place->store), 0);
	first = add_received(place->store, uid, "gone", 1);
	store_rollback(place->store);
	assert_int_equal(count_rows(place->store, "gone"), 0);
	second = add_received(place->store, uid, "there", 1);
	assert_int_equal(first, second);
	assert_int_equal(count_rows(place->store, "there"), 1);
	assert_int_equal(store_commit(place->store), CAM_ERR_STORE);
}

/* Long texts are indexed before the end of a batch; what fails after that must
 * not take their words along. */
static void
a_batch_of_long_texts_keeps_its_words(void **state)
{
	enum { LONG = 1000 * 1000, COUNT = 20 };
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_message bad = { .talk = talk_with(place->store, uid),
		.text = "bad" };
	struct store_delivery deliveries[2] = { { .uid = uid },
		{ .uid = 1234 } };
	char *text = malloc(LONG + 40);

	memset(text, '.', LONG);
	assert_int_equal(store_begin(place->store), 0);
	for (int i = 0; i < COUNT; i++) {
		snprintf(text + LONG, 40, " long%d", i);
		add_received(place->store, uid, text, i);
		assert_int_equal(
		    store_message_send(place->store, &bad, deliveries, 2),
		    CAM_ERR_UNKNOWN);
	}
	assert_int_equal(store_commit(place->store), 0);
	for (int i = 0; i < COUNT; i++) {
		snprintf(text, 40, "long%d", i);
		assert_int_equal(count_rows(place->store, text), 1);
	}
	assert_int_equal(count_rows(place->store, "bad"), 0);
	free(text);
}

/* -- killed --------------------------------------------------------------- */

enum { BATCHES = 4, BATCH = 3 };

struct crash {
	struct place *place;
	int acks; /* a byte for each batch whose commit returned */
};

static void
write_batches(void *arg)
{
	struct crash *crash = arg;
	struct store *store = NULL;
	char text[32];
	int64_t uid;

	if (store_open(crash->place->path, STORE_WRITE, NULL, &store) != 0)
		_exit(1);
	uid = 1;
	for (int i = 0; i < BATCHES; i++) {
		if (store_begin(store) != 0)
			_exit(2);
		for (int j = 0; j < BATCH; j++) {
			struct store_message message = {
				.talk = 2, .from = uid, .text = text
			};
			struct store_hash hash = { { (uint8_t)i, (uint8_t)j },
				1, 0 };
			int64_t duplicate_of;

			snprintf(text, sizeof text, "batch%d item%d", i, j);
			if (store_message_receive(store, &message, NULL, 0,
				&hash, 1, &duplicate_of) != 0)
				_exit(3);
		}
		if (store_commit(store) != 0)
			_exit(4);
		if (write(crash->acks, "", 1) != 1)
			_exit(5);
	}
	store_close(store);
}

static void
check_batches(struct place *place, int acknowledged)
{
	char words[32];

	for (int i = 0; i < BATCHES; i++) {
		size_t kept;

		snprintf(words, sizeof words, "batch%d", i);
		kept = count_rows(place->store, words);
		if (i < acknowledged)
			assert_int_equal(kept, BATCH);
		else if (i == acknowledged)
			assert_true(kept == 0 || kept == BATCH);
		else
			assert_int_equal(kept, 0);
	}
	assert_sound(place->store);
}

static void
what_a_commit_returned_for_survives_being_killed_anywhere(void **state)
{
	int killed = 1;

	for (unsigned n = 1; killed; n += 7) {
		struct place *place = place_new();
		struct crash crash = { .place = place };
		uint8_t acks[BATCHES + 1];
		int pipe_fds[2];
		ssize_t count;
		int64_t uid;

		place_open(place);
		uid = add_user(place->store, "anna");
		assert_int_equal(uid, 1);
		assert_int_equal(talk_with(place->store, uid), 2);
		place_close(place);
		assert_int_equal(pipe(pipe_fds), 0);
		crash.acks = pipe_fds[1];
		killed = kill_at(write_batches, &crash, n);
		close(pipe_fds[1]);
		count = read(pipe_fds[0], acks, sizeof acks);
		close(pipe_fds[0]);
		assert_true(count >= 0);
		place_open(place);
		check_batches(place, (int)count);
		place_free(place);
	}
}

/* -- full ----------------------------------------------------------------- */

/* Fills in batches until one fails; then nothing of that one is there, and with
 * room again it goes on. */
static void
fill_until_full(struct place *place, void (*make_room)(struct store *store))
{
	char text[2048], words[32];
	int64_t uid = add_user(place->store, "anna"),
		talk = talk_with(place->store, uid), duplicate_of;
	int batch, err = 0;

	for (batch = 0; batch < 10000 && err == 0; batch++) {
		int failed = 0;

		err = store_begin(place->store);
		for (int i = 0; err == 0 && i < 10; i++) {
			struct store_message message = {
				.talk = talk, .from = uid, .text = text
			};

			memset(text, 'y', sizeof text);
			snprintf(text, sizeof text, "batch%d item%d", batch, i);
			text[strlen(text)] = ' ';
			text[sizeof text - 1] = 0;
			failed = store_message_receive(place->store, &message,
			    NULL, 0, NULL, 0, &duplicate_of);
			assert_true(failed == 0 || failed == CAM_ERR_FULL);
		}
		if (err == 0)
			err = store_commit(place->store);
		if (failed != 0)
			assert_int_equal(err, CAM_ERR_FULL);
	}
	if (err != CAM_ERR_FULL)
		fail_msg("%d: %s", err, store_problem(place->store));
	assert_true(batch > 2);
	snprintf(words, sizeof words, "batch%d", batch - 1);
	assert_int_equal(count_rows(place->store, words), 0);
	snprintf(words, sizeof words, "batch%d", batch - 2);
	assert_int_equal(count_rows(place->store, words), 10);
	assert_int_equal(
	    count_rows(place->store, NULL), (size_t)(batch - 1) * 10);
	make_room(place->store);
	add_received(place->store, uid, "room again", 1);
	assert_int_equal(count_rows(place->store, "room"), 1);
	assert_sound(place->store);
}

static void
raise_page_count(struct store *store)
{
	sqlite3_exec(
	    store->db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL);
}

static void
a_full_database_loses_the_batch_and_no_more(void **state)
{
	struct place *place = *state;

	sqlite3_exec(
	    place->store->db, "PRAGMA max_page_count = 300", NULL, NULL, NULL);
	fill_until_full(place, raise_page_count);
}

static void
raise_file_size(struct store *store)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void
a_file_that_may_not_grow_loses_the_batch_and_no_more(void **state)
{
	struct place *place = *state;
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_IGN);
	limit.rlim_cur = 1024 * 1024;
	setrlimit(RLIMIT_FSIZE, &limit);
	fill_until_full(place, raise_file_size);
	raise_file_size(place->store);
}

static void
make_tmpfs_larger(struct store *store)
{
	const char *path = sqlite3_db_filename(store->db, "main");
	char *folder = strdup(path);

	*strrchr(folder, '/') = 0;
	assert_int_equal(mount("none", folder, "tmpfs", MS_REMOUNT | MS_NOSUID,
			     "size=64m,mode=0700"),
	    0);
	free(folder);
}

/* In a child, for the namespace of mounts is a process's own. */
static void
a_full_disk_loses_the_batch_and_no_more(void **state)
{
	struct place *place = *state;
	pid_t child;
	int status = 0;

	place_close(place);
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWNS) != 0 ||
		    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		    mount("none", place->folder, "tmpfs", MS_NOSUID,
			"size=2m,mode=0700") != 0)
			_exit(77);
		place_open(place);
		fill_until_full(place, make_tmpfs_larger);
		place_close(place);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* -- a disk that fails ------------------------------------------------------
 */

/* The real file system, but that syncing can be made to fail. */
static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	sqlite3_io_methods methods[2]; /* of the database, of others */
	int (*real_sync)(sqlite3_file *file, int flags);
	int fails;
} broken_disk;

static int
on_sync(sqlite3_file *file, int flags)
{
	if (broken_disk.fails)
		return SQLITE_IOERR_FSYNC;
	return broken_disk.real_sync(file, flags);
}

static int
on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *out_flags)
{
	int rc = broken_disk.real->xOpen(
	    broken_disk.real, name, file, flags, out_flags);

	if (rc == SQLITE_OK && file->pMethods != NULL) {
		sqlite3_io_methods *methods =
		    &broken_disk.methods[!(flags & SQLITE_OPEN_MAIN_DB)];

		broken_disk.real_sync = file->pMethods->xSync;
		*methods = *file->pMethods;
		methods->xSync = on_sync;
		file->pMethods = methods;
	}
	return rc;
}

static void
a_commit_that_the_disk_does_not_take_stops_the_store(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna");
	struct store_user user = { .logon = "bob", .host = "pc2" };

	place_close(place);
	broken_disk.real = sqlite3_vfs_find(NULL);
	broken_disk.vfs = *broken_disk.real;
	broken_disk.vfs.zName = "broken";
	broken_disk.vfs.xOpen = on_open;
	sqlite3_vfs_register(&broken_disk.vfs, 1);
	place_open(place);
	assert_int_equal(store_begin(place->store), 0);
	add_received(place->store, uid, "lost", 1);
	broken_disk.fails = 1;
	assert_int_equal(store_commit(place->store), CAM_ERR_STORE);
	broken_disk.fails = 0;
	assert_int_equal(store_begin(place->store), CAM_ERR_STORE);
	assert_int_equal(store_user_put(place->store, &user), CAM_ERR_STORE);
	place_close(place);
	sqlite3_vfs_unregister(&broken_disk.vfs);
	sqlite3_vfs_register(broken_disk.real, 1);
	place_open(place);
	assert_true(count_rows(place->store, "lost") <= 1);
	add_received(place->store, uid, "again", 1);
	assert_int_equal(count_rows(place->store, "again"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(a_call_that_fails_does_not_undo_those_before_it),
		TEST_OF_STORE(what_is_rolled_back_never_was),
		TEST_OF_STORE(a_batch_of_long_texts_keeps_its_words),
		cmocka_unit_test(
		    what_a_commit_returned_for_survives_being_killed_anywhere),
		TEST_OF_STORE(a_full_database_loses_the_batch_and_no_more),
		TEST_OF_STORE(
		    a_file_that_may_not_grow_loses_the_batch_and_no_more),
		TEST_OF_STORE(a_full_disk_loses_the_batch_and_no_more),
		TEST_OF_STORE(
		    a_commit_that_the_disk_does_not_take_stops_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
