/* depot_parts.h: what the files of the depot share; nobody else includes it. */
#ifndef CAM_CAMSERVER_DEPOT_PARTS_H
#define CAM_CAMSERVER_DEPOT_PARTS_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "camserver/links/depot.h"
#include "loop/timer.h"

struct expiry;
struct relayed;
struct store_quota;
struct take_job;

enum { DEPOT_IDS_MAX = 1024 }; /* ids or numbers in one notice */

struct depot {
	struct memberlinks *links;
	struct expiry *expiry;
	/* Of what members send: the number given last, and that of what the
	 * writer came to last, which is in the same order. */
	int64_t given, done;
};

/* Something that was sent before it is stored. Who takes it before the writer
 * comes to it spares it that: the flag is set by whichever is first. */
struct depot_early {
	TAILQ_ENTRY(depot_early) entry;
	struct depot_line *line; /* on whose list it is, or NULL */
	int64_t number;
	atomic_flag is_settled;
	bool is_taken; /* he was */
};
TAILQ_HEAD(depot_earlies, depot_early);

/* What is on its way to one member over his link. */
struct depot_line {
	uint64_t serial; /* of the link */
	bool can_send, can_receive;
	uint16_t stream_out, stream_in;
	int64_t sent; /* number of the last item sent */
	bool reading, again;
	bool is_level; /* all that is stored for him has been sent */
	/* The last that was not sent before it is stored: what comes after it
	 * must not overtake it. */
	int64_t behind;
	struct depot_earlies earlies;
	/* What was sent and not taken, about: of the bytes less only when
	 * nothing is. */
	size_t untaken, untaken_bytes;
	/* Ids of his that are stored, to be told at once. */
	json_t *stored;
	struct timer soon;
	/* What he has taken, not yet forgotten. */
	struct take_job *taken;
	struct timer rest;
	struct depot *depot;
};

/* -- depotout.c --------------------------------------------------------------
 */

/* What is stored for him is read and sent, as he takes it. */
void depot_pump(struct depot *depot, struct memberlink *link);
/* It has just been stored: sent, in order. */
void depot_hand_on(struct depot *depot, struct memberlink *link,
    const struct relayed *relayed);
/* It goes to the writer next. True: it has been sent, since that changes no
 * order and the queue surely has room for it; it is on a list until it has been
 * taken or depot_end_early(). */
bool depot_hand_early(struct depot *depot, struct memberlink *link,
    const struct relayed *relayed, const struct store_quota *quota,
    struct depot_early *early);
/* Of one that is on no list: nothing. */
void depot_end_early(struct depot_early *early);
void depot_line_init(struct depot_line *line);
/* What he has taken is forgotten. */
void depot_line_finish(struct depot_line *line);

#endif
