/* organisation.h: the organisation that a user belongs to, one at most. */
#ifndef CAM_STORE_ORGANISATION_H
#define CAM_STORE_ORGANISATION_H

#include <stdint.h>

#include "base/span.h"

struct store;

enum { ORGANISATION_CHARTER_MAX = 1024, ORGANISATION_HEAD_MAX = 256 };

/* Strings are never NULL when read. */
struct store_organisation {
	struct span charter; /* as it was signed */
	const char *host;    /* where the server is, "": found otherwise */
	const char *name;    /* what the user is called there */
	unsigned state;	     /* the callers' */
	int64_t joined_ms;
	struct span head; /* the last, as it was signed; may be empty */
	unsigned alarm;	  /* the callers'; 0: none */
};

/* In place of the one before. */
int store_organisation_put(
    struct store *store, const struct store_organisation *organisation);
/* found is called with it, and what it returns is returned. CAM_ERR_UNKNOWN. */
int store_organisation_get(struct store *store,
    int (*found)(const struct store_organisation *organisation, void *arg),
    void *arg);
/* It, its directory and which cards are known are forgotten. */
int store_organisation_drop(struct store *store);

#endif
