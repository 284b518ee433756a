/* call.c: calls made, taken, held and ended. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call.h"
#include "camd/call/devices.h"
#include "camd/call/object.h"
#include "camd/camd.h"
#include "camd/client.h"
#include "camd/methods/calling.h"
#include "camd/methods/methods.h"
#include "camd/methods/named.h"
#include "camd/methods/param.h"
#include "camd/org/ruling.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/trust/trust.h"
#include "rpc/json.h"

int
calling_reply(struct rpc_call *request, const struct call *call)
{
	rpc_reply(request, json_pack("{s:o}", "call", call_object(call)));
	return 0;
}

/* -- which call -------------------------------------------------------------
 */

static json_t *
candidates_of(const struct calls *calls, bool (*fits)(const struct call *call))
{
	json_t *candidates = json_array();
	const struct call *call = NULL;

	while ((call = calls_next(calls, call)) != NULL) {
		if (fits == NULL || fits(call))
			json_array_append_new(
			    candidates, json_string(call->id));
	}
	return candidates;
}

/* The one of id, or without an id the only one that fits. False: answered. */
static bool
find_call(struct rpc_call *request, json_t *params,
    bool (*fits)(const struct call *call), const char *none, struct call **call)
{
	struct calls *calls = method_camd(request)->calls;
	const char *id = NULL;
	json_t *data = NULL;
	int err;

	if (!param_text(request, params, "id", false, &id))
		return false;
	err = calls_find(calls, id, fits, call);
	if (err == 0)
		return true;
	data = json_pack("{s:o}", "candidates",
	    err == CAM_ERR_AMBIGUOUS ? candidates_of(calls, fits)
				     : json_array());
	if (err == CAM_ERR_AMBIGUOUS)
		json_object_set_new(data, "id",
		    json_text(span_text(id != NULL ? id : "the call")));
	if (err == CAM_ERR_AMBIGUOUS)
		method_fail(
		    request, err, data, "there is more than one such call");
	else if (id != NULL)
		method_fail(request, err, data, "no call matches '%s'", id);
	else
		method_fail(request, err, data, "%s", none);
	return false;
}

static bool
is_spoken(const struct call *call)
{
	return call_is_joined(call) && call->state != CALL_HELD;
}

static bool
is_held(const struct call *call)
{
	return call->state == CALL_HELD;
}

bool
calling_current(struct rpc_call *request, json_t *params, struct call **call)
{
	struct calls *calls = method_camd(request)->calls;

	if (json_is_string(json_object_get(params, "id")) ||
	    calls_find(calls, NULL, is_spoken, call) != 0)
		return find_call(
		    request, params, NULL, "there is no call", call);
	return true;
}

/* -- call.start, call.add ---------------------------------------------------
 */

enum { OTHERS = LIMIT_CALL_MEMBERS - 1 };

struct callees {
	int64_t uids[OTHERS];
	size_t count;
};

/* False: answered. */
static bool
add_callee(struct rpc_call *request, struct callees *callees, struct user *user)
{
	const struct camd *camd = method_camd(request);
	char *id = NULL;

	for (size_t i = 0; i < callees->count; i++) {
		if (callees->uids[i] == user->uid)
			return true;
	}
	if (trust_is_blocked(camd->trust, user)) {
		id = user_id(user);
		method_fail(request, CAM_ERR_KEY,
		    json_pack("{s:o}", "to", json_text(span_text(id))),
		    "the key of '%s' has changed", id);
		free(id);
		return false;
	}
	if (callees->count == OTHERS) {
		method_fail(request, CAM_ERR_REQUEST, NULL,
		    "at most %d can be in a call", LIMIT_CALL_MEMBERS);
		return false;
	}
	callees->uids[callees->count++] = user->uid;
	return true;
}

