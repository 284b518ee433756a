/* user.c: users as they were last known. */
#include "store/user.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/connection.h"
#include "store/record.h"
#include "store/sql.h"

#define NAME "logon, host, fingerprint"
#define HEARD                                                                  \
	"nick, grp, addr, port, status, word, version, charset, client,"       \
	" entered_ms, last_seen_ms"
#define HELD                                                                   \
	"first_seen_ms, strength, priority, hidden, second, alias,"            \
	" merged_into, forgotten, accept"

static const char *const sql_find =
    "SELECT uid, first_seen_ms, strength, priority, hidden, second,"
    " merged_into, accept FROM user WHERE logon = ?1 AND host = ?2"
    " AND fingerprint = ?3";
static const char *const sql_add =
    "INSERT INTO user(" NAME ", " HEARD ", " HELD ") VALUES(?1, ?2, ?3, ?4, ?5,"
    " ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,"
    " ?21, ?22, ?23) RETURNING uid";
static const char *const sql_add_as =
    "INSERT INTO user(" NAME ", " HEARD ", " HELD ", uid) VALUES(?1, ?2, ?3,"
    " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
    " ?19, ?20, ?21, ?22, ?23, ?24)";
static const char *const sql_heard =
    "UPDATE user SET logon = ?1, host = ?2, fingerprint = ?3, nick = ?4,"
    " grp = ?5, addr = ?6, port = ?7, status = ?8, word = ?9, version = ?10,"
    " charset = ?11, client = ?12, entered_ms = ?13, last_seen_ms = ?14,"
    " forgotten = 0 WHERE uid = ?15";
static const char *const sql_put =
    "UPDATE user SET logon = ?1, host = ?2, fingerprint = ?3, nick = ?4,"
    " grp = ?5, addr = ?6, port = ?7, status = ?8, word = ?9, version = ?10,"
    " charset = ?11, client = ?12, entered_ms = ?13, last_seen_ms = ?14,"
    " first_seen_ms = ?15, strength = ?16, priority = ?17, hidden = ?18,"
    " second = ?19, alias = ?20, merged_into = ?21, forgotten = ?22,"
    " accept = ?23 WHERE uid = ?24";
static const char *const sql_get =
    "SELECT uid, " NAME ", " HEARD ", " HELD " FROM user WHERE uid = ?1";
static const char *const sql_each =
    "SELECT uid, " NAME ", " HEARD ", " HELD " FROM user ORDER BY uid";
static const char *const sql_keep =
    "UPDATE user SET kept = 1 WHERE uid = ?1 AND kept = 0";
static const char *const sql_is_kept = "SELECT kept FROM user WHERE uid = ?1";
#define IS_REFERRED_TO                                                         \
	"kept = 1 OR alias <> '' OR merged_into > 0"                           \
	" OR EXISTS(SELECT 1 FROM pin WHERE pin.uid = user.uid)"               \
	" OR EXISTS(SELECT 1 FROM trust WHERE trust.uid = user.uid)"           \
	" OR EXISTS(SELECT 1 FROM trust INDEXED BY trust_challenger"           \
	"  WHERE challenger = user.uid AND challenger > 0)"                    \
	" OR EXISTS(SELECT 1 FROM user AS other INDEXED BY user_merged"        \
	"  WHERE other.merged_into = user.uid AND other.merged_into > 0)"
static const char *const sql_old =
    "SELECT uid, " IS_REFERRED_TO " FROM user INDEXED BY user_seen"
    " WHERE last_seen_ms < ?1 AND forgotten = 0 LIMIT 1";
static const char *const sql_is_referred_to =
    "SELECT " IS_REFERRED_TO " FROM user WHERE uid = ?1";
static const char *const sql_forget =
    "UPDATE user SET forgotten = 1 WHERE uid = ?1";
static const char *const sql_delete = "DELETE FROM user WHERE uid = ?1";
static const char *const sql_root =
    "SELECT merged_into FROM user WHERE uid = ?1";
static const char *const sql_merge =
    "UPDATE user SET merged_into = ?2, forgotten = 1 WHERE uid = ?1";
static const char *const sql_merge_others =
    "UPDATE user INDEXED BY user_merged SET merged_into = ?2"
    " WHERE merged_into = ?1 AND merged_into > 0";

