/* call_words.c: calls as people read them. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam/call.h"
#include "cam/message.h"
#include "rpc/callwords.h"
#include "rpc/json.h"
#include "rpc/names.h"

bool
call_is(const json_t *object, const char *state)
{
	return json_text_is(object, "state", state);
}

char *
call_members(const json_t *object)
{
	const json_t *member;
	struct buf text;
	size_t i;

	buf_init(&text, LIMIT_RPC_LINE);
	json_array_foreach(json_object_get(object, "members"), i, member)
	{
		const char *id = json_string_value(member);

		buf_printf(
		    &text, "%s%s", i > 0 ? ", " : "", id != NULL ? id : "");
	}
	return buf_steal_text(&text);
}

char *
call_end_sentence(const json_t *object)
{
	char *who = call_members(object);
	char *sentence = callwords_ended(object, who);

	free(who);
	return sentence;
}

/* -- what happens -----------------------------------------------------------
 */

static char *
incoming_sentence(const json_t *object)
{
	return xasprintf(json_is_true(json_object_get(object, "video"))
			     ? _("%s calls with video: cam call answer %.*s")
			     : _("%s calls: cam call answer %.*s"),
	    json_text_at(object, "from"), MESSAGE_ID_SHOWN,
	    json_text_at(object, "id"));
}

char *
call_event_sentence(const char *event, const json_t *object)
{
	char *who = NULL, *text = NULL;

	if (strcmp(event, EVENT_CALL_INCOMING) == 0)
		return incoming_sentence(object);
	if (strcmp(event, EVENT_CALL_ENDED) == 0)
		return call_end_sentence(object);
	who = call_members(object);
	if (strcmp(event, EVENT_CALL_RINGING) == 0)
		text = xasprintf(_("%s: it rings"), who);
	else if (strcmp(event, EVENT_CALL_ACTIVE) == 0)
		text = xasprintf(_("%s: connected"), who);
	else
		text = xasprintf("%s: %s", who, json_text_at(object, "state"));
	free(who);
	return text;
}

static bool
names(const json_t *list, const char *id)
{
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
	{
		if (strcmp(json_string_value(value), id) == 0)
			return true;
	}
	return false;
}

/* The first of list who is not in the other. */
static const char *
one_more(const json_t *list, const json_t *other)
{
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
	{
		if (!names(other, json_string_value(value)))
			return json_string_value(value);
	}
	return NULL;
}

/* Ours has ended by itself; NULL: it has not. */
static const char *
recording_failure(const json_t *object)
{
	const char *error = json_text_at(object, "recording_error");

	if (error[0] == '\0')
		return NULL;
	return strcmp(error, "full") == 0
		   ? _("the disk is full: the recording has ended")
		   : _("the recording has failed and ended");
}

char *
call_recording_sentence(const json_t *before, const json_t *object)
{
	const json_t *old = json_object_get(before, "recording");
	const json_t *now = json_object_get(object, "recording");
	const char *began = one_more(now, old), *ended = one_more(old, now);
	const char *failure = recording_failure(object);

	if (failure != NULL && recording_failure(before) == NULL)
		return xstrdup(failure);
	if (began != NULL)
		return xasprintf(_("%s records this call"), began);
	if (ended != NULL)
		return xasprintf(_("%s records it no more"), ended);
	return NULL;
}
