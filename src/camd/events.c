/* events.c: what happens, told to subscribed clients and hook programs. */
#include "camd/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/clients.h"
#include "camd/hook.h"
#include "rpc/json.h"
#include "rpc/names.h"

struct events {
	struct camd *camd;
	struct hooks *hooks;
};

static const char *const names[] = {
	EVENT_MESSAGE_RECEIVED,
	EVENT_MESSAGE_SENT,
	EVENT_MESSAGE_STATE,
	EVENT_MESSAGE_CHANGED,
	EVENT_USER_ENTERED,
	EVENT_USER_LEFT,
	EVENT_USER_CHANGED,
	EVENT_USER_TYPING,
	EVENT_TALK_READ,
	EVENT_OFFER_RECEIVED,
	EVENT_OFFER_HELD,
	EVENT_QUESTION_ANSWERED,
	EVENT_TRANSFER_PROGRESS,
	EVENT_TRANSFER_DONE,
	EVENT_TRANSFER_FAILED,
	EVENT_KEY_CHANGED,
	EVENT_ORG_CHANGED,
	EVENT_PRESENCE_CHANGED,
	EVENT_ATTENTION_CHANGED,
	EVENT_CALL_INCOMING,
	EVENT_CALL_RINGING,
	EVENT_CALL_ACTIVE,
	EVENT_CALL_CHANGED,
	EVENT_CALL_ENDED,
	EVENT_CALL_KEPT,
	EVENT_CALL_LEVELS,
	NULL,
};

const char *const *
event_names(void)
{
	return names;
}

struct events *
events_new(struct camd *camd)
{
	struct events *events = xcalloc(1, sizeof *events);

	events->camd = camd;
	events->hooks = hooks_new(camd->loop, camd->settings);
	return events;
}

void
events_free(struct events *events)
{
	if (events == NULL)
		return;
	hooks_free(events->hooks);
	free(events);
}

int
events_wanted(const struct events *events, const char *type)
{
	const struct clients *clients = events->camd->clients;

	return (clients != NULL && clients_wanted(clients, type)) ||
	       hooks_wanted(events->hooks, type);
}

/* type and time come first, for those who read it; a message has both, the time
 * it was stored at. */
static json_t *
complete(const char *type, json_t *params)
{
	json_t *event;

	if (json_object_get(params, "type") != NULL)
		return params;
	event = json_object();
	json_object_set_new(event, "type", json_string(type));
	if (json_object_get(params, "time") == NULL)
		json_object_set_new(event, "time", json_time(clock_wall_ms()));
	json_object_update_missing(event, params);
	json_decref(params);
	return event;
}

static bool
is_of_transfer(const char *type)
{
	return strcmp(type, EVENT_TRANSFER_PROGRESS) == 0 ||
	       strcmp(type, EVENT_TRANSFER_DONE) == 0 ||
	       strcmp(type, EVENT_TRANSFER_FAILED) == 0;
}

/* Levels are for those who subscribe to them. */
static bool
is_of_call(const char *type)
{
	return strncmp(type, "call.", 5) == 0 &&
	       strcmp(type, EVENT_CALL_LEVELS) != 0;
}

bool
event_is_followed(const char *type)
{
	return is_of_call(type) || strcmp(type, EVENT_MESSAGE_STATE) == 0 ||
	       strcmp(type, EVENT_QUESTION_ANSWERED) == 0 ||
	       is_of_transfer(type);
}

static const char *
followed_id(const char *type, const json_t *event)
{
	const char *member = is_of_transfer(type) ? "message" : "id";

	return event_is_followed(type)
		   ? json_string_value(json_object_get(event, member))
		   : NULL;
}

void
events_tell(struct events *events, const char *type, json_t *params)
{
	struct clients *clients = events->camd->clients;
	json_t *event = complete(type, params);
	char *line = NULL;
	size_t len = 0;

	if (clients != NULL && clients_wanted(clients, type))
		line = json_line(event, &len);
	if (line != NULL)
		clients_tell(clients, type, followed_id(type, event),
		    span_of(line, len - 1)); /* without its LF */
	free(line);
	hooks_run(events->hooks, type, event);
	json_decref(event);
}

void
events_tell_text(struct events *events, const char *type, const char *follow_id,
    struct span text)
{
	json_t *event = NULL;

	if (events->camd->clients != NULL)
		clients_tell(events->camd->clients, type, follow_id, text);
	if (hooks_wanted(events->hooks, type) &&
	    json_parse_line(text, &event) == 0)
		hooks_run(events->hooks, type, event);
	json_decref(event);
}
