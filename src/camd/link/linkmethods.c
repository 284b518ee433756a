/* linkmethods.c: the methods of cam/1, in one table. */
#include "camd/link/linkmethods.h"

#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "camd/call/switchboard.h"
#include "camd/link/link.h"
#include "camd/message/receipts.h"
#include "camd/message/typing.h"
#include "camd/offer/offers.h"
#include "camd/offer/tickets.h"
#include "camd/org/org.h"
#include "rpc/names.h"

static int
ping(struct link *link, json_t *params, const json_int_t *id)
{
	if (id == NULL)
		return CAM_ERR_REQUEST;
	link_reply(link, *id, NULL);
	return 0;
}

static int
prekey(struct link *link, json_t *params, const json_int_t *id)
{
	const json_t *value = json_object_get(params, "prekey");
	uint8_t bytes[PREKEY_BYTES];

	if (id != NULL || json_string_length(value) != 2 * sizeof bytes ||
	    hex_decode(
		span_text(json_string_value(value)), bytes, sizeof bytes) < 0)
		return CAM_ERR_REQUEST;
	return link_take_prekey(link, span_of(bytes, sizeof bytes));
}

const struct link_method link_methods[] = {
	{ LINK_PING, ping },
	{ LINK_PREKEY, prekey },
	{ LINK_HEAD, org_hear_head },
	{ LINK_RECEIPTS, receipts_hear },
	{ LINK_REFUSED, receipts_hear_refused },
	{ LINK_OPENED, receipts_hear_opened },
	{ LINK_TYPING_NOTICE, typing_hear },
	{ LINK_OFFER_FETCH, tickets_hear_fetch },
	{ LINK_OFFER_REFUSED, offers_hear_refused },
	{ LINK_OFFER_WITHDRAWN, offers_hear_withdrawn },
	{ LINK_CALL_OFFER, switchboard_hear_offer },
	{ LINK_CALL_ACCEPT, switchboard_hear_accept },
	{ LINK_CALL_JOIN, switchboard_hear_join },
	{ LINK_CALL_DECLINE, switchboard_hear_decline },
	{ LINK_CALL_LEAVE, switchboard_hear_leave },
	{ LINK_CALL_MEMBERS, switchboard_hear_members },
	{ LINK_CALL_UPDATE, switchboard_hear_update },
	{ NULL, NULL },
};

const struct link_method *
link_method_find(const char *name)
{
	for (const struct link_method *method = link_methods;
	     method->name != NULL; method++)
		if (strcmp(method->name, name) == 0)
			return method;
	return NULL;
}
