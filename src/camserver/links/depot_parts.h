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
#include "link/relayed.h"
#include "loop/timer.h"

struct expiry;
struct put_job;
struct store_quota;
struct take_job;

enum { DEPOT_IDS_MAX = 1024 }; /* ids or numbers in one notice */

struct depot {
	struct memberlinks *links;
	struct expiry *expiry;
	int64_t given; /* the number of what a member sent last */
	/* What is not settled, by number; the writer is given it in that order,
	 * and this is the next. */
	TAILQ_HEAD(, put_job) puts;
	struct put_job *next;
	struct timer due;
	struct depot_counts counts;
	/* Those with something taken, which is forgotten for all of them at
	 * once. */
	TAILQ_HEAD(, depot_line) resting;
	struct timer rest;
};

/* Something that was sent before it is stored. Who takes it before the writer
 * comes to it spares it that: the flag is set by whichever is first. The writer
 * is given it only after a while, so that this is the rule. */
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
	/* What he has taken, not yet forgotten; of the depot's list while it is
	 * there. */
	struct take_job *taken;
	TAILQ_ENTRY(depot_line) entry;
	struct depot *depot;
};

/* -- depot.c -----------------------------------------------------------------
 */

/* Everything up to this number is settled. */
bool depot_is_past(const struct depot *depot, int64_t number);
/* It has been taken: the writer, where it has not been given it, never is, and
 * it is gone. */
void depot_spare(struct depot_early *early);

/* -- depotout.c --------------------------------------------------------------
 */

/* What is stored for him is read and sent, as he takes it. */
void depot_pump(struct depot *depot, struct memberlink *link);
/* It has just been stored: sent, in order. */
void depot_hand_on(struct depot *depot, struct memberlink *link,
    const struct relayed *relayed);
/* It goes to the writer in its turn. True: it has been sent, since that changes
 * no order and the queue surely has room for it; it is on a list until it has
 * been taken or depot_end_early(). */
bool depot_hand_early(struct depot *depot, struct memberlink *link,
    const struct relayed *relayed, const struct store_quota *quota,
    struct depot_early *early);
/* Of one that is on no list: nothing. */
void depot_end_early(struct depot_early *early);

/* -- depotline.c -------------------------------------------------------------
 */

/* The sender is told, with others of this turn of the loop. */
void depot_tell_stored(
    struct memberlink *link, const uint8_t id[RELAYED_ID_SIZE]);
void depot_tell_refused(struct memberlink *link,
    const uint8_t id[RELAYED_ID_SIZE], const char *reason);
/* What members have taken is forgotten together. */
void depot_rest_init(struct depot *depot);
void depot_rest_finish(struct depot *depot);

#endif
