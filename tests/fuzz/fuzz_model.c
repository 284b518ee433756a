/* fuzz_model.c: whatever camd tells, in whatever order: no message twice in a
 * talk, counts that can be, and lines that can be drawn. */
#include <jansson.h>

#include "base/width.h"
#include "cam-tui/call_event.h"
#include "cam-tui/callbar.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/model_call.h"
#include "fuzz.h"

enum { COLUMNS = 40, LINES_MAX = 200 };

static void
on_change(const struct model_change *change, void *arg)
{
	const struct model_talk *talk = change->talk;

	if (change->message != NULL)
		must(talk != NULL && change->message->id != NULL);
	if (change->kind == CHANGE_PAGE)
		must(talk != NULL && change->count <= talk->count);
}

static void
check_talk(const struct model *model, const struct model_talk *talk)
{
	char *name = model_talk_name(model, talk);

	must_be_text(name);
	free(name);
	for (size_t i = 0; i + 1 < talk->user_count; i++)
		must(strcmp(talk->users[i], talk->users[i + 1]) <= 0);
	for (size_t i = 0; i < talk->count; i++) {
		struct message_context context = { .has_date = i == 0,
			.has_start = i == 1,
			.is_group = talk->user_count != 1 };
		struct layout layout;

		/* The first one found by its id is itself. */
		must(model_message(talk, talk->messages[i]->id) ==
		     talk->messages[i]);
		layout_init(&layout, COLUMNS);
		message_lines(&layout, model, talk->messages[i], &context);
		must(layout.lines > 0);
		for (size_t p = 0; p < layout.count; p++)
			must(layout.pieces[p].line < layout.lines);
		layout_finish(&layout);
	}
}

/* A call as the row and the log tell of it. */
static void
check_call(const struct model *model, const struct model_call *call)
{
	char *name = model_call_name(model, call);
	struct canvas canvas = { 0 };
	struct callbar bar;

	must_be_text(name);
	free(name);
	must(call->state != CALL_ENDED);
	must(model_call(model, call->id) == call);
	for (size_t i = 0; i < call->party_count; i++)
		must(call->parties[i].level <= LEVEL_SILENT);
	canvas_init(&canvas, 1, COLUMNS);
	callbar_init(&bar);
	callbar_put_call(&bar, model, call, 1, 0);
	callbar_draw(&bar, &canvas, canvas_box(&canvas), 0);
	callbar_finish(&bar);
	callbar_put_incoming(&bar, model, call);
	callbar_draw(&bar, &canvas, canvas_box(&canvas), 0);
	callbar_finish(&bar);
	canvas_finish(&canvas);
}

static void
check_calls(const struct model *model)
{
	must(model_call_count(model) <= MODEL_CALLS_MAX);
	for (size_t i = 0; i < model_call_count(model); i++)
		check_call(model, model_call_at(model, i));
}

static void
check(const struct model *model)
{
	size_t unread = 0, users = 0;

	for (const struct model_talk *talk = model_talk_first(model);
	     talk != NULL; talk = model_talk_next(model, talk)) {
		check_talk(model, talk);
		unread += talk->unread;
	}
	must(unread == model_unread(model));
	for (const struct model_user *user = model_user_first(model);
	     user != NULL; user = model_user_next(model, user)) {
		must(model_user(model, user->id) == user);
		must(user->name != NULL && user->group != NULL);
		users++;
	}
	must(users == model_user_count(model));
	check_calls(model);
}

static void
take_call_event(struct model *model, const char *event, const json_t *params)
{
	enum style style;
	char *text = call_event_text(model, event, params, &style);

	if (text != NULL)
		must_be_text(text);
	free(text);
	model_take_event(model, event, params);
}

static void
mark_all_read(struct model *model)
{
	struct model_talk *talk = model_talk_first(model);

	for (; talk != NULL; talk = model_talk_next(model, talk))
		model_mark_read(model, talk);
	must(model_unread(model) == 0);
}

static void
take_page(struct model *model, char kind, const json_t *object)
{
	struct model_talk *talk = model_talk_of(model, object);
	const json_t *messages = json_object_get(object, "messages");

	if (talk != NULL && kind >= '0' && kind <= '3')
		model_take_page(model, talk,
		    (enum model_page)(PAGE_NEWEST + kind - '0'), messages,
		    json_is_true(json_object_get(object, "more")));
}

/* A letter that says what it is, and JSON: "m{...}". */
static void
take_line(struct model *model, struct span line)
{
	static const char *const events[] = { "message.received",
		"message.sent", "message.changed", "message.state", "talk.read",
		"user.typing", "user.entered", "user.left", "user.changed",
		"key.changed" };
	static const char *const calls[] = { "call.incoming", "call.ringing",
		"call.active", "call.changed", "call.ended", "call.levels",
		"call.kept" };
	uint8_t letter = line.data[0];
	json_t *object = json_loadb((const char *)line.data + 1, line.len - 1,
	    JSON_DISABLE_EOF_CHECK, NULL);

	if (object == NULL)
		return;
	if (letter >= 'a' && letter < 'a' + sizeof events / sizeof *events)
		model_take_event(model, events[letter - 'a'], object);
	else if (letter >= 't' && letter < 't' + sizeof calls / sizeof *calls)
		take_call_event(model, calls[letter - 't'], object);
	else if (letter == 'L')
		model_take_calls(model, object, 0);
	else if (letter == 'S')
		model_take_call_stats(model, object);
	else if (letter == 'P')
		model_take_past(model, object);
	else if (letter >= '0' && letter <= '3')
		take_page(model, (char)letter, object);
	else if (letter >= 'A' && letter <= 'D')
		model_take_users(model, object, (letter - 'A') & 1,
		    ((letter - 'A') & 2) != 0);
	else if (letter == 'T')
		model_take_talks(model, object);
	else if (letter == 'R')
		mark_all_read(model);
	else if (letter == 'F')
		model_forget_loaded(model);
	json_decref(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model *model = model_new(on_change, NULL);
	struct span rest = span_of(data, size), line;

	model_set_self(model, "bob@pc2", "Bob");
	for (int i = 0; i < LINES_MAX && rest.len > 0; i++) {
		if (!span_cut(&rest, '\n', &line)) {
			line = rest;
			rest.len = 0;
		}
		if (line.len > 1)
			take_line(model, line);
	}
	check(model);
	model_free(model);
	return 0;
}
