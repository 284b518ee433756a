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
	EVENT_QUESTION_ANSWERED,
	EVENT_TRANSFER_PROGRESS,
	EVENT_TRANSFER_DONE,
	EVENT_TRANSFER_FAILED,
	EVENT_KEY_CHANGED,
	EVENT_PRESENCE_CHANGED,
	EVENT_ATTENTION_CHANGED,
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

bool
event_is_followed(const char *type)
{
	return strcmp(type, EVENT_MESSAGE_STATE) == 0 ||
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
	json_t *event = complete(type, params);

	if (events->camd->clients != NULL)
		clients_tell(events->camd->clients, type,
		    followed_id(type, event), event);
	hooks_run(events->hooks, type, event);
	json_decref(event);
}
