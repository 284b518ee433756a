/* view_search.c: search over all that was ever said, with jumps to it. */
#include "cam-tui/view_search.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/ask.h"
#include "cam-tui/listing.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/model.h"
#include "cam-tui/stroke.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_talk.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { WORDS_MAX = 256, PAGE_RESULTS = 100, DATE_COLUMNS = 17 };

struct view_search {
	struct view view;
	struct listing listing;
	struct buf words;
	json_t *found; /* messages, the newest first */
	bool has_more;
	bool is_asking;
	bool is_stale; /* the words have changed since camd was asked */
	char *problem; /* why nothing can be found, or NULL */
};

static struct view_search *
self_of(const struct view *view)
{
	return (struct view_search *)view;
}

static const struct view_type search_type;

static void
search_free(struct view *view)
{
	struct view_search *self = self_of(view);

	json_decref(self->found);
	buf_finish(&self->words);
	free(self->problem);
	view_finish(view);
	free(self);
}

static char *
search_title(const struct view *view)
{
	char *words = span_dup(buf_span(&self_of(view)->words));
	char *title = words[0] != '\0' ? xasprintf(_("search: %s"), words)
				       : xstrdup(_("search"));

	free(words);
	return title;
}

/* -- asking --------------------------------------------------------------- */

struct asked {
	struct tui *tui;
	struct view *view; /* looked for among those that are open */
	bool is_next;	   /* of what was found before */
};

static void ask(struct view_search *self, bool next);

static void
take_found(struct view_search *self, const json_t *result, bool next)
{
	const json_t *messages = json_object_get(result, "messages");

	if (!next) {
		json_array_clear(self->found);
		self->listing.selected = self->listing.top = 0;
	}
	for (size_t i = json_array_size(messages); i-- > 0;)
		json_array_append(self->found, json_array_get(messages, i));
	self->has_more = json_is_true(json_object_get(result, "more"));
}

static void
on_found(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct asked *asked = arg;
	struct view_search *self = self_of(asked->view);

	if (err == CAM_ERR_CLOSED ||
	    !switcher_has(&asked->tui->switcher, asked->view)) {
		free(asked);
		return;
	}
	self->is_asking = false;
	self->view.changed = true;
	free(self->problem);
	self->problem = err != 0 ? ask_error_text(err, error) : NULL;
	if (err == 0)
		take_found(self, result, asked->is_next);
	else
		json_array_clear(self->found);
	if (self->is_stale)
		ask(self, false);
	tui_changed(asked->tui);
	free(asked);
}

static void
ask(struct view_search *self, bool next)
{
	struct asked *asked;
	char *words = span_dup(buf_span(&self->words));
	size_t count = json_array_size(self->found);
	json_t *params;

	self->is_stale = self->is_asking;
	if (self->is_asking || words[0] == '\0') {
		free(words);
		return;
	}
	params =
	    json_pack("{s:s, s:i}", "grep", words, "limit", (int)PAGE_RESULTS);
	if (next && count > 0)
		json_object_set(params, "before",
		    json_object_get(
			json_array_get(self->found, count - 1), "id"));
	asked = xcalloc(1, sizeof *asked);
	asked->tui = self->view.tui;
	asked->view = &self->view;
	asked->is_next = next;
	self->is_asking = true;
	session_call(
	    self->view.tui->session, RPC_MESSAGE_LIST, params, on_found, asked);
	free(words);
}

static void
words_changed(struct view_search *self)
{
	self->view.changed = true;
	if (self->words.len == 0) {
		json_array_clear(self->found);
		self->is_stale = self->is_asking;
	} else {
		ask(self, false);
	}
}

/* -- drawing -------------------------------------------------------------- */

static void
draw_words(
    const struct view_search *self, struct canvas *canvas, struct box box)
{
	struct span words = buf_span(&self->words);
	unsigned column =
	    1 + (words.len > 0 ? canvas_put_cut(canvas, box, 0, 1,
				     box.columns - 1, STYLE_PLAIN, words)
			       : 0);

	canvas_put(canvas, box, 0, 0, STYLE_ACCENT, span_text("/"));
	if (words.len == 0)
		canvas_put_cut(canvas, box, 0, 2, box.columns - 2, STYLE_DIM,
		    span_text(_("type words; Enter jumps to what is found")));
	canvas->cursor_shown = true;
	canvas->cursor_row = box.row;
	canvas->cursor_column =
	    box.column + (column < box.columns ? column : box.columns - 1);
}

