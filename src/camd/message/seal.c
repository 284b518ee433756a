/* seal.c: a parcel's number, then its envelope, then a stanza for each
 * recipient. */
#include "camd/message/seal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/message/content.h"
#include "camd/message/parcel.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "crypto/envelope.h"
#include "loop/worker.h"
#include "store/offer.h"
#include "store/sequence.h"

enum {
	KEPT_MAX = 16,	/* envelopes that nobody waits for */
	BATCH_MAX = 32, /* recipients in one job */
	NAME_GUESS = 32,
	HEAD_GUESS = 512
};

/* One recipient's. */
struct sealing {
	TAILQ_ENTRY(sealing) entry;
	uint8_t user_key[SIGN_KEY_SIZE];
	uint8_t device[DEVICE_ID_SIZE];
	uint32_t prekey_id;
	uint8_t prekey[HPKE_KEY_SIZE];
	void (*on_done)(void *arg, int err, struct buf *bytes);
	void *arg;
	bool cancelled;
	struct buf bytes;
	int err;
};
TAILQ_HEAD(sealings, sealing);

/*
 * One job at a time works on an envelope, for several recipients at once:
 *
 *	idle -> numbering (writer) -> working (pool) -> idle
 *	  |                             ^      |
 *	  +-----------------------------+------+ while somebody waits
 */
struct seal {
	TAILQ_ENTRY(seal) kept;
	struct seals *seals;
	struct parcel *parcel; /* counted while it is busy */
	uint32_t packet_no;
	bool busy, is_kept;
	struct sealings waiting, working;
	struct job job;
	int err; /* of the number, or of sealing: everybody's */
	/* Made on the loop, read in the pool. */
	struct envelope_content content;
	struct envelope_recipient *recipients;
	struct buf names, body;
	struct sign_key *key;
	struct envelope_sealed *sealed; /* NULL: not yet */
};

struct seals {
	struct camd *camd;
	TAILQ_HEAD(, seal) kept; /* the one used last at the end */
	size_t kept_count;
	bool stopped;
};

static void work_soon(struct seal *seal);

/* -- what is sealed ------------------------------------------------------- */

/* Names lie one after the other in names, which must not move any more when
 * they are pointed at. */
static void
put_name(struct buf *names, const struct user *user)
{
	char *logon = user_logon(user);

	buf_printf(names, "%s@%s", logon, user->peer.host);
	free(logon);
}

static void
list_recipients(struct seal *seal)
{
	const struct camd *camd = seal->seals->camd;
	const struct parcel *parcel = seal->parcel;
	size_t *ends = xcalloc(parcel->uid_count + 1, sizeof *ends);
	size_t begin = 0;

	seal->recipients =
	    xcalloc(parcel->uid_count + 1, sizeof *seal->recipients);
	buf_init(
	    &seal->names, (ENVELOPE_NAME_MAX + 1) * (parcel->uid_count + 1));
	for (size_t i = 0; i < parcel->uid_count; i++) {
		const struct user *user =
		    roster_by_uid(camd->roster, parcel->uids[i]);
		const uint8_t *key =
		    user != NULL ? trust_user_key(camd->trust, user) : NULL;

		if (user != NULL)
			put_name(&seal->names, user);
		if (key != NULL)
			memcpy(
			    seal->recipients[i].user_key, key, SIGN_KEY_SIZE);
		ends[i] = seal->names.len;
	}
	for (size_t i = 0; i < parcel->uid_count; i++) {
		seal->recipients[i].name =
		    span_of(seal->names.data + begin, ends[i] - begin);
		begin = ends[i];
	}
	free(ends);
}

static enum content_type
content_type_of(enum store_type type)
{
	switch (type) {
	case STORE_EDIT:
		return CONTENT_EDIT;
	case STORE_DELETION:
		return CONTENT_DELETION;
	default:
		return CONTENT_MESSAGE;
	}
}

