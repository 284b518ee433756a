/* talk.c: the history with one user or one set of users. */
#include "store/talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "store/connection.h"
#include "store/record.h"
#include "store/sql.h"

/* The users of a talk as text, and what that can be long. */
static const char everybody[] = "*";
enum { USERS_TEXT_MAX = STORE_TALK_USERS * 20 };

static const char *const sql_find = "SELECT talk FROM talk WHERE users = ?1";
static const char *const sql_add =
    "INSERT INTO talk(users) VALUES(?1) RETURNING talk";
static const char *const sql_add_user =
    "INSERT INTO talk_user(uid, talk) VALUES(?1, ?2)";
static const char *const sql_talks_of =
    "SELECT t.talk, t.users FROM talk_user AS u"
    " JOIN talk AS t ON t.talk = u.talk WHERE u.uid IN (SELECT ?1 UNION ALL"
    " SELECT uid FROM user INDEXED BY user_merged"
    " WHERE merged_into = ?1 AND merged_into > 0)";
static const char *const sql_users = "SELECT users FROM talk WHERE talk = ?1";
static const char *const sql_get =
    "SELECT talk, users, last_row, read_row, unread FROM talk"
    " WHERE talk = ?1";
static const char *const sql_each =
    "SELECT talk, users, last_row, read_row, unread FROM talk"
    " WHERE last_row > 0 ORDER BY last_row DESC";
static const char *const sql_grow =
    "UPDATE talk SET last_row = ?2, unread = unread + ?3 WHERE talk = ?1";
static const char *const sql_shrink =
    "UPDATE talk SET last_row = coalesce((SELECT row FROM message"
    " INDEXED BY message_talk WHERE talk = ?1 AND marks & 192 = 0"
    " ORDER BY row DESC LIMIT 1), 0),"
    " unread = max(unread - ?2, 0) WHERE talk = ?1";
static const char *const sql_read =
    "UPDATE talk SET read_row = last_row, unread = 0 WHERE talk = ?1";
static const char *const sql_unread = "SELECT total(unread) FROM talk";

static int
compare_uids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Sorts the copy and drops what is there twice. */
static size_t
sort_uids(int64_t *uids, size_t count)
{
	size_t kept = 0;

	qsort(uids, count, sizeof *uids, compare_uids);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || uids[kept - 1] != uids[i])
			uids[kept++] = uids[i];
	}
	return kept;
}

static char *
users_text(const int64_t *uids, size_t count)
{
	struct buf text;

	buf_init(&text, USERS_TEXT_MAX + 1);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_put_byte(&text, ',');
		buf_put_decimal(&text, uids[i]);
	}
	return buf_steal_text(&text);
}

static int
add(struct store *store, const char *users, const int64_t *uids, size_t count,
    int64_t *talk)
{
	int64_t added = 0;
	int err = operation_begin(store, OPERATION_SAVED);

	if (err != 0)
		return err;
	err = sql_number(store, sql_add, BIND(TEXT(users)), &added);
	for (size_t i = 0; err == 0 && i < count; i++)
		err = sql_run(
		    store, sql_add_user, BIND(NUMBER(uids[i]), NUMBER(added)));
	for (size_t i = 0; err == 0 && i < count; i++)
		err = user_keep(store, uids[i]);
	err = operation_end(store, err);
	if (err == 0)
		*talk = added;
	return err;
}

/* Most messages are of the talk that the one before was of. */
static int
find(struct store *store, const char *users, int64_t *talk)
{
	if (store->talk == 0 || strcmp(store->talk_users, users) != 0)
		return sql_number(store, sql_find, BIND(TEXT(users)), talk);
	*talk = store->talk;
	return 0;
}

static void
remember(struct store *store, const char *users, int64_t talk)
{
	size_t size = strlen(users) + 1;

	if (size > sizeof store->talk_users)
		return;
	memcpy(store->talk_users, users, size);
	store->talk = talk;
}

static int
find_or_add(struct store *store, const int64_t *uids, size_t count,
    bool may_add, int64_t *talk)
{
	int64_t *sorted = NULL;
	char *users = NULL;
	int err;

	if (count == 0)
		return CAM_ERR_UNKNOWN;
	sorted = xmemdup(uids, count * sizeof *uids);
	count = sort_uids(sorted, count);
	if (count > STORE_TALK_USERS) {
		*talk = STORE_TALK_ALL;
		free(sorted);
		return 0;
	}
	users = users_text(sorted, count);
	err = find(store, users, talk);
	if (err == CAM_ERR_UNKNOWN && may_add)
		err = add(store, users, sorted, count, talk);
	if (err == 0)
		remember(store, users, *talk);
	free(sorted);
	free(users);
	return err;
}

int
store_talk_make(
    struct store *store, const int64_t *uids, size_t count, int64_t *talk)
{
	return find_or_add(store, uids, count, true, talk);
}