static bool
add_callees(struct rpc_call *request, struct callees *callees, const char *text)
{
	const struct camd *camd = method_camd(request);
	struct who who;
	bool fine = named_users(request, text, false, &who);

	if (!fine)
		return false;
	for (size_t i = 0; i < who.count && fine; i++) {
		if (who.users[i] != roster_self(camd->roster))
			fine = add_callee(request, callees, who.users[i]);
		else if (who.count == 1)
			fine = (method_fail(request, CAM_ERR_REQUEST, NULL,
				    "'%s' is oneself", text),
			    false);
	}
	who_finish(&who);
	return fine;
}

static bool
read_callees(struct rpc_call *request, json_t *params, struct callees *callees)
{
	const json_t *list = NULL;

	callees->count = 0;
	if (!param_list(request, params, "who", true, &list))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!add_callees(request, callees,
			json_string_value(json_array_get(list, i))))
			return false;
	}
	if (callees->count > 0)
		return true;
	method_fail(request, CAM_ERR_REQUEST, NULL, "'who' names nobody");
	return false;
}

static int
fail_start(struct rpc_call *request, int err)
{
	if (err == CAM_ERR_FULL)
		return method_fail(request, err, NULL,
		    "no port of media.ports is free, or there are %d calls",
		    LIMIT_CALLS);
	if (err == CAM_ERR_UNSUPPORTED)
		return method_fail(
		    request, err, NULL, "cam-media is not installed");
	return method_fail(request, err, NULL, "the call cannot be made: %s",
	    cam_strerror(err));
}

static void
follow(struct rpc_call *request, const json_t *params, const struct call *call)
{
	struct client *client = rpc_call_owner(request);

	if (client != NULL && json_is_true(json_object_get(params, "follow")))
		client_follow(client, call->id);
}

/* False when it has been answered. */
static bool
may_call(struct rpc_call *request)
{
	if (ruling_of(method_camd(request)->org, POLICY_CALLS) != POLICY_OFF)
		return true;
	(void)method_fail(request, CAM_ERR_REFUSED, NULL,
	    "the policy of your organisation lets nobody call");
	return false;
}

int
call_start(struct rpc_call *request, json_t *params)
{
	struct callees callees;
	struct call_wish wish = { .uids = callees.uids };
	struct call *call = NULL;
	bool follows;
	int err;

	if (!may_call(request) ||
	    !param_switch(request, params, "video", &wish.video) ||
	    !param_switch(request, params, "follow", &follows) ||
	    !read_callees(request, params, &callees) ||
	    !calling_devices(request, params, &wish.devices))
		return 0;
	wish.count = callees.count;
	err = calls_start(method_camd(request)->calls, &wish, &call);
	if (err != 0)
		return fail_start(request, err);
	/* What becomes of it is told later. */
	follow(request, params, call);
	return calling_reply(request, call);
}

static int
fail_add(struct rpc_call *request, int err)
{
	switch (err) {
	case CAM_ERR_EXISTS:
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "that user is in the call already");
	case CAM_ERR_LIMIT:
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "at most %d can be in a call", LIMIT_CALL_MEMBERS);
	default:
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "the call has not been answered");
	}
}

int
call_add_member(struct rpc_call *request, json_t *params)
{
	struct callees callees;
	struct call *call = NULL;

	if (!read_callees(request, params, &callees) ||
	    !calling_current(request, params, &call))
		return 0;
	for (size_t i = 0; i < callees.count; i++) {
		int err = call_add(call, callees.uids[i]);

		if (err != 0)
			return fail_add(request, err);
	}
	return calling_reply(request, call);
}

/* -- call.answer, call.decline, call.hangup ---------------------------------
 */

int
call_take(struct rpc_call *request, json_t *params)
{
	struct call_devices *devices = NULL;
	struct call *call = NULL;
	bool follows;

	if (!param_switch(request, params, "follow", &follows) ||
	    !find_call(
		request, params, call_is_ringing, "no call rings", &call) ||
	    !calling_devices(request, params, &devices))
		return 0;
	if (call_answer(call, devices) != 0)
		return method_fail(
		    request, CAM_ERR_REQUEST, NULL, "the call does not ring");
	follow(request, params, call);
	return calling_reply(request, call);
}

