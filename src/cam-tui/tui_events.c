/* tui_events.c: what comes from camd: kept in the model, told where it
 * matters. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/ask.h"
#include "cam-tui/drawing.h"
#include "cam-tui/event_text.h"
#include "cam-tui/herald.h"
#include "cam-tui/idle.h"
#include "cam-tui/linear.h"
#include "cam-tui/model_call.h"
#include "cam-tui/phone.h"
#include "cam-tui/secret.h"
#include "cam-tui/tui_parts.h"
#include "cam-tui/view_files.h"
#include "cam-tui/view_talk.h"
#include "cam-tui/view_text.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { TALKS_LISTED = 200 };

/* -- after connecting ----------------------------------------------------- */

static void ask_users(struct tui *tui, const char *after);

static void
on_users(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	const char *next = json_string_value(json_object_get(result, "next"));

	if (err != 0)
		return;
	model_take_users(tui->model, json_object_get(result, "users"),
	    !tui->has_users, next == NULL);
	tui->has_users = next != NULL;
	if (next != NULL)
		ask_users(tui, next);
}

static void
ask_users(struct tui *tui, const char *after)
{
	session_call(tui->session, RPC_ROSTER_LIST,
	    json_pack("{s:b, s:s*}", "all", 1, "after", after), on_users, tui);
}

static void
on_talks(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;

	if (err == 0)
		model_take_talks(tui->model, json_object_get(result, "talks"));
}

static void
take_absence(struct tui *tui, const json_t *object)
{
	const char *state = json_string_value(json_object_get(object, "state"));
	const char *away = json_string_value(json_object_get(object, "away"));

	free(tui->away);
	tui->away = state != NULL && strcmp(state, "away") == 0
			? xstrdup(away != NULL ? away : "")
			: NULL;
	tui_changed(tui);
}

static void
on_status(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	const char *id = json_string_value(json_object_get(result, "id"));
	const char *nick = json_string_value(json_object_get(result, "nick"));

	if (err != 0)
		return;
	model_set_self(
	    tui->model, id != NULL ? id : "", nick != NULL ? nick : "");
	take_absence(tui, result);
	tui_changed(tui);
}

static void ask_offers(struct tui *tui, const char *after);

static void
on_offers(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	const char *next = json_string_value(json_object_get(result, "next"));

	if (err != 0)
		return;
	model_take_offers(tui->model, json_object_get(result, "offers"));
	if (next != NULL)
		ask_offers(tui, next);
}

/* What may still go on: of what has ended the view of files asks. */
static void
ask_offers(struct tui *tui, const char *after)
{
	session_call(tui->session, RPC_OFFER_LIST,
	    json_pack("{s:[s, s, s], s:s*}", "state", "offered", "waiting",
		"running", "after", after),
	    on_offers, tui);
}

static void
on_attention(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;

	if (err == 0)
		model_take_attention(tui->model, result);
}

static void
on_online(const json_t *hello, void *arg)
{
	struct tui *tui = arg;

	model_forget_loaded(tui->model);
	model_forget_offers(tui->model);
	tui->has_users = false;
	session_call(tui->session, RPC_STATUS, NULL, on_status, tui);
	session_call(tui->session, RPC_TALK_LIST,
	    json_pack("{s:i}", "limit", (int)TALKS_LISTED), on_talks, tui);
	session_call(tui->session, RPC_ATTENTION_GET, NULL, on_attention, tui);
	for (size_t i = 0; i < tui->switcher.count; i++) {
		if (view_talk_of(tui->switcher.views[i]) != NULL)
			view_talk_refresh(tui->switcher.views[i]);
	}
	phone_online(tui->phone);
	ask_users(tui, NULL);
	ask_offers(tui, NULL);
	view_files_refresh(tui);
}

static void
on_state(enum session_state state, const char *why, void *arg)
{
	struct tui *tui = arg;

	if (state == SESSION_LOCKED)
		secret_ask(tui->secret);
	else if (secret_is_open(tui->secret))
		secret_close(tui->secret);
	/* What goes on without us is asked when there is a connection again. */
	if (state == SESSION_WAITING)
		model_forget_calls(tui->model);
	if (state == SESSION_ONLINE) {
		tui_log(tui, STYLE_DIM, _("connected to camd"));
		linear_say(tui->linear, _("connected to camd"));
		idle_connected(tui->idle);
	}
	if (state != SESSION_ONLINE && why != NULL &&
	    strcmp(why, tui->last_why) != 0) {
		tui_log(tui, STYLE_WARN, why);
		linear_say(tui->linear, why);
	}
	if (why != NULL || state == SESSION_ONLINE) {
		free(tui->last_why);
		tui->last_why = xstrdup(why != NULL ? why : "");
	}
	tui_changed(tui);
}

/* -- events --------------------------------------------------------------- */

