/* inbox_link.c: what came over links: stored, then its sender has a receipt. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/link/identity.h"
#include "camd/link/links.h"
#include "camd/link/onetimes.h"
#include "camd/message/change.h"
#include "camd/message/inbox_parts.h"
#include "camd/message/object.h"
#include "camd/message/question.h"
#include "camd/offer/offers.h"
#include "camd/org/org.h"
#include "camd/people/absence.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "camd/upkeep.h"
#include "crypto/digest.h"
#include "ipmsg/attach.h"
#include "lan/lan.h"
#include "loop/worker.h"
#include "rpc/names.h"
#include "store/change.h"
#include "store/message.h"
#include "store/onetime.h"
#include "store/talk.h"

/* As long as envelopes are taken (threat model 5.3), and a day for those that
 * are ahead; numbers of IPMSG messages as long as inbox.c keeps them. */
static const int64_t day_ms = 24 * 3600 * (int64_t)1000;
static const int64_t known_ms = 91 * 24 * 3600 * (int64_t)1000;
/* New names an hour, of those whom messages went to as well. */
enum { STRANGERS_MAX = 128, HOUR_MS = 3600 * 1000 };

/* A message or a change on its way into the database. */
struct incoming {
	struct job job;
	struct inbox *inbox;
	struct opening *opening;
	struct store_message row;
	struct store_place place; /* of row */
	char *text;
	int64_t *uids; /* the sender, then all others */
	size_t uid_count;
	bool for_all; /* more than a talk has */
	struct store_offer *offers;
	uint8_t (*keys)[STORE_FILE_KEY_SIZE + STORE_FILE_DIGEST_SIZE];
	size_t offer_count;
	struct store_hash hashes[3];
	size_t hash_count;
	int64_t duplicate_of;
	enum store_outcome outcome; /* of a change */
	struct record record;	    /* of the message that it changed */
	bool has_record;
	int err;
};

static void
incoming_free(struct incoming *incoming)
{
	incoming->inbox->pending--;
	if (incoming->has_record)
		record_finish(&incoming->record);
	opening_free(incoming->opening);
	for (size_t i = 0; i < incoming->offer_count; i++)
		free((char *)incoming->offers[i].name);
	free(incoming->offers);
	wipe_free(
	    incoming->keys, incoming->offer_count * sizeof *incoming->keys);
	free(incoming->text);
	free(incoming->uids);
	free(incoming);
}

/* -- who else got it ------------------------------------------------------- */

/* Somebody named by a sender and heard of by nobody else: in the history
 * only. */
static struct user *
add_stranger(struct inbox *inbox, const char *logon, const char *host)
{
	struct roster *roster = inbox->camd->roster;
	uint64_t now_ms = clock_now_ms();
	struct user *user;

	if (inbox->strangers_since_ms == 0 ||
	    now_ms - inbox->strangers_since_ms > HOUR_MS) {
		inbox->strangers_since_ms = now_ms > 0 ? now_ms : 1;
		inbox->strangers = 0;
	}
	if (roster_is_full(roster) || inbox->strangers >= STRANGERS_MAX)
		return NULL;
	inbox->strangers++;
	user = roster_add(roster, logon, host);
	if (user != NULL)
		roster_retire(roster, user);
	return user;
}

static bool
is_name(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= LIMIT_NAME;
}

/* name is "logon@host". */
static struct user *
find_by_name(struct inbox *inbox, const char *name, const uint8_t *key)
{
	static const uint8_t none[SIGN_KEY_SIZE];
	const struct camd *camd = inbox->camd;
	struct user *user = roster_by_id(camd->roster, name);
	const uint8_t *known =
	    user != NULL ? trust_user_key(camd->trust, user) : NULL;
	const char *at = strrchr(name, '@');
	char *logon;

	/* The same name with another key is somebody else. */
	if (user != NULL)
		return known == NULL || memcmp(key, none, sizeof none) == 0
			   ? user
			   : NULL;
	if (at == NULL)
		return NULL;
	logon = xstrndup(name, (size_t)(at - name));
	if (is_name(logon) && is_name(at + 1))
		user = add_stranger(inbox, logon, at + 1);
	free(logon);
	return user;
}

