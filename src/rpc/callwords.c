/* callwords.c: calls as people read them. */
#include "rpc/callwords.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "rpc/json.h"
#include "rpc/reason.h"

/* Below that nothing is heard. */
enum { SILENCE_DB = 60 };

void
callwords_clock(int64_t duration_ms, char text[CALLWORDS_CLOCK_SIZE])
{
	unsigned seconds = duration_ms > 0 ? (unsigned)(duration_ms / 1000) : 0;

	if (seconds >= 3600)
		snprintf(text, CALLWORDS_CLOCK_SIZE, "%u:%02u:%02u",
		    seconds / 3600, seconds / 60 % 60, seconds % 60);
	else
		snprintf(text, CALLWORDS_CLOCK_SIZE, "%u:%02u", seconds / 60,
		    seconds % 60);
}

void
callwords_bars(int level, char text[CALLWORDS_BARS_SIZE])
{
	int count = (SILENCE_DB - level) * CALLWORDS_BARS / SILENCE_DB;
	size_t len = 0;

	for (int i = 0; i < CALLWORDS_BARS; i++) {
		const char *bar = i < count ? "\xe2\x96\xae" : "\xe2\x96\xaf";

		memcpy(text + len, bar, 3);
		len += 3;
	}
	text[len] = '\0';
}

/* -- how it ended ---------------------------------------------------------- */

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
sentence_of(const char *reason, const char *who)
{
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
		if (strcmp(sentences[i].reason, reason) == 0)
			return reason_text(gettext(sentences[i].sentence), who);
	}
	return NULL;
}

char *
callwords_ended(const json_t *object, const char *who)
{
	const char *text = json_text_at(object, "text");
	char *sentence = sentence_of(json_text_at(object, "reason"), who),
	     *whole;
	char clock[CALLWORDS_CLOCK_SIZE];

	if (sentence == NULL) {
		callwords_clock(
		    json_integer_value(json_object_get(object, "duration_ms")),
		    clock);
		sentence = xasprintf(_("%s: ended after %s"), who, clock);
	}
	if (text[0] == '\0')
		return sentence;
	whole = xasprintf("%s: %s", sentence, text);
	free(sentence);
	return whole;
}

static char *
gone_sentence(const char *name, bool is_silent, bool is_microphone)
{
	if (!is_silent)
		return xasprintf(_("'%s' has gone: the system's own device "
				   "takes its place"),
		    name);
	return is_microphone
		   ? xasprintf(_("the microphone '%s' has gone: nothing is "
				 "said until it is back"),
			 name)
		   : xasprintf(_("the loudspeaker '%s' has gone: nothing is "
				 "heard until it is back"),
			 name);
}

static char *
device_sentence(const json_t *before, const json_t *now, const char *device,
    const char *missing, bool is_microphone)
{
	const char *had = json_text_at(before, missing),
		   *has = json_text_at(now, missing),
		   *is = json_text_at(now, device);

	if (had[0] == '\0' && has[0] != '\0')
		return gone_sentence(
		    has, strcmp(is, "none") == 0, is_microphone);
	if (has[0] == '\0' && had[0] != '\0' && strcmp(had, is) == 0)
		return xasprintf(_("'%s' is back and used again"), had);
	return NULL;
}

char *
callwords_device(const json_t *before, const json_t *now)
{
	char *sentence =
	    device_sentence(before, now, "audio_in", "audio_in_missing", true);

	return sentence != NULL ? sentence
				: device_sentence(before, now, "audio_out",
				      "audio_out_missing", false);
}

char *
callwords_past(const json_t *call)
{
	json_int_t duration_ms =
	    json_integer_value(json_object_get(call, "duration_ms"));
	bool video = json_is_true(json_object_get(call, "video"));
	char clock[CALLWORDS_CLOCK_SIZE];

	if (json_is_true(json_object_get(call, "missed")))
		return xstrdup(
		    video ? _("(missed video call)") : _("(missed call)"));
	callwords_clock(duration_ms, clock);
	if (duration_ms > 0 && json_is_true(json_object_get(call, "recorded")))
		return xasprintf(video ? _("(video call, recorded, %s)")
				       : _("(call, recorded, %s)"),
		    clock);
	if (duration_ms > 0)
		return xasprintf(
		    video ? _("(video call, %s)") : _("(call, %s)"), clock);
	return xasprintf(video ? _("(video call: %s)") : _("(call: %s)"),
	    json_text_at(call, "reason"));
}
