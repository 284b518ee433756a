/* line_lan.c: a line's deliveries by IPMSG, one at a time. */
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/message/line_parts.h"
#include "camd/people/roster.h"
#include "ipmsg/attach.h"
#include "ipmsg/client.h"
#include "loop/worker.h"
#include "store/offer.h"

/* After a silent round the next comes later and later; word from the user wakes
 * the line at once. */
enum {
	SLEEP_FIRST_MS = 30 * 1000,
	SLEEP_MAX_MS = 60 * 60 * 1000,
	SLEEP_DOUBLINGS = 7
};
/* So often somebody who is heard gets what he does not confirm before the rest
 * goes on without it. */
enum { UNHEEDED_MAX = 3 };
/* A question for a key lasts so long; whether somebody lives is asked no more
 * often than that. */
enum { QUESTION_MS = 7000, PROBE_QUIET_MS = 10 * 1000 };

void
line_sleep(struct line *line)
{
	unsigned doublings =
	    line->silences < SLEEP_DOUBLINGS ? line->silences : SLEEP_DOUBLINGS;
	uint64_t ms = (uint64_t)SLEEP_FIRST_MS << doublings;

	line->silences++;
	timer_start(&line->wake, ms < SLEEP_MAX_MS ? ms : SLEEP_MAX_MS);
}

/* -- on its way ----------------------------------------------------------- */

static void
deliver(struct line *line, struct delivery *delivery)
{
	delivery_arrived(line->camd, delivery, STORE_REPORTED);
	line_drop(line, delivery);
	line->silences = 0;
}

/*
 * Nothing came back. Whoever was heard meanwhile gets it again before anything
 * that was written later, unless he seems not to want it; for the others all
 * waits.
 */
static void
keep_for_later(struct line *line, struct delivery *delivery)
{
	struct user *user = roster_by_uid(line->camd->roster, line->uid);
	bool heard = user != NULL && user->seen_ms >= line->began_ms;

	line->current = NULL;
	delivery->row.state = STORE_QUEUED;
	delivery->row.attempts++;
	if (heard)
		delivery->unheeded++;
	delivery->tried = !heard || delivery->unheeded >= UNHEEDED_MAX;
	delivery_changed(line->camd, delivery);
	if (heard)
		line_advance(line);
	else
		line_sleep(line);
}

static void
on_outcome(void *arg, enum lan_outcome outcome, int err)
{
	struct line *line = arg;
	struct delivery *delivery = line->current;

	switch (outcome) {
	case LAN_SENT:
		delivery->row.state = STORE_SENT;
		delivery_tell(line->camd, delivery);
		return;
	case LAN_RECEIVED:
		line->sending = NULL;
		deliver(line, delivery);
		/* He is there: whatever he did not confirm goes once more. */
		line_retry_all(line);
		return;
	case LAN_SILENT:
		line->sending = NULL;
		keep_for_later(line, delivery);
		return;
	case LAN_FAILED:
		line->sending = NULL;
		log_info("a message could not be sent: %s", cam_strerror(err));
		line_fail(
		    line, delivery, err == CAM_ERR_LIMIT ? "length" : "failed");
		line_advance(line);
		return;
	}
}

static uint32_t
attr_of(enum store_kind kind)
{
	switch (kind) {
	case STORE_FOLDER:
		return FILE_FOLDER;
	case STORE_IMAGE:
		return FILE_CLIPBOARD;
	case STORE_FILE:
		break;
	}
	return FILE_REGULAR;
}

/* What it offers, as an attachment list has it. */
static size_t
list_offers(const struct parcel *parcel,
    struct lan_attachment attachments[LIMIT_ATTACHMENTS])
{
	size_t count = parcel->offer_count < LIMIT_ATTACHMENTS
			   ? parcel->offer_count
			   : LIMIT_ATTACHMENTS;

	for (size_t i = 0; i < count; i++) {
		const struct store_offer *offer = &parcel->offers[i];

		attachments[i] = (struct lan_attachment){
			.id = offer->number,
			.name = (char *)offer->name,
			.size = offer->size,
			.mtime = offer->mtime,
			.attr = attr_of(offer->kind),
			.position = offer->position,
		};
	}
	return count;
}

