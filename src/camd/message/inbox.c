/* inbox.c: what arrived is stored; only then its sender hears of it. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/message/inbox_parts.h"
#include "camd/message/notices.h"
#include "camd/message/object.h"
#include "camd/message/question.h"
#include "camd/offer/offers.h"
#include "camd/people/absence.h"
#include "camd/people/heard.h"
#include "camd/people/roster.h"
#include "camd/settings.h"
#include "camd/upkeep.h"
#include "ipmsg/attach.h"
#include "ipmsg/command.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/message.h"
#include "store/notice.h"
#include "store/store.h"
#include "store/talk.h"

/* How long a message is known again (threat model N5); iptux counts from one at
 * each start. */
enum { MINUTE_MS = 60 * 1000, DAY_MS = 24 * 60 * MINUTE_MS };
static const int64_t cipher_ms = 30 * (int64_t)DAY_MS;

struct inbox *
inbox_new(struct camd *camd)
{
	struct inbox *inbox = xcalloc(1, sizeof *inbox);

	inbox->camd = camd;
	inbox->openings = openings_new(camd, inbox_opened, inbox);
	inbox->receipts = receipts_new(camd);
	return inbox;
}

void
inbox_free(struct inbox *inbox)
{
	if (inbox == NULL)
		return;
	openings_free(inbox->openings);
	receipts_free(inbox->receipts);
	free(inbox);
}

size_t
inbox_pending(const struct inbox *inbox)
{
	return inbox->pending + openings_pending(inbox->openings);
}

/* -- receiving --------------------------------------------------------------
 */

/* A message on its way into the database. */
struct arrival {
	struct job job;
	struct inbox *inbox;
	struct lan_message *message;
	int64_t uid; /* of the sender */
	struct store_message row;
	int64_t *others; /* uids it went to beside us */
	size_t other_count;
	struct store_offer *offers;
	size_t offer_count;
	struct store_hash hashes[2];
	size_t hash_count;
	int64_t duplicate_of;
	struct record record; /* of one that answers a question */
	bool has_record;
	int err;
};

static void
arrival_free(struct arrival *arrival)
{
	arrival->inbox->pending--;
	if (arrival->has_record)
		record_finish(&arrival->record);
	lan_message_free(arrival->message);
	free(arrival->others);
	free(arrival->offers);
	free(arrival);
}

/* What may not come in is neither stored nor acknowledged. */
static bool
is_welcome(struct camd *camd, const struct user *user,
    const struct lan_message *message)
{
	const char *cleartext =
	    settings_text(camd->settings, "security.cleartext");
	bool automatic = (message->options & MESSAGE_AUTORET) != 0;

	if (message->protection == 0 && !automatic &&
	    strcmp(cleartext, "off") == 0) {
		log_warn("a message of %s came in clear: refused by "
			 "security.cleartext",
		    user->peer.user);
		return false;
	}
	/* Who signs is believed only by his signature (threat model C2). */
	if (message->protection != 0 && message->signature == LAN_UNSIGNED &&
	    user->peer.strength >= PEER_STRONG) {
		log_warn("a message of %s came unsigned: not believed",
		    user->peer.user);
		return false;
	}
	return true;
}

static enum store_signed
signature_of(const struct user *user, const struct lan_message *message)
{
	switch (message->signature) {
	case LAN_SIGNED:
		if (user->pin == NULL)
			return STORE_UNSIGNED;
		return user_is_verified(user) ? STORE_VERIFIED : STORE_PINNED;
	case LAN_SIGNED_FOR_ANOTHER:
		return STORE_BAD;
	default:
		return STORE_UNSIGNED;
	}
}

static enum store_encryption
encryption_of(const struct lan_message *message)
{
	switch (lan_protection_strength(message->protection)) {
	case PEER_STRONG:
		return STORE_RSA2048_AES256;
	case PEER_WEAK:
		return STORE_RSA1024_BLOWFISH128;
	default:
		return STORE_NOT_ENCRYPTED;
	}
}

static bool
is_among(const struct arrival *arrival, int64_t uid)
{
	for (size_t i = 0; i < arrival->other_count; i++) {
		if (arrival->others[i] == uid)
			return true;
	}
	return uid == arrival->uid;
}

/* Recipients that we know; what the sender says of others is only a name. */
static void
find_others(struct arrival *arrival)
{
	struct camd *camd = arrival->inbox->camd;
	const struct lan_message *message = arrival->message;

	arrival->others =
	    xcalloc(message->to_count + 1, sizeof *arrival->others);
	for (size_t i = 0; i < message->to_count; i++) {
		struct user *user = roster_find(camd->roster,
		    message->to[i].user, message->to[i].host, NULL);

		if (user != NULL && user->stored &&
		    !is_among(arrival, user->uid))
			arrival->others[arrival->other_count++] = user->uid;
	}
}