static struct user *
find_recipient(struct inbox *inbox, const struct envelope_recipient *recipient)
{
	static const uint8_t none[SIGN_KEY_SIZE];
	const struct camd *camd = inbox->camd;
	struct user *user = NULL;
	char *name;

	if (memcmp(recipient->user_key, none, sizeof none) != 0)
		user = trust_by_user_key(camd->trust, recipient->user_key);
	if (user != NULL || !utf8_is_valid(recipient->name) ||
	    memchr(recipient->name.data, '\0', recipient->name.len) != NULL)
		return user;
	name = span_dup(recipient->name);
	user = find_by_name(inbox, name, recipient->user_key);
	free(name);
	return user;
}

static bool
is_listed(const struct incoming *incoming, int64_t uid)
{
	for (size_t i = 0; i < incoming->uid_count; i++) {
		if (incoming->uids[i] == uid)
			return true;
	}
	return false;
}

/* Its row must be there before the message names it. */
static void
add_party(struct incoming *incoming, struct user *user)
{
	struct roster *roster = incoming->inbox->camd->roster;

	if (!user->stored) {
		roster_changed(roster, user, false);
		roster_write(roster);
	}
	incoming->uids[incoming->uid_count++] = user->uid;
}

/* A talk with more than so many is everybody's: who they are is not kept. */
static void
find_parties(struct incoming *incoming, struct user *sender)
{
	struct camd *camd = incoming->inbox->camd;
	const struct envelope_content *envelope = incoming->opening->envelope;
	const uint8_t *ours = identity_user_key(camd->identity);
	size_t count = envelope->recipient_count;

	incoming->for_all = count > STORE_TALK_USERS;
	incoming->uids = xcalloc(STORE_TALK_USERS + 2, sizeof(int64_t));
	add_party(incoming, sender);
	for (size_t i = 0; i < count && !incoming->for_all; i++) {
		const struct envelope_recipient *to = &envelope->recipients[i];
		struct user *user;

		if (memcmp(to->user_key, ours, SIGN_KEY_SIZE) == 0)
			continue;
		user = find_recipient(incoming->inbox, to);
		if (user != NULL && user->uid != 0 &&
		    !is_listed(incoming, user->uid))
			add_party(incoming, user);
	}
}

/* -- what is stored -------------------------------------------------------- */

static struct store_hash *
remember(
    struct incoming *incoming, const uint8_t hash[SHA256_SIZE], int64_t for_ms)
{
	struct store_hash *known = &incoming->hashes[incoming->hash_count++];

	memcpy(known->hash, hash, SHA256_SIZE);
	known->expires_ms = clock_wall_ms() + for_ms;
	return known;
}

/* The same envelope; and the same message as IPMSG may have brought it. */
static void
fill_hashes(struct incoming *incoming, const struct user *sender)
{
	const struct opening *opening = incoming->opening;
	uint8_t hash[SHA256_SIZE];

	inbox_hash(opening, hash);
	remember(incoming, hash, known_ms)->time_ms =
	    opening->envelope->time_ms;
	/* Given again, it cannot be opened to see its time. */
	if (opening->onetime != 0)
		(void)remember(incoming, hash, known_ms);
	if (opening->content.packet_no == 0 || sender->peer.key == NULL)
		return;
	lan_signed_hash(opening->content.packet_no, sender->peer.key, hash);
	(void)remember(incoming, hash, day_ms);
}

static void
fill_row(struct incoming *incoming, const struct user *sender)
{
	const struct camd *camd = incoming->inbox->camd;
	const struct opening *opening = incoming->opening;
	const struct content *content = &opening->content;
	struct store_message *row = &incoming->row;
	int64_t now_ms = clock_wall_ms();

	incoming->text = span_dup(content->text);
	row->type = content->type == CONTENT_EDIT	? STORE_EDIT
		    : content->type == CONTENT_DELETION ? STORE_DELETION
							: STORE_MESSAGE;
	hex_encode(opening->id, ENVELOPE_ID_SIZE, row->id);
	if (content->has_target)
		hex_encode(content->target, CONTENT_ID_SIZE, row->reply_to);
	row->from = sender->uid;
	row->time_ms = opening->envelope->time_ms < now_ms
			   ? opening->envelope->time_ms
			   : now_ms;
	row->text = incoming->text;
	row->state = STORE_DELIVERED;
	row->encryption = STORE_CAM1;
	row->signature = trust_is_verified(camd->trust, sender) ? STORE_VERIFIED
								: STORE_PINNED;
	row->sealed = content->sealed;
	row->locked = content->locked;
	row->automatic = content->automatic;
	row->question = content->question;
	memcpy(incoming->place.talk, opening->envelope->talk, STORE_PLACE_SIZE);
	memcpy(incoming->place.device, opening->envelope->device,
	    STORE_PLACE_SIZE);
	row->place = &incoming->place;
	row->sequence = opening->envelope->sequence;
}

