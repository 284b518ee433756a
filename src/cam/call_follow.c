/* call_follow.c: staying with a call until it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam/call.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/interrupt.h"
#include "cam/output.h"
#include "cam/progress.h"
#include "cam/viewing.h"
#include "rpc/callwords.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* How long camd may take to end it once we have hung up; a clock is drawn so
 * often. */
enum { HANGUP_MS = 10 * 1000, CLOCK_MS = 1000, SILENT = 127 };

struct stay {
	struct cam *cam;
	struct rpc_client *client;
	json_t *object;
	bool detach;
	bool hung_up;
	bool was_active;
	int level_db; /* below full scale, of the loudest of the others */
	struct interrupt interrupt;
	struct progress progress;
	struct viewing viewing;
};

/* -- the line at the bottom -------------------------------------------------
 */

static const char *
state_word(const json_t *object)
{
	if (call_is(object, "calling"))
		return _("calling");
	if (call_is(object, "held"))
		return _("on hold");
	return call_is(object, "ringing") ? _("connecting") : _("speaking");
}

static int64_t
spoken_ms(const json_t *object)
{
	const char *since = json_text_at(object, "since");
	int64_t now_ms = clock_wall_ms(), since_ms = now_ms;
	json_int_t before =
	    json_integer_value(json_object_get(object, "duration_ms"));

	if (before > 0 || clock_parse(since, now_ms, &since_ms) != 0)
		return before;
	return now_ms - since_ms;
}

static void
show(struct stay *stay)
{
	char clock[CALLWORDS_CLOCK_SIZE], bars[CALLWORDS_BARS_SIZE];
	const json_t *object = stay->object;
	char *who = NULL, *note = NULL;

	if (!stay->progress.enabled || stay->detach ||
	    viewing_has_terminal(&stay->viewing))
		return;
	who = call_members(stay->object);
	callwords_clock(spoken_ms(stay->object), clock);
	callwords_bars(stay->level_db, bars);
	note = xasprintf("%s %s %s%s%s", state_word(object), clock, bars,
	    json_is_true(json_object_get(object, "muted")) ? _(" muted") : "",
	    json_array_size(json_object_get(object, "recording")) > 0
		? _(" recorded")
		: "");
	progress_show(&stay->progress,
	    &(struct progress_view){ .name = who, .note = note });
	free(note);
	free(who);
}

/* -- what is told -----------------------------------------------------------
 */

static void
tell(struct stay *stay, const char *event, const json_t *before,
    const json_t *params)
{
	char *sentence = NULL;

	if (stay->cam->json) {
		output_json(params);
		return;
	}
	if (viewing_has_terminal(&stay->viewing))
		return;
	if (strcmp(event, EVENT_CALL_CHANGED) != 0)
		sentence = call_event_sentence(event, params);
	else if ((sentence = call_recording_sentence(before, params)) == NULL)
		sentence = callwords_device(before, params);
	if (sentence == NULL)
		return;
	progress_clear(&stay->progress);
	if (strcmp(event, EVENT_CALL_ENDED) == 0 &&
	    json_integer_value(json_object_get(params, "exit")) != 0 &&
	    !stay->hung_up)
		complain("%s", sentence);
	else if (!stay->cam->quiet)
		output_line(stay->cam, "%s", sentence);
	/* Whoever reads it, reads it now. */
	(void)output_finish();
	free(sentence);
}

static void
take_levels(struct stay *stay, const json_t *params)
{
	const json_t *member;
	json_int_t loudest = SILENT;
	size_t i;

	json_array_foreach(json_object_get(params, "members"), i, member)
	{
		json_int_t level =
		    json_integer_value(json_object_get(member, "level"));

		if (level >= 0 && level < loudest)
			loudest = level;
	}
	stay->level_db = (int)loudest;
}

/* The terminal is cam-view's while there are some. */
static void
show_pictures(struct stay *stay)
{
	bool had_terminal = viewing_has_terminal(&stay->viewing);

	if (!had_terminal)
		progress_clear(&stay->progress);
	viewing_update(&stay->viewing, stay->client, stay->object);
	stay->interrupt.fd = viewing_fd(&stay->viewing);
}

