/* send.c: cam send: a message, and what becomes of it. */
#include <string.h>

#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/dispatch.h"
#include "cam/verbs.h"
#include "rpc/names.h"

/* WHO,WHO,... as a list. */
static int
read_recipients(struct dispatch *dispatch, char *list)
{
	json_t *to = json_array();
	char *rest = list;
	char *who;

	json_object_set_new(dispatch->request, "to", to);
	while ((who = strsep(&rest, ",")) != NULL) {
		if (who[0] != '\0')
			json_array_append_new(to, json_string(who));
	}
	if (json_array_size(to) > 0)
		return 0;
	cam_words(dispatch->cam);
	return complain_usage("send", _("no recipient is named"));
}

static int
read_until(struct dispatch *dispatch, const struct args *args)
{
	const char *until = args_value(args, "until");
	bool sealed = args_has(args, "seal") || args_has(args, "lock");

	dispatch->until =
	    args_has(args, "no-wait") ? UNTIL_QUEUED : UNTIL_DELIVERED;
	if (until == NULL)
		return 0;
	cam_words(dispatch->cam);
	if (strcmp(until, "opened") == 0)
		dispatch->until = UNTIL_OPENED;
	else if (strcmp(until, "delivered") != 0)
		return complain_usage("send",
		    _("--until is 'delivered' or 'opened', not '%s'"), until);
	if (args_has(args, "no-wait"))
		return complain_usage(
		    "send", _("--no-wait and --until exclude each other"));
	if (dispatch->until == UNTIL_OPENED && !sealed)
		return complain_usage("send",
		    _("--until opened needs --seal: only sealed messages "
		      "tell when they are opened"));
	return 0;
}

static void
read_flags(struct dispatch *dispatch, const struct args *args)
{
	const char *reply = args_value(args, "reply");

	json_object_set_new(
	    dispatch->request, "sealed", json_boolean(args_has(args, "seal")));
	json_object_set_new(
	    dispatch->request, "locked", json_boolean(args_has(args, "lock")));
	json_object_set_new(
	    dispatch->request, "clear", json_boolean(args_has(args, "clear")));
	if (reply != NULL)
		json_object_set_new(
		    dispatch->request, "reply", json_string(reply));
}

static int
read_args(struct dispatch *dispatch, const struct args *args)
{
	int code;

	if (args_has(args, "file")) {
		cam_words(dispatch->cam);
		complain(_("'send --file' is not there yet"));
		return EXIT_USAGE;
	}
	code = args_count(args, 1, -1);
	if (code == 0)
		code = args_seconds(args, "timeout", DISPATCH_TIMEOUT_MS,
		    &dispatch->timeout_ms);
	if (code == 0)
		code = read_until(dispatch, args);
	if (code == 0)
		code = read_recipients(dispatch, args->argv[0]);
	if (code == 0)
		code = dispatch_read_text(
		    dispatch, args->argc - 1, args->argv + 1);
	if (code == 0)
		read_flags(dispatch, args);
	return code;
}

int
verb_send(struct cam *cam, struct args *args)
{
	struct dispatch dispatch = {
		.cam = cam, .method = RPC_MESSAGE_SEND, .request = json_object()
	};
	int code = read_args(&dispatch, args);

	if (code == 0)
		code = dispatch_run(&dispatch);
	json_decref(dispatch.request);
	return code;
}
