/* transfers.c: what is on its way now: who has a turn, how far it is, how it
 * ended. */
#include "camd/offer/transfers.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/offer/carriage.h"
#include "camd/offer/grant.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "net/tcp.h"
#include "rpc/names.h"

enum { TICK_MS = 250 };
struct direction {
	struct carriages waiting, running;
	struct workers *threads; /* made when they are first needed */
	size_t running_count;
	/* Turns given away for tickets. */
	int64_t held[TRANSFERS_EACH_WAY];
	size_t held_count;
	bool wanted; /* a turn, by somebody who did not get one */
};

struct transfers {
	struct camd *camd;
	const struct transfers_ops *ops;
	void *arg;
	struct direction sending, receiving;
	struct timer tick;
	bool ending;
};

static const struct worker_ops worker_ops = { .start = NULL };

/* -- who is where -----------------------------------------------------------
 */

static bool
is_key(const struct carriage *carriage, const struct offer_key *key)
{
	return offer_key_is(&carriage->key, key) && !carriage->replaced;
}

static struct carriage *
find_in(const struct carriages *list, const struct offer_key *key)
{
	struct carriage *carriage;

	TAILQ_FOREACH (carriage, list, entry) {
		if (is_key(carriage, key))
			return carriage;
	}
	return NULL;
}

static struct carriage *
find_running(const struct transfers *transfers, const struct offer_key *key)
{
	struct carriage *carriage = find_in(&transfers->sending.running, key);

	return carriage != NULL ? carriage
				: find_in(&transfers->receiving.running, key);
}

static struct carriage *
find_waiting(const struct transfers *transfers, const struct offer_key *key)
{
	struct carriage *carriage = find_in(&transfers->sending.waiting, key);

	return carriage != NULL ? carriage
				: find_in(&transfers->receiving.waiting, key);
}

static size_t
count_of(const struct carriages *list, int64_t uid)
{
	const struct carriage *carriage;
	size_t count = 0;

	TAILQ_FOREACH (carriage, list, entry)
		count += carriage->uid == uid;
	return count;
}

static bool
has_turn(const struct direction *direction, int64_t uid)
{
	size_t of_user = count_of(&direction->running, uid);

	for (size_t i = 0; i < direction->held_count; i++)
		of_user += direction->held[i] == uid;
	return direction->running_count + direction->held_count <
		   TRANSFERS_EACH_WAY &&
	       of_user < TRANSFERS_OF_ONE;
}

/* -- turns ------------------------------------------------------------------
 */

static void on_ended(struct job *job);

static void
run(struct job *job, void *context)
{
	carriage_run(container_of(job, struct carriage, job));
}

static void
begin(struct carriage *carriage)
{
	struct transfers *transfers = carriage->transfers;
	struct direction *direction = carriage->direction;

	TAILQ_INSERT_TAIL(&direction->running, carriage, entry);
	direction->running_count++;
	if (direction->threads == NULL)
		direction->threads = workers_new(transfers->camd->loop,
		    TRANSFERS_EACH_WAY, &worker_ops, NULL);
	carriage->bytes_ms = carriage->slow_ms = clock_now_ms();
	carriage->job.work = run;
	carriage->job.done = on_ended;
	tcp_set_bulk(carriage->passage.socket);
	workers_submit(direction->threads, &carriage->job);
	if (!timer_is_running(&transfers->tick))
		timer_start(&transfers->tick, TICK_MS);
	transfers->ops->on_began(
	    transfers->arg, &carriage->key, carriage->passage.encryption);
}

static void
begin_next(struct transfers *transfers, struct direction *direction)
{
	struct carriage *carriage, *next;

	for (carriage = TAILQ_FIRST(&direction->waiting); carriage != NULL;
	     carriage = next) {
		next = TAILQ_NEXT(carriage, entry);
		if (!has_turn(direction, carriage->uid))
			continue;
		TAILQ_REMOVE(&direction->waiting, carriage, entry);
		begin(carriage);
	}
	if (direction == &transfers->sending && !transfers->ending) {
		direction->wanted = !TAILQ_EMPTY(&direction->waiting);
		transfers->ops->on_turn(transfers->arg);
	}
}

static void
on_ended(struct job *job)
{
	struct carriage *carriage = container_of(job, struct carriage, job);
	struct transfers *transfers = carriage->transfers;
	struct direction *direction = carriage->direction;

	TAILQ_REMOVE(&direction->running, carriage, entry);
	direction->running_count--;
	if (!carriage->replaced && !transfers->ending)
		transfers->ops->on_ended(transfers->arg, &carriage->key,
		    carriage->run.receive, &carriage->run.outcome,
		    atomic_load(&carriage->run.bytes));
	carriage_free(carriage);
	if (!transfers->ending)
		begin_next(transfers, direction);
}