static void
write_offers(const struct parcel *parcel, struct buf *buf)
{
	buf_init(buf, CONTENT_OFFER_MAX * parcel->offer_count);
	for (size_t i = 0; i < parcel->offer_count; i++) {
		const struct store_offer *from = &parcel->offers[i];
		struct content_offer offer = {
			.number = from->number,
			.kind = from->kind,
			.size = from->size,
			.mtime = from->mtime,
			.position =
			    from->kind == STORE_IMAGE ? from->position : 0,
			.has_digest = from->digest != NULL,
			.name = span_text(from->name),
		};

		if (from->file_key != NULL)
			memcpy(offer.file_key, from->file_key,
			    sizeof offer.file_key);
		if (from->digest != NULL)
			memcpy(offer.digest, from->digest, sizeof offer.digest);
		content_offer_write(&offer, buf);
	}
}

static void
write_body(struct seal *seal)
{
	const struct parcel *parcel = seal->parcel;
	struct content content = {
		.type = content_type_of(parcel->type),
		.sealed = parcel->sealed,
		.locked = parcel->locked,
		.automatic = parcel->automatic,
		.question = parcel->question,
		.has_target = parcel->target[0] != '\0',
		.packet_no = seal->packet_no,
		.text = span_of(parcel->text, parcel->text_len),
	};

	struct buf offers;

	if (content.has_target)
		(void)hex_decode(
		    span_text(parcel->target), content.target, CONTENT_ID_SIZE);
	write_offers(parcel, &offers);
	content.offer_count = (unsigned)parcel->offer_count;
	content.offers = buf_span(&offers);
	buf_init(&seal->body,
	    CONTENT_HEAD_MAX + content.offers.len + parcel->text_len);
	(void)buf_reserve(&seal->body, seal->body.max);
	content_write(&content, &seal->body);
	buf_wipe(&offers);
}

static void
prepare(struct seal *seal)
{
	const struct identity *identity = seal->seals->camd->identity;
	struct parcel *parcel = seal->parcel;
	struct envelope_content *content = &seal->content;

	parcel_find_talk(parcel, seal->seals->camd);
	list_recipients(seal);
	write_body(seal);
	(void)hex_decode(span_text(parcel->id), content->id, ENVELOPE_ID_SIZE);
	memcpy(content->talk, parcel->talk, ENVELOPE_TALK_SIZE);
	memcpy(content->device, identity_device_id(identity), DEVICE_ID_SIZE);
	memcpy(content->sender, identity_user_key(identity), SIGN_KEY_SIZE);
	content->sequence = parcel->sequence;
	content->time_ms = parcel->time_ms;
	content->type = (uint8_t)content_type_of(parcel->type);
	content->recipients = seal->recipients;
	content->recipient_count = parcel->uid_count;
	content->body = buf_span(&seal->body);
	seal->key = sign_key_ref(identity_signing_key(identity));
}

/* What only sealing needs; the recipients' keys are kept with the envelope. */
static void
drop_inputs(struct seal *seal)
{
	if (seal->sealed == NULL) {
		free(seal->recipients);
		seal->recipients = NULL;
	}
	buf_finish(&seal->names);
	buf_finish(&seal->body);
	sign_key_free(seal->key);
	seal->key = NULL;
}

/* -- in the pool ---------------------------------------------------------- */

static int
write_for(const struct seal *seal, struct sealing *sealing)
{
	uint8_t stanza[1][ENVELOPE_STANZA_SIZE];
	int r = envelope_wrap(seal->sealed, sealing->device, sealing->prekey_id,
	    sealing->prekey, stanza[0]);

	if (r < 0)
		return r;
	envelope_write(seal->sealed,
	    (const uint8_t(*)[ENVELOPE_STANZA_SIZE])stanza, 1, &sealing->bytes);
	return buf_failed(&sealing->bytes) ? CAM_ERR_LIMIT : 0;
}

static void
work(struct job *job, void *context)
{
	struct seal *seal = container_of(job, struct seal, job);
	struct sealing *sealing;

	if (seal->err == 0 && seal->sealed == NULL)
		seal->err = envelope_seal(&seal->content,
		    seal->content.recipient_count, seal->key, &seal->sealed);
	TAILQ_FOREACH (sealing, &seal->working, entry) {
		sealing->err = seal->err;
		if (seal->err == 0)
			sealing->err = write_for(seal, sealing);
	}
}

/* -- numbers -------------------------------------------------------------- */

struct number_job {
	struct job job;
	struct seal *seal;
	int64_t row;
	struct store_place place;
	uint64_t number;
	int err;
};

static void
give_number(struct job *job, void *context)
{
	struct number_job *number = container_of(job, struct number_job, job);

	number->err = store_sequence_give(
	    context, number->row, &number->place, &number->number);
}

