/* seal.c: a parcel's number, then its envelope, then a stanza for each
 * recipient. */
#include "camd/message/seal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/message/content.h"
#include "camd/message/inside.h"
#include "camd/message/parcel.h"
#include "crypto/envelope.h"
#include "loop/worker.h"
#include "store/sequence.h"

enum {
	KEPT_MAX = 16,	/* envelopes that nobody waits for */
	BATCH_MAX = 32, /* recipients in one job */
	SLICES = 4,	/* jobs of one envelope at a time */
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

/* Several recipients of one envelope, in the pool. */
struct slice {
	struct job job;
	struct seal *seal;
	struct sealings list; /* empty: it is idle */
};

/*
 * First it is sealed by one slice, then several work on it:
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
	bool is_sealed; /* as the loop knows it */
	struct sealings waiting;
	struct slice slices[SLICES];
	unsigned working; /* slices that are */
	/* Changed while one slice works at most. */
	int err; /* of the number, or of sealing: everybody's */
	struct inside inside;
	struct envelope_sealed *sealed; /* NULL: not yet */
};

struct seals {
	struct camd *camd;
	TAILQ_HEAD(, seal) kept; /* the one used last at the end */
	size_t kept_count;
	bool stopped;
};

static void work_soon(struct seal *seal);

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
	struct slice *slice = container_of(job, struct slice, job);
	struct seal *seal = slice->seal;
	struct sealing *sealing;

	if (seal->err == 0 && seal->sealed == NULL)
		seal->err = envelope_seal(&seal->inside.content,
		    seal->inside.content.recipient_count, seal->inside.key,
		    &seal->sealed);
	TAILQ_FOREACH (sealing, &slice->list, entry) {
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
	seal->is_sealed = false;
	inside_finish(&seal->inside);
}

void
seal_free(struct seal *seal)
{
	if (seal == NULL)
		return;
	forget_sealed(seal);
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
	struct slice *slice = container_of(job, struct slice, job);
	struct seal *seal = slice->seal;
	struct sealings done;
	struct sealing *sealing;

	/* Until it is sealed there is no other slice. */
	seal->is_sealed = seal->sealed != NULL;
	if (seal->is_sealed)
		inside_shrink(&seal->inside);
	TAILQ_INIT(&done);
	TAILQ_CONCAT(&done, &slice->list, entry);
	while ((sealing = TAILQ_FIRST(&done)) != NULL) {
		TAILQ_REMOVE(&done, sealing, entry);
		tell(sealing);
	}
	seal->working--;
	if (!seal->seals->stopped)
		start_work(seal);
	else if (seal->working == 0)
		give_up(seal);
}

static void
take_some(struct seal *seal, struct sealings *list)
{
	struct sealing *sealing;

	for (int taken = 0; taken < BATCH_MAX &&
			    (sealing = TAILQ_FIRST(&seal->waiting)) != NULL;) {
		TAILQ_REMOVE(&seal->waiting, sealing, entry);
		if (sealing->cancelled) {
			tell(sealing);
			continue;
		}
		TAILQ_INSERT_TAIL(list, sealing, entry);
		taken++;
	}
}

static void
put_back(struct seal *seal, struct sealings *list)
{
	TAILQ_CONCAT(list, &seal->waiting, entry);
	TAILQ_CONCAT(&seal->waiting, list, entry);
}

/* A key that has come since it was sealed is not in it yet. */
static bool
names_all(struct seal *seal, const struct sealings *list)
{
	const struct sealing *sealing;

	TAILQ_FOREACH (sealing, list, entry) {
		if (!inside_names(&seal->inside, sealing->user_key))
			return false;
	}
	return true;
}

/* What is sealed, for the first time or anew, is sealed while nobody reads it.
 */
static bool
may_start(struct seal *seal, const struct sealings *list)
{
	if (seal->working > 0)
		return seal->is_sealed && names_all(seal, list);
	if (seal->err != 0 || (seal->is_sealed && names_all(seal, list)))
		return true;
	envelope_sealed_free(seal->sealed);
	seal->sealed = NULL;
	seal->is_sealed = false;
	inside_fill(
	    &seal->inside, seal->seals->camd, seal->parcel, seal->packet_no);
	return true;
}

static bool
start_slice(struct seal *seal, struct slice *slice)
{
	take_some(seal, &slice->list);
	if (TAILQ_EMPTY(&slice->list))
		return false;
	if (!may_start(seal, &slice->list)) {
		put_back(seal, &slice->list);
		return false;
	}
	seal->working++;
	workers_submit(seal->seals->camd->pool, &slice->job);
	return true;
}

static void
start_work(struct seal *seal)
{
	for (size_t i = 0; i < SLICES; i++) {
		if (TAILQ_EMPTY(&seal->slices[i].list) &&
		    !start_slice(seal, &seal->slices[i]))
			break;
	}
	if (seal->working == 0)
		finish_work(seal);
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
	for (size_t i = 0; i < SLICES; i++) {
		seal->slices[i].seal = seal;
		seal->slices[i].job.work = work;
		seal->slices[i].job.done = on_worked;
		TAILQ_INIT(&seal->slices[i].list);
	}
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
