/* read.c: cam read: marks a talk as read. */
#include <jansson.h>

#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/daemon.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

int
verb_read(struct cam *cam, struct args *args)
{
	json_t *result = NULL;
	int code = args_count(args, 1, 1);
	long count;

	if (code == 0)
		code = daemon_ask(cam, RPC_TALK_READ,
		    json_pack("{s:s}", "who", args->argv[0]), &result);
	if (code != 0)
		return code;
	count = (long)json_integer_value(json_object_get(result, "count"));
	if (cam->json)
		output_json(result);
	else if (!cam->quiet)
		output_line(cam,
		    ngettext("%ld message marked as read",
			"%ld messages marked as read", (unsigned long)count),
		    count);
	json_decref(result);
	return 0;
}
