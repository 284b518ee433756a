/* model.c: what camd has told. */
#include "cam-tui/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cam-tui/mention.h"
#include "cam-tui/model_parts.h"
#include "rpc/json.h"
#include "rpc/names.h"

struct model *
model_new(
    void (*on_change)(const struct model_change *change, void *arg), void *arg)
{
	struct model *model = xcalloc(1, sizeof *model);

	model->on_change = on_change;
	model->arg = arg;
	model->self = xstrdup("");
	model->nick = xstrdup("");
	table_init(&model->users);
	table_init(&model->talks);
	return model;
}

void
model_free(struct model *model)
{
	struct model_user *user;
	struct model_talk *talk;

	if (model == NULL)
		return;
	model->on_change = NULL;
	while ((user = model_user_first(model)) != NULL) {
		table_remove(&model->users, &user->by_id);
		model_user_free(user);
	}
	while ((talk = model_talk_first(model)) != NULL) {
		table_remove(&model->talks, &talk->by_key);
		model_talk_free(talk);
	}
	model_forget_offers(model);
	model_forget_calls(model);
	free(model->transfers);
	table_finish(&model->users);
	table_finish(&model->talks);
	free(model->self);
	free(model->nick);
	free(model);
}

void
model_tell(struct model *model, const struct model_change *change)
{
	if (model->on_change != NULL)
		model->on_change(change, model->arg);
}

void
model_set_self(struct model *model, const char *id, const char *nick)
{
	char *own = xstrdup(id), *name = xstrdup(nick);

	free(model->self);
	free(model->nick);
	model->self = own;
	model->nick = name;
}

const char *
model_self(const struct model *model)
{
	return model->self;
}

const char *
model_nick(const struct model *model)
{
	return model->nick[0] != '\0' ? model->nick : model->self;
}

/* -- being named ---------------------------------------------------------- */

bool
model_names_us(const struct model *model, const json_t *object)
{
	const char *text = json_string_value(json_object_get(object, "text"));
	char *logon = xstrndup(model->self, strcspn(model->self, "@"));
	const char *const names[] = { model->nick, logon };
	bool is_named = text != NULL && mention_find(text, names, 2);

	free(logon);
	return is_named;
}

/* -- events --------------------------------------------------------------- */

static void
take_user(struct model *model, const json_t *params)
{
	const char *was = json_text_at(params, "was");
	const json_t *object = json_object_get(params, "user");
	struct model_user before;
	struct model_user *user = model_user_take(model, object, &before);

	if (user == NULL)
		return;
	if (was[0] != '\0' && strcmp(was, user->id) != 0) {
		model_user_drop(model, was);
		model_talk_rename_user(model, was, user->id);
		model_transfer_rename_user(model, was, user->id);
		user = NULL; /* another one is no more */
	}
	model_user_tell(model, user, &before);
	model_user_finish(&before);
}

static void
take_typing(struct model *model, const json_t *params)
{
	struct model_user before;
	struct model_user *user =
	    model_user_take(model, json_object_get(params, "user"), &before);

	if (user == NULL)
		return;
	if (json_is_true(json_object_get(params, "direct")))
		user->is_typing =
		    json_is_true(json_object_get(params, "typing"));
	model_user_tell(model, user, &before);
	model_user_finish(&before);
}

static bool
is_before(const char *state, const char *other)
{
	static const char *const order[] = { "failed", "queued", "sent",
		"delivered", "opened" };
	size_t a = 0, b = 0;

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		if (strcmp(order[i], state) == 0)
			a = i;
		if (strcmp(order[i], other) == 0)
			b = i;
	}
	return a < b;
}

/* The state of the message is that of the recipient who is least far. */
static void
set_state(json_t *message, const json_t *params)
{
	json_t *recipients = json_object_get(message, "recipients"), *recipient;
	const char *least = NULL;
	size_t i;

	json_array_foreach(recipients, i, recipient)
	{
		const char *state;

		if (json_text_is(recipient, "to", json_text_at(params, "to")))
			json_object_update_existing(
			    recipient, (json_t *)params);
		state = json_text_at(recipient, "state");
		if (least == NULL || is_before(state, least))
			least = state;
	}
	json_object_set_new(message, "state",
	    json_string(least != NULL ? least : json_text_at(params, "state")));
}

/* The event has no talk: whichever holds the message. */
static void
take_state(struct model *model, const json_t *params)
{
	const char *id = json_text_at(params, "id");

	for (struct model_talk *talk = model_talk_first(model); talk != NULL;
	     talk = model_talk_next(model, talk)) {
		const struct model_message *message = model_message(talk, id);

		if (message == NULL)
			continue;
		set_state(message->object, params);
		model_tell(
		    model, &(struct model_change){ .kind = CHANGE_MESSAGE,
			       .talk = talk,
			       .message = message });
		return;
	}
}

static void
take_read(struct model *model, const json_t *params)
{
	struct model_talk *talk = model_talk_of(model, params);

	if (talk != NULL)
		model_mark_read(model, talk);
}

void
model_take_event(struct model *model, const char *event, const json_t *params)
{
	if (model_call_event(model, event, params))
		return;
	if (strcmp(event, EVENT_MESSAGE_SENT) == 0)
		model_transfer_sent(model, params);
	if (strcmp(event, EVENT_MESSAGE_RECEIVED) == 0 ||
	    strcmp(event, EVENT_MESSAGE_SENT) == 0)
		model_talk_add(model, params);
	else if (strcmp(event, EVENT_OFFER_RECEIVED) == 0 ||
		 strcmp(event, EVENT_OFFER_HELD) == 0 ||
		 strcmp(event, EVENT_TRANSFER_PROGRESS) == 0 ||
		 strcmp(event, EVENT_TRANSFER_DONE) == 0 ||
		 strcmp(event, EVENT_TRANSFER_FAILED) == 0)
		model_transfer_event(model, params);
	else if (strcmp(event, EVENT_MESSAGE_CHANGED) == 0)
		model_take_message(model, json_object_get(params, "message"));
	else if (strcmp(event, EVENT_MESSAGE_STATE) == 0)
		take_state(model, params);
	else if (strcmp(event, EVENT_TALK_READ) == 0)
		take_read(model, params);
	else if (strcmp(event, EVENT_ATTENTION_CHANGED) == 0)
		model_take_attention(model, params);
	else if (strcmp(event, EVENT_USER_TYPING) == 0)
		take_typing(model, params);
	else if (strcmp(event, EVENT_USER_ENTERED) == 0 ||
		 strcmp(event, EVENT_USER_LEFT) == 0 ||
		 strcmp(event, EVENT_USER_CHANGED) == 0 ||
		 strcmp(event, EVENT_KEY_CHANGED) == 0)
		take_user(model, params);
}
