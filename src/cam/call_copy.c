/* call_copy.c: cam call record and sdp. */
#include <stdio.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/number.h"
#include "cam/args.h"
#include "cam/call.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/input.h"
#include "cam/output.h"
#include "rpc/names.h"

/* -- record -----------------------------------------------------------------
 */

static int
put_file(json_t *params, const char *name)
{
	char *path = name[0] != '\0' ? call_path(name) : NULL;

	if (name[0] == '\0')
		return complain_usage("call", _("a file is missing"));
	if (path == NULL)
		return EXIT_FAILED;
	json_object_set_new(params, "path", json_string(path));
	free(path);
	return 0;
}

int
call_record(struct cam *cam, struct args *args)
{
	bool stops = args_has(args, "stop");
	const char *id = args_value(args, "id");
	int code = args_count(args, stops ? 1 : 2, stops ? 1 : 2);
	json_t *params = NULL;

	if (code != 0)
		return code;
	params = json_object();
	if (id != NULL)
		json_object_set_new(params, "id", json_string(id));
	if (!stops)
		code = put_file(params, args->argv[1]);
	if (code == 0)
		return call_change(cam, RPC_CALL_RECORD, params,
		    stops ? _("recorded no more")
			  : _("recorded, and everybody is told"));
	json_decref(params);
	return code;
}

/* -- sdp --------------------------------------------------------------------
 */

/* RFC 3551, 8: what players expect. */
static const char *const default_port = "5004";

static int
read_port(const char *text, uint64_t *port)
{
	return number_decimal(span_text(text), UINT16_MAX, port) == 0 &&
		       *port != 0
		   ? 0
		   : complain_usage(
			 "call", _("'%s' is no number of a port"), text);
}

/* Whoever has it can listen. */
static int
confirm(struct args *args, bool sealed)
{
	if (args_has(args, "yes"))
		return 0;
	if (!input_can_ask()) {
		complain(_("whoever gets it hears what you send in this call: "
			   "--yes is needed"));
		return EXIT_REFUSED;
	}
	return input_ask(sealed
			     ? _("With these keys anybody can hear what you "
				 "send in this call from now on. Print them? "
				 "[y/N]")
			     : _("Every program of this machine will be able "
				 "to hear what you send in this call. Let "
				 "them? [y/N]"))
		   ? 0
		   : EXIT_REFUSED;
}

static int
stop(struct cam *cam, json_t *params)
{
	json_object_set_new(params, "port", json_integer(0));
	return call_change(
	    cam, RPC_CALL_TAP, params, _("no other program gets it any more"));
}

/* Takes params. */
static int
copy(struct cam *cam, const char *method, json_t *params)
{
	json_t *result = NULL;
	int code = daemon_ask(cam, method, params, &result);
	const char *sdp = json_string_value(json_object_get(result, "sdp"));

	if (code == 0 && cam->json)
		output_json(result);
	else if (code == 0 && sdp != NULL)
		fputs(sdp, stdout);
	json_decref(result);
	return code;
}

int
call_sdp(struct cam *cam, struct args *args)
{
	const char *tap = args_value(args, "tap");
	const char *port = args_value(args, "port");
	int code = args_count(args, 1, 2);
	uint64_t number = 0;
	json_t *params = NULL;

	if (code == 0 && tap != NULL && port != NULL)
		code = complain_usage(
		    "call", _("--tap and --port exclude each other"));
	if (port == NULL)
		port = default_port;
	if (code == 0)
		code = read_port(tap != NULL ? tap : port, &number);
	if (code == 0 && !args_has(args, "off"))
		code = confirm(args, tap == NULL);
	if (code != 0)
		return code;
	params = json_object();
	if (args->argc > 1)
		json_object_set_new(params, "id", json_string(args->argv[1]));
	if (args_has(args, "off"))
		return stop(cam, params);
	json_object_set_new(params, "port", json_integer((json_int_t)number));
	return copy(cam, tap != NULL ? RPC_CALL_TAP : RPC_CALL_SDP, params);
}