static enum store_kind
kind_of(uint32_t attr)
{
	switch (attr & 0xff) {
	case FILE_FOLDER:
		return STORE_FOLDER;
	case FILE_CLIPBOARD:
		return STORE_IMAGE;
	default:
		return STORE_FILE;
	}
}

static void
take_offers(struct arrival *arrival)
{
	const struct lan_message *message = arrival->message;

	arrival->offers =
	    xcalloc(message->attachment_count + 1, sizeof *arrival->offers);
	for (size_t i = 0; i < message->attachment_count; i++) {
		const struct lan_attachment *attachment =
		    &message->attachments[i];
		struct store_offer *offer =
		    &arrival->offers[arrival->offer_count++];

		offer->number = attachment->id;
		offer->name = attachment->name;
		offer->size = attachment->size;
		offer->mtime = attachment->mtime;
		offer->attr = attachment->attr;
		offer->kind = kind_of(attachment->attr);
		offer->expires_ms = clock_wall_ms() + offers_life_ms;
		offer->position = attachment->position;
	}
}

static void
remember(
    struct arrival *arrival, const uint8_t hash[SHA256_SIZE], int64_t for_ms)
{
	struct store_hash *known = &arrival->hashes[arrival->hash_count++];

	memcpy(known->hash, hash, SHA256_SIZE);
	known->expires_ms = clock_wall_ms() + for_ms;
}

static void
fill_row(struct arrival *arrival, const struct user *user)
{
	static const uint8_t none[SHA256_SIZE];
	const struct lan_message *message = arrival->message;
	struct store_message *row = &arrival->row;

	row->from = user->uid;
	row->time_ms = clock_wall_ms();
	row->packet_no = message->packet_no;
	row->text = message->text;
	row->state = STORE_DELIVERED;
	row->encryption = encryption_of(message);
	row->signature = signature_of(user, message);
	row->locked = (message->options & MESSAGE_PASSWORD) != 0;
	row->sealed = row->locked || (message->options & MESSAGE_SECRET) != 0;
	row->broadcast = (message->options & MESSAGE_BROADCAST) != 0;
	row->automatic = (message->options & MESSAGE_AUTORET) != 0;
	remember(arrival, message->hash,
	    client_names_collide(message->client) ? MINUTE_MS : DAY_MS);
	if (memcmp(message->cipher_hash, none, sizeof none) != 0)
		remember(arrival, message->cipher_hash, cipher_ms);
}

static void
store_arrival(struct job *job, void *context)
{
	struct arrival *arrival = container_of(job, struct arrival, job);
	int64_t uids[LIMIT_TO_LIST + 1];
	size_t count = 0;

	uids[count++] = arrival->uid;
	for (size_t i = 0; i < arrival->other_count && count <= LIMIT_TO_LIST;
	     i++)
		uids[count++] = arrival->others[i];
	arrival->err =
	    store_talk_make(context, uids, count, &arrival->row.talk);
	if (arrival->err == 0)
		arrival->err = store_message_receive(context, &arrival->row,
		    arrival->offers, arrival->offer_count, arrival->hashes,
		    arrival->hash_count, &arrival->duplicate_of);
	if (arrival->err == 0 && arrival->duplicate_of == 0 &&
	    arrival->row.reply_to[0] != '\0') {
		arrival->err =
		    record_read(context, &arrival->row, &arrival->record);
		arrival->has_record = arrival->err == 0;
	}
}

static void
tell(struct arrival *arrival, struct user *user)
{
	struct camd *camd = arrival->inbox->camd;
	struct record record = {
		.message = &arrival->row,
		.others = arrival->others,
		.other_count = arrival->other_count,
		.offers = arrival->offers,
		.offer_count = arrival->offer_count,
	};

	if (events_wanted(camd->events, EVENT_MESSAGE_RECEIVED))
		events_tell(camd->events, EVENT_MESSAGE_RECEIVED,
		    message_object(camd,
			arrival->has_record ? &arrival->record : &record));
	if (user != NULL)
		offers_received(camd->offers, user, &record);
}

