/* view_settings.c: the settings, looked at and changed. */
#include "cam-tui/view_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/ask.h"
#include "cam-tui/composer.h"
#include "cam-tui/listing.h"
#include "cam-tui/tui.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { KEY_COLUMNS = 28 };

struct view_settings {
	struct view view;
	struct listing listing;
	json_t *settings; /* as config.list tells them */
};

static struct view_settings *
self_of(const struct view *view)
{
	return (struct view_settings *)view;
}

static const struct view_type settings_type;

static void
settings_free(struct view *view)
{
	json_decref(self_of(view)->settings);
	view_finish(view);
	free(view);
}

static struct view_settings *
find_view(const struct tui *tui)
{
	for (size_t i = 0; i < tui->switcher.count; i++) {
		if (tui->switcher.views[i]->type == &settings_type)
			return self_of(tui->switcher.views[i]);
	}
	return NULL;
}

static char *
settings_title(const struct view *view)
{
	return xstrdup(_("settings"));
}

static char *
settings_about(const struct view *view)
{
	return xstrdup(view->is_list ? _("Enter changes, Esc leaves")
				     : _("Enter sets, Esc does not"));
}

/* -- asking --------------------------------------------------------------- */

static void
on_list(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	struct view_settings *self;

	if (err != 0)
		return;
	self = find_view(tui);
	if (self == NULL)
		return;
	json_decref(self->settings);
	self->settings = json_incref(json_object_get(result, "settings"));
	self->view.changed = true;
	tui_changed(tui);
}

static void
refresh(struct tui *tui)
{
	session_call(tui->session, RPC_CONFIG_LIST, NULL, on_list, tui);
}

static void
on_set(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	char *text;

	if (err == CAM_ERR_CLOSED)
		return;
	if (err != 0) {
		text = ask_error_text(err, error);
		tui_say(tui, STYLE_BAR_WARN, "%s", text);
		free(text);
		return;
	}
	if (strncmp(json_text_at(result, "key"), "tui.", 4) == 0)
		tui_read_options(tui);
	refresh(tui);
}

/* -- drawing -------------------------------------------------------------- */

static void
draw_setting(
    const json_t *setting, struct canvas *canvas, struct box box, unsigned row)
{
	const char *source = json_text_at(setting, "source");
	bool is_default = strcmp(source, "default") == 0;
	unsigned columns =
	    KEY_COLUMNS < box.columns / 2 ? KEY_COLUMNS : box.columns / 2;

	canvas_put_cut(canvas, box, row, 0, columns - 1,
	    is_default ? STYLE_PLAIN : STYLE_STRONG,
	    span_text(json_text_at(setting, "key")));
	canvas_put_cut(canvas, box, row, columns, box.columns - columns,
	    is_default ? STYLE_DIM : STYLE_PLAIN,
	    span_text(json_text_at(setting, "value")));
}

static void
settings_draw(struct view *view, struct canvas *canvas, struct box box)
{
	struct view_settings *self = self_of(view);

	listing_fit(&self->listing, json_array_size(self->settings), box.rows);
	for (unsigned i = 0; i < box.rows; i++) {
		size_t place = self->listing.top + i;

		if (place >= self->listing.count)
			break;
		draw_setting(
		    json_array_get(self->settings, place), canvas, box, i);
		if (place == self->listing.selected)
			canvas_mark(canvas, box, i, STYLE_SELECTED);
	}
}

/* -- keys ----------------------------------------------------------------- */

static const json_t *
selected(const struct view_settings *self)
{
	return json_array_get(self->settings, self->listing.selected);
}

static bool
settings_act(struct view *view, enum view_act act)
{
	struct view_settings *self = self_of(view);

	view->changed = true;
	if (act == ACT_CANCEL) {
		bool was_editing = !view->is_list;

		view->is_list = true;
		composer_set(view->composer, span_of(NULL, 0));
		return was_editing;
	}
	if (act == ACT_OPEN && selected(self) != NULL) {
		view->is_list = false;
		composer_set(view->composer,
		    span_text(json_text_at(selected(self), "value")));
		return true;
	}
	listing_act(&self->listing, act);
	return true;
}

/* An empty value is one too: back to the default is '/config unset'. */
static void
settings_submit(struct view *view, const char *text)
{
	struct view_settings *self = self_of(view);
	const json_t *setting = selected(self);

	view->is_list = true;
	view->changed = true;
	if (setting != NULL)
		session_call(view->tui->session, RPC_CONFIG_SET,
		    json_pack("{s:s, s:s}", "key", json_text_at(setting, "key"),
			"value", text),
		    on_set, view->tui);
}

static const struct view_type settings_type = {
	.name = "settings",
	.is_list = true,
	.free = settings_free,
	.title = settings_title,
	.about = settings_about,
	.draw = settings_draw,
	.act = settings_act,
	.submit = settings_submit,
};

void
view_settings_show(struct tui *tui)
{
	struct view_settings *self = find_view(tui);

	if (self == NULL) {
		self = xcalloc(1, sizeof *self);
		view_init(&self->view, &settings_type, tui);
		tui_add(tui, &self->view);
	} else {
		tui_show(tui, &self->view);
	}
	refresh(tui);
}
