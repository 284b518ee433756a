/* carriage.h: one transfer with its connection, as transfers keep it. */
#ifndef CAM_CAMD_CARRIAGE_H
#define CAM_CAMD_CARRIAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/random.h"
#include "camd/offer/key.h"
#include "camd/offer/passage.h"
#include "camd/offer/transfers.h"
#include "loop/worker.h"

struct camd;
struct direction;
struct grant;

struct carriage {
	TAILQ_ENTRY(carriage) entry;
	struct transfers *transfers;
	struct direction *direction;
	struct offer_key key;
	int64_t uid; /* whose turn it takes */
	char id[ID_SIZE];
	struct passage passage;
	struct grant *grant; /* sending */
	char *folder;	     /* receiving */
	bool makes_folder, is_image;
	char *name;
	uint64_t size;
	struct job job;
	struct transfer_job run;
	bool replaced;	     /* nothing more is told of it */
	atomic_bool discard; /* nothing of it is to stay */
	/* As the ticks see it. */
	uint64_t bytes, rate, bytes_ms;
	uint64_t slow_bytes, slow_ms;
	bool is_measured;
};
TAILQ_HEAD(carriages, carriage);

/* What the grant is of, out; each takes what it is given, the passage's
 * contents. */
struct carriage *carriage_out(struct grant *grant, struct passage *passage);
struct carriage *carriage_in(
    const struct transfers_fetch *fetch, struct passage *passage);
/* Not while it runs. */
void carriage_free(struct carriage *carriage);
/* On a thread that may block, as transfer_run(). */
void carriage_run(struct carriage *carriage);
/* How far it is now, and how fast. */
void carriage_measure(struct carriage *carriage, uint64_t now_ms);
void carriage_tell(const struct carriage *carriage, const struct camd *camd);

#endif
