/* schema_server.c: the tables of a camserver's database. */
#include "store/schema.h"

/*
 * A member is invited (no key yet, the secret's hash in invitation), waits for
 * approval, or belongs; one who was removed leaves his row, so that a name is
 * not given to somebody else unseen. directory has its changes in the order in
 * which they are hashed (org/directory.h).
 */
static const char *const step_1 =
    "CREATE TABLE profile("
    " name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE member("
    " member INTEGER PRIMARY KEY AUTOINCREMENT,"
    " logon TEXT NOT NULL UNIQUE COLLATE NOCASE,"
    " nick TEXT NOT NULL, grp TEXT NOT NULL, state INTEGER NOT NULL,"
    " user_key BLOB UNIQUE, devices BLOB NOT NULL,"
    " made_ms INTEGER NOT NULL, joined_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX member_state ON member(state);"

    "CREATE TABLE invitation("
    " member INTEGER PRIMARY KEY REFERENCES member(member),"
    " hash BLOB NOT NULL UNIQUE, expires_ms INTEGER NOT NULL) STRICT;"

    "CREATE TABLE directory("
    " number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;";

/*
 * card has what a member last said of himself on his link, and from where; it
 * is passed on as it is. queue has what waits for members, in the order in
 * which it came; used how much of that is whose.
 */
static const char *const step_2 =
    "CREATE TABLE card("
    " member INTEGER PRIMARY KEY REFERENCES member(member),"
    " link_key BLOB NOT NULL, hello BLOB NOT NULL, addr TEXT NOT NULL) STRICT;"

    "CREATE TABLE queue("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " receiver INTEGER NOT NULL REFERENCES member(member),"
    " sender INTEGER NOT NULL REFERENCES member(member),"
    " kind INTEGER NOT NULL, id BLOB NOT NULL, bytes BLOB NOT NULL,"
    " made_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,"
    " UNIQUE(receiver, sender, id)) STRICT;"
    "CREATE INDEX queue_receiver ON queue(receiver, number);"
    "CREATE INDEX queue_expires ON queue(expires_ms);"

    "CREATE TABLE used("
    " receiver INTEGER NOT NULL, sender INTEGER NOT NULL,"
    " count INTEGER NOT NULL, size INTEGER NOT NULL,"
    " PRIMARY KEY(receiver, sender)) STRICT, WITHOUT ROWID;";

/* prekey has what members have left to be handed out; prekey_share how many of
 * an owner's an asker has taken since he last filled them up. */
static const char *const step_3 =
    "CREATE TABLE prekey("
    " number INTEGER PRIMARY KEY,"
    " owner INTEGER NOT NULL REFERENCES member(member),"
    " id INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE(owner, id)) STRICT;"
    "CREATE INDEX prekey_owner ON prekey(owner, number);"
    "CREATE TABLE prekey_share("
    " owner INTEGER NOT NULL, asker INTEGER NOT NULL, taken INTEGER NOT NULL,"
    " PRIMARY KEY(owner, asker)) STRICT, WITHOUT ROWID;";

/*
 * held has files that members have sent for others who were not there; their
 * bytes lie in files of their own. A file came over one connection or several:
 * held_part says at which chunk each began, and what stood before its chunks.
 * held_for says who may have it, and of who has it the proof, until its sender
 * knows.
 */
static const char *const step_4 =
    "CREATE TABLE held("
    " file INTEGER PRIMARY KEY AUTOINCREMENT,"
    " sender INTEGER NOT NULL REFERENCES member(member),"
    " message BLOB NOT NULL, number INTEGER NOT NULL,"
    " name BLOB NOT NULL UNIQUE, state INTEGER NOT NULL,"
    " size INTEGER NOT NULL, stored INTEGER NOT NULL,"
    " made_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,"
    " UNIQUE(sender, message, number)) STRICT;"
    "CREATE INDEX held_expires ON held(expires_ms);"

    "CREATE TABLE held_part("
    " file INTEGER NOT NULL, first INTEGER NOT NULL, head BLOB NOT NULL,"
    " PRIMARY KEY(file, first)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE held_for("
    " file INTEGER NOT NULL,"
    " receiver INTEGER NOT NULL REFERENCES member(member), proof BLOB,"
    " PRIMARY KEY(file, receiver)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX held_for_receiver ON held_for(receiver);";

static const char *const steps[] = { step_1, step_2, step_3, step_4 };

const struct schema schema_server = {
	.application = 0x63616d73, /* "cams" */
	.steps = steps,
	.version = sizeof steps / sizeof steps[0],
};
