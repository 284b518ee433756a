/* call_event.c: what is told of an event of a call. */
#include "cam-tui/call_event.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/model_call.h"
#include "rpc/callwords.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/reason.h"

/* -- somebody in it ------------------------------------------------------- */

/* What of him is another now; NULL: nothing to tell. */
static const char *
party_change(const struct model_party *before, const json_t *party)
{
	bool was_there = before != NULL && before->is_there;
	bool is_there = json_text_is(party, "state", "active") ||
			json_text_is(party, "state", "held");
	bool holds = json_text_is(party, "state", "held");
	bool is_muted = json_is_true(json_object_get(party, "muted"));
	bool records = json_is_true(json_object_get(party, "recording"));
	bool is_silent = json_is_true(json_object_get(party, "silent"));

	if (was_there != is_there)
		return is_there ? _("%s is in the call now")
				: _("%s has left the call");
	if (!is_there)
		return NULL;
	if (before->records != records)
		return records ? _("%s records the call")
			       : _("%s records the call no more");
	if (before->holds != holds)
		return holds ? _("%s holds the call")
			     : _("%s has taken up the call again");
	if (before->is_muted != is_muted)
		return is_muted ? _("%s is muted") : _("%s is muted no more");
	if (before->is_silent != is_silent)
		return is_silent ? _("nothing is heard of %s")
				 : _("%s is heard again");
	return NULL;
}

static char *
parties_text(const struct model *model, const struct model_call *before,
    const json_t *params)
{
	const json_t *party;
	size_t i;

	json_array_foreach(json_object_get(params, "parties"), i, party)
	{
		const char *id = json_text_at(party, "id");
		const char *sentence =
		    party_change(model_call_party(before, id), party);

		if (sentence != NULL)
			return reason_text(sentence, model_name_of(model, id));
	}
	return NULL;
}

/* -- all ------------------------------------------------------------------ */

static char *
changed_text(const struct model *model, const json_t *params, const char *who)
{
	const struct model_call *before =
	    model_call(model, json_text_at(params, "id"));
	bool is_muted = json_is_true(json_object_get(params, "muted"));
	bool is_held = json_text_is(params, "state", "held");
	char *device = NULL;

	if (before == NULL)
		return NULL;
	device = callwords_device(before->object, params);
	if (device != NULL)
		return device;
	if (is_held != (before->state == CALL_HELD))
		return xasprintf(
		    is_held ? _("on hold: %s") : _("taken up again: %s"), who);
	if (is_muted != before->is_muted)
		return xasprintf(is_muted ? _("you are muted for %s")
					  : _("you are heard by %s"),
		    who);
	return parties_text(model, before, params);
}

static bool
is_missed(const json_t *params)
{
	return json_text_is(params, "direction", "in") &&
	       json_integer_value(json_object_get(params, "duration_ms")) ==
		   0 &&
	       !json_text_is(params, "reason", "declined") &&
	       !json_text_is(params, "reason", "elsewhere");
}

static char *
ended_text(const json_t *params, const char *who, enum style *style)
{
	if (is_missed(params)) {
		*style = STYLE_WARN;
		return xasprintf(_("missed call from %s"), who);
	}
	if (json_text_is(params, "reason", "declined") &&
	    json_text_is(params, "direction", "in"))
		return xasprintf(_("declined: %s"), who);
	if (!json_text_is(params, "reason", "hangup"))
		*style = STYLE_WARN;
	return callwords_ended(params, who);
}

char *
call_event_text(const struct model *model, const char *event,
    const json_t *params, enum style *style)
{
	bool video = json_is_true(json_object_get(params, "video"));
	char *who = NULL, *text = NULL;

	if (strncmp(event, "call.", 5) != 0)
		return NULL;
	*style = STYLE_DIM;
	who = model_call_names(model, params);
	if (strcmp(event, EVENT_CALL_INCOMING) == 0) {
		*style = STYLE_WARN;
		text = xasprintf(
		    video ? _("%s calls with video") : _("%s calls"), who);
	} else if (strcmp(event, EVENT_CALL_RINGING) == 0) {
		text = xasprintf(_("it rings at %s"), who);
	} else if (strcmp(event, EVENT_CALL_ACTIVE) == 0) {
		*style = STYLE_GOOD;
		text = xasprintf(_("in call with %s"), who);
	} else if (strcmp(event, EVENT_CALL_CHANGED) == 0) {
		text = changed_text(model, params, who);
	} else if (strcmp(event, EVENT_CALL_ENDED) == 0) {
		text = ended_text(params, who, style);
	}
	free(who);
	return text;
}
