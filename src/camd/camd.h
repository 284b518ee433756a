/* camd.h: the daemon of one user, from which everything it knows hangs. */
#ifndef CAM_CAMD_H
#define CAM_CAMD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/path.h"

struct camd {
	struct loop *loop;
	struct paths paths;
	int64_t started_ms; /* wall time */
	struct settings *settings;
	struct crypto *crypto;
	struct protection *protection;
	struct keyring *keyring;
	struct identity *identity;
	struct workers *pool;	/* RSA and what else takes long; no context */
	struct workers *writer; /* one thread, context struct store *: jobs of a
				   batch are one commit */
	struct workers *readers; /* context struct store *, read-only */
	struct store
	    *store; /* the writer's, used by the start before it takes over */
	char *store_path;
	struct upkeep *upkeep;
	struct syncs *syncs;
	struct lan *lan;
	struct door *door;   /* the TCP port */
	struct links *links; /* to other camd */
	struct announcement *announcement;
	struct roster *roster;
	struct trust *trust;	   /* whose key is whose */
	struct onetimes *onetimes; /* ours; NULL in tests of parts */
	struct org *org; /* our organisation; NULL in tests of parts */
	struct leaving *leaving;
	struct inbox *inbox;
	struct outbox *outbox;
	struct offers *offers;	       /* files offered, by us and to us */
	struct transfers *transfers;   /* those on their way */
	struct holdings *holdings;     /* those that the server holds */
	struct ready *ready;	       /* those that it holds for us */
	struct fetches *fetches;       /* those accepted, not yet here */
	struct tickets *tickets;       /* leave to fetch, over links */
	struct fileserver *fileserver; /* the same for IPMSG clients */
	struct calls *calls;
	struct notices *notices;
	struct questions *questions;
	struct typing *typing;
	struct presence *presence;
	struct attention *attention;
	struct events *events;
	struct clients *clients;
	char *pid_path;	     /* NULL until it is written */
	bool socket_is_ours; /* not the service manager's: it goes with us */
	/* All is open, at the start or once the keys are unlocked. */
	void (*opened)(struct camd *camd);
	int exit_code;
};

/*
 * Makes everything and is ready when it returns: database open, ports
 * bound, socket listening; with locked keys (protection.h) only that. On an
 * error *problem is a sentence for people (free it). fd >= 0 is a listening
 * socket handed over by a service manager.
 */
int camd_start(struct camd *camd, int fd, char **problem);
/* What a start with locked keys has left out, once they are unlocked: keys,
 * database, network. The same errors. */
int camd_open(struct camd *camd, char **problem);
/* Says goodbye to the network, writes what is to be written, frees everything.
 */
void camd_finish(struct camd *camd);
/* Takes the settings as they are now; *problem as above, the old ones stay. */
int camd_apply(struct camd *camd, char **problem);
/* Reads cam.ini again and applies it. */
int camd_reload(struct camd *camd, char **problem);

#endif
