/* dispatch.c: a message or a change on its way, until what became of it is
 * known. */
#include "cam/dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/following.h"
#include "cam/input.h"
#include "cam/message.h"
#include "cam/output.h"
#include "rpc/names.h"

int
dispatch_read_recipients(
    struct dispatch *dispatch, const char *verb, char *list)
{
	json_t *to = json_array();
	char *rest = list;
	char *who;

	json_object_set_new(dispatch->request, "to", to);
	while ((who = strsep(&rest, ",")) != NULL) {
		if (who[0] != '\0')
			json_array_append_new(to, json_string(who));
	}
	if (json_array_size(to) > 0)
		return 0;
	cam_words(dispatch->cam);
	return complain_usage(verb, _("no recipient is named"));
}

int
dispatch_read_text(struct dispatch *dispatch, int count, char **words)
{
	struct buf text;
	int code;

	buf_init(&text, LIMIT_MESSAGE_TEXT + 1);
	code = input_text(dispatch->cam, count, words, &text);
	if (code == 0)
		json_object_set_new(dispatch->request, "text",
		    json_stringn_nocheck((const char *)text.data, text.len));
	buf_finish(&text);
	return code;
}

static int64_t
deadline_of(const struct dispatch *dispatch)
{
	return dispatch->timeout_ms < 0
		   ? -1
		   : (int64_t)clock_now_ms() + dispatch->timeout_ms;
}

/* Sends again, in clear, what a person has agreed to. */
static int
send_in_clear(struct dispatch *dispatch, struct rpc_client *client,
    struct outcomes *outcomes, json_t *users)
{
	json_t *result = NULL;
	json_t *recipient;
	size_t i;
	int code;

