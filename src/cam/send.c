/* send.c: cam send: a message, and what becomes of it. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/input.h"
#include "cam/outcome.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

enum { SEND_TIMEOUT_MS = 10000 };

/* What the arguments ask for. */
struct sending {
	struct cam *cam;
	json_t *request;
	enum outcome_until until;
	int64_t timeout_ms;
};

/* WHO,WHO,... as a list. */
static int
read_recipients(struct sending *sending, char *list)
{
	json_t *to = json_array();
	char *rest = list;
	char *who;

	json_object_set_new(sending->request, "to", to);
	while ((who = strsep(&rest, ",")) != NULL) {
		if (who[0] != '\0')
			json_array_append_new(to, json_string(who));
	}
	if (json_array_size(to) > 0)
		return 0;
	cam_words(sending->cam);
	return complain_usage("send", _("no recipient is named"));
}

static int
read_until(struct sending *sending, const struct args *args)
{
	const char *until = args_value(args, "until");
	bool sealed = args_has(args, "seal") || args_has(args, "lock");

	sending->until =
	    args_has(args, "no-wait") ? UNTIL_QUEUED : UNTIL_DELIVERED;
	if (until == NULL)
		return 0;
	cam_words(sending->cam);
	if (strcmp(until, "opened") == 0)
		sending->until = UNTIL_OPENED;
	else if (strcmp(until, "delivered") != 0)
		return complain_usage("send",
		    _("--until is 'delivered' or 'opened', not '%s'"), until);
	if (args_has(args, "no-wait"))
		return complain_usage(
		    "send", _("--no-wait and --until exclude each other"));
	if (sending->until == UNTIL_OPENED && !sealed)
		return complain_usage("send",
		    _("--until opened needs --seal: only sealed messages "
		      "tell when they are opened"));
	return 0;
}

static int
read_text(struct sending *sending, const struct args *args)
{
	struct buf text;
	int code;

	buf_init(&text, LIMIT_MESSAGE_TEXT + 1);
	code = input_text(sending->cam, args->argc - 1, args->argv + 1, &text);
	if (code == 0)
		json_object_set_new(sending->request, "text",
		    json_stringn_nocheck((const char *)text.data, text.len));
	buf_finish(&text);
	return code;
}

static void
read_flags(struct sending *sending, const struct args *args)
{
	const char *reply = args_value(args, "reply");

	json_object_set_new(
	    sending->request, "sealed", json_boolean(args_has(args, "seal")));
	json_object_set_new(
	    sending->request, "locked", json_boolean(args_has(args, "lock")));
	json_object_set_new(
	    sending->request, "clear", json_boolean(args_has(args, "clear")));
	json_object_set_new(sending->request, "follow",
	    json_boolean(sending->until != UNTIL_QUEUED));
	if (reply != NULL)
		json_object_set_new(
		    sending->request, "reply", json_string(reply));
}

static int
read_args(struct sending *sending, const struct args *args)
{
	int code;

	if (args_has(args, "file")) {
		cam_words(sending->cam);
		complain(_("'send --file' is not there yet"));
		return EXIT_USAGE;
	}
	code = args_count(args, 1, -1);
	if (code == 0)
		code = args_seconds(
		    args, "timeout", SEND_TIMEOUT_MS, &sending->timeout_ms);
	if (code == 0)
		code = read_until(sending, args);
	if (code == 0)
		code = read_recipients(sending, args->argv[0]);
	if (code == 0)
		code = read_text(sending, args);
	if (code == 0)
		read_flags(sending, args);
	return code;
}

static int64_t
deadline_of(const struct sending *sending)
{
	return (int64_t)clock_now_ms() + sending->timeout_ms;
}

/* Sends again, in clear, what a person has agreed to. */
static int
send_in_clear(struct sending *sending, struct rpc_client *client,
    struct outcomes *outcomes, json_t *users)
{
	json_t *result = NULL;
	json_t *recipient;
	size_t i;
	int code;

