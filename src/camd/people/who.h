/* who.h: whom a WHO of the command line contract means. */
#ifndef CAM_CAMD_WHO_H
#define CAM_CAMD_WHO_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/nearest.h"

struct roster;
struct user;

enum { WHO_MAX = 1024 }; /* bytes of one WHO */

struct who {
	struct user **users; /* found, none twice; borrowed from the roster: use
				them before the loop turns */
	size_t count;
	bool everybody;		/* it was @all */
	json_t *candidates;	/* on an error: what it may have meant, at most
				   NEAREST_MAX strings */
	size_t candidate_count; /* of all there are, where it was ambiguous */
};

/*
 * A logon@host, nickname, own name, @group or @all, or a beginning that only
 * one of them has. A whole match wins over beginnings, a user over a nickname;
 * ASCII letters match in either case. With history those forgotten are found
 * too, by their whole id. CAM_ERR_UNKNOWN, CAM_ERR_AMBIGUOUS. @all may be
 * nobody and is no error. Goes once over the roster. who needs who_finish() in
 * any case.
 */
int who_resolve(const struct roster *roster, const char *text, bool history,
    struct who *who);
void who_finish(struct who *who);

/* Names that a WHO beginning so could become, at most limit; hidden users are
 * left out. */
json_t *who_complete(
    const struct roster *roster, const char *beginning, size_t limit);

#endif
