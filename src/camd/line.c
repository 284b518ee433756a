/* line.c: one delivery after the other, the best way that is allowed. */
#include "camd/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/object.h"
#include "camd/roster.h"
#include "camd/way.h"
#include "ipmsg/client.h"
#include "loop/worker.h"
#include "rpc/names.h"

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

static void advance(struct line *line);
static void retry_all(struct line *line);

/* -- telling and storing ----------------------------------------------------
 */

void
line_tell(struct camd *camd, const struct store_delivery *row, const char *id,
    int64_t time_ms)
{
	json_t *params;

	if (!events_wanted(camd->events, EVENT_MESSAGE_STATE))
		return;
	params = recipient_object(camd, row, time_ms);
	json_object_set_new(params, "id", json_string(id));
	events_tell(camd->events, EVENT_MESSAGE_STATE, params);
}

struct save_job {
	struct job job;
	struct camd *camd;
	struct store_delivery row;
	int64_t uid;	   /* of the line that waits for it, 0: none does */
	struct line *line; /* valid while the line says that it waits */
	int err;
};

static void
store_row(struct job *job, void *context)
{
	struct save_job *save = container_of(job, struct save_job, job);

	save->err = store_delivery_put(context, &save->row);
}

static void
on_row_stored(struct job *job)
{
	struct save_job *save = container_of(job, struct save_job, job);
	int err = job->batch_err < 0 ? job->batch_err : save->err;

	if (err < 0)
		log_error("cannot keep the state of a message: %s",
		    cam_strerror(err));
	free(save);
}

static void
save(struct line *line, const struct delivery *delivery)
{
	struct save_job *job = xcalloc(1, sizeof *job);

	job->camd = line->camd;
	job->row = delivery->row;
	job->job.work = store_row;
	job->job.done = on_row_stored;
	workers_submit(line->camd->writer, &job->job);
}

static void
tell(struct line *line, const struct delivery *delivery)
{
	line_tell(line->camd, &delivery->row, delivery->parcel->id,
	    delivery->parcel->time_ms);
}

static void
delivery_free(struct line *line, struct delivery *delivery)
{
	if (line->current == delivery)
		line->current = NULL;
	TAILQ_REMOVE(&line->waiting, delivery, entry);
	parcel_unref(delivery->parcel);
	free(delivery);
	(*line->total)--;
}

static void
fail(struct line *line, struct delivery *delivery, const char *reason)
{
	delivery->row.state = STORE_FAILED;
	snprintf(delivery->row.error, sizeof delivery->row.error, "%s", reason);
	save(line, delivery);
	tell(line, delivery);
	delivery_free(line, delivery);
}

/* -- on its way -------------------------------------------------------------
 */

static void
deliver(struct line *line, struct delivery *delivery)
{
	struct store_delivery *row = &delivery->row;

	/* Word that he has opened it may have come first. */
	row->state = row->opened_ms != 0 ? STORE_OPENED : STORE_DELIVERED;
	row->receipt = STORE_REPORTED;
	row->delivered_ms = clock_wall_ms();
	row->error[0] = '\0';
	save(line, delivery);
	tell(line, delivery);
	delivery_free(line, delivery);
	line->silences = 0;
}

static void
sleep_line(struct line *line)
{
	unsigned doublings =
	    line->silences < SLEEP_DOUBLINGS ? line->silences : SLEEP_DOUBLINGS;
	uint64_t ms = (uint64_t)SLEEP_FIRST_MS << doublings;

	line->silences++;
	timer_start(&line->wake, ms < SLEEP_MAX_MS ? ms : SLEEP_MAX_MS);
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
	save(line, delivery);
	tell(line, delivery);
	if (heard)
		advance(line);
	else
		sleep_line(line);
}

static void
on_outcome(void *arg, enum lan_outcome outcome, int err)
{
	struct line *line = arg;
	struct delivery *delivery = line->current;

	switch (outcome) {
	case LAN_SENT:
		delivery->row.state = STORE_SENT;
		tell(line, delivery);
		return;
	case LAN_RECEIVED:
		line->sending = NULL;
		deliver(line, delivery);
		/* He is there: whatever he did not confirm goes once more. */
		retry_all(line);
		return;
	case LAN_SILENT:
		line->sending = NULL;
		keep_for_later(line, delivery);
		return;
	case LAN_FAILED:
		line->sending = NULL;
		log_info("a message could not be sent: %s", cam_strerror(err));
		fail(
		    line, delivery, err == CAM_ERR_LIMIT ? "length" : "failed");
		advance(line);
		return;
	}
}

static void
transmit(struct line *line, struct delivery *delivery, const struct user *user,
    uint32_t protection)
{
	const struct parcel *parcel = delivery->parcel;
	struct lan_name himself = { user->peer.user, user->peer.host };
	struct lan_name to[LIMIT_TO_LIST + 1];
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
	line->current = delivery;
	line->began_ms = clock_wall_ms();
	line->sending = lan_send(line->camd->lan, &letter, on_outcome, line);
}

static void
on_number_stored(struct job *job)
{
	struct save_job *saved = container_of(job, struct save_job, job);
	struct line *line = saved->line;

	line->saving = false;
	on_row_stored(job);
	if (TAILQ_EMPTY(&line->waiting))
		return;
	advance(line);
}

/* iptux drops what does not count up from the last one it saw: a fresh number,
 * stored before it is used. */