static void
say_key(struct tui *tui, const json_t *params)
{
	if (json_text_is(params, "by", "server")) {
		tui_say(tui, STYLE_BAD,
		    _("FOREIGN KEYS: your organisation's server shows keys of "
		      "%s that are not his; none of them is used"),
		    json_text_at(params, "id"));
		return;
	}
	tui_say(tui, STYLE_BAD,
	    json_is_true(json_object_get(params, "blocked"))
		? _("ANOTHER KEY is used under the name %s, by %s: nothing is "
		    "sent until you have said which is right: /verify %s")
		: _("ANOTHER KEY is used under the name %s, by %s: /verify %s "
		    "compares"),
	    json_text_at(params, "id"), json_text_at(params, "other"),
	    json_text_at(params, "id"));
}

static void
say_failed(struct tui *tui, const json_t *params)
{
	const char *reason = json_text_at(params, "reason");
	bool may_clear =
	    strcmp(reason, "cleartext") == 0 || strcmp(reason, "weaker") == 0;
	char *text = ask_failure_text(params);

	if (json_text_is(params, "state", "failed"))
		tui_say(tui, STYLE_BAD, "%s%s", text,
		    may_clear ? _(" (/send-clear sends it nevertheless)") : "");
	free(text);
}

/* What comes and what fails is told at once, of the others' it is enough that
 * it stands in the log. */
static void
tell_event(struct tui *tui, const char *event, const json_t *params)
{
	bool received = json_text_is(params, "direction", "in");
	bool failed = strcmp(event, EVENT_TRANSFER_FAILED) == 0 &&
		      json_text_is(params, "state", "failed");
	enum style style;
	char *line = event_text(tui->model, event, params, &style);

	if (line == NULL)
		return;
	if (failed)
		tui_say(tui, STYLE_BAD, "%s", line);
	else if (received && strcmp(event, EVENT_TRANSFER_DONE) == 0)
		tui_say(tui, STYLE_BAR, "%s", line);
	else
		tui_log(tui, style, line);
	free(line);
}

/* A picture may have been waited for. */
static void
end_transfer(struct tui *tui, const char *event, const json_t *params)
{
	if (!json_text_is(params, "direction", "in"))
		return;
	if (strcmp(event, EVENT_TRANSFER_DONE) == 0)
		drawing_transferred(tui, json_text_at(params, "id"),
		    json_text_at(params, "path"));
	else if (strcmp(event, EVENT_TRANSFER_FAILED) == 0 &&
		 !json_is_true(json_object_get(params, "again")))
		drawing_transferred(tui, json_text_at(params, "id"), NULL);
}

static void
on_event(const char *event, const json_t *params, void *arg)
{
	struct tui *tui = arg;

	tell_event(tui, event, params);
	phone_event(tui->phone, event, params);
	end_transfer(tui, event, params);
	if (strcmp(event, EVENT_KEY_CHANGED) == 0)
		say_key(tui, params);
	if (strcmp(event, EVENT_PRESENCE_CHANGED) == 0)
		take_absence(tui, params);
	if (strcmp(event, EVENT_MESSAGE_STATE) == 0)
		say_failed(tui, params);
	model_take_event(tui->model, event, params);
}

const struct session_ops tui_session_ops = { on_online, on_state, on_event };

/* -- changes of the model ------------------------------------------------- */

static bool
is_looked_at(const struct tui *tui, const struct view *view)
{
	return tui_is_watched(tui) && tui->switcher.shown == view;
}

/* One that was spoken in needs nobody's attention. */
static bool
is_past_call(const struct model_message *message)
{
	const json_t *call = json_object_get(message->object, "call");

	return json_is_object(call) &&
	       !json_is_true(json_object_get(call, "missed"));
}

/* Whoever writes has a place in the switcher, and the user hears of it. */
static void
attend(struct tui *tui, const struct model_change *change)
{
	struct view *view = tui_place_talk(tui, change->talk);

	if (is_looked_at(tui, view)) {
		/* Read before it is drawn: it need not be drawn as unread. */
		view_talk_seen(view);
		return;
	}
	if (!change->message->is_sent && !is_past_call(change->message))
		herald_message(
		    tui->herald, change->talk, change->message->object);
}

void
tui_on_change(const struct model_change *change, void *arg)
{
	struct tui *tui = arg;

	if (change->kind == CHANGE_MESSAGE_NEW)
		attend(tui, change);
	else if (change->kind == CHANGE_TALK && change->talk != NULL &&
		 change->talk->unread == 0)
		herald_read(tui->herald, change->talk);
	else if (change->kind == CHANGE_CALL)
		phone_change(tui->phone);
	linear_change(tui->linear, change);
	if (tui->roster->type->changed != NULL)
		tui->roster->type->changed(tui->roster, change);
	for (size_t i = 0; i < tui->switcher.count; i++) {
		struct view *view = tui->switcher.views[i];

		if (view->type->changed != NULL)
			view->type->changed(view, change);
	}
	tui_changed(tui);
}
