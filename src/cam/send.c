/* send.c: cam send: a message, and what becomes of it. */
#include <string.h>

#include "base/i18n.h"
#include "cam/args.h"
#include "cam/attach.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/dispatch.h"
#include "cam/verbs.h"
#include "rpc/names.h"

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

/* All that --file and --image name, in the order of the arguments. */
static int
attach(struct dispatch *dispatch, const struct args *args)
{
	int code = 0;

	for (size_t i = 0; i < args->option_count && code == 0; i++) {
		const struct args_option *option = &args->options[i];

		if (strcmp(option->name, "file") == 0)
			code = attach_path(dispatch->cam, dispatch->request,
			    option->value, NULL);
		else if (strcmp(option->name, "image") == 0)
			code = attach_image(
			    dispatch->cam, dispatch->request, option->value);
	}
	return code;
}

static bool
is_stdin(const char *word)
{
	return word != NULL && strcmp(word, "-") == 0;
}

/* A message with files needs no text, and has none unless one is given. */
static int
read_text(struct dispatch *dispatch, const struct args *args)
{
	char **words = args->argv + 1;

	if (args->argc > 1 ||
	    (!args_has(args, "file") && !args_has(args, "image"))) {
		if (is_stdin(args_value(args, "image")) && is_stdin(words[0]))
			return complain_usage(
			    "send", _("stdin cannot be both text and image"));
		return dispatch_read_text(dispatch, args->argc - 1, words);
	}
	json_object_set_new(dispatch->request, "text", json_string(""));
	return 0;
}

static int
read_args(struct dispatch *dispatch, const struct args *args)
{
	int code = args_count(args, 1, -1);

	if (code == 0)
		code = args_seconds(args, "timeout", DISPATCH_TIMEOUT_MS,
		    &dispatch->timeout_ms);
	if (code == 0)
		code = read_until(dispatch, args);
	if (code == 0)
		code =
		    dispatch_read_recipients(dispatch, "send", args->argv[0]);
	if (code == 0)
		code = read_text(dispatch, args);
	if (code == 0)
		code = attach(dispatch, args);
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
	if (!dispatch.taken)
		attach_discard(cam, dispatch.request);
	json_decref(dispatch.request);
	return code;
}
