/* invitation.c: who may join an organisation, once. */
#include "store/invitation.h"

#include "base/err.h"
#include "store/sql.h"

static const char *const sql_put =
    "INSERT INTO invitation(member, hash, expires_ms) VALUES(?1, ?2, ?3)"
    " ON CONFLICT(member) DO UPDATE SET hash = ?2, expires_ms = ?3";
static const char *const sql_find =
    "SELECT member FROM invitation WHERE hash = ?1 AND expires_ms > ?2";
static const char *const sql_take =
    "DELETE FROM invitation WHERE hash = ?1 AND expires_ms > ?2"
    " RETURNING member";
static const char *const sql_expires =
    "SELECT expires_ms FROM invitation WHERE member = ?1";
static const char *const sql_drop = "DELETE FROM invitation WHERE member = ?1";

int
store_invitation_put(struct store *store,
    const uint8_t hash[INVITATION_HASH_SIZE], int64_t member,
    int64_t expires_ms)
{
	return sql_run(store, sql_put,
	    BIND(NUMBER(member), BLOB(hash, INVITATION_HASH_SIZE),
		NUMBER(expires_ms)));
}

int
store_invitation_find(struct store *store,
    const uint8_t hash[INVITATION_HASH_SIZE], int64_t now_ms, int64_t *member)
{
	return sql_number(store, sql_find,
	    BIND(BLOB(hash, INVITATION_HASH_SIZE), NUMBER(now_ms)), member);
}

int
store_invitation_take(struct store *store,
    const uint8_t hash[INVITATION_HASH_SIZE], int64_t now_ms, int64_t *member)
{
	return sql_number(store, sql_take,
	    BIND(BLOB(hash, INVITATION_HASH_SIZE), NUMBER(now_ms)), member);
}

int
store_invitation_expires(
    struct store *store, int64_t member, int64_t *expires_ms)
{
	int err =
	    sql_number(store, sql_expires, BIND(NUMBER(member)), expires_ms);

	if (err == CAM_ERR_UNKNOWN)
		*expires_ms = 0;
	return err == CAM_ERR_UNKNOWN ? 0 : err;
}

int
store_invitation_drop(struct store *store, int64_t member)
{
	return sql_run(store, sql_drop, BIND(NUMBER(member)));
}