int
call_refuse(struct rpc_call *request, json_t *params)
{
	struct call *call = NULL;
	const char *text = NULL;

	if (!param_text(request, params, "text", false, &text) ||
	    !find_call(
		request, params, call_is_ringing, "no call rings", &call))
		return 0;
	if (text != NULL && strlen(text) > LIMIT_CALL_TEXT)
		return method_fail(request, CAM_ERR_REQUEST, NULL,
		    "'text' has more than %d bytes", LIMIT_CALL_TEXT);
	if (call_decline(call, text) != 0)
		return method_fail(
		    request, CAM_ERR_REQUEST, NULL, "the call does not ring");
	return calling_reply(request, call);
}

int
call_end_it(struct rpc_call *request, json_t *params)
{
	struct call *call = NULL;

	if (!calling_current(request, params, &call))
		return 0;
	call_hangup(call);
	return calling_reply(request, call);
}

/* -- call.hold, call.mute ---------------------------------------------------
 */

int
calling_fail_state(struct rpc_call *request)
{
	return method_fail(
	    request, CAM_ERR_REQUEST, NULL, "nobody has answered the call");
}

int
call_set_hold(struct rpc_call *request, json_t *params)
{
	struct call *call = NULL;
	bool on = true;

	if (!param_switch(request, params, "on", &on) ||
	    (on ? !calling_current(request, params, &call)
		: !find_call(
		      request, params, is_held, "no call is held", &call)))
		return 0;
	return call_hold(call, on) == 0 ? calling_reply(request, call)
					: calling_fail_state(request);
}

int
call_set_mute(struct rpc_call *request, json_t *params)
{
	struct call *call = NULL;
	bool on = true;

	if (!param_switch(request, params, "on", &on) ||
	    !calling_current(request, params, &call))
		return 0;
	return call_mute(call, on) == 0 ? calling_reply(request, call)
					: calling_fail_state(request);
}

/* -- call.list, call.stats, call.devices ------------------------------------
 */

int
call_list(struct rpc_call *request, json_t *params)
{
	const struct calls *calls = method_camd(request)->calls;
	const struct call *call = NULL;
	json_t *list = json_array();

	while ((call = calls_next(calls, call)) != NULL)
		json_array_append_new(list, call_object(call));
	rpc_reply(request, json_pack("{s:o}", "calls", list));
	return 0;
}

/* The call may be over when the answer comes. */
struct asked {
	struct rpc_call *request;
	struct calls *calls;
	char id[ID_SIZE];
};

static void
on_stats(void *arg, int err, const json_t *result)
{
	struct asked *asked = arg;
	struct call *call = NULL;

	if (err == 0 && calls_find(asked->calls, asked->id, NULL, &call) == 0)
		rpc_reply(asked->request, call_stats_object(call, result));
	else
		method_fail(
		    asked->request, CAM_ERR_UNKNOWN, NULL, "the call is over");
	free(asked);
}

int
call_get_stats(struct rpc_call *request, json_t *params)
{
	struct call *call = NULL;
	struct asked *asked = NULL;

	if (!calling_current(request, params, &call))
		return 0;
	asked = xcalloc(1, sizeof *asked);
	asked->request = request;
	asked->calls = method_camd(request)->calls;
	memcpy(asked->id, call->id, sizeof asked->id);
	if (call_stats(call, on_stats, asked) == 0)
		return 0;
	free(asked);
	return calling_fail_state(request);
}

static void
on_devices(void *arg, int err, const json_t *result)
{
	struct rpc_call *request = arg;

	json_t *devices = NULL;

	if (err != 0) {
		method_fail(request, CAM_ERR_SYSTEM, NULL,
		    "cam-media cannot list the devices");
		return;
	}
	devices = json_deep_copy(result);
	json_object_set_new(devices, "video", devices_cameras());
	rpc_reply(request, devices);
}

int
call_list_devices(struct rpc_call *request, json_t *params)
{
	int err =
	    calls_devices(method_camd(request)->calls, on_devices, request);

	return err == 0 ? 0 : fail_start(request, err);
}
