/* view_devices.c: microphones and loudspeakers, to choose from: for the call
 * that is spoken in, and for later ones. */
#include "cam-tui/view_devices.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/ask.h"
#include "cam-tui/commands.h"
#include "cam-tui/listing.h"
#include "cam-tui/model_call.h"
#include "cam-tui/tui.h"
#include "rpc/names.h"

enum { DEVICES_MAX = 200, KIND_COLUMNS = 14, MARK_COLUMNS = 2 };

/* The two kinds, as camd names them. */
static const struct {
	const char *part;   /* of call.devices */
	const char *member; /* of call.use */
	const char *setting;
	const char *label;
} kinds[] = {
	{ "in", "audio_in", "media.audio_in", N_("microphone") },
	{ "out", "audio_out", "media.audio_out", N_("loudspeaker") },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

struct choice {
	size_t kind;
	char *spec; /* "", "none", or a name */
};

struct view_devices {
	struct view view;
	struct listing listing;
	struct choice rows[DEVICES_MAX];
	size_t count;
	char *chosen[KINDS]; /* what the settings say, NULL: not known yet */
	bool is_asked;
};

static const struct view_type devices_type;

static struct view_devices *
self_of(const struct view *view)
{
	return (struct view_devices *)view;
}

static void
clear(struct view_devices *self)
{
	for (size_t i = 0; i < self->count; i++)
		free(self->rows[i].spec);
	self->count = 0;
}

static void
devices_free(struct view *view)
{
	clear(self_of(view));
	for (size_t i = 0; i < KINDS; i++)
		free(self_of(view)->chosen[i]);
	view_finish(view);
	free(view);
}

static char *
devices_title(const struct view *view)
{
	return xstrdup(_("devices"));
}

static char *
devices_about(const struct view *view)
{
	return xstrdup(_("Enter uses it, now and later; r looks again"));
}

/* -- asked ---------------------------------------------------------------- */

static struct view_devices *
find_view(const struct tui *tui)
{
	for (size_t i = 0; i < tui->switcher.count; i++) {
		if (tui->switcher.views[i]->type == &devices_type)
			return self_of(tui->switcher.views[i]);
	}
	return NULL;
}

static void
add(struct view_devices *self, size_t kind, const char *spec)
{
	if (self->count < DEVICES_MAX)
		self->rows[self->count++] =
		    (struct choice){ .kind = kind, .spec = xstrdup(spec) };
}

static void
on_devices(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	struct view_devices *self = tui->is_ending ? NULL : find_view(tui);
	const json_t *name;
	size_t i;
	char *text = NULL;

	if (self == NULL)
		return;
	if (err != 0) {
		text = ask_error_text(err, error);
		tui_say(tui, STYLE_BAR_WARN, "%s", text);
		free(text);
	}
	clear(self);
	for (size_t kind = 0; kind < KINDS; kind++) {
		add(self, kind, "");
		json_array_foreach(
		    json_object_get(result, kinds[kind].part), i, name)
		{
			if (json_string_length(name) > 0)
				add(self, kind, json_string_value(name));
		}
		add(self, kind, "none");
	}
	self->is_asked = false;
	self->view.changed = true;
	tui_changed(tui);
}

static void
on_setting(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;
	struct view_devices *self = tui->is_ending ? NULL : find_view(tui);
	const char *key = json_string_value(json_object_get(result, "key"));
	const char *value = json_string_value(json_object_get(result, "value"));

	for (size_t i = 0; i < KINDS; i++) {
		if (self == NULL || err != 0 || key == NULL || value == NULL ||
		    strcmp(key, kinds[i].setting) != 0)
			continue;
		free(self->chosen[i]);
		self->chosen[i] = xstrdup(value);
		self->view.changed = true;
	}
	tui_changed(tui);
}

static void
refresh(struct view_devices *self)
{
	struct tui *tui = self->view.tui;

	if (self->is_asked)
		return;
	self->is_asked = true;
	self->view.changed = true;
	session_call(
	    tui->session, RPC_CALL_DEVICES, json_object(), on_devices, tui);
	for (size_t i = 0; i < KINDS; i++)
		session_call(tui->session, RPC_CONFIG_GET,
		    json_pack("{s:s}", "key", kinds[i].setting), on_setting,
		    tui);
}

/* -- chosen --------------------------------------------------------------- */

static void
use(struct view_devices *self, const struct choice *row)
{
	struct tui *tui = self->view.tui;
	const struct model_call *call = model_call_current(tui->model);

	if (call != NULL && call->was_spoken)
		ask_and_tell(tui, RPC_CALL_USE,
		    json_pack("{s:s, s:s}", "id", call->id,
			kinds[row->kind].member, row->spec));
	session_call(tui->session, RPC_CONFIG_SET,
	    json_pack("{s:s, s:s}", "key", kinds[row->kind].setting, "value",
		row->spec),
	    on_setting, tui);
}

/* -- drawing -------------------------------------------------------------- */

static const char *
name_of(const struct choice *row)
{
	if (row->spec[0] == '\0')
		return _("the system's own");
	return strcmp(row->spec, "none") == 0 ? _("none") : row->spec;
}

static void
devices_draw(struct view *view, struct canvas *canvas, struct box box)
{
	struct view_devices *self = self_of(view);
	unsigned columns =
	    box.columns / 2 < KIND_COLUMNS ? box.columns / 2 : KIND_COLUMNS;

	listing_fit(&self->listing, self->count, box.rows);
	for (unsigned i = 0; i < box.rows; i++) {
		size_t place = self->listing.top + i;
		const struct choice *row = &self->rows[place];
		bool is_chosen;

		if (place >= self->count)
			break;
		is_chosen = self->chosen[row->kind] != NULL &&
			    strcmp(self->chosen[row->kind], row->spec) == 0;
		canvas_put(canvas, box, i, 0, STYLE_GOOD,
		    span_text(is_chosen ? "*" : " "));
		canvas_put_cut(canvas, box, i, MARK_COLUMNS, columns, STYLE_DIM,
		    span_text(_(kinds[row->kind].label)));
		canvas_put_cut(canvas, box, i, MARK_COLUMNS + columns,
		    box.columns - columns - MARK_COLUMNS,
		    is_chosen ? STYLE_STRONG : STYLE_PLAIN,
		    span_text(name_of(row)));
		if (place == self->listing.selected)
			canvas_mark(canvas, box, i, STYLE_SELECTED);
	}
	if (self->count == 0)
		canvas_put_cut(canvas, box, 0, 0, box.columns, STYLE_DIM,
		    span_text(_("looking which devices there are")));
}

/* -- keys ----------------------------------------------------------------- */

static bool
devices_act(struct view *view, enum view_act act)
{
	struct view_devices *self = self_of(view);

	if (act == ACT_CANCEL)
		return false;
	view->changed = true;
	if (act == ACT_OPEN && self->listing.selected < self->count)
		use(self, &self->rows[self->listing.selected]);
	else
		listing_act(&self->listing, act);
	return true;
}

static bool
devices_stroke(struct view *view, struct stroke stroke)
{
	if (stroke.key != 'r' || stroke.mods != 0)
		return false;
	refresh(self_of(view));
	return true;
}

static const struct view_type devices_type = {
	.name = "devices",
	.is_list = true,
	.free = devices_free,
	.title = devices_title,
	.about = devices_about,
	.draw = devices_draw,
	.act = devices_act,
	.stroke = devices_stroke,
};

void
view_devices_show(struct tui *tui)
{
	struct view_devices *self = find_view(tui);

	if (self == NULL) {
		self = xcalloc(1, sizeof *self);
		view_init(&self->view, &devices_type, tui);
		tui_add(tui, &self->view);
	} else {
		tui_show(tui, &self->view);
	}
	refresh(self);
}
