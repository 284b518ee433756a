/* param.c: what every method does with its request. */
#include "rpc/param.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "rpc/json.h"
#include "rpc/session.h"

/* The word of cam-rpc(7) for each way to fail. */
static const char *
reason_of(int err)
{
	switch (err) {
	case CAM_ERR_REQUEST:
		return "request";
	case CAM_ERR_UNSUPPORTED:
	case CAM_ERR_VERSION:
		return "unsupported";
	case CAM_ERR_UNKNOWN:
		return "unknown";
	case CAM_ERR_AMBIGUOUS:
		return "ambiguous";
	case CAM_ERR_REFUSED:
		return "refused";
	case CAM_ERR_KEY:
		return "key";
	case CAM_ERR_TIMEOUT:
		return "timeout";
	default:
		return "failed";
	}
}

int
method_fail(
    struct rpc_call *call, int err, json_t *data, const char *format, ...)
{
	va_list args;
	char *message = NULL;

	va_start(args, format);
	message = xvasprintf(format, args);
	va_end(args);
	if (data == NULL)
		data = json_object();
	json_object_set_new(data, "reason", json_string(reason_of(err)));
	rpc_fail_data(call, err, data, "%s", message);
	free(message);
	return 0;
}

int
method_fail_as(
    struct rpc_call *call, int err, const char *reason, const char *text)
{
	rpc_fail_data(
	    call, err, json_pack("{s:s}", "reason", reason), "%s", text);
	return 0;
}

static const json_t *
member(const json_t *params, const char *name)
{
	const json_t *value = json_object_get(params, name);

	return json_is_null(value) ? NULL : value;
}

static bool
wrong(struct rpc_call *call, const char *name, const char *needed)
{
	json_t *data = json_pack("{s:s}", "member", name);

	method_fail(
	    call, CAM_ERR_REQUEST, data, "'%s' must be %s", name, needed);
	return false;
}

bool
param_text(struct rpc_call *call, const json_t *params, const char *name,
    bool needed, const char **text)
{
	const json_t *value = member(params, name);

	if (value == NULL && !needed)
		return true;
	if (!json_is_string(value) ||
	    strlen(json_string_value(value)) != json_string_length(value))
		return wrong(call, name, "a string without NUL");
	*text = json_string_value(value);
	return true;
}

bool
param_switch(
    struct rpc_call *call, const json_t *params, const char *name, bool *on)
{
	const json_t *value = member(params, name);

	if (value == NULL)
		return true;
	if (!json_is_boolean(value))
		return wrong(call, name, "true or false");
	*on = json_is_true(value);
	return true;
}

bool
param_number(struct rpc_call *call, const json_t *params, const char *name,
    int64_t min, int64_t max, int64_t *number)
{
	const json_t *value = member(params, name);
	char needed[80];

	if (value == NULL)
		return true;
	if (!json_is_integer(value) || json_integer_value(value) < min ||
	    json_integer_value(value) > max) {
		snprintf(needed, sizeof needed, "a number from %lld to %lld",
		    (long long)min, (long long)max);
		return wrong(call, name, needed);
	}
	*number = json_integer_value(value);
	return true;
}

static bool
are_strings(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_string(item) ||
		    strlen(json_string_value(item)) != json_string_length(item))
			return false;
	}
	return true;
}

bool
param_list(struct rpc_call *call, const json_t *params, const char *name,
    bool needed, const json_t **list)
{
	const json_t *value = member(params, name);

	if (value == NULL && !needed)
		return true;
	if (!json_is_array(value) || !are_strings(value))
		return wrong(call, name, "a list of strings");
	*list = value;
	return true;
}

bool
param_time(struct rpc_call *call, const json_t *params, const char *name,
    int64_t *wall_ms)
{
	const char *text = NULL;

	if (!param_text(call, params, name, false, &text))
		return false;
	if (text != NULL && clock_parse(text, clock_wall_ms(), wall_ms) != 0)
		return wrong(
		    call, name, "a time such as 2026-01-31T09:30:00+09:00");
	return true;
}
