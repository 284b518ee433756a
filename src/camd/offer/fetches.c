/* fetches.c: offers that were accepted: fetched, and tried again. */
#include "camd/offer/fetches.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/offer/filefetch.h"
#include "camd/offer/linkfetch.h"
#include "camd/offer/passage.h"
#include "camd/offer/reason.h"
#include "camd/offer/transfers.h"
#include "camd/people/roster.h"
#include "ipmsg/filename.h"
#include "loop/timer.h"
#include "store/transfer.h"

enum {
	ASKING_MAX = 8, /* at a time */
	ASKING_OF_ONE = 3,
	FIRST_MS = 1000, /* until the next try; then twice as long */
	LAST_MS = 5 * 60 * 1000,
	HEARD_MS = 10 * 1000, /* between tries because he was heard */
	FRUITLESS_MAX = 5,
};

enum fetch_state { FETCH_WAITING, FETCH_ASKING, FETCH_RECEIVING };

struct fetch {
	TAILQ_ENTRY(fetch) entry;
	struct fetches *fetches;
	struct offer_key key;
	struct store_transfer *row;
	enum fetch_state state;
	bool is_blocked; /* until one of the others comes further */
	uint64_t not_before_ms, tried_ms;
	unsigned failures;  /* in a row, without a byte */
	unsigned fruitless; /* those of them that had a connection */
	const char *reason; /* of the last one that was refused */
	uint64_t done;
	struct linkfetch *linkfetch;
	struct filefetch *filefetch;
};

struct fetches {
	struct camd *camd;
	const struct fetches_ops *ops;
	void *arg;
	TAILQ_HEAD(, fetch) list; /* in the order in which they were accepted */
	struct timer next;
};

static struct fetch *
find(const struct fetches *fetches, const struct offer_key *key)
{
	struct fetch *fetch;

	TAILQ_FOREACH (fetch, &fetches->list, entry) {
		if (offer_key_is(&fetch->key, key))
			return fetch;
	}
	return NULL;
}

static void
fetch_free(struct fetch *fetch)
{
	TAILQ_REMOVE(&fetch->fetches->list, fetch, entry);
	linkfetch_free(fetch->linkfetch);
	filefetch_free(fetch->filefetch);
	free(fetch->row);
	free(fetch);
}

static struct user *
user_of(const struct fetch *fetch)
{
	return roster_by_uid(fetch->fetches->camd->roster, fetch->key.uid);
}

/* -- one try ----------------------------------------------------------------
 */

/* The earliest that waits; 0: none does. */
static void
plan(struct fetches *fetches)
{
	uint64_t now_ms = clock_now_ms(), first_ms = UINT64_MAX;
	const struct fetch *fetch;

	TAILQ_FOREACH (fetch, &fetches->list, entry) {
		if (fetch->state == FETCH_WAITING && !fetch->is_blocked &&
		    fetch->not_before_ms < first_ms)
			first_ms = fetch->not_before_ms;
	}
	if (first_ms == UINT64_MAX)
		timer_stop(&fetches->next);
	else
		timer_start(
		    &fetches->next, first_ms > now_ms ? first_ms - now_ms : 0);
}

/* One has come further, and another may begin. */
static void
plan_again(struct fetches *fetches)
{
	struct fetch *fetch;

	TAILQ_FOREACH (fetch, &fetches->list, entry)
		fetch->is_blocked = false;
	plan(fetches);
}

static void
wait(struct fetch *fetch, bool moved)
{
	uint64_t pause_ms = FIRST_MS;

	fetch->failures = moved ? 0 : fetch->failures + 1;
	for (unsigned i = 1; i < fetch->failures && pause_ms < LAST_MS; i++)
		pause_ms *= 2;
	if (pause_ms > LAST_MS)
		pause_ms = LAST_MS;
	/* Many that broke together do not come back together. */
	pause_ms = pause_ms * 3 / 4 + random_below((uint32_t)pause_ms / 4);
	fetch->state = FETCH_WAITING;
	fetch->not_before_ms = clock_now_ms() + pause_ms;
	plan_again(fetch->fetches);
}

