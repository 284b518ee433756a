/* lines.h: messages on their way to users, in the tests of camd/message/line.
 */
#ifndef CAM_TEST_LINES_H
#define CAM_TEST_LINES_H

#include "camd/message/line.h"
#include "camd/message/way.h"
#include "town.h"
#include "wire.h"

static inline struct camd *
camd_of(struct town *town)
{
	return &town->world.camd;
}

static inline struct person *
add_plain(struct town *town, const char *logon, const char *at)
{
	struct person *person =
	    person_make(town, logon, "pc9", at, NULL, false);

	person_enters(town, person);
	town_settle(town);
	return person;
}

static inline struct sent
send_clear(struct town *town, struct user *user, const char *text)
{
	return send_with(
	    town, &user, 1, text, (struct outbox_request){ .clear = true });
}

/* Stored as still to be sent. */
static inline bool
is_waiting(struct town *town, const char *id)
{
	return delivery_of(town, id).state == STORE_QUEUED;
}

#endif
