/* sql.h: statements run with their values, and SQLite's errors as ours. */
#ifndef CAM_STORE_SQL_H
#define CAM_STORE_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct store;

enum value_kind { VALUE_END, VALUE_NUMBER, VALUE_TEXT, VALUE_BLOB };
struct value {
	enum value_kind kind;
	int64_t number;
	const void *data;
	size_t len;
};

/* What ?1, ?2 ... of a statement are, borrowed until it is closed. */
#define BIND(...)                                                              \
	(const struct value[])                                                 \
	{                                                                      \
		__VA_ARGS__,                                                   \
		{                                                              \
			.kind = VALUE_END                                      \
		}                                                              \
	}
#define BIND_NOTHING ((const struct value[]){ { .kind = VALUE_END } })
#define NUMBER(n)                                                              \
	{                                                                      \
		.kind = VALUE_NUMBER, .number = (int64_t)(n)                   \
	}
/* NULL is written as "". */
#define TEXT(t)                                                                \
	{                                                                      \
		.kind = VALUE_TEXT, .data = (t)                                \
	}
/* A NULL pointer is written as NULL. */
#define BLOB(d, n)                                                             \
	{                                                                      \
		.kind = VALUE_BLOB, .data = (d), .len = (n)                    \
	}

/*
 * sql is a string constant: its statement is kept for the next time under its
 * address. No row is expected.
 */
int sql_run(struct store *store, const char *sql, const struct value *values);
/* The first column of the first row; CAM_ERR_UNKNOWN when there is none. */
int sql_number(struct store *store, const char *sql, const struct value *values,
    int64_t *number);
/* The same for all its columns: stmt, to be closed, stands on that row. */
int sql_first(struct store *store, const char *sql, const struct value *values,
    sqlite3_stmt **stmt);
/*
 * The same for several rows: open, then next until it is 0 (1: a row, or an
 * error), then close, which takes NULL too.
 */
int sql_open(struct store *store, const char *sql, const struct value *values,
    sqlite3_stmt **stmt);
int sql_next(struct store *store, sqlite3_stmt *stmt);
void sql_close(sqlite3_stmt *stmt);

/* Statements without values or rows, several in a text; nothing is kept. */
int sql_script(struct store *store, const char *sql);

/* Whether pages that are no longer used are overwritten with zeros: that takes
 * further writing, so only for what was taken away by somebody. */
void sql_overwrite(struct store *store, bool on);

/* Our error for the code that SQLite returned last on this connection; says so
 * in problem. */
int sql_error(struct store *store, int code);

/* Columns as hostile bytes: never NULL, 0 or "" for what has another type. */
const char *sql_text(sqlite3_stmt *stmt, int column);
/* Borrowed as text is; empty where it is longer than max. */
struct span sql_blob(sqlite3_stmt *stmt, int column, size_t max);
/* A number within 0 .. max, else 0. */
uint32_t sql_small(sqlite3_stmt *stmt, int column, uint32_t max);

#endif
