/* comparison.h: what two people compare to know whose key it is. */
#ifndef CAM_CAMD_COMPARISON_H
#define CAM_CAMD_COMPARISON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "crypto/safety.h"
#include "crypto/sign.h"

struct camd;
struct user;

/* The keys of one user, as they were when it was made. */
struct comparison {
	int64_t uid; /* 0: of nobody */
	bool has_user_key;
	uint8_t ours[SIGN_KEY_SIZE];
	uint8_t theirs[SIGN_KEY_SIZE];
	/* Filled by comparison_compute(). */
	char number[SAFETY_DIGITS + 1];
	uint8_t qr[SAFETY_QR_SIZE];
};

/* user NULL: of nobody. */
void comparison_init(struct comparison *comparison, const struct camd *camd,
    const struct user *user);
/* Takes some milliseconds, and touches nothing else: worker pool. */
void comparison_compute(struct comparison *comparison);
/* That user has still the same user key, or still none. */
bool comparison_holds(
    const struct comparison *comparison, const struct user *user);
/* Adds safety_number, qr, user_key, fingerprint and algorithm of cam-rpc(7) to
 * object. */
void comparison_describe(const struct comparison *comparison,
    const struct user *user, json_t *object);

/* The text names a key of the user: his user key or, where he has none, the
 * digest of his IPMSG key, in hexadecimal. */
bool comparison_names(const struct user *user, const char *key);

#endif
