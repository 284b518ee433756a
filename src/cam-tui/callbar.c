/* callbar.c: a call in one row. */
#include "cam-tui/callbar.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/model_call.h"
#include "rpc/callwords.h"
#include "rpc/reason.h"

enum { GAP = 2, NAME_COLUMNS = 12, NAME_BYTES = 64 };

/* What gives way in which order: the greatest first. */
enum weight {
	WEIGHT_CLOCK = 5,
	WEIGHT_MARK = 10,
	WEIGHT_OTHERS_BRIEF = 20,
	WEIGHT_STATE = 25,
	WEIGHT_TALKER = 30,
	WEIGHT_QUALITY_BRIEF = 40,
	WEIGHT_METER = 50,
	WEIGHT_OWN = 60,
	WEIGHT_OTHERS = 65,
	WEIGHT_QUALITY = 70,
	WEIGHT_HINT = 80
};

void
callbar_init(struct callbar *bar)
{
	bar->count = 0;
}

void
callbar_finish(struct callbar *bar)
{
	for (size_t i = 0; i < bar->count; i++) {
		free(bar->parts[i].full);
		free(bar->parts[i].brief);
	}
	bar->count = 0;
}

static char *
harmless(char *text)
{
	char *printable = text != NULL ? text_printable(text, TEXT_LINE) : NULL;

	free(text);
	return printable;
}

void
callbar_add(struct callbar *bar, enum style style, char *full, unsigned weight,
    char *brief, unsigned brief_weight)
{
	if (bar->count == CALLBAR_PARTS_MAX) {
		free(full);
		free(brief);
		return;
	}
	bar->parts[bar->count++] = (struct callbar_part){
		.full = harmless(full),
		.brief = harmless(brief),
		.style = style,
		.weight = weight,
		.brief_weight = brief_weight,
	};
}

static void
add(struct callbar *bar, enum style style, char *text, unsigned weight)
{
	callbar_add(bar, style, text, weight, NULL, 0);
}

/* -- words ---------------------------------------------------------------- */

const char *
callbar_state(const struct model_call *call)
{
	switch (call->state) {
	case CALL_RINGING:
		return _("rings here");
	case CALL_CONNECTING:
		return _("connecting");
	case CALL_CALLING:
		return _("calling");
	case CALL_ANSWERING:
		return _("it rings there");
	case CALL_ACTIVE:
		return _("in call");
	case CALL_HELD:
		return _("on hold");
	case CALL_ENDED:
		break;
	}
	return _("over");
}

const char *
callbar_quality(const struct model_quality *quality)
{
	if (quality->loss < 0 && quality->rtt_ms < 0)
		return "";
	if (quality->loss > 0.05 || quality->rtt_ms > 400)
		return _("poor");
	if (quality->loss > 0.01 || quality->rtt_ms > 150)
		return _("fair");
	return _("good");
}

static const char *
headline(const struct model_call *call)
{
	switch (call->state) {
	case CALL_CONNECTING:
		return _("Connecting with %s");
	case CALL_CALLING:
		return _("Calling %s");
	case CALL_ANSWERING:
		return _("Ringing at %s");
	case CALL_HELD:
		return _("On hold: %s");
	case CALL_RINGING:
	case CALL_ACTIVE:
	case CALL_ENDED:
		break;
	}
	return call->has_video ? _("Video call with %s") : _("In call with %s");
}

/* -- parts ---------------------------------------------------------------- */

/* Beside its meter a name is cut. */
static char *
short_name(const struct model *model, const char *id)
{
	char *name = text_printable(model_name_of(model, id), TEXT_LINE);
	size_t len = utf8_cut(span_text(name), NAME_BYTES);

	while (len > 0 && text_width(span_of(name, len)) > NAME_COLUMNS)
		len = utf8_cut(span_text(name), len - 1);
	name[len] = '\0';
	return name;
}

static void
put_meter(struct callbar *bar, enum style style, const char *mark,
    const char *name, unsigned level, unsigned weight)
{
	char bars[CALLWORDS_BARS_SIZE];

	callwords_bars((int)level, bars);
	add(bar, style, xasprintf("%s%s %s", mark, name, bars), weight);
}

/* Who talks is marked by a star, for those who see no colours. */
static void
put_meters(struct callbar *bar, const struct model *model,
    const struct model_call *call)
{
	const struct model_party *talker = model_call_talker(call);

	for (size_t i = 0; i < call->party_count; i++) {
		const struct model_party *party = &call->parties[i];
		bool talks = party == talker;
		char *name = NULL;

		if (!party->is_there || party->holds)
			continue;
		name = short_name(model, party->id);
		put_meter(bar, talks ? STYLE_BAR_STRONG : STYLE_BAR,
		    talks ? "*" : " ", name, party->level,
		    talks || call->party_count == 1
			? WEIGHT_TALKER
			: WEIGHT_METER + (unsigned)i % 8);
		free(name);
	}
	if (!call->is_muted)
		put_meter(bar, STYLE_BAR_DIM, "", _("you"), call->own_level,
		    WEIGHT_OWN);
}

static void
put_party_marks(struct callbar *bar, const struct model *model,
    const struct model_party *party)
{
	const char *word = party->holds	      ? _("%s holds")
			   : party->is_muted  ? _("%s is muted")
			   : party->is_silent ? _("nothing heard of %s")
					      : NULL;
	char *name = NULL;

	if (word == NULL)
		return;
	name = short_name(model, party->id);
	add(bar, STYLE_BAR_WARN, reason_text(word, name), WEIGHT_MARK + 1);
	free(name);
}

