/* offers.c: what becomes of transfers, and the age of offers. */
#include "camd/offer/offers.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/offer/fetches.h"
#include "camd/offer/holdings.h"
#include "camd/offer/offering.h"
#include "camd/offer/offers_parts.h"
#include "camd/offer/ready.h"
#include "camd/offer/reason.h"
#include "camd/offer/roots.h"
#include "camd/offer/sweep.h"
#include "camd/offer/tickets.h"
#include "rpc/names.h"
#include "store/store.h"

enum { DAY_MS = 24 * 3600 * 1000, FROZEN_MAX = 4096 };

/* A packet number whose files IPMSG gets no more. */
/* Without gaps: it is compared and hashed as it lies there. */
struct frozen_key {
	int64_t uid;
	uint64_t packet_no;
};
struct frozen {
	struct table_link link;
	struct frozen_key key;
};

/* -- transfers come and go --------------------------------------------------
 */

static void
on_began(
    void *arg, const struct offer_key *key, enum store_encryption encryption)
{
	struct offers *offers = arg;
	struct offer_change change;

	if (key->uid == OFFER_HELD)
		return;
	offer_change_init(&change);
	change.stage = STORE_RUNNING;
	change.encryption = encryption;
	change.reason = "";
	/* To us: what was cancelled meanwhile stays so. */
	if (fetches_has(offers->camd->fetches, key))
		change.from = 1U << STORE_WAITING | 1U << STORE_RUNNING;
	offers_change(offers, key, &change, NULL, NULL);
}

/* A camd that dies now need not find it again. */
static void
on_kept(void *arg, int err, const struct store_transfer *row)
{
	struct offers *offers = arg;

	if (err == 0)
		offers_kept(offers, row);
}

static void
done_well(struct offers *offers, const struct offer_key *key, bool received,
    const struct transfer_outcome *outcome, uint64_t done)
{
	struct offer_change change;

	offer_change_init(&change);
	change.stage = STORE_DONE;
	change.has_done = true;
	change.done = done;
	change.reason = "";
	change.was_fetched = true;
	change.event = EVENT_TRANSFER_DONE;
	if (received)
		change.made = outcome->made;
	else if (outcome->has_digest)
		change.digest = outcome->digest;
	(void)fetches_remove(offers->camd->fetches, key);
	if (!received)
		holdings_done(offers->camd->holdings, key);
	offers_change(offers, key, &change, received ? on_kept : NULL, offers);
}

void
offers_held_done(
    struct offers *offers, const struct offer_key *key, uint64_t size)
{
	const struct transfer_outcome outcome = { .err = 0 };

	done_well(offers, key, false, &outcome, size);
}

/* Whoever fetches from us comes again, unless it cannot be had. */
static bool
goes_on(bool received, const char *reason, int err)
{
	return received ? offer_reason_passes(reason) : err != CAM_ERR_REFUSED;
}

static void
done_badly(struct offers *offers, const struct offer_key *key, bool received,
    const struct transfer_outcome *outcome, uint64_t done)
{
	struct fetches *fetches = offers->camd->fetches;
	const char *reason = offer_reason_of(outcome);
	struct offer_change change;

	/* It was cancelled, and its row says so. */
	if (received && !fetches_has(fetches, key))
		return;
	offer_change_init(&change);
	change.again = goes_on(received, reason, outcome->err);
	if (received && !change.again) {
		(void)fetches_remove(fetches, key);
	} else if (received && !fetches_again(fetches, key, done)) {
		change.again = false;
		reason = "unknown";
	}
	change.stage = change.again ? STORE_WAITING : STORE_BROKEN;
	change.from = 1U << STORE_RUNNING;
	change.has_done = true;
	change.done = done;
	change.reason = reason;
	change.event = EVENT_TRANSFER_FAILED;
	offers_change(offers, key, &change, NULL, NULL);
}

