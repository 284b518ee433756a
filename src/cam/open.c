/* open.c: cam open: opens a sealed message, and lets its sender know. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/daemon.h"
#include "cam/message.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

static void
print(struct cam *cam, const json_t *message)
{
	char *text;

	if (cam->json) {
		output_json(message);
		return;
	}
	text = message_text(message);
	output_text(cam, STYLE_PLAIN, text, TEXT_BLOCK);
	putchar('\n');
	free(text);
}

int
verb_open(struct cam *cam, struct args *args)
{
	json_t *result = NULL;
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = daemon_ask(cam, RPC_MESSAGE_OPEN,
		    json_pack("{s:s}", "id", args->argv[0]), &result);
	if (code == 0)
		print(cam, json_object_get(result, "message"));
	json_decref(result);
	return code;
}
