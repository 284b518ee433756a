/* file_send.c: cam file send: offers files and folders. */
#include <jansson.h>
#include <string.h>

#include "base/i18n.h"
#include "cam/args.h"
#include "cam/attach.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/dispatch.h"
#include "cam/file.h"
#include "rpc/names.h"

enum { FETCHES_MAX = 1000 * 1000 };

static int
read_wait(struct dispatch *dispatch, const struct args *args)
{
	dispatch->fetched = args_has(args, "wait");
	dispatch->until =
	    args_has(args, "no-wait") ? UNTIL_QUEUED : UNTIL_DELIVERED;
	if (dispatch->fetched && dispatch->until == UNTIL_QUEUED)
		return complain_usage(
		    "file", _("--no-wait and --wait exclude each other"));
	/* How long somebody takes to fetch it nobody knows. */
	return args_seconds(args, "timeout",
	    dispatch->fetched ? -1 : DISPATCH_TIMEOUT_MS,
	    &dispatch->timeout_ms);
}

static int
read_fetches(struct dispatch *dispatch, const struct args *args)
{
	uint64_t fetches = 0;
	int code = args_number(args, "fetches", FETCHES_MAX, 0, &fetches);

	if (code == 0 && fetches > 0)
		json_object_set_new(dispatch->request, "fetches",
		    json_integer((json_int_t)fetches));
	return code;
}

/* The paths are all words between the action and WHO. */
static int
attach(struct dispatch *dispatch, const struct args *args)
{
	const char *name = args_value(args, "name");
	int count = args->argc - 2, code = 0;

	if (name != NULL && count > 1)
		return complain_usage(
		    "file", _("--name is for one file, not for %d"), count);
	for (int i = 1; i <= count && code == 0; i++) {
		const char *path = args->argv[i];

		if (strcmp(path, "-") != 0)
			code = attach_path(
			    dispatch->cam, dispatch->request, path, name);
		else if (name == NULL)
			code = complain_usage("file",
			    _("what comes from stdin needs a name: --name "
			      "NAME"));
		else
			code = attach_stdin(
			    dispatch->cam, dispatch->request, name);
	}
	return code;
}

int
file_send(struct cam *cam, struct args *args)
{
	struct dispatch dispatch = {
		.cam = cam, .method = RPC_MESSAGE_SEND, .request = json_object()
	};
	int code = args_count(args, 3, -1);

	if (code == 0)
		code = read_wait(&dispatch, args);
	if (code == 0)
		code = read_fetches(&dispatch, args);
	if (code == 0)
		code = dispatch_read_recipients(
		    &dispatch, "file", args->argv[args->argc - 1]);
	if (code == 0)
		code = attach(&dispatch, args);
	if (code == 0) {
		json_object_set_new(dispatch.request, "text", json_string(""));
		json_object_set_new(dispatch.request, "clear",
		    json_boolean(args_has(args, "clear")));
		code = dispatch_run(&dispatch);
	}
	if (!dispatch.taken)
		attach_discard(cam, dispatch.request);
	json_decref(dispatch.request);
	return code;
}