static void
on_ended(void *arg, const struct offer_key *key, bool received,
    const struct transfer_outcome *outcome, uint64_t done)
{
	const struct offers *offers = arg;

	if (key->uid == OFFER_HELD)
		holdings_ended(offers->camd->holdings, key, outcome);
	else if (outcome->err == 0)
		done_well(arg, key, received, outcome, done);
	else
		done_badly(arg, key, received, outcome, done);
}

static void
on_turn(void *arg)
{
	const struct offers *offers = arg;

	tickets_turn(offers->camd->tickets);
}

const struct transfers_ops offers_transfers_ops = {
	.on_began = on_began,
	.on_ended = on_ended,
	.on_turn = on_turn,
};

/* -- what could not be asked for --------------------------------------------
 */

static enum store_stage
stage_of(const char *reason)
{
	if (offer_reason_passes(reason))
		return STORE_WAITING;
	if (strcmp(reason, "expired") == 0)
		return STORE_EXPIRED;
	return strcmp(reason, "withdrawn") == 0 ? STORE_CANCELLED
						: STORE_BROKEN;
}

static void
on_refused(void *arg, const struct offer_key *key, const char *reason)
{
	struct offer_change change;

	offer_change_init(&change);
	change.stage = (int)stage_of(reason);
	change.again = change.stage == STORE_WAITING;
	change.from = 1U << STORE_WAITING | 1U << STORE_RUNNING;
	change.reason = reason;
	change.event = EVENT_TRANSFER_FAILED;
	offers_change(arg, key, &change, NULL, NULL);
}

const struct fetches_ops offers_fetches_ops = { .on_refused = on_refused };

/* -- age --------------------------------------------------------------------
 */

struct expiry_job {
	struct job job;
	struct offers *offers;
	struct offer_rows rows; /* that have become expired */
	int64_t next_ms;
	int err;
};

static void
expire(struct job *job, void *context)
{
	struct expiry_job *work = container_of(job, struct expiry_job, job);

	work->err = store_transfer_expire(context, clock_wall_ms(),
	    offer_rows_add, &work->rows, &work->next_ms);
}

static void
end_expired(struct offers *offers, const struct store_transfer *row)
{
	const struct offer_key key = { row->message, row->number, row->uid };

	if (row->received && fetches_remove(offers->camd->fetches, &key) &&
	    !transfers_cancel(offers->camd->transfers, &key, true))
		offers_discard(offers, row);
	if (!row->received)
		roots_drop(offers->roots, row->message, row->number);
	offers_tell(offers->camd, EVENT_TRANSFER_FAILED, row, false);
}

/* The wall clock may be set meanwhile: it is looked at once a day. */
static void
plan(struct offers *offers, int64_t next_ms)
{
	int64_t after_ms = next_ms - clock_wall_ms();

	if (next_ms == 0 || after_ms > DAY_MS)
		after_ms = DAY_MS;
	timer_start(
	    &offers->expiry, after_ms > 0 ? (uint64_t)after_ms + 1 : 1000);
}

static void
on_expired(struct job *job)
{
	struct expiry_job *work = container_of(job, struct expiry_job, job);
	struct offers *offers = work->offers;
	int err = job->batch_err < 0 ? job->batch_err : work->err;

	if (err < 0)
		log_warn("cannot see which offers have expired: %s",
		    cam_strerror(err));
	for (size_t i = 0; i < work->rows.count && !offers->stopped; i++)
		end_expired(offers, work->rows.list[i]);
	if (!offers->stopped) {
		plan(offers, err == 0 ? work->next_ms : 0);
		sweep(offers->camd);
	}
	offer_rows_finish(&work->rows);
	free(work);
}

void
offers_expire(struct offers *offers)
{
	struct expiry_job *work = xcalloc(1, sizeof *work);

	work->offers = offers;
	work->job.work = expire;
	work->job.done = on_expired;
	workers_submit(offers->camd->writer, &work->job);
}

static void
on_expiry(void *arg)
{
	offers_expire(arg);
}

