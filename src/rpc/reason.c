/* reason.c: why a message or a file did not reach somebody. */
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

/* -- transfers ------------------------------------------------------------ */

static const struct transfer_reason {
	const char *word;
	const char *text;
} transfer_reasons[] = {
	{ "unknown", N_("it is not offered any more") },
	{ "expired", N_("it was offered more than seven days ago") },
	{ "declined", N_("its recipient does not want it") },
	{ "withdrawn", N_("its sender has withdrawn it") },
	{ "refused", N_("refused by a setting") },
	{ "spent", N_("it has been fetched as often as it may be") },
	{ "sealed", N_("its message must be opened first") },
	{ "name",
	    N_("its name is none that a file can have: give it another") },
	{ "changed", N_("what lies there is not what was offered") },
	{ "missing", N_("what was offered cannot be opened") },
	{ "folder", N_("the folder cannot be written to") },
	{ "full", N_("there is no room on the disk") },
	{ "limit", N_("it is larger or deeper than it may be") },
	{ "crypto",
	    N_("it was changed on the way, or is not what was offered") },
	{ "version", N_("the other cam is newer, or too old for it") },
	{ "unreachable", N_("the other side cannot be reached now") },
	{ "busy", N_("the other side has too much to do now") },
	{ "closed", N_("the connection broke") },
	{ "cancelled", N_("cancelled") },
	{ "failed", N_("it failed") },
};

const char *
reason_transfer_sentence(const char *reason)
{
	size_t count = sizeof transfer_reasons / sizeof transfer_reasons[0];
	size_t i = 0;

	if (reason[0] == '\0')
		return "";
	while (i + 1 < count && strcmp(transfer_reasons[i].word, reason) != 0)
		i++;
	return transfer_reasons[i].text;
}
