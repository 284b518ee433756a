/* seen.c: what was received before, by hash. */
#include "store/seen.h"

#include <string.h>

#include "base/err.h"
#include "store/connection.h"
#include "store/record.h"
#include "store/sql.h"

/* Half of a SHA-256 is kept: nobody finds a second text for 128 bits. */
enum { KEPT = 16, TIME_SIZE = 6, KEY_SIZE = TIME_SIZE + KEPT };

static const char *const sql_find = "SELECT message FROM seen WHERE hash = ?1";
static const char *const sql_add =
    "INSERT INTO seen(hash, expires_ms, message) VALUES(?1, ?2, ?3)";
static const char *const sql_add_or_prolong =
    "INSERT INTO seen(hash, expires_ms, message) VALUES(?1, ?2, ?3)"
    " ON CONFLICT(hash) DO UPDATE SET expires_ms = max(expires_ms, ?2)";
static const char *const sql_prolong =
    "UPDATE seen SET expires_ms = ?2 WHERE hash = ?1 AND expires_ms < ?2";
static const char *const sql_purge =
    "DELETE FROM seen WHERE hash IN (SELECT hash FROM seen"
    " INDEXED BY seen_expires WHERE expires_ms < ?1 LIMIT ?2)";

/* The time first, where there is one: hashes alone come in no order, and each
 * of a batch would change a page of its own. */
static struct value
key_of(const struct store_hash *hash, uint8_t place[KEY_SIZE])
{
	if (hash->time_ms == 0)
		return (struct value)BLOB(hash->hash, KEPT);
	for (size_t i = 0; i < TIME_SIZE; i++)
		place[i] = (uint8_t)(hash->time_ms >> 8 * (TIME_SIZE - 1 - i));
	memcpy(place + TIME_SIZE, hash->hash, KEPT);
	return (struct value)BLOB(place, KEY_SIZE);
}

int
store_seen_find(
    struct store *store, const struct store_hash *hash, int64_t *earlier)
{
	uint8_t key[KEY_SIZE];
	int err = sql_number(store, sql_find, BIND(key_of(hash, key)), earlier);

	if (err != CAM_ERR_UNKNOWN)
		return err;
	*earlier = -1;
	return 0;
}

int
store_seen_add(struct store *store, const struct store_hash *hash, int64_t row,
    int64_t *earlier)
{
	uint8_t key[KEY_SIZE];
	int err = store_seen_find(store, hash, earlier);

	if (err == 0 && *earlier >= 0)
		return sql_run(store, sql_prolong,
		    BIND(key_of(hash, key), NUMBER(hash->expires_ms)));
	if (err == 0)
		err = sql_run(store, sql_add,
		    BIND(key_of(hash, key), NUMBER(hash->expires_ms),
			NUMBER(row)));
	return err;
}

int
seen_remember(struct store *store, const struct store_hash *hash, int64_t row)
{
	uint8_t key[KEY_SIZE];

	return sql_run(store, sql_add_or_prolong,
	    BIND(key_of(hash, key), NUMBER(hash->expires_ms), NUMBER(row)));
}

int
store_seen_purge(struct store *store, int64_t now_ms, size_t max, size_t *count)
{
	int err = sql_run(store, sql_purge, BIND(NUMBER(now_ms), NUMBER(max)));

	if (err == 0)
		*count = (size_t)sqlite3_changes(store->db);
	return err;
}