/* What the other side says; or nothing was heard of it. */
static void
refused(struct fetch *fetch, const char *reason)
{
	struct fetches *fetches = fetch->fetches;
	const struct offer_key key = fetch->key;
	bool is_new =
	    fetch->reason == NULL || strcmp(fetch->reason, reason) != 0;

	if (offer_reason_passes(reason)) {
		fetch->reason = reason;
		wait(fetch, false);
	} else {
		fetch_free(fetch);
		plan_again(fetches);
	}
	if (is_new)
		fetches->ops->on_refused(fetches->arg, &key, reason);
}

/* The name was looked at when it was accepted. */
static void
receive(struct fetch *fetch, struct passage *passage)
{
	const struct store_transfer *row = fetch->row;
	char name[FILE_NAME_SIZE];
	struct transfers_fetch what = {
		.key = fetch->key,
		.id = row->id,
		.folder = row->folder,
		.makes_folder = row->automatic,
		.name = name,
		.is_folder = row->offer.kind == STORE_FOLDER,
		.is_image = row->offer.kind == STORE_IMAGE && row->automatic,
		.size = row->offer.size,
		.shown_size = row->offer.size,
		.mtime = row->offer.mtime,
		.file_key = row->offer.file_key,
		.digest = row->offer.digest,
	};

	if (file_name_receive(span_text(row->name), name) < 0) {
		passage_finish(passage);
		refused(fetch, "name");
		return;
	}
	/* IPMSG clients do not say how much is in a folder. */
	if (what.is_folder && what.size == 0 && row->carried != STORE_CAM1)
		what.size = TRANSFER_SIZE_UNKNOWN;
	fetch->state = FETCH_RECEIVING;
	(void)transfers_receive(
	    fetch->fetches->camd->transfers, &what, passage);
	plan_again(fetch->fetches);
}

static void
on_passage(void *arg, const char *reason, struct passage *passage)
{
	struct fetch *fetch = arg;

	fetch->linkfetch = NULL;
	fetch->filefetch = NULL;
	if (reason != NULL)
		refused(fetch, reason);
	else
		receive(fetch, passage);
}

static void
ask(struct fetch *fetch, struct user *user)
{
	struct camd *camd = fetch->fetches->camd;
	const struct store_transfer *row = fetch->row;
	const struct fetch_wish wish = {
		.user = user,
		.id = row->id,
		.packet_no = row->packet_no,
		.number = row->number,
		.is_folder = row->offer.kind == STORE_FOLDER,
		.is_image = row->offer.kind == STORE_IMAGE,
		.size = row->offer.size,
	};

	fetch->state = FETCH_ASKING;
	fetch->tried_ms = clock_now_ms();
	if (row->carried == STORE_CAM1)
		fetch->linkfetch =
		    linkfetch_new(camd, &wish, on_passage, fetch);
	else
		fetch->filefetch =
		    filefetch_new(camd, &wish, on_passage, fetch);
}

/* -- whose turn it is -------------------------------------------------------
 */

static bool
may_ask(const struct fetches *fetches, int64_t uid)
{
	const struct fetch *fetch;
	unsigned all = 0, of_user = 0;

	TAILQ_FOREACH (fetch, &fetches->list, entry) {
		if (fetch->state == FETCH_WAITING)
			continue;
		of_user += fetch->key.uid == uid;
		all += fetch->state == FETCH_ASKING;
	}
	return all < ASKING_MAX && of_user < ASKING_OF_ONE &&
	       !transfers_is_full(fetches->camd->transfers);
}

static void
try_all(struct fetches *fetches)
{
	uint64_t now_ms = clock_now_ms();
	struct fetch *fetch, *next;

	for (fetch = TAILQ_FIRST(&fetches->list); fetch != NULL; fetch = next) {
		struct user *user = user_of(fetch);

		next = TAILQ_NEXT(fetch, entry);
		if (fetch->state != FETCH_WAITING ||
		    fetch->not_before_ms > now_ms)
			continue;
		fetch->is_blocked = !may_ask(fetches, fetch->key.uid);
		if (fetch->is_blocked)
			continue;
		if (user != NULL)
			ask(fetch, user);
		else
			wait(fetch, false);
	}
	plan(fetches);
}

