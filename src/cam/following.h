/* following.h: transfers that somebody waits for: shown while they run, told
 * when they have ended. */
#ifndef CAM_FOLLOWING_H
#define CAM_FOLLOWING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cam/interrupt.h"
#include "cam/progress.h"

struct cam;
struct followed;
struct rpc_client;

struct following {
	struct cam *cam;
	struct followed *transfers;
	size_t count;
	bool mute; /* who follows tells himself of those that are done */
	struct progress progress;
	struct interrupt interrupt;
};

/* Between the two an interrupt ends following_next() and nothing else. The
 * client hears of all transfers from then on: 0, or the exit code after saying
 * why not. */
int following_begin(
    struct following *following, struct cam *cam, struct rpc_client *client);
void following_end(struct following *following);

/* Follows one more: a file object of cam-rpc(7), borrowed; what is known of it
 * already is brought up to date. */
void following_add(struct following *following, json_t *object);
/* The i-th, as it is known, borrowed. */
const json_t *following_object(const struct following *following, size_t i);
/* None of a message to somebody whom it does not reach. */
void following_forget(struct following *following, const char *peer);

/* daemon_next(), having taken in what it says of these transfers;
 * EXIT_INTERRUPTED without a word. */
int following_next(struct following *following, struct rpc_client *client,
    int64_t deadline_ms, const char **event, json_t **params);
/* Until all have ended. 0, EXIT_UNCONFIRMED without a word, or another code. */
int following_wait(struct following *following, struct rpc_client *client,
    int64_t deadline_ms);
/* The exit code: 0 if all are done, EXIT_SOME if some, else that of the first.
 */
int following_exit(const struct following *following);

#endif
