/* line.c: one delivery after the other, the best way that is allowed. */
#include "camd/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/object.h"
#include "camd/roster.h"
#include "camd/settings.h"
#include "ipmsg/client.h"
#include "ipmsg/entry.h"
#include "loop/worker.h"
#include "rpc/names.h"
#include "store/message.h"

/* After a silent round the next comes later and later; word from the user wakes
 * the line at once. */
enum {
	SLEEP_FIRST_MS = 30 * 1000,
	SLEEP_MAX_MS = 60 * 60 * 1000,
	SLEEP_DOUBLINGS = 7
};

static void advance(struct line *line);

/* -- parcels ----------------------------------------------------------------
 */

struct parcel *
parcel_new(const char *text, size_t len)
{
	struct parcel *parcel = xcalloc(1, sizeof *parcel);

	parcel->count = 1;
	parcel->text = xstrndup(text, len);
	parcel->text_len = strlen(parcel->text);
	return parcel;
}

struct parcel *
parcel_of_row(const struct store_message *message)
{
	struct parcel *parcel =
	    parcel_new(message->text, strlen(message->text));

	parcel->row = message->row;
	memcpy(parcel->id, message->id, sizeof parcel->id);
	parcel->time_ms = message->time_ms;
	parcel->sealed = message->sealed;
	parcel->locked = message->locked;
	return parcel;
}

struct parcel *
parcel_ref(struct parcel *parcel)
{
	parcel->count++;
	return parcel;
}

void
parcel_unref(struct parcel *parcel)
{
	if (parcel == NULL || --parcel->count > 0)
		return;
	for (size_t i = 0; i < parcel->to_count; i++) {
		free(parcel->to[i].user);
		free(parcel->to[i].host);
	}
	free(parcel->to);
	free(parcel->text);
	free(parcel);
}

/* -- the way ----------------------------------------------------------------
 */

static enum store_encryption
encryption_of(uint32_t protection)
{
	switch (lan_protection_strength(protection)) {
	case PEER_STRONG:
		return STORE_RSA2048_AES256;
	case PEER_WEAK:
		return STORE_RSA1024_BLOWFISH128;
	default:
		return STORE_NOT_ENCRYPTED;
	}
}

/* In clear: where a setting allows it, or the user for this one message. */
static const char *
clear_refusal(struct camd *camd, const struct user *user, bool clear)
{
	const char *setting =
	    settings_text(camd->settings, "security.cleartext");

	if (strcmp(setting, "off") == 0 || strcmp(setting, "receive") == 0)
		return "refused";
	if (clear)
		return NULL;
	if (user->peer.strength != PEER_UNKNOWN)
		return "weaker";
	return strcmp(setting, "on") == 0 ? NULL : "cleartext";
}

/*
 * Flags of the protection in *protection, 0 for none. CAM_ERR_MORE: the key
 * must be asked for. CAM_ERR_REFUSED with *reason. Who promises encryption in
 * his very name is never sent to in clear because he keeps silent.
 */
static int
choose_way(struct camd *camd, const struct user *user, bool clear,
    uint32_t *protection, const char **reason)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];
	bool named = entry_user_split(user->peer.user, logon, fingerprint);
	int r = lan_protection(camd->lan, &user->peer, protection);

	*reason = NULL;
	if (r == 0 &&
	    (lan_protection_strength(*protection) >= user->peer.strength ||
		clear))
		return 0;
	if (r == 0) {
		*reason = "weaker";
		return CAM_ERR_REFUSED;
	}
	if (r == CAM_ERR_MORE && (!user->peer.mute || named))
		return CAM_ERR_MORE;
	*protection = 0;
	*reason = clear_refusal(camd, user, clear);
	return *reason != NULL ? CAM_ERR_REFUSED : 0;
}

const char *
way_refusal(struct camd *camd, struct user *user, bool clear,
    enum store_encryption *encryption)
{
	uint32_t protection = 0;
	const char *reason;
	int r;

