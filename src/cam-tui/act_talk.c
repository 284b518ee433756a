/* act_talk.c: commands about talks and their messages. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/ask.h"
#include "cam-tui/commands.h"
#include "cam-tui/composer.h"
#include "cam-tui/model.h"
#include "cam-tui/terminal.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_search.h"
#include "cam-tui/view_settings.h"
#include "cam-tui/view_talk.h"
#include "rpc/names.h"

/* -- opening -------------------------------------------------------------- */

/* Names being looked up one after the other. */
struct opening {
	struct tui *tui;
	char *rest; /* of "WHO,WHO" */
	char *who;  /* asked for now */
	json_t *ids;
};

static void
opening_free(struct opening *opening)
{
	free(opening->rest);
	free(opening->who);
	json_decref(opening->ids);
	free(opening);
}

static void
open_found(struct opening *opening)
{
	const char **ids =
	    xcalloc(json_array_size(opening->ids) + 1, sizeof *ids);
	const json_t *id;
	size_t count = 0, i;

	json_array_foreach(opening->ids, i, id)
	{
		if (json_is_string(id))
			ids[count++] = json_string_value(id);
	}
	if (count > 0)
		tui_open_talk(opening->tui,
		    model_talk_with(opening->tui->model, ids, count));
	free(ids);
}

static void resolve_next(struct opening *opening);

static void
on_resolved(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct opening *opening = arg;
	const json_t *users = json_object_get(result, "users");

	if (err == 0) {
		json_array_extend(opening->ids, (json_t *)users);
		resolve_next(opening);
		return;
	}
	if (err != CAM_ERR_CLOSED) {
		char *text = ask_error_text(err, error);

		tui_say(opening->tui, STYLE_BAR_WARN, "%s", text);
		free(text);
	}
	opening_free(opening);
}

static void
resolve_next(struct opening *opening)
{
	size_t begin = strspn(opening->rest, ", \n");
	size_t len = strcspn(opening->rest + begin, ",");
	char *rest;

	free(opening->who);
	opening->who = xstrndup(opening->rest + begin, len);
	if (opening->who[0] == '\0') {
		open_found(opening);
		opening_free(opening);
		return;
	}
	rest = xstrdup(opening->rest + begin + len);
	free(opening->rest);
	opening->rest = rest;
	for (size_t i = strlen(opening->who); i > 0; i--) {
		if (opening->who[i - 1] != ' ' && opening->who[i - 1] != '\n')
			break;
		opening->who[i - 1] = '\0';
	}
	session_call(opening->tui->session, RPC_ROSTER_RESOLVE,
	    json_pack("{s:s}", "who", opening->who), on_resolved, opening);
}

void
act_talk(struct tui *tui, const char *argument)
{
	struct opening *opening;

	if (argument == NULL || argument[0] == '\0') {
		tui_say(tui, STYLE_BAR_WARN, "%s", _("/talk WHO[,WHO...]"));
		return;
	}
	opening = xcalloc(1, sizeof *opening);
	opening->tui = tui;
	opening->rest = xstrdup(argument);
	opening->ids = json_array();
	resolve_next(opening);
}

/* -- messages ------------------------------------------------------------- */

static struct view *
talk_view(struct tui *tui)
{
	struct view *view = tui->switcher.shown;

	if (view_talk_of(view) != NULL)
		return view;
	tui_say(tui, STYLE_BAR_WARN, "%s", _("that is for talks"));
	return NULL;
}

void
act_select_older(struct tui *tui, const char *argument)
{
	struct view *view = tui->switcher.shown;

	if (view_talk_of(view) != NULL)
		view_talk_select(view, true);
	else if (view->type->act != NULL)
		view->type->act(view, ACT_LINE_UP);
}

void
act_select_newer(struct tui *tui, const char *argument)
{
	struct view *view = tui->switcher.shown;

	if (view_talk_of(view) != NULL)
		view_talk_select(view, false);
	else if (view->type->act != NULL)
		view->type->act(view, ACT_LINE_DOWN);
}

