/* schema.c: the tables of a user's database. */
#include "store/schema.h"

/*
 * talk.users holds the talk's uids, sorted, as "12,45"; everybody's is "*".
 * message.marks are the MARK_ bits of message.c. hour says which rows hold the
 * messages of one hour: from first to last, or to the newest where last is
 * NULL (of one hour only); that is how a time range becomes a range of rows.
 * The words of messages are in tables words_0, words_1 ..., see index.c. Ids
 * are random, so their index too is in parts of SHARD_BITS: what is being added
 * to stays small, and finding one looks into each part.
 */
static const char *const step_1 =
    "CREATE TABLE user("
    " uid INTEGER PRIMARY KEY AUTOINCREMENT,"
    " logon TEXT NOT NULL COLLATE NOCASE,"
    " host TEXT NOT NULL COLLATE NOCASE,"
    " fingerprint TEXT NOT NULL COLLATE NOCASE,"
    " nick TEXT NOT NULL, grp TEXT NOT NULL, addr TEXT NOT NULL,"
    " port INTEGER NOT NULL, status INTEGER NOT NULL, word INTEGER NOT NULL,"
    " version TEXT NOT NULL, charset INTEGER NOT NULL, client INTEGER NOT NULL,"
    " entered_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL,"
    " first_seen_ms INTEGER NOT NULL, strength INTEGER NOT NULL,"
    " priority INTEGER NOT NULL, hidden INTEGER NOT NULL,"
    " second INTEGER NOT NULL, alias TEXT NOT NULL,"
    " merged_into INTEGER NOT NULL, forgotten INTEGER NOT NULL,"
    " kept INTEGER NOT NULL DEFAULT 0) STRICT;" /* messages refer to it */
    "CREATE INDEX user_name ON user(logon, host, fingerprint);"
    "CREATE INDEX user_merged ON user(merged_into) WHERE merged_into > 0;"
    "CREATE INDEX user_seen ON user(last_seen_ms) WHERE forgotten = 0;"

    "CREATE TABLE pin("
    " uid INTEGER NOT NULL REFERENCES user(uid), bits INTEGER NOT NULL,"
    " n BLOB NOT NULL, e INTEGER NOT NULL, word INTEGER NOT NULL,"
    " pinned_ms INTEGER NOT NULL, verified INTEGER NOT NULL,"
    " PRIMARY KEY(uid, bits)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE talk("
    " talk INTEGER PRIMARY KEY, users TEXT NOT NULL UNIQUE,"
    " last_row INTEGER NOT NULL DEFAULT 0,"
    " read_row INTEGER NOT NULL DEFAULT 0,"
    " unread INTEGER NOT NULL DEFAULT 0) STRICT;"
    "INSERT INTO talk(talk, users) VALUES(1, '*');"
    "CREATE TABLE talk_user("
    " uid INTEGER NOT NULL REFERENCES user(uid), talk INTEGER NOT NULL,"
    " PRIMARY KEY(uid, talk)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE message("
    " row INTEGER PRIMARY KEY, id BLOB NOT NULL,"
    " talk INTEGER NOT NULL REFERENCES talk(talk),"
    " sender INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
    " state INTEGER NOT NULL, encryption INTEGER NOT NULL,"
    " signed INTEGER NOT NULL, marks INTEGER NOT NULL,"
    " packet_no INTEGER NOT NULL, reply_to BLOB, text TEXT NOT NULL) STRICT;"
    "CREATE INDEX message_talk ON message(talk);"
    "CREATE INDEX message_id ON message(row >> 17, substr(id, 1, 4));"
    "CREATE TABLE hour("
    " hour INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER) STRICT;"
    "CREATE INDEX hour_open ON hour(last) WHERE last IS NULL;"

    "CREATE TABLE delivery("
    " message INTEGER NOT NULL REFERENCES message(row) ON DELETE CASCADE,"
    " uid INTEGER NOT NULL, packet_no INTEGER NOT NULL,"
    " state INTEGER NOT NULL, receipt INTEGER NOT NULL,"
    " encryption INTEGER NOT NULL, clear INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, next_try_ms INTEGER NOT NULL,"
    " delivered_ms INTEGER NOT NULL, opened_ms INTEGER NOT NULL,"
    " error TEXT NOT NULL, PRIMARY KEY(message, uid)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX delivery_packet ON delivery(packet_no) WHERE packet_no > 0;"
    "CREATE INDEX delivery_unfinished ON delivery(message)"
    " WHERE state IN (1, 2);"

    "CREATE TABLE offer("
    " message INTEGER NOT NULL REFERENCES message(row) ON DELETE CASCADE,"
    " number INTEGER NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
    " mtime INTEGER NOT NULL, attr INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " PRIMARY KEY(message, number)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE notice("
    " message INTEGER PRIMARY KEY REFERENCES message(row) ON DELETE CASCADE,"
    " packet_no INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " next_try_ms INTEGER NOT NULL) STRICT;"

    "CREATE TABLE seen("
    " hash BLOB PRIMARY KEY, expires_ms INTEGER NOT NULL,"
    " message INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX seen_expires ON seen(expires_ms);"

    "CREATE TABLE profile("
    " name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;";

