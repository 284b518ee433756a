/* transfers.c: what is on its way now: who has a turn, how far it is, how it
 * ended. */
#include "camd/offer/transfers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/offer/grant.h"
#include "camd/offer/passage.h"
#include "camd/offer/places.h"
#include "camd/offer/png.h"
#include "camd/people/roster.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "net/tcp.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { TICK_MS = 250 };
/* Who moves less than SLOW_BYTES in SLOW_MS while others wait ends. */
enum { SLOW_MS = 5 * 60 * 1000, SLOW_BYTES = 300 * 1024 };
/* What stays free on the disk: a twentieth of it, at most a GiB. */
static const uint64_t reserve_max = (uint64_t)1 << 30;
enum { RESERVE_PART = 20 };

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

static void
carriage_free(struct carriage *carriage)
{
	if (carriage->run.folder >= 0)
		close(carriage->run.folder);
	passage_finish(&carriage->passage);
	grant_free(carriage->grant);
	free(carriage->folder);
	free(carriage->name);
	wipe_free(carriage, sizeof *carriage);
}

/* -- the disk ---------------------------------------------------------------
 */

uint64_t
transfers_reserve(int folder)
{
	struct statvfs disk;
	uint64_t part;

	if (fstatvfs(folder, &disk) != 0)
		return 0;
	part = (uint64_t)disk.f_blocks * disk.f_frsize / RESERVE_PART;
	return part < reserve_max ? part : reserve_max;
}

/* -- on a thread ------------------------------------------------------------
 */

/* The folder may lie on a disk that is slow to answer. */
static int
open_folder(struct carriage *carriage)
{
	struct transfer_job *run = &carriage->run;

	if (carriage->makes_folder)
		(void)places_make(carriage->folder);
	run->folder =
	    open(carriage->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (run->folder < 0) {
		run->outcome.err = CAM_ERR_SYSTEM;
		run->outcome.error = errno;
		return CAM_ERR_SYSTEM;
	}
	run->reserve = transfers_reserve(run->folder);
	return 0;
}

/* What will be shown unasked is a picture, and no larger than it may be. */
static void
check_image(struct transfer_job *run)
{
	int fd = -1;
	int r = beneath_open(
	    run->folder, run->outcome.made, O_RDONLY | O_NONBLOCK, &fd);

	if (r == 0) {
		r = png_check_file(fd);
		close(fd);
	}
	if (r == 0)
		return;
	(void)beneath_remove(run->folder, run->outcome.made);
	run->outcome.made[0] = '\0';
	run->outcome.err = CAM_ERR_FORMAT;
}

static void
run(struct job *job, void *context)
{
	struct carriage *carriage = container_of(job, struct carriage, job);
	struct transfer_job *run = &carriage->run;

	if (run->receive && open_folder(carriage) < 0)
		return;
	transfer_run(run);
	if (carriage->is_image && run->outcome.err == 0)
		check_image(run);
	/* What an earlier life may have left, when it died at the end. */
	if (run->receive &&
	    (run->outcome.err == 0 || atomic_load(&carriage->discard)))
		(void)transfer_discard(run->folder, run->id);
}

/* -- turns ------------------------------------------------------------------
 */

static void on_ended(struct job *job);

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
	bool has = TAILQ_EMPTY(&transfers->sending.waiting) &&
		   has_turn(&transfers->sending, uid);

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

static struct carriage *
carriage_new(struct transfers *transfers, struct direction *direction,
    const struct offer_key *key, struct passage *passage)
{
	struct carriage *carriage = xcalloc(1, sizeof *carriage);
	struct transfer_job *run = &carriage->run;

	carriage->transfers = transfers;
	carriage->direction = direction;
	carriage->key = *key;
	carriage->uid = key->uid;
	carriage->passage = *passage;
	passage_init(passage);
	transfer_job_init(run, direction == &transfers->receiving);
	run->form = carriage->passage.form;
	run->socket = carriage->passage.socket;
	run->hello =
	    span_of(carriage->passage.hello, carriage->passage.hello_len);
	run->early =
	    span_of(carriage->passage.early, carriage->passage.early_len);
	run->ciphered = carriage->passage.ciphered;
	run->packet = carriage->passage.packet;
	memcpy(run->key, carriage->passage.key, sizeof run->key);
	run->charset = carriage->passage.charset;
	run->bare = carriage->passage.bare;
	run->offset = carriage->passage.offset;
	return carriage;
}

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
	struct transfer_job *run;
	int r = check_sending(transfers, grant, passage, with_ticket);

	if (with_ticket)
		let_go(sending, grant->uid);
	if (r < 0) {
		passage_finish(passage);
		grant_free(grant);
		begin_next(transfers, sending);
		return r;
	}
	carriage = carriage_new(transfers, sending, &grant->key, passage);
	carriage->grant = grant;
	carriage->uid = grant->uid;
	memcpy(carriage->id, grant->id, sizeof carriage->id);
	carriage->size = grant->size;
	run = &carriage->run;
	run->is_folder = grant->kind == STORE_FOLDER;
	run->name = grant->name;
	run->size = run->is_folder ? TRANSFER_SIZE_UNKNOWN : grant->size;
	memcpy(run->file_key, grant->file_key, sizeof run->file_key);
	run->has_digest = grant->has_digest;
	memcpy(run->digest, grant->digest, sizeof run->digest);
	run->source = grant->source;
	if (with_ticket) {
		begin(carriage);
	} else {
		TAILQ_INSERT_TAIL(&sending->waiting, carriage, entry);
		begin_next(transfers, sending);
	}
	return 0;
}

