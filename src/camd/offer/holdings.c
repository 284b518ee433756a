/* holdings.c: which of our offers the server should hold, and holds. */
#include "camd/offer/holdings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/offer/holdings_parts.h"
#include "camd/offer/holdtell.h"
#include "camd/offer/offers_parts.h"
#include "camd/org/org.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "store/source.h"

enum {
	LOOK_MS = 300, /* for what happens together */
	AGAIN_MS = 2000,
	AGAIN_MAX_MS = 10 * 60 * 1000,
	LISTED_MAX = 4096,
	USERS_MAX = 1024,
};

/* -- the list ----------------------------------------------------------------
 */

struct holding *
holdings_find(const struct holdings *holdings, int64_t message, int64_t number)
{
	struct holding *holding = NULL;

	TAILQ_FOREACH (holding, &holdings->list, entry) {
		if (holding->message == message &&
		    (number == OFFER_ALL || holding->number == number))
			return holding;
	}
	return NULL;
}

static void
holding_free(struct holding *holding)
{
	TAILQ_REMOVE(&holding->holdings->list, holding, entry);
	free(holding->uids);
	free(holding);
}

static bool
is_for(const struct holding *holding, int64_t uid)
{
	for (size_t i = 0; i < holding->count; i++) {
		if (holding->uids[i] == uid)
			return true;
	}
	return false;
}

void
holdings_go_on(struct holdings *holdings)
{
	uint64_t now_ms = clock_now_ms(), first_ms = UINT64_MAX;
	struct holding *holding = NULL;

	if (holdings->bringing != NULL || !holdings->is_open)
		return;
	TAILQ_FOREACH (holding, &holdings->list, entry) {
		if (holding->state != HOLDING_WAITING)
			continue;
		if (holding->not_before_ms <= now_ms) {
			bringing_begin(holding);
			return;
		}
		if (holding->not_before_ms < first_ms)
			first_ms = holding->not_before_ms;
	}
	if (first_ms != UINT64_MAX)
		timer_start(&holdings->next, first_ms - now_ms);
}

static void
on_next(void *arg)
{
	holdings_go_on(arg);
}

void
holding_settle(struct holding *holding, const char *reason, bool again)
{
	uint64_t pause_ms = AGAIN_MAX_MS;

	if (holding == NULL)
		return;
	holding->reason = reason;
	holding->state = reason == NULL ? HOLDING_HELD : HOLDING_WAITING;
	if (reason == NULL)
		holding->failures = 0;
	else if (again && holding->failures < 8)
		pause_ms = (uint64_t)AGAIN_MS << holding->failures++;
	holding->not_before_ms = clock_now_ms() + pause_ms;
	holding_tell(holding);
}

void
holding_tell(const struct holding *holding)
{
	const struct hold_name name = { .message = holding->id,
		.number = holding->number };

	holdtell(holding->holdings->camd, &name, 1);
}

/* -- looked for --------------------------------------------------------------
 */

struct looking {
	struct job job;
	struct holdings *holdings;
	struct camd *camd;
	struct offer_rows rows;
	int err;
};

/* What only so many may fetch is counted here, and what IPMSG clients were
 * offered they fetch here. */
static bool
may_be_held(struct store *store, const struct store_transfer *row)
{
	struct store_source *source = NULL;
	bool may =
	    row->carried == STORE_CAM1 && row->offer.file_key != NULL &&
	    store_source_get(store, row->message, row->number, &source) == 0;

	may = may && source->fetches == 0 && !source->withdrawn;
	free(source);
	return may;
}

static void
read_offers(struct job *job, void *context)
{
	struct looking *looking = container_of(job, struct looking, job);
	struct offer_rows *rows = &looking->rows;
	size_t kept = 0;

	looking->err = store_transfer_offered(
	    context, clock_wall_ms(), LISTED_MAX, offer_rows_add, rows);
	for (size_t i = 0; i < rows->count; i++) {
		if (may_be_held(context, rows->list[i]))
			rows->list[kept++] = rows->list[i];
		else
			free(rows->list[i]);
	}
	rows->count = kept;
}

/* He is not there, and no link leads to him. */
static bool
is_away(const struct camd *camd, const struct user *user)
{
	return user != NULL && links_of(camd->links, user) == NULL &&
	       org_way(camd->org, user) == ORG_RELAY_ONLY;
}

static void
add(struct holdings *holdings, const struct store_transfer *row, int64_t uid)
{
	struct holding *holding =
	    holdings_find(holdings, row->message, row->number);

	if (holding == NULL) {
		holding = xcalloc(1, sizeof *holding);
		holding->holdings = holdings;
		holding->message = row->message;
		holding->number = row->number;
		snprintf(holding->id, sizeof holding->id, "%s", row->id);
		TAILQ_INSERT_TAIL(&holdings->list, holding, entry);
	}
	if (is_for(holding, uid) || holding->count == USERS_MAX)
		return;
	holding->uids = xreallocarray(
	    holding->uids, holding->count + 1, sizeof *holding->uids);
	holding->uids[holding->count++] = uid;
	/* The server is told of him, too. */
	if (holding->state == HOLDING_HELD)
		holding->state = HOLDING_WAITING;
}