static void start_work(struct seal *seal);
static void give_up(struct seal *seal);

static void
on_numbered(struct job *job)
{
	struct number_job *number = container_of(job, struct number_job, job);
	struct seal *seal = number->seal;
	int err = job->batch_err < 0 ? job->batch_err : number->err;

	if (err < 0)
		log_error("cannot number a message: %s", cam_strerror(err));
	else
		seal->parcel->sequence = number->number;
	seal->err = err;
	free(number);
	if (seal->seals->stopped)
		give_up(seal);
	else
		start_work(seal);
}

static void
ask_number(struct seal *seal)
{
	const struct camd *camd = seal->seals->camd;
	struct number_job *number = xcalloc(1, sizeof *number);

	number->seal = seal;
	number->row = seal->parcel->row;
	parcel_find_talk(seal->parcel, camd);
	memcpy(number->place.talk, seal->parcel->talk, STORE_PLACE_SIZE);
	memcpy(number->place.device, identity_device_id(camd->identity),
	    STORE_PLACE_SIZE);
	number->job.work = give_number;
	number->job.done = on_numbered;
	workers_submit(camd->writer, &number->job);
}

/* -- one after the other -------------------------------------------------- */

static void
forget_sealed(struct seal *seal)
{
	struct seals *seals = seal->seals;

	if (seal->is_kept) {
		TAILQ_REMOVE(&seals->kept, seal, kept);
		seals->kept_count--;
		seal->is_kept = false;
	}
	envelope_sealed_free(seal->sealed);
	seal->sealed = NULL;
	free(seal->recipients);
	seal->recipients = NULL;
}

void
seal_free(struct seal *seal)
{
	if (seal == NULL)
		return;
	forget_sealed(seal);
	drop_inputs(seal);
	free(seal);
}

/* For the next of several recipients, the ones used last. */
static void
keep(struct seal *seal)
{
	struct seals *seals = seal->seals;

	TAILQ_INSERT_TAIL(&seals->kept, seal, kept);
	seal->is_kept = true;
	if (++seals->kept_count > KEPT_MAX)
		forget_sealed(TAILQ_FIRST(&seals->kept));
}

static void
finish_work(struct seal *seal)
{
	struct parcel *parcel = seal->parcel;

	seal->busy = false;
	if (seal->packet_no != 0) {
		seal_free(seal);
	} else if (seal->sealed != NULL && parcel->several) {
		keep(seal);
	} else {
		parcel->seal = NULL;
		seal_free(seal);
	}
	parcel_unref(parcel);
}

static void
tell(struct sealing *sealing)
{
	if (!sealing->cancelled)
		sealing->on_done(sealing->arg, sealing->err, &sealing->bytes);
	buf_finish(&sealing->bytes);
	free(sealing);
}

/* There is no pool any more. */
static void
give_up(struct seal *seal)
{
	struct sealing *sealing;

	while ((sealing = TAILQ_FIRST(&seal->waiting)) != NULL) {
		TAILQ_REMOVE(&seal->waiting, sealing, entry);
		sealing->cancelled = true;
		tell(sealing);
	}
	finish_work(seal);
}

static void
on_worked(struct job *job)
{
	struct seal *seal = container_of(job, struct seal, job);
	struct sealings working;
	struct sealing *sealing;

	if (seal->sealed != NULL)
		drop_inputs(seal);
	TAILQ_INIT(&working);
	TAILQ_CONCAT(&working, &seal->working, entry);
	while ((sealing = TAILQ_FIRST(&working)) != NULL) {
		TAILQ_REMOVE(&working, sealing, entry);
		tell(sealing);
	}
	if (seal->seals->stopped)
		give_up(seal);
	else if (TAILQ_EMPTY(&seal->waiting))
		finish_work(seal);
	else
		work_soon(seal);
}

/* A key that has come since it was sealed is not in it yet. */
static bool
names_key(const struct seal *seal, const uint8_t key[SIGN_KEY_SIZE])
{
	for (size_t i = 0; i < seal->content.recipient_count; i++) {
		if (memcmp(seal->recipients[i].user_key, key, SIGN_KEY_SIZE) ==
		    0)
			return true;
	}
	return false;
}

