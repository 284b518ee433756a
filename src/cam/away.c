/* away.c: cam away and cam back: absence. */
#include <jansson.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/daemon.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

static int
change(struct cam *cam, const char *method, json_t *params)
{
	json_t *result = NULL;
	const char *text;
	int code = daemon_ask(cam, method, params, &result);

	if (code != 0)
		return code;
	text = json_string_value(json_object_get(result, "away"));
	if (cam->json)
		output_json(result);
	else if (!cam->quiet && text != NULL && text[0] != '\0')
		output_line(cam, _("away: %s"), text);
	else if (!cam->quiet)
		output_line(cam, "%s",
		    json_is_string(json_object_get(result, "away"))
			? _("away")
			: _("online"));
	json_decref(result);
	return 0;
}

int
verb_away(struct cam *cam, struct args *args)
{
	struct buf text;
	json_t *params;

	buf_init(&text, LIMIT_MESSAGE_TEXT);
	for (int i = 0; i < args->argc; i++)
		buf_printf(&text, "%s%s", i > 0 ? " " : "", args->argv[i]);
	params = json_pack("{s:s%}", "text",
	    text.len > 0 ? (const char *)text.data : "", text.len);
	buf_finish(&text);
	return change(cam, RPC_AWAY, params);
}

int
verb_back(struct cam *cam, struct args *args)
{
	int code = args_count(args, 0, 0);

	return code != 0 ? code : change(cam, RPC_BACK, NULL);
}
