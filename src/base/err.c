/* err.c: the words and the exit code of every error. */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"

/* No default: the compiler reports a code without a text. */
const char *
cam_strerror(int err)
{
	switch ((enum cam_err)err) {
	case CAM_OK:
		return _("done");
	case CAM_ERR_SYSTEM:
		return strerror(errno);
	case CAM_ERR_FORMAT:
		return _("malformed data");
	case CAM_ERR_LIMIT:
		return _("over a limit");
	case CAM_ERR_CHARSET:
		return _("not text in its character set");
	case CAM_ERR_MORE:
		return _("incomplete data");
	case CAM_ERR_REQUEST:
		return _("wrong or missing fields in the request");
	case CAM_ERR_UNKNOWN:
		return _("not found");
	case CAM_ERR_AMBIGUOUS:
		return _("ambiguous");
	case CAM_ERR_EXISTS:
		return _("there already");
	case CAM_ERR_REFUSED:
		return _("refused");
	case CAM_ERR_UNREACHABLE:
		return _("camd cannot be reached");
	case CAM_ERR_TIMEOUT:
		return _("timed out");
	case CAM_ERR_KEY:
		return _("key unknown or changed");
	case CAM_ERR_CRYPTO:
		return _("a cryptographic operation failed");
	case CAM_ERR_STORE:
		return _("the database failed");
	case CAM_ERR_FULL:
		return _("no room left");
	case CAM_ERR_CLOSED:
		return _("the other end has closed the connection");
	case CAM_ERR_VERSION:
		return _("the other end speaks another version");
	case CAM_ERR_UNSUPPORTED:
		return _("not supported");
	case CAM_ERR_UNSAFE:
		return _("wrong owner or mode");
	}
	return _("unknown error");
}

int
cam_exit_code(int err)
{
	switch (err) {
	case CAM_OK:
		return 0;
	case CAM_ERR_REQUEST:
	case CAM_ERR_CHARSET:
	case CAM_ERR_UNSUPPORTED:
		return 2;
	case CAM_ERR_UNKNOWN:
	case CAM_ERR_AMBIGUOUS:
		return 3;
	case CAM_ERR_TIMEOUT:
		return 4;
	case CAM_ERR_UNREACHABLE:
	case CAM_ERR_CLOSED:
		return 5;
	case CAM_ERR_REFUSED:
		return 6;
	case CAM_ERR_KEY:
		return 7;
	default:
		return 1;
	}
}
