/* figures.h: how a camserver is, in numbers, for programs that watch it. */
#ifndef CAM_CAMSERVER_FIGURES_H
#define CAM_CAMSERVER_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "camserver/links/depot.h"
#include "store/held.h"
#include "store/member.h"

struct server;
struct store;

enum { FIGURES_TEXT_MAX = 64 * 1024 };

struct figures {
	size_t members[MEMBER_REMOVED + 1]; /* by state */
	size_t admins, links;		    /* connected; of members */
	int64_t queues;			    /* members for whom it waits */
	int64_t queued, queued_bytes;
	struct store_held_sum held; /* files for who is away */
	size_t transfers;	    /* files between members, by way of us */
	uint64_t transferred;	    /* bytes of them since the start */
	size_t neighbours;	    /* users of IPMSG programs */
	struct depot_counts relayed;
	size_t jobs; /* that wait for the database */
	int64_t started_ms;
	/* Of the process; -1: the system does not say. */
	int64_t memory; /* bytes */
	int64_t files;	/* open ones */
	double cpu_s;
};

/* What the database knows; on the writer's thread. */
int figures_count(struct figures *figures, struct store *store);
/* What the server itself knows; on the loop. */
void figures_take(struct figures *figures, const struct server *server);
/* Appends them in the text form of OpenMetrics 1.0. */
void figures_print(const struct figures *figures, struct buf *text);

#endif
