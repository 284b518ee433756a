/* ferrying.c: files by way of the server, between those who are both connected
 * to it. */
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/offer/holdings.h"
#include "camd/offer/reason.h"
#include "camd/offer/tickets.h"
#include "camd/org/org_parts.h"
#include "camd/people/user.h"
#include "camd/trust/trust.h"
#include "rpc/json.h"
#include "rpc/names.h"

int
org_ferry_fetch(struct org *org, const struct user *user, const char *message,
    uint32_t number,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg)
{
	const uint8_t *key = trust_user_key(org->camd->trust, user);

	if (!org->is_open || org->link == NULL || key == NULL)
		return CAM_ERR_CLOSED;
	return orglink_call(org->link, FERRY_FETCH,
	    json_pack("{s:o, s:s, s:I}", "user",
		json_hex(span_of(key, SIGN_KEY_SIZE)), "message", message,
		"number", (json_int_t)number),
	    on_done, arg);
}

uint64_t
org_serial(const struct org *org)
{
	return org->serial;
}

const struct addr *
org_server_addr(const struct org *org, uint64_t serial)
{
	return org->is_open && org->link != NULL && org->serial == serial
		   ? orglink_addr(org->link)
		   : NULL;
}

void
org_ferry_answer(
    struct org *org, uint64_t serial, json_int_t id, const char *reason)
{
	if (org_server_addr(org, serial) == NULL)
		return;
	if (reason == NULL)
		orglink_reply(org->link, id);
	else
		orglink_fail(org->link, id, offer_reason_err(reason), reason);
}

/* Who asks, the server says; what was not offered to him he does not get, and
 * what he gets is sealed for who has its message. */
static void
hear_fetch(struct org *org, const json_t *params, json_int_t id)
{
	struct ticket_wish wish = { .serial = org->serial, .id = id };
	uint8_t key[SIGN_KEY_SIZE];
	const json_t *number = json_object_get(params, "number");

	if (json_hex_get_all(params, "user", key, sizeof key) < 0 ||
	    json_hex_get_all(
		params, "message", wish.message, sizeof wish.message) < 0 ||
	    json_hex_get_all(
		params, "ticket", wish.ticket, sizeof wish.ticket) < 0 ||
	    !json_is_integer(number) || json_integer_value(number) < 0 ||
	    json_integer_value(number) > UINT32_MAX) {
		org_ferry_answer(org, org->serial, id, "failed");
		return;
	}
	wish.number = (uint32_t)json_integer_value(number);
	wish.user = trust_by_user_key(org->camd->trust, key);
	if (wish.user == NULL)
		org_ferry_answer(org, org->serial, id, "unknown");
	else
		tickets_wish(org->camd->tickets, &wish);
	wipe(wish.ticket, sizeof wish.ticket);
}

void
org_hear_question(
    struct org *org, const char *method, const json_t *params, json_int_t id)
{
	if (org->is_open && strcmp(method, FERRY_FETCH) == 0)
		hear_fetch(org, params, id);
	else if (org->is_open && strcmp(method, HOLD_TAKEN) == 0)
		holdings_hear_taken(
		    org->camd->holdings, params, org->serial, id);
	else
		orglink_fail(org->link, id, CAM_ERR_UNSUPPORTED, NULL);
}
