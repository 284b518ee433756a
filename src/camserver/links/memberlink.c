/* memberlink.c: one member's connection, from its handshake to its end. */
#include "camserver/links/memberlink.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camserver/links/depot.h"
#include "camserver/links/entering.h"
#include "camserver/links/ferries.h"
#include "camserver/links/handouts.h"
#include "camserver/links/holds.h"
#include "camserver/links/memberlinks.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/notices.h"
#include "camserver/links/origins.h"
#include "camserver/links/roll.h"
#include "camserver/links/seen.h"
#include "camserver/server.h"
#include "link/known.h"
#include "link/wire.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	REFUSED_MS = 300, /* for our answer to reach him */
	COME_MS = 10 * 1000,
	/* Of somebody who waits for approval. */
	WAITING_MS = 60 * 60 * 1000,
	CARDS_AT_ONCE = 24,
	/* What he says of himself all others are told: so much at once, then
	 * one thing a second. */
	SAID_MAX = 20,
	SAID_MS = 1000,
};

/* -- ending ------------------------------------------------------------------
 */

static void
known(struct memberlink *link)
{
	void (*on_known)(void *arg) = link->on_known;

	link->on_known = NULL;
	if (on_known != NULL)
		on_known(link->known_arg);
}

void
memberlink_close(struct memberlink *link, const char *reason)
{
	char addr[ADDR_TEXT_SIZE];

	if (link->state == MEMBERLINK_ENDED)
		return;
	log_debug("the link of %s at %s has ended: %s",
	    link->member != NULL ? link->member->logon : "nobody",
	    addr_format_host(&link->addr, addr), reason);
	link->state = MEMBERLINK_ENDED;
	if (link->member != NULL && link->member->link == link) {
		seen_note(link->links->seen, link->member->member);
		roll_set_link(link->links->roll, link->member, NULL);
	}
	link->member = NULL;
	depot_close(link->links->depot, link);
	timer_stop(&link->timer);
	wire_free(link->wire);
	link->wire = NULL;
	known(link);
	memberlinks_ended(link->links, link);
}

void
memberlink_free(struct memberlink *link)
{
	timer_finish(&link->timer);
	free(link->card);
	free(link->away);
	buf_finish(&link->known);
	free(link);
}

void
memberlink_hang_up(struct memberlink *link)
{
	timer_start(&link->timer, REFUSED_MS);
}

void
memberlink_settle(struct memberlink *link)
{
	wire_admit(link->wire);
	known(link);
	timer_start(&link->timer, WAITING_MS);
}

static void
on_time(void *arg)
{
	memberlink_close(arg, "he did not come in, in time");
}

/* -- saying ------------------------------------------------------------------
 */

void
memberlink_notify(struct memberlink *link, const char *method, json_t *params)
{
	if (link->wire == NULL)
		json_decref(params);
	/* Who does not read what he is told is not there. */
	else if (channel_notify(wire_channel(link->wire), method, params) < 0)
		memberlink_close(link, "he does not read");
}

void
memberlink_tell(struct memberlink *link, struct channel_text *text)
{
	if (link->wire == NULL)
		return;
	if (text == NULL || channel_tell(wire_channel(link->wire), text) < 0)
		memberlink_close(link, "he does not read");
}

void
memberlink_reply(struct memberlink *link, json_int_t id, json_t *result)
{
	if (link->wire == NULL)
		json_decref(result);
	else
		channel_reply(wire_channel(link->wire), id, result);
}

void
memberlink_fail(
    struct memberlink *link, json_int_t id, int err, const char *message)
{
	if (link->wire != NULL)
		channel_fail(wire_channel(link->wire), id, err, message);
}

/* -- entering ----------------------------------------------------------------
 */

/* Who has all of it is told so: the head. */
static void
send_head(struct memberlink *link)
{
	const struct roll *roll = link->links->roll;

	memberlink_notify(link, DIRECTORY_CHANGES,
	    json_pack("{s:I, s:[], s:o}", "after",
		(json_int_t)roll_head(roll)->number, "changes", "head",
		json_hex(span_of(roll_head_bytes(roll), HEAD_BYTES))));
}

