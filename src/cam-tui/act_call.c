/* act_call.c: commands about calls: what cam call does, without leaving the
 * screen. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/ask.h"
#include "cam-tui/commands.h"
#include "cam-tui/composer.h"
#include "cam-tui/model_call.h"
#include "cam-tui/phone.h"
#include "cam-tui/pictures.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_call.h"
#include "cam-tui/view_devices.h"
#include "cam-tui/view_talk.h"
#include "cam-tui/words.h"
#include "rpc/names.h"

/* -- asked ---------------------------------------------------------------- */

/* The call as it is now; what becomes of it is told by events. */
static void
on_changed(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	const json_t *call = json_object_get(result, "call");
	char *text = NULL;

	if (tui->is_ending)
		return;
	if (err != 0) {
		text = ask_error_text(err, error);
		tui_say(tui, STYLE_BAD, "%s", text);
		free(text);
	} else if (model_call(tui->model, json_string_value(json_object_get(
					      call, "id"))) == NULL ||
		   strcmp(json_string_value(json_object_get(call, "state")),
		       "ended") != 0) {
		model_take_call(tui->model, call, clock_wall_ms());
	}
}

/* Takes params. */
static void
ask(struct tui *tui, const char *method, json_t *params)
{
	session_call(tui->session, method, params, on_changed, tui);
}

/* With options it is the command line's: it ends when the call is active. */
static void
run_detached(struct tui *tui, const char *argument)
{
	char *line = xasprintf("call --detach %s", argument);

	tui_run_cam(tui, line);
	free(line);
}

static bool
has_options(char *const *words, size_t from)
{
	for (size_t i = from; words[i] != NULL; i++) {
		if (strncmp(words[i], "--", 2) == 0)
			return true;
	}
	return false;
}

/* Of the call that is meant where none is named; NULL: none. */
static json_t *
current_id(const struct tui *tui)
{
	const struct model_call *call = model_call_current(tui->model);

	if (call == NULL)
		call = model_call_incoming(tui->model);
	return call != NULL ? json_string(call->id) : NULL;
}

static json_t *
named_id(const char *id)
{
	return id != NULL && id[0] != '\0' ? json_string(id) : NULL;
}

/* -- calling -------------------------------------------------------------- */

static void
start(struct tui *tui, json_t *who, bool video)
{
	if (json_array_size(who) > 0) {
		ask(tui, RPC_CALL_START,
		    json_pack("{s:o, s:b}", "who", who, "video", (int)video));
		return;
	}
	json_decref(who);
	tui_say(tui, STYLE_BAR_WARN, "%s", _("/call WHO"));
}

static void
call_talk(struct tui *tui, bool video)
{
	const struct model_talk *talk = view_talk_of(tui->switcher.shown);
	json_t *who = json_array();

	for (size_t i = 0; talk != NULL && i < talk->user_count; i++)
		json_array_append_new(who, json_string(talk->users[i]));
	start(tui, who, video);
}

/* Names may be apart by commas, too. */
static json_t *
list_who(char *const *words)
{
	json_t *who = json_array();

	for (; *words != NULL; words++) {
		char *copy = xstrdup(*words), *rest = copy, *word;

		while ((word = strsep(&rest, ",")) != NULL) {
			if (word[0] != '\0')
				json_array_append_new(who, json_string(word));
		}
		free(copy);
	}
	return who;
}

static void
add(struct tui *tui, char *const *words)
{
	const struct model_call *call = model_call_current(tui->model);
	json_t *who = list_who(words);

	if (json_array_size(who) == 0) {
		json_decref(who);
		tui_say(tui, STYLE_BAR_WARN, "%s", _("/add WHO"));
	} else {
		ask(tui, RPC_CALL_ADD,
		    json_pack("{s:o, s:s*}", "who", who, "id",
			call != NULL ? call->id : NULL));
	}
}

void
act_add(struct tui *tui, const char *argument)
{
	size_t count;
	char **words = words_split(argument != NULL ? argument : "", &count);

	add(tui, words);
	words_free(words);
}

/* -- taking --------------------------------------------------------------- */