int
store_talk_find(
    struct store *store, const int64_t *uids, size_t count, int64_t *talk)
{
	return find_or_add(store, uids, count, false, talk);
}

int
talk_open(
    struct store *store, int64_t talk, const char **users, sqlite3_stmt **stmt)
{
	int err = sql_first(store, sql_users, BIND(NUMBER(talk)), stmt);

	if (err == 0)
		*users = sql_text(*stmt, 0);
	return err;
}

/* Up to max of them; how many there are. */
static size_t
parse_users(const char *users, int64_t *uids, size_t max)
{
	struct span rest = span_text(users), head;
	size_t count = 0;
	uint64_t uid = 0;
	bool more = strcmp(users, everybody) != 0;

	while (more && count < STORE_TALK_USERS) {
		more = span_cut(&rest, ',', &head);
		if (number_decimal(more ? head : rest, INT64_MAX, &uid) != 0)
			break;
		if (count < max)
			uids[count] = (int64_t)uid;
		count++;
	}
	return count;
}

int
store_talk_users(
    struct store *store, int64_t talk, int64_t *uids, size_t max, size_t *count)
{
	sqlite3_stmt *stmt = NULL;
	const char *users = NULL;
	int err = talk_open(store, talk, &users, &stmt);

	if (err == 0)
		*count = parse_users(users, uids, max);
	sql_close(stmt);
	return err;
}

/* The talk's users, each as who he lives on as, are those. */
static int
is_between(struct store *store, const char *users, const int64_t *uids,
    size_t count, bool *is)
{
	int64_t found[STORE_TALK_USERS];
	size_t found_count = parse_users(users, found, STORE_TALK_USERS);
	int err = 0;

	for (size_t i = 0; err == 0 && i < found_count; i++)
		err = user_root(store, found[i], &found[i]);
	found_count = sort_uids(found, found_count);
	*is = found_count == count &&
	      memcmp(found, uids, count * sizeof *uids) == 0;
	return err;
}

int
store_talk_same(struct store *store, const int64_t *uids, size_t count,
    int64_t talks[STORE_TALK_SAME], size_t *found)
{
	sqlite3_stmt *stmt = NULL;
	size_t same = 0;
	bool is = false;
	int err;

	if (count == 0 || count > STORE_TALK_USERS) {
		talks[0] = STORE_TALK_ALL;
		*found = 1;
		return 0;
	}
	err = sql_open(store, sql_talks_of, BIND(NUMBER(uids[0])), &stmt);
	while (err == 0 && same < STORE_TALK_SAME &&
	       (err = sql_next(store, stmt)) == 1) {
		err = is_between(store, sql_text(stmt, 1), uids, count, &is);
		if (is)
			talks[same++] = sqlite3_column_int64(stmt, 0);
	}
	sql_close(stmt);
	if (err == 0)
		*found = same;
	return err;
}

static struct store_talk
from_row(sqlite3_stmt *stmt)
{
	return (struct store_talk){
		.talk = sqlite3_column_int64(stmt, 0),
		.users = parse_users(sql_text(stmt, 1), NULL, 0),
		.last_row = sqlite3_column_int64(stmt, 2),
		.read_row = sqlite3_column_int64(stmt, 3),
		.unread = sqlite3_column_int64(stmt, 4),
	};
}

int
store_talk_get(struct store *store, int64_t talk, struct store_talk *result)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(store, sql_get, BIND(NUMBER(talk)), &stmt);

	if (err != 0)
		return err;
	*result = from_row(stmt);
	sql_close(stmt);
	return 0;
}

int
store_talk_each(struct store *store,
    int (*each)(const struct store_talk *talk, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_each, BIND_NOTHING, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct store_talk talk = from_row(stmt);

		err = each(&talk, arg);
	}
	sql_close(stmt);
	return err;
}

int
talk_grow(struct store *store, int64_t talk, int64_t row, int unread)
{
	return sql_run(
	    store, sql_grow, BIND(NUMBER(talk), NUMBER(row), NUMBER(unread)));
}

int
talk_shrink(struct store *store, int64_t talk, bool was_unread)
{
	return sql_run(
	    store, sql_shrink, BIND(NUMBER(talk), NUMBER(was_unread)));
}

int
store_talk_read(struct store *store, int64_t talk, int64_t *count)
{
	struct store_talk before = { .talk = talk };
	int err = store_talk_get(store, talk, &before);

	if (err == 0 && before.read_row < before.last_row)
		err = sql_run(store, sql_read, BIND(NUMBER(talk)));
	if (err == 0)
		*count = before.unread;
	return err;
}

int
store_talk_unread(struct store *store, int64_t *count)
{
	return sql_number(store, sql_unread, BIND_NOTHING, count);
}
