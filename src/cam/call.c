/* call.c: cam call: calls made, answered, held and ended. */
#include "cam/call.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/path.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

/* -- devices ----------------------------------------------------------------
 */

/* What is no file: made up, or a device of the system. */
static bool
is_no_file(const char *spec)
{
	return strcmp(spec, "none") == 0 || strcmp(spec, "tone") == 0 ||
	       strncmp(spec, "tone:", 5) == 0 || strcmp(spec, "pattern") == 0 ||
	       strncmp(spec, "pattern:", 8) == 0 ||
	       strcmp(spec, "default") == 0 || strncmp(spec, "device:", 7) == 0;
}

char *
call_path(const char *name)
{
	char *folder = NULL, *path = NULL;

	if (name[0] == '/')
		return xstrdup(name);
	folder = getcwd(NULL, 0);
	if (folder != NULL)
		path = path_join(folder, name);
	else
		complain(_("the present folder is not known: give the whole "
			   "path of '%s'"),
		    name);
	free(folder);
	return path;
}

/* As camd wants it; a new string, NULL: it was said what is wrong. */
static char *
absolute(const char *spec)
{
	if (strcmp(spec, "default") == 0)
		return xstrdup("");
	if (strncmp(spec, "device:", 7) == 0)
		return xstrdup(spec + 7);
	return is_no_file(spec) ? xstrdup(spec) : call_path(spec);
}

static int
put_device(json_t *params, const struct args *args, const char *option,
    const char *member)
{
	const char *spec = args_value(args, option);
	char *path = NULL;

	if (spec == NULL)
		return 0;
	if (spec[0] == '\0')
		return complain_usage(
		    "call", _("--%s takes a file or a device"), option);
	path = absolute(spec);
	if (path == NULL)
		return EXIT_FAILED;
	json_object_set_new(params, member, json_string(path));
	free(path);
	return 0;
}

/* The X server that is ours; of camd nobody knows which. */
static int
put_screen(json_t *params, const char *window)
{
	const char *display = getenv("DISPLAY");
	const char *authority = getenv("XAUTHORITY");
	const char *home = getenv("HOME");
	uint64_t number = 0;
	char *path = NULL;

	if (display == NULL || display[0] == '\0') {
		complain(_("there is no screen to share: DISPLAY is not set"));
		return EXIT_FAILED;
	}
	if (window != NULL &&
	    (strncmp(window, "0x", 2) == 0
		    ? number_hex(span_text(window + 2), UINT32_MAX, &number)
		    : number_decimal(span_text(window), UINT32_MAX, &number)) <
		0)
		return complain_usage("call",
		    _("'%s' is no number of a window (see xwininfo)"), window);
	if (authority == NULL && home != NULL)
		authority = path = path_join(home, ".Xauthority");
	json_object_set_new(params, "screen", json_true());
	json_object_set_new(params, "display", json_string(display));
	json_object_set_new(params, "window", json_integer((json_int_t)number));
	if (authority != NULL)
		json_object_set_new(
		    params, "authority", json_string(authority));
	free(path);
	return 0;
}

static int
put_devices(json_t *params, const struct args *args)
{
	static const char *const options[][2] = {
		{ "audio-in", "audio_in" },
		{ "audio-out", "audio_out" },
		{ "video-in", "video_in" },
		{ "video-out", "video_out" },
	};
	int code = 0;

	if (args_has(args, "video"))
		json_object_set_new(params, "video", json_true());
	if (args_has(args, "screen"))
		code = put_screen(params, args_value(args, "screen"));
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		if (code == 0)
			code = put_device(
			    params, args, options[i][0], options[i][1]);
	}
	return code;
}

/* -- calls that are stayed with ---------------------------------------------
 */

/* Asks for it and follows what becomes of it. Takes params. */
static int
begin(struct cam *cam, struct args *args, const char *method, json_t *params)
{
	struct rpc_client *client = NULL;
	json_t *result = NULL;
	int code = put_devices(params, args);

	json_object_set_new(params, "follow", json_true());
	if (code == 0)
		code = daemon_connect(cam, &client);
	if (code == 0)
		code = daemon_call(
		    cam, client, method, json_incref(params), &result);
	if (code == 0)
		code = call_follow(cam, client,
		    json_incref(json_object_get(result, "call")),
		    args_has(args, "detach"), args_has(args, "window"));
	json_decref(params);
	json_decref(result);
	rpc_client_free(client);
	return code;
}

