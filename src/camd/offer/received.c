/* received.c: what is offered to us: taken, refused or left to the user, as
 * policy says (threat model F8). */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/message/record.h"
#include "camd/offer/fetches.h"
#include "camd/offer/file_object.h"
#include "camd/offer/filefetch.h"
#include "camd/offer/offering.h"
#include "camd/offer/offers_parts.h"
#include "camd/offer/places.h"
#include "camd/offer/policy.h"
#include "camd/org/ruling.h"
#include "camd/people/roster.h"
#include "camd/settings.h"
#include "ipmsg/filename.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { DAY_MS = 24 * 3600 * 1000, OF_ALL = 4 };

/* What policy decides for all offers of one message. */
struct arrival {
	struct job job;
	struct offers *offers;
	int64_t message, uid;
	bool take_files, take_images, refuse;
	char *files, *images;	/* folders */
	uint64_t quota;		/* a user a day */
	struct offer_rows rows; /* as they are then */
	int err;
};

/* -- policy -----------------------------------------------------------------
 */

enum user_accept
policy_of(const struct camd *camd, const struct user *user)
{
	const char *word = settings_text(camd->settings, "file.accept");

	if (ruling_of(camd->org, POLICY_FILES) == POLICY_OFF)
		return USER_ACCEPT_NEVER;
	if (user->accept != USER_ACCEPT_DEFAULT)
		return (enum user_accept)user->accept;
	if (strcmp(word, "always") == 0)
		return USER_ACCEPT_ALWAYS;
	return strcmp(word, "never") == 0 ? USER_ACCEPT_NEVER : USER_ACCEPT_ASK;
}

/* -- on the writer ----------------------------------------------------------
 */

static bool
has_quota(struct store *store, const struct arrival *arrival, uint64_t size)
{
	uint64_t of_user = 0, of_all = 0;
	int64_t since_ms = clock_wall_ms() - DAY_MS;

	if (store_transfer_automatic(
		store, arrival->uid, since_ms, &of_user, &of_all) < 0)
		return false;
	return size <= arrival->quota && of_user <= arrival->quota - size &&
	       of_all <= OF_ALL * arrival->quota - size;
}

/* A folder of unknown size is for the user to take. */
static bool
is_taken(struct store *store, const struct arrival *arrival,
    const struct store_transfer *row)
{
	const struct store_offer *offer = &row->offer;
	bool is_image = offer->kind == STORE_IMAGE;

	if (row->stage != STORE_OFFERED || row->shut ||
	    !(is_image ? arrival->take_images : arrival->take_files))
		return false;
	if (is_image && offer->size > OFFERING_IMAGE_MAX)
		return false;
	if (offer->kind == STORE_FOLDER && offer->size == 0 &&
	    row->carried != STORE_CAM1)
		return false;
	return has_quota(store, arrival, offer->size);
}

static int
decide(struct store *store, const struct arrival *arrival,
    struct store_transfer **place)
{
	struct store_transfer *row = *place, changed = *row;
	char name[FILE_NAME_SIZE];
	int r;

	if (arrival->refuse && row->stage == STORE_OFFERED) {
		changed.stage = STORE_CANCELLED;
		changed.reason = "refused";
		changed.untold = row->carried == STORE_CAM1;
	} else if (is_taken(store, arrival, row) &&
		   file_name_receive(span_text(row->offer.name), name) == 0) {
		changed.stage = STORE_WAITING;
		changed.name = name;
		changed.folder = row->offer.kind == STORE_IMAGE
				     ? arrival->images
				     : arrival->files;
		changed.automatic = true;
	} else {
		return 0;
	}
	changed.changed_ms = clock_wall_ms();
	if ((r = store_transfer_put(store, &changed)) < 0)
		return r;
	*place = store_transfer_copy(&changed);
	free(row);
	return 0;
}

static void
decide_all(struct job *job, void *context)
{
	struct arrival *arrival = container_of(job, struct arrival, job);
	int r = offer_rows_read(
	    context, arrival->message, OFFER_ALL, &arrival->rows);

	for (size_t i = 0; i < arrival->rows.count && r == 0; i++)
		r = decide(context, arrival, &arrival->rows.list[i]);
	arrival->err = r;
}

/* -- told -------------------------------------------------------------------
 */

static void
tell_received(const struct camd *camd, const struct store_transfer *row)
{
	const struct user *user = roster_by_uid(camd->roster, row->uid);
	char *id = xasprintf("%s.%u", row->id, (unsigned)row->number);
	char *from = user != NULL ? user_id(user) : xstrdup("unknown");
	json_t *object = NULL;

	object = json_pack("{s:s, s:s, s:o, s:o, s:I, s:s, s:s}", "id", id,
	    "message", row->id, "from", json_text(span_text(from)), "name",
	    json_text(span_text(row->offer.name)), "size",
	    (json_int_t)row->offer.size, "kind",
	    store_kind_word(row->offer.kind), "state",
	    store_stage_word(row->stage));
	offer_add_held(object, camd, row);
	events_tell(camd->events, EVENT_OFFER_RECEIVED, object);
	free(from);
	free(id);
}

void
offers_decline(struct camd *camd, const struct offer_rows *rows)
{
	const struct store_transfer *first = rows->list[0];
	const struct user *user = roster_by_uid(camd->roster, first->uid);

	if (user != NULL && first->carried != STORE_CAM1)
		filefetch_release(camd, user, first->packet_no);
}

static void
on_decided(struct job *job)
{
	struct arrival *arrival = container_of(job, struct arrival, job);
	struct offers *offers = arrival->offers;
	int err = job->batch_err < 0 ? job->batch_err : arrival->err;

	if (err < 0 && err != CAM_ERR_UNKNOWN)
		log_error("cannot store what becomes of files: %s",
		    cam_strerror(err));
	for (size_t i = 0;
	     i < arrival->rows.count && err == 0 && !offers->stopped; i++) {
		const struct store_transfer *row = arrival->rows.list[i];

		if (!row->shut)
			tell_received(offers->camd, row);
		if (row->stage == STORE_WAITING)
			fetches_add(offers->camd->fetches, row);
	}
	if (arrival->refuse && err == 0 && !offers->stopped) {
		offers_decline(offers->camd, &arrival->rows);
		offers_tell_ended(
		    offers, roster_by_uid(offers->camd->roster, arrival->uid));
	}
	offer_rows_finish(&arrival->rows);
	free(arrival->files);
	free(arrival->images);
	free(arrival);
}

/* Who is known by a key alone has what he offers taken unasked. */
void
offers_received(
    struct offers *offers, struct user *user, const struct record *record)
{
	const struct camd *camd = offers->camd;
	enum user_accept accept = policy_of(camd, user);
	struct arrival *arrival;
	bool pinned = record->message->signature >= STORE_PINNED;

	if (record->offer_count == 0)
		return;
	arrival = xcalloc(1, sizeof *arrival);
	arrival->offers = offers;
	arrival->message = record->message->row;
	arrival->uid = record->message->from;
	arrival->refuse = accept == USER_ACCEPT_NEVER;
	arrival->take_files = pinned && accept == USER_ACCEPT_ALWAYS;
	arrival->take_images = pinned && accept != USER_ACCEPT_NEVER;
	arrival->files = places_files(camd);
	arrival->images = places_images(camd);
	arrival->quota =
	    (uint64_t)settings_number(camd->settings, "file.quota");
	arrival->job.work = decide_all;
	arrival->job.done = on_decided;
	workers_submit(camd->writer, &arrival->job);
}