static bool
is_ours(const struct stay *stay, const char *event, const json_t *params)
{
	return strncmp(event, "call.", 5) == 0 &&
	       json_text_is(params, "id", json_text_at(stay->object, "id"));
}

static void
hear(struct stay *stay, const char *event, json_t *params)
{
	if (!is_ours(stay, event, params))
		return;
	if (strcmp(event, EVENT_CALL_LEVELS) == 0) {
		take_levels(stay, params);
		return;
	}
	stay->was_active |= call_is(params, "active");
	tell(stay, event, stay->object, params);
	json_decref(stay->object);
	stay->object = json_incref(params);
	if (call_is(params, "ended"))
		viewing_end(&stay->viewing);
	if (!stay->hung_up && !stay->detach && call_is(params, "active"))
		show_pictures(stay);
}

/* -- until it ends ----------------------------------------------------------
 */

static void
hang_up(struct stay *stay)
{
	struct rpc_error error = { 0 };
	json_t *result = NULL;

	stay->hung_up = true;
	/* It may have ended this moment. */
	(void)rpc_client_call(stay->client, RPC_CALL_HANGUP,
	    json_pack("{s:s}", "id", json_text_at(stay->object, "id")),
	    HANGUP_MS, &result, &error);
	rpc_error_finish(&error);
	json_decref(result);
}

/* An interrupt, or what cam-view has ended by. */
static bool
wants_to_hang_up(struct stay *stay)
{
	bool had_enough = false,
	     is_over = viewing_is_over(&stay->viewing, &had_enough);

	stay->interrupt.fd = viewing_fd(&stay->viewing);
	if (!is_over || had_enough)
		viewing_end(&stay->viewing);
	stay->interrupt.fd = viewing_fd(&stay->viewing);
	return !is_over || had_enough;
}

static bool
is_done(const struct stay *stay)
{
	return call_is(stay->object, "ended") ||
	       (stay->detach && call_is(stay->object, "active"));
}

static int
wait_for_end(struct stay *stay)
{
	int64_t end_ms = -1;

	while (!is_done(stay)) {
		const char *event = NULL;
		json_t *params = NULL;
		int64_t clock_ms = (int64_t)clock_now_ms() + CLOCK_MS;
		bool ticks = stay->progress.enabled && end_ms < 0;
		int code = interrupt_next(&stay->interrupt, stay->cam,
		    stay->client, ticks ? clock_ms : end_ms, &event, &params);

		if (code == EXIT_INTERRUPTED && !stay->hung_up) {
			if (!wants_to_hang_up(stay))
				continue;
			hang_up(stay);
			end_ms = (int64_t)clock_now_ms() + HANGUP_MS;
			continue;
		}
		if (code == 0)
			hear(stay, event, params);
		else if (code != EXIT_UNCONFIRMED || !ticks)
			return code;
		json_decref(params);
		show(stay);
	}
	return 0;
}

/* Who hangs up himself has done what he wanted, once somebody has answered. */
static int
exit_of(const struct stay *stay)
{
	json_int_t code =
	    json_integer_value(json_object_get(stay->object, "exit"));

	if (stay->hung_up)
		return stay->was_active ? EXIT_DONE : EXIT_INTERRUPTED;
	return code >= 0 && code < 126 ? (int)code : EXIT_FAILED;
}

int
call_follow(struct cam *cam, struct rpc_client *client, json_t *object,
    bool detach, bool in_window)
{
	struct stay stay = { .cam = cam,
		.client = client,
		.object = object,
		.detach = detach,
		.level_db = SILENT };
	int code = 0;

	viewing_init(&stay.viewing, cam, in_window);
	progress_init(&stay.progress, cam);
	interrupt_begin(&stay.interrupt);
	if (cam->json)
		output_json(object);
	if (stay.progress.enabled && !detach)
		code = daemon_subscribe(cam, client, EVENT_CALL_LEVELS);
	if (code == 0)
		code = wait_for_end(&stay);
	viewing_end(&stay.viewing);
	progress_clear(&stay.progress);
	interrupt_end(&stay.interrupt);
	if (code == 0)
		code = exit_of(&stay);
	json_decref(stay.object);
	return code;
}
