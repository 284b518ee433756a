/* store.c: a connection opened, batched, closed. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "store/connection.h"
#include "store/gather.h"
#include "store/index.h"
#include "store/schema.h"
#include "store/sql.h"
#include "store/tokenizer.h"

enum { PENDING_MAX = 64 * 1024 * 1024 };

static int
system_problem(struct store *store, int err, const char *what)
{
	snprintf(store->problem, sizeof store->problem, "%s: %s", what,
	    strerror(errno));
	return err;
}

static int
unsafe(struct store *store, const char *what)
{
	snprintf(store->problem, sizeof store->problem, "%s", what);
	return CAM_ERR_UNSAFE;
}

static int
check_folder(struct store *store, const char *path)
{
	char *copy = xstrdup(path);
	struct stat st;
	int err = 0;

	if (stat(dirname(copy), &st) < 0)
		err = system_problem(store, CAM_ERR_SYSTEM, _("its folder"));
	else if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		err = unsafe(store, _("its folder is not ours"));
	else if (st.st_mode & 022)
		err = unsafe(store, _("others can write its folder"));
	free(copy);
	return err;
}

/* Makes the file when it may; SQLite gives its -wal and -shm the same mode. */
static int
check_file(struct store *store, const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) < 0 && errno == ENOENT &&
	    store->mode == STORE_WRITE) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			return system_problem(
			    store, CAM_ERR_SYSTEM, _("cannot be made"));
		close(fd);
	}
	if (lstat(path, &st) < 0)
		return system_problem(
		    store, CAM_ERR_SYSTEM, _("cannot be read"));
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return unsafe(store, _("it is not a file of ours"));
	if (st.st_mode & 022)
		return unsafe(store, _("others can write it"));
	if (st.st_mode & 077 && chmod(path, 0600) < 0)
		return system_problem(store, CAM_ERR_SYSTEM, _("its mode"));
	return 0;
}

/*
 * A file beside the database, since closing a second descriptor of the database
 * itself would drop SQLite's locks on it.
 */
static int
lock_writer(struct store *store, const char *path)
{
	char *name = xasprintf("%s-lock", path);
	int err = 0;

	store->lock_fd =
	    open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (store->lock_fd < 0)
		err = system_problem(store, CAM_ERR_SYSTEM, name);
	else if (flock(store->lock_fd, LOCK_EX | LOCK_NB) < 0)
		err = system_problem(
		    store, CAM_ERR_EXISTS, _("another process writes it"));
	free(name);
	return err;
}

static void
set_limits(sqlite3 *db)
{
	static const int limits[][2] = {
		{ SQLITE_LIMIT_LENGTH, 16 * LIMIT_MESSAGE_TEXT },
		{ SQLITE_LIMIT_SQL_LENGTH, 64 * 1024 },
		{ SQLITE_LIMIT_COLUMN, 64 },
		{ SQLITE_LIMIT_EXPR_DEPTH, 64 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 8 },
		{ SQLITE_LIMIT_FUNCTION_ARG, 16 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_VARIABLE_NUMBER, 64 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 8 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
	};

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
		sqlite3_limit(db, limits[i][0], limits[i][1]);
}

/* The file may come from anywhere (threat model S6). */
static void
set_defences(sqlite3 *db)
{
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, STORE_BUSY_TIMEOUT_MS);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	set_limits(db);
}

static int
open_database(struct store *store, const char *path)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
		    (store->mode == STORE_WRITE ? SQLITE_OPEN_READWRITE
						: SQLITE_OPEN_READONLY);
	int rc = sqlite3_open_v2(path, &store->db, flags, NULL);

	if (rc != SQLITE_OK)
		return store->db != NULL ? sql_error(store, rc) : CAM_ERR_STORE;
	set_defences(store->db);
	return 0;
}

/*
 * secure_delete FAST zeroes what is deleted where that costs no further
 * writing; the full form would write every page again that the search index
 * merges away. The writer's cache holds what a large batch changes, which
 * otherwise is written twice. The WAL may grow to 8 MiB before it is taken into
 * the file.
 */
static int
set_up(struct store *store)
{
	int err = sql_script(store, "PRAGMA cell_size_check = ON;"
				    "PRAGMA temp_store = MEMORY;"
				    "PRAGMA cache_size = -2048;");

	if (err == 0)
		err = tokenizer_register(store);
	if (store->mode == STORE_READ)
		return err != 0 ? err : schema_check(store);
	if (err == 0)
		err = schema_migrate(store);
	if (err == 0)
		err = sql_script(store, "PRAGMA journal_mode = WAL;"
					"PRAGMA synchronous = FULL;"
					"PRAGMA secure_delete = FAST;"
					"PRAGMA cache_size = -8192;"
					"PRAGMA wal_autocheckpoint = 2000;"
					"PRAGMA journal_size_limit = 8388608;");
	return err;
}

static int
open_all(struct store *store, const char *path)
{
	int err = check_folder(store, path);

	if (err == 0)
		err = check_file(store, path);
	if (err == 0 && store->mode == STORE_WRITE)
		err = lock_writer(store, path);
	if (err == 0)
		err = open_database(store, path);
	if (err == 0)
		err = set_up(store);
	if (err == CAM_ERR_STORE && store->db != NULL) {
		int code = sqlite3_errcode(store->db) & 0xff;

		if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
			err = CAM_ERR_FORMAT;
	}
	return err;
}

static int
open_with(const struct schema *schema, const char *path, enum store_mode mode,
    char problem[STORE_PROBLEM_SIZE], struct store **result)
{
	struct store *store = xcalloc(1, sizeof *store);
	int err;

	store->schema = schema;
	store->mode = mode;
	store->lock_fd = -1;
	store->is_stale = mode == STORE_WRITE;
	batch_forget(store);
	buf_init(&store->pending, PENDING_MAX);
	err = open_all(store, path);
	if (err != 0) {
		if (problem != NULL)
			snprintf(problem, STORE_PROBLEM_SIZE, "%.200s: %.300s",
			    path, store->problem);
		store_close(store);
		return err;
	}
	*result = store;
	return 0;
}

int
store_open(const char *path, enum store_mode mode,
    char problem[STORE_PROBLEM_SIZE], struct store **store)
{
	return open_with(&schema_user, path, mode, problem, store);
}

int
store_open_server(const char *path, enum store_mode mode,
    char problem[STORE_PROBLEM_SIZE], struct store **store)
{
	return open_with(&schema_server, path, mode, problem, store);
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_rollback(store);
	for (size_t i = 0; i < store->statement_size; i++)
		sqlite3_finalize(store->statements[i].stmt);
	free(store->statements);
	index_finish(store);
	gather_stop(store);
	sqlite3_close(store->db);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	buf_finish(&store->pending);
	free(store->totals);
	free(store);
}

const char *
store_problem(const struct store *store)
{
	return store->problem;
}
