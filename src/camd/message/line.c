/* line.c: what waits for one user, each the best way that is allowed. */
#include "camd/message/line.h"

#include <stdlib.h>

#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/message/line_parts.h"
#include "camd/org/org.h"
#include "camd/people/roster.h"

/* -- leaving the line ----------------------------------------------------- */

void
line_forget(struct line *line, struct delivery *delivery)
{
	delivery_free(delivery);
	(*line->total)--;
}

void
line_drop(struct line *line, struct delivery *delivery)
{
	if (line->current == delivery)
		line->current = NULL;
	TAILQ_REMOVE(&line->waiting, delivery, entry);
	line_forget(line, delivery);
}

void
line_fail(struct line *line, struct delivery *delivery, const char *reason)
{
	delivery_failed(line->camd, delivery, reason);
	line_drop(line, delivery);
}

/* -- going on ------------------------------------------------------------- */

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

static bool
has_address(const struct user *user)
{
	return user->peer.addr.family != ADDR_NONE;
}

/* Sends the next one. False when nothing more can be sent now: one is on its
 * way, or something is waited for. */
static bool
send_next(struct line *line, struct user *user)
{
	struct delivery *delivery = next_delivery(line);
	struct way_wish wish = { .impatient = line_is_impatient(line),
		.unrelayed = line->unrelayed };
	struct way way;

	if (delivery == NULL)
		return false;
	wish.type = delivery->parcel->type;
	wish.clear = delivery->row.clear;
	way_find(line->camd, user, &wish, true, &way);
	line->holds = way.kind == WAY_WAIT || way.kind == WAY_BLOCKED;
	switch (way.kind) {
	case WAY_LINK:
		return line_send_by_link(line, delivery, user);
	case WAY_RELAY:
		return line_send_by_relay(line, delivery);
	case WAY_WAIT:
		line_wait_for_link(line, user);
		return false;
	case WAY_LAN:
		if (has_address(user))
			line_send_by_lan(line, delivery, user, &way);
		return false;
	case WAY_KEY:
		if (has_address(user))
			line_ask_for_key(line, user);
		return false;
	case WAY_BLOCKED:
		return false;
	case WAY_REFUSED:
		break;
	}
	line_fail(line, delivery, way.reason);
	return true;
}

static bool
is_idle(const struct line *line)
{
	return line->current == NULL && !line->needs_key && !line->saving;
}

/* Nothing is under way, and nothing else will wake it. */
static bool
should_sleep(const struct line *line, const struct user *user)
{
	return is_idle(line) && !TAILQ_EMPTY(&line->waiting) && !line->holds &&
	       line->shipment == NULL && has_address(user) &&
	       !timer_is_running(&line->wake);
}

/* Without an address and a link it waits until the user is heard. */
void
line_advance(struct line *line)
{
	struct user *user = roster_by_uid(line->camd->roster, line->uid);

	if (!is_idle(line) || user == NULL || line->stopped ||
	    TAILQ_EMPTY(&line->waiting) ||
	    (!has_address(user) && links_of(line->camd->links, user) == NULL &&
		org_way(line->camd->org, user) == ORG_NO_WAY))
		return;
	timer_stop(&line->wake);
	line->holds = false;
	while (send_next(line, user))
		;
	if (should_sleep(line, user))
		line_sleep(line);
}

void
line_retry_all(struct line *line)
{
	struct delivery *delivery;

	TAILQ_FOREACH (delivery, &line->waiting, entry)
		delivery->tried = false;
	line_advance(line);
}

void
line_sleep_is_over(struct line *line)
{
	struct user *user = roster_by_uid(line->camd->roster, line->uid);

	if (user != NULL)
		user->peer.mute = false;
	line_retry_all(line);
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
	line->unrelayed = false;
	line->dialled_ms = 0;
	line_retry_all(line);
}

/* -- joining -------------------------------------------------------------- */

struct line *
line_new(struct camd *camd, struct freight *freight, int64_t uid, size_t *total)
{
	struct line *line = xcalloc(1, sizeof *line);

	line->camd = camd;
	line->freight = freight;
	line->uid = uid;
	line->total = total;
	TAILQ_INIT(&line->waiting);
	timer_init(&line->wake, camd->loop, on_wake, line);
	return line;
}

void
line_stop(struct line *line)
{
	line->stopped = true;
	shipment_free(line->shipment, &line->waiting);
	line->shipment = NULL;
	timer_stop(&line->wake);
}

void
line_free(struct line *line)
{
	line_stop(line);
	sending_cancel(line->sending);
	while (!TAILQ_EMPTY(&line->waiting))
		line_drop(line, TAILQ_FIRST(&line->waiting));
	timer_finish(&line->wake);
	free(line);
}

struct delivery *
line_append(
    struct line *line, struct parcel *parcel, const struct store_delivery *row)
{
	struct delivery *delivery = delivery_new(parcel, row);

	TAILQ_INSERT_TAIL(&line->waiting, delivery, entry);
	(*line->total)++;
	return delivery;
}

void
line_join(
    struct line *line, struct parcel *parcel, const struct store_delivery *row)
{
	line_append(line, parcel, row);
	line_advance(line);
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

	line_unload(from);
	sending_cancel(from->sending);
	from->sending = NULL;
	from->current = NULL;
	from->needs_key = false;
	timer_stop(&from->wake);
	while ((delivery = TAILQ_FIRST(&from->waiting)) != NULL) {
		TAILQ_REMOVE(&from->waiting, delivery, entry);
		TAILQ_INSERT_TAIL(&into->waiting, delivery, entry);
	}
	/* Once all the rest of him has moved. */
	timer_start(&into->wake, 0);
}
