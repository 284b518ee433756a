/* migrate.c: the way to the tables of today from older ones. */
#include <stdio.h>

#include "base/err.h"
#include "base/i18n.h"
#include "store/connection.h"
#include "store/schema.h"
#include "store/sql.h"

static int
pragma(struct store *store, const char *sql, int64_t *number)
{
	return sql_number(store, sql, BIND_NOTHING, number);
}

static int
set_header(struct store *store, int version)
{
	char sql[128];

	snprintf(sql, sizeof sql,
	    "PRAGMA application_id = %d; PRAGMA user_version = %d;",
	    store->schema->application, version);
	return sql_script(store, sql);
}

/* version 0: an empty file, which is going to be ours. */
static int
read_version(struct store *store, int64_t *version)
{
	int64_t application = 0, found = 0, tables = 0;
	int err;

	if ((err = pragma(store, "PRAGMA application_id", &application)) != 0 ||
	    (err = pragma(store, "PRAGMA user_version", &found)) != 0 ||
	    (err = pragma(
		 store, "SELECT count(*) FROM sqlite_schema", &tables)) != 0)
		return err;
	if (application == 0 && found == 0 && tables == 0) {
		*version = 0;
		return 0;
	}
	if (application != store->schema->application || found < 1) {
		snprintf(store->problem, sizeof store->problem,
		    _("it is the database of another program"));
		return CAM_ERR_FORMAT;
	}
	if (found > store->schema->version) {
		snprintf(store->problem, sizeof store->problem,
		    _("a newer cam wrote it (its tables are version %d, this "
		      "cam knows %d)"),
		    (int)found, store->schema->version);
		return CAM_ERR_VERSION;
	}
	*version = found;
	return 0;
}

int
schema_migrate(struct store *store)
{
	const struct schema *schema = store->schema;
	int64_t version = 0;
	int err = read_version(store, &version);

	if (err != 0 || version == schema->version)
		return err;
	err = sql_script(store, "BEGIN IMMEDIATE");
	for (; err == 0 && version < schema->version; version++)
		err = sql_script(store, schema->steps[version]);
	if (err == 0)
		err = set_header(store, schema->version);
	if (err == 0)
		err = sql_script(store, "COMMIT");
	if (err != 0 && !sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

int
schema_check(struct store *store)
{
	int64_t version = 0;
	int err = read_version(store, &version);

	if (err == 0 && version != store->schema->version) {
		snprintf(store->problem, sizeof store->problem,
		    _("its tables are not made yet"));
		err = CAM_ERR_VERSION;
	}
	return err;
}
