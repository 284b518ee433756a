/* reason.c: why somebody is not, or no longer, in a call. */
#include "camd/call/reason.h"

#include <stddef.h>
#include <string.h>

/* The exits are those of the command line contract. */
static const struct {
	const char *word;
	int exit;
} reasons[CALL_REASONS] = {
	[CALL_NO_REASON] = { "none", 0 },
	[CALL_HANGUP] = { "hangup", 0 },
	[CALL_CANCELLED] = { "cancelled", 4 },
	[CALL_DECLINED] = { "declined", 6 },
	[CALL_BUSY] = { "busy", 6 },
	[CALL_TIMEOUT] = { "timeout", 4 },
	[CALL_REFUSED] = { "refused", 6 },
	[CALL_UNREACHABLE] = { "unreachable", 4 },
	[CALL_UNABLE] = { "unable", 6 },
	[CALL_LOST] = { "lost", 1 },
	[CALL_MEDIA] = { "media", 1 },
	[CALL_OVER] = { "over", 4 },
	[CALL_ELSEWHERE] = { "elsewhere", 6 },
};

const char *
call_reason_word(enum call_reason reason)
{
	return (unsigned)reason < CALL_REASONS ? reasons[reason].word : NULL;
}

enum call_reason
call_reason_parse(const char *word)
{
	for (int i = 1; word != NULL && i < CALL_REASONS; i++) {
		if (strcmp(reasons[i].word, word) == 0)
			return (enum call_reason)i;
	}
	return CALL_NO_REASON;
}

int
call_reason_exit(enum call_reason reason)
{
	return (unsigned)reason < CALL_REASONS ? reasons[reason].exit : 1;
}
