/* telling.c: what has ended on our side is told to the other, over a link, and
 * again over the next one until it says that it knows. */
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
#include "camd/people/roster.h"
#include "camd/upkeep.h"
#include "rpc/names.h"

/* First the database is asked, then the other end. */
struct asking {
	struct job job;
	struct offers *offers;
	int64_t uid;
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

/* Who has not stored the message yet, or is gone meanwhile, hears of it over
 * the next link. */
static void
on_answered(void *arg, int err, json_t *result, const char *message)
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

/* -- told -------------------------------------------------------------------
 */

/* Takes the rows of the first one's message, no more than one word may name;
 * returns how many. */
static size_t
tell(struct offers *offers, struct link *link,
    struct store_transfer *const *rows, size_t count)
{
	struct telling *telling = xcalloc(1, sizeof *telling);
	json_t *numbers = json_array();
	size_t i = 0;

	telling->offers = offers;
	for (; i < count && i < LIMIT_ATTACHMENTS &&
	       rows[i]->message == rows[0]->message;
	     i++) {
		telling->keys[i] = (struct offer_key){ rows[i]->message,
			rows[i]->number, rows[i]->uid };
		json_array_append_new(
		    numbers, json_integer((json_int_t)rows[i]->number));
	}
	telling->count = i;
	if (link_call(link,
		rows[0]->received ? LINK_OFFER_REFUSED : LINK_OFFER_WITHDRAWN,
		json_pack(
		    "{s:s, s:o}", "message", rows[0]->id, "numbers", numbers),
		on_answered, telling) < 0)
		free(telling);
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
	const struct camd *camd = offers->camd;
	const struct user *user = roster_by_uid(camd->roster, asking->uid);
	struct link *link = user != NULL && !offers->stopped
				? links_of(camd->links, user)
				: NULL;

	if (asking->err < 0)
		log_error("cannot read which offers have ended: %s",
		    cam_strerror(asking->err));
	for (size_t i = 0; i < asking->rows.count && link != NULL;)
		i += tell(offers, link, asking->rows.list + i,
		    asking->rows.count - i);
	offer_rows_finish(&asking->rows);
	free(asking);
}

void
offers_tell_ended(struct offers *offers, const struct user *user)
{
	struct asking *asking = NULL;
	const struct link *link;

	if (offers == NULL || offers->stopped || user == NULL)
		return;
	link = links_of(offers->camd->links, user);
	if (link == NULL || !link_can(link, LINK_FILES))
		return;
	asking = xcalloc(1, sizeof *asking);
	asking->offers = offers;
	asking->uid = user->uid;
	asking->job.work = read_untold;
	asking->job.done = on_read;
	workers_submit(offers->camd->readers, &asking->job);
}
