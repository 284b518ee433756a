/* record.h: what the records do for each other inside an operation. */
#ifndef CAM_STORE_RECORD_H
#define CAM_STORE_RECORD_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/delivery.h"
#include "store/message.h"
#include "store/offer.h"

struct store;

int offer_add(
    struct store *store, int64_t message, const struct store_offer *offer);
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

/* Its columns in the order of MESSAGE_COLUMNS, borrowed from the row. */
#define MESSAGE_COLUMNS                                                        \
	"m.row, m.id, m.talk, m.sender, m.time_ms, m.state, m.encryption,"     \
	" m.signed, m.marks, m.packet_no, m.reply_to, m.text,"                 \
	" (SELECT read_row FROM talk WHERE talk = m.talk)"
void message_from_row(sqlite3_stmt *stmt, struct store_message *message);

#endif