void
transfers_part_id(
    const struct offer_key *key, const char *id, char part[TRANSFER_ID_SIZE])
{
	snprintf(part, TRANSFER_ID_SIZE, "%sr%lldn%u", id,
	    (long long)key->message, (unsigned)key->number);
}

int
transfers_receive(struct transfers *transfers,
    const struct transfers_fetch *fetch, struct passage *passage)
{
	struct direction *receiving = &transfers->receiving;
	struct carriage *carriage;
	struct transfer_job *run;

	if (find_running(transfers, &fetch->key) != NULL ||
	    find_waiting(transfers, &fetch->key) != NULL) {
		passage_finish(passage);
		return CAM_ERR_EXISTS;
	}
	carriage = carriage_new(transfers, receiving, &fetch->key, passage);
	snprintf(carriage->id, sizeof carriage->id, "%s", fetch->id);
	carriage->folder = xstrdup(fetch->folder);
	carriage->makes_folder = fetch->makes_folder;
	carriage->is_image = fetch->is_image;
	carriage->name = xstrdup(fetch->name);
	carriage->size = fetch->shown_size;
	run = &carriage->run;
	run->is_folder = fetch->is_folder;
	run->name = carriage->name;
	run->size = fetch->size;
	run->mtime = fetch->mtime;
	run->quota = fetch->quota;
	if (fetch->file_key != NULL)
		memcpy(run->file_key, fetch->file_key, sizeof run->file_key);
	run->has_digest = fetch->digest != NULL;
	if (fetch->digest != NULL)
		memcpy(run->digest, fetch->digest, sizeof run->digest);
	transfers_part_id(&fetch->key, fetch->id, run->id);
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

static void
measure(struct carriage *carriage, uint64_t now_ms)
{
	uint64_t bytes = atomic_load(&carriage->run.bytes);
	uint64_t passed_ms = now_ms - carriage->bytes_ms, rate;

	if (passed_ms == 0)
		return;
	/* What was there before is no rate; then the mean of a second or so. */
	rate = (bytes - carriage->bytes) * 1000 / passed_ms;
	if (carriage->rate > 0)
		carriage->rate = (3 * carriage->rate + rate) / 4;
	else if (carriage->is_measured)
		carriage->rate = rate;
	carriage->is_measured = true;
	carriage->bytes = bytes;
	carriage->bytes_ms = now_ms;
}

static void
tell_progress(const struct carriage *carriage)
{
	const struct camd *camd = carriage->transfers->camd;
	char *id =
	    xasprintf("%s.%u", carriage->id, (unsigned)carriage->key.number);
	const struct user *user =
	    roster_by_uid(camd->roster, carriage->key.uid);
	char *peer = user != NULL ? user_id(user) : xstrdup("unknown");

	events_tell(camd->events, EVENT_TRANSFER_PROGRESS,
	    json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:I}", "id", id,
		"message", carriage->id, "direction",
		carriage->run.receive ? "in" : "out", "peer",
		json_text(span_text(peer)), "done", (json_int_t)carriage->bytes,
		"size", (json_int_t)carriage->size, "rate",
		(json_int_t)carriage->rate));
	free(peer);
	free(id);
}

/* Somebody who lets a few bytes trickle keeps a turn from others. */
static void
end_slow(struct carriage *carriage, uint64_t now_ms)
{
	const struct direction *direction = carriage->direction;

	if (now_ms - carriage->slow_ms < SLOW_MS)
		return;
	if (carriage->bytes - carriage->slow_bytes < SLOW_BYTES &&
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
		measure(carriage, now_ms);
		if (wanted && !carriage->replaced)
			tell_progress(carriage);
		end_slow(carriage, now_ms);
	}
}

static void
on_tick(void *arg)
{
	struct transfers *transfers = arg;
	uint64_t now_ms = clock_now_ms();
	bool wanted =
	    events_wanted(transfers->camd->events, EVENT_TRANSFER_PROGRESS);

	tick(&transfers->sending, now_ms, wanted);
	tick(&transfers->receiving, now_ms, wanted);
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
