/* shipment.c: sealed a little ahead, sent in order, kept until it is received.
 */
#include "camd/message/shipment.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "camd/camd.h"
#include "camd/link/link.h"
#include "camd/message/seal.h"
#include "camd/org/org.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "crypto/envelope.h"
#include "loop/timer.h"

enum { WOKEN_AT_ONCE = 4 };
/* The other end commits within milliseconds, or has a reason not to. */
enum { STALL_MS = 2 * 60 * 1000 };

/*
 * One delivery:
 *
 *	sealing -> sealed -> left -> (receipt) gone
 *	wanting -> sealing -> sealed -> handed -> left: by way of the server
 */
struct crate {
	TAILQ_ENTRY(crate) entry;
	struct shipment *shipment;
	struct delivery *delivery;
	enum crate_state { WANTING, SEALING, SEALED, HANDED, LEFT } state;
	size_t size;		  /* counted: a guess until it is sealed */
	struct prekey_wish *wish; /* while wanting */
	struct sealing *sealing;
	struct buf bytes;	     /* while sealed */
	uint8_t digest[SHA256_SIZE]; /* of what the server was given */
};

struct shipment {
	struct camd *camd;
	struct freight *freight;
	struct link *link; /* NULL: relayed, to the user with uid */
	int64_t uid;
	const struct shipment_ops *ops;
	void *arg;
	TAILQ_HEAD(, crate) crates;
	struct crate *next; /* the first that has not left */
	size_t count, bytes;
	bool wants_room; /* the line has more */
	bool waits;	 /* in freight's list */
	TAILQ_ENTRY(shipment) entry;
	struct timer soon;  /* on_room */
	struct timer stall; /* runs while something is to be confirmed */
};

/* -- room ----------------------------------------------------------------- */

void
freight_init(struct freight *freight, struct seals *seals)
{
	*freight = (struct freight){ .seals = seals };
	TAILQ_INIT(&freight->waiting);
}

static void
stop_waiting(struct shipment *shipment)
{
	if (shipment->waits)
		TAILQ_REMOVE(&shipment->freight->waiting, shipment, entry);
	shipment->waits = false;
}

static void
ask_soon(struct shipment *shipment)
{
	if (!timer_is_running(&shipment->soon))
		timer_start(&shipment->soon, 0);
}

static void
on_soon(void *arg)
{
	struct shipment *shipment = arg;

	shipment->wants_room = false;
	shipment->ops->on_room(shipment->arg);
}

/* Those that wait are asked in turns: who still finds no room is last again. */
static void
wake_some(struct freight *freight)
{
	struct shipment *first;

	for (int i = 0; i < WOKEN_AT_ONCE &&
			(first = TAILQ_FIRST(&freight->waiting)) != NULL;
	     i++) {
		stop_waiting(first);
		ask_soon(first);
	}
}

static void
count_bytes(struct shipment *shipment, size_t before, size_t now)
{
	shipment->bytes += now - before;
	shipment->freight->bytes += now - before;
	if (now < before)
		wake_some(shipment->freight);
}

bool
shipment_has_room(struct shipment *shipment, const struct parcel *parcel)
{
	struct freight *freight = shipment->freight;
	size_t size = seal_size(parcel);

	if (shipment->count >= SHIPMENT_COUNT ||
	    (shipment->count > 0 && shipment->bytes + size > SHIPMENT_BYTES)) {
		shipment->wants_room = true;
		return false;
	}
	if (freight->bytes > 0 && freight->bytes + size > FREIGHT_BYTES) {
		if (!shipment->waits)
			TAILQ_INSERT_TAIL(&freight->waiting, shipment, entry);
		shipment->waits = true;
		return false;
	}
	return true;
}

/* -- sending -------------------------------------------------------------- */

static struct delivery *
crate_remove(struct crate *crate)
{
	struct shipment *shipment = crate->shipment;
	struct delivery *delivery = crate->delivery;

	if (shipment->next == crate)
		shipment->next = TAILQ_NEXT(crate, entry);
	TAILQ_REMOVE(&shipment->crates, crate, entry);
	shipment->count--;
	count_bytes(shipment, crate->size, 0);
	if (crate->state == WANTING)
		prekey_wish_cancel(crate->wish);
	if (crate->state == SEALING)
		sealing_cancel(crate->sealing);
	buf_finish(&crate->bytes);
	free(crate);
	return delivery;
}

static int
send_crate(struct shipment *shipment, const struct crate *crate)
{
	const struct camd *camd = shipment->camd;
	const struct user *user = NULL;
	uint8_t id[ENVELOPE_ID_SIZE];

	if (shipment->link != NULL)
		return link_send_envelope(
		    shipment->link, buf_span(&crate->bytes));
	user = roster_by_uid(camd->roster, shipment->uid);
	if (user == NULL || hex_decode(span_text(crate->delivery->parcel->id),
				id, sizeof id) < 0)
		return CAM_ERR_CLOSED;
	return org_relay_envelope(camd->org, user, id, buf_span(&crate->bytes));
}