/* WHO may be several, by commas as everywhere. */
static json_t *
list_who(char *const *words, int count)
{
	json_t *list = json_array();

	for (int i = 0; i < count; i++) {
		char *copy = xstrdup(words[i]), *rest = copy, *word;

		while ((word = strsep(&rest, ",")) != NULL) {
			if (word[0] != '\0')
				json_array_append_new(list, json_string(word));
		}
		free(copy);
	}
	return list;
}

static int
start(struct cam *cam, struct args *args)
{
	return begin(cam, args, RPC_CALL_START,
	    json_pack("{s:o}", "who", list_who(args->argv, args->argc)));
}

static void
put_id(json_t *params, const struct args *args)
{
	if (args->argc > 1)
		json_object_set_new(params, "id", json_string(args->argv[1]));
}

static int
answer(struct cam *cam, struct args *args)
{
	json_t *params = json_object();
	int code = args_count(args, 1, 2);

	put_id(params, args);
	if (code == 0)
		return begin(cam, args, RPC_CALL_ANSWER, params);
	json_decref(params);
	return code;
}

/* -- calls that are changed -------------------------------------------------
 */

int
call_change(
    struct cam *cam, const char *method, json_t *params, const char *sentence)
{
	json_t *result = NULL;
	int code = daemon_ask(cam, method, params, &result);
	const json_t *object = json_object_get(result, "call");

	if (code == 0 && cam->json) {
		output_json(object);
	} else if (code == 0 && !cam->quiet) {
		char *members = call_members(object);

		output_line(cam, "%s: %s", members, sentence);
		free(members);
	}
	json_decref(result);
	return code;
}

static int
hangup(struct cam *cam, struct args *args)
{
	json_t *params = json_object();
	int code = args_count(args, 1, 2);

	put_id(params, args);
	if (code == 0)
		return call_change(cam, RPC_CALL_HANGUP, params, _("hung up"));
	json_decref(params);
	return code;
}

static char *
join_words(char *const *words, int count)
{
	struct buf text;

	buf_init(&text, LIMIT_CALL_TEXT + 1);
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_put_byte(&text, ' ');
		buf_put_text(&text, words[i]);
	}
	return buf_steal_text(&text);
}

static int
decline(struct cam *cam, struct args *args)
{
	const char *id = args_value(args, "id");
	json_t *params = NULL;
	char *text = join_words(args->argv + 1, args->argc - 1);

	if (text == NULL)
		return complain_usage("call",
		    _("a text of at most %d bytes is possible"),
		    LIMIT_CALL_TEXT);
	params = json_object();
	if (text[0] != '\0')
		json_object_set_new(params, "text", json_string(text));
	if (id != NULL)
		json_object_set_new(params, "id", json_string(id));
	free(text);
	return call_change(cam, RPC_CALL_DECLINE, params, _("declined"));
}

static int
set(struct cam *cam, struct args *args, const char *method, const char *on,
    const char *off)
{
	bool is_off = args_has(args, "off");
	json_t *params = json_pack("{s:b}", "on", (int)!is_off);
	int code = args_count(args, 1, 2);

	put_id(params, args);
	if (code == 0)
		return call_change(cam, method, params, is_off ? off : on);
	json_decref(params);
	return code;
}

static int
hold(struct cam *cam, struct args *args)
{
	return set(cam, args, RPC_CALL_HOLD, _("on hold"), _("taken up again"));
}

static int
mute(struct cam *cam, struct args *args)
{
	return set(cam, args, RPC_CALL_MUTE, _("you are muted"),
	    _("you are heard again"));
}

