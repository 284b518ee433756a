/* relay.c: messages by way of the server, to those whom no link reaches. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/message/inbox.h"
#include "camd/message/notices.h"
#include "camd/message/outbox.h"
#include "camd/message/receipts.h"
#include "camd/offer/holdings.h"
#include "camd/offer/offers.h"
#include "camd/offer/ready.h"
#include "camd/org/org_parts.h"
#include "camd/org/ruling.h"
#include "camd/people/user.h"
#include "camd/trust/trust.h"
#include "link/relayed.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { EARLY_MAX = 1024, IDS_MAX = 2048, TAKEN_AT_ONCE = 1024 };

/* What the server has not said to have stored: an envelope, or a notice of
 * which somebody wants to know. */
struct relay_sent {
	struct table_link link; /* by id */
	uint8_t id[RELAYED_ID_SIZE];
	int64_t uid;			     /* of an envelope's receiver */
	void (*on_done)(void *arg, int err); /* of a notice */
	void *arg;
};

static const struct colleague *
colleague_of(const struct org *org, const struct user *user)
{
	const uint8_t *key = trust_user_key(org->camd->trust, user);
	const struct colleague *colleague =
	    key != NULL ? replica_by_key(org->replica, key) : NULL;

	return colleague != NULL && colleague->number != 0 ? colleague : NULL;
}

bool
org_misses(const struct org *org, const struct user *user)
{
	const struct colleague *colleague = NULL;

	if (org == NULL || !org->is_open || org->link == NULL)
		return false;
	colleague = colleague_of(org, user);
	return colleague != NULL && colleague->state == USER_OFFLINE;
}

enum org_way
org_way(const struct org *org, const struct user *user)
{
	const struct colleague *colleague = NULL;

	if (org == NULL || !org->is_open || org->link == NULL ||
	    ruling_of(org, POLICY_RELAY) == POLICY_OFF)
		return ORG_NO_WAY;
	colleague = colleague_of(org, user);
	if (colleague == NULL ||
	    trust_prekey_device(org->camd->trust, user) == NULL)
		return ORG_NO_WAY;
	return colleague->state == USER_OFFLINE ? ORG_RELAY_ONLY : ORG_RELAY;
}

/* -- to the server -----------------------------------------------------------
 */

static bool
has_id(const struct table_link *link, const void *key)
{
	return memcmp(container_of(link, struct relay_sent, link)->id, key,
		   RELAYED_ID_SIZE) == 0;
}

static struct relay_sent *
find_sent(const struct org *org, const uint8_t id[RELAYED_ID_SIZE])
{
	struct table_link *link = table_find(&org->sent,
	    table_hash(&org->sent, id, RELAYED_ID_SIZE), has_id, id);

	return link != NULL ? container_of(link, struct relay_sent, link)
			    : NULL;
}

static int
send_item(struct org *org, const struct user *user, enum relayed_kind kind,
    const uint8_t id[RELAYED_ID_SIZE], struct span payload)
{
	struct relayed relayed = { .kind = kind, .payload = payload };
	const uint8_t *key = trust_user_key(org->camd->trust, user);
	struct buf item;
	int r = 0;

	if (org->link == NULL || !org->is_open || key == NULL)
		return CAM_ERR_CLOSED;
	memcpy(relayed.user_key, key, SIGN_KEY_SIZE);
	memcpy(relayed.id, id, RELAYED_ID_SIZE);
	buf_init(&item, RELAYED_MAX);
	relayed_write(&relayed, &item);
	r = buf_failed(&item) ? CAM_ERR_LIMIT
			      : orglink_send(org->link, buf_span(&item));
	buf_finish(&item);
	return r;
}

static struct relay_sent *
add_sent(struct org *org, const uint8_t id[RELAYED_ID_SIZE])
{
	struct relay_sent *sent = xcalloc(1, sizeof *sent);

	memcpy(sent->id, id, sizeof sent->id);
	table_add(&org->sent, &sent->link,
	    table_hash(&org->sent, id, RELAYED_ID_SIZE));
	return sent;
}

/* Its outcome is known, or never will be (err): told, freed. */
static void
settle(struct org *org, struct relay_sent *sent, int err, const char *reason)
{
	table_remove(&org->sent, &sent->link);
	if (sent->on_done != NULL)
		sent->on_done(sent->arg, err);
	else if (err == 0 || reason != NULL)
		outbox_relayed(org->camd->outbox, sent->uid, sent->id, reason);
	if (err == 0)
		holdings_look_soon(org->camd->holdings);
	free(sent);
}

