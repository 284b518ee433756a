/* row.c: messages as rows of their table. */
#include <string.h>

#include "store/connection.h"
#include "store/id.h"
#include "store/record.h"
#include "store/sql.h"

/* Column marks. */
enum {
	MARK_SEALED = 1, /* SQL of transfer.c says this and OPENED, too */
	MARK_LOCKED = 2,
	MARK_OPENED = 4,
	MARK_BROADCAST = 8,
	MARK_AUTOMATIC = 16,
	MARK_OFFERS = 32,
	/* SQL says these five, too. */
	MARK_EDIT = 64,
	MARK_DELETION = 128,
	MARK_CHANGED = 256,
	MARK_DELETED = 512,
	MARK_MISSING = 1024,
	MARK_QUESTION = 2048,
	MARK_CALL = 4096,
	MARK_MISSED = 8192,
};

static const char *const sql_add =
    "INSERT INTO message(row, id, talk, sender, time_ms, state, encryption,"
    " signed, marks, packet_no, reply_to, text, sequence)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
static const char *const sql_rewrite =
    "UPDATE message SET marks = ?2, state = ?3, text = ?4 WHERE row = ?1";

static enum store_type
type_of(uint32_t marks)
{
	if (marks & MARK_EDIT)
		return STORE_EDIT;
	if (marks & MARK_CALL)
		return STORE_CALL;
	return marks & MARK_DELETION ? STORE_DELETION : STORE_MESSAGE;
}

void
message_from_row(sqlite3_stmt *stmt, struct store_message *message)
{
	uint32_t marks = sql_small(stmt, 8, UINT32_MAX);
	int64_t sequence = sqlite3_column_int64(stmt, 13);

	*message = (struct store_message){
		.row = sqlite3_column_int64(stmt, 0),
		.type = type_of(marks),
		.talk = sqlite3_column_int64(stmt, 2),
		.from = sqlite3_column_int64(stmt, 3),
		.time_ms = sqlite3_column_int64(stmt, 4),
		.state = sql_small(stmt, 5, STORE_OPENED),
		.encryption = sql_small(stmt, 6, STORE_CAM1),
		.signature = sql_small(stmt, 7, STORE_VERIFIED),
		.sealed = marks & MARK_SEALED,
		.locked = marks & MARK_LOCKED,
		.opened = marks & MARK_OPENED,
		.broadcast = marks & MARK_BROADCAST,
		.automatic = marks & MARK_AUTOMATIC,
		.has_offers = marks & MARK_OFFERS,
		.deleted = marks & MARK_DELETED,
		.question = marks & MARK_QUESTION,
		.missed = marks & MARK_MISSED,
		.packet_no = sql_small(stmt, 9, UINT32_MAX),
		.text = sql_text(stmt, 11),
		.sequence = sequence > 0 ? (uint64_t)sequence : 0,
		.changed_ms = sqlite3_column_int64(stmt, 14),
		.missing = sql_small(stmt, 15, UINT32_MAX),
	};
	message->read = message->from == 0 || message->deleted ||
			(message->type == STORE_CALL && !message->missed) ||
			message->row <= sqlite3_column_int64(stmt, 12);
	id_from_row(stmt, 1, message->id);
	id_from_row(stmt, 10, message->reply_to);
}

static uint32_t
marks_of(const struct store_message *message)
{
	return (message->sealed ? MARK_SEALED : 0) |
	       (message->locked ? MARK_LOCKED : 0) |
	       (message->opened ? MARK_OPENED : 0) |
	       (message->broadcast ? MARK_BROADCAST : 0) |
	       (message->automatic ? MARK_AUTOMATIC : 0) |
	       (message->has_offers ? MARK_OFFERS : 0) |
	       (message->type == STORE_EDIT ? MARK_EDIT : 0) |
	       (message->type == STORE_DELETION ? MARK_DELETION : 0) |
	       (message->changed_ms != 0 ? MARK_CHANGED : 0) |
	       (message->deleted ? MARK_DELETED : 0) |
	       (message->missing > 0 ? MARK_MISSING : 0) |
	       (message->question ? MARK_QUESTION : 0) |
	       (message->type == STORE_CALL ? MARK_CALL : 0) |
	       (message->missed ? MARK_MISSED : 0);
}

int
row_add(struct store *store, const struct store_message *m)
{
	struct id id, reply_to = { { 0 } };
	int err = id_parse(m->id, &id);

	if (err == 0 && m->reply_to[0] != 0)
		err = id_parse(m->reply_to, &reply_to);
	if (err != 0)
		return err;
	return sql_run(store, sql_add,
	    BIND(NUMBER(m->row), BLOB(id.bytes, ID_BYTES), NUMBER(m->talk),
		NUMBER(m->from), NUMBER(m->time_ms), NUMBER(m->state),
		NUMBER(m->encryption), NUMBER(m->signature),
		NUMBER(marks_of(m)), NUMBER(m->packet_no),
		BLOB(m->reply_to[0] != 0 ? reply_to.bytes : NULL, ID_BYTES),
		TEXT(m->text), NUMBER(m->sequence)));
}

int
row_rewrite(struct store *store, const struct store_message *m)
{
	return sql_run(store, sql_rewrite,
	    BIND(NUMBER(m->row), NUMBER(marks_of(m)), NUMBER(m->state),
		TEXT(m->text)));
}