static void
from_row(sqlite3_stmt *stmt, struct store_user *user)
{
	*user = (struct store_user){
		.uid = sqlite3_column_int64(stmt, 0),
		.logon = sql_text(stmt, 1),
		.host = sql_text(stmt, 2),
		.fingerprint = sql_text(stmt, 3),
		.nick = sql_text(stmt, 4),
		.group = sql_text(stmt, 5),
		.addr = sql_text(stmt, 6),
		.port = (uint16_t)sql_small(stmt, 7, UINT16_MAX),
		.status = sql_small(stmt, 8, UINT32_MAX),
		.word = sql_small(stmt, 9, UINT32_MAX),
		.version = sql_text(stmt, 10),
		.charset = (int)sql_small(stmt, 11, INT32_MAX),
		.client = (int)sql_small(stmt, 12, INT32_MAX),
		.entered_ms = sqlite3_column_int64(stmt, 13),
		.last_seen_ms = sqlite3_column_int64(stmt, 14),
		.first_seen_ms = sqlite3_column_int64(stmt, 15),
		.strength = (int)sql_small(stmt, 16, INT32_MAX),
		.priority = sqlite3_column_int(stmt, 17),
		.hidden = sqlite3_column_int(stmt, 18) == 1,
		.second = sqlite3_column_int(stmt, 19) == 1,
		.alias = sql_text(stmt, 20),
		.merged_into = sqlite3_column_int64(stmt, 21),
		.forgotten = sqlite3_column_int(stmt, 22) == 1,
		.accept = (int)sql_small(stmt, 23, INT32_MAX),
	};
}

#define BIND_HEARD(u)                                                          \
	TEXT((u)->logon), TEXT((u)->host), TEXT((u)->fingerprint),             \
	    TEXT((u)->nick), TEXT((u)->group), TEXT((u)->addr),                \
	    NUMBER((u)->port), NUMBER((u)->status), NUMBER((u)->word),         \
	    TEXT((u)->version), NUMBER((u)->charset), NUMBER((u)->client),     \
	    NUMBER((u)->entered_ms), NUMBER((u)->last_seen_ms)
#define BIND_HELD(u)                                                           \
	NUMBER((u)->first_seen_ms), NUMBER((u)->strength),                     \
	    NUMBER((u)->priority), NUMBER((u)->hidden), NUMBER((u)->second),   \
	    TEXT((u)->alias), NUMBER((u)->merged_into),                        \
	    NUMBER((u)->forgotten), NUMBER((u)->accept)

/* A user who was known before: what we hold of him stays. */
static int
take_held(struct store *store, struct store_user *user)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_find,
	    BIND(TEXT(user->logon), TEXT(user->host), TEXT(user->fingerprint)),
	    &stmt);

	if (err == 0)
		err = sql_next(store, stmt);
	if (err == 1) {
		user->uid = sqlite3_column_int64(stmt, 0);
		user->first_seen_ms = sqlite3_column_int64(stmt, 1);
		user->strength = (int)sql_small(stmt, 2, INT32_MAX);
		user->priority = sqlite3_column_int(stmt, 3);
		user->hidden = sqlite3_column_int(stmt, 4) == 1;
		user->second = sqlite3_column_int(stmt, 5) == 1;
		user->merged_into = sqlite3_column_int64(stmt, 6);
		user->accept = (int)sql_small(stmt, 7, INT32_MAX);
		user->forgotten = false;
	}
	sql_close(stmt);
	return err;
}

static int
put_new(struct store *store, struct store_user *user)
{
	struct store_user known = *user;
	int err = take_held(store, &known);

	if (err == 1)
		err = sql_run(store, sql_heard,
		    BIND(BIND_HEARD(user), NUMBER(known.uid)));
	else if (err == 0)
		err = sql_number(store, sql_add,
		    BIND(BIND_HEARD(user), BIND_HELD(user)), &known.uid);
	if (err == 0)
		*user = known;
	return err;
}

int
store_user_put(struct store *store, struct store_user *user)
{
	int err;

	if (user->uid == 0)
		return put_new(store, user);
	err = sql_run(store, sql_put,
	    BIND(BIND_HEARD(user), BIND_HELD(user), NUMBER(user->uid)));
	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = sql_run(store, sql_add_as,
		    BIND(BIND_HEARD(user), BIND_HELD(user), NUMBER(user->uid)));
	return err;
}

/* One piece of memory: the struct, then its strings. */
static struct store_user *
copy_user(const struct store_user *user)
{
	const char *strings[] = { user->logon, user->host, user->fingerprint,
		user->nick, user->group, user->addr, user->version,
		user->alias };
	enum { COUNT = sizeof strings / sizeof strings[0] };
	size_t size = sizeof *user;
	struct store_user *copy = NULL;
	char *place = NULL;

	for (size_t i = 0; i < COUNT; i++)
		size += strlen(strings[i]) + 1;
	copy = xmalloc(size);
	*copy = *user;
	place = (char *)(copy + 1);
	for (size_t i = 0; i < COUNT; i++) {
		size_t len = strlen(strings[i]) + 1;

		memcpy(place, strings[i], len);
		strings[i] = place;
		place += len;
	}
	copy->logon = strings[0];
	copy->host = strings[1];
	copy->fingerprint = strings[2];
	copy->nick = strings[3];
	copy->group = strings[4];
	copy->addr = strings[5];
	copy->version = strings[6];
	copy->alias = strings[7];
	return copy;
}