int
org_relay_envelope(struct org *org, const struct user *user,
    const uint8_t id[RELAYED_ID_SIZE], struct span envelope)
{
	int r = send_item(org, user, RELAYED_ENVELOPE, id, envelope);

	if (r == 0 && find_sent(org, id) == NULL)
		add_sent(org, id)->uid = user->uid;
	return r;
}

void
org_relay_notice(struct org *org, const struct user *user, const char *method,
    json_t *params, void (*on_done)(void *arg, int err), void *arg)
{
	uint8_t id[RELAYED_ID_SIZE];
	json_t *notice =
	    json_pack("{s:s, s:o}", "method", method, "params", params);
	size_t len = 0;
	char *text = json_line(notice, &len);
	struct relay_sent *sent = NULL;
	int r = CAM_ERR_CLOSED;

	random_bytes(id, sizeof id);
	if (org != NULL && text != NULL)
		r = send_item(
		    org, user, RELAYED_NOTICE, id, span_of(text, len));
	if (on_done != NULL && r < 0) {
		on_done(arg, r);
	} else if (on_done != NULL) {
		sent = add_sent(org, id);
		sent->on_done = on_done;
		sent->arg = arg;
	}
	free(text);
	json_decref(notice);
}

/* Each id of a list; false: it is none. */
static bool
each_id(struct org *org, const json_t *params, const char *reason)
{
	const json_t *ids = json_object_get(params, "ids"), *item = NULL;
	size_t i = 0;

	if (!json_is_array(ids) || json_array_size(ids) > IDS_MAX)
		return false;
	json_array_foreach(ids, i, item)
	{
		uint8_t id[RELAYED_ID_SIZE];
		struct relay_sent *sent = NULL;

		if (json_string_length(item) != 2 * sizeof id ||
		    hex_decode(
			span_text(json_string_value(item)), id, sizeof id) < 0)
			return false;
		/* Of most notices nobody wants to know. */
		if ((sent = find_sent(org, id)) != NULL)
			settle(org, sent, reason != NULL ? CAM_ERR_REFUSED : 0,
			    reason);
	}
	return true;
}

static int
relay_stored(struct org *org, const json_t *params)
{
	return each_id(org, params, NULL) ? 0 : CAM_ERR_REQUEST;
}

static int
relay_refused(struct org *org, const json_t *params)
{
	const char *reason =
	    json_string_value(json_object_get(params, "reason"));

	return reason != NULL && each_id(org, params, reason) ? 0
							      : CAM_ERR_REQUEST;
}

int
org_relay_hear(struct org *org, const char *method, const json_t *params)
{
	if (strcmp(method, RELAY_STORED) == 0)
		return relay_stored(org, params);
	if (strcmp(method, RELAY_REFUSED) == 0)
		return relay_refused(org, params);
	if (strcmp(method, PREKEY_LOW) == 0 && org->is_open)
		org_supply_low(org);
	return org_hear_held(org, method, params);
}

/* -- from the server ---------------------------------------------------------
 */

static void
on_taken_soon(void *arg)
{
	struct org *org = arg;
	json_t *numbers = org->taken;

	org->taken = NULL;
	if (org->link != NULL && org->is_open && numbers != NULL)
		(void)orglink_notify(org->link, RELAY_TAKEN,
		    json_pack("{s:o}", "numbers", numbers));
	else
		json_decref(numbers);
}

void
org_relay_taken(struct org *org, uint64_t number, size_t room)
{
	if (org == NULL || org->link == NULL || org->stopped)
		return;
	orglink_credit(org->link, room);
	if (org->taken == NULL)
		org->taken = json_array();
	json_array_append_new(org->taken, json_integer((json_int_t)number));
	if (json_array_size(org->taken) >= TAKEN_AT_ONCE)
		on_taken_soon(org);
	else if (!timer_is_running(&org->taken_soon))
		timer_start(&org->taken_soon, 0);
}