/*
 * message.marks say whether a row is a change (MARK_EDIT, MARK_DELETION): then
 * change names its message, whose text it shares. changed has the time of the
 * newest change of a message; waiting are changes that came before it did.
 * sequence has the greatest number of a device in a talk (both named as in
 * envelopes), gap the numbers that are missing, and the message before which
 * that is told; NULL: the next one.
 */
static const char *const step_2 =
    "ALTER TABLE message ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;"

    "CREATE TABLE changed("
    " message INTEGER PRIMARY KEY REFERENCES message(row) ON DELETE CASCADE,"
    " time_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE change("
    " row INTEGER PRIMARY KEY REFERENCES message(row) ON DELETE CASCADE,"
    " target INTEGER NOT NULL REFERENCES message(row)) STRICT;"
    "CREATE INDEX change_target ON change(target);"
    "CREATE TABLE waiting("
    " target BLOB NOT NULL, sender INTEGER NOT NULL, type INTEGER NOT NULL,"
    " time_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,"
    " text TEXT NOT NULL, PRIMARY KEY(target, sender)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX waiting_sender ON waiting(sender);"
    "CREATE INDEX waiting_expires ON waiting(expires_ms);"

    "CREATE TABLE sequence("
    " talk BLOB NOT NULL, device BLOB NOT NULL, last INTEGER NOT NULL,"
    " untold INTEGER NOT NULL, PRIMARY KEY(talk, device))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE gap("
    " talk BLOB NOT NULL, device BLOB NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " message INTEGER REFERENCES message(row) ON DELETE CASCADE,"
    " PRIMARY KEY(talk, device, first)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX gap_message ON gap(message);"

    "CREATE TABLE trust("
    " uid INTEGER PRIMARY KEY REFERENCES user(uid),"
    " user_key BLOB NOT NULL UNIQUE, devices BLOB NOT NULL,"
    " prekey BLOB NOT NULL, pinned_ms INTEGER NOT NULL,"
    " verified_ms INTEGER NOT NULL, challenger INTEGER NOT NULL) STRICT;"
    "CREATE INDEX trust_challenger ON trust(challenger)"
    " WHERE challenger > 0;";

static const char *const step_3 =
    "ALTER TABLE pin ADD COLUMN challenger INTEGER NOT NULL DEFAULT 0;";

/* Lists of messages by what is in them, see posting.c. */
static const char *const step_4 =
    "CREATE TABLE posting("
    " posting INTEGER PRIMARY KEY, rows BLOB NOT NULL) STRICT;";

/*
 * A transfer is an offer on its way to or from one user (enum store_stage); of
 * ours source says what lies behind the offer. What was offered before there
 * were transfers has one too, long expired or soon. replay has the greatest
 * number of a protected file request of each user.
 */