int
store_user_get(struct store *store, int64_t uid, struct store_user **result)
{
	sqlite3_stmt *stmt = NULL;
	struct store_user user;
	int err = sql_first(store, sql_get, BIND(NUMBER(uid)), &stmt);

	if (err != 0)
		return err;
	from_row(stmt, &user);
	*result = copy_user(&user);
	sql_close(stmt);
	return 0;
}

int
store_user_each(struct store *store,
    int (*each)(const struct store_user *user, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_user user;
	int err = sql_open(store, sql_each, BIND_NOTHING, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		from_row(stmt, &user);
		err = each(&user, arg);
	}
	sql_close(stmt);
	return err;
}

/* Who is kept stays so, and his row is never deleted. */
int
user_keep(struct store *store, int64_t uid)
{
	int64_t *place = &store->kept[uid & (KEPT_USERS - 1)];
	int64_t kept = 0;
	int err = 0;

	if (*place == uid)
		return 0;
	err = sql_number(store, sql_is_kept, BIND(NUMBER(uid)), &kept);
	if (err == 0 && !kept)
		err = sql_run(store, sql_keep, BIND(NUMBER(uid)));
	if (err == 0)
		*place = uid;
	return err;
}

static int
leave(struct store *store, int64_t uid, bool kept)
{
	return sql_run(
	    store, kept ? sql_forget : sql_delete, BIND(NUMBER(uid)));
}

/* 1: uid left; 0: nobody is left to go. */
static int
forget_one(struct store *store, int64_t before_ms, int64_t *uid, bool *kept)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_old, BIND(NUMBER(before_ms)), &stmt);

	if (err == 0)
		err = sql_next(store, stmt);
	if (err == 1) {
		*uid = sqlite3_column_int64(stmt, 0);
		*kept = sqlite3_column_int(stmt, 1) == 1;
	}
	sql_close(stmt);
	if (err != 1)
		return err;
	err = leave(store, *uid, *kept);
	return err != 0 ? err : 1;
}

int
store_user_forget(struct store *store, int64_t before_ms,
    void (*each)(int64_t uid, bool kept, void *arg), void *arg)
{
	int64_t uid = 0;
	bool kept = false;
	int err = operation_begin(store, OPERATION_SAVED);

	if (err != 0)
		return err;
	while ((err = forget_one(store, before_ms, &uid, &kept)) == 1) {
		if (each != NULL)
			each(uid, kept, arg);
	}
	return operation_end(store, err);
}

int
store_user_drop(struct store *store, int64_t uid, bool *kept)
{
	int64_t is_referred_to = 0;
	int err = sql_number(
	    store, sql_is_referred_to, BIND(NUMBER(uid)), &is_referred_to);

	if (err == 0)
		err = leave(store, uid, is_referred_to != 0);
	if (err == 0)
		*kept = is_referred_to != 0;
	return err;
}

int
user_root(struct store *store, int64_t uid, int64_t *root)
{
	int64_t into = 0;
	int err = sql_number(store, sql_root, BIND(NUMBER(uid)), &into);

	if (err == 0)
		*root = into > 0 ? into : uid;
	return err;
}

int
user_is_same(struct store *store, int64_t uid, int64_t other, bool *same)
{
	int64_t root = 0, other_root = 0;
	int err = user_root(store, uid, &root);

	if (err == 0)
		err = user_root(store, other, &other_root);
	if (err == 0)
		*same = root == other_root;
	return err;
}

int
store_user_merge(struct store *store, int64_t from, int64_t into)
{
	int64_t root = 0, old_root = 0;
	int err = user_root(store, into, &root);

	if (err == 0)
		err = user_root(store, from, &old_root);
	if (err != 0)
		return err;
	if (root == from)
		return CAM_ERR_REQUEST;
	err = operation_begin(store, OPERATION_SAVED);
	if (err != 0)
		return err;
	err = sql_run(store, sql_merge, BIND(NUMBER(from), NUMBER(root)));
	if (err == 0)
		err = sql_run(
		    store, sql_merge_others, BIND(NUMBER(from), NUMBER(root)));
	return operation_end(store, err);
}