bool
transfers_has_turn(struct transfers *transfers, int64_t uid)
{
	/* Whoever waits for his turn has none now. */
	bool has = has_turn(&transfers->sending, uid);

	if (!has)
		transfers->sending.wanted = true;
	return has;
}

void
transfers_hold_turn(struct transfers *transfers, int64_t uid)
{
	struct direction *sending = &transfers->sending;

	if (sending->held_count < TRANSFERS_EACH_WAY)
		sending->held[sending->held_count++] = uid;
}

static void
let_go(struct direction *sending, int64_t uid)
{
	for (size_t i = 0; i < sending->held_count; i++) {
		if (sending->held[i] == uid) {
			sending->held[i] = sending->held[--sending->held_count];
			return;
		}
	}
}

void
transfers_free_turn(struct transfers *transfers, int64_t uid)
{
	let_go(&transfers->sending, uid);
	begin_next(transfers, &transfers->sending);
}

/* -- sending and receiving --------------------------------------------------
 */

/* Its connection may be dead without our knowing. */
static void
replace(struct transfers *transfers, const struct offer_key *key)
{
	struct carriage *old = find_running(transfers, key);

	if (old == NULL)
		return;
	old->replaced = true;
	transfer_cancel(&old->run);
}

static int
check_sending(struct transfers *transfers, const struct grant *grant,
    const struct passage *passage, bool with_ticket)
{
	bool sealed = passage->form == TRANSFER_SEALED;

	if ((sealed && !grant->has_key) ||
	    (grant->kind == STORE_FOLDER && passage->form == TRANSFER_DATA))
		return CAM_ERR_REFUSED;
	if (with_ticket) {
		replace(transfers, &grant->key);
		return 0;
	}
	if (find_running(transfers, &grant->key) != NULL ||
	    find_waiting(transfers, &grant->key) != NULL)
		return CAM_ERR_EXISTS;
	return count_of(&transfers->sending.waiting, grant->uid) <
		       TRANSFERS_WAITING_OF_ONE
		   ? 0
		   : CAM_ERR_FULL;
}

int
transfers_send(struct transfers *transfers, struct grant *grant,
    struct passage *passage, bool with_ticket)
{
	struct direction *sending = &transfers->sending;
	struct carriage *carriage;
	int r = check_sending(transfers, grant, passage, with_ticket);

	if (with_ticket)
		let_go(sending, grant->uid);
	if (r < 0) {
		passage_finish(passage);
		grant_free(grant);
		begin_next(transfers, sending);
		return r;
	}
	carriage = carriage_out(grant, passage);
	carriage->transfers = transfers;
	carriage->direction = sending;
	if (with_ticket) {
		begin(carriage);
	} else {
		TAILQ_INSERT_TAIL(&sending->waiting, carriage, entry);
		begin_next(transfers, sending);
	}
	return 0;
}

int
transfers_receive(struct transfers *transfers,
    const struct transfers_fetch *fetch, struct passage *passage)
{
	struct direction *receiving = &transfers->receiving;
	struct carriage *carriage;

	if (find_running(transfers, &fetch->key) != NULL ||
	    find_waiting(transfers, &fetch->key) != NULL) {
		passage_finish(passage);
		return CAM_ERR_EXISTS;
	}
	carriage = carriage_in(fetch, passage);
	carriage->transfers = transfers;
	carriage->direction = receiving;
	TAILQ_INSERT_TAIL(&receiving->waiting, carriage, entry);
	begin_next(transfers, receiving);
	return 0;
}

bool
transfers_is_full(const struct transfers *transfers)
{
	return !TAILQ_EMPTY(&transfers->receiving.waiting);
}

/* -- ended before its time --------------------------------------------------
 */

/* One that has not begun ends as one that was cancelled. */
static void
drop_waiting(struct carriage *carriage)
{
	struct transfers *transfers = carriage->transfers;
	const struct transfer_outcome outcome = { .err = CAM_ERR_CLOSED,
		.cancelled = true };

	TAILQ_REMOVE(&carriage->direction->waiting, carriage, entry);
	transfers->ops->on_ended(
	    transfers->arg, &carriage->key, carriage->run.receive, &outcome, 0);
	carriage_free(carriage);
}

bool
transfers_cancel(
    struct transfers *transfers, const struct offer_key *key, bool discard)
{
	struct carriage *carriage = find_running(transfers, key);

	if (carriage != NULL) {
		atomic_store(&carriage->discard, discard);
		transfer_cancel(&carriage->run);
		return true;
	}
	carriage = find_waiting(transfers, key);
	if (carriage != NULL)
		drop_waiting(carriage);
	return carriage != NULL;
}

static bool
is_of(const struct carriage *carriage, int64_t message, int64_t number)
{
	return carriage->key.message == message &&
	       (number == OFFER_ALL || carriage->key.number == number) &&
	       !carriage->replaced;
}

void
transfers_cancel_all(
    struct transfers *transfers, int64_t message, int64_t number)
{
	struct direction *ways[] = { &transfers->sending,
		&transfers->receiving };