static const char *const step_5 =
    "ALTER TABLE offer ADD COLUMN position INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE offer ADD COLUMN expires_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE offer ADD COLUMN file_key BLOB;"
    "ALTER TABLE offer ADD COLUMN digest BLOB;"

    "CREATE TABLE source("
    " message INTEGER NOT NULL, number INTEGER NOT NULL,"
    " path TEXT NOT NULL, dev INTEGER NOT NULL, ino INTEGER NOT NULL,"
    " size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
    " spool INTEGER NOT NULL, fetches INTEGER NOT NULL,"
    " withdrawn INTEGER NOT NULL, PRIMARY KEY(message, number),"
    " FOREIGN KEY(message, number) REFERENCES offer(message, number)"
    " ON DELETE CASCADE) STRICT, WITHOUT ROWID;"
    "CREATE INDEX source_spool ON source(spool) WHERE spool = 1;"

    "CREATE TABLE transfer("
    " message INTEGER NOT NULL, number INTEGER NOT NULL,"
    " uid INTEGER NOT NULL, stage INTEGER NOT NULL, done INTEGER NOT NULL,"
    " folder TEXT NOT NULL, name TEXT NOT NULL, made TEXT NOT NULL,"
    " reason TEXT NOT NULL, encryption INTEGER NOT NULL,"
    " fetches INTEGER NOT NULL, automatic INTEGER NOT NULL,"
    " dropped INTEGER NOT NULL, changed_ms INTEGER NOT NULL,"
    " PRIMARY KEY(message, number, uid),"
    " FOREIGN KEY(message, number) REFERENCES offer(message, number)"
    " ON DELETE CASCADE) STRICT, WITHOUT ROWID;"
    "CREATE INDEX transfer_open ON transfer(stage)"
    " WHERE stage IN (0, 1, 2);"
    "CREATE INDEX transfer_automatic ON transfer(changed_ms)"
    " WHERE automatic = 1;"
    "UPDATE offer SET expires_ms = 604800000"
    "  + (SELECT time_ms FROM message WHERE row = offer.message);"
    "INSERT INTO transfer SELECT o.message, o.number, m.sender, 0, 0, '', '',"
    " '', '', m.encryption, 0, 0, 0, m.time_ms FROM offer AS o"
    " JOIN message AS m ON m.row = o.message WHERE m.sender > 0;"

    "CREATE TABLE replay("
    " uid INTEGER PRIMARY KEY REFERENCES user(uid) ON DELETE CASCADE,"
    " number INTEGER NOT NULL) STRICT;"
    "ALTER TABLE user ADD COLUMN accept INTEGER NOT NULL DEFAULT 0;";

/* untold: it has ended on our side, and the other has not said that it knows.
 */
static const char *const step_6 =
    "ALTER TABLE transfer ADD COLUMN untold INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX transfer_untold ON transfer(uid) WHERE untold = 1;";

/* A past call is a row among the messages too (MARK_CALL), without a text; with
 * how many it was is in its talk. */
static const char *const step_7 =
    "CREATE TABLE call("
    " message INTEGER PRIMARY KEY REFERENCES message(row) ON DELETE CASCADE,"
    " video INTEGER NOT NULL, reason INTEGER NOT NULL,"
    " duration_ms INTEGER NOT NULL) STRICT;";

/* The organisation, one at most; directory has its changes as a camserver's
 * has (schema_server.c). */
static const char *const step_8 =
    "CREATE TABLE organisation("
    " one INTEGER PRIMARY KEY CHECK(one = 1), charter BLOB NOT NULL,"
    " host TEXT NOT NULL, name TEXT NOT NULL, state INTEGER NOT NULL,"
    " joined_ms INTEGER NOT NULL, head BLOB NOT NULL,"
    " alarm INTEGER NOT NULL) STRICT;"
    "CREATE TABLE directory("
    " number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;";

/* Places of one size (onetime.c). */
static const char *const step_9 =
    "CREATE TABLE onetime("
    " place INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;";

/* By numbers of the directory (colleague.c). */
static const char *const step_10 =
    "CREATE TABLE colleague("
    " number INTEGER PRIMARY KEY, card INTEGER NOT NULL,"
    " addr TEXT NOT NULL) STRICT;";

static const char *const steps[] = { step_1, step_2, step_3, step_4, step_5,
	step_6, step_7, step_8, step_9, step_10 };

const struct schema schema_user = {
	.application = 0x63616d31, /* "cam1" */
	.steps = steps,
	.version = sizeof steps / sizeof steps[0],
};
