/* change.c: cam edit and cam delete: another text for what was sent, or none.
 */
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/dispatch.h"
#include "cam/verbs.h"
#include "rpc/names.h"

static int
read_args(struct dispatch *dispatch, const struct args *args, int most)
{
	int code = args_count(args, 1, most);

	if (code == 0)
		code = args_seconds(args, "timeout", DISPATCH_TIMEOUT_MS,
		    &dispatch->timeout_ms);
	dispatch->until =
	    args_has(args, "no-wait") ? UNTIL_QUEUED : UNTIL_DELIVERED;
	if (code == 0)
		json_object_set_new(dispatch->request, "id",
		    json_string_nocheck(args->argv[0]));
	return code;
}

int
verb_edit(struct cam *cam, struct args *args)
{
	struct dispatch dispatch = { .cam = cam,
		.method = RPC_MESSAGE_EDIT,
		.request = json_object(),
		.is_change = true };
	int code = read_args(&dispatch, args, -1);

	if (code == 0)
		code = dispatch_read_text(
		    &dispatch, args->argc - 1, args->argv + 1);
	if (code == 0)
		code = dispatch_run(&dispatch);
	json_decref(dispatch.request);
	return code;
}

int
verb_delete(struct cam *cam, struct args *args)
{
	struct dispatch dispatch = { .cam = cam,
		.method = RPC_MESSAGE_DELETE,
		.request = json_object(),
		.is_change = true };
	int code = read_args(&dispatch, args, 1);

	if (code == 0)
		code = dispatch_run(&dispatch);
	json_decref(dispatch.request);
	return code;
}