	for (size_t i = 0; i < 2; i++) {
		struct carriage *carriage = TAILQ_FIRST(&ways[i]->waiting);
		struct carriage *next;

		for (; carriage != NULL; carriage = next) {
			next = TAILQ_NEXT(carriage, entry);
			if (is_of(carriage, message, number))
				drop_waiting(carriage);
		}
		TAILQ_FOREACH (carriage, &ways[i]->running, entry) {
			if (!is_of(carriage, message, number))
				continue;
			atomic_store(&carriage->discard, true);
			transfer_cancel(&carriage->run);
		}
	}
}

static size_t
count_others(const struct carriages *list, const struct offer_key *but)
{
	const struct carriage *carriage;
	size_t count = 0;

	TAILQ_FOREACH (carriage, list, entry)
		count += is_of(carriage, but->message, but->number) &&
			 carriage->key.uid != but->uid;
	return count;
}

size_t
transfers_count(const struct transfers *transfers, const struct offer_key *but)
{
	return count_others(&transfers->sending.waiting, but) +
	       count_others(&transfers->sending.running, but);
}

/* -- how far ----------------------------------------------------------------
 */

bool
transfers_progress(const struct transfers *transfers,
    const struct offer_key *key, struct transfers_progress *progress)
{
	struct carriage *carriage = find_running(transfers, key);

	if (carriage == NULL)
		return false;
	progress->done = atomic_load(&carriage->run.bytes);
	progress->rate = carriage->rate;
	return true;
}

/* Somebody who lets a few bytes trickle keeps a turn from others. */
static void
end_slow(struct carriage *carriage, uint64_t now_ms)
{
	const struct direction *direction = carriage->direction;

	if (now_ms - carriage->slow_ms < TRANSFERS_SLOW_MS)
		return;
	if (carriage->bytes - carriage->slow_bytes < TRANSFERS_SLOW_BYTES &&
	    (direction->wanted || !TAILQ_EMPTY(&direction->waiting))) {
		log_info("a transfer that hardly moved was ended");
		transfer_cancel(&carriage->run);
	}
	carriage->slow_ms = now_ms;
	carriage->slow_bytes = carriage->bytes;
}

static void
tick(struct direction *direction, uint64_t now_ms, bool wanted)
{
	struct carriage *carriage;

	TAILQ_FOREACH (carriage, &direction->running, entry) {
		carriage_measure(carriage, now_ms);
		/* What was cancelled has been told of already. */
		if (wanted && !carriage->replaced &&
		    !atomic_load(&carriage->run.stop))
			carriage_tell(carriage, carriage->transfers->camd);
		end_slow(carriage, now_ms);
	}
}

void
transfers_look(struct transfers *transfers, uint64_t now_ms)
{
	bool wanted =
	    events_wanted(transfers->camd->events, EVENT_TRANSFER_PROGRESS);

	tick(&transfers->sending, now_ms, wanted);
	tick(&transfers->receiving, now_ms, wanted);
}

static void
on_tick(void *arg)
{
	struct transfers *transfers = arg;

	transfers_look(transfers, clock_now_ms());
	if (transfers->sending.running_count > 0 ||
	    transfers->receiving.running_count > 0)
		timer_start(&transfers->tick, TICK_MS);
}

/* -- making and ending ------------------------------------------------------
 */

static void
direction_init(struct direction *direction)
{
	TAILQ_INIT(&direction->waiting);
	TAILQ_INIT(&direction->running);
}

static void
direction_stop(struct direction *direction)
{
	struct carriage *carriage;

	while ((carriage = TAILQ_FIRST(&direction->waiting)) != NULL) {
		TAILQ_REMOVE(&direction->waiting, carriage, entry);
		carriage_free(carriage);
	}
	TAILQ_FOREACH (carriage, &direction->running, entry)
		transfer_cancel(&carriage->run);
}

struct transfers *
transfers_new(struct camd *camd, const struct transfers_ops *ops, void *arg)
{
	struct transfers *transfers = xcalloc(1, sizeof *transfers);

	transfers->camd = camd;
	transfers->ops = ops;
	transfers->arg = arg;
	direction_init(&transfers->sending);
	direction_init(&transfers->receiving);
	timer_init(&transfers->tick, camd->loop, on_tick, transfers);
	return transfers;
}

void
transfers_stop(struct transfers *transfers)
{
	if (transfers == NULL || transfers->ending)
		return;
	transfers->ending = true;
	timer_stop(&transfers->tick);
	direction_stop(&transfers->sending);
	direction_stop(&transfers->receiving);
	workers_free(transfers->sending.threads);
	workers_free(transfers->receiving.threads);
}

void
transfers_free(struct transfers *transfers)
{
	if (transfers == NULL)
		return;
	transfers_stop(transfers);
	timer_finish(&transfers->tick);
	free(transfers);
}
