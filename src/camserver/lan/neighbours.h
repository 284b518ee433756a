/* neighbours.h: the users of IPMSG programs in all segments, as last heard. */
#ifndef CAM_CAMSERVER_NEIGHBOURS_H
#define CAM_CAMSERVER_NEIGHBOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/table.h"
#include "lan/lan.h"

struct neighbours;

struct neighbour {
	struct table_link by_name, by_host;
	TAILQ_ENTRY(neighbour) entry;
	struct peer peer; /* its status is 0 while it is not there */
	char *nick, *group;
	uint64_t heard_ms; /* of itself; 0: only others told of it */
	bool speaks_cam;
	bool changed; /* since it was last told to others */
};

/* Nothing that is heard is proved: it is only passed on, as hearsay. */
/* on_forget is told of whom nothing may point at any more. */
struct neighbours *neighbours_new(
    void (*on_forget)(void *arg, const struct peer *peer), void *arg);
void neighbours_free(struct neighbours *neighbours);

/* What lan tells; true when somebody has come, changed or gone. What there is
 * no room for is forgotten: LIMIT_PEERS, LIMIT_PEERS_UNPINNED_SOURCE of one
 * address. */
bool neighbours_hear(struct neighbours *neighbours,
    const struct lan_entry *entry, uint64_t now_ms);
/* Who has said nothing since then is no longer there; true when somebody was.
 * Who is gone and has been told of is forgotten. */
bool neighbours_expire(struct neighbours *neighbours, uint64_t since_ms);

/* The one of that name; at that address before others. NULL: none. */
struct neighbour *neighbours_find(const struct neighbours *neighbours,
    const char *user, const char *host, const struct addr *addr);
/* after NULL: the first. */
struct neighbour *neighbours_next(
    const struct neighbours *neighbours, const struct neighbour *after);
/* Those who are there. */
size_t neighbours_count(const struct neighbours *neighbours);
bool neighbour_is_there(const struct neighbour *neighbour);

#endif
