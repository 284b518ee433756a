/* signal.h: what two camd tell each other of a call, as fields (rpc/names.h,
 * LINK_CALL_...). */
#ifndef CAM_CAMD_CALL_SIGNAL_H
#define CAM_CAMD_CALL_SIGNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"
#include "base/random.h"
#include "camd/call/reason.h"
#include "crypto/sign.h"
#include "rpc/media.h"

enum signal_presence { SIGNAL_RINGING, SIGNAL_ACTIVE, SIGNAL_LEFT };

/* Somebody in the call, or asked to be: by his user key, and where he may be
 * found. */
struct signal_member {
	uint8_t key[SIGN_KEY_SIZE];
	char id[2 * LIMIT_NAME + 2]; /* "anna@pc1" */
	enum signal_presence presence;
};

/* What the sender of a signal is like now. */
struct signal_status {
	bool hold;
	bool mute;
	bool video;
	bool screen;
	bool recording;
};

/* Which fields a signal has beside call. */
enum signal_part {
	SIGNAL_MEDIA = 1,
	SIGNAL_MEMBERS = 2,
	SIGNAL_STATUS = 4,
	SIGNAL_REASON = 8, /* and text */
};

struct signal {
	char call[ID_SIZE];
	struct media media; /* holds a key: signal_wipe() */
	/* Others than who is told; those who were there before, too. */
	struct signal_member members[2 * LIMIT_CALL_MEMBERS];
	size_t member_count;
	struct signal_status status;
	enum call_reason reason;
	char text[LIMIT_CALL_TEXT + 1]; /* "": none */
};

/* parts: those that go into it. */
json_t *signal_build(const struct signal *signal, unsigned parts);
/*
 * Pure. parts must be there, but for members of the status, which are false;
 * what else there is does not matter. An unknown reason is CALL_HANGUP, a
 * member in an unknown state is left out. CAM_ERR_REQUEST, CAM_ERR_LIMIT,
 * errors of media_parse().
 */
int signal_parse(const json_t *params, unsigned parts, struct signal *signal);
void signal_wipe(struct signal *signal);

#endif
