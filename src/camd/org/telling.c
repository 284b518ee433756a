/* telling.c: what our organisation is, to our own programs; what we are, to its
 * server. */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/org/org_parts.h"
#include "camd/people/presence.h"
#include "link/known.h"
#include "rpc/json.h"
#include "rpc/names.h"

json_t *
org_object(const struct org *org)
{
	static const char *const states[] = { "none", "waiting", "joined",
		"removed" };
	static const char *const alarms[] = { NULL, "split", "older" };
	char pin[2 * ROOT_PIN_SIZE + 1];
	uint8_t bytes[ROOT_PIN_SIZE];
	bool any = org->state != ORG_NONE;

	root_pin(org->charter.root, bytes);
	hex_encode(bytes, sizeof bytes, pin);
	return json_pack(
	    "{s:s, s:o, s:s?, s:o, s:s?, s:b, s:s?, s:o, s:I, s:I, s:s?}",
	    "state", states[org->state], "organisation",
	    any ? json_text(span_text(org->charter.name)) : json_null(), "pin",
	    any ? pin : NULL, "name",
	    any ? json_text(span_text(org->name)) : json_null(), "server",
	    any ? org_host(org) : NULL, "connected", (int)org->is_open,
	    "problem",
	    any && org->last_err < 0 ? cam_strerror(org->last_err) : NULL,
	    "joined", any ? json_time(org->joined_ms) : json_null(), "members",
	    (json_int_t)replica_count(org->replica), "changes",
	    (json_int_t)replica_number(org->replica), "alarm",
	    alarms[org->alarm]);
}

json_t *
org_hello(const struct org *org)
{
	struct linkhello *hello = xmalloc(sizeof *hello);
	json_t *object = NULL;

	links_hello(org->camd->links, hello);
	object = linkhello_write(hello);
	free(hello);
	return object;
}

static json_t *
away_text(const struct org *org)
{
	const char *away = presence_text(org->camd->presence);

	return away != NULL ? json_text(span_text(away)) : json_null();
}

json_t *
org_entrance(const struct org *org)
{
	struct buf known;
	json_t *params = NULL;

	buf_init(&known, KNOWN_PAGES_MAX * KNOWN_DIGEST_SIZE);
	org_put_known(org, &known);
	params = json_pack("{s:o, s:I, s:o, s:o}", "hello", org_hello(org),
	    "number", (json_int_t)replica_number(org->replica), "away",
	    away_text(org), "known", json_hex(buf_span(&known)));
	buf_finish(&known);
	return params;
}

void
org_tell_away(struct org *org)
{
	if (org != NULL && org->is_open)
		(void)orglink_notify(org->link, ORG_AWAY,
		    json_pack("{s:o}", "away", away_text(org)));
}

void
org_tell_card(struct org *org)
{
	if (org != NULL && org->is_open)
		(void)orglink_notify(org->link, ORG_CARD,
		    json_pack("{s:o}", "hello", org_hello(org)));
}
