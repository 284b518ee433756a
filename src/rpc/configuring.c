/* configuring.c: settings asked for and changed. */
#include "rpc/configuring.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/setting.h"
#include "base/settings.h"
#include "rpc/json.h"
#include "rpc/param.h"
#include "rpc/session.h"

static const char *
source_word(enum setting_source source)
{
	switch (source) {
	case SETTING_DEFAULT:
		return "default";
	case SETTING_FILE:
		return "file";
	case SETTING_OPTION:
		break;
	}
	return "option";
}

static json_t *
view_object(const struct setting_view *view)
{
	json_t *object = json_pack("{s:s, s:o, s:o, s:s}", "key", view->key,
	    "value", json_text_or_null(view->value), "default",
	    json_text_or_null(view->default_value), "source",
	    source_word(view->source));

	if (view->setting->kind == SETTING_NUMBER)
		json_object_update_new(
		    object, json_pack("{s:I, s:I}", "min",
				(json_int_t)view->setting->min, "max",
				(json_int_t)view->setting->max));
	return object;
}

static int
fail_unknown(
    struct rpc_call *call, const struct settings *settings, const char *key)
{
	struct nearest nearest;
	struct setting_view view;
	json_t *candidates = NULL;

	nearest_init(&nearest, key);
	for (size_t i = 0; settings_at(settings, i, &view); i++)
		nearest_offer(&nearest, view.key);
	if (nearest.count == 0 && settings_nearest(settings, key) != NULL)
		candidates = json_pack("[s]", settings_nearest(settings, key));
	else
		candidates = json_nearest(&nearest);
	nearest_finish(&nearest);
	return method_fail(call, CAM_ERR_UNKNOWN,
	    json_pack("{s:o, s:o}", "key", json_text(span_text(key)),
		"candidates", candidates),
	    "no setting matches '%s'", key);
}

static int
reply_view(
    struct rpc_call *call, const struct settings *settings, const char *key)
{
	struct setting_view view;

	if (settings_get(settings, key, &view) != 0)
		return fail_unknown(call, settings, key);
	rpc_reply(call, view_object(&view));
	return 0;
}

int
configuring_get(struct rpc_call *call, const json_t *params,
    const struct configuring *configuring)
{
	const char *key = NULL;

	if (!param_text(call, params, "key", true, &key))
		return 0;
	return reply_view(call, configuring->settings, key);
}

/* What cannot be applied is not kept either: the old value goes back into the
 * file. */
static int
undo(struct rpc_call *call, const struct configuring *configuring,
    const char *key, const char *before, int err, char *problem)
{
	char *second = NULL;

	if (settings_set(configuring->settings, key, before, &second) != 0 ||
	    configuring->apply(configuring->arg, &second) != 0)
		log_error("%s cannot be set back: %s", key, second);
	method_fail(call, err, NULL, "%s", problem);
	free(second);
	free(problem);
	return 0;
}

int
configuring_set(struct rpc_call *call, const json_t *params,
    const struct configuring *configuring)
{
	struct settings *settings = configuring->settings;
	const char *key = NULL, *value = NULL;
	char *before = NULL, *problem = NULL;
	struct setting_view view;
	int err;

	if (!param_text(call, params, "key", true, &key) ||
	    !param_text(call, params, "value", false, &value))
		return 0;
	if (settings_get(settings, key, &view) != 0)
		return fail_unknown(call, settings, key);
	if (settings_in_file(settings, key) != NULL)
		before = xstrdup(settings_in_file(settings, key));
	err = settings_set(settings, key, value, &problem);
	if (err != 0) {
		method_fail(call, err, NULL, "%s", problem);
		free(problem);
		free(before);
		return 0;
	}
	err = configuring->apply(configuring->arg, &problem);
	if (err != 0)
		undo(call, configuring, key, before, err, problem);
	else
		reply_view(call, settings, key);
	free(before);
	return 0;
}

int
configuring_list(struct rpc_call *call, const struct configuring *configuring)
{
	const struct settings *settings = configuring->settings;
	json_t *list = json_array();
	struct setting_view view;

	for (size_t i = 0; settings_at(settings, i, &view); i++)
		json_array_append_new(list, view_object(&view));
	rpc_reply(call, json_pack("{s:o}", "settings", list));
	return 0;
}
