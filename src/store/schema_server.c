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

static const char *const steps[] = { step_1 };

const struct schema schema_server = {
	.application = 0x63616d73, /* "cams" */
	.steps = steps,
	.version = sizeof steps / sizeof steps[0],
};
