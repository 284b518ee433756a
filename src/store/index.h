/* index.h: the words of messages, kept in FTS5. */
#ifndef CAM_STORE_INDEX_H
#define CAM_STORE_INDEX_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Whether the part of the index has been begun. */
int index_has_part(struct store *store, int64_t shard, bool *exists);
/* Before the connection closes. */
void index_finish(struct store *store);

/*
 * A message's words come or go with the batch. users is the talk's list of
 * uids. What is taken away must be exactly what was added.
 */
void index_add(struct store *store, int64_t row, int64_t talk,
    const char *users, const char *text);
void index_remove(struct store *store, int64_t row, int64_t talk,
    const char *users, const char *text);
/* Writes what the batch has gathered; called by its end. */
int index_flush(struct store *store);

/* A statement on a part, to be finalized. */
int index_prepare(struct store *store, const char *sql, sqlite3_stmt **stmt);

#endif