static void
put_marks(struct callbar *bar, const struct model *model,
    const struct model_call *call)
{
	if (call->is_recorded)
		callbar_add(bar, STYLE_BAR_WARN, xstrdup(_("recorded")),
		    WEIGHT_MARK, NULL, 0);
	if (call->is_muted)
		add(bar, STYLE_BAR_WARN, xstrdup(_("muted")), 0);
	else if (call->pushes_to_talk)
		add(bar,
		    call->is_let_through ? STYLE_BAR_UNREAD : STYLE_BAR_WARN,
		    xstrdup(
			call->is_let_through ? _("you speak") : _("silent")),
		    0);
	for (size_t i = 0; i < call->party_count; i++)
		put_party_marks(bar, model, &call->parties[i]);
}

static void
put_quality(struct callbar *bar, const struct model_quality *quality)
{
	const char *word = callbar_quality(quality);
	enum style style = quality->loss > 0.05 || quality->rtt_ms > 400
			       ? STYLE_BAR_WARN
			       : STYLE_BAR;

	if (word[0] == '\0')
		return;
	callbar_add(bar, style,
	    xasprintf(_("%s: %.1f%% lost, %.0f ms"), word,
		quality->loss > 0 ? 100 * quality->loss : 0.0,
		quality->rtt_ms > 0 ? quality->rtt_ms : 0.0),
	    WEIGHT_QUALITY, xstrdup(word), WEIGHT_QUALITY_BRIEF);
}

void
callbar_put_call(struct callbar *bar, const struct model *model,
    const struct model_call *call, size_t others, int64_t now_ms)
{
	char clock[CALLWORDS_CLOCK_SIZE];
	char *name = model_call_name(model, call);

	callbar_add(bar, STYLE_BAR_STRONG, reason_text(headline(call), name),
	    WEIGHT_STATE, call->state == CALL_ACTIVE ? xstrdup(name) : NULL, 0);
	if (call->state != CALL_ACTIVE)
		bar->parts[bar->count - 1].weight = 0;
	free(name);
	if (call->was_spoken) {
		callwords_clock((int64_t)model_call_ms(call, now_ms), clock);
		add(bar, STYLE_BAR, xstrdup(clock), WEIGHT_CLOCK);
	}
	put_marks(bar, model, call);
	if (others > 0)
		callbar_add(bar, STYLE_BAR_UNREAD,
		    xasprintf(ngettext("and %zu more call",
				  "and %zu more calls", (unsigned long)others),
			others),
		    WEIGHT_OTHERS, xasprintf("+%zu", others),
		    WEIGHT_OTHERS_BRIEF);
	if (call->state != CALL_ACTIVE)
		return;
	put_meters(bar, model, call);
	put_quality(bar, &call->quality);
}

void
callbar_put_incoming(struct callbar *bar, const struct model *model,
    const struct model_call *call)
{
	char *name = model_call_name(model, call);

	add(bar, STYLE_BAR_WARN,
	    reason_text(
		call->has_video ? _("%s calls with video") : _("%s calls"),
		name),
	    0);
	free(name);
}

void
callbar_put_hint(struct callbar *bar, char *text, size_t place)
{
	add(bar, STYLE_BAR, text, WEIGHT_HINT + (unsigned)place);
}

/* -- drawn ---------------------------------------------------------------- */

static unsigned
width_of(const struct callbar *bar)
{
	unsigned width = 1; /* the edge */

	for (size_t i = 0; i < bar->count; i++)
		width +=
		    (unsigned)text_width(span_text(bar->parts[i].full)) + GAP;
	return width;
}

static void
shorten(struct callbar *bar, struct callbar_part *part)
{
	free(part->full);
	if (part->brief != NULL) {
		part->full = part->brief;
		part->weight = part->brief_weight;
		part->brief = NULL;
		return;
	}
	for (bar->count--; part < &bar->parts[bar->count]; part++)
		part[0] = part[1];
}

/* False: nothing gives way any more. */
static bool
give_way(struct callbar *bar)
{
	struct callbar_part *first = NULL;

	for (size_t i = 0; i < bar->count; i++) {
		struct callbar_part *part = &bar->parts[i];

		if (part->weight > 0 &&
		    (first == NULL || part->weight > first->weight))
			first = part;
	}
	if (first == NULL)
		return false;
	shorten(bar, first);
	return true;
}

/* The first part is the name: it is cut where nothing else helps, but leaves
 * room for what must be seen. */
void
callbar_draw(
    struct callbar *bar, struct canvas *canvas, struct box box, unsigned row)
{
	struct box line = { box.row + row, box.column, 1, box.columns };
	unsigned column = 1, width;

	while (width_of(bar) > box.columns + GAP && give_way(bar)) {
	}
	canvas_fill(canvas, line, STYLE_BAR);
	width = width_of(bar);
	for (size_t i = 0; i < bar->count; i++) {
		const struct callbar_part *part = &bar->parts[i];
		unsigned own = (unsigned)text_width(span_text(part->full));
		unsigned over = i == 0 && width > box.columns + GAP
				    ? width - box.columns - GAP
				    : 0;

		if (column >= box.columns)
			break;
		if (over >= own)
			over = own > 1 ? own - 1 : 0;
		own -= over;
		if (own > box.columns - column)
			own = box.columns - column;
		canvas_put_cut(canvas, line, 0, column, own, part->style,
		    span_text(part->full));
		column += own + GAP;
	}
}
