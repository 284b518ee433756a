/* act_files.c: commands about what is offered: on the selected line of the
 * files, or on what the selected message of a talk offers. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/ask.h"
#include "cam-tui/commands.h"
#include "cam-tui/composer.h"
#include "cam-tui/drawing.h"
#include "cam-tui/model.h"
#include "cam-tui/pathlist.h"
#include "cam-tui/transfer_text.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_files.h"
#include "cam-tui/view_talk.h"
#include "cam-tui/words.h"
#include "rpc/names.h"

/* Borrowed until the model changes. */
struct targets {
	const struct model_transfer *list[PATHLIST_MAX];
	size_t count;
};

static void
add_offers(const struct model *model, const struct model_message *message,
    struct targets *targets)
{
	const json_t *object = message->object, *offer;
	const char *peer =
	    message->is_sent
		? json_string_value(
		      json_array_get(json_object_get(object, "to"), 0))
		: json_string_value(json_object_get(object, "from"));
	size_t i;

	json_array_foreach(json_object_get(object, "offers"), i, offer)
	{
		const char *id =
		    json_string_value(json_object_get(offer, "id"));
		const struct model_transfer *transfer =
		    id != NULL && peer != NULL ? model_transfer(model, id, peer)
					       : NULL;

		if (transfer != NULL && targets->count < PATHLIST_MAX)
			targets->list[targets->count++] = transfer;
	}
}

static bool
offers_something(const struct model_message *message)
{
	return json_array_size(json_object_get(message->object, "offers")) > 0;
}

/* Without one selected the last that offers anything. */
static void
find_in_talk(struct tui *tui, struct targets *targets)
{
	struct view *view = tui->switcher.shown;
	const struct model_talk *talk = view_talk_of(view);
	const struct model_message *message =
	    view_talk_selected(view, false, false);

	for (size_t i = talk->count; message == NULL && i-- > 0;) {
		if (offers_something(talk->messages[i]))
			message = talk->messages[i];
	}
	if (message != NULL)
		add_offers(tui->model, message, targets);
}

static bool
find_targets(struct tui *tui, struct targets *targets)
{
	struct view *view = tui->switcher.shown;
	const struct model_transfer *selected = view_files_selected(view);

	targets->count = 0;
	if (view_talk_of(view) != NULL)
		find_in_talk(tui, targets);
	else if (selected != NULL)
		targets->list[targets->count++] = selected;
	if (targets->count == 0)
		tui_say(tui, STYLE_BAR_DIM, "%s", _("no file is offered here"));
	return targets->count > 0;
}

/* -- fetching ------------------------------------------------------------- */

static void
on_accepted(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	const json_t *offer = json_object_get(result, "offer");
	const char *name = json_string_value(json_object_get(offer, "name"));
	char *text;

	if (err == CAM_ERR_CLOSED)
		return;
	if (err != 0) {
		text = ask_error_text(err, error);
		tui_say(tui, STYLE_BAD, "%s", text);
		free(text);
		return;
	}
	tui_say(tui, STYLE_BAR, _("getting '%s'"), name != NULL ? name : "");
	model_take_offer(tui->model, offer);
}

static void
accept(
    struct tui *tui, const struct model_transfer *transfer, const char *folder)
{
	session_call(tui->session, RPC_OFFER_ACCEPT,
	    json_pack("{s:s, s:b, s:s*}", "id", transfer->id, "again",
		transfer->stage == STAGE_DONE && folder != NULL, "dir", folder),
	    on_accepted, tui);
}

/* What is there already is only told of, unless it is wanted elsewhere too. */
static void
get_one(
    struct tui *tui, const struct model_transfer *transfer, const char *folder)
{
	if (!transfer->is_received)
		tui_say(tui, STYLE_BAR_WARN,
		    _("'%s' is what you offer yourself"), transfer->name);
	else if (transfer->stage == STAGE_DONE && folder == NULL)
		tui_say(tui, STYLE_BAR, _("'%s' is saved as '%s'"),
		    transfer->name,
		    transfer->path != NULL ? transfer->path : "");
	else
		accept(tui, transfer, folder);
}

static void
get_all(struct tui *tui, const char *folder)
{
	struct targets targets;

	if (!find_targets(tui, &targets))
		return;
	for (size_t i = 0; i < targets.count; i++)
		get_one(tui, targets.list[i], folder);
}

void
act_get(struct tui *tui, const char *argument)
{
	get_all(tui, NULL);
}

