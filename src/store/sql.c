/* sql.c: statements run with their values, and SQLite's errors as ours. */
#include "store/sql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/connection.h"

enum { FIRST_STATEMENTS = 64 };

static int
constraint_error(int extended)
{
	switch (extended) {
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return CAM_ERR_UNKNOWN;
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return CAM_ERR_EXISTS;
	default:
		return CAM_ERR_STORE;
	}
}

/* What the last failed call on the database's file, or on its log, ran into. */
static int
file_errno(sqlite3 *db, int which)
{
	sqlite3_file *file = NULL;
	int number = 0;

	if (sqlite3_file_control(db, "main", which, &file) == SQLITE_OK &&
	    file != NULL && file->pMethods != NULL)
		file->pMethods->xFileControl(
		    file, SQLITE_FCNTL_LAST_ERRNO, &number);
	return number;
}

/* A quota or a file size limit is a full disk to whoever meets it. */
static bool
is_full(sqlite3 *db, int code)
{
	int numbers[2];

	if (code != SQLITE_IOERR)
		return code == SQLITE_FULL;
	numbers[0] = file_errno(db, SQLITE_FCNTL_FILE_POINTER);
	numbers[1] = file_errno(db, SQLITE_FCNTL_JOURNAL_POINTER);
	for (size_t i = 0; i < 2; i++) {
		if (numbers[i] == ENOSPC || numbers[i] == EDQUOT ||
		    numbers[i] == EFBIG)
			return true;
	}
	return false;
}

int
sql_error(struct store *store, int code)
{
	int primary = code & 0xff;
	int extended = sqlite3_extended_errcode(store->db);
	int err = CAM_ERR_STORE;

	if (primary == SQLITE_CONSTRAINT)
		err = constraint_error(extended);
	else if (is_full(store->db, primary))
		err = CAM_ERR_FULL;
	snprintf(store->problem, sizeof store->problem, "%s (SQLite %d)",
	    sqlite3_errmsg(store->db), extended);
	if (extended == SQLITE_IOERR_FSYNC)
		store->dead = true;
	/* Some errors end the whole transaction: what follows would otherwise
	 * be committed piece by piece. */
	if (store->in_batch && sqlite3_get_autocommit(store->db))
		store->batch_err = err;
	return err;
}

static size_t
first_slot(const struct store *store, const char *sql)
{
	return ((uintptr_t)sql * 0x9e3779b97f4a7c15u >> 32) &
	       (store->statement_size - 1);
}

static void
keep_statement(struct store *store, struct statement statement)
{
	size_t i = first_slot(store, statement.sql);

	while (store->statements[i].sql != NULL)
		i = (i + 1) & (store->statement_size - 1);
	store->statements[i] = statement;
}

static void
grow(struct store *store)
{
	struct statement *old = store->statements;
	size_t size = store->statement_size;

	store->statement_size = size == 0 ? FIRST_STATEMENTS : size * 2;
	store->statements =
	    xcalloc(store->statement_size, sizeof *store->statements);
	for (size_t i = 0; i < size; i++) {
		if (old[i].sql != NULL)
			keep_statement(store, old[i]);
	}
	free(old);
}

/* One that is in use, by the caller of a callback, is left alone. */
static sqlite3_stmt *
find_idle(const struct store *store, const char *sql)
{
	size_t i;

	if (store->statement_size == 0)
		return NULL;
	for (i = first_slot(store, sql); store->statements[i].sql != NULL;
	     i = (i + 1) & (store->statement_size - 1)) {
		if (store->statements[i].sql == sql &&
		    !sqlite3_stmt_busy(store->statements[i].stmt))
			return store->statements[i].stmt;
	}
	return NULL;
}

static int
find_statement(struct store *store, const char *sql, sqlite3_stmt **stmt)
{
	sqlite3_stmt *found = find_idle(store, sql);
	int rc;

	if (found == NULL) {
		rc = sqlite3_prepare_v3(store->db, sql, -1,
		    SQLITE_PREPARE_PERSISTENT, &found, NULL);
		if (rc != SQLITE_OK)
			return sql_error(store, rc);
		if (store->statement_count * 2 >= store->statement_size)
			grow(store);
		keep_statement(
		    store, (struct statement){ .sql = sql, .stmt = found });
		store->statement_count++;
	}
	*stmt = found;
	return 0;
}

static int
bind_value(sqlite3_stmt *stmt, int i, const struct value *value)
{
	switch (value->kind) {
	case VALUE_NUMBER:
		return sqlite3_bind_int64(stmt, i, value->number);
	case VALUE_TEXT:
		return sqlite3_bind_text(stmt, i,
		    value->data != NULL ? value->data : "", -1, SQLITE_STATIC);
	case VALUE_BLOB:
		return sqlite3_bind_blob64(
		    stmt, i, value->data, value->len, SQLITE_STATIC);
	case VALUE_END:
		break;
	}
	return SQLITE_MISUSE;
}

int
sql_open(struct store *store, const char *sql, const struct value *values,
    sqlite3_stmt **stmt)
{
	sqlite3_stmt *found = NULL;
	int err, rc;

	if (store->dead)
		return CAM_ERR_STORE;
	if (store->batch_err != 0)
		return store->batch_err;
	err = find_statement(store, sql, &found);
	if (err != 0)
		return err;
	for (int i = 0; values[i].kind != VALUE_END; i++) {
		rc = bind_value(found, i + 1, &values[i]);
		if (rc != SQLITE_OK)
			return sql_error(store, rc);
	}
	*stmt = found;
	return 0;
}

int
sql_next(struct store *store, sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : sql_error(store, rc);
}

void
sql_close(sqlite3_stmt *stmt)
{
	if (stmt == NULL)
		return;
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
}

int
sql_run(struct store *store, const char *sql, const struct value *values)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql, values, &stmt);

	if (err == 0)
		err = sql_next(store, stmt);
	sql_close(stmt);
	return err < 0 ? err : 0;
}

int
sql_first(struct store *store, const char *sql, const struct value *values,
    sqlite3_stmt **stmt)
{
	sqlite3_stmt *found = NULL;
	int err = sql_open(store, sql, values, &found);

	if (err != 0)
		return err;
	err = sql_next(store, found);
	if (err == 1) {
		*stmt = found;
		return 0;
	}
	sql_close(found);
	return err == 0 ? CAM_ERR_UNKNOWN : err;
}

int
sql_number(struct store *store, const char *sql, const struct value *values,
    int64_t *number)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(store, sql, values, &stmt);

	if (err != 0)
		return err;
	*number = sqlite3_column_int64(stmt, 0);
	sql_close(stmt);
	return 0;
}

void
sql_overwrite(struct store *store, bool on)
{
	sqlite3_exec(store->db,
	    on ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = FAST",
	    NULL, NULL, NULL);
}

int
sql_script(struct store *store, const char *sql)
{
	int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : sql_error(store, rc);
}

const char *
sql_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text != NULL ? text : "";
}

struct span
sql_blob(sqlite3_stmt *stmt, int column, size_t max)
{
	const void *bytes = sqlite3_column_blob(stmt, column);
	size_t len = (size_t)sqlite3_column_bytes(stmt, column);

	return len <= max ? span_of(bytes, len) : span_of(NULL, 0);
}

uint32_t
sql_small(sqlite3_stmt *stmt, int column, uint32_t max)
{
	int64_t number = sqlite3_column_int64(stmt, column);

	return number >= 0 && number <= max ? (uint32_t)number : 0;
}
