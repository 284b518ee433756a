/* ask.c: whether somebody may fetch what he asks for, and what lies there
 * (threat model F4, F5). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/offer/grant.h"
#include "camd/offer/offering.h"
#include "camd/offer/offers_parts.h"
#include "camd/offer/reason.h"
#include "camd/offer/roots.h"
#include "camd/people/roster.h"
#include "rpc/names.h"
#include "rpc/reason.h"
#include "store/delivery.h"
#include "store/message.h"
#include "store/source.h"

/* First the database, then the disk. */
struct asking {
	struct job job;
	struct offers *offers;
	int64_t uid; /* who asks */
	char message[ID_SIZE];
	uint32_t packet_no;
	uint32_t number;
	struct offer_rows rows;		  /* to each it was offered to */
	const struct store_transfer *row; /* of who asks */
	struct store_source *source;
	int fd;
	int err;
	void (*on_done)(void *arg, const char *reason, struct grant *grant);
	void *arg;
};

static void
finish(struct asking *asking, const char *reason, struct grant *grant)
{
	if (asking->offers->stopped && grant != NULL) {
		grant_free(grant);
		grant = NULL;
	}
	if (!asking->offers->stopped)
		asking->on_done(asking->arg, reason, grant);
	if (asking->fd >= 0)
		close(asking->fd);
	offer_rows_finish(&asking->rows);
	free(asking->source);
	free(asking);
}

/* -- the database -----------------------------------------------------------
 */

/* Of a message that has a number of IPMSG; the newest with it. */
static int
find_message(struct store *store, const struct asking *asking, int64_t *message)
{
	struct store_delivery delivery;
	int r;

	if (asking->message[0] != '\0')
		return store_message_find(
		    store, asking->message, NULL, 0, NULL, message);
	r = store_delivery_find(store, asking->packet_no, &delivery);
	if (r == 0)
		*message = delivery.message;
	return r;
}

static int
read_offer(struct store *store, struct asking *asking)
{
	int64_t message = 0;
	int r = find_message(store, asking, &message);

	if (r == 0)
		r = offer_rows_read(
		    store, message, asking->number, &asking->rows);
	if (r == 0 && asking->rows.list[0]->received)
		r = CAM_ERR_UNKNOWN;
	if (r == 0)
		r = store_source_get(
		    store, message, asking->number, &asking->source);
	return r;
}

static void
read_it(struct job *job, void *context)
{
	struct asking *asking = container_of(job, struct asking, job);

	asking->err = read_offer(context, asking);
}

/* -- what lies there --------------------------------------------------------
 */

static void
open_it(struct job *job, void *context)
{
	struct asking *asking = container_of(job, struct asking, job);

	asking->err = 0;
	if (asking->fd < 0)
		asking->err = offering_open(asking->source->path, &asking->fd);
	if (asking->err == 0)
		asking->err = offering_check(asking->fd, asking->source);
}

static struct grant *
make_grant(struct asking *asking)
{
	const struct store_transfer *row = asking->row;
	const struct store_offer *offer = &row->offer;
	struct grant *grant = xcalloc(1, sizeof *grant);

	grant->key = (struct offer_key){ row->message, row->number, row->uid };
	grant->uid = asking->uid;
	memcpy(grant->id, row->id, sizeof grant->id);
	grant->name = xstrdup(offer->name);
	grant->kind = offer->kind;
	grant->size = offer->size;
	grant->mtime = offer->mtime;
	grant->attr = offer->attr;
	grant->has_key = offer->file_key != NULL;
	if (grant->has_key)
		memcpy(
		    grant->file_key, offer->file_key, sizeof grant->file_key);
	grant->has_digest = offer->digest != NULL;
	if (grant->has_digest)
		memcpy(grant->digest, offer->digest, sizeof grant->digest);
	grant->was_done = row->fetches > 0;
	grant->source = asking->fd;
	asking->fd = -1;
	return grant;
}

