/* id.c: the ids of messages, and messages by the beginning of theirs. */
#include "store/id.h"

#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "store/connection.h"
#include "store/message.h"
#include "store/sql.h"

/* Shortest beginning in digits; how many bytes the index has. */
enum { BEGINNING = 4, INDEXED = 4 };

static const char *const sql_newest = "SELECT max(row) FROM message";
static const char *const sql_find =
    "SELECT row, id, marks & 192 FROM message INDEXED BY message_id"
    " WHERE row >> 17 = ?1 AND substr(id, 1, 4) BETWEEN ?2 AND ?3";

int
id_parse(const char *text, struct id *id)
{
	if (hex_decode(span_text(text), id->bytes, ID_BYTES) != 0)
		return CAM_ERR_REQUEST;
	return 0;
}

void
id_from_row(sqlite3_stmt *stmt, int column, char text[ID_SIZE])
{
	const void *bytes = sqlite3_column_blob(stmt, column);

	text[0] = 0;
	if (sqlite3_column_bytes(stmt, column) == ID_BYTES)
		hex_encode(bytes, ID_BYTES, text);
}

/* The first and last id that begin so. */
struct id_range {
	struct id low, high;
};

static int
parse_beginning(const char *beginning, struct id_range *range)
{
	size_t len = strnlen(beginning, ID_SIZE);
	char low[ID_SIZE], high[ID_SIZE];

	if (len < BEGINNING || len >= ID_SIZE)
		return CAM_ERR_REQUEST;
	memset(low, '0', ID_SIZE - 1);
	memset(high, 'f', ID_SIZE - 1);
	memcpy(low, beginning, len);
	memcpy(high, beginning, len);
	low[ID_SIZE - 1] = high[ID_SIZE - 1] = 0;
	if (id_parse(low, &range->low) != 0)
		return CAM_ERR_REQUEST;
	return id_parse(high, &range->high);
}

static bool
is_within(sqlite3_stmt *stmt, const struct id_range *range)
{
	const void *id = sqlite3_column_blob(stmt, 1);

	return sqlite3_column_bytes(stmt, 1) == ID_BYTES &&
	       memcmp(id, range->low.bytes, ID_BYTES) >= 0 &&
	       memcmp(id, range->high.bytes, ID_BYTES) <= 0;
}

struct search {
	struct id_range range;
	bool is_whole;	      /* the oldest is asked for, a change too */
	char (*ids)[ID_SIZE]; /* of the first max matches */
	size_t max;
	size_t enough;
	size_t matches;
	int64_t row; /* of the last */
	int (*each)(struct store *store, int64_t row, void *arg); /* or NULL */
	void *arg;
};

static int
search_part(struct store *store, struct search *search, int64_t shard)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_find,
	    BIND(NUMBER(shard), BLOB(search->range.low.bytes, INDEXED),
		BLOB(search->range.high.bytes, INDEXED)),
	    &stmt);

	while (err == 0 && search->matches < search->enough &&
	       (err = sql_next(store, stmt)) == 1) {
		err = 0;
		if (!is_within(stmt, &search->range) ||
		    (!search->is_whole && sqlite3_column_int(stmt, 2) != 0))
			continue;
		search->row = sqlite3_column_int64(stmt, 0);
		if (search->matches < search->max)
			id_from_row(stmt, 1, search->ids[search->matches]);
		search->matches++;
		if (search->each != NULL)
			err = search->each(store, search->row, search->arg);
	}
	sql_close(stmt);
	return err;
}

static int
newest_part(struct store *store, int64_t *part)
{
	int64_t newest = store->last_row;
	int err = 0;

	if (newest < 0)
		err = sql_number(store, sql_newest, BIND_NOTHING, &newest);
	newest >>= SHARD_BITS;
	*part = newest < SHARDS_MAX ? newest : SHARDS_MAX - 1;
	return err;
}