	code = daemon_call(dispatch->cam, client, RPC_MESSAGE_RETRY,
	    json_pack("{s:O,s:O,s:b,s:b}", "id", outcomes->id, "to", users,
		"clear", 1, "follow", dispatch->until != UNTIL_QUEUED),
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

static void
print(struct dispatch *dispatch, struct outcomes *outcomes, bool all)
{
	if (dispatch->following != NULL)
		progress_clear(&dispatch->following->progress);
	outcomes_print(outcomes, all);
}

int
dispatch_tell(struct dispatch *dispatch, struct rpc_client *client,
    struct outcomes *outcomes, int64_t *deadline_ms)
{
	json_t *users = outcomes_in_doubt(outcomes);
	char *names = NULL;
	char *question = NULL;
	int code = 0;

	if (json_array_size(users) > 0 && input_can_ask()) {
		cam_words(dispatch->cam);
		names = names_of(users);
		question = xasprintf(
		    _("%s cannot decrypt what we encrypt well. "
		      "Send it readable for everybody on the network? [y/N]"),
		    names != NULL ? names : "");
		if (input_ask(question)) {
			code = send_in_clear(dispatch, client, outcomes, users);
			*deadline_ms = deadline_of(dispatch);
		}
	}
	print(dispatch, outcomes, false);
	free(question);
	free(names);
	json_decref(users);
	return code;
}

/* Whom the message does not reach will not fetch anything. */
static void
forget_failed(const struct outcomes *outcomes, struct following *following)
{
	json_t *recipient;
	size_t i;

	json_array_foreach(outcomes->recipients, i, recipient)
	{
		const char *state =
		    json_string_value(json_object_get(recipient, "state"));
		const char *to =
		    json_string_value(json_object_get(recipient, "to"));

		if (state != NULL && to != NULL && strcmp(state, "failed") == 0)
			following_forget(following, to);
	}
}

static int
wait_for_outcomes(struct dispatch *dispatch, struct rpc_client *client,
    struct outcomes *outcomes)
{
	struct following *following = dispatch->following;
	int64_t deadline_ms = deadline_of(dispatch);
	int code = dispatch_tell(dispatch, client, outcomes, &deadline_ms);

	while (code == 0 && !outcomes_are_settled(outcomes)) {
		const char *event = NULL;
		json_t *params = NULL;

		code = following != NULL ? following_next(following, client,
					       deadline_ms, &event, &params)
					 : daemon_next(dispatch->cam, client,
					       deadline_ms, &event, &params);
		if (code != 0)
			break;
		if (strcmp(event, EVENT_MESSAGE_STATE) == 0 &&
		    json_equal(json_object_get(params, "id"), outcomes->id))
			outcomes_update(outcomes, params);
		json_decref(params);
		code = dispatch_tell(dispatch, client, outcomes, &deadline_ms);
	}
	print(dispatch, outcomes, true);
	if (code == 0 && following != NULL) {
		forget_failed(outcomes, following);
		code = following_wait(following, client, deadline_ms);
	}
	return code == EXIT_UNCONFIRMED ? 0 : code;
}

/* A change of what nobody has need not be delivered. */
static bool
is_for_nobody(const struct dispatch *dispatch, const json_t *result)
{
	const json_t *recipients = json_object_get(result, "recipients");

	return dispatch->is_change && json_is_array(recipients) &&
	       json_array_size(recipients) == 0;
}

/* One transfer to each recipient of each offer. */
static void
follow_offers(struct following *following, const json_t *result)
{
	const json_t *recipients = json_object_get(result, "recipients");
	json_t *offer, *recipient;
	size_t i, j;

	json_array_foreach(json_object_get(result, "offers"), i, offer)
	{
		json_array_foreach(recipients, j, recipient)
		{
			json_t *object = json_pack("{s:s,s:s,s:O}", "direction",
			    "out", "state", "offered", "peer",
			    json_object_get(recipient, "to"));

			json_object_update_missing(object, offer);
			following_add(following, object);
			json_decref(object);
		}
	}
}

/* Where the message reached all, what became of the transfers. */
static int
exit_of(const struct dispatch *dispatch, const struct outcomes *outcomes)
{
	int code = outcomes_exit(outcomes);

	return code == EXIT_DONE && dispatch->following != NULL
		   ? following_exit(dispatch->following)
		   : code;
}

static int
await(struct dispatch *dispatch, struct rpc_client *client,
    struct outcomes *outcomes)
{
	int code = wait_for_outcomes(dispatch, client, outcomes);

	if (code == 0)
		return exit_of(dispatch, outcomes);
	if (code == EXIT_INTERRUPTED && dispatch->following != NULL &&
	    !dispatch->cam->quiet)
		complain(_("no longer waiting; the offer stands: 'cam file "
			   "cancel %.*s' withdraws it"),
		    MESSAGE_ID_SHOWN, json_string_value(outcomes->id));
	return code;
}

/* The request leaves before anything is set up to speak to people: camd works
 * meanwhile. */
int
dispatch_call(struct dispatch *dispatch, struct rpc_client *client,
    struct outcomes *outcomes)
{
	json_t *result = NULL;
	int code;

	json_object_set_new(dispatch->request, "follow",
	    json_boolean(dispatch->until != UNTIL_QUEUED));
	code = daemon_call(dispatch->cam, client, dispatch->method,
	    json_incref(dispatch->request), &result);
	dispatch->taken = code == 0;
	if (code != 0 || is_for_nobody(dispatch, result)) {
		json_decref(result);
		return code;
	}
	if (!outcomes_init(outcomes, dispatch->cam, dispatch->until, result)) {
		cam_words(dispatch->cam);
		complain(_("camd does not say what became of the message"));
		code = EXIT_FAILED;
	} else if (dispatch->following != NULL) {
		follow_offers(dispatch->following, result);
	}
	json_decref(result);
	return code;
}

static int
send_and_wait(struct dispatch *dispatch, struct rpc_client *client)
{
	struct outcomes outcomes = { 0 };
	int code = dispatch_call(dispatch, client, &outcomes);

	if (code == 0 && outcomes.recipients != NULL)
		code = await(dispatch, client, &outcomes);
	outcomes_finish(&outcomes);
	return code;
}

static int
send_and_follow(struct dispatch *dispatch, struct rpc_client *client)
{
	struct following following = { 0 };
	int code = following_begin(&following, dispatch->cam, client);

	dispatch->following = &following;
	if (code == 0)
		code = send_and_wait(dispatch, client);
	dispatch->following = NULL;
	following_end(&following);
	return code;
}

int
dispatch_run(struct dispatch *dispatch)
{
	struct rpc_client *client = NULL;
	int code = daemon_begin(dispatch->cam, &client);

	if (code == 0)
		code = dispatch->fetched ? send_and_follow(dispatch, client)
					 : send_and_wait(dispatch, client);
	rpc_client_free(client);
	return code;
}
