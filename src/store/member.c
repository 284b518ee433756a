/* member.c: the members of an organisation. */
#include "store/member.h"

#include <string.h>

#include "base/err.h"
#include "store/connection.h"
#include "store/sql.h"

enum { KEY_SIZE = 32, DEVICES_MAX = 4096 };

#define COLUMNS                                                                \
	"member, logon, nick, grp, state, user_key, devices, made_ms,"         \
	" joined_ms, seen_ms"

static const char *const sql_add =
    "INSERT INTO member(logon, nick, grp, state, user_key, devices, made_ms,"
    " joined_ms, seen_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    " RETURNING member";
static const char *const sql_put =
    "UPDATE member SET logon = ?1, nick = ?2, grp = ?3, state = ?4,"
    " user_key = ?5, devices = ?6, made_ms = ?7, joined_ms = ?8, seen_ms = ?9"
    " WHERE member = ?10";
static const char *const sql_get =
    "SELECT " COLUMNS " FROM member WHERE logon = ?1";
static const char *const sql_by_key =
    "SELECT " COLUMNS " FROM member WHERE user_key = ?1";
static const char *const sql_by_number =
    "SELECT " COLUMNS " FROM member WHERE member = ?1";
static const char *const sql_each =
    "SELECT " COLUMNS " FROM member WHERE logon > ?1 AND"
    " (?2 < 0 OR state = ?2) ORDER BY logon LIMIT ?3";
static const char *const sql_count =
    "SELECT state, count(*) FROM member GROUP BY state";
static const char *const sql_seen =
    "UPDATE member SET seen_ms = ?2 WHERE member = ?1";

/* No key is NULL, so that many can have none; no devices are no bytes. */
#define BIND_MEMBER(m)                                                         \
	TEXT((m)->logon), TEXT((m)->nick), TEXT((m)->group),                   \
	    NUMBER((m)->state),                                                \
	    BLOB((m)->user_key.len > 0 ? (m)->user_key.data : NULL,            \
		(m)->user_key.len),                                            \
	    BLOB((m)->devices.len > 0 ? (const void *)(m)->devices.data : "",  \
		(m)->devices.len),                                             \
	    NUMBER((m)->made_ms), NUMBER((m)->joined_ms), NUMBER((m)->seen_ms)

static int
from_row(sqlite3_stmt *stmt, struct store_member *member)
{
	*member = (struct store_member){
		.member = sqlite3_column_int64(stmt, 0),
		.logon = sql_text(stmt, 1),
		.nick = sql_text(stmt, 2),
		.group = sql_text(stmt, 3),
		.state = sql_small(stmt, 4, MEMBER_REMOVED),
		.user_key = sql_blob(stmt, 5, KEY_SIZE),
		.devices = sql_blob(stmt, 6, DEVICES_MAX),
		.made_ms = sqlite3_column_int64(stmt, 7),
		.joined_ms = sqlite3_column_int64(stmt, 8),
		.seen_ms = sqlite3_column_int64(stmt, 9),
	};
	return member->user_key.len == 0 || member->user_key.len == KEY_SIZE
		   ? 0
		   : CAM_ERR_FORMAT;
}

int
store_member_put(struct store *store, struct store_member *member)
{
	int err;

	if (member->user_key.len != 0 && member->user_key.len != KEY_SIZE)
		return CAM_ERR_FORMAT;
	if (member->devices.len > DEVICES_MAX)
		return CAM_ERR_LIMIT;
	if (member->member == 0)
		return sql_number(
		    store, sql_add, BIND(BIND_MEMBER(member)), &member->member);
	err = sql_run(
	    store, sql_put, BIND(BIND_MEMBER(member), NUMBER(member->member)));
	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = CAM_ERR_UNKNOWN;
	return err;
}

static int
find(struct store *store, const char *sql, const struct value *values,
    int (*found)(const struct store_member *member, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_member member;
	int err = sql_first(store, sql, values, &stmt);

	if (err != 0)
		return err;
	err = from_row(stmt, &member);
	if (err == 0)
		err = found(&member, arg);
	sql_close(stmt);
	return err;
}

int
store_member_get(struct store *store, const char *logon,
    int (*found)(const struct store_member *member, void *arg), void *arg)
{
	return find(store, sql_get, BIND(TEXT(logon)), found, arg);
}

int
store_member_by_key(struct store *store, struct span user_key,
    int (*found)(const struct store_member *member, void *arg), void *arg)
{
	return find(store, sql_by_key, BIND(BLOB(user_key.data, user_key.len)),
	    found, arg);
}

int
store_member_by_number(struct store *store, int64_t number,
    int (*found)(const struct store_member *member, void *arg), void *arg)
{
	return find(store, sql_by_number, BIND(NUMBER(number)), found, arg);
}

int
store_member_each(struct store *store, const char *after, int state,
    size_t limit, int (*each)(const struct store_member *member, void *arg),
    void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_member member;
	int err = sql_open(store, sql_each,
	    BIND(TEXT(after), NUMBER(state), NUMBER(limit)), &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		err = from_row(stmt, &member);
		if (err == 0)
			err = each(&member, arg);
	}
	sql_close(stmt);
	return err;
}

int
store_member_count(struct store *store, size_t counts[MEMBER_REMOVED + 1])
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_count, BIND_NOTHING, &stmt);

	memset(counts, 0, (MEMBER_REMOVED + 1) * sizeof *counts);
	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		counts[sql_small(stmt, 0, MEMBER_REMOVED)] =
		    (size_t)sqlite3_column_int64(stmt, 1);
		err = 0;
	}
	sql_close(stmt);
	return err;
}

int
store_member_seen(struct store *store, int64_t member, int64_t now_ms)
{
	int err =
	    sql_run(store, sql_seen, BIND(NUMBER(member), NUMBER(now_ms)));

	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = CAM_ERR_UNKNOWN;
	return err;
}
