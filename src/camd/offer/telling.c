/* telling.c: what has ended on our side is told to the other, over a link, and
 * again over the next one until it says that it knows; or through the
 * organisation's server, once it is stored there. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/offer/offers_parts.h"
#include "camd/org/org.h"
#include "camd/people/roster.h"
#include "camd/upkeep.h"
#include "rpc/names.h"

/* First the database is asked, then the other end. */
struct asking {
	struct job job;
	struct offers *offers;
	int64_t uid; /* 0: all */
	struct offer_rows rows;
	int err;
};

/* Offers of one message that the other end is told of. */
struct telling {
	struct job job;
	struct offers *offers;
	struct offer_key keys[LIMIT_ATTACHMENTS];
	size_t count;
	int err;
};

/* -- it knows ---------------------------------------------------------------
 */

static void
store_told(struct job *job, void *context)
{
	struct telling *telling = container_of(job, struct telling, job);

	telling->err = 0;
	for (size_t i = 0; i < telling->count && telling->err == 0; i++)
		telling->err =
		    store_transfer_told(context, telling->keys[i].message,
			telling->keys[i].number, telling->keys[i].uid);
}

static void
on_told(struct job *job)
{
	struct telling *telling = container_of(job, struct telling, job);
	int err = job->batch_err < 0 ? job->batch_err : telling->err;

	upkeep_touch(telling->offers->camd->upkeep);
	if (err < 0)
		log_error("cannot keep who knows of an offer's end: %s",
		    cam_strerror(err));
	free(telling);
}

static void
on_relayed(void *arg, int err)
{
	struct telling *telling = arg;
	struct camd *camd = telling->offers->camd;

	if (err < 0 || telling->offers->stopped) {
		free(telling);
		return;
	}
	telling->job.work = store_told;
	telling->job.done = on_told;
	workers_submit(camd->writer, &telling->job);
}

/* Who has not stored the message yet, or is gone meanwhile, hears of it over
 * the next link. */
static void
on_answered(void *arg, int err, json_t *result, const char *message)
{
	on_relayed(arg, err);
}

/* -- told -------------------------------------------------------------------
 */

static struct link *
link_for(const struct offers *offers, const struct user *user)
{
	struct link *link = links_of(offers->camd->links, user);

	return link != NULL && link_can(link, LINK_FILES) ? link : NULL;
}

/* Takes params. */
static void
say(struct telling *telling, const struct user *user, const char *method,
    json_t *params)
{
	struct offers *offers = telling->offers;
	struct org *org = offers->camd->org;
	struct link *link = link_for(offers, user);

	if (link == NULL && org_way(org, user) != ORG_NO_WAY) {
		org_relay_notice(
		    org, user, method, params, on_relayed, telling);
	} else if (link == NULL) {
		json_decref(params);
		free(telling);
	} else if (link_call(link, method, params, on_answered, telling) < 0) {
		free(telling);
	}
}

/* Nor does the server hold it any longer. */
static void
drop_held(const struct offers *offers, const struct user *user,
    struct store_transfer *const *rows, size_t count)
{
	struct org *org = offers->camd->org;

	for (size_t i = 0; i < count; i++) {
		if (rows[i]->received)
			org_hold_decline(
			    org, user, rows[i]->id, rows[i]->number);
		else
			org_hold_drop(
			    org, rows[i]->id, rows[i]->number, &user, 1);
	}
}

/* Takes the rows of the first one's message and user, no more than one word may
 * name; returns how many. */
static size_t
tell(struct offers *offers, const struct user *user,
    struct store_transfer *const *rows, size_t count)
{
	struct telling *telling = xcalloc(1, sizeof *telling);
	json_t *numbers = json_array();
	size_t i = 0;

	telling->offers = offers;
	for (; i < count && i < LIMIT_ATTACHMENTS &&
	       rows[i]->message == rows[0]->message &&
	       rows[i]->uid == rows[0]->uid;
	     i++) {
		telling->keys[i] = (struct offer_key){ rows[i]->message,
			rows[i]->number, rows[i]->uid };
		json_array_append_new(
		    numbers, json_integer((json_int_t)rows[i]->number));
	}
	telling->count = i;
	drop_held(offers, user, rows, i);
	say(telling, user,
	    rows[0]->received ? LINK_OFFER_REFUSED : LINK_OFFER_WITHDRAWN,
	    json_pack(
		"{s:s, s:o}", "message", rows[0]->id, "numbers", numbers));
	return i;
}

static void
read_untold(struct job *job, void *context)
{
	struct asking *asking = container_of(job, struct asking, job);

	asking->err = store_transfer_untold(context, asking->uid,
	    clock_wall_ms(), offer_rows_add, &asking->rows);
}

static void
on_read(struct job *job)
{
	struct asking *asking = container_of(job, struct asking, job);
	struct offers *offers = asking->offers;
	const struct roster *roster = offers->camd->roster;
	const struct offer_rows *rows = &asking->rows;

	if (asking->err < 0)
		log_error("cannot read which offers have ended: %s",
		    cam_strerror(asking->err));
	for (size_t i = 0; i < rows->count && !offers->stopped;) {
		const struct user *user =
		    roster_by_uid(roster, rows->list[i]->uid);

		i += user != NULL
			 ? tell(offers, user, rows->list + i, rows->count - i)
			 : 1;
	}
	offer_rows_finish(&asking->rows);
	free(asking);
}

static void
tell_of(struct offers *offers, int64_t uid)
{
	struct asking *asking = xcalloc(1, sizeof *asking);

	asking->offers = offers;
	asking->uid = uid;
	asking->job.work = read_untold;
	asking->job.done = on_read;
	workers_submit(offers->camd->readers, &asking->job);
}

void
offers_tell_ended(struct offers *offers, const struct user *user)
{
	if (offers != NULL && !offers->stopped && user != NULL &&
	    (link_for(offers, user) != NULL ||
		org_way(offers->camd->org, user) != ORG_NO_WAY))
		tell_of(offers, user->uid);
}

void
offers_relay_open(struct offers *offers)
{
	if (offers != NULL && !offers->stopped)
		tell_of(offers, 0);
}