/* In order: what is not sealed yet holds up the others. */
static void
send_ready(struct shipment *shipment)
{
	struct crate *crate;

	while ((crate = shipment->next) != NULL && crate->state == SEALED) {
		/* It drains, or it ends. */
		if (send_crate(shipment, crate) < 0)
			return;
		crate->state = shipment->link != NULL ? LEFT : HANDED;
		if (crate->state == HANDED)
			digest_sha256(buf_span(&crate->bytes), crate->digest);
		buf_finish(&crate->bytes);
		shipment->next = TAILQ_NEXT(crate, entry);
		if (crate->state == HANDED)
			continue;
		timer_start(&shipment->stall, STALL_MS);
		shipment->ops->on_left(shipment->arg, crate->delivery);
	}
}

static void
on_sealed(void *arg, int err, struct buf *bytes)
{
	struct crate *crate = arg;
	struct shipment *shipment = crate->shipment;

	crate->sealing = NULL;
	crate->state = SEALED;
	if (err < 0) {
		shipment->ops->on_failed(
		    shipment->arg, crate_remove(crate), err);
		ask_soon(shipment);
	} else {
		crate->bytes = *bytes;
		buf_init(bytes, 0);
		count_bytes(shipment, crate->size, crate->bytes.len);
		crate->size = crate->bytes.len;
	}
	send_ready(shipment);
}

/* False: nothing is known any more of whom it is for. */
static bool
find_seal_to(const struct shipment *shipment, struct seal_to *to)
{
	const struct trust *trust = shipment->camd->trust;
	const struct device *device = NULL;
	const struct user *user = NULL;

	if (shipment->link != NULL) {
		to->user_key = link_devices(shipment->link)->user_key;
		to->prekey = link_prekey(shipment->link);
		device_id(link_device(shipment->link), to->device);
		return true;
	}
	user = roster_by_uid(shipment->camd->roster, shipment->uid);
	if (user != NULL)
		device = trust_prekey_device(trust, user);
	if (device == NULL)
		return false;
	to->user_key = trust_user_key(trust, user);
	to->prekey = trust_prekey(trust, user);
	device_id(device, to->device);
	return true;
}

/* onetime: for this envelope alone; NULL: the prekey that others seal to, too.
 */
static void
start_sealing(struct crate *crate, const struct prekey *onetime)
{
	struct shipment *shipment = crate->shipment;
	struct delivery *delivery = crate->delivery;
	struct seal_to to = { .user_key = NULL };

	crate->wish = NULL;
	crate->state = SEALED;
	if (!find_seal_to(shipment, &to)) {
		shipment->ops->on_failed(
		    shipment->arg, crate_remove(crate), CAM_ERR_KEY);
		ask_soon(shipment);
		return;
	}
	if (onetime != NULL)
		to.prekey = onetime;
	crate->state = SEALING;
	crate->sealing = seals_ask(shipment->freight->seals, delivery->parcel,
	    delivery->left_by_lan ? delivery->row.packet_no : 0, &to, on_sealed,
	    crate);
}

static void
on_prekey(void *arg, const struct prekey *prekey)
{
	start_sealing(arg, prekey);
}

/* What waits at a server should open once only. */
static void
seal(struct crate *crate)
{
	struct shipment *shipment = crate->shipment;
	struct org *org = shipment->camd->org;
	const struct user *user = NULL;
	struct prekey prekey;
	int r = CAM_ERR_UNKNOWN;

	if (shipment->link == NULL && !crate->delivery->no_onetime)
		user = roster_by_uid(shipment->camd->roster, shipment->uid);
	if (user != NULL)
		r = org_take_prekey(org, user, &prekey);
	if (r == CAM_ERR_MORE)
		crate->wish = org_want_prekey(org, user, on_prekey, crate);
	else
		start_sealing(crate, r == 0 ? &prekey : NULL);
}

void
shipment_add(struct shipment *shipment, struct delivery *delivery)
{
	struct crate *crate = xcalloc(1, sizeof *crate);

	crate->shipment = shipment;
	crate->delivery = delivery;
	crate->state = WANTING;
	buf_init(&crate->bytes, 0);
	crate->size = seal_size(delivery->parcel);
	count_bytes(shipment, 0, crate->size);
	shipment->count++;
	TAILQ_INSERT_TAIL(&shipment->crates, crate, entry);
	if (shipment->next == NULL)
		shipment->next = crate;
	seal(crate);
}

/* Receipts come in the order of sending, or nearly: the first is looked at
 * first. */
