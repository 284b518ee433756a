/* reason.c: why a message did not reach somebody. */
#include "rpc/reason.h"

#include <stddef.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"

static const struct reason {
	const char *word;
	int exit;
	const char *text; /* %s is the user */
} reasons[] = {
	{ "request", 2, N_("'%s' cannot be sent to") },
	{ "unsupported", 2, N_("'%s': not there yet") },
	{ "unknown", 3, N_("no user matches '%s'") },
	{ "ambiguous", 3, N_("'%s' is ambiguous") },
	{ "refused", 6, N_("'%s': refused by a setting") },
	{ "unable", 6, N_("the program of '%s' cannot change messages") },
	{ "cleartext", 6, N_("'%s' cannot decrypt: not sent in clear") },
	{ "weaker", 6,
	    N_("'%s' has shown stronger encryption before: not sent with "
	       "less") },
	{ "key", 7, N_("the key of '%s' is unknown or has changed") },
	{ "length", 1, N_("too long for the program of '%s'") },
	{ "invalid", 1, N_("'%s' could not read it") },
	{ "version", 6, N_("the cam of '%s' is too old for it") },
	{ "time", 6, N_("'%s' finds its time too far from its own") },
	{ "deleted", 1, N_("it was deleted before it reached '%s'") },
	{ "timeout", 4, N_("'%s' did not answer in time") },
	{ "failed", 1, N_("could not be sent to '%s'") },
};

static const struct reason *
find_reason(const char *word)
{
	size_t count = sizeof reasons / sizeof reasons[0];

	for (size_t i = 0; i < count; i++) {
		if (strcmp(reasons[i].word, word) == 0)
			return &reasons[i];
	}
	return &reasons[count - 1];
}

const char *
reason_word(const char *reason)
{
	return find_reason(reason)->word;
}

int
reason_exit(const char *reason)
{
	return reason[0] == '\0' ? 0 : find_reason(reason)->exit;
}

const char *
reason_sentence(const char *reason)
{
	return find_reason(reason)->text;
}

/* A translator may have left the user out. */
char *
reason_text(const char *sentence, const char *id)
{
	const char *place = strstr(sentence, "%s");

	if (place == NULL)
		return xstrdup(sentence);
	return xasprintf(
	    "%.*s%s%s", (int)(place - sentence), sentence, id, place + 2);
}
