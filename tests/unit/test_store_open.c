/* test_store_open.c: a database made, refused, locked. */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "kill_at.h"
#include "store/sql.h"
#include "stores.h"

static int
closed_setup(void **state)
{
	*state = place_new();
	return 0;
}

#define TEST_CLOSED(test)                                                      \
	cmocka_unit_test_setup_teardown(test, closed_setup, place_teardown)

static int
try_open(struct place *place, enum store_mode mode, char *problem)
{
	struct store *store = NULL;
	int err = store_open(place->path, mode, problem, &store);

	store_close(store);
	return err;
}

static void
run_sql(struct place *place, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
a_new_database_can_be_read_by_its_owner_alone(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-lock" };
	struct place *place = *state;
	mode_t mask = umask(0);
	struct stat st;
	char path[120];

	place_open(place);
	add_user(place->store, "anna");
	umask(mask);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		snprintf(path, sizeof path, "%s%s", place->path, ends[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

static void
a_database_others_can_read_is_closed_to_them(void **state)
{
	struct place *place = *state;
	struct stat st;

	place_open(place);
	place_close(place);
	assert_int_equal(chmod(place->path, 0644), 0);
	place_open(place);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
what_others_can_write_is_refused(void **state)
{
	struct place *place = *state;
	char problem[STORE_PROBLEM_SIZE];

	place_open(place);
	place_close(place);
	assert_int_equal(chmod(place->path, 0666), 0);
	assert_int_equal(try_open(place, STORE_WRITE, problem), CAM_ERR_UNSAFE);
	assert_int_equal(chmod(place->path, 0600), 0);
	assert_int_equal(chmod(place->folder, 0777), 0);
	assert_int_equal(try_open(place, STORE_WRITE, problem), CAM_ERR_UNSAFE);
	assert_non_null(strstr(problem, place->path));
	assert_int_equal(chmod(place->folder, 0700), 0);
}

static void
a_link_is_refused(void **state)
{
	struct place *place = *state;
	char problem[STORE_PROBLEM_SIZE], target[120];

	place_open(place);
	place_close(place);
	snprintf(target, sizeof target, "%s-there", place->path);
	assert_int_equal(rename(place->path, target), 0);
	assert_int_equal(symlink(target, place->path), 0);
	assert_int_equal(try_open(place, STORE_WRITE, problem), CAM_ERR_UNSAFE);
}

static void
a_missing_folder_or_file_is_named(void **state)
{
	struct place *place = *state;
	struct store *store = NULL;
	char problem[STORE_PROBLEM_SIZE];

	assert_int_equal(
	    store_open("/nowhere/cam.db", STORE_WRITE, problem, &store),
	    CAM_ERR_SYSTEM);
	assert_non_null(strstr(problem, "/nowhere/cam.db"));
	assert_int_equal(try_open(place, STORE_READ, problem), CAM_ERR_SYSTEM);
	assert_int_not_equal(access(place->path, F_OK), 0);
}

static void
a_newer_schema_is_refused_and_left_alone(void **state)
{
	struct place *place = *state;
	char problem[STORE_PROBLEM_SIZE], sql[64];
	int64_t version = 0;

	place_open(place);
	add_user(place->store, "anna");
	assert_int_equal(sql_number(place->store, "PRAGMA user_version",
			     BIND_NOTHING, &version),
	    0);
	place_close(place);
	run_sql(place, "PRAGMA user_version = 99");
	assert_int_equal(
	    try_open(place, STORE_WRITE, problem), CAM_ERR_VERSION);
	assert_non_null(strstr(problem, "99"));
	assert_int_equal(try_open(place, STORE_READ, problem), CAM_ERR_VERSION);
	snprintf(sql, sizeof sql, "PRAGMA user_version = %d", (int)version);
	run_sql(place, sql);
	place_open(place);
	assert_true(add_user(place->store, "anna") == 1);
}

static void
anothers_database_is_refused_and_left_alone(void **state)
{
	struct place *place = *state;
	char problem[STORE_PROBLEM_SIZE];

	run_sql(place, "CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1)");
	assert_int_equal(chmod(place->path, 0600), 0);
	assert_int_equal(try_open(place, STORE_WRITE, problem), CAM_ERR_FORMAT);
	run_sql(place, "INSERT INTO theirs VALUES(2)");
}

static void
a_file_that_is_no_database_is_refused_and_left_alone(void **state)
{
	struct place *place = *state;
	char problem[STORE_PROBLEM_SIZE], bytes[8192], read_back[8192];
	int fd = open(place->path, O_RDWR | O_CREAT, 0600);

	memset(bytes, 'x', sizeof bytes);
	assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
	assert_int_equal(try_open(place, STORE_WRITE, problem), CAM_ERR_FORMAT);
	assert_int_equal(
	    pread(fd, read_back, sizeof read_back, 0), sizeof bytes);
	assert_memory_equal(bytes, read_back, sizeof bytes);
	close(fd);
}

static int
count_user(const struct store_user *user, void *arg)
{
	++*(size_t *)arg;
	return 0;
}

/* Whatever bytes are turned over: an error or the rows, no crash. */
static void
a_damaged_database_gives_an_error(void **state)
{
	struct place *place = *state;
	char problem[STORE_PROBLEM_SIZE];
	struct store *store = NULL;
	struct store_query query = { .words = "meeting", .limit = 50 };
	struct rows rows;
	int64_t uid, next;
	size_t users, errors = 0;
	off_t size;
	int fd;

	place_open(place);
	uid = add_user(place->store, "anna");
	for (int i = 0; i < 300; i++)
		add_received(place->store, uid, "a meeting at ten", i);
	place_close(place);
	fd = open(place->path, O_RDWR);
	size = lseek(fd, 0, SEEK_END);
	srandom(1);
	for (int i = 0; i < 300; i++) {
		uint8_t byte, broken;
		off_t at = random() % size;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		broken = byte ^ (uint8_t)(1 + random() % 255);
		assert_int_equal(pwrite(fd, &broken, 1, at), 1);
		if (store_open(place->path, STORE_WRITE, problem, &store) ==
		    0) {
			users = rows.count = 0;
			errors +=
			    store_user_each(store, count_user, &users) != 0;
			errors += store_history(store, &query, gather_row,
				      &rows, &next) != 0;
			store_close(store);
			store = NULL;
		} else {
			errors++;
			assert_true(strlen(problem) > 0);
		}
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd);
	assert_true(errors > 0);
	place_open(place);
	find_rows(place->store, query, &rows);
	assert_int_equal(rows.count, 300);
}

static void
a_second_writer_is_refused(void **state)
{
	struct place *place = *state;
	char problem[STORE_PROBLEM_SIZE];

	place_open(place);
	assert_int_equal(try_open(place, STORE_WRITE, problem), CAM_ERR_EXISTS);
	place_close(place);
	assert_int_equal(try_open(place, STORE_WRITE, problem), 0);
}

static void
a_reader_sees_what_was_committed_and_cannot_write(void **state)
{
	struct place *place = *state;
	struct store *reader = NULL;
	struct store_user user = { .logon = "bob", .host = "pc2" };
	struct rows rows;
	int64_t uid;

	place_open(place);
	uid = add_user(place->store, "anna");
	assert_int_equal(store_open(place->path, STORE_READ, NULL, &reader), 0);
	assert_int_equal(store_begin(place->store), 0);
	add_received(place->store, uid, "hello", 1);
	find_rows(reader, (struct store_query){ .words = "hello", .limit = 5 },
	    &rows);
	assert_int_equal(rows.count, 0);
	assert_int_equal(store_commit(place->store), 0);
	find_rows(reader, (struct store_query){ .words = "hello", .limit = 5 },
	    &rows);
	assert_int_equal(rows.count, 1);
	assert_int_equal(store_user_put(reader, &user), CAM_ERR_STORE);
	store_close(reader);
}

static void
make_database(void *arg)
{
	struct place *place = arg;
	struct store *store = NULL;

	if (store_open(place->path, STORE_WRITE, NULL, &store) != 0)
		_exit(1);
	store_close(store);
}

/* Making the tables is one transaction: killed anywhere it starts again. */
static void
a_database_left_half_made_is_made_anew(void **state)
{
	struct place *place = *state;

	for (unsigned n = 1; kill_at(make_database, place, n); n += 5) {
		place_open(place);
		assert_int_equal(add_user(place->store, "anna"), 1);
		place_close(place);
		unlink(place->path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_CLOSED(a_new_database_can_be_read_by_its_owner_alone),
		TEST_CLOSED(a_database_others_can_read_is_closed_to_them),
		TEST_CLOSED(what_others_can_write_is_refused),
		TEST_CLOSED(a_link_is_refused),
		TEST_CLOSED(a_missing_folder_or_file_is_named),
		TEST_CLOSED(a_newer_schema_is_refused_and_left_alone),
		TEST_CLOSED(anothers_database_is_refused_and_left_alone),
		TEST_CLOSED(
		    a_file_that_is_no_database_is_refused_and_left_alone),
		TEST_CLOSED(a_damaged_database_gives_an_error),
		TEST_CLOSED(a_second_writer_is_refused),
		TEST_CLOSED(a_reader_sees_what_was_committed_and_cannot_write),
		TEST_CLOSED(a_database_left_half_made_is_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
