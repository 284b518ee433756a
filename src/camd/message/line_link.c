/* line_link.c: a line's deliveries over its user's link. */
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/message/line_parts.h"
#include "camd/people/user.h"
#include "store/change.h"

/* Who has only been said to speak cam/1 gets a message by IPMSG when the link
 * takes longer. */
enum { LINK_PATIENCE_MS = 5000 };

static void
on_left(void *arg, struct delivery *delivery)
{
	struct line *line = arg;

	delivery->row.state = STORE_SENT;
	delivery_tell(line->camd, delivery);
}

static void
on_unsealed(void *arg, struct delivery *delivery, int err)
{
	struct line *line = arg;

	log_warn("a message could not be sealed: %s", cam_strerror(err));
	delivery_failed(
	    line->camd, delivery, err == CAM_ERR_LIMIT ? "length" : "failed");
	line_forget(line, delivery);
}

static void
on_room(void *arg)
{
	line_advance(arg);
}

static const struct shipment_ops shipment_ops = {
	.on_left = on_left,
	.on_failed = on_unsealed,
	.on_room = on_room,
};

/* False: there is no room now. */
static bool
ship(struct line *line, struct delivery *delivery)
{
	if (!shipment_has_room(line->shipment, delivery->parcel))
		return false;
	TAILQ_REMOVE(&line->waiting, delivery, entry);
	delivery->row.encryption = STORE_CAM1;
	/* It may arrive without our ever hearing of it. By another link it is
	 * recognised, by IPMSG it would be there twice. */
	if (delivery->row.clear) {
		delivery->row.clear = false;
		delivery_save(line->camd, delivery);
	}
	shipment_add(line->shipment, delivery);
	return true;
}

bool
line_send_by_link(
    struct line *line, struct delivery *delivery, const struct user *user)
{
	if (line->shipment == NULL)
		line->shipment = shipment_new(line->camd, line->freight,
		    links_of(line->camd->links, user), &shipment_ops, line);
	return ship(line, delivery);
}

bool
line_send_by_relay(struct line *line, struct delivery *delivery)
{
	if (line->shipment == NULL)
		line->shipment = shipment_new_relayed(
		    line->camd, line->freight, line->uid, &shipment_ops, line);
	return ship(line, delivery);
}

bool
line_is_impatient(const struct line *line)
{
	return line->dialled_ms != 0 &&
	       clock_now_ms() - line->dialled_ms >= LINK_PATIENCE_MS;
}

/* Until the link is there, or cannot be; for somebody who may not speak cam/1
 * at all not for long. */
void
line_wait_for_link(struct line *line, const struct user *user)
{
	uint64_t now_ms = clock_now_ms();

	if (line->dialled_ms == 0)
		line->dialled_ms = now_ms;
	if (user->peer.strength >= PEER_CAM1) {
		if (links_state(line->camd->links, user) == LINKS_NONE)
			line_sleep(line);
	} else if (!line_is_impatient(line)) {
		timer_start(&line->wake,
		    LINK_PATIENCE_MS - (now_ms - line->dialled_ms));
	}
}

/* -- the link comes and goes ---------------------------------------------- */

static void
unload_one(struct delivery *delivery, void *arg)
{
	struct line *line = arg;
	bool left = delivery->row.state == STORE_SENT;

	delivery->row.state = STORE_QUEUED;
	delivery->tried = false;
	if (!left)
		return;
	delivery->row.attempts++;
	delivery_tell(line->camd, delivery);
}

/* Back to the beginning of the line, in order. */
void
line_unload(struct line *line)
{
	struct delivery *delivery, *next;

	if (line->shipment == NULL)
		return;
	shipment_each(line->shipment, unload_one, line);
	shipment_free(line->shipment, &line->waiting);
	line->shipment = NULL;
	for (delivery = TAILQ_FIRST(&line->waiting); delivery != NULL;
	     delivery = next) {
		next = TAILQ_NEXT(delivery, entry);
		if (delivery->parcel->withdrawn && delivery != line->current)
			line_fail(line, delivery, STORE_ERROR_DELETED);
	}
}

void
line_link_open(struct line *line)
{
	line_unload(line);
	line->silences = 0;
	line_wake(line);
}

void
line_link_closed(struct line *line, struct link *link)
{
	if (line->shipment == NULL || shipment_link(line->shipment) != link)
		return;
	line_unload(line);
	line_advance(line);
}

void
line_unreached(struct line *line)
{
	line_advance(line);
}

void
line_drained(struct line *line, struct link *link)
{
	if (line->shipment != NULL && shipment_link(line->shipment) == link)
		shipment_drained(line->shipment);
}

/* -- by way of the server -------------------------------------------------- */

static bool
is_relayed(const struct line *line)
{
	return line->shipment != NULL && shipment_link(line->shipment) == NULL;
}

void
line_relay_open(struct line *line)
{
	line_wake(line);
}

void
line_relay_closed(struct line *line)
{
	if (!is_relayed(line))
		return;
	line_unload(line);
	line_advance(line);
}

void
line_relay_drained(struct line *line)
{
	if (is_relayed(line))
		shipment_drained(line->shipment);
}