/* The newest that is sealed. */
static const struct model_message *
last_sealed(const struct model_talk *talk)
{
	for (size_t i = talk->count; i-- > 0;) {
		const json_t *object = talk->messages[i]->object;

		if (!talk->messages[i]->is_sent &&
		    json_is_false(json_object_get(object, "opened")))
			return talk->messages[i];
	}
	return NULL;
}

static void
on_opened(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;

	if (err == CAM_ERR_CLOSED)
		return;
	if (err == 0) {
		model_take_message(
		    tui->model, json_object_get(result, "message"));
	} else {
		char *text = ask_error_text(err, error);

		tui_say(tui, STYLE_BAR_WARN, "%s", text);
		free(text);
	}
}

void
act_unseal(struct tui *tui, const char *argument)
{
	struct view *view = talk_view(tui);
	const struct model_message *message;

	if (view == NULL)
		return;
	message = view_talk_selected(view, false, false);
	if (message == NULL)
		message = last_sealed(view_talk_of(view));
	if (message == NULL)
		tui_say(tui, STYLE_BAR_DIM, "%s", _("nothing is sealed here"));
	else
		session_call(tui->session, RPC_MESSAGE_OPEN,
		    json_pack("{s:s}", "id", message->id), on_opened, tui);
}

void
act_reply(struct tui *tui, const char *argument)
{
	struct view *view = talk_view(tui);
	const struct model_message *message =
	    view != NULL ? view_talk_selected(view, true, false) : NULL;

	if (message != NULL)
		view_talk_reply(view, message->id);
}

void
act_edit(struct tui *tui, const char *argument)
{
	struct view *view = talk_view(tui);
	const struct model_message *message =
	    view != NULL ? view_talk_selected(view, true, true) : NULL;

	if (message != NULL && message->is_sent)
		view_talk_edit(view, message->id);
	else if (view != NULL)
		tui_say(tui, STYLE_BAR_WARN, "%s",
		    _("only what you sent can be changed"));
}

void
act_copy(struct tui *tui, const char *argument)
{
	struct view *view = talk_view(tui);
	const struct model_message *message =
	    view != NULL ? view_talk_selected(view, true, false) : NULL;
	const char *text = NULL;

	if (message != NULL)
		text =
		    json_string_value(json_object_get(message->object, "text"));
	if (text == NULL)
		return;
	if (terminal_copy(tui->terminal, span_text(text)))
		tui_say(tui, STYLE_BAR_DIM, "%s",
		    _("given to the terminal's clipboard"));
	else
		tui_say(tui, STYLE_BAR_WARN, "%s",
		    _("too long for the terminal's clipboard"));
}

void
act_take_back(struct tui *tui, const char *argument)
{
	struct view *view = talk_view(tui);
	const struct model_message *message =
	    view != NULL ? view_talk_selected(view, false, true) : NULL;

	if (message != NULL && message->is_sent)
		ask_and_tell(tui, RPC_MESSAGE_DELETE,
		    json_pack("{s:s}", "id", message->id));
	else if (view != NULL)
		tui_say(tui, STYLE_BAR_WARN, "%s",
		    _("select one of your messages first: C-Up"));
}

void
act_send_clear(struct tui *tui, const char *argument)
{
	struct view *view = talk_view(tui);
	const struct model_message *message =
	    view != NULL ? view_talk_selected(view, true, true) : NULL;

	if (message != NULL && message->is_sent)
		ask_and_tell(tui, RPC_MESSAGE_RETRY,
		    json_pack("{s:s, s:b}", "id", message->id, "clear", 1));
}

/* -- other views ---------------------------------------------------------- */

void
act_search(struct tui *tui, const char *argument)
{
	view_search_show(tui, argument != NULL ? argument : "");
}

void
act_settings(struct tui *tui, const char *argument)
{
	view_settings_show(tui);
}