struct delivery *
shipment_take(struct shipment *shipment, const char id[ID_SIZE])
{
	struct delivery *delivery;
	struct crate *crate;

	TAILQ_FOREACH (crate, &shipment->crates, entry) {
		if (crate->state < HANDED)
			return NULL;
		if (memcmp(crate->delivery->parcel->id, id, ID_SIZE) == 0)
			break;
	}
	if (crate == NULL)
		return NULL;
	delivery = crate_remove(crate);
	if (shipment->wants_room)
		ask_soon(shipment);
	if (TAILQ_EMPTY(&shipment->crates) || shipment->link == NULL)
		timer_stop(&shipment->stall);
	else
		timer_start(&shipment->stall, STALL_MS);
	return delivery;
}

bool
shipment_is_copy(const struct shipment *shipment, const char id[ID_SIZE],
    const uint8_t digest[SHA256_SIZE])
{
	const struct crate *crate = NULL;

	TAILQ_FOREACH (crate, &shipment->crates, entry)
		if (memcmp(crate->delivery->parcel->id, id, ID_SIZE) == 0)
			break;
	return crate != NULL && crate->state >= HANDED &&
	       shipment->link == NULL &&
	       memcmp(crate->digest, digest, SHA256_SIZE) == 0;
}

/* It waits there for as long as it takes, and takes no room here. */
struct delivery *
shipment_relayed(
    struct shipment *shipment, const char id[ID_SIZE], bool refused)
{
	struct crate *crate = NULL;

	TAILQ_FOREACH (crate, &shipment->crates, entry)
		if (crate->state == HANDED &&
		    memcmp(crate->delivery->parcel->id, id, ID_SIZE) == 0)
			break;
	if (crate == NULL || shipment->link != NULL)
		return NULL;
	if (refused)
		return crate_remove(crate);
	crate->state = LEFT;
	count_bytes(shipment, crate->size, 0);
	crate->size = 0;
	shipment->ops->on_left(shipment->arg, crate->delivery);
	if (shipment->wants_room)
		ask_soon(shipment);
	return NULL;
}

void
shipment_is_stalled(struct shipment *shipment)
{
	const struct crate *first = TAILQ_FIRST(&shipment->crates);

	if (first == NULL || first->state != LEFT || shipment->link == NULL)
		return;
	/* A slow network is none of his faults. */
	if (link_queued(shipment->link) > 0)
		timer_start(&shipment->stall, STALL_MS);
	else
		link_close(shipment->link, "it confirms nothing");
}

static void
on_stall(void *arg)
{
	shipment_is_stalled(arg);
}

void
shipment_drained(struct shipment *shipment)
{
	send_ready(shipment);
}

bool
shipment_is_empty(const struct shipment *shipment)
{
	return shipment->count == 0;
}

struct link *
shipment_link(const struct shipment *shipment)
{
	return shipment->link;
}

void
shipment_each(const struct shipment *shipment,
    void (*each)(struct delivery *delivery, void *arg), void *arg)
{
	struct crate *crate;

	TAILQ_FOREACH (crate, &shipment->crates, entry)
		each(crate->delivery, arg);
}

/* -- making and ending ---------------------------------------------------- */

struct shipment *
shipment_new(struct camd *camd, struct freight *freight, struct link *link,
    const struct shipment_ops *ops, void *arg)
{
	struct shipment *shipment = xcalloc(1, sizeof *shipment);

	shipment->camd = camd;
	shipment->freight = freight;
	shipment->link = link;
	shipment->ops = ops;
	shipment->arg = arg;
	TAILQ_INIT(&shipment->crates);
	timer_init(&shipment->soon, camd->loop, on_soon, shipment);
	timer_init(&shipment->stall, camd->loop, on_stall, shipment);
	return shipment;
}

struct shipment *
shipment_new_relayed(struct camd *camd, struct freight *freight, int64_t uid,
    const struct shipment_ops *ops, void *arg)
{
	struct shipment *shipment = shipment_new(camd, freight, NULL, ops, arg);

	shipment->uid = uid;
	return shipment;
}

void
shipment_free(struct shipment *shipment, struct deliveries *list)
{
	struct deliveries back;
	struct crate *crate;

	if (shipment == NULL)
		return;
	TAILQ_INIT(&back);
	while ((crate = TAILQ_FIRST(&shipment->crates)) != NULL) {
		struct delivery *delivery = crate_remove(crate);

		TAILQ_INSERT_TAIL(&back, delivery, entry);
	}
	TAILQ_CONCAT(&back, list, entry);
	TAILQ_CONCAT(list, &back, entry);
	stop_waiting(shipment);
	timer_finish(&shipment->soon);
	timer_finish(&shipment->stall);
	free(shipment);
}