void
offers_added(struct offers *offers, int64_t message, struct offering *offering)
{
	for (size_t i = 0; i < offering->count; i++) {
		roots_put(offers->roots, message, offering->offers[i].number,
		    offering->roots[i]);
		offering->roots[i] = -1;
	}
}

/* -- frozen -----------------------------------------------------------------
 */

static bool
is_frozen(const struct table_link *link, const void *key)
{
	return memcmp(&container_of(link, const struct frozen, link)->key, key,
		   sizeof(struct frozen_key)) == 0;
}

static struct table_link *
find_frozen(const struct offers *offers, const struct frozen_key *key)
{
	return table_find(&offers->frozen,
	    table_hash(&offers->frozen, key, sizeof *key), is_frozen, key);
}

bool
offers_is_frozen(const struct offers *offers, uint32_t packet_no, int64_t uid)
{
	const struct frozen_key key = { uid, packet_no };

	return find_frozen(offers, &key) != NULL;
}

/* Each address makes one such in an hour, and of messages that are not there
 * as well: with so many somebody has all of the network. */
void
offers_freeze(struct offers *offers, uint32_t packet_no, int64_t uid)
{
	const struct frozen_key key = { uid, packet_no };
	struct frozen *frozen;

	if (find_frozen(offers, &key) != NULL ||
	    offers->frozen.count >= FROZEN_MAX)
		return;
	frozen = xcalloc(1, sizeof *frozen);
	frozen->key = key;
	table_add(&offers->frozen, &frozen->link,
	    table_hash(&offers->frozen, &key, sizeof key));
}

/* -- making and ending ------------------------------------------------------
 */

/* A transfer that ran when camd ended goes on. */
static void
take_up(struct offers *offers, struct store *store)
{
	struct offer_rows rows = { NULL, 0, 0 };

	if (store_transfer_unfinished(store, offer_rows_add, &rows) < 0)
		log_error("cannot read which files are on their way");
	for (size_t i = 0; i < rows.count; i++) {
		struct store_transfer *row = rows.list[i];

		if (row->stage == STORE_RUNNING) {
			row->stage = STORE_WAITING;
			(void)store_transfer_put(store, row);
		}
		if (row->received)
			fetches_add(offers->camd->fetches, row);
	}
	offer_rows_finish(&rows);
}

struct offers *
offers_new(struct camd *camd, struct store *store)
{
	struct offers *offers = xcalloc(1, sizeof *offers);

	offers->camd = camd;
	offers->roots = roots_new();
	table_init(&offers->frozen);
	timer_init(&offers->expiry, camd->loop, on_expiry, offers);
	camd->transfers = transfers_new(camd, &offers_transfers_ops, offers);
	camd->fetches = fetches_new(camd, &offers_fetches_ops, offers);
	camd->tickets = tickets_new(camd);
	camd->holdings = holdings_new(camd);
	camd->ready = ready_new(camd);
	take_up(offers, store);
	return offers;
}

void
offers_start(struct offers *offers)
{
	offers_expire(offers);
}

void
offers_stop(struct offers *offers)
{
	struct camd *camd = offers != NULL ? offers->camd : NULL;

	if (offers == NULL || offers->stopped)
		return;
	offers->stopped = true;
	timer_stop(&offers->expiry);
	holdings_free(camd->holdings);
	ready_free(camd->ready);
	tickets_free(camd->tickets);
	fetches_free(camd->fetches);
	camd->holdings = NULL;
	camd->ready = NULL;
	camd->tickets = NULL;
	camd->fetches = NULL;
	transfers_stop(camd->transfers);
}

void
offers_free(struct offers *offers)
{
	struct table_link *link;

	if (offers == NULL)
		return;
	offers_stop(offers);
	transfers_free(offers->camd->transfers);
	roots_free(offers->roots);
	timer_finish(&offers->expiry);
	while ((link = table_first(&offers->frozen)) != NULL) {
		table_remove(&offers->frozen, link);
		free(container_of(link, struct frozen, link));
	}
	table_finish(&offers->frozen);
	free(offers);
}
