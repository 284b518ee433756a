/* held.c: files that the server holds: ours for others, others' for us. */
#include <string.h>

#include "base/err.h"
#include "camd/camd.h"
#include "camd/offer/ready.h"
#include "camd/org/org_parts.h"
#include "camd/people/user.h"
#include "camd/trust/trust.h"
#include "rpc/json.h"
#include "rpc/names.h"

static json_t *
keys_of(const struct org *org, const struct user *const *users, size_t count)
{
	json_t *keys = json_array();

	for (size_t i = 0; i < count; i++) {
		const uint8_t *key = trust_user_key(org->camd->trust, users[i]);

		if (key != NULL)
			json_array_append_new(
			    keys, json_hex(span_of(key, SIGN_KEY_SIZE)));
	}
	return keys;
}

int
org_hold_put(struct org *org, const char *message, uint32_t number,
    uint64_t size, const struct user *const *users, size_t count,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg)
{
	if (!org->is_open || org->link == NULL)
		return CAM_ERR_CLOSED;
	return orglink_call(org->link, HOLD_PUT,
	    json_pack("{s:s, s:I, s:I, s:o}", "message", message, "number",
		(json_int_t)number, "size", (json_int_t)size, "users",
		keys_of(org, users, count)),
	    on_done, arg);
}

void
org_hold_drop(struct org *org, const char *message, uint32_t number,
    const struct user *const *users, size_t count)
{
	if (org == NULL || !org->is_open || org->link == NULL)
		return;
	(void)orglink_notify(org->link, HOLD_DROP,
	    json_pack("{s:s, s:I, s:o}", "message", message, "number",
		(json_int_t)number, "users", keys_of(org, users, count)));
}

void
org_hold_decline(struct org *org, const struct user *sender,
    const char *message, uint32_t number)
{
	const uint8_t *key = NULL;

	if (org == NULL || !org->is_open || org->link == NULL)
		return;
	key = trust_user_key(org->camd->trust, sender);
	if (key != NULL)
		(void)orglink_notify(org->link, HOLD_DROP,
		    json_pack("{s:s, s:I, s:o}", "message", message, "number",
			(json_int_t)number, "sender",
			json_hex(span_of(key, SIGN_KEY_SIZE))));
}

int
org_hear_held(struct org *org, const char *method, const json_t *params)
{
	return strcmp(method, HOLD_READY) == 0
		   ? ready_hear(org->camd->ready, params)
		   : 0;
}
