/* rpc.c: cam rpc: any method of the local protocol from a shell. */
#include <jansson.h>
#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/input.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/json.h"

/* The request's params: an object from the argument, or from stdin where it is
 * "-". */
static int
read_params(struct cam *cam, const struct args *args, json_t **params)
{
	const char *text = args->argc > 1 ? args->argv[1] : "{}";
	struct span span = span_text(text);
	struct buf bytes;
	int code = 0;

	buf_init(&bytes, LIMIT_RPC_LINE);
	if (strcmp(text, "-") == 0) {
		code = input_stdin(cam, LIMIT_RPC_LINE, &bytes);
		span = buf_span(&bytes);
	}
	if (code == 0 && json_parse_line(span, params) != 0) {
		cam_words(cam);
		code = complain_usage(
		    "rpc", _("the parameters are no JSON object"));
	}
	buf_finish(&bytes);
	return code;
}

int
verb_rpc(struct cam *cam, struct args *args)
{
	json_t *params = NULL;
	json_t *result = NULL;
	int code = args_count(args, 1, 2);

	if (code == 0)
		code = read_params(cam, args, &params);
	if (code == 0)
		code = daemon_ask(cam, args->argv[0], params, &result);
	if (code != 0)
		return code;
	output_json(result);
	json_decref(result);
	return 0;
}
