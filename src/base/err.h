/* err.h: every way a call can fail, and its words. */
#ifndef CAM_ERR_H
#define CAM_ERR_H

/*
 * What can fail returns 0 or one of these, all negative. Results come back
 * through the last pointer and are written only on success.
 */
enum cam_err {
	CAM_OK = 0,
	CAM_ERR_SYSTEM = -1,	/* a system call failed: errno tells */
	CAM_ERR_FORMAT = -2,	/* bytes that are not what they should be */
	CAM_ERR_LIMIT = -3,	/* over a named limit */
	CAM_ERR_CHARSET = -4,	/* not text in the charset it claims */
	CAM_ERR_MORE = -5,	/* incomplete: more bytes may make it whole */
	CAM_ERR_REQUEST = -6,	/* a request with wrong or missing fields */
	CAM_ERR_UNKNOWN = -7,	/* no such user, message, setting ... */
	CAM_ERR_AMBIGUOUS = -8, /* a beginning that fits several */
	CAM_ERR_EXISTS = -9,	/* it is there already */
	CAM_ERR_REFUSED = -10,	/* the other side, a policy or a setting */
	CAM_ERR_UNREACHABLE = -11, /* camd cannot be reached */
	CAM_ERR_TIMEOUT = -12,	   /* not within the time given */
	CAM_ERR_KEY = -13,	   /* key unknown where needed, or changed */
	CAM_ERR_CRYPTO = -14,	   /* a cryptographic operation failed */
	CAM_ERR_STORE = -15,	   /* the database failed */
	CAM_ERR_FULL = -16,	   /* no room: disk, queue or table */
	CAM_ERR_CLOSED = -17,	   /* the other end has gone */
	CAM_ERR_VERSION = -18,	   /* the other end speaks another version */
	CAM_ERR_UNSUPPORTED = -19, /* not built in, or not there yet */
	CAM_ERR_UNSAFE = -20,	   /* wrong owner or mode of a file */
};

/* A short text in lower case without a full stop; for CAM_ERR_SYSTEM that of
 * errno. */
const char *cam_strerror(int err);

/* The exit code of the command line contract for err (0 for 0). */
int cam_exit_code(int err);

#endif
