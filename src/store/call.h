/* call.h: past calls, as lines of the history. */
#ifndef CAM_STORE_CALL_H
#define CAM_STORE_CALL_H

#include <stdbool.h>
#include <stdint.h>

struct store;
struct store_message;

struct store_call {
	bool video;
	bool recorded;
	uint8_t reason;	     /* enum call_reason of camd/call/reason.h */
	int64_t duration_ms; /* of speaking; 0: nobody answered */
};

/*
 * Keeps it as a row of message's talk: message has id, talk, from (0: we
 * called), time_ms and missed, and gets its row. with is the other user, 0: it
 * was with several. CAM_ERR_UNKNOWN: no such talk or user.
 */
int store_call_add(struct store *store, struct store_message *message,
    const struct store_call *call, int64_t with);
/* Of a message of that type. CAM_ERR_UNKNOWN. */
int store_call_get(
    struct store *store, int64_t message, struct store_call *call);

#endif