/* Its user should know why nobody gets it. */
static void
note(struct asking *asking, const char *reason)
{
	const struct offer_key key = { asking->row->message,
		asking->row->number, asking->row->uid };
	struct offer_change change;

	log_info("'%s' cannot be fetched any more: %s", asking->source->path,
	    reason_transfer_sentence(reason));
	offer_change_init(&change);
	change.stage = STORE_BROKEN;
	change.reason = reason;
	change.event = EVENT_TRANSFER_FAILED;
	offers_change(asking->offers, &key, &change, NULL, NULL);
}

static void
on_opened(struct job *job)
{
	struct asking *asking = container_of(job, struct asking, job);
	const char *reason =
	    asking->err == CAM_ERR_SYSTEM ? "missing" : "changed";

	if (asking->offers->stopped) {
		finish(asking, "failed", NULL);
	} else if (asking->err < 0) {
		roots_drop(asking->offers->roots, asking->row->message,
		    asking->row->number);
		note(asking, reason);
		finish(asking, reason, NULL);
	} else {
		finish(asking, NULL, make_grant(asking));
	}
}

/* -- whether he may ---------------------------------------------------------
 */

static const struct store_transfer *
row_of(const struct asking *asking)
{
	const struct roster *roster = asking->offers->camd->roster;
	const struct user *user = roster_by_uid(roster, asking->uid);

	for (size_t i = 0; i < asking->rows.count && user != NULL; i++) {
		if (roster_by_uid(roster, asking->rows.list[i]->uid) == user)
			return asking->rows.list[i];
	}
	return NULL;
}

static bool
is_spent(const struct asking *asking)
{
	const struct camd *camd = asking->offers->camd;
	const struct offer_key key = { asking->row->message,
		asking->row->number, asking->row->uid };
	uint64_t fetches = transfers_count(camd->transfers, &key);

	if (asking->source->fetches == 0)
		return false;
	for (size_t i = 0; i < asking->rows.count; i++)
		fetches += asking->rows.list[i]->fetches;
	return fetches >= asking->source->fetches;
}

/* NULL: he may. */
static const char *
refusal(struct asking *asking)
{
	if (asking->err < 0)
		return asking->err == CAM_ERR_STORE ? "failed" : "unknown";
	asking->row = row_of(asking);
	if (asking->row == NULL)
		return "unknown";
	/* Whose message went over a link asks there, too. */
	if (asking->message[0] == '\0' && asking->row->carried == STORE_CAM1)
		return "unknown";
	if (asking->source->withdrawn)
		return "withdrawn";
	if (asking->message[0] == '\0' &&
	    offers_is_frozen(asking->offers, asking->packet_no, asking->uid))
		return "refused";
	if (asking->row->offer.expires_ms <= clock_wall_ms())
		return "expired";
	return is_spent(asking) ? "spent" : NULL;
}

static void
on_read(struct job *job)
{
	struct asking *asking = container_of(job, struct asking, job);
	const char *reason =
	    asking->offers->stopped ? "failed" : refusal(asking);

	if (reason != NULL) {
		finish(asking, reason, NULL);
		return;
	}
	asking->fd = roots_get(
	    asking->offers->roots, asking->row->message, asking->number);
	asking->job.work = open_it;
	asking->job.done = on_opened;
	workers_submit(asking->offers->camd->pool, &asking->job);
}

void
offers_ask(struct offers *offers, const struct offer_ask *ask,
    void (*on_done)(void *arg, const char *reason, struct grant *grant),
    void *arg)
{
	struct asking *asking = xcalloc(1, sizeof *asking);

	asking->offers = offers;
	asking->uid = ask->user->uid;
	if (ask->message != NULL)
		snprintf(asking->message, sizeof asking->message, "%s",
		    ask->message);
	asking->packet_no = ask->packet_no;
	asking->number = ask->number;
	asking->fd = -1;
	asking->on_done = on_done;
	asking->arg = arg;
	asking->job.work = read_it;
	asking->job.done = on_read;
	workers_submit(offers->camd->readers, &asking->job);
}
