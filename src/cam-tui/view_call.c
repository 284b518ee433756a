/* view_call.c: who is in a call, and how it is heard. */
#include "cam-tui/view_call.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/callbar.h"
#include "cam-tui/layout.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/model_call.h"
#include "cam-tui/tui.h"
#include "rpc/callwords.h"
#include "rpc/json.h"
#include "rpc/reason.h"

enum { INDENT = 4 };

struct view_call {
	struct view view;
	size_t top; /* the first line that is seen */
	size_t lines;
	size_t rows; /* as drawn last */
};

static const struct view_type call_type;

static struct view_call *
self_of(const struct view *view)
{
	return (struct view_call *)view;
}

static void
call_free(struct view *view)
{
	view_finish(view);
	free(view);
}

static char *
call_title(const struct view *view)
{
	return xstrdup(_("calls"));
}

static char *
call_about(const struct view *view)
{
	return xstrdup(_("/devices chooses microphone and loudspeaker"));
}

/* -- lines ---------------------------------------------------------------- */

static void
begin_line(struct layout *layout, unsigned indent)
{
	layout->indent = layout->margin = indent;
	layout_break(layout);
	layout->indent = indent + INDENT / 2;
}

/* "32.8 kbit/s", "0.0% lost"; nothing where it is not known. */
static void
put_number(struct layout *layout, const json_t *stream, const char *name,
    double factor, const char *unit, const char *sentence)
{
	const json_t *value = json_object_get(stream, name);
	char *number, *text;

	if (!json_is_number(value))
		return;
	number = xasprintf("%.1f%s", factor * json_number_value(value), unit);
	text = reason_text(sentence, number);
	layout_printf(layout, STYLE_PLAIN, ", %s", text);
	free(text);
	free(number);
}

static const char *
kind_of(const json_t *stream)
{
	const char *kind = json_text_at(stream, "kind");
	bool is_in = json_text_at(stream, "direction")[0] == 'i';

	if (kind[0] == 'v')
		return is_in ? _("picture from there") : _("picture from us");
	if (kind[0] == 's')
		return is_in ? _("screen from there") : _("screen from us");
	return is_in ? _("sound from there") : _("sound from us");
}

static void
put_size(struct layout *layout, const json_t *stream)
{
	const json_t *width = json_object_get(stream, "width");
	const json_t *height = json_object_get(stream, "height");
	const json_t *fps = json_object_get(stream, "fps");

	if (!json_is_integer(width) || !json_is_integer(height))
		return;
	layout_printf(layout, STYLE_PLAIN, ", %lldx%lld",
	    (long long)json_integer_value(width),
	    (long long)json_integer_value(height));
	if (json_is_number(fps))
		layout_printf(layout, STYLE_PLAIN, _(", %.0f a second"),
		    json_number_value(fps));
}

static void
put_stream(struct layout *layout, const json_t *stream)
{
	begin_line(layout, INDENT);
	layout_printf(layout, STYLE_DIM, "%s: ", kind_of(stream));
	layout_text(layout, STYLE_PLAIN, json_text_at(stream, "codec"));
	put_size(layout, stream);
	put_number(layout, stream, "bitrate", 0.001, "", _("%s kbit/s"));
	put_number(layout, stream, "loss", 100, "%", _("%s lost"));
	put_number(layout, stream, "jitter_ms", 1, "", _("jitter %s ms"));
	put_number(layout, stream, "rtt_ms", 1, "", _("round trip %s ms"));
	put_number(layout, stream, "delay_ms", 1, "", _("delay %s ms"));
}

static const json_t *
stats_of(const struct model_call *call, const char *id)
{
	const json_t *member;
	size_t i;

	json_array_foreach(json_object_get(call->stats, "members"), i, member)
	{
		if (json_text_is(member, "member", id))
			return json_object_get(member, "streams");
	}
	return NULL;
}

static const char *
party_word(const struct model_party *party)
{
	if (!party->is_there)
		return _("not there yet");
	if (party->holds)
		return _("holds");
	if (party->is_silent)
		return _("nothing is heard");
	return party->is_muted ? _("muted") : _("in call");
}

static void
put_party(struct layout *layout, const struct model *model,
    const struct model_call *call, const struct model_party *party)
{
	const json_t *stream;
	char bars[CALLWORDS_BARS_SIZE];
	size_t i;

	begin_line(layout, INDENT / 2);
	layout_text(layout,
	    party == model_call_talker(call) ? STYLE_STRONG : STYLE_PLAIN,
	    model_name_of(model, party->id));
	layout_printf(layout, STYLE_DIM, " (%s)", party->id);
	layout_printf(layout,
	    party->is_there && !party->is_silent ? STYLE_GOOD : STYLE_WARN,
	    " %s", party_word(party));
	if (party->records)
		layout_printf(layout, STYLE_WARN, ", %s", _("records"));
	if (party->is_there && call->state == CALL_ACTIVE) {
		callwords_bars(party->level, bars);
		layout_printf(layout, STYLE_DIM, " %s", bars);
	}
	json_array_foreach(stats_of(call, party->id), i, stream)
	    put_stream(layout, stream);
}