int
id_each(struct store *store, const struct id *id,
    int (*each)(struct store *store, int64_t row, void *arg), void *arg)
{
	struct search search = { .range = { *id, *id },
		.is_whole = true,
		.enough = SIZE_MAX,
		.each = each,
		.arg = arg };
	int64_t part = 0;
	int err = newest_part(store, &part);

	for (; err == 0 && part >= 0; part--)
		err = search_part(store, &search, part);
	return err;
}

int
id_is_recent(struct store *store, const struct id *id, bool *taken)
{
	struct search search = {
		.range = { *id, *id }, .is_whole = true, .enough = 1
	};
	int64_t newest = 0;
	int err = newest_part(store, &newest);

	if (err == 0)
		err = search_part(store, &search, newest);
	if (err == 0 && newest > 0 && search.matches == 0)
		err = search_part(store, &search, newest - 1);
	if (err == 0)
		*taken = search.matches > 0;
	return err;
}

int
store_message_find(struct store *store, const char *beginning,
    char (*ids)[ID_SIZE], size_t max, size_t *count, int64_t *row)
{
	struct search search = { .ids = ids, .max = ids != NULL ? max : 0 };
	int64_t newest = 0;
	int err = parse_beginning(beginning, &search.range);

	if (err == 0)
		err = newest_part(store, &newest);
	search.enough = search.max > 2 ? search.max : 2;
	search.is_whole = strlen(beginning) == ID_SIZE - 1;
	if (search.is_whole)
		search.enough = 1;
	for (int64_t i = 0;
	     err == 0 && i <= newest && search.matches < search.enough; i++)
		err = search_part(
		    store, &search, search.is_whole ? i : newest - i);
	if (err != 0)
		return err;
	if (count != NULL)
		*count =
		    search.matches < search.max ? search.matches : search.max;
	if (search.matches == 1)
		*row = search.row;
	if (search.matches > 1)
		return CAM_ERR_AMBIGUOUS;
	return search.matches == 1 ? 0 : CAM_ERR_UNKNOWN;
}

/* -- what is answered -------------------------------------------------------
 */

static const char *const sql_talk_of =
    "SELECT talk FROM message WHERE row = ?1 AND marks & 192 = 0";

struct answered {
	int64_t talk;
	int64_t row; /* the oldest until now, 0: none */
};

static int
consider(struct store *store, int64_t row, void *arg)
{
	struct answered *answered = arg;
	int64_t talk = 0;
	int err = sql_number(store, sql_talk_of, BIND(NUMBER(row)), &talk);

	if (err != 0)
		return err == CAM_ERR_UNKNOWN ? 0 : err;
	if (talk == answered->talk || answered->row == 0 || row < answered->row)
		answered->row = row;
	return talk == answered->talk;
}

int
store_message_find_answered(
    struct store *store, const struct store_message *answer, int64_t *row)
{
	struct answered answered = { .talk = answer->talk };
	struct id id;
	int err = id_parse(answer->reply_to, &id);

	if (err != 0)
		return CAM_ERR_UNKNOWN;
	err = id_each(store, &id, consider, &answered);
	if (err < 0)
		return err;
	if (answered.row == 0)
		return CAM_ERR_UNKNOWN;
	*row = answered.row;
	return 0;
}

/* Its marks are not those of sealed, broadcast, automatic ones and of changes.
 */
static const char *const sql_reply =
    "SELECT row FROM message WHERE talk = ?1 AND row > ?2 AND sender = ?3"
    " AND reply_to = ?4 AND marks & 217 = 0"
    " AND trim(text, char(9, 10, 13, 32)) <> '' ORDER BY row LIMIT 1";

int
store_message_find_reply(struct store *store,
    const struct store_message *message, int64_t uid, int64_t *row)
{
	struct id id;
	int err = id_parse(message->id, &id);

	if (err != 0)
		return err;
	return sql_number(store, sql_reply,
	    BIND(NUMBER(message->talk), NUMBER(message->row), NUMBER(uid),
		BLOB(id.bytes, ID_BYTES)),
	    row);
}
