/* id.h: the ids of messages, as they are kept. */
#ifndef CAM_STORE_ID_H
#define CAM_STORE_ID_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

struct store;

enum { ID_BYTES = (ID_SIZE - 1) / 2 };

struct id {
	uint8_t bytes[ID_BYTES];
};

/* From 32 hex digits. CAM_ERR_REQUEST. */
int id_parse(const char *text, struct id *id);
/*
 * The messages and changes with that id, the newest part of the history first:
 * what is recent is found fast, among very many, too. What each returns, when
 * not 0, ends it.
 */
int id_each(struct store *store, const struct id *id,
    int (*each)(struct store *store, int64_t row, void *arg), void *arg);
/* One of the newest messages, some 100,000 of them, has it. */
int id_is_recent(struct store *store, const struct id *id, bool *taken);
/* From a column; "" when it holds none. */
void id_from_row(sqlite3_stmt *stmt, int column, char text[ID_SIZE]);

#endif
