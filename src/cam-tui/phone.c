/* phone.c: the calls of this screen. */
#include "cam-tui/phone.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/ask.h"
#include "cam-tui/call_event.h"
#include "cam-tui/callbar.h"
#include "cam-tui/herald.h"
#include "cam-tui/idle.h"
#include "cam-tui/linear.h"
#include "cam-tui/model_call.h"
#include "cam-tui/tui_parts.h"
#include "cam-tui/view_call.h"
#include "rpc/names.h"

enum {
	TICK_MS = 1000,
	RING_TICKS = 3,	 /* between two bells */
	STATS_TICKS = 5, /* between two questions how well it is heard */
	/* A terminal tells of no key that is let go: keyboards repeat one
	 * within that time. */
	HELD_MS = 800,
	KEYS_TEXT_MAX = 256,
	ROWS_FOR_ONE = 8, /* a lower screen has no room for any of it */
	ROWS_FOR_TWO = 12
};

struct phone {
	struct tui *tui;
	struct timer tick;
	unsigned ticks;
	char *rings[MODEL_CALLS_MAX]; /* ids of what rings */
	size_t ring_count;
	struct timer release; /* the key of push to talk comes no more */
	bool is_asking;	      /* for statistics */
};

static void on_tick(void *arg);
static void on_release(void *arg);

struct phone *
phone_new(struct tui *tui)
{
	struct phone *phone = xcalloc(1, sizeof *phone);

	phone->tui = tui;
	timer_init(&phone->tick, tui->loop, on_tick, phone);
	timer_init(&phone->release, tui->loop, on_release, phone);
	return phone;
}

void
phone_free(struct phone *phone)
{
	if (phone == NULL)
		return;
	for (size_t i = 0; i < phone->ring_count; i++) {
		herald_call_over(phone->tui->herald, phone->rings[i]);
		free(phone->rings[i]);
	}
	timer_finish(&phone->tick);
	timer_finish(&phone->release);
	free(phone);
}

/* -- asked ---------------------------------------------------------------- */

static void
on_calls(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct phone *phone = arg;

	if (err == 0 && !phone->tui->is_ending)
		model_take_calls(phone->tui->model,
		    json_object_get(result, "calls"), clock_wall_ms());
}

void
phone_online(struct phone *phone)
{
	session_call(phone->tui->session, RPC_CALL_LIST, NULL, on_calls, phone);
}

static void
on_stats(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct phone *phone = arg;

	phone->is_asking = false;
	if (err == 0 && !phone->tui->is_ending)
		model_take_call_stats(phone->tui->model, result);
}

static void
ask_stats(struct phone *phone, const struct model_call *call)
{
	if (phone->is_asking)
		return;
	phone->is_asking = true;
	session_call(phone->tui->session, RPC_CALL_STATS,
	    json_pack("{s:s}", "id", call->id), on_stats, phone);
}

/* A call that is over has its place in its talk. */
static void
on_past(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct phone *phone = arg;

	if (err == 0 && !phone->tui->is_ending)
		model_take_past(
		    phone->tui->model, json_object_get(result, "message"));
}

/* -- told ----------------------------------------------------------------- */

/* On the screen the row tells; in lines it is said, and how to answer. */
static void
say(struct phone *phone, const char *event, const char *line)
{
	struct tui *tui = phone->tui;

	linear_say(tui->linear, line);
	if (tui->linear != NULL && strcmp(event, EVENT_CALL_INCOMING) == 0)
		linear_say(tui->linear,
		    _("/answer takes the call, /decline TEXT does not"));
}

void
phone_event(struct phone *phone, const char *event, const json_t *params)
{
	struct tui *tui = phone->tui;
	enum style style;
	char *line = NULL;

	if (strcmp(event, EVENT_CALL_KEPT) == 0) {
		session_call(tui->session, RPC_MESSAGE_GET,
		    json_pack("{s:O}", "id", json_object_get(params, "id")),
		    on_past, phone);
		return;
	}
	line = call_event_text(tui->model, event, params, &style);
	if (line == NULL)
		return;
	if (strcmp(event, EVENT_CALL_ENDED) == 0) {
		tui_say(tui, style == STYLE_WARN ? STYLE_BAR_WARN : STYLE_BAR,
		    "%s", line);
	} else {
		tui_log(tui, style, line);
		say(phone, event, line);
	}
	free(line);
}

