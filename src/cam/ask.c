/* ask.c: cam ask: a question, and the answer as an exit status. */
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/dispatch.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

/* The status of the first choice. A camd that has gone has a minute to come
 * back, as it gives us one. */
enum { EXIT_CHOICE = 10, RETURN_MS = 60 * 1000, LOOK_MS = 100 };

struct asking {
	struct dispatch dispatch;
	struct rpc_client *client;
	struct outcomes outcomes;
	json_t *answer;	     /* the event question.answered */
	int64_t deadline_ms; /* or -1 */
};

static bool
is_over(int64_t deadline_ms)
{
	return deadline_ms >= 0 && (int64_t)clock_now_ms() >= deadline_ms;
}

/* It may have been answered meanwhile. */
static int
resume(struct asking *asking)
{
	json_t *result = NULL, *answer;
	int code =
	    daemon_call(asking->dispatch.cam, asking->client, RPC_QUESTION_WAIT,
		json_pack("{s:O}", "id", asking->outcomes.id), &result);

	answer = json_object_get(result, "answer");
	if (json_is_object(answer))
		asking->answer = json_incref(answer);
	json_decref(result);
	return code;
}

/* Whoever ended camd starts it again, if at all: that is none of our
 * business. */
static int
come_back(struct asking *asking)
{
	struct cam *cam = asking->dispatch.cam;
	int64_t until_ms = (int64_t)clock_now_ms() + RETURN_MS;

	rpc_client_free(asking->client);
	asking->client = NULL;
	while (daemon_connect_running(cam, &asking->client) != 0) {
		if (is_over(asking->deadline_ms))
			return EXIT_UNCONFIRMED;
		if (is_over(until_ms)) {
			cam_words(cam);
			return daemon_lost(CAM_ERR_CLOSED);
		}
		poll(NULL, 0, LOOK_MS);
	}
	return resume(asking);
}

static void
take(struct asking *asking, const char *event, json_t *params)
{
	if (!json_equal(json_object_get(params, "id"), asking->outcomes.id))
		return;
	if (strcmp(event, EVENT_MESSAGE_STATE) == 0)
		outcomes_update(&asking->outcomes, params);
	else if (strcmp(event, EVENT_QUESTION_ANSWERED) == 0)
		asking->answer = json_incref(params);
}

static int
wait_on(struct asking *asking)
{
	int64_t left_ms = -1;
	const char *event = NULL;
	json_t *params = NULL;
	int err;

	if (is_over(asking->deadline_ms))
		return EXIT_UNCONFIRMED;
	if (asking->deadline_ms >= 0)
		left_ms = asking->deadline_ms - (int64_t)clock_now_ms();
	err = rpc_client_next(asking->client,
	    left_ms > 0 || left_ms == -1 ? left_ms : 0, &event, &params);
	if (err == CAM_ERR_CLOSED)
		return come_back(asking);
	if (err != 0 && err != CAM_ERR_TIMEOUT) {
		cam_words(asking->dispatch.cam);
		return daemon_lost(err);
	}
	if (err == 0)
		take(asking, event, params);
	json_decref(params);
	return 0;
}

/* The status that the answer is. */
static int
print(struct cam *cam, const json_t *answer)
{
	const char *text = json_string_value(json_object_get(answer, "answer"));
	json_int_t choice =
	    json_integer_value(json_object_get(answer, "choice"));

	if (cam->json) {
		output_json(answer);
	} else {
		output_text(
		    cam, STYLE_PLAIN, text != NULL ? text : "", TEXT_BLOCK);
		putchar('\n');
	}
	return choice > 0 ? EXIT_CHOICE + (int)choice - 1 : EXIT_DONE;
}

/* Only a question that cannot be sent is settled before it is answered. */
static int
ask(struct asking *asking)
{
	struct dispatch *dispatch = &asking->dispatch;
	int64_t none_ms = -1;
	int code = dispatch_call(dispatch, asking->client, &asking->outcomes);

	while (code == 0 && asking->answer == NULL) {
		code = dispatch_tell(
		    dispatch, asking->client, &asking->outcomes, &none_ms);
		if (code == 0 && outcomes_are_settled(&asking->outcomes))
			return outcomes_exit(&asking->outcomes);
		if (code == 0)
			code = wait_on(asking);
	}
	if (asking->answer != NULL)
		return print(dispatch->cam, asking->answer);
	if (code == EXIT_UNCONFIRMED) {
		cam_words(dispatch->cam);
		complain(_("no answer in time"));
	}
	return code;
}

/* A,B,... as a list, without the blanks beside the commas. */
static int
read_choices(struct asking *asking, const struct args *args)
{
	json_t *list = json_array();
	const char *rest = args_value(args, "choices");

	json_object_set_new(asking->dispatch.request, "choices", list);
	while (rest != NULL) {
		size_t len = strcspn(rest, ","), end = len;
		size_t begin = strspn(rest, " ");

		while (end > begin && rest[end - 1] == ' ')
			end--;
		if (begin >= end) {
			cam_words(args->cam);
			return complain_usage(
			    "ask", _("there is an empty choice"));
		}
		json_array_append_new(
		    list, json_stringn_nocheck(rest + begin, end - begin));
		rest = rest[len] == ',' ? rest + len + 1 : NULL;
	}
	return 0;
}

static int
read_args(struct asking *asking, const struct args *args)
{
	struct dispatch *dispatch = &asking->dispatch;
	int64_t timeout_ms = -1;
	int code = args_count(args, 1, -1);

	if (code == 0)
		code = args_seconds(args, "timeout", -1, &timeout_ms);
	if (code == 0)
		code = read_choices(asking, args);
	if (code == 0)
		code = dispatch_read_text(
		    dispatch, args->argc - 1, args->argv + 1);
	if (code != 0)
		return code;
	asking->deadline_ms =
	    timeout_ms < 0 ? -1 : (int64_t)clock_now_ms() + timeout_ms;
	json_object_set_new(dispatch->request, "to",
	    json_pack("[o]", json_string_nocheck(args->argv[0])));
	json_object_set_new(
	    dispatch->request, "clear", json_boolean(args_has(args, "clear")));
	return 0;
}

int
verb_ask(struct cam *cam, struct args *args)
{
	struct asking asking = {
		.dispatch = { .cam = cam,
		    .method = RPC_MESSAGE_SEND,
		    .request = json_object(),
		    .until = UNTIL_ANSWERED },
	};
	int code = read_args(&asking, args);

	if (code == 0)
		code = daemon_begin(cam, &asking.client);
	if (code == 0)
		code = ask(&asking);
	rpc_client_free(asking.client);
	outcomes_finish(&asking.outcomes);
	json_decref(asking.answer);
	json_decref(asking.dispatch.request);
	return code;
}