	code = daemon_call(sending->cam, client, RPC_MESSAGE_RETRY,
	    json_pack("{s:O,s:O,s:b,s:b}", "id", outcomes->id, "to", users,
		"clear", 1, "follow", sending->until != UNTIL_QUEUED),
	    &result);
	if (code != 0)
		return code;
	json_array_foreach(json_object_get(result, "recipients"), i, recipient)
	    outcomes_update(outcomes, recipient);
	json_decref(result);
	return 0;
}

/* "'anna@pc1', 'bob@pc2'": whom the question is about. */
static char *
names_of(const json_t *users)
{
	json_t *user;
	struct buf text;
	size_t i;

	buf_init(&text, LIMIT_RPC_LINE);
	json_array_foreach(users, i, user) buf_printf(
	    &text, "%s'%s'", i > 0 ? ", " : "", json_string_value(user));
	return buf_steal_text(&text);
}

/* Where it would have to go in clear and somebody sits at the terminal, asks;
 * then prints what is settled. */
static int
tell(struct sending *sending, struct rpc_client *client,
    struct outcomes *outcomes, int64_t *deadline_ms)
{
	json_t *users = outcomes_in_doubt(outcomes);
	char *names = NULL;
	char *question = NULL;
	int code = 0;

	if (json_array_size(users) > 0 && input_can_ask()) {
		cam_words(sending->cam);
		names = names_of(users);
		question = xasprintf(
		    _("%s cannot decrypt what we encrypt well. "
		      "Send it readable for everybody on the network? [y/N]"),
		    names != NULL ? names : "");
		if (input_ask(question)) {
			code = send_in_clear(sending, client, outcomes, users);
			*deadline_ms = deadline_of(sending);
		}
	}
	outcomes_print(outcomes, false);
	free(question);
	free(names);
	json_decref(users);
	return code;
}

static int
wait_for_outcomes(struct sending *sending, struct rpc_client *client,
    struct outcomes *outcomes)
{
	int64_t deadline_ms = deadline_of(sending);
	int code = tell(sending, client, outcomes, &deadline_ms);

	while (code == 0 && !outcomes_are_settled(outcomes)) {
		const char *event = NULL;
		json_t *params = NULL;

		code = daemon_next(
		    sending->cam, client, deadline_ms, &event, &params);
		if (code != 0)
			break;
		if (strcmp(event, EVENT_MESSAGE_STATE) == 0 &&
		    json_equal(json_object_get(params, "id"), outcomes->id))
			outcomes_update(outcomes, params);
		json_decref(params);
		code = tell(sending, client, outcomes, &deadline_ms);
	}
	return code == EXIT_UNCONFIRMED ? 0 : code;
}

/* The request leaves before anything is set up to speak to people: camd works
 * meanwhile. */
static int
send_message(struct sending *sending, struct rpc_client *client)
{
	struct outcomes outcomes = { 0 };
	json_t *result = NULL;
	int code = daemon_call(sending->cam, client, RPC_MESSAGE_SEND,
	    json_incref(sending->request), &result);

	if (code != 0)
		return code;
	if (!outcomes_init(&outcomes, sending->cam, sending->until, result)) {
		cam_words(sending->cam);
		complain(_("camd does not say what became of the message"));
		code = EXIT_FAILED;
	} else {
		code = wait_for_outcomes(sending, client, &outcomes);
		outcomes_print(&outcomes, true);
		if (code == 0)
			code = outcomes_exit(&outcomes);
	}
	outcomes_finish(&outcomes);
	json_decref(result);
	return code;
}

int
verb_send(struct cam *cam, struct args *args)
{
	struct sending sending = { .cam = cam, .request = json_object() };
	struct rpc_client *client = NULL;
	int code = read_args(&sending, args);

	if (code == 0)
		code = daemon_begin(cam, &client);
	if (code == 0)
		code = send_message(&sending, client);
	rpc_client_free(client);
	json_decref(sending.request);
	return code;
}