/* What is shown: a camera, the screen, or with --off nothing. */
static int
show(struct cam *cam, struct args *args, bool is_screen, const char *sentence)
{
	json_t *params = json_object();
	bool is_off = args_has(args, "off");
	int code = args_count(args, 1, 2);

	put_id(params, args);
	if (code == 0 && !is_off)
		code = put_devices(params, args);
	if (code == 0 && !is_off && is_screen && !args_has(args, "screen"))
		code = put_screen(params, NULL);
	else if (code == 0 && !is_off && !is_screen)
		json_object_set_new(params, "video", json_true());
	if (code == 0)
		return call_change(cam, RPC_CALL_SHOW, params,
		    is_off ? _("nothing is shown any more") : sentence);
	json_decref(params);
	return code;
}

static int
video(struct cam *cam, struct args *args)
{
	return show(cam, args, false, _("you are seen"));
}

static int
screen(struct cam *cam, struct args *args)
{
	return show(cam, args, true, _("your screen is seen"));
}

static int
talk(struct cam *cam, struct args *args)
{
	const char *word = args->argc > 1 ? args->argv[1] : "on";
	bool is_off = args_has(args, "off"), speaks = strcmp(word, "on") == 0;
	const char *sentence = is_off	? _("push to talk is off")
			       : speaks ? _("you are heard")
					: _("you are silent");
	int code = args_count(args, 1, 2);

	if (code == 0 && !speaks && strcmp(word, "off") != 0)
		code = complain_usage(
		    "call", _("'call talk' takes on, off or --off"));
	if (code != 0)
		return code;
	return call_change(cam, RPC_CALL_TALK,
	    json_pack(
		"{s:o}", "on", is_off ? json_null() : json_boolean(speaks)),
	    sentence);
}

/* Of the one that is spoken in. */
static int
use(struct cam *cam, struct args *args)
{
	json_t *params = json_object(), *result = NULL;
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = put_devices(params, args);
	if (code == 0)
		code =
		    daemon_ask(cam, RPC_CALL_USE, json_incref(params), &result);
	json_decref(params);
	json_decref(result);
	return code;
}

static int
add(struct cam *cam, struct args *args)
{
	const char *id = args_value(args, "id");
	json_t *params = NULL;
	int code = args_count(args, 2, -1);

	if (code != 0)
		return code;
	params =
	    json_pack("{s:o}", "who", list_who(args->argv + 1, args->argc - 1));
	if (id != NULL)
		json_object_set_new(params, "id", json_string(id));
	return call_change(cam, RPC_CALL_ADD, params, _("called"));
}

/* -- the verb ---------------------------------------------------------------
 */

#define DEVICE_OPTIONS                                                         \
	" video screen audio-in audio-out video-in video-out window detach "

static const struct action {
	const char *name;
	int (*run)(struct cam *cam, struct args *args);
	const char *options; /* that it takes, by blanks */
} actions[] = {
	{ "answer", answer, DEVICE_OPTIONS },
	{ "decline", decline, " id " },
	{ "hangup", hangup, "" },
	{ "hold", hold, " off " },
	{ "mute", mute, " off " },
	{ "talk", talk, " off " },
	{ "use", use, " audio-in audio-out " },
	{ "video", video, " off video-in " },
	{ "screen", screen, " off screen " },
	{ "add", add, " id " },
	{ "ls", call_ls, "" },
	{ "stats", call_stats, "" },
	{ "devices", call_devices, "" },
	{ "record", call_record, " id stop " },
	{ "sdp", call_sdp, " off port tap yes " },
};

/* Whoever is called like an action is called by more of his name. */
static const struct action start_action = { NULL, start, DEVICE_OPTIONS };

static const struct action *
find_action(const char *name)
{
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	}
	return &start_action;
}

int
verb_call(struct cam *cam, struct args *args)
{
	const struct action *action = NULL;
	int code = args_count(args, 1, -1);

	if (code != 0)
		return code;
	action = find_action(args->argv[0]);
	for (size_t i = 0; i < args->option_count; i++) {
		const char *option = args->options[i].name;
		char *word = xasprintf(" %s ", option);
		bool takes = strstr(action->options, word) != NULL;

		free(word);
		if (!takes)
			return complain_usage("call",
			    _("'call %s' takes no --%s"),
			    action->name != NULL ? action->name : "WHO",
			    option);
	}
	return action->run(cam, args);
}
