/* reason.c: why a transfer does not go on, as words and sentences. */
#include "camd/offer/reason.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "camd/transfer/transfer.h"

static const struct reason {
	const char *word;
	int err;     /* what it is as an error of a method */
	bool passes; /* by itself */
	const char *text;
} reasons[] = {
	{ "unknown", CAM_ERR_UNKNOWN, false, N_("it is not offered any more") },
	{ "expired", CAM_ERR_REFUSED, false,
	    N_("it was offered more than seven days ago") },
	{ "declined", CAM_ERR_REFUSED, false,
	    N_("its recipient does not want it") },
	{ "withdrawn", CAM_ERR_REFUSED, false,
	    N_("its sender has withdrawn it") },
	{ "refused", CAM_ERR_REFUSED, false, N_("refused by a setting") },
	{ "spent", CAM_ERR_REFUSED, false,
	    N_("it has been fetched as often as it may be") },
	{ "sealed", CAM_ERR_REFUSED, false,
	    N_("its message must be opened first") },
	{ "name", CAM_ERR_SYSTEM, false,
	    N_("its name is none that a file can have: give it another") },
	{ "changed", CAM_ERR_SYSTEM, false,
	    N_("what lies there is not what was offered") },
	{ "missing", CAM_ERR_SYSTEM, false,
	    N_("what was offered cannot be opened") },
	{ "folder", CAM_ERR_SYSTEM, false,
	    N_("the folder cannot be written to") },
	{ "full", CAM_ERR_FULL, false, N_("there is no room on the disk") },
	{ "limit", CAM_ERR_LIMIT, false,
	    N_("it is larger or deeper than it may be") },
	{ "crypto", CAM_ERR_CRYPTO, false,
	    N_("it was changed on the way, or is not what was offered") },
	{ "version", CAM_ERR_REFUSED, false,
	    N_("the other cam is newer, or too old for it") },
	{ "unreachable", CAM_ERR_TIMEOUT, true,
	    N_("the other side cannot be reached now") },
	{ "busy", CAM_ERR_TIMEOUT, true,
	    N_("the other side has too much to do now") },
	{ "closed", CAM_ERR_TIMEOUT, true, N_("the connection broke") },
	{ "cancelled", CAM_ERR_REFUSED, false, N_("cancelled") },
	{ "failed", CAM_ERR_SYSTEM, false, N_("it failed") },
};
enum { COUNT = sizeof reasons / sizeof reasons[0] };

static const struct reason *
find(const char *word)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (strcmp(reasons[i].word, word) == 0)
			return &reasons[i];
	}
	return &reasons[COUNT - 1];
}

const char *
offer_reason(const char *word)
{
	return find(word)->word;
}

const char *
offer_reason_of(const struct transfer_outcome *outcome)
{
	switch (outcome->err) {
	case CAM_ERR_CLOSED:
	case CAM_ERR_TIMEOUT:
		return "closed";
	case CAM_ERR_FULL:
		return "full";
	case CAM_ERR_LIMIT:
		return "limit";
	case CAM_ERR_REFUSED:
		return "changed";
	case CAM_ERR_CRYPTO:
		return "crypto";
	case CAM_ERR_VERSION:
		return "version";
	case CAM_ERR_SYSTEM:
		switch (outcome->error) {
		case ENETUNREACH:
		case EHOSTUNREACH:
		case ENETDOWN:
			return "closed";
		case EACCES:
		case EPERM:
		case EROFS:
		case ENOENT:
		case ENOTDIR:
			return "folder";
		}
		return "failed";
	default:
		return "failed";
	}
}

int
offer_reason_err(const char *word)
{
	return word[0] == '\0' ? 0 : find(word)->err;
}

const char *
offer_reason_text(const char *word)
{
	return word[0] == '\0' ? NULL : _(find(word)->text);
}

bool
offer_reason_passes(const char *word)
{
	return word[0] != '\0' && find(word)->passes;
}
