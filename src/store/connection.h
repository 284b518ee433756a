/* connection.h: what is behind struct store, for this folder alone. */
#ifndef CAM_STORE_CONNECTION_H
#define CAM_STORE_CONNECTION_H

#include <sqlite3.h>

#include "base/buf.h"
#include "store/store.h"

/* A prepared statement, kept under the address of its SQL. */
struct statement {
	const char *sql;
	sqlite3_stmt *stmt;
};

enum { HOUR_UNKNOWN = -2, STORE_BUSY_TIMEOUT_MS = 5000 };

/* Messages are indexed in parts of 1 << SHARD_BITS rows; SQL says 17, too. */
enum { SHARD_BITS = 17, SHARDS_MAX = 4096 };

/* A power of two. */
enum { KEPT_USERS = 256 };

enum operation_kind { OPERATION_SAVED, OPERATION_CHECKED };

struct queue_total;
struct schema;

struct store {
	sqlite3 *db;
	const struct schema *schema;
	enum store_mode mode;
	int lock_fd; /* of the writer's lock file, -1: none */
	bool in_batch;
	bool is_alone;	       /* the batch is that of one operation */
	int batch_err;	       /* what the batch was lost to */
	bool dead;	       /* a commit failed: nothing more is tried */
	bool is_stale;	       /* the log may have secrets written over since */
	int64_t last_row;      /* greatest message row ever, -1: not read yet */
	int64_t hour;	       /* the open row of table hour */
	int64_t merged;	       /* parts of the index, -1: not read yet */
	int64_t unclean;       /* see merge.c, the same */
	int64_t listed;	       /* see posting.c, the same */
	struct gather *gather; /* the block at work on, NULL: none */
	/* The talk found last, 0: none, and its users as text. */
	int64_t talk;
	char talk_users[64];
	/* Users known to be kept, each at its place; 0: none there. */
	int64_t kept[KEPT_USERS];
	int waiting; /* whether changes wait for messages, -1: not read yet */
	struct queue_total *totals; /* see queue.c, NULL: none read yet */
	struct buf pending; /* index entries of the batch, see index.c */
	/* Of the operation being done, and what was before it. */
	enum operation_kind operation;
	size_t pending_mark; /* length of pending */
	int64_t changes_mark;
	struct statement *statements; /* open addressing, a power of two */
	size_t statement_size;
	size_t statement_count;
	/* For index.c: what writes a part of the index, and what searches. */
	sqlite3_stmt *writer;
	int64_t writer_shard;
	bool writer_removes;
	sqlite3_stmt **searches;
	size_t search_count;
	char problem[STORE_PROBLEM_SIZE];
};

/*
 * An operation of several statements: all of it or nothing, inside a batch or
 * alone. OPERATION_CHECKED promises that whatever it may refuse it refuses
 * before its first write; that spares it a savepoint, and a write of it that
 * fails all the same (the disk is full) loses the batch.
 * operation_end(store, err) keeps it when err is 0; returns err, or what went
 * wrong when ending.
 */
int operation_begin(struct store *store, enum operation_kind kind);
int operation_end(struct store *store, int err);

/* Nothing is known of the database by heart any more. */
void batch_forget(struct store *store);

#endif
