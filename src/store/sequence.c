/* sequence.c: the numbers of envelopes in a talk, and what is missing between
 * them. */
#include "store/sequence.h"

#include "base/err.h"
#include "store/connection.h"
#include "store/record.h"
#include "store/sql.h"

static const char *const sql_find =
    "SELECT last, untold FROM sequence WHERE talk = ?1 AND device = ?2";
static const char *const sql_put =
    "INSERT INTO sequence(talk, device, last, untold) VALUES(?1, ?2, ?3, ?4)"
    " ON CONFLICT(talk, device) DO UPDATE SET last = ?3, untold = ?4";
static const char *const sql_go_on =
    "UPDATE sequence SET last = ?3 WHERE talk = ?1 AND device = ?2"
    " AND last = ?3 - 1 AND untold = 0";
static const char *const sql_set_number =
    "UPDATE message SET sequence = ?2 WHERE row = ?1";
static const char *const sql_number_of =
    "SELECT sequence FROM message WHERE row = ?1 AND sender = 0";

static const char *const sql_add_gap =
    "INSERT INTO gap(talk, device, first, last, message)"
    " VALUES(?1, ?2, ?3, ?4, nullif(?5, 0))";
static const char *const sql_untold =
    "SELECT CAST(min(total(last - first + 1), 4294967295.0) AS INTEGER)"
    " FROM gap WHERE talk = ?1 AND device = ?2 AND message IS NULL";
static const char *const sql_tell =
    "UPDATE gap SET message = ?3"
    " WHERE talk = ?1 AND device = ?2 AND message IS NULL";
static const char *const sql_find_gap =
    "SELECT first, last, message FROM gap"
    " WHERE talk = ?1 AND device = ?2 AND first <= ?3"
    " ORDER BY first DESC LIMIT 1";
static const char *const sql_remove_gap =
    "DELETE FROM gap WHERE talk = ?1 AND device = ?2 AND first = ?3";

#define PLACE(p)                                                               \
	BLOB((p)->talk, STORE_PLACE_SIZE), BLOB((p)->device, STORE_PLACE_SIZE)

/* -- the greatest number ----------------------------------------------------
 */

/* What was seen of a device in a talk. */
struct seen {
	int64_t last;	 /* 0: nothing */
	bool has_untold; /* some are missing, and no message tells it yet */
};

static int
find(struct store *store, const struct store_place *place, struct seen *seen)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_first(store, sql_find, BIND(PLACE(place)), &stmt);

	*seen = (struct seen){ .last = 0 };
	if (err == 0) {
		seen->last = sqlite3_column_int64(stmt, 0);
		seen->has_untold = sqlite3_column_int(stmt, 1) == 1;
	}
	sql_close(stmt);
	return err == CAM_ERR_UNKNOWN ? 0 : err;
}

static int
put(struct store *store, const struct store_place *place, int64_t last,
    bool has_untold)
{
	return sql_run(store, sql_put,
	    BIND(PLACE(place), NUMBER(last), NUMBER(has_untold)));
}

int
store_sequence_last(
    struct store *store, const struct store_place *place, uint64_t *last)
{
	struct seen seen;
	int err = find(store, place, &seen);

	if (err == 0)
		*last = seen.last > 0 ? (uint64_t)seen.last : 0;
	return err;
}

int
sequence_next(
    struct store *store, const struct store_place *place, uint64_t *number)
{
	struct seen seen;
	int err = find(store, place, &seen);

	if (err != 0)
		return err;
	if (seen.last < 0 || seen.last == INT64_MAX)
		return CAM_ERR_LIMIT;
	*number = (uint64_t)seen.last + 1;
	return 0;
}

int
sequence_use(
    struct store *store, const struct store_place *place, uint64_t number)
{
	return put(store, place, (int64_t)number, false);
}

