/* call_words.c: calls as people read them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam/call.h"
#include "cam/message.h"
#include "rpc/names.h"
#include "rpc/reason.h"

const char *
call_member(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value != NULL ? value : "";
}

bool
call_is(const json_t *object, const char *state)
{
	return strcmp(call_member(object, "state"), state) == 0;
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

void
call_clock(int64_t duration_ms, char text[CALL_CLOCK_SIZE])
{
	unsigned seconds = duration_ms > 0 ? (unsigned)(duration_ms / 1000) : 0;

	if (seconds >= 3600)
		snprintf(text, CALL_CLOCK_SIZE, "%u:%02u:%02u", seconds / 3600,
		    seconds / 60 % 60, seconds % 60);
	else
		snprintf(text, CALL_CLOCK_SIZE, "%u:%02u", seconds / 60,
		    seconds % 60);
}

/* -- how it ended -----------------------------------------------------------
 */

/* Each %s is who the call was with. */
static const struct {
	const char *reason;
	const char *sentence;
} sentences[] = {
	{ "cancelled", N_("%s: cancelled before it was answered") },
	{ "declined", N_("%s has declined") },
	{ "busy", N_("%s is busy") },
	{ "timeout", N_("%s has not answered") },
	{ "refused", N_("%s cannot be called: refused") },
	{ "unreachable", N_("%s cannot be reached now") },
	{ "unable", N_("%s has no program that can be called") },
	{ "lost", N_("%s: nothing was heard any more") },
	{ "media", N_("%s: sound has failed, see the log of camd") },
	{ "over", N_("%s: the call is over") },
	{ "elsewhere", N_("%s: the two of you called at once") },
};

static char *
ended_sentence(const char *reason, const char *who)
{
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
		if (strcmp(sentences[i].reason, reason) == 0)
			return reason_text(gettext(sentences[i].sentence), who);
	}
	return NULL;
}

char *
call_end_sentence(const json_t *object)
{
	char *who = call_members(object), *sentence = NULL, *whole = NULL;
	const char *text = call_member(object, "text");
	char clock[CALL_CLOCK_SIZE];

	sentence = ended_sentence(call_member(object, "reason"), who);
	if (sentence == NULL) {
		call_clock(
		    json_integer_value(json_object_get(object, "duration_ms")),
		    clock);
		sentence = xasprintf(_("%s: ended after %s"), who, clock);
	}
	if (text[0] != '\0') {
		whole = xasprintf("%s: %s", sentence, text);
		free(sentence);
		sentence = whole;
	}
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
	    call_member(object, "from"), MESSAGE_ID_SHOWN,
	    call_member(object, "id"));
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
		text = xasprintf("%s: %s", who, call_member(object, "state"));
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
	const char *error = call_member(object, "recording_error");

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

char *
call_past_text(const json_t *call)
{
	json_int_t duration_ms =
	    json_integer_value(json_object_get(call, "duration_ms"));
	bool video = json_is_true(json_object_get(call, "video"));
	char clock[CALL_CLOCK_SIZE];

	if (json_is_true(json_object_get(call, "missed")))
		return xstrdup(
		    video ? _("(missed video call)") : _("(missed call)"));
	call_clock(duration_ms, clock);
	if (duration_ms > 0 && json_is_true(json_object_get(call, "recorded")))
		return xasprintf(video ? _("(video call, recorded, %s)")
				       : _("(call, recorded, %s)"),
		    clock);
	if (duration_ms > 0)
		return xasprintf(
		    video ? _("(video call, %s)") : _("(call, %s)"), clock);
	return xasprintf(video ? _("(video call: %s)") : _("(call: %s)"),
	    call_member(call, "reason"));
}