static void
drop_outdated(struct seal *seal)
{
	const struct sealing *sealing;

	TAILQ_FOREACH (sealing, &seal->working, entry) {
		if (seal->sealed != NULL &&
		    !names_key(seal, sealing->user_key)) {
			envelope_sealed_free(seal->sealed);
			seal->sealed = NULL;
		}
	}
}

static void
take_some(struct seal *seal)
{
	struct sealing *sealing;

	for (int taken = 0; taken < BATCH_MAX &&
			    (sealing = TAILQ_FIRST(&seal->waiting)) != NULL;) {
		TAILQ_REMOVE(&seal->waiting, sealing, entry);
		if (sealing->cancelled) {
			tell(sealing);
			continue;
		}
		TAILQ_INSERT_TAIL(&seal->working, sealing, entry);
		taken++;
	}
}

static void
start_work(struct seal *seal)
{
	take_some(seal);
	if (TAILQ_EMPTY(&seal->working)) {
		finish_work(seal);
		return;
	}
	drop_outdated(seal);
	if (seal->err == 0 && seal->sealed == NULL) {
		drop_inputs(seal);
		prepare(seal);
	}
	seal->job.work = work;
	seal->job.done = on_worked;
	workers_submit(seal->seals->camd->pool, &seal->job);
}

static void
work_soon(struct seal *seal)
{
	if (seal->parcel->sequence == 0)
		ask_number(seal);
	else
		start_work(seal);
}

static struct seal *
seal_new(struct seals *seals, struct parcel *parcel, uint32_t packet_no)
{
	struct seal *seal = xcalloc(1, sizeof *seal);

	seal->seals = seals;
	seal->parcel = parcel;
	seal->packet_no = packet_no;
	TAILQ_INIT(&seal->waiting);
	TAILQ_INIT(&seal->working);
	buf_init(&seal->names, 0);
	buf_init(&seal->body, 0);
	return seal;
}

/* One that has left by IPMSG says so inside, and is its recipient's alone. */
static struct seal *
seal_of(struct seals *seals, struct parcel *parcel, uint32_t packet_no)
{
	if (packet_no != 0)
		return seal_new(seals, parcel, packet_no);
	if (parcel->seal == NULL)
		parcel->seal = seal_new(seals, parcel, 0);
	return parcel->seal;
}

struct sealing *
seals_ask(struct seals *seals, struct parcel *parcel, uint32_t packet_no,
    const struct seal_to *to,
    void (*on_done)(void *arg, int err, struct buf *bytes), void *arg)
{
	struct seal *seal = seal_of(seals, parcel, packet_no);
	struct sealing *sealing = xcalloc(1, sizeof *sealing);

	memcpy(sealing->user_key, to->user_key, SIGN_KEY_SIZE);
	memcpy(sealing->device, to->device, DEVICE_ID_SIZE);
	memcpy(sealing->prekey, to->prekey->key, HPKE_KEY_SIZE);
	sealing->prekey_id = to->prekey->id;
	sealing->on_done = on_done;
	sealing->arg = arg;
	buf_init(&sealing->bytes, ENVELOPE_MAX + ENVELOPE_STANZA_SIZE);
	TAILQ_INSERT_TAIL(&seal->waiting, sealing, entry);
	if (seal->is_kept) {
		TAILQ_REMOVE(&seals->kept, seal, kept);
		seals->kept_count--;
		seal->is_kept = false;
	}
	if (!seal->busy) {
		seal->busy = true;
		seal->err = 0;
		parcel_ref(parcel);
		work_soon(seal);
	}
	return sealing;
}

void
sealing_cancel(struct sealing *sealing)
{
	if (sealing != NULL)
		sealing->cancelled = true;
}

size_t
seal_size(const struct parcel *parcel)
{
	return HEAD_GUESS + parcel->text_len +
	       parcel->offer_count * CONTENT_OFFER_MAX +
	       parcel->uid_count * (SIGN_KEY_SIZE + NAME_GUESS);
}

struct seals *
seals_new(struct camd *camd)
{
	struct seals *seals = xcalloc(1, sizeof *seals);

	seals->camd = camd;
	TAILQ_INIT(&seals->kept);
	return seals;
}

void
seals_stop(struct seals *seals)
{
	seals->stopped = true;
}

void
seals_free(struct seals *seals)
{
	free(seals);
}