static void
on_next(void *arg)
{
	try_all(arg);
}

static void
hurry(struct fetches *fetches, const struct user *user, bool linked)
{
	uint64_t now_ms = clock_now_ms(), next_ms;
	struct fetch *fetch;
	bool any = false;

	TAILQ_FOREACH (fetch, &fetches->list, entry) {
		if (fetch->state != FETCH_WAITING || user_of(fetch) != user)
			continue;
		/* Somebody whom we hear and cannot reach is not asked each
		 * time. */
		next_ms = linked || fetch->failures < 2
			      ? now_ms
			      : fetch->tried_ms + HEARD_MS;
		if (next_ms < fetch->not_before_ms)
			fetch->not_before_ms = next_ms;
		any = true;
	}
	if (any)
		plan(fetches);
}

void
fetches_user_heard(struct fetches *fetches, const struct user *user)
{
	if (fetches != NULL && !TAILQ_EMPTY(&fetches->list))
		hurry(fetches, user, false);
}

void
fetches_link_open(struct fetches *fetches, const struct user *user)
{
	if (fetches != NULL)
		hurry(fetches, user, true);
}

/* -- added, ended -----------------------------------------------------------
 */

void
fetches_add(struct fetches *fetches, const struct store_transfer *transfer)
{
	const struct offer_key key = { transfer->message, transfer->number,
		transfer->uid };
	struct fetch *fetch = find(fetches, &key);

	if (fetch != NULL)
		return;
	fetch = xcalloc(1, sizeof *fetch);
	fetch->fetches = fetches;
	fetch->key = key;
	fetch->row = store_transfer_copy(transfer);
	TAILQ_INSERT_TAIL(&fetches->list, fetch, entry);
	plan_again(fetches);
}

bool
fetches_remove(struct fetches *fetches, const struct offer_key *key)
{
	struct fetch *fetch = find(fetches, key);

	if (fetch == NULL)
		return false;
	fetch_free(fetch);
	plan_again(fetches);
	return true;
}

/* IPMSG has no word for "not any more": the connection ends without a byte. */
static bool
is_gone(struct fetch *fetch, uint64_t done)
{
	if (done > 0 || fetch->row->carried == STORE_CAM1)
		fetch->fruitless = 0;
	else
		fetch->fruitless++;
	return fetch->fruitless >= FRUITLESS_MAX;
}

bool
fetches_again(
    struct fetches *fetches, const struct offer_key *key, uint64_t done)
{
	struct fetch *fetch = find(fetches, key);
	bool moved;

	if (fetch == NULL || is_gone(fetch, done)) {
		(void)fetches_remove(fetches, key);
		return false;
	}
	moved = done > fetch->done;
	fetch->done = done;
	fetch->reason = NULL;
	wait(fetch, moved);
	return true;
}

void
fetches_remove_message(struct fetches *fetches, int64_t message)
{
	struct fetch *fetch = TAILQ_FIRST(&fetches->list), *next;

	for (; fetch != NULL; fetch = next) {
		next = TAILQ_NEXT(fetch, entry);
		if (fetch->key.message == message)
			fetch_free(fetch);
	}
	plan_again(fetches);
}

bool
fetches_has(const struct fetches *fetches, const struct offer_key *key)
{
	return find(fetches, key) != NULL;
}

struct fetches *
fetches_new(struct camd *camd, const struct fetches_ops *ops, void *arg)
{
	struct fetches *fetches = xcalloc(1, sizeof *fetches);

	fetches->camd = camd;
	fetches->ops = ops;
	fetches->arg = arg;
	TAILQ_INIT(&fetches->list);
	timer_init(&fetches->next, camd->loop, on_next, fetches);
	return fetches;
}

void
fetches_free(struct fetches *fetches)
{
	struct fetch *fetch;

	if (fetches == NULL)
		return;
	while ((fetch = TAILQ_FIRST(&fetches->list)) != NULL)
		fetch_free(fetch);
	timer_finish(&fetches->next);
	free(fetches);
}