static void
put_call(struct layout *layout, const struct model *model,
    const struct model_call *call)
{
	char clock[CALLWORDS_CLOCK_SIZE];
	char *name = model_call_name(model, call);
	const char *quality = callbar_quality(&call->quality);

	begin_line(layout, 0);
	layout_text(layout, STYLE_STRONG, name);
	layout_printf(layout, STYLE_ACCENT, ": %s", callbar_state(call));
	if (call->was_spoken) {
		callwords_clock(
		    (int64_t)model_call_ms(call, clock_wall_ms()), clock);
		layout_printf(layout, STYLE_PLAIN, " %s", clock);
	}
	if (call->is_muted)
		layout_printf(layout, STYLE_WARN, ", %s", _("you are muted"));
	if (quality[0] != '\0')
		layout_printf(layout, STYLE_PLAIN, ", %s", quality);
	for (size_t i = 0; i < call->party_count; i++)
		put_party(layout, model, call, &call->parties[i]);
	layout_break(layout);
	free(name);
}

static void
lay(const struct view_call *self, struct layout *layout)
{
	const struct model *model = self->view.tui->model;

	for (size_t i = 0; i < model_call_count(model); i++)
		put_call(layout, model, model_call_at(model, i));
	if (model_call_count(model) == 0)
		layout_text(layout, STYLE_DIM,
		    _("There is no call. '/call' in a talk calls its people, "
		      "'/call WHO' anybody."));
}

/* -- the view ------------------------------------------------------------- */

static void
call_draw(struct view *view, struct canvas *canvas, struct box box)
{
	struct view_call *self = self_of(view);
	struct layout layout;

	layout_init(&layout, box.columns);
	lay(self, &layout);
	self->lines = layout.lines;
	self->rows = box.rows;
	if (self->top + box.rows > layout.lines)
		self->top =
		    layout.lines > box.rows ? layout.lines - box.rows : 0;
	layout_draw(&layout, canvas, box, 0, self->top, box.rows);
	layout_finish(&layout);
}

static bool
call_act(struct view *view, enum view_act act)
{
	struct view_call *self = self_of(view);
	size_t page = self->rows > 1 ? self->rows - 1 : 1;

	view->changed = true;
	switch (act) {
	case ACT_LINE_UP:
		self->top -= self->top > 0;
		return true;
	case ACT_LINE_DOWN:
		self->top++;
		return true;
	case ACT_PAGE_UP:
		self->top -= self->top > page ? page : self->top;
		return true;
	case ACT_PAGE_DOWN:
		self->top += page;
		return true;
	case ACT_START:
		self->top = 0;
		return true;
	case ACT_END:
		self->top = self->lines;
		return true;
	case ACT_CANCEL:
		tui_close(view->tui, view);
		return true;
	case ACT_OPEN:
	case ACT_NEXT:
	case ACT_PREVIOUS:
		break;
	}
	return false;
}

static void
call_changed(struct view *view, const struct model_change *change)
{
	view->changed |=
	    change->kind == CHANGE_CALL || change->kind == CHANGE_USERS;
}

static const struct view_type call_type = {
	.name = "calls",
	.free = call_free,
	.title = call_title,
	.about = call_about,
	.draw = call_draw,
	.act = call_act,
	.changed = call_changed,
};

static struct view *
find_view(const struct tui *tui)
{
	for (size_t i = 0; i < tui->switcher.count; i++) {
		if (tui->switcher.views[i]->type == &call_type)
			return tui->switcher.views[i];
	}
	return NULL;
}

bool
view_call_is_shown(const struct tui *tui)
{
	return tui->switcher.shown->type == &call_type;
}

/* Between lines it would be old before it is read: the command line says it. */
void
view_call_show(struct tui *tui)
{
	struct view *view = find_view(tui);
	struct view_call *self = NULL;

	if (tui->linear != NULL) {
		tui_run_cam(tui, model_call_current(tui->model) != NULL
				     ? "call stats"
				     : "call ls");
	} else if (view != NULL) {
		tui_show(tui, view);
	} else {
		self = xcalloc(1, sizeof *self);
		view_init(&self->view, &call_type, tui);
		tui_add(tui, &self->view);
	}
}