static void
answer(struct tui *tui, const char *id, bool video)
{
	const struct model_call *call = model_call_incoming(tui->model);
	struct model_talk *talk =
	    call != NULL ? model_call_talk(tui->model, call) : NULL;

	if (call == NULL && id == NULL) {
		tui_say(tui, STYLE_BAR_DIM, "%s", _("nobody calls"));
		return;
	}
	ask(tui, RPC_CALL_ANSWER,
	    json_pack("{s:s, s:b}", "id", id != NULL ? id : call->id, "video",
		(int)video));
	if (talk != NULL)
		tui_open_talk(tui, talk);
}

void
act_answer_call(struct tui *tui, const char *argument)
{
	answer(tui, NULL, false);
}

void
act_answer_video(struct tui *tui, const char *argument)
{
	answer(tui, NULL, true);
}

void
act_decline(struct tui *tui, const char *argument)
{
	const struct model_call *call = model_call_incoming(tui->model);
	const char *text =
	    argument != NULL && argument[0] != '\0' ? argument : NULL;

	if (call == NULL)
		tui_say(tui, STYLE_BAR_DIM, "%s", _("nobody calls"));
	else
		ask(tui, RPC_CALL_DECLINE,
		    json_pack("{s:s, s:s*}", "id", call->id, "text", text));
}

/* The text is typed where one types. */
void
act_decline_saying(struct tui *tui, const char *argument)
{
	struct composer *composer = tui->switcher.shown->composer;

	if (model_call_incoming(tui->model) == NULL)
		tui_say(tui, STYLE_BAR_DIM, "%s", _("nobody calls"));
	else if (composer_is_empty(composer) && !tui_front(tui)->is_list)
		composer_set(composer, span_text("/decline "));
	else
		tui_say(tui, STYLE_BAR_WARN, "%s", _("/decline TEXT"));
}

/* -- changing ------------------------------------------------------------- */

/* id NULL: the one that is meant. */
static void
hang_up(struct tui *tui, json_t *id)
{
	if (id == NULL)
		id = current_id(tui);
	if (id == NULL)
		tui_say(tui, STYLE_BAR_DIM, "%s", _("there is no call"));
	else
		ask(tui, RPC_CALL_HANGUP, json_pack("{s:o}", "id", id));
}

void
act_hangup(struct tui *tui, const char *argument)
{
	hang_up(tui, named_id(argument));
}

/* "off", "--off", "on"; else the other way round. */
static bool
is_on(const char *argument, bool is_now)
{
	if (strcmp(argument, "off") == 0 || strcmp(argument, "--off") == 0)
		return false;
	return strcmp(argument, "on") == 0 || !is_now;
}

void
act_hold(struct tui *tui, const char *argument)
{
	const struct model_call *call = model_call_current(tui->model);

	if (call == NULL)
		tui_say(tui, STYLE_BAR_DIM, "%s", _("there is no call"));
	else
		ask(tui, RPC_CALL_HOLD,
		    json_pack("{s:s, s:b}", "id", call->id, "on",
			(int)is_on(argument != NULL ? argument : "",
			    call->state == CALL_HELD)));
}

bool
act_mute_call(struct tui *tui, const char *argument)
{
	const struct model_call *call = model_call_current(tui->model);

	if (call == NULL ||
	    (argument[0] != '\0' && strcmp(argument, "on") != 0 &&
		strcmp(argument, "off") != 0 && strcmp(argument, "--off") != 0))
		return false;
	ask(tui, RPC_CALL_MUTE,
	    json_pack("{s:s, s:b}", "id", call->id, "on",
		(int)is_on(argument, call->is_muted)));
	return true;
}

/* -- push to talk --------------------------------------------------------- */

void
act_push_to_talk(struct tui *tui, const char *argument)
{
	const struct model_call *call = model_call_current(tui->model);
	bool on = call != NULL &&
		  is_on(argument != NULL ? argument : "", call->pushes_to_talk);

	if (call == NULL)
		tui_say(tui, STYLE_BAR_DIM, "%s", _("there is no call"));
	else
		ask(tui, RPC_CALL_TALK,
		    json_pack("{s:s, s:o}", "id", call->id, "on",
			on ? json_false() : json_null()));
}