/* -- ringing -------------------------------------------------------------- */

static bool
is_known(const struct phone *phone, const char *id)
{
	for (size_t i = 0; i < phone->ring_count; i++) {
		if (strcmp(phone->rings[i], id) == 0)
			return true;
	}
	return false;
}

static void
begin_ringing(struct phone *phone, const struct model_call *call)
{
	struct tui *tui = phone->tui;
	struct model_talk *talk = model_call_talk(tui->model, call);
	char *name = model_call_name(tui->model, call);
	char *text = xasprintf(
	    call->has_video ? _("%s calls with video") : _("%s calls"), name);

	phone->rings[phone->ring_count++] = xstrdup(call->id);
	phone->ticks = 0;
	herald_call(tui->herald, call->id, text, tui_is_watched(tui));
	/* So that one can write, too. */
	if (talk != NULL)
		tui_place_talk(tui, talk);
	free(text);
	free(name);
}

static void
end_ringing(struct phone *phone, size_t place)
{
	herald_call_over(phone->tui->herald, phone->rings[place]);
	free(phone->rings[place]);
	phone->rings[place] = phone->rings[--phone->ring_count];
}

static void
follow_rings(struct phone *phone)
{
	const struct model *model = phone->tui->model;

	for (size_t i = phone->ring_count; i-- > 0;) {
		const struct model_call *call =
		    model_call(model, phone->rings[i]);

		if (call == NULL || call->state != CALL_RINGING)
			end_ringing(phone, i);
	}
	for (size_t i = 0; i < model_call_count(model); i++) {
		const struct model_call *call = model_call_at(model, i);

		if (call->state == CALL_RINGING && !is_known(phone, call->id))
			begin_ringing(phone, call);
	}
}

/* -- push to talk --------------------------------------------------------- */

static void
let_through(struct phone *phone, bool on)
{
	const struct model_call *call = model_call_current(phone->tui->model);

	if (call != NULL && call->pushes_to_talk && call->is_let_through != on)
		ask_and_tell(phone->tui, RPC_CALL_TALK,
		    json_pack("{s:s, s:b}", "id", call->id, "on", (int)on));
}

static void
on_release(void *arg)
{
	let_through(arg, false);
}

void
phone_speak(struct phone *phone)
{
	let_through(phone, true);
	timer_start(&phone->release, HELD_MS);
}

/* -- the clock ------------------------------------------------------------ */

static bool
is_spoken(const struct model_call *call)
{
	return call != NULL &&
	       (call->state == CALL_ACTIVE || call->state == CALL_HELD);
}

/* Lines have no clock. */
static bool
is_clock_seen(const struct phone *phone)
{
	const struct tui *tui = phone->tui;

	return tui->linear == NULL && !idle_is_detached(tui->idle) &&
	       is_spoken(model_call_current(tui->model));
}

/* On the second the shown time changes. */
static void
start_tick(struct phone *phone)
{
	const struct model_call *call = model_call_current(phone->tui->model);
	uint64_t spoken_ms =
	    is_spoken(call) ? model_call_ms(call, clock_wall_ms()) : 0;

	timer_start(&phone->tick, TICK_MS - spoken_ms % TICK_MS);
}

static void
want_levels(struct phone *phone)
{
	const struct model_call *call = model_call_current(phone->tui->model);

	session_want_levels(phone->tui->session,
	    call != NULL && call->state == CALL_ACTIVE && is_clock_seen(phone));
}

static void
measure(struct phone *phone)
{
	struct tui *tui = phone->tui;
	const struct model_call *call = model_call_current(tui->model);
	unsigned every = view_call_is_shown(tui) ? 1 : STATS_TICKS;

	if (call != NULL && call->state == CALL_ACTIVE &&
	    (call->stats == NULL || phone->ticks % every == 0))
		ask_stats(phone, call);
}

