/* user.c: cam user: how the roster shows somebody. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/i18n.h"
#include "base/number.h"
#include "base/span.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

enum { PRIORITY_MAX = 1000 };

static int
read_priority(const char *text, json_int_t *priority)
{
	uint64_t number = 0;
	bool negative = text[0] == '-';

	if (number_decimal(span_text(text + negative), PRIORITY_MAX, &number) !=
	    0)
		return complain_usage("user",
		    _("a priority is a number from -1000 to 1000, not '%s'"),
		    text);
	*priority = negative ? -(json_int_t)number : (json_int_t)number;
	return 0;
}

static int
read_priority_of(const char *who, const char *value, json_t **params)
{
	json_int_t priority = 0;

	if (value == NULL)
		return complain_usage(
		    "user", _("'user priority' needs WHO and a number"));
	if (read_priority(value, &priority) != 0)
		return EXIT_USAGE;
	*params = json_pack("{s:s,s:I}", "who", who, "priority", priority);
	return 0;
}

static int
read_accept_of(const char *who, const char *value, json_t **params)
{
	static const char *const policies[] = { "ask", "always", "never",
		"default" };

	for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
		if (value == NULL || strcmp(value, policies[i]) != 0)
			continue;
		*params = json_pack("{s:s,s:s}", "who", who, "accept", value);
		return 0;
	}
	return complain_usage(
	    "user", _("'user accept' needs WHO and 'ask', 'always', 'never' or "
		      "'default'"));
}

/* What "cam user ACTION WHO ..." asks to be changed. */
static int
read_action(const struct args *args, json_t **params)
{
	const char *action = args->argv[0];
	const char *who = args->argv[1];
	const char *value = args->argc > 2 ? args->argv[2] : NULL;

	if (strcmp(action, "priority") == 0)
		return read_priority_of(who, value, params);
	if (strcmp(action, "accept") == 0)
		return read_accept_of(who, value, params);
	if (strcmp(action, "rename") == 0)
		*params = json_pack("{s:s,s:s?}", "who", who, "name", value);
	else if (value != NULL)
		return complain_usage(
		    "user", _("'%s' is one word too many"), value);
	else if (strcmp(action, "hide") == 0)
		*params = json_pack("{s:s,s:b}", "who", who, "hidden", 1);
	else if (strcmp(action, "show") == 0)
		*params = json_pack("{s:s,s:b}", "who", who, "hidden", 0);
	else
		return complain_usage(
		    "user", _("'user %s' is nothing that can be done"), action);
	return 0;
}

static void
print(struct cam *cam, const json_t *user)
{
	const char *id = json_string_value(json_object_get(user, "id"));
	const char *name = json_string_value(json_object_get(user, "name"));
	const char *accept = json_string_value(json_object_get(user, "accept"));
	long priority =
	    (long)json_integer_value(json_object_get(user, "priority"));

	output_line(cam, "%s: %s", id != NULL ? id : "",
	    json_is_true(json_object_get(user, "hidden")) ? _("hidden")
							  : _("shown"));
	if (priority != 0)
		output_line(cam, _("  priority %ld"), priority);
	if (name != NULL)
		output_line(cam, _("  called '%s'"), name);
	if (accept != NULL && strcmp(accept, "default") != 0)
		output_line(cam, _("  files: %s"), accept);
}

int
verb_user(struct cam *cam, struct args *args)
{
	json_t *params = NULL;
	json_t *result = NULL;
	int code = args_count(args, 2, 3);

	if (code == 0)
		code = read_action(args, &params);
	if (code == 0)
		code = daemon_ask(cam, RPC_USER_SET, params, &result);
	if (code != 0)
		return code;
	if (cam->json)
		output_json(json_object_get(result, "user"));
	else if (!cam->quiet)
		print(cam, json_object_get(result, "user"));
	json_decref(result);
	return 0;
}
