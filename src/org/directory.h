/* directory.h: who belongs to an organisation, as its server states it. */
#ifndef CAM_ORG_DIRECTORY_H
#define CAM_ORG_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "crypto/digest.h"
#include "crypto/sign.h"

enum {
	MEMBER_NAME_MAX = 79,	/* bytes of UTF-8, as IPMSG keeps of one */
	MEMBER_GROUP_MAX = 255, /* levels parted by '/' */
	MEMBERSHIP_BYTES_MAX = 512,
	HEAD_BYTES = 1 + 8 + 8 + SHA256_SIZE + SIGN_SIZE,
};

/*
 * One change of the directory. Each membership is hashed together with all
 * before it, so who holds the hash of the last one knows that others who hold
 * the same see the same members: a server that shows different people different
 * directories is found out when they compare (threat model 5.2).
 */
enum membership_kind {
	MEMBERSHIP_GIVEN = 1, /* new, or with other names or keys */
	MEMBERSHIP_ENDED = 2, /* the key speaks for nobody any more */
};
struct membership {
	enum membership_kind kind;
	int64_t time_ms; /* wall time */
	uint8_t user_key[SIGN_KEY_SIZE];
	char logon[MEMBER_NAME_MAX + 1]; /* one member's alone, case apart */
	char nick[MEMBER_NAME_MAX + 1];	 /* may be "" */
	char group[MEMBER_GROUP_MAX + 1];
};

/* What a member can be called, and be in. */
bool member_name_is(const char *logon);
bool member_group_is(const char *group);

/* Appends. CAM_ERR_FORMAT: a name that is none: empty, controls, not UTF-8;
 * CAM_ERR_LIMIT. */
int membership_build(const struct membership *membership, struct buf *buf);
/* CAM_ERR_FORMAT, CAM_ERR_LIMIT, CAM_ERR_VERSION (a kind of later cams: to be
 * hashed, and skipped). */
int membership_parse(struct span bytes, struct membership *membership);

/* What the directory is after some memberships. */
struct head {
	uint64_t number;	   /* of memberships, 0: none */
	int64_t time_ms;	   /* when that was stated */
	uint8_t hash[SHA256_SIZE]; /* zeros before the first */
};

/* The hash goes on over one more membership: SHA-256 of "cam/directory/1", a
 * zero byte, the hash before and the membership's bytes. */
void head_add(struct head *head, struct span membership);
/* Signed under "cam/head/1" by a server's signing key. CAM_ERR_CRYPTO. */
int head_build(const struct head *head, const struct sign_key *server,
    uint8_t bytes[HEAD_BYTES]);
/* CAM_ERR_FORMAT, CAM_ERR_VERSION, CAM_ERR_CRYPTO. */
int head_parse(struct span bytes, const uint8_t signing_key[SIGN_KEY_SIZE],
    struct head *head);

#endif