static void
on_stored(struct job *job)
{
	struct arrival *arrival = container_of(job, struct arrival, job);
	struct camd *camd = arrival->inbox->camd;
	struct user *user = roster_by_uid(camd->roster, arrival->uid);
	int err = job->batch_err < 0 ? job->batch_err : arrival->err;

	upkeep_touch(camd->upkeep);
	if (err < 0) {
		/* Not acknowledged: its sender still has it. */
		log_error("cannot store a message: %s", cam_strerror(err));
		questions_settle(camd->questions, &arrival->row, NULL);
	} else {
		lan_acknowledge(camd->lan, arrival->message);
		if (arrival->duplicate_of == 0) {
			tell(arrival, user);
			questions_settle(
			    camd->questions, &arrival->row, &arrival->record);
			if (user != NULL &&
			    (arrival->message->options &
				(MESSAGE_AUTORET | MESSAGE_BROADCAST)) == 0)
				absence_answer(camd, user);
		} else {
			questions_settle(camd->questions, &arrival->row, NULL);
		}
	}
	arrival_free(arrival);
}

void
inbox_receive(struct inbox *inbox, struct lan_message *message)
{
	struct camd *camd = inbox->camd;
	struct user *user = heard_sender(camd, message);
	struct arrival *arrival;

	if (user == NULL || !is_welcome(camd, user, message)) {
		lan_message_free(message);
		return;
	}
	arrival = xcalloc(1, sizeof *arrival);
	inbox->pending++;
	arrival->inbox = inbox;
	arrival->message = message;
	arrival->uid = user->uid;
	arrival->job.work = store_arrival;
	arrival->job.done = on_stored;
	find_others(arrival);
	take_offers(arrival);
	fill_row(arrival, user);
	if (arrival->other_count == 0)
		questions_claim(camd->questions, &arrival->row);
	/* Its row must be there before the message names it. */
	if (!user->stored) {
		roster_changed(camd->roster, user, false);
		roster_write(camd->roster);
	}
	workers_submit(camd->writer, &arrival->job);
}

/* -- opening ----------------------------------------------------------------
 */

struct open_job {
	struct job job;
	struct inbox *inbox;
	char id[ID_SIZE];
	struct record record;
	bool has_record;
	bool now; /* it was closed until now */
	int err;
	void (*on_done)(void *arg, int err, json_t *message);
	void *arg;
};

static int
open_row(struct store *store, struct open_job *open)
{
	struct store_message *message = NULL;
	int64_t row;
	int r;

	if ((r = store_message_find(store, open->id, NULL, 0, NULL, &row)) <
		0 ||
	    (r = store_message_get(store, row, &message)) < 0)
		return r;
	if (message->from == 0) {
		r = CAM_ERR_REQUEST;
	} else if (message->sealed && !message->opened) {
		const struct store_notice notice = { .message = row };

		if ((r = store_message_open(store, row)) == 0)
			r = store_notice_put(store, &notice);
		open->now = r == 0;
		message->opened = true;
		message->state = STORE_OPENED;
	}
	if (r == 0 && (r = record_read(store, message, &open->record)) == 0)
		open->has_record = true;
	free(message);
	return r;
}

static void
store_opened(struct job *job, void *context)
{
	struct open_job *open = container_of(job, struct open_job, job);

	open->err = open_row(context, open);
}

static void
tell_opened(struct camd *camd, const struct open_job *open)
{
	char *id = user_id(roster_self(camd->roster));
	struct user *user =
	    roster_by_uid(camd->roster, open->record.message->from);

	notices_add(camd->notices, open->record.message);
	events_tell(camd->events, EVENT_MESSAGE_STATE,
	    json_pack("{s:s, s:o, s:s}", "id", open->id, "to",
		json_text(span_text(id)), "state", "opened"));
	if (user != NULL)
		offers_received(camd->offers, user, &open->record);
	free(id);
}

static void
on_opened(struct job *job)
{
	struct open_job *open = container_of(job, struct open_job, job);
	struct camd *camd = open->inbox->camd;
	int err = job->batch_err < 0 ? job->batch_err : open->err;
	json_t *object = NULL;

	if (err == 0) {
		object = message_object(camd, &open->record);
		if (open->now)
			tell_opened(camd, open);
	}
	open->on_done(open->arg, err, object);
	json_decref(object);
	if (open->has_record)
		record_finish(&open->record);
	free(open);
}

void
inbox_open(struct inbox *inbox, const char *id,
    void (*on_done)(void *arg, int err, json_t *message), void *arg)
{
	struct open_job *open = xcalloc(1, sizeof *open);

	open->inbox = inbox;
	snprintf(open->id, sizeof open->id, "%s", id);
	open->on_done = on_done;
	open->arg = arg;
	open->job.work = store_opened;
	open->job.done = on_opened;
	workers_submit(inbox->camd->writer, &open->job);
}
