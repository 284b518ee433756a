/* log.c: cam log: history, and search in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/message.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

enum { LOG_NUMBER = 100, LOG_NUMBER_MAX = 1000 * 1000 * 1000, LOG_PAGE = 1000 };

struct history {
	struct cam *cam;
	struct rpc_client *client;
	json_t *request;	      /* who, grep, since, until */
	char date[MESSAGE_DATE_SIZE]; /* of what was printed last */
};

/* --since or --until, as RFC 3339 for camd. */
static int
read_time(struct history *history, const struct args *args, const char *option)
{
	const char *value = args_value(args, option);
	char text[CLOCK_TEXT_SIZE];
	int64_t wall_ms = 0;

	if (value == NULL)
		return 0;
	if (clock_parse(value, clock_wall_ms(), &wall_ms) != 0)
		return complain_usage("log",
		    _("--%s takes a time such as 2026-01-31, '2026-01-31 "
		      "09:30', 09:30, "
		      "yesterday or 2h, not '%s'"),
		    option, value);
	clock_format(wall_ms, text, sizeof(text));
	json_object_set_new(history->request, option, json_string(text));
	return 0;
}

static int
read_args(struct history *history, const struct args *args, uint64_t *number)
{
	const char *grep = args_value(args, "grep");
	int code = args_count(args, 0, 1);

	if (code == 0)
		code = args_number(
		    args, "number", LOG_NUMBER_MAX, LOG_NUMBER, number);
	if (code == 0)
		code = read_time(history, args, "since");
	if (code == 0)
		code = read_time(history, args, "until");
	if (code == 0 && args->argc > 0)
		json_object_set_new(
		    history->request, "who", json_string(args->argv[0]));
	if (code == 0 && grep != NULL)
		json_object_set_new(
		    history->request, "grep", json_string(grep));
	return code;
}

/* A page of at most limit messages on one side (before, after) of id; more
 * tells whether there are others. */
static int
fetch(struct history *history, const char *side, const char *id, uint64_t limit,
    json_t **messages, bool *more)
{
	json_t *params = json_copy(history->request);
	json_t *result = NULL;
	int code;

	if (id != NULL)
		json_object_set_new(params, side, json_string(id));
	json_object_set_new(params, "limit",
	    json_integer((json_int_t)(limit < LOG_PAGE ? limit : LOG_PAGE)));
	code = daemon_call(
	    history->cam, history->client, RPC_MESSAGE_LIST, params, &result);
	if (code != 0)
		return code;
	*messages = json_incref(json_object_get(result, "messages"));
	*more = json_is_true(json_object_get(result, "more")) &&
		json_array_size(*messages) > 0;
	json_decref(result);
	return 0;
}

static void
print_date(struct history *history, const json_t *message)
{
	char clock[MESSAGE_TIME_SIZE];
	char date[MESSAGE_DATE_SIZE];

	message_clock(json_object_get(message, "time"), clock, date);
	if (strcmp(date, history->date) == 0)
		return;
	memcpy(history->date, date, sizeof(date));
	output_text(history->cam, STYLE_BOLD, date, TEXT_LINE);
	putchar('\n');
}

static void
print(struct history *history, const json_t *messages)
{
	const json_t *message;
	size_t i;

	json_array_foreach(messages, i, message)
	{
		if (history->cam->json) {
			output_json(message);
		} else if (output_is_terminal(history->cam)) {
			print_date(history, message);
			message_print(history->cam, message);
		} else {
			message_print_row(history->cam, message);
		}
	}
}

static const char *
id_at(const json_t *messages, size_t i)
{
	return json_string_value(
	    json_object_get(json_array_get(messages, i), "id"));
}

/* Everything, forwards, a page at a time: as long as the history may be. */
static int
print_all(struct history *history)
{
	char *after = xstrdup("");
	bool more = true;
	int code = 0;

	while (code == 0 && more) {
		json_t *messages = NULL;
		const char *last;

		code =
		    fetch(history, "after", after, LOG_PAGE, &messages, &more);
		if (code != 0)
			break;
		print(history, messages);
		last = json_array_size(messages) > 0
			   ? id_at(messages, json_array_size(messages) - 1)
			   : NULL;
		free(after);
		after = xstrdup(last != NULL ? last : "");
		more = more && last != NULL && !ferror(stdout);
		json_decref(messages);
	}
	free(after);
	return code;
}

/* The newest, fetched backwards and then printed forwards. */
static int
print_newest(struct history *history, uint64_t number)
{
	json_t *pages = json_array();
	const char *before = NULL;
	bool more = true;
	int code = 0;

	while (code == 0 && more && number > 0) {
		json_t *messages = NULL;

		code =
		    fetch(history, "before", before, number, &messages, &more);
		if (code != 0)
			break;
		number -= json_array_size(messages) < number
			      ? json_array_size(messages)
			      : number;
		before = id_at(messages, 0); /* lives on in pages */
		more = more && before != NULL;
		json_array_append_new(pages, messages);
	}
	for (size_t i = json_array_size(pages); code == 0 && i > 0; i--)
		print(history, json_array_get(pages, i - 1));
	json_decref(pages);
	return code;
}

int
verb_log(struct cam *cam, struct args *args)
{
	struct history history = { .cam = cam, .request = json_object() };
	uint64_t number = LOG_NUMBER;
	int code = read_args(&history, args, &number);

	if (code == 0)
		code = daemon_connect(cam, &history.client);
	if (code == 0)
		code = number == 0 ? print_all(&history)
				   : print_newest(&history, number);
	rpc_client_free(history.client);
	json_decref(history.request);
	return code;
}