static void
get_into(struct tui *tui, const char *argument)
{
	char **words = NULL, *folder;
	size_t count = 0;

	if (pathlist_words(span_text(argument), &words, &count) != 0 ||
	    count != 1) {
		tui_say(tui, STYLE_BAR_WARN, "%s", _("/get-into FOLDER"));
	} else {
		folder = pathlist_expand(words[0], getenv("HOME"));
		get_all(tui, folder);
		free(folder);
	}
	words_free(words);
}

/* The folder is typed where one types. */
void
act_get_into(struct tui *tui, const char *argument)
{
	struct view *view = tui->switcher.shown;
	struct targets targets;
	char *folder, *line;

	if (argument != NULL) {
		get_into(tui, argument);
		return;
	}
	if (!find_targets(tui, &targets))
		return;
	folder = pathlist_escape(tui->paths.files);
	line = xasprintf("/get-into %s/", folder);
	if (view_talk_of(view) == NULL)
		view_files_ask_folder(view, line + strlen("/get-into "));
	else if (composer_is_empty(view->composer))
		composer_set(view->composer, span_text(line));
	else
		tui_say(tui, STYLE_BAR_WARN, "%s", _("/get-into FOLDER"));
	free(folder);
	free(line);
}

/* -- ending --------------------------------------------------------------- */

static void
on_ended(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	char *text;

	if (err == CAM_ERR_CLOSED)
		return;
	if (err == 0) {
		model_take_offers(
		    tui->model, json_object_get(result, "offers"));
		return;
	}
	text = ask_error_text(err, error);
	tui_say(tui, STYLE_BAD, "%s", text);
	free(text);
}

void
act_stop(struct tui *tui, const char *argument)
{
	struct targets targets;

	if (!find_targets(tui, &targets))
		return;
	for (size_t i = 0; i < targets.count; i++)
		session_call(tui->session, RPC_OFFER_CANCEL,
		    json_pack("{s:s}", "id", targets.list[i]->id), on_ended,
		    tui);
}

/* What is dropped is listed no more. */
static void
on_dropped(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	const json_t *object;
	size_t i;

	on_ended(arg, err, result, error);
	if (err != 0)
		return;
	json_array_foreach(json_object_get(result, "offers"), i, object)
	{
		const char *id =
		    json_string_value(json_object_get(object, "id"));

		if (id != NULL)
			model_drop_offer(tui->model, id);
	}
}

void
act_drop(struct tui *tui, const char *argument)
{
	struct targets targets;

	if (!find_targets(tui, &targets))
		return;
	for (size_t i = 0; i < targets.count; i++)
		session_call(tui->session, RPC_OFFER_DROP,
		    json_pack("{s:s}", "id", targets.list[i]->id), on_dropped,
		    tui);
}

/* -- pictures ------------------------------------------------------------- */

/* Where it lies here, whoever it is from. */
static const char *
path_here(const struct model_transfer *transfer)
{
	return !transfer->is_received || transfer->stage == STAGE_DONE
		   ? transfer->path
		   : NULL;
}

static void
on_path(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	const json_t *object =
	    json_array_get(json_object_get(result, "offers"), 0);
	const char *path = json_string_value(json_object_get(object, "path"));

	if (err == 0 && path != NULL)
		drawing_show(tui, path);
}

/* One that is not here yet is shown when it has come. */
void
act_show(struct tui *tui, const char *argument)
{
	const struct model_transfer *picture = NULL;
	struct targets targets;

	if (!find_targets(tui, &targets))
		return;
	for (size_t i = targets.count; i-- > 0;) {
		if (transfer_is_picture(targets.list[i]))
			picture = targets.list[i];
	}
	if (picture == NULL) {
		tui_say(tui, STYLE_BAR_DIM, "%s",
		    _("only pictures are shown: PNG, JPEG and WebP"));
	} else if (path_here(picture) != NULL) {
		drawing_show(tui, picture->path);
	} else if (!picture->is_received) {
		session_call(tui->session, RPC_OFFER_GET,
		    json_pack("{s:s}", "id", picture->id), on_path, tui);
	} else {
		drawing_show_later(tui, picture->id);
		accept(tui, picture, NULL);
	}
}

/* -- the view ------------------------------------------------------------- */

void
act_files(struct tui *tui, const char *argument)
{
	view_files_show(tui);
}

void
act_events(struct tui *tui, const char *argument)
{
	tui_show(tui, tui->log);
}
