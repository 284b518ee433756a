/* organisation.h: who we serve, and the keys that let us speak for it. */
#ifndef CAM_CAMSERVER_ORGANISATION_H
#define CAM_CAMSERVER_ORGANISATION_H

#include "base/buf.h"
#include "org/charter.h"
#include "org/policy.h"

struct home;

struct organisation {
	struct charter charter;
	struct buf statement; /* the charter as it was signed */
	uint8_t pin[ROOT_PIN_SIZE];
	struct policy policy;	     /* serial 0: nothing is ruled */
	struct buf policy_statement; /* as it was signed; may be empty */
	struct sign_key *link;	     /* of our TLS */
	struct sign_key *signing;    /* of the directory */
};

/*
 * A new organisation of that name, with this machine as its only server: makes
 * the folders, the root and our keys. Nothing that is there is written over. On
 * an error *problem is a sentence for people (free it): CAM_ERR_EXISTS: there
 * is one already; CAM_ERR_FORMAT: the name is none.
 */
int organisation_make(
    const struct home *home, const char *name, char **problem);
/* What "make" has left. CAM_ERR_KEY: the charter does not name our keys. */
int organisation_open(
    const struct home *home, struct organisation *organisation, char **problem);
/* From here on this is the policy, of the next serial: signed, and on the disk.
 * On an error nothing has changed. */
int organisation_rule(const struct home *home,
    struct organisation *organisation, const struct policy *policy,
    char **problem);
void organisation_finish(struct organisation *organisation);

#endif
