/* policy.h: what an organisation leaves its members' programs to do. */
#ifndef CAM_ORG_POLICY_H
#define CAM_ORG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "crypto/sign.h"
#include "org/directory.h"

enum {
	POLICY_RULES_MAX = 64,
	POLICY_BYTES_MAX = 1 + 8 + 8 + 1 +
			   POLICY_RULES_MAX * (1 + MEMBER_GROUP_MAX + 2) +
			   SIGN_SIZE,
};

/* What is ruled; later ones are passed over by those who do not know them. */
enum policy_key {
	POLICY_FILES = 1,  /* offered, and with "receive" only taken */
	POLICY_CALLS = 2,  /* made and taken */
	POLICY_LEGACY = 3, /* as security.legacy */
	POLICY_RELAY = 4,  /* by the server; off: only with who is on the LAN */
};
/* From the strictest to the mildest. */
enum policy_value { POLICY_OFF = 0, POLICY_RECEIVE = 1, POLICY_ON = 2 };

struct policy_rule {
	char group[MEMBER_GROUP_MAX + 1]; /* and all below it; "": everybody */
	uint8_t key;
	uint8_t value; /* enum policy_value */
};

/*
 * Signed by a server of the charter under "cam/policy/1". It only takes away:
 * a member's program keeps to it and to its own settings, whichever is
 * stricter, so that a server in the wrong hands loosens nothing. A greater
 * serial takes the place of a smaller one.
 */
struct policy {
	uint64_t serial;
	int64_t time_ms; /* wall time */
	struct policy_rule rules[POLICY_RULES_MAX];
	size_t count;
};

/* Sets what holds for that group; of several the nearest counts. CAM_ERR_FULL;
 * CAM_ERR_FORMAT: no such group or value. */
int policy_set(struct policy *policy, const char *group, enum policy_key key,
    enum policy_value value);
/* Leaves it to what holds above the group. CAM_ERR_UNKNOWN. */
int policy_unset(struct policy *policy, const char *group, enum policy_key key);
/* What holds for a member of that group; POLICY_ON where nothing is ruled. */
enum policy_value policy_get(
    const struct policy *policy, const char *group, enum policy_key key);

/* Appends fields and signature. CAM_ERR_CRYPTO. */
int policy_build(const struct policy *policy, const struct sign_key *server,
    struct buf *buf);
/* CAM_ERR_FORMAT, CAM_ERR_LIMIT, CAM_ERR_VERSION, CAM_ERR_CRYPTO. */
int policy_parse(struct span bytes, const uint8_t signing_key[SIGN_KEY_SIZE],
    struct policy *policy);

/* "files", "calls", "legacy", "relay"; "off", "receive", "on". NULL: it is one
 * of later versions. Names: CAM_ERR_UNKNOWN. */
const char *policy_key_name(unsigned key);
const char *policy_value_name(unsigned value);
int policy_key_parse(const char *name, enum policy_key *key);
/* CAM_ERR_FORMAT: that key does not take it. */
int policy_value_parse(
    const char *name, enum policy_key key, enum policy_value *value);

#endif
