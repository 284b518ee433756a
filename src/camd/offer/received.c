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
#include "camd/link/links.h"
#include "camd/message/record.h"
#include "camd/offer/fetches.h"
#include "camd/offer/file_object.h"
#include "camd/offer/filefetch.h"
#include "camd/offer/offering.h"
#include "camd/offer/offers_parts.h"
#include "camd/offer/places.h"
#include "camd/offer/policy.h"
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

	events_tell(camd->events, EVENT_OFFER_RECEIVED,
	    json_pack("{s:s, s:s, s:o, s:o, s:I, s:s, s:s}", "id", id,
		"message", row->id, "from", json_text(span_text(from)), "name",
		json_text(span_text(row->offer.name)), "size",
		(json_int_t)row->offer.size, "kind",
		store_kind_word(row->offer.kind), "state",
		store_stage_word(row->stage)));
	free(from);
	free(id);
}

void
offers_decline(struct camd *camd, const struct offer_rows *rows)
{
	const struct store_transfer *first = rows->list[0];
	const struct user *user = roster_by_uid(camd->roster, first->uid);
	struct link *link = user != NULL ? links_of(camd->links, user) : NULL;
	json_t *numbers;

	if (user == NULL)
		return;
	if (first->carried != STORE_CAM1) {
		filefetch_release(camd, user, first->packet_no);
		return;
	}
	if (link == NULL || !link_can(link, LINK_FILES))
		return;
	numbers = json_array();
	for (size_t i = 0; i < rows->count; i++)
		json_array_append_new(
		    numbers, json_integer((json_int_t)rows->list[i]->number));
	(void)link_notify(link, LINK_OFFER_REFUSED,
	    json_pack("{s:s, s:o}", "message", first->id, "numbers", numbers));
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
	if (arrival->refuse && err == 0 && !offers->stopped)
		offers_decline(offers->camd, &arrival->rows);
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

/* -- withdrawn, declined ----------------------------------------------------
 */

/* Somebody says something of offers that one message lists. */
struct word_job {
	struct job job;
	struct offers *offers;
	int64_t uid;
	char message[ID_SIZE]; /* "": by packet_no */
	uint32_t packet_no;
	bool received;
	uint32_t *numbers; /* none: all */
	size_t count;
	const char *reason;
	struct offer_rows rows;
	int err;
};

static void
read_word(struct job *job, void *context)
{
	struct word_job *word = container_of(job, struct word_job, job);
	struct store_delivery delivery;
	int64_t message = 0;

	if (word->message[0] != '\0') {
		word->err = store_message_find(
		    context, word->message, NULL, 0, NULL, &message);
	} else {
		word->err =
		    store_delivery_find(context, word->packet_no, &delivery);
		message = delivery.message;
	}
	if (word->err == 0)
		word->err =
		    offer_rows_read(context, message, OFFER_ALL, &word->rows);
}

static bool
is_meant(const struct word_job *word, const struct store_transfer *row)
{
	const struct roster *roster = word->offers->camd->roster;

	if (row->received != word->received ||
	    roster_by_uid(roster, row->uid) != roster_by_uid(roster, word->uid))
		return false;
	for (size_t i = 0; i < word->count; i++) {
		if (word->numbers[i] == row->number)
			return true;
	}
	return word->count == 0;
}

static void
cancel_one(struct word_job *word, const struct store_transfer *row)
{
	struct offers *offers = word->offers;
	const struct offer_key key = { row->message, row->number, row->uid };
	struct offer_change change;

	offer_change_init(&change);
	change.stage = STORE_CANCELLED;
	change.from =
	    1U << STORE_OFFERED | 1U << STORE_WAITING | 1U << STORE_BROKEN;
	change.reason = word->reason;
	change.event = EVENT_TRANSFER_FAILED;
	if (word->received) {
		change.from |= 1U << STORE_RUNNING;
		(void)fetches_remove(offers->camd->fetches, &key);
		(void)transfers_cancel(offers->camd->transfers, &key, true);
	}
	offers_change(offers, &key, &change, NULL, NULL);
}

static void
on_word(struct job *job)
{
	struct word_job *word = container_of(job, struct word_job, job);

	for (size_t i = 0; i < word->rows.count && !word->offers->stopped;
	     i++) {
		if (is_meant(word, word->rows.list[i]))
			cancel_one(word, word->rows.list[i]);
	}
	offer_rows_finish(&word->rows);
	free(word->numbers);
	free(word);
}

static void
hear(struct offers *offers, const struct user *user, struct word_job *word,
    const char *message, const uint32_t *numbers, size_t count)
{
	word->offers = offers;
	word->uid = user->uid;
	if (message != NULL)
		snprintf(word->message, sizeof word->message, "%s", message);
	if (count > 0)
		word->numbers = xmemdup(numbers, count * sizeof *numbers);
	word->count = count;
	word->job.work = read_word;
	word->job.done = on_word;
	workers_submit(offers->camd->readers, &word->job);
}

void
offers_released(struct offers *offers, struct user *user, const char *message,
    uint32_t packet_no, const uint32_t *numbers, size_t count)
{
	struct word_job *word = xcalloc(1, sizeof *word);

	word->packet_no = packet_no;
	word->reason = "declined";
	hear(offers, user, word, message, numbers, count);
}

void
offers_withdrawn(struct offers *offers, struct user *user, const char *message,
    const uint32_t *numbers, size_t count)
{
	struct word_job *word = xcalloc(1, sizeof *word);

	word->received = true;
	word->reason = "withdrawn";
	hear(offers, user, word, message, numbers, count);
}

/* -- over links -------------------------------------------------------------
 */

/* {message, numbers}; *numbers is the caller's. */
static int
read_numbers(const json_t *params, const char **message, uint32_t **numbers,
    size_t *count)
{
	const json_t *list = json_object_get(params, "numbers");
	const json_t *id = json_object_get(params, "message");
	size_t size = json_array_size(list);
	uint8_t bytes[(ID_SIZE - 1) / 2];

	if (json_string_length(id) != ID_SIZE - 1 ||
	    hex_decode(span_text(json_string_value(id)), bytes, sizeof bytes) <
		0 ||
	    size == 0 || size > LIMIT_ATTACHMENTS)
		return CAM_ERR_REQUEST;
	for (size_t i = 0; i < size; i++) {
		json_int_t number = json_integer_value(json_array_get(list, i));

		if (!json_is_integer(json_array_get(list, i)) || number < 0 ||
		    number > UINT32_MAX)
			return CAM_ERR_REQUEST;
	}
	*numbers = xcalloc(size, sizeof **numbers);
	for (size_t i = 0; i < size; i++)
		(*numbers)[i] =
		    (uint32_t)json_integer_value(json_array_get(list, i));
	*count = size;
	*message = json_string_value(id);
	return 0;
}

int
offers_hear_refused(struct link *link, json_t *params, const json_int_t *id)
{
	const char *message = NULL;
	uint32_t *numbers = NULL;
	size_t count = 0;

	if (id != NULL || read_numbers(params, &message, &numbers, &count) < 0)
		return CAM_ERR_REQUEST;
	offers_released(link_camd(link)->offers, link_user(link), message, 0,
	    numbers, count);
	free(numbers);
	return 0;
}

int
offers_hear_withdrawn(struct link *link, json_t *params, const json_int_t *id)
{
	const char *message = NULL;
	uint32_t *numbers = NULL;
	size_t count = 0;

	if (id != NULL || read_numbers(params, &message, &numbers, &count) < 0)
		return CAM_ERR_REQUEST;
	offers_withdrawn(
	    link_camd(link)->offers, link_user(link), message, numbers, count);
	free(numbers);
	return 0;
}