	if (user->uid == 0)
		return "request";
	r = choose_way(camd, user, clear, &protection, &reason);
	*encryption = r == CAM_ERR_MORE ? STORE_RSA2048_AES256
					: encryption_of(protection);
	return r == CAM_ERR_REFUSED ? reason : NULL;
}

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
	delivery->row.state = STORE_DELIVERED;
	delivery->row.receipt = STORE_REPORTED;
	delivery->row.delivered_ms = clock_wall_ms();
	delivery->row.error[0] = '\0';
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

/* Nothing came back. Whoever was heard meanwhile gets the next one; for the
 * others all waits. */
static void
keep_for_later(struct line *line, struct delivery *delivery)
{
	struct user *user = roster_by_uid(line->camd->roster, line->uid);
	int64_t round_ms = clock_wall_ms() - SLEEP_FIRST_MS / 5;

	line->current = NULL;
	delivery->row.state = STORE_QUEUED;
	delivery->row.attempts++;
	delivery->tried = true;
	save(line, delivery);
	tell(line, delivery);
	if (user != NULL && user->seen_ms > round_ms) {
		advance(line);
		if (line->current != NULL || line->needs_key)
			return;
	}
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
		advance(line);
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
	delivery->row.encryption = encryption_of(protection);
	line->current = delivery;
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
	switch (choose_way(
	    line->camd, user, delivery->row.clear, &protection, &reason)) {
	case 0:
		break;
	case CAM_ERR_MORE:
		line->needs_key =
		    lan_ask_key(line->camd->lan, &user->peer) == 0;
		if (!line->needs_key)
			sleep_line(line);
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

static void
advance(struct line *line)
{
	struct user *user = roster_by_uid(line->camd->roster, line->uid);

	if (line->current != NULL || line->needs_key || line->saving ||
	    user == NULL || user->peer.addr.family == ADDR_NONE)
		return;
	timer_stop(&line->wake);
	while (!send_next(line, user))
		;
}

static void
retry_all(struct line *line)
{
	struct delivery *delivery;

	TAILQ_FOREACH (delivery, &line->waiting, entry)
		delivery->tried = false;
	advance(line);
}

static void
on_wake(void *arg)
{
	struct line *line = arg;
	struct user *user = roster_by_uid(line->camd->roster, line->uid);

	if (user != NULL)
		user->peer.mute = false;
	retry_all(line);
}

void
line_wake(struct line *line)
{
	line->needs_key = false;
	retry_all(line);
}

void
line_no_key(struct line *line)
{
	struct user *user = roster_by_uid(line->camd->roster, line->uid);
	struct delivery *delivery = next_delivery(line);
	uint32_t protection = 0;
	const char *reason;

	line->needs_key = false;
	if (user == NULL || delivery == NULL)
		return;
	/* Nothing goes without a key: he is away, or somebody else has his
	 * name. */
	if (choose_way(line->camd, user, delivery->row.clear, &protection,
		&reason) == CAM_ERR_MORE)
		sleep_line(line);
	else
		advance(line);
}

void
line_opened(struct line *line, uint32_t packet_no)
{
	struct delivery *delivery;

	TAILQ_FOREACH (delivery, &line->waiting, entry) {
		if (delivery->row.packet_no == packet_no &&
		    delivery->parcel->sealed) {
			if (delivery == line->current) {
				sending_cancel(line->sending);
				line->sending = NULL;
			}
			delivery_free(line, delivery);
			advance(line);
			return;
		}
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
line_join(
    struct line *line, struct parcel *parcel, const struct store_delivery *row)
{
	struct delivery *delivery = xcalloc(1, sizeof *delivery);

	delivery->parcel = parcel_ref(parcel);
	delivery->row = *row;
	TAILQ_INSERT_TAIL(&line->waiting, delivery, entry);
	(*line->total)++;
	advance(line);
}

void
line_rejoin(
    struct line *line, struct parcel *parcel, const struct store_delivery *row)
{
	struct delivery *delivery;

	TAILQ_FOREACH (delivery, &line->waiting, entry) {
		if (delivery->row.message != row->message)
			continue;
		delivery->row.clear = row->clear;
		line_wake(line);
		return;
	}
	line_join(line, parcel, row);
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