static void
on_read(struct job *job)
{
	struct looking *looking = container_of(job, struct looking, job);
	struct camd *camd = looking->camd;
	struct holdings *holdings = looking->holdings;

	if (looking->err < 0)
		log_error("cannot read what is offered: %s",
		    cam_strerror(looking->err));
	/* It may be gone meanwhile. */
	for (size_t i = 0;
	     i < looking->rows.count && camd->holdings == holdings; i++) {
		const struct store_transfer *row = looking->rows.list[i];
		const struct user *user = roster_by_uid(camd->roster, row->uid);

		if (is_away(camd, user))
			add(holdings, row, user->uid);
	}
	if (camd->holdings == holdings) {
		holdings->is_looking = false;
		holdings_go_on(holdings);
	}
	offer_rows_finish(&looking->rows);
	free(looking);
}

static void
on_look(void *arg)
{
	struct holdings *holdings = arg;
	struct looking *looking = NULL;

	if (!holdings->is_open)
		return;
	if (holdings->is_looking) {
		timer_start(&holdings->look, LOOK_MS);
		return;
	}
	holdings->is_looking = true;
	looking = xcalloc(1, sizeof *looking);
	looking->holdings = holdings;
	looking->camd = holdings->camd;
	looking->job.work = read_offers;
	looking->job.done = on_read;
	workers_submit(holdings->camd->readers, &looking->job);
}

void
holdings_look_soon(struct holdings *holdings)
{
	if (holdings != NULL && holdings->is_open &&
	    !timer_is_running(&holdings->look))
		timer_start(&holdings->look, LOOK_MS);
}

/* -- told --------------------------------------------------------------------
 */

void
holdings_open(struct holdings *holdings)
{
	if (holdings == NULL)
		return;
	holdings->is_open = true;
	holdings_look_soon(holdings);
}

/* What is on its way has a connection of its own; of the others the server is
 * asked anew. */
void
holdings_closed(struct holdings *holdings)
{
	struct holding *holding = NULL, *next = NULL;

	if (holdings == NULL)
		return;
	holdings->is_open = false;
	timer_stop(&holdings->look);
	timer_stop(&holdings->next);
	for (holding = TAILQ_FIRST(&holdings->list); holding != NULL;
	     holding = next) {
		next = TAILQ_NEXT(holding, entry);
		if (holding->state != HOLDING_BRINGING)
			holding_free(holding);
	}
}

void
holdings_done(struct holdings *holdings, const struct offer_key *key)
{
	const struct user *user = NULL;
	const struct holding *holding = NULL;

	if (holdings == NULL)
		return;
	user = roster_by_uid(holdings->camd->roster, key->uid);
	holding = holdings_find(holdings, key->message, key->number);
	if (holding != NULL && user != NULL && is_for(holding, user->uid))
		org_hold_drop(holdings->camd->org, holding->id, holding->number,
		    &user, 1);
}

void
holdings_drop(struct holdings *holdings, int64_t message, int64_t number)
{
	struct holding *holding = NULL;

	while (holdings != NULL &&
	       (holding = holdings_find(holdings, message, number)) != NULL) {
		org_hold_drop(
		    holdings->camd->org, holding->id, holding->number, NULL, 0);
		holding_free(holding);
	}
}

const char *
holdings_word(const struct holdings *holdings, const struct offer_key *key,
    int64_t *until_ms)
{
	const struct holding *holding =
	    holdings != NULL
		? holdings_find(holdings, key->message, key->number)
		: NULL;
	const struct user *user =
	    holding != NULL ? roster_by_uid(holdings->camd->roster, key->uid)
			    : NULL;

	*until_ms = 0;
	if (user == NULL || !is_for(holding, user->uid))
		return NULL;
	if (holding->state == HOLDING_HELD) {
		*until_ms = holding->expires_ms;
		return "held";
	}
	return holding->state == HOLDING_WAITING && holding->reason != NULL
		   ? holding->reason
		   : "bringing";
}

/* -- making and ending -------------------------------------------------------
 */

struct holdings *
holdings_new(struct camd *camd)
{
	struct holdings *holdings = xcalloc(1, sizeof *holdings);

	holdings->camd = camd;
	TAILQ_INIT(&holdings->list);
	timer_init(&holdings->look, camd->loop, on_look, holdings);
	timer_init(&holdings->next, camd->loop, on_next, holdings);
	return holdings;
}

void
holdings_free(struct holdings *holdings)
{
	struct holding *holding = NULL;

	if (holdings == NULL)
		return;
	bringing_free(holdings->bringing);
	while ((holding = TAILQ_FIRST(&holdings->list)) != NULL)
		holding_free(holding);
	timer_finish(&holdings->look);
	timer_finish(&holdings->next);
	free(holdings);
}