static void
transmit(struct line *line, struct delivery *delivery, const struct user *user,
    uint32_t protection)
{
	const struct parcel *parcel = delivery->parcel;
	struct lan_name himself = { user->peer.user, user->peer.host };
	struct lan_name to[LIMIT_TO_LIST + 1];
	struct lan_attachment attachments[LIMIT_ATTACHMENTS];
	struct lan_letter letter = {
		.peer = &user->peer,
		.packet_no = delivery->row.packet_no,
		.text = span_of(parcel->text, parcel->text_len),
		.flags = (parcel->sealed ? LAN_SEALED : 0U) |
			 (parcel->locked ? LAN_LOCKED : 0U) |
			 (parcel->several ? LAN_MULTICAST : 0U),
		.protection = protection,
		.to = to,
		.to_count = 1,
		.attachments = attachments,
		.attachment_count = list_offers(parcel, attachments),
	};

	/* The one who reads it stands first (reference 5.4.2). */
	to[0] = himself;
	for (size_t i = 0;
	     i < parcel->to_count && letter.to_count < LIMIT_TO_LIST; i++) {
		if (!peer_is(
			&user->peer, parcel->to[i].user, parcel->to[i].host))
			to[letter.to_count++] = parcel->to[i];
	}
	delivery->row.encryption = way_encryption(protection);
	delivery->left_by_lan = true;
	line->current = delivery;
	line->began_ms = clock_wall_ms();
	line->sending = lan_send(line->camd->lan, &letter, on_outcome, line);
}

/* -- numbers -------------------------------------------------------------- */

struct number_job {
	struct job job;
	struct line *line;
	struct store_delivery row;
	int err;
};

static void
store_number(struct job *job, void *context)
{
	struct number_job *number = container_of(job, struct number_job, job);

	number->err = store_delivery_put(context, &number->row);
}

static void
on_number_stored(struct job *job)
{
	struct number_job *number = container_of(job, struct number_job, job);
	struct line *line = number->line;
	int err = job->batch_err < 0 ? job->batch_err : number->err;

	if (err < 0)
		log_error("cannot keep the number of a message: %s",
		    cam_strerror(err));
	free(number);
	line->saving = false;
	if (!TAILQ_EMPTY(&line->waiting))
		line_advance(line);
}

/* iptux drops what does not count up from the last one it saw: a fresh number,
 * stored before it is used. */
static void
renumber(struct line *line, struct delivery *delivery)
{
	struct number_job *number = xcalloc(1, sizeof *number);

	delivery->row.packet_no = lan_number(line->camd->lan);
	delivery->tried = false;
	delivery->row.attempts = 0;
	line->saving = true;
	number->line = line;
	number->row = delivery->row;
	number->job.work = store_number;
	number->job.done = on_number_stored;
	workers_submit(line->camd->writer, &number->job);
}

void
line_send_by_lan(struct line *line, struct delivery *delivery,
    const struct user *user, const struct way *way)
{
	if (delivery->row.attempts > 0 &&
	    client_wants_fresh_numbers((enum client_kind)user->peer.client)) {
		renumber(line, delivery);
		return;
	}
	if (way->weaker)
		log_warn("a message to %s leaves by IPMSG although he speaks "
			 "cam/1: as asked",
		    user->peer.user);
	transmit(line, delivery, user, way->protection);
}

/* -- keys ----------------------------------------------------------------- */

/*
 * Some programs promise encryption and never show a key (reference 7.2). Who
 * answers the one question and not the other is such a one; who answers
 * neither is not there.
 */
void
line_ask_for_key(struct line *line, struct user *user)
{
	struct lan *lan = line->camd->lan;
	uint64_t now_ms = clock_now_ms();

	line->needs_key = lan_ask_key(lan, &user->peer) == 0;
	if (!line->needs_key) {
		line_sleep(line);
	} else if (!way_is_promised(user) &&
		   (line->probed_ms == 0 ||
		       now_ms - line->probed_ms > PROBE_QUIET_MS)) {
		line->probed_ms = now_ms;
		lan_probe(lan, &user->peer.addr);
	}
}

/* Within the time of a question. */
static bool
was_heard_lately(const struct user *user)
{
	return user->state != USER_OFFLINE &&
	       clock_wall_ms() - user->seen_ms < QUESTION_MS;
}

void
line_no_key(struct line *line)
{
	struct user *user = roster_by_uid(line->camd->roster, line->uid);
	bool waited = line->needs_key;

	line->needs_key = false;
	if (user == NULL || !waited)
		return;
	if (was_heard_lately(user) && !way_is_promised(user)) {
		user->peer.mute = true;
		line_advance(line);
	} else {
		/* He is away, or somebody else has his name. */
		line_sleep(line);
	}
}

void
line_opened(struct line *line, uint32_t packet_no)
{
	struct delivery *delivery;

	TAILQ_FOREACH (delivery, &line->waiting, entry) {
		if (delivery->row.packet_no == packet_no &&
		    delivery->parcel->sealed)
			delivery->row.opened_ms = clock_wall_ms();
	}
}