void
memberlink_send_policy(struct memberlink *link)
{
	struct span policy =
	    buf_span(&link->links->server->organisation.policy_statement);

	if (policy.len > 0)
		memberlink_notify(link, ORG_POLICY,
		    json_pack("{s:o}", "policy", json_hex(policy)));
}

void
memberlink_enter(struct memberlink *link, struct roll_member *member)
{
	struct roll *roll = link->links->roll;
	uint64_t end = roll_head(roll)->number;
	bool waited = link->state == MEMBERLINK_WAITING;
	char addr[ADDR_TEXT_SIZE];

	if (member->link != NULL)
		memberlink_close(member->link, "he has made another");
	link->state = MEMBERLINK_ENTERED;
	link->member = member;
	memberlink_settle(link);
	timer_stop(&link->timer);
	log_info("%s has come, from %s", member->logon,
	    addr_format_host(&link->addr, addr));
	origins_add(roll_origins(roll), &link->addr);
	roll_set_link(roll, member, link);
	roll_set_away(roll, member, link->away);
	roll_set_card(roll, member, link->card, link->key, &link->at);
	link->card = NULL;
	if (waited)
		memberlink_notify(
		    link, ORG_STATE, json_pack("{s:s}", "state", "joined"));
	/* One that knows more than there is is shown what there is: it draws
	 * its conclusions. */
	link->shown = link->wants < end ? link->wants : end;
	if (link->shown == end)
		send_head(link);
	notices_send_changes(link->links->notices, link);
	memberlink_send_policy(link);
	notices_send_presence(link->links->notices, link);
	depot_open(link->links->depot, link);
	holds_open(link->links->holds, link);
}

/* -- asked -------------------------------------------------------------------
 */

static int
cards(struct memberlink *link, const json_t *params, json_int_t id)
{
	const json_t *members = json_object_get(params, "members"), *item;
	json_t *list = NULL;
	size_t i = 0;

	if (!json_is_array(members) || json_array_size(members) > CARDS_AT_ONCE)
		return CAM_ERR_REQUEST;
	list = json_array();
	json_array_foreach(members, i, item)
	{
		const struct roll_member *member = roll_by_number(
		    link->links->roll, (uint64_t)json_integer_value(item));
		json_t *hello = member != NULL && member->card != NULL
				    ? json_loads(member->card, 0, NULL)
				    : NULL;

		if (hello != NULL)
			json_array_append_new(list,
			    json_pack("{s:I, s:I, s:o, s:o}", "member",
				(json_int_t)member->number, "card",
				(json_int_t)member->card_version, "link_key",
				json_hex(
				    span_of(member->link_key, SIGN_KEY_SIZE)),
				"hello", hello));
	}
	memberlink_reply(link, id, json_pack("{s:o}", "cards", list));
	return 0;
}

static bool
may_say(struct memberlink *link)
{
	uint64_t now_ms = clock_now_ms();
	uint64_t gone = (now_ms - link->said_ms) / SAID_MS;

	if (gone > 0) {
		link->said -= gone < link->said ? (unsigned)gone : link->said;
		link->said_ms = now_ms;
	}
	if (++link->said <= SAID_MAX)
		return true;
	memberlink_close(link, "he says too much of himself");
	return false;
}

static int
set_away(struct memberlink *link, const json_t *params)
{
	const json_t *away = json_object_get(params, "away");

	if (json_string_length(away) > ROLL_AWAY_MAX)
		return CAM_ERR_LIMIT;
	roll_set_away(link->links->roll, link->member, json_string_value(away));
	return 0;
}