int
store_sequence_give(struct store *store, int64_t row,
    const struct store_place *place, uint64_t *number)
{
	int64_t given = 0;
	uint64_t next = 0;
	int err = operation_begin(store, OPERATION_SAVED);

	if (err != 0)
		return err;
	err = sql_number(store, sql_number_of, BIND(NUMBER(row)), &given);
	if (err == 0 && given > 0)
		next = (uint64_t)given;
	else if (err == 0)
		err = sequence_next(store, place, &next);
	if (err == 0 && given <= 0)
		err = sequence_use(store, place, next);
	if (err == 0 && given <= 0)
		err = sql_run(
		    store, sql_set_number, BIND(NUMBER(row), NUMBER(next)));
	err = operation_end(store, err);
	if (err == 0)
		*number = next;
	return err;
}

/* -- what is missing --------------------------------------------------------
 */

/* The number is one of those that were missing: there are fewer now. */
static int
fill_gap(struct store *store, const struct store_place *place, int64_t number)
{
	sqlite3_stmt *stmt = NULL;
	int64_t first = 0, last = 0, row = 0;
	int err = sql_first(
	    store, sql_find_gap, BIND(PLACE(place), NUMBER(number)), &stmt);

	if (err == 0) {
		first = sqlite3_column_int64(stmt, 0);
		last = sqlite3_column_int64(stmt, 1);
		row = sqlite3_column_int64(stmt, 2);
	}
	sql_close(stmt);
	if (err != 0 || last < number)
		return err == CAM_ERR_UNKNOWN ? 0 : err;
	err = sql_run(store, sql_remove_gap, BIND(PLACE(place), NUMBER(first)));
	if (err == 0 && first < number)
		err = sql_run(store, sql_add_gap,
		    BIND(PLACE(place), NUMBER(first), NUMBER(number - 1),
			NUMBER(row)));
	if (err == 0 && number < last)
		err = sql_run(store, sql_add_gap,
		    BIND(PLACE(place), NUMBER(number + 1), NUMBER(last),
			NUMBER(row)));
	return err;
}

/* Of a device that was never heard there nothing can be said to be missing. */
static int
count_missing(struct store *store, const struct store_place *place,
    const struct seen *seen, int64_t number, uint32_t *missing)
{
	int64_t untold = 0, gap = seen->last > 0 ? number - seen->last - 1 : 0;
	int err = 0;

	if (seen->has_untold)
		err =
		    sql_number(store, sql_untold, BIND(PLACE(place)), &untold);
	if (err == 0)
		*missing = gap > UINT32_MAX - untold ? UINT32_MAX
						     : (uint32_t)(gap + untold);
	return err;
}

/* Later than all before, but not the next one. */
static int
jump(struct store *store, const struct store_place *place,
    const struct seen *seen, int64_t number, int64_t row, uint32_t *missing)
{
	bool has_gap = seen->last > 0 && number - 1 > seen->last;
	int err = 0;

	if (row != 0)
		err = count_missing(store, place, seen, number, missing);
	if (err == 0 && has_gap)
		err = sql_run(store, sql_add_gap,
		    BIND(PLACE(place), NUMBER(seen->last + 1),
			NUMBER(number - 1), NUMBER(row)));
	if (err == 0 && seen->has_untold && row != 0)
		err = sql_run(store, sql_tell, BIND(PLACE(place), NUMBER(row)));
	if (err == 0)
		err = put(store, place, number,
		    row == 0 && (has_gap || seen->has_untold));
	return err;
}

/* Nearly always it is the next one, and that is all there is to it. */
int
sequence_take(struct store *store, const struct store_place *place,
    uint64_t number, int64_t row, uint32_t *missing)
{
	struct seen seen;
	int err = sql_run(store, sql_go_on, BIND(PLACE(place), NUMBER(number)));

	*missing = 0;
	if (err != 0 || sqlite3_changes(store->db) > 0)
		return err;
	err = find(store, place, &seen);
	if (err != 0)
		return err;
	return (int64_t)number <= seen.last
		   ? fill_gap(store, place, (int64_t)number)
		   : jump(store, place, &seen, (int64_t)number, row, missing);
}