static uint32_t
attr_of(enum store_kind kind)
{
	return kind == STORE_FOLDER  ? FILE_FOLDER
	       : kind == STORE_IMAGE ? FILE_CLIPBOARD
				     : FILE_REGULAR;
}

/* The body was parsed: what it offers can be read. */
static void
fill_offers(struct incoming *incoming)
{
	const struct content *content = &incoming->opening->content;
	struct span rest = content->offers;
	struct content_offer offer;

	incoming->offers =
	    xcalloc(content->offer_count + 1, sizeof *incoming->offers);
	incoming->keys =
	    xcalloc(content->offer_count + 1, sizeof *incoming->keys);
	while (incoming->offer_count < content->offer_count &&
	       content_offer_read(&rest, &offer) == 0) {
		size_t i = incoming->offer_count++;
		uint8_t *key = incoming->keys[i];

		memcpy(key, offer.file_key, STORE_FILE_KEY_SIZE);
		memcpy(key + STORE_FILE_KEY_SIZE, offer.digest,
		    STORE_FILE_DIGEST_SIZE);
		incoming->offers[i] = (struct store_offer){
			.number = offer.number,
			.name = span_dup(offer.name),
			.size = offer.size,
			.mtime = offer.mtime,
			.attr = attr_of(offer.kind),
			.kind = offer.kind,
			.position = offer.position,
			.expires_ms = incoming->row.time_ms + offers_life_ms,
			.file_key = key,
			.digest =
			    offer.has_digest ? key + STORE_FILE_KEY_SIZE : NULL,
		};
	}
}

/* The message of that row as it is in the database. */
static int
read_back(struct store *store, int64_t row, struct incoming *incoming)
{
	struct store_message *message = NULL;
	int r;

	if ((r = store_message_get(store, row, &message)) == 0 &&
	    (r = record_read(store, message, &incoming->record)) == 0)
		incoming->has_record = true;
	free(message);
	return r;
}

/* One that answers another, or was changed before it came, is told with that.
 */
static int
store_message(struct store *store, struct incoming *incoming)
{
	const struct store_message *row = &incoming->row;
	int r = 0;

	incoming->row.talk = STORE_TALK_ALL;
	if (!incoming->for_all)
		r = store_talk_make(store, incoming->uids, incoming->uid_count,
		    &incoming->row.talk);
	if (r == 0)
		r = store_message_receive(store, &incoming->row,
		    incoming->offers, incoming->offer_count, incoming->hashes,
		    incoming->hash_count, &incoming->duplicate_of);
	if (r == 0 && incoming->duplicate_of == 0 &&
	    (row->reply_to[0] != '\0' || row->changed_ms != 0))
		r = read_back(store, row->row, incoming);
	return r;
}

static int
store_change(struct store *store, struct incoming *incoming)
{
	int64_t target = 0;
	int r = store_change_receive(store, &incoming->row, incoming->hashes,
	    incoming->hash_count, &incoming->outcome, &target);

	if (r < 0 || incoming->outcome != STORE_CHANGE_APPLIED)
		return r;
	return read_back(store, target, incoming);
}

static void
store_incoming(struct job *job, void *context)
{
	struct incoming *incoming = container_of(job, struct incoming, job);
	const struct opening *opening = incoming->opening;

	incoming->err = incoming->row.type == STORE_MESSAGE
			    ? store_message(context, incoming)
			    : store_change(context, incoming);
	/* In the same commit: the message or its key, never both. */
	if (incoming->err == 0 && opening->onetime != 0)
		incoming->err = store_onetime_destroy(
		    context, opening->place, opening->onetime);
}

/* -- what is said of it ---------------------------------------------------- */

