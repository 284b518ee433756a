/* call_list.c: cam call ls, stats and devices. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/call.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/message.h"
#include "cam/output.h"
#include "rpc/callwords.h"
#include "rpc/json.h"
#include "rpc/names.h"

static void
add_headings(
    struct columns *columns, const char *const headings[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		columns_heading(columns,
		    headings[i][0] != '\0' ? gettext(headings[i]) : "");
	columns_end_row(columns);
}

/* -- ls ---------------------------------------------------------------------
 */

static void
add_call(struct columns *columns, struct cam *cam, const json_t *object)
{
	char clock[CALLWORDS_CLOCK_SIZE];
	char *who = call_members(object);
	char *id =
	    xasprintf("%.*s", output_is_terminal(cam) ? MESSAGE_ID_SHOWN : -1,
		json_text_at(object, "id"));
	const json_t *recording = json_object_get(object, "recording");
	char *state = xasprintf("%s%s", json_text_at(object, "state"),
	    json_array_size(recording) > 0 ? _(", recorded") : "");

	callwords_clock(
	    json_integer_value(json_object_get(object, "duration_ms")), clock);
	columns_cell(columns, STYLE_DIM, id);
	columns_cell(columns,
	    call_is(object, "active") ? STYLE_GOOD : STYLE_PLAIN, state);
	columns_cell(columns, STYLE_PLAIN, json_text_at(object, "direction"));
	columns_cell(columns, STYLE_PLAIN, clock);
	columns_cell(columns, STYLE_BOLD, who);
	columns_end_row(columns);
	free(state);
	free(id);
	free(who);
}

int
call_ls(struct cam *cam, struct args *args)
{
	static const char *const headings[] = { N_("ID"), N_("STATE"), "",
		N_("TIME"), N_("WHO") };
	struct columns *columns = NULL;
	json_t *result = NULL, *calls, *object;
	size_t i;
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = daemon_ask(cam, RPC_CALL_LIST, json_object(), &result);
	if (code != 0)
		return code;
	calls = json_object_get(result, "calls");
	columns = columns_new(cam);
	if (!cam->json && json_array_size(calls) > 0)
		add_headings(
		    columns, headings, sizeof headings / sizeof headings[0]);
	json_array_foreach(calls, i, object)
	{
		if (cam->json)
			output_json(object);
		else
			add_call(columns, cam, object);
	}
	columns_print(columns);
	columns_free(columns);
	json_decref(result);
	return 0;
}

/* -- stats ------------------------------------------------------------------
 */

static void
number_cell(struct columns *columns, const json_t *object, const char *name,
    double factor, int decimals)
{
	const json_t *value = json_object_get(object, name);
	char text[48] = "";

	if (json_is_number(value))
		snprintf(text, sizeof text, "%.*f", decimals,
		    json_number_value(value) * factor);
	columns_cell(columns, STYLE_PLAIN, text);
}

/* "640x360 15/s" */
static void
size_cell(struct columns *columns, const json_t *stream)
{
	json_int_t width = json_integer_value(json_object_get(stream, "width"));
	char *text = NULL;

	if (width > 0)
		text = xasprintf("%dx%d %d/s", (int)width,
		    (int)json_integer_value(json_object_get(stream, "height")),
		    (int)json_integer_value(json_object_get(stream, "fps")));
	columns_cell(columns, STYLE_PLAIN, text != NULL ? text : "");
	free(text);
}

static void
add_stream(struct columns *columns, const json_t *member, const json_t *stream)
{
	columns_cell(columns, STYLE_BOLD, json_text_at(member, "member"));
	columns_cell(columns, STYLE_PLAIN, json_text_at(stream, "direction"));
	columns_cell(columns, STYLE_PLAIN, json_text_at(stream, "kind"));
	columns_cell(columns, STYLE_PLAIN, json_text_at(stream, "codec"));
	number_cell(columns, stream, "bitrate", 1, 0);
	number_cell(columns, stream, "loss", 100, 1);
	number_cell(columns, stream, "jitter_ms", 1, 1);
	number_cell(columns, stream, "rtt_ms", 1, 1);
	number_cell(columns, stream, "delay_ms", 1, 0);
	size_cell(columns, stream);
	columns_end_row(columns);
}

static void
print_stats(struct cam *cam, const json_t *result)
{
	static const char *const headings[] = { N_("WHO"), "", "", N_("CODEC"),
		N_("BIT/S"), N_("LOSS %"), N_("JITTER MS"), N_("RTT MS"),
		N_("DELAY MS"), N_("PICTURES") };
	struct columns *columns = columns_new(cam);
	const json_t *member, *stream;
	size_t i, k;

	add_headings(columns, headings, sizeof headings / sizeof headings[0]);
	json_array_foreach(json_object_get(result, "members"), i, member)
	{
		json_array_foreach(json_object_get(member, "streams"), k,
		    stream) add_stream(columns, member, stream);
	}
	columns_print(columns);
	columns_free(columns);
}

int
call_stats(struct cam *cam, struct args *args)
{
	json_t *result = NULL, *params = NULL;
	int code = args_count(args, 1, 2);

	if (code != 0)
		return code;
	params = json_object();
	if (args->argc > 1)
		json_object_set_new(params, "id", json_string(args->argv[1]));
	code = daemon_ask(cam, RPC_CALL_STATS, params, &result);
	if (code == 0 && cam->json)
		output_json(result);
	else if (code == 0)
		print_stats(cam, result);
	json_decref(result);
	return code;
}

/* -- devices ----------------------------------------------------------------
 */

static bool
has_none(const json_t *result, const char *part)
{
	return json_array_size(json_object_get(result, part)) == 0;
}

static void
print_devices(struct cam *cam, const json_t *result, const char *part,
    const char *heading)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(result, part), i, name)
	{
		const char *text = json_string_value(name);

		const char *prefix =
		    text != NULL && text[0] != '/' ? "device:" : "";

		if (text != NULL && output_is_terminal(cam))
			output_line(cam, "%s: %s%s", heading, prefix, text);
		else if (text != NULL)
			output_line(cam, "%s\t%s%s", part, prefix, text);
	}
}

int
call_devices(struct cam *cam, struct args *args)
{
	json_t *result = NULL;
	int code = args_count(args, 1, 1);

	if (code == 0)
		code =
		    daemon_ask(cam, RPC_CALL_DEVICES, json_object(), &result);
	if (code == 0 && cam->json) {
		output_json(result);
	} else if (code == 0) {
		print_devices(cam, result, "in", _("microphone"));
		print_devices(cam, result, "out", _("loudspeaker"));
		print_devices(cam, result, "video", _("camera"));
		if (output_is_terminal(cam) && has_none(result, "in") &&
		    has_none(result, "out"))
			complain(_("no microphone and no loudspeaker: files "
				   "can take their place ('cam help call')"));
	}
	json_decref(result);
	return code;
}
