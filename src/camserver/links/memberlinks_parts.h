/* memberlinks_parts.h: what the files of members' connections share; nobody
 * else includes it. */
#ifndef CAM_CAMSERVER_MEMBERLINKS_PARTS_H
#define CAM_CAMSERVER_MEMBERLINKS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/table.h"
#include "loop/timer.h"

struct budget;
struct depot;
struct ferries;
struct holds;
struct lobby;
struct memberlink;
struct notices;
struct roll;
struct seen;
struct server;
struct tls_context;

TAILQ_HEAD(memberlink_list, memberlink);

struct memberlinks {
	struct server *server;
	struct lobby *lobby;
	struct budget *budget; /* of handshakes */
	struct tls_context *context;
	struct roll *roll;
	struct depot *depot;
	struct ferries *ferries;
	struct holds *holds;
	struct notices *notices;
	struct seen *seen;
	struct table by_serial;
	struct memberlink_list list, dead;
	size_t count;
	uint64_t last_serial;
	struct timer burial, calm;
	bool is_heard;	/* somebody was, since it was last looked */
	unsigned calms; /* how often it has not been calm */
	bool stopped;
};

/* -- memberlinks.c -----------------------------------------------------------
 */

/* It will be buried on the next turn. */
void memberlinks_ended(struct memberlinks *links, struct memberlink *link);
/* Something was done that took memory: soon what is left over is given back. */
void memberlinks_stir(struct memberlinks *links);

/* -- memberlink.c ------------------------------------------------------------
 */

/* It is known who he is: no guest any more. */
void memberlink_settle(struct memberlink *link);
/* What was said last leaves, then it ends. */
void memberlink_hang_up(struct memberlink *link);

#endif
