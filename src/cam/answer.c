/* answer.c: cam answer: replies to a question from the command line. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/choice.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/dispatch.h"
#include "cam/verbs.h"
#include "rpc/names.h"

/* The choice that is meant is what people read later: not "2", but "no". */
static void
name_choice(struct dispatch *dispatch, const json_t *message)
{
	const json_t *list = json_object_get(message, "choices");
	const char *text =
	    json_string_value(json_object_get(dispatch->request, "text"));
	struct choices choices = { .count = json_array_size(list) };
	int choice;

	if (choices.count > CHOICES_MAX || text == NULL)
		return;
	for (size_t i = 0; i < choices.count; i++) {
		const char *each = json_string_value(json_array_get(list, i));

		choices.list[i] = span_text(each != NULL ? each : "");
	}
	choice = choices_match(&choices, span_text(text));
	if (choice >= 0)
		json_object_set(dispatch->request, "text",
		    json_array_get(list, (size_t)choice));
}

static int
address(struct dispatch *dispatch, const json_t *message)
{
	const json_t *type = json_object_get(message, "type");

	if (json_is_string(type) &&
	    strcmp(json_string_value(type), EVENT_MESSAGE_SENT) == 0) {
		cam_words(dispatch->cam);
		return complain_usage("answer",
		    _("that message is your own: the others answer it"));
	}
	json_object_set(
	    dispatch->request, "reply", json_object_get(message, "id"));
	json_object_set_new(dispatch->request, "to",
	    json_pack("[O]", json_object_get(message, "from")));
	name_choice(dispatch, message);
	return 0;
}

static int
find_question(struct dispatch *dispatch, const char *id)
{
	json_t *result = NULL;
	int code = daemon_ask(dispatch->cam, RPC_MESSAGE_GET,
	    json_pack("{s:s}", "id", id), &result);

	if (code == 0)
		code = address(dispatch, json_object_get(result, "message"));
	json_decref(result);
	return code;
}

int
verb_answer(struct cam *cam, struct args *args)
{
	struct dispatch dispatch = { .cam = cam,
		.method = RPC_MESSAGE_SEND,
		.request = json_object(),
		.until = args_has(args, "no-wait") ? UNTIL_QUEUED
						   : UNTIL_DELIVERED };
	int code = args_count(args, 1, -1);

	if (code == 0)
		code = args_seconds(
		    args, "timeout", DISPATCH_TIMEOUT_MS, &dispatch.timeout_ms);
	if (code == 0)
		code = dispatch_read_text(
		    &dispatch, args->argc - 1, args->argv + 1);
	json_object_set_new(
	    dispatch.request, "clear", json_boolean(args_has(args, "clear")));
	if (code == 0)
		code = find_question(&dispatch, args->argv[0]);
	if (code == 0)
		code = dispatch_run(&dispatch);
	json_decref(dispatch.request);
	return code;
}