void
act_speak(struct tui *tui, const char *argument)
{
	const struct model_call *call = model_call_current(tui->model);

	if (call == NULL || !call->pushes_to_talk)
		tui_say(tui, STYLE_BAR_DIM, "%s",
		    _("/push-to-talk first, in a call"));
	else
		phone_speak(tui->phone);
}

/* -- pictures ------------------------------------------------------------- */

void
act_video_call(struct tui *tui, const char *argument)
{
	size_t count = 0;
	char **words = words_split(argument != NULL ? argument : "", &count);

	if (count == 0)
		call_talk(tui, true);
	else
		start(tui, list_who(words), true);
	words_free(words);
}

void
act_camera(struct tui *tui, const char *argument)
{
	const struct model_call *call = model_call_current(tui->model);

	if (call == NULL)
		tui_say(tui, STYLE_BAR_DIM, "%s", _("there is no call"));
	else
		ask(tui, RPC_CALL_SHOW,
		    json_pack("{s:s, s:b}", "id", call->id, "video",
			(int)is_on(argument != NULL ? argument : "",
			    call->shows_camera || call->shows_screen)));
}

static bool
has_display(void)
{
	const char *x11 = getenv("DISPLAY"),
		   *wayland = getenv("WAYLAND_DISPLAY");

	return (x11 != NULL && x11[0] != '\0') ||
	       (wayland != NULL && wayland[0] != '\0');
}

/* In a window where there can be one. */
void
act_pictures(struct tui *tui, const char *argument)
{
	bool in_window = has_display();

	if (argument != NULL && strcmp(argument, "here") == 0)
		in_window = false;
	else if (argument != NULL && strcmp(argument, "window") == 0)
		in_window = true;
	pictures_show(tui->pictures, in_window);
}

/* -- cam call ------------------------------------------------------------- */

/* What the command line calls an action; false: it is none of those done here,
 * or has options. */
static bool
act_verb(struct tui *tui, char *const *words, const char *argument)
{
	const char *rest = argument + strcspn(argument, " \n\t");
	bool has_no_id = words[1] == NULL || words[1][0] == '-';

	rest += strspn(rest, " \n\t");
	if (strcmp(words[0], "decline") == 0 && !has_options(words, 1))
		act_decline(tui, rest);
	else if (strcmp(words[0], "answer") == 0 && !has_options(words, 1))
		answer(tui, words[1], false);
	else if (strcmp(words[0], "hangup") == 0 && !has_options(words, 1))
		hang_up(tui, named_id(words[1]));
	else if (strcmp(words[0], "hold") == 0 && has_no_id)
		act_hold(tui, words[1] != NULL ? words[1] : "on");
	else if (strcmp(words[0], "mute") == 0 && has_no_id &&
		 model_call_current(tui->model) != NULL)
		(void)act_mute_call(tui, words[1] != NULL ? words[1] : "on");
	else if (strcmp(words[0], "add") == 0 && !has_options(words, 1))
		add(tui, words + 1);
	else
		return false;
	return true;
}

static bool
is_verb(const char *word)
{
	static const char *const verbs[] = { "answer", "decline", "hangup",
		"hold", "mute", "video", "screen", "talk", "device", "add",
		"ls", "stats", "devices", "record", "sdp" };

	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(word, verbs[i]) == 0)
			return true;
	}
	return false;
}

void
act_call(struct tui *tui, const char *argument)
{
	size_t count = 0;
	char **words = words_split(argument != NULL ? argument : "", &count);
	char *line = xasprintf("call %s", argument != NULL ? argument : "");

	if (count == 0)
		call_talk(tui, false);
	else if (act_verb(tui, words, argument))
		;
	else if (is_verb(words[0]) && strcmp(words[0], "answer") != 0)
		tui_run_cam(tui, line);
	else if (has_options(words, 0))
		run_detached(tui, argument);
	else
		start(tui, list_who(words), false);
	free(line);
	words_free(words);
}

void
act_devices(struct tui *tui, const char *argument)
{
	view_devices_show(tui);
}

void
act_calls(struct tui *tui, const char *argument)
{
	view_call_show(tui);
}