static void
on_tick(void *arg)
{
	struct phone *phone = arg;

	phone->ticks++;
	if (phone->ring_count > 0 && phone->ticks % RING_TICKS == 0)
		herald_ring(phone->tui->herald);
	if (is_clock_seen(phone)) {
		measure(phone);
		tui_changed(phone->tui);
	}
	phone_change(phone);
}

void
phone_change(struct phone *phone)
{
	bool ticks;

	if (phone->tui->is_ending)
		return;
	follow_rings(phone);
	want_levels(phone);
	ticks = phone->ring_count > 0 || is_clock_seen(phone);
	if (!ticks)
		timer_stop(&phone->tick);
	else if (!timer_is_running(&phone->tick))
		start_tick(phone);
}

/* -- drawn ---------------------------------------------------------------- */

unsigned
phone_rows(const struct phone *phone, unsigned rows)
{
	const struct model *model = phone->tui->model;
	unsigned wanted = (model_call_current(model) != NULL) +
			  (model_call_incoming(model) != NULL);
	unsigned most = rows < ROWS_FOR_ONE ? 0 : rows < ROWS_FOR_TWO ? 1 : 2;

	return wanted < most ? wanted : most;
}

/* "C-x a answers": the first key of that command. */
static void
put_hint(struct callbar *bar, const struct tui *tui, const char *command,
    const char *what, size_t place)
{
	struct buf keys;
	size_t count;
	const struct command *found = command_find(command, &count);
	char *text = NULL;

	if (found == NULL)
		return;
	buf_init(&keys, KEYS_TEXT_MAX);
	keytable_put_keys(tui->keytable, found, &keys);
	text = buf_steal_text(&keys);
	if (text != NULL && text[0] != '\0') {
		text[strcspn(text, ",")] = '\0';
		callbar_put_hint(bar, xasprintf("%s %s", text, what), place);
	} else {
		callbar_put_hint(bar, xasprintf("/%s", command), place);
	}
	free(text);
}

static void
draw_incoming(
    struct phone *phone, struct canvas *canvas, struct box box, unsigned row)
{
	const struct tui *tui = phone->tui;
	const struct model_call *call = model_call_incoming(tui->model);
	struct callbar bar;

	callbar_init(&bar);
	callbar_put_incoming(&bar, tui->model, call);
	put_hint(&bar, tui, "answer-call", _("answers"), 0);
	put_hint(&bar, tui, "decline", _("declines"), 1);
	put_hint(&bar, tui, "decline-saying", _("says why"), 2);
	callbar_draw(&bar, canvas, box, row);
	callbar_finish(&bar);
}

static void
draw_current(
    struct phone *phone, struct canvas *canvas, struct box box, unsigned row)
{
	const struct tui *tui = phone->tui;
	const struct model_call *call = model_call_current(tui->model);
	size_t others = 0;
	struct callbar bar;

	for (size_t i = 0; i < model_call_count(tui->model); i++) {
		const struct model_call *other = model_call_at(tui->model, i);

		others += other != call && other->state != CALL_RINGING;
	}
	callbar_init(&bar);
	callbar_put_call(&bar, tui->model, call, others, clock_wall_ms());
	put_hint(&bar, tui, call->state == CALL_HELD ? "hold" : "hangup",
	    call->state == CALL_HELD ? _("goes on") : _("hangs up"), 0);
	callbar_draw(&bar, canvas, box, row);
	callbar_finish(&bar);
}

void
phone_draw(struct phone *phone, struct canvas *canvas, struct box box)
{
	const struct model *model = phone->tui->model;
	unsigned row = 0;

	if (box.rows == 0)
		return;
	/* Where there is room for one of them, it is what asks. */
	if (model_call_current(model) != NULL &&
	    (box.rows > 1 || model_call_incoming(model) == NULL))
		draw_current(phone, canvas, box, row++);
	if (row < box.rows && model_call_incoming(model) != NULL)
		draw_incoming(phone, canvas, box, row);
}

char *
phone_title(const struct phone *phone)
{
	const struct model *model = phone->tui->model;
	const struct model_call *call = model_call_incoming(model);
	char *name, *title;

	if (call == NULL)
		return NULL;
	name = model_call_name(model, call);
	title = xasprintf(_("%s calls"), name);
	free(name);
	return title;
}
