/* profile.c: small values under a name. */
#include "store/profile.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/sql.h"

static const char *const sql_get = "SELECT value FROM profile WHERE name = ?1";
static const char *const sql_set =
    "INSERT OR REPLACE INTO profile(name, value) VALUES(?1, ?2)";
static const char *const sql_remove = "DELETE FROM profile WHERE name = ?1";

int
store_profile_get(struct store *store, const char *name, char **value)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(store, sql_get, BIND(TEXT(name)), &stmt);

	if (err != 0)
		return err;
	*value = xstrdup(sql_text(stmt, 0));
	sql_close(stmt);
	return 0;
}

int
store_profile_set(struct store *store, const char *name, const char *value)
{
	if (value == NULL)
		return sql_run(store, sql_remove, BIND(TEXT(name)));
	return sql_run(store, sql_set, BIND(TEXT(name), TEXT(value)));
}

int
store_profile_get_number(struct store *store, const char *name, int64_t *number)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(store, sql_get, BIND(TEXT(name)), &stmt);

	if (err == CAM_ERR_UNKNOWN)
		*number = 0;
	if (err != 0)
		return err == CAM_ERR_UNKNOWN ? 0 : err;
	if (sqlite3_column_type(stmt, 0) == SQLITE_INTEGER)
		*number = sqlite3_column_int64(stmt, 0);
	else
		err = CAM_ERR_FORMAT;
	sql_close(stmt);
	return err;
}

int
store_profile_set_number(struct store *store, const char *name, int64_t number)
{
	return sql_run(store, sql_set, BIND(TEXT(name), NUMBER(number)));
}