static int
ask_member(struct memberlink *link, const char *method, json_t *params,
    const json_int_t *id)
{
	if (strcmp(method, DIRECTORY_CARDS) == 0 && id != NULL)
		return cards(link, params, *id);
	if (strcmp(method, RELAY_TAKEN) == 0 && id == NULL)
		return depot_taken(link->links->depot, link, params);
	if (strcmp(method, FERRY_FETCH) == 0 && id != NULL)
		return ferries_fetch(link->links->ferries, link, params, *id);
	if (strcmp(method, HOLD_PUT) == 0 && id != NULL)
		return holds_put(link->links->holds, link, params, *id);
	if (strcmp(method, HOLD_DROP) == 0 && id == NULL)
		return holds_drop(link->links->holds, link, params);
	if (strcmp(method, PREKEY_FILL) == 0 && id != NULL)
		return handouts_fill(link->links, link, params, *id);
	if (strcmp(method, PREKEY_TAKE) == 0 && id != NULL)
		return handouts_take(link->links, link, params, *id);
	if (strcmp(method, ORG_AWAY) == 0 && id == NULL)
		return may_say(link) ? set_away(link, params) : 0;
	if (strcmp(method, ORG_CARD) == 0 && id == NULL)
		return may_say(link) ? entering_card(link, params) : 0;
	return CAM_ERR_UNSUPPORTED;
}

static int
ask(struct memberlink *link, const char *method, json_t *params,
    const json_int_t *id)
{
	if (strcmp(method, LINK_PING) == 0 && id != NULL) {
		memberlink_reply(link, *id, NULL);
		return 0;
	}
	link->links->is_heard = true;
	if (link->state == MEMBERLINK_ENTERED)
		return ask_member(link, method, params, id);
	if (strcmp(method, ORG_HELLO) == 0 && id != NULL)
		return entering_hello(link, params, *id);
	if (strcmp(method, ORG_JOIN) == 0 && id != NULL)
		return entering_join(link, params, *id);
	if (strcmp(method, ORG_ENTER) == 0 && id != NULL)
		return entering_enter(link, params, *id);
	return CAM_ERR_REQUEST;
}

static void
on_request(struct wire *wire, const char *method, json_t *params,
    const json_int_t *id, void *arg)
{
	struct memberlink *link = arg;
	int r = ask(link, method, params, id);

	if (r < 0 && id != NULL)
		memberlink_fail(link, *id, r, NULL);
}

/* -- the relay ---------------------------------------------------------------
 */

static int
on_open(struct wire *wire, uint16_t stream, const char *kind, void *arg)
{
	struct memberlink *link = arg;

	return link->state == MEMBERLINK_ENTERED
		   ? depot_stream(link->links->depot, link, stream, kind)
		   : CAM_ERR_REFUSED;
}

static void
on_item(struct wire *wire, uint16_t stream, struct span item, void *arg)
{
	struct memberlink *link = arg;

	link->links->is_heard = true;
	depot_item(link->links->depot, link, stream, item);
}

static void
on_close(struct wire *wire, uint16_t stream, int err, void *arg)
{
	memberlink_close(arg, "he has closed his stream");
}

static void
on_drained(struct wire *wire, uint16_t stream, void *arg)
{
	struct memberlink *link = arg;

	depot_drained(link->links->depot, link);
}

/* -- the connection ----------------------------------------------------------
 */

static void
on_ready(struct wire *wire, const uint8_t key[SIGN_KEY_SIZE], void *arg)
{
	struct memberlink *link = arg;

	memcpy(link->key, key, sizeof link->key);
	link->state = MEMBERLINK_STRANGE;
}

static void
on_closed(struct wire *wire, int err, const char *reason, void *arg)
{
	memberlink_close(arg, reason);
}

static const struct wire_ops wire_ops = {
	.on_ready = on_ready,
	.on_request = on_request,
	.on_open = on_open,
	.on_item = on_item,
	.on_close = on_close,
	.on_drained = on_drained,
	.on_closed = on_closed,
};

struct memberlink *
memberlink_new(struct memberlinks *links, int fd, const struct addr *from,
    uint64_t timeout_ms, void (*on_known)(void *arg), void *known_arg)
{
	struct memberlink *link = xcalloc(1, sizeof *link);

	link->links = links;
	link->serial = ++links->last_serial;
	link->addr = *from;
	link->on_known = on_known;
	link->known_arg = known_arg;
	buf_init(&link->known, KNOWN_PAGES_MAX * KNOWN_DIGEST_SIZE);
	timer_init(&link->timer, links->server->loop, on_time, link);
	timer_start(&link->timer, COME_MS);
	link->wire = wire_new(links->server->loop, links->context, fd, false,
	    timeout_ms, &wire_ops, link);
	return link;
}
