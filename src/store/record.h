/* record.h: what the records do for each other inside an operation. */
#ifndef CAM_STORE_RECORD_H
#define CAM_STORE_RECORD_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/delivery.h"
#include "store/message.h"
#include "store/offer.h"
#include "store/seen.h"
#include "store/sequence.h"
#include "store/source.h"
#include "store/transfer.h"

struct store;

int offer_add(
    struct store *store, int64_t message, const struct store_offer *offer);
/* An offer of ten columns from the first-th on, borrowed from the row. */
#define OFFER_COLUMNS                                                          \
	"o.number, o.name, o.size, o.mtime, o.attr, o.kind, o.position,"       \
	" o.expires_ms, o.file_key, o.digest"
void offer_from_row(sqlite3_stmt *stmt, int first, struct store_offer *offer);
int source_add(
    struct store *store, int64_t message, const struct store_source *source);
/* Offered, by that user or, with its path, to him. */
int transfer_add(struct store *store, const struct store_offer *offer,
    int64_t uid, const char *path, enum store_encryption encryption,
    int64_t now_ms);
int delivery_add(struct store *store, const struct store_delivery *delivery);

/* Packet numbers of what is about to be removed are not forgotten. */
int delivery_keep_packet_no(struct store *store);

/* The talk's list of uids ("12,45", "*"); borrowed until talk_close().
 * CAM_ERR_UNKNOWN. */
int talk_open(
    struct store *store, int64_t talk, const char **users, sqlite3_stmt **stmt);
/* Its newest message is row now, and received so many more unread ones. */
int talk_grow(struct store *store, int64_t talk, int64_t row, int unread);
/* A message has been taken from it. */
int talk_shrink(struct store *store, int64_t talk, bool was_unread);

/* The user will not be deleted: messages refer to it. CAM_ERR_UNKNOWN. */
int user_keep(struct store *store, int64_t uid);
/* The uid that uid lives on as, else itself. */
int user_root(struct store *store, int64_t uid, int64_t *root);

/* Whether they are the same user, or merged. */
int user_is_same(struct store *store, int64_t uid, int64_t other, bool *same);

/* -- messages ---------------------------------------------------------------
 */

/* Its columns in the order of MESSAGE_COLUMNS, borrowed from the row. An edit's
 * text is that of its message. */
#define MESSAGE_COLUMNS                                                        \
	"m.row, m.id, m.talk, m.sender, m.time_ms, m.state, m.encryption,"     \
	" m.signed, m.marks, m.packet_no, m.reply_to,"                         \
	" CASE WHEN m.marks & 64 THEN (SELECT t.text FROM change AS c"         \
	"  JOIN message AS t ON t.row = c.target WHERE c.row = m.row)"         \
	"  ELSE m.text END,"                                                   \
	" (SELECT read_row FROM talk WHERE talk = m.talk), m.sequence,"        \
	" CASE WHEN m.marks & 256 THEN"                                        \
	"  (SELECT time_ms FROM changed WHERE message = m.row) END,"           \
	" CASE WHEN m.marks & 1024 THEN (SELECT CAST(min(total("               \
	"  last - first + 1), 4294967295.0) AS INTEGER) FROM gap"              \
	"  INDEXED BY gap_message WHERE message = m.row) END"
void message_from_row(sqlite3_stmt *stmt, struct store_message *message);
/* All of it but its time of change; row and id are set. */
int row_add(struct store *store, const struct store_message *message);
/* Text, state and marks. */
int row_rewrite(struct store *store, const struct store_message *message);

/* It has a line of its own in the history: no change of one that has. */
bool message_is_listed(const struct store_message *message);
/* Text and sequence are within their limits: errors of store_message_receive().
 */
int message_check(const struct store_message *message);
int message_next_row(struct store *store, int64_t *row);
/*
 * The row, its place in talk, index and hours; with: the user of a talk with
 * one, 0: several. What may be refused comes before the first write, see
 * OPERATION_CHECKED. Changes message's row and id.
 */
int message_add(struct store *store, struct store_message *message,
    int64_t with, bool unread);
/* change is index_add or index_remove; nothing where it is not to be found. */
int message_index(struct store *store, const struct store_message *message,
    void (*change)(struct store *store, int64_t row, int64_t talk,
	const char *users, const char *text));
/* -1: none of the hashes is known. */
int message_find_earlier(struct store *store, const struct store_hash *hashes,
    size_t hash_count, int64_t *earlier);
/* The hash is of row, unless it was known before: then it is for longer. */
int seen_remember(
    struct store *store, const struct store_hash *hash, int64_t row);
int message_remember(struct store *store, const struct store_hash *hashes,
    size_t hash_count, int64_t row);

/* -- changes and numbers ----------------------------------------------------
 */

/* Another text (borrowed from change), or none, for a message that is not
 * deleted. */
int change_apply(struct store *store, struct store_message *message,
    const struct store_message *change);

/* Keeps the change until its message comes, or the time is over. */
int waiting_add(struct store *store, const struct store_message *change,
    int64_t expires_ms);
/* Applies what waits for the message, which has just been added. */
int waiting_apply(struct store *store, struct store_message *message);
/* Lets go what waited for too long. */
int waiting_purge(struct store *store, int64_t now_ms);

/* The next number of ours; it is given once it is used. CAM_ERR_LIMIT. */
int sequence_next(
    struct store *store, const struct store_place *place, uint64_t *number);
int sequence_use(
    struct store *store, const struct store_place *place, uint64_t number);
/*
 * The number came, with the message of that row or, 0, with none. How many are
 * to be told missing before it.
 */
int sequence_take(struct store *store, const struct store_place *place,
    uint64_t number, int64_t row, uint32_t *missing);

#endif