static void
draw_found(const struct view_search *self, const json_t *object,
    struct canvas *canvas, struct box box, unsigned row)
{
	const struct model *model = self->view.tui->model;
	struct model_talk *talk = model_talk_of((struct model *)model, object);
	const char *time = json_text_at(object, "time");
	char *name = talk != NULL ? model_talk_name(model, talk) : xstrdup("");
	bool sent = json_text_is(object, "type", "message.sent");
	char *who = xasprintf("%s%s: ", sent ? "\xe2\x86\x92 " : "", name);
	char *date =
	    xasprintf("%.10s %.5s", time, strlen(time) > 16 ? time + 11 : "");
	unsigned column = DATE_COLUMNS;

	canvas_put_cut(
	    canvas, box, row, 0, DATE_COLUMNS - 1, STYLE_DIM, span_text(date));
	if (column < box.columns)
		column += canvas_put_cut(canvas, box, row, column,
		    box.columns - column, sent ? STYLE_OWN : STYLE_STRONG,
		    span_text(who));
	if (column < box.columns)
		canvas_put_cut(canvas, box, row, column, box.columns - column,
		    STYLE_PLAIN, span_text(json_text_at(object, "text")));
	free(name);
	free(who);
	free(date);
}

static void
search_draw(struct view *view, struct canvas *canvas, struct box box)
{
	struct view_search *self = self_of(view);
	size_t count = json_array_size(self->found);

	draw_words(self, canvas, box);
	box.row++;
	box.rows--;
	listing_fit(&self->listing, count, box.rows);
	for (unsigned i = 0; i < box.rows; i++) {
		size_t place = self->listing.top + i;

		if (place >= count)
			break;
		draw_found(
		    self, json_array_get(self->found, place), canvas, box, i);
		if (place == self->listing.selected)
			canvas_mark(canvas, box, i, STYLE_SELECTED);
	}
	if (count == 0 && box.rows > 0 && self->words.len > 0)
		canvas_put_cut(canvas, box, 0, 0, box.columns, STYLE_DIM,
		    span_text(self->problem != NULL ? self->problem
			      : self->is_asking	    ? _("...")
						    : _("nothing found")));
	if (self->has_more && self->listing.top + box.rows >= count &&
	    count > 0 && !self->is_asking)
		ask(self, true);
}

/* -- keys ----------------------------------------------------------------- */

static void
jump(struct view_search *self)
{
	struct tui *tui = self->view.tui;
	const json_t *object =
	    json_array_get(self->found, self->listing.selected);
	struct model_talk *talk =
	    object != NULL ? model_talk_of(tui->model, object) : NULL;

	if (talk != NULL)
		view_talk_jump(
		    tui_open_talk(tui, talk), json_text_at(object, "id"));
}

static bool
search_act(struct view *view, enum view_act act)
{
	struct view_search *self = self_of(view);

	view->changed = true;
	if (act == ACT_CANCEL)
		return false;
	if (act == ACT_OPEN)
		jump(self);
	else
		listing_act(&self->listing, act);
	return true;
}

static bool
search_stroke(struct view *view, struct stroke stroke)
{
	struct view_search *self = self_of(view);
	struct buf *words = &self->words;

	if (stroke.key == KEY_BACKSPACE && stroke.mods == 0) {
		while (words->len > 0 &&
		       (words->data[words->len - 1] & 0xc0) == 0x80)
			words->len--;
		words->len -= words->len > 0;
	} else if (stroke.key == 'u' && stroke.mods == STROKE_CONTROL) {
		buf_clear(words);
	} else if (stroke.key >= ' ' && stroke.key < 0x110000 &&
		   stroke.mods == 0 && words->len + 4 <= WORDS_MAX) {
		utf8_put(words, stroke.key);
	} else {
		return false;
	}
	words_changed(self);
	return true;
}

static void
search_click(struct view *view, unsigned row, unsigned column)
{
	struct view_search *self = self_of(view);

	(void)column;
	if (row == 0 || self->listing.top + row - 1 >= self->listing.count)
		return;
	self->listing.selected = self->listing.top + row - 1;
	jump(self);
}

static const struct view_type search_type = {
	.name = "search",
	.is_list = true,
	.free = search_free,
	.title = search_title,
	.draw = search_draw,
	.act = search_act,
	.stroke = search_stroke,
	.click = search_click,
};

void
view_search_show(struct tui *tui, const char *words)
{
	struct view_search *self = NULL;

	for (size_t i = 0; i < tui->switcher.count; i++) {
		if (tui->switcher.views[i]->type == &search_type)
			self = self_of(tui->switcher.views[i]);
	}
	if (self == NULL) {
		self = xcalloc(1, sizeof *self);
		view_init(&self->view, &search_type, tui);
		buf_init(&self->words, WORDS_MAX);
		self->found = json_array();
		tui_add(tui, &self->view);
	} else {
		tui_show(tui, &self->view);
	}
	if (words[0] == '\0')
		return;
	buf_clear(&self->words);
	buf_put(&self->words, words, utf8_cut(span_text(words), WORDS_MAX));
	words_changed(self);
}