static void
tell_message(struct incoming *incoming)
{
	struct camd *camd = incoming->inbox->camd;
	struct record record = {
		.message = &incoming->row,
		.others = incoming->uids + 1,
		.other_count = incoming->uid_count - 1,
		.offers = incoming->offers,
		.offer_count = incoming->offer_count,
	};
	struct user *user = roster_by_uid(camd->roster, incoming->row.from);

	if (incoming->row.missing > 0)
		log_warn("%u messages before one that came are missing",
		    (unsigned)incoming->row.missing);
	if (events_wanted(camd->events, EVENT_MESSAGE_RECEIVED))
		events_tell(camd->events, EVENT_MESSAGE_RECEIVED,
		    message_object(camd,
			incoming->has_record ? &incoming->record : &record));
	if (user != NULL)
		offers_received(camd->offers, user, &record);
}

/*
 * No receipt: its sender still has it, and all that was written behind it. He
 * sends again over the next link, which he makes the later the oftener this
 * one ends so soon.
 */
static void
cannot_store(struct camd *camd, const struct opening *opening, int err)
{
	struct link *link = links_by_serial(camd->links, opening->serial);

	log_error("cannot store a message: %s", cam_strerror(err));
	if (opening->relayed != 0)
		org_relay_failed(camd->org);
	else if (link != NULL)
		link_close(link, "a message cannot be stored");
}

static void
answer(const struct incoming *incoming)
{
	struct camd *camd = incoming->inbox->camd;
	struct user *user = roster_by_uid(camd->roster, incoming->row.from);

	if (user != NULL && user->uid != 0 && !incoming->row.automatic &&
	    !incoming->for_all)
		absence_answer(camd, user);
}

static void
on_incoming_stored(struct job *job)
{
	struct incoming *incoming = container_of(job, struct incoming, job);
	struct inbox *inbox = incoming->inbox;
	const struct opening *opening = incoming->opening;
	const struct receipt_to to = inbox_receipt_to(opening);
	int err = job->batch_err < 0 ? job->batch_err : incoming->err;

	upkeep_touch(inbox->camd->upkeep);
	if (err < 0) {
		questions_settle(inbox->camd->questions, &incoming->row, NULL);
		cannot_store(inbox->camd, opening, err);
	} else if (incoming->row.type == STORE_MESSAGE) {
		receipts_add(inbox->receipts, &to, opening->id);
		if (incoming->duplicate_of == 0)
			tell_message(incoming);
		questions_settle(inbox->camd->questions, &incoming->row,
		    incoming->duplicate_of == 0 ? &incoming->record : NULL);
		if (incoming->duplicate_of == 0)
			answer(incoming);
	} else if (incoming->outcome == STORE_CHANGE_REFUSED) {
		receipts_refuse(
		    inbox->receipts, &to, opening->id, "refused", NULL);
	} else {
		receipts_add(inbox->receipts, &to, opening->id);
		if (incoming->has_record &&
		    incoming->row.type == STORE_DELETION)
			offers_deleted(
			    inbox->camd->offers, incoming->record.message->row);
		if (incoming->has_record)
			change_tell(inbox->camd, &incoming->record);
	}
	if (err == 0 && opening->onetime != 0)
		onetimes_forget(inbox->camd->onetimes, opening->onetime);
	if (err == 0 || opening->relayed == 0)
		inbox_give_room_back(inbox->camd, opening);
	incoming_free(incoming);
}

/* -- receiving ------------------------------------------------------------- */

void
inbox_opened(void *arg, struct opening *opening)
{
	struct inbox *inbox = arg;
	struct camd *camd = inbox->camd;
	struct user *sender = roster_by_uid(camd->roster, opening->uid);
	struct incoming *incoming;

	if (opening->reason != NULL || sender == NULL) {
		inbox_refuse(inbox, opening);
		return;
	}
	incoming = xcalloc(1, sizeof *incoming);
	inbox->pending++;
	incoming->inbox = inbox;
	incoming->opening = opening;
	incoming->job.work = store_incoming;
	incoming->job.done = on_incoming_stored;
	fill_row(incoming, sender);
	fill_offers(incoming);
	fill_hashes(incoming, sender);
	if (incoming->row.type == STORE_MESSAGE)
		find_parties(incoming, sender);
	if (incoming->uid_count == 1 && !incoming->for_all)
		questions_claim(camd->questions, &incoming->row);
	workers_submit(camd->writer, &incoming->job);
}

void
inbox_envelope(struct inbox *inbox, struct link *link, struct span envelope)
{
	openings_add(inbox->openings, link, envelope);
}

void
inbox_relayed(struct inbox *inbox, const struct user *user, uint64_t number,
    size_t room, struct span envelope)
{
	openings_add_relayed(inbox->openings, user, number, room, envelope);
}