static void
hear_notice(struct org *org, struct user *user, const struct relayed *relayed)
{
	json_t *notice = NULL, *params = NULL;
	const char *method = NULL;
	int r = 0;

	if (json_parse_line(relayed->payload, &notice) < 0)
		return;
	method = json_string_value(json_object_get(notice, "method"));
	params = json_object_get(notice, "params");
	if (method == NULL || !json_is_object(params))
		r = CAM_ERR_REQUEST;
	else if ((r = receipts_hear_relayed(org->camd, user, method, params)) ==
		 CAM_ERR_UNSUPPORTED)
		r = offers_hear_relayed(org->camd, user, method, params);
	if (r < 0)
		log_debug("what %s says through the server is refused",
		    user->peer.user);
	json_decref(notice);
}

/* False: his card is not here yet. */
static bool
take_item(struct org *org, const struct relayed *relayed, size_t room)
{
	struct user *user =
	    trust_by_user_key(org->camd->trust, relayed->user_key);
	const struct colleague *colleague =
	    replica_by_key(org->replica, relayed->user_key);

	if (user == NULL)
		return colleague == NULL || colleague->card != 0;
	if (relayed->kind == RELAYED_ENVELOPE) {
		inbox_relayed(org->camd->inbox, user, relayed->number, room,
		    relayed->payload);
		return true;
	}
	hear_notice(org, user, relayed);
	org_relay_taken(org, relayed->number, room);
	return true;
}

static void
put_off(struct org *org, struct span bytes)
{
	struct relay_item *item = xcalloc(1, sizeof *item);

	item->bytes = xmemdup(bytes.data, bytes.len);
	item->len = bytes.len;
	TAILQ_INSERT_TAIL(&org->early, item, entry);
}

static bool
handle(struct org *org, struct span bytes)
{
	struct relayed relayed;
	int r = relayed_parse(bytes, &relayed);
	bool known = false;

	/* Nothing that a server of ours would send: it is not told of it, so
	 * that it stays there for a later cam. */
	if (r < 0) {
		log_warn("the server passes on what is nothing: %s",
		    cam_strerror(r));
		orglink_credit(org->link, bytes.len);
		return true;
	}
	known = trust_by_user_key(org->camd->trust, relayed.user_key) != NULL;
	if (!take_item(org, &relayed, bytes.len))
		return false;
	/* Nobody whom we could know. */
	if (!known)
		org_relay_taken(org, relayed.number, bytes.len);
	return true;
}

void
org_relay_item(struct org *org, struct span bytes)
{
	if (!TAILQ_EMPTY(&org->early) || !handle(org, bytes))
		put_off(org, bytes);
}

void
org_relay_again(struct org *org)
{
	struct relay_item *item = NULL;

	while (org->link != NULL && (item = TAILQ_FIRST(&org->early)) != NULL &&
	       handle(org, span_of(item->bytes, item->len))) {
		TAILQ_REMOVE(&org->early, item, entry);
		free(item->bytes);
		free(item);
	}
}

/* -- coming and going --------------------------------------------------------
 */

static void
forget(struct org *org)
{
	struct table_link *link = NULL;
	struct relay_item *item = NULL;

	while ((link = table_first(&org->sent)) != NULL)
		settle(org, container_of(link, struct relay_sent, link),
		    CAM_ERR_CLOSED, NULL);
	while ((item = TAILQ_FIRST(&org->early)) != NULL) {
		TAILQ_REMOVE(&org->early, item, entry);
		free(item->bytes);
		free(item);
	}
	json_decref(org->taken);
	org->taken = NULL;
	timer_stop(&org->taken_soon);
}

void
org_relay_opened(struct org *org)
{
	outbox_relay_open(org->camd->outbox);
	notices_relay_open(org->camd->notices);
	offers_relay_open(org->camd->offers);
	holdings_open(org->camd->holdings);
	org_supply_opened(org);
}

void
org_relay_closed(struct org *org)
{
	forget(org);
	outbox_relay_closed(org->camd->outbox);
	holdings_closed(org->camd->holdings);
	ready_closed(org->camd->ready);
	org_stock_closed(org);
}

void
org_relay_init(struct org *org)
{
	table_init(&org->sent);
	TAILQ_INIT(&org->early);
	timer_init(&org->taken_soon, org->camd->loop, on_taken_soon, org);
	org_supply_init(org);
	org_stock_init(org);
}

void
org_relay_finish(struct org *org)
{
	forget(org);
	timer_finish(&org->taken_soon);
	org_supply_finish(org);
	org_stock_finish(org);
	table_finish(&org->sent);
}