static void
renumber(struct line *line, struct delivery *delivery)
{
	struct save_job *job = xcalloc(1, sizeof *job);

	delivery->row.packet_no = lan_number(line->camd->lan);
	delivery->tried = false;
	delivery->row.attempts = 0;
	line->saving = true;
	job->camd = line->camd;
	job->line = line;
	job->row = delivery->row;
	job->job.work = store_row;
	job->job.done = on_number_stored;
	workers_submit(line->camd->writer, &job->job);
}

/* The first that has not been tried in vain since the user was last heard. */
static struct delivery *
next_delivery(struct line *line)
{
	struct delivery *delivery;

	TAILQ_FOREACH (delivery, &line->waiting, entry) {
		if (!delivery->tried)
			return delivery;
	}
	return NULL;
}

/*
 * Some programs promise encryption and never show a key (reference 7.2). Who
 * answers the one question and not the other is such a one; who answers
 * neither is not there.
 */
static void
ask_for_key(struct line *line, struct user *user)
{
	struct lan *lan = line->camd->lan;
	uint64_t now_ms = clock_now_ms();

	line->needs_key = lan_ask_key(lan, &user->peer) == 0;
	if (!line->needs_key) {
		sleep_line(line);
	} else if (!way_is_promised(user) &&
		   (line->probed_ms == 0 ||
		       now_ms - line->probed_ms > PROBE_QUIET_MS)) {
		line->probed_ms = now_ms;
		lan_probe(lan, &user->peer.addr);
	}
}

/* Sends the next one. True when one is on its way or something is waited for.
 */
static bool
send_next(struct line *line, struct user *user)
{
	struct delivery *delivery = next_delivery(line);
	uint32_t protection = 0;
	const char *reason;

	if (delivery == NULL)
		return true;
	switch (way_choose(
	    line->camd, user, delivery->row.clear, &protection, &reason)) {
	case 0:
		break;
	case CAM_ERR_MORE:
		ask_for_key(line, user);
		return true;
	default:
		fail(line, delivery, reason);
		return false;
	}
	if (delivery->row.attempts > 0 &&
	    client_wants_fresh_numbers((enum client_kind)user->peer.client)) {
		renumber(line, delivery);
		return true;
	}
	transmit(line, delivery, user, protection);
	return true;
}

static bool
is_idle(const struct line *line)
{
	return line->current == NULL && !line->needs_key && !line->saving;
}

/* Without an address it waits until the user is heard. */
static void
advance(struct line *line)
{
	struct user *user = roster_by_uid(line->camd->roster, line->uid);

	if (!is_idle(line) || user == NULL ||
	    user->peer.addr.family == ADDR_NONE)
		return;
	timer_stop(&line->wake);
	while (!send_next(line, user))
		;
	if (is_idle(line) && !TAILQ_EMPTY(&line->waiting) &&
	    !timer_is_running(&line->wake))
		sleep_line(line);
}

static void
retry_all(struct line *line)
{
	struct delivery *delivery;

	TAILQ_FOREACH (delivery, &line->waiting, entry)
		delivery->tried = false;
	advance(line);
}

void
line_sleep_is_over(struct line *line)
{
	struct user *user = roster_by_uid(line->camd->roster, line->uid);

	if (user != NULL)
		user->peer.mute = false;
	retry_all(line);
}

static void
on_wake(void *arg)
{
	line_sleep_is_over(arg);
}

void
line_wake(struct line *line)
{
	line->needs_key = false;
	retry_all(line);
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
		advance(line);
	} else {
		/* He is away, or somebody else has his name. */
		sleep_line(line);
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

/* -- joining and leaving ----------------------------------------------------
 */

struct line *
line_new(struct camd *camd, int64_t uid, size_t *total)
{
	struct line *line = xcalloc(1, sizeof *line);

	line->camd = camd;
	line->uid = uid;
	line->total = total;
	TAILQ_INIT(&line->waiting);
	timer_init(&line->wake, camd->loop, on_wake, line);
	return line;
}

void
line_free(struct line *line)
{
	sending_cancel(line->sending);
	while (!TAILQ_EMPTY(&line->waiting))
		delivery_free(line, TAILQ_FIRST(&line->waiting));
	timer_finish(&line->wake);
	free(line);
}

void
line_append(
    struct line *line, struct parcel *parcel, const struct store_delivery *row)
{
	struct delivery *delivery = xcalloc(1, sizeof *delivery);

	delivery->parcel = parcel_ref(parcel);
	delivery->row = *row;
	TAILQ_INSERT_TAIL(&line->waiting, delivery, entry);
	(*line->total)++;
}

void
line_join(
    struct line *line, struct parcel *parcel, const struct store_delivery *row)
{
	line_append(line, parcel, row);
	advance(line);
}

void
line_rejoin(struct line *line, struct parcel *parcel,
    const struct store_delivery *row, bool failed)
{
	struct delivery *delivery;

	TAILQ_FOREACH (delivery, &line->waiting, entry) {
		if (delivery->row.message == row->message &&
		    delivery->row.uid == row->uid) {
			delivery->row.clear = row->clear;
			line_wake(line);
			return;
		}
	}
	/* Else it was delivered meanwhile. */
	if (!failed)
		return;
	line_append(line, parcel, row);
	line_wake(line);
}

void
line_move(struct line *from, struct line *into)
{
	struct delivery *delivery;

	sending_cancel(from->sending);
	from->sending = NULL;
	from->current = NULL;
	from->needs_key = false;
	timer_stop(&from->wake);
	while ((delivery = TAILQ_FIRST(&from->waiting)) != NULL) {
		TAILQ_REMOVE(&from->waiting, delivery, entry);
		TAILQ_INSERT_TAIL(&into->waiting, delivery, entry);
	}
}
