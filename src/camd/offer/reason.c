/* reason.c: why a transfer does not go on, as words and errors. */
#include "camd/offer/reason.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/err.h"
#include "camd/transfer/transfer.h"

static const struct reason {
	const char *word;
	int err;     /* what it is as an error of a method */
	bool passes; /* by itself */
} reasons[] = {
	{ "unknown", CAM_ERR_UNKNOWN, false },
	{ "expired", CAM_ERR_REFUSED, false },
	{ "declined", CAM_ERR_REFUSED, false },
	{ "withdrawn", CAM_ERR_REFUSED, false },
	{ "refused", CAM_ERR_REFUSED, false },
	{ "spent", CAM_ERR_REFUSED, false },
	{ "sealed", CAM_ERR_REFUSED, false },
	{ "name", CAM_ERR_SYSTEM, false },
	{ "changed", CAM_ERR_SYSTEM, false },
	{ "missing", CAM_ERR_SYSTEM, false },
	{ "folder", CAM_ERR_SYSTEM, false },
	{ "full", CAM_ERR_FULL, false },
	{ "limit", CAM_ERR_LIMIT, false },
	{ "crypto", CAM_ERR_CRYPTO, false },
	{ "version", CAM_ERR_REFUSED, false },
	{ "unreachable", CAM_ERR_TIMEOUT, true },
	{ "busy", CAM_ERR_TIMEOUT, true },
	{ "closed", CAM_ERR_TIMEOUT, true },
	{ "cancelled", CAM_ERR_REFUSED, false },
	{ "failed", CAM_ERR_SYSTEM, false },
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

bool
offer_reason_passes(const char *word)
{
	return word[0] != '\0' && find(word)->passes;
}
