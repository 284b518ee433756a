/* offer.c: files and folders that a message lists. */
#include "store/offer.h"

#include "store/record.h"
#include "store/sql.h"

static const char *const sql_add =
    "INSERT INTO offer(message, number, name, size, mtime, attr, kind)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
static const char *const sql_each =
    "SELECT number, name, size, mtime, attr, kind FROM offer"
    " WHERE message = ?1 ORDER BY number";

/* A number listed twice stands for the first (a hostile list may do that). */
int
offer_add(struct store *store, int64_t message, const struct store_offer *offer)
{
	return sql_run(store, sql_add,
	    BIND(NUMBER(message), NUMBER(offer->number), TEXT(offer->name),
		NUMBER(offer->size), NUMBER(offer->mtime), NUMBER(offer->attr),
		NUMBER(offer->kind)));
}

int
store_offer_each(struct store *store, int64_t message,
    int (*each)(const struct store_offer *offer, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_each, BIND(NUMBER(message)), &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		int64_t size = sqlite3_column_int64(stmt, 2);
		struct store_offer offer = {
			.message = message,
			.number = sql_small(stmt, 0, UINT32_MAX),
			.name = sql_text(stmt, 1),
			.size = size > 0 ? (uint64_t)size : 0,
			.mtime = sqlite3_column_int64(stmt, 3),
			.attr = sql_small(stmt, 4, UINT32_MAX),
			.kind = sql_small(stmt, 5, STORE_IMAGE),
		};

		err = each(&offer, arg);
	}
	sql_close(stmt);
	return err;
}
