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

static const char *const steps[] = { step_1, step_2, step_3 };

const struct schema schema_server = {
	.application = 0x63616d73, /* "cams" */
	.steps = steps,
	.version = sizeof steps / sizeof steps[0],
};
