/* offer.c: files and folders that a message lists. */
#include "store/offer.h"

#include "base/err.h"
#include "store/connection.h"
#include "store/record.h"
#include "store/sql.h"

static const char *const sql_add =
    "INSERT INTO offer(message, number, name, size, mtime, attr, kind,"
    " position, expires_ms, file_key, digest)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
    " ON CONFLICT DO NOTHING";
static const char *const sql_each = "SELECT " OFFER_COLUMNS " FROM offer AS o"
				    " WHERE o.message = ?1 ORDER BY o.number";
static const char *const sql_set_digest =
    "UPDATE offer SET digest = ?3 WHERE message = ?1 AND number = ?2";

/* A number listed twice stands for the first (a hostile list may do that). */
int
offer_add(struct store *store, int64_t message, const struct store_offer *offer)
{
	return sql_run(store, sql_add,
	    BIND(NUMBER(message), NUMBER(offer->number), TEXT(offer->name),
		NUMBER(offer->size), NUMBER(offer->mtime), NUMBER(offer->attr),
		NUMBER(offer->kind), NUMBER(offer->position),
		NUMBER(offer->expires_ms),
		BLOB(offer->file_key, STORE_FILE_KEY_SIZE),
		BLOB(offer->digest, STORE_FILE_DIGEST_SIZE)));
}

/* NULL: of another size than it must have. */
static const uint8_t *
blob(sqlite3_stmt *stmt, int column, int size)
{
	const void *bytes = sqlite3_column_blob(stmt, column);

	return sqlite3_column_bytes(stmt, column) == size ? bytes : NULL;
}

void
offer_from_row(sqlite3_stmt *stmt, int first, struct store_offer *offer)
{
	int64_t size = sqlite3_column_int64(stmt, first + 2);

	*offer = (struct store_offer){
		.number = sql_small(stmt, first, UINT32_MAX),
		.name = sql_text(stmt, first + 1),
		.size = size > 0 ? (uint64_t)size : 0,
		.mtime = sqlite3_column_int64(stmt, first + 3),
		.attr = sql_small(stmt, first + 4, UINT32_MAX),
		.kind = sql_small(stmt, first + 5, STORE_IMAGE),
		.position = sql_small(stmt, first + 6, UINT32_MAX),
		.expires_ms = sqlite3_column_int64(stmt, first + 7),
		.file_key = blob(stmt, first + 8, STORE_FILE_KEY_SIZE),
		.digest = blob(stmt, first + 9, STORE_FILE_DIGEST_SIZE),
	};
}

int
store_offer_each(struct store *store, int64_t message,
    int (*each)(const struct store_offer *offer, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	struct store_offer offer;
	int err = sql_open(store, sql_each, BIND(NUMBER(message)), &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		offer_from_row(stmt, 0, &offer);
		offer.message = message;
		err = each(&offer, arg);
	}
	sql_close(stmt);
	return err;
}

int
store_offer_set_digest(struct store *store, int64_t message, uint32_t number,
    const uint8_t digest[STORE_FILE_DIGEST_SIZE])
{
	int err = sql_run(store, sql_set_digest,
	    BIND(NUMBER(message), NUMBER(number),
		BLOB(digest, STORE_FILE_DIGEST_SIZE)));

	if (err == 0 && sqlite3_changes(store->db) == 0)
		err = CAM_ERR_UNKNOWN;
	return err;
}
