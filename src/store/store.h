/* store.h: one connection to a database: a user's or a server's. */
#ifndef CAM_STORE_H
#define CAM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A connection belongs to one thread at a time. One STORE_WRITE connection
 * writes; any number of STORE_READ ones read beside it and see what was
 * committed. Strings given in are copied; those handed to a callback are
 * borrowed until it returns. A callback may call other reading functions on
 * its connection, but not write.
 *
 * Every call can return CAM_ERR_STORE (the database failed) and every writing
 * one CAM_ERR_FULL (disk full); their own errors are named where they are
 * declared. A call that fails leaves nothing half done.
 */
struct store;

enum store_mode { STORE_WRITE, STORE_READ };
enum { STORE_PROBLEM_SIZE = 512 };

/*
 * Opens path (cam.db), made with mode 0600 when it is missing and mode is
 * STORE_WRITE, and brings its tables up to date. The folder must be there,
 * ours, and closed to others' writing: else CAM_ERR_UNSAFE. CAM_ERR_FORMAT: not
 * a database of ours, or damaged; it is left as it is. CAM_ERR_VERSION: a newer
 * cam wrote it. CAM_ERR_EXISTS: another process writes it. On an error problem
 * (not NULL) says which file and what is wrong.
 */
int store_open(const char *path, enum store_mode mode,
    char problem[STORE_PROBLEM_SIZE], struct store **store);
/* The same for what a camserver keeps (server.db): member.h, queue.h. */
int store_open_server(const char *path, enum store_mode mode,
    char problem[STORE_PROBLEM_SIZE], struct store **store);
/* An open batch is given up. */
void store_close(struct store *store);
/* What the last failed call ran into, for the log; never text of a message. */
const char *store_problem(const struct store *store);

/*
 * A batch: what is called in between is on disk, all of it, once
 * store_commit() has returned 0. A call that fails does not undo those
 * before it. Where the batch itself is lost (disk full, I/O error) the
 * calls after that and store_commit() fail with the same error and nothing of
 * the batch is kept. Without a batch each call is one of its own. When the disk
 * fails to take a commit (not merely full) the connection refuses everything
 * from then on (threat model S3): open it anew.
 */
int store_begin(struct store *store);
int store_commit(struct store *store);
void store_rollback(struct store *store);

/*
 * Upkeep in a small piece, at most some 10 ms: forgets expired hashes,
 * tidies the search index, and gives memory back when nothing is left to
 * do. *more: worth calling again. For the writer, outside a batch, when idle.
 */
int store_tend(struct store *store, int64_t now_ms, bool *more);

#endif
