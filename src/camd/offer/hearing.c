/* hearing.c: offers that their sender has withdrawn, or their recipient does
 * not want. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/offer/fetches.h"
#include "camd/offer/offers_parts.h"
#include "camd/people/roster.h"
#include "rpc/names.h"
#include "store/delivery.h"
#include "store/message.h"

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
	uint64_t serial; /* of the link that waits for an answer; 0: none */
	json_int_t id;
	struct offer_rows rows;
	size_t pending; /* changes */
	int err;
};

static void
finish(struct word_job *word)
{
	struct camd *camd = word->offers->camd;
	struct link *link = word->serial != 0 && !word->offers->stopped
				? links_by_serial(camd->links, word->serial)
				: NULL;

	if (link != NULL && word->err == 0)
		link_reply(link, word->id, NULL);
	else if (link != NULL)
		link_fail(link, word->id, word->err,
		    word->err == CAM_ERR_UNKNOWN ? "unknown" : "failed");
	offer_rows_finish(&word->rows);
	free(word->numbers);
	free(word);
}

/* What has ended already is none the worse for it. */
static void
on_changed(void *arg, int err, const struct store_transfer *row)
{
	struct word_job *word = arg;

	if (err < 0 && err != CAM_ERR_UNKNOWN)
		word->err = err;
	if (--word->pending == 0)
		finish(word);
}

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
	word->pending++;
	offers_change(offers, &key, &change, on_changed, word);
}

static void
on_word(struct job *job)
{
	struct word_job *word = container_of(job, struct word_job, job);

	/* Until all of them are on their way to the writer. */
	word->pending = 1;
	for (size_t i = 0; i < word->rows.count && !word->offers->stopped;
	     i++) {
		if (is_meant(word, word->rows.list[i]))
			cancel_one(word, word->rows.list[i]);
	}
	on_changed(word, 0, NULL);
}

static void
hear(struct offers *offers, const struct user *user, struct word_job *word)
{
	word->offers = offers;
	word->uid = user->uid;
	word->job.work = read_word;
	word->job.done = on_word;
	workers_submit(offers->camd->readers, &word->job);
}

void
offers_released(struct offers *offers, struct user *user, uint32_t packet_no)
{
	struct word_job *word = xcalloc(1, sizeof *word);

	word->packet_no = packet_no;
	word->reason = "declined";
	hear(offers, user, word);
}

/* -- over links, and through the server --------------------------------------
 */

/* {message, numbers} */
static int
read_params(struct word_job *word, const json_t *params)
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
	memcpy(word->message, json_string_value(id), sizeof word->message);
	word->numbers = xcalloc(size, sizeof *word->numbers);
	for (size_t i = 0; i < size; i++) {
		const json_t *number = json_array_get(list, i);
		json_int_t value = json_integer_value(number);

		if (!json_is_integer(number) || value < 0 || value > UINT32_MAX)
			return CAM_ERR_REQUEST;
		word->numbers[word->count++] = (uint32_t)value;
	}
	return 0;
}

static int
read_word_of(const json_t *params, bool received, struct word_job **result)
{
	struct word_job *word = xcalloc(1, sizeof *word);

	word->received = received;
	word->reason = received ? "withdrawn" : "declined";
	if (read_params(word, params) < 0) {
		free(word->numbers);
		free(word);
		return CAM_ERR_REQUEST;
	}
	*result = word;
	return 0;
}

static int
hear_link(struct link *link, const json_t *params, const json_int_t *id,
    bool received)
{
	struct word_job *word = NULL;

	if (read_word_of(params, received, &word) < 0)
		return CAM_ERR_REQUEST;
	if (id != NULL) {
		word->serial = link_serial(link);
		word->id = *id;
	}
	hear(link_camd(link)->offers, link_user(link), word);
	return 0;
}

int
offers_hear_relayed(struct camd *camd, struct user *user, const char *method,
    const json_t *params)
{
	bool withdrawn = strcmp(method, LINK_OFFER_WITHDRAWN) == 0;
	struct word_job *word = NULL;

	if (!withdrawn && strcmp(method, LINK_OFFER_REFUSED) != 0)
		return CAM_ERR_UNSUPPORTED;
	if (read_word_of(params, withdrawn, &word) < 0)
		return CAM_ERR_REQUEST;
	hear(camd->offers, user, word);
	return 0;
}

int
offers_hear_refused(struct link *link, json_t *params, const json_int_t *id)
{
	return hear_link(link, params, id, false);
}

int
offers_hear_withdrawn(struct link *link, json_t *params, const json_int_t *id)
{
	return hear_link(link, params, id, true);
}