static void
put_back(struct line *line, struct delivery *delivery)
{
	delivery->row.state = STORE_QUEUED;
	TAILQ_INSERT_HEAD(&line->waiting, delivery, entry);
	line->unrelayed = true;
	line_unload(line);
	line_sleep(line);
}

/* What it has no room for waits here, and is tried again later. */
void
line_relayed(struct line *line, const char id[ID_SIZE], const char *reason)
{
	struct delivery *delivery = NULL;

	if (!is_relayed(line))
		return;
	delivery = shipment_relayed(line->shipment, id, reason != NULL);
	if (delivery != NULL)
		put_back(line, delivery);
}

/* -- what the other end says ---------------------------------------------- */

static struct delivery *
take_shipped(struct line *line, const char id[ID_SIZE])
{
	return line->shipment != NULL ? shipment_take(line->shipment, id)
				      : NULL;
}

void
line_receipted(struct line *line, const char id[ID_SIZE])
{
	struct delivery *delivery = take_shipped(line, id);

	if (delivery == NULL)
		return;
	delivery_arrived(line->camd, delivery, STORE_SIGNED_RECEIPT);
	line_forget(line, delivery);
}

/* The receiver's folder is an older one, or somebody has handed a prekey out
 * twice: nothing is lost but that it opened once only. */
static void
seal_again(struct line *line, struct delivery *delivery)
{
	delivery->no_onetime = true;
	delivery->row.state = STORE_QUEUED;
	delivery->row.attempts++;
	delivery_tell(line->camd, delivery);
	TAILQ_INSERT_HEAD(&line->waiting, delivery, entry);
	line_advance(line);
}

static void
take_refusal(struct line *line, struct delivery *delivery, const char *reason)
{
	bool is_gone = strcmp(reason, "prekey") == 0;

	if (is_gone && !delivery->no_onetime) {
		seal_again(line, delivery);
		return;
	}
	delivery_failed(line->camd, delivery, is_gone ? "invalid" : reason);
	line_forget(line, delivery);
}

/* What he could not open may be something else than what left here: his word on
 * that, well signed, says nothing of ours. */
static bool
is_of_ours(const struct delivery *delivery, const char *reason)
{
	if (strcmp(reason, "prekey") == 0)
		return !delivery->no_onetime;
	return strcmp(reason, "invalid") != 0 && strcmp(reason, "version") != 0;
}

void
line_refused_by_relay(struct line *line, const char id[ID_SIZE],
    const char *reason, const uint8_t *digest)
{
	struct delivery *delivery = NULL;
	bool is_same = false;

	if (!is_relayed(line))
		return;
	is_same =
	    digest != NULL && shipment_is_copy(line->shipment, id, digest);
	if ((delivery = take_shipped(line, id)) == NULL)
		return;
	if (is_same || is_of_ours(delivery, reason))
		take_refusal(line, delivery, reason);
	else
		put_back(line, delivery);
}

void
line_refused(struct line *line, const char id[ID_SIZE], const char *reason,
    const uint8_t *digest)
{
	struct delivery *delivery = NULL;

	if (is_relayed(line))
		line_refused_by_relay(line, id, reason, digest);
	/* Else a digest is that of a copy which the server gave him before. */
	else if (digest == NULL && (delivery = take_shipped(line, id)) != NULL)
		take_refusal(line, delivery, reason);
}

bool
line_opened_id(struct line *line, const char id[ID_SIZE])
{
	struct delivery *delivery = take_shipped(line, id);

	if (delivery == NULL)
		return false;
	if (delivery->parcel->sealed)
		delivery->row.opened_ms = clock_wall_ms();
	delivery_arrived(line->camd, delivery, STORE_SIGNED_RECEIPT);
	line_forget(line, delivery);
	return true;
}

/* -- deleted -------------------------------------------------------------- */

struct withdrawal {
	int64_t row;
	const char *id;
};

static void
withdraw_one(struct delivery *delivery, void *arg)
{
	const struct withdrawal *what = arg;
	struct parcel *parcel = delivery->parcel;

	if (parcel->row == what->row ||
	    (parcel->type == STORE_EDIT &&
		strcmp(parcel->target, what->id) == 0))
		parcel->withdrawn = true;
}

void
line_withdraw(struct line *line, int64_t row, const char id[ID_SIZE])
{
	struct withdrawal what = { row, id };
	struct delivery *delivery, *next;

	if (line->shipment != NULL)
		shipment_each(line->shipment, withdraw_one, &what);
	for (delivery = TAILQ_FIRST(&line->waiting); delivery != NULL;
	     delivery = next) {
		next = TAILQ_NEXT(delivery, entry);
		withdraw_one(delivery, &what);
		if (delivery->parcel->withdrawn && delivery != line->current)
			line_fail(line, delivery, STORE_ERROR_DELETED);
	}
}

struct search {
	int64_t row;
	bool found;
};

static void
compare_row(struct delivery *delivery, void *arg)
{
	struct search *search = arg;

	search->found |= delivery->parcel->row == search->row;
}

bool
line_has_sent(const struct line *line, int64_t row)
{
	struct search search = { row, false };

	if (line->shipment != NULL)
		shipment_each(line->shipment, compare_row, &search);
	return search.found ||
	       (line->current != NULL && line->current->parcel->row == row);
}
