/* daemon.h: the way to this user's camd: connected, asked, listened to. */
#ifndef CAM_DAEMON_H
#define CAM_DAEMON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "rpc/client.h"

struct cam;

/* Each returns 0, or the exit code after saying on stderr what went wrong. */

/*
 * Connects, and unless --no-start or daemon.autostart = no starts camd when it
 * does not run, waiting until it is ready; several cam at once start one.
 */
int daemon_connect(struct cam *cam, struct rpc_client **client);
/* The same for who calls at once: camd has not said yet that it is ready. */
int daemon_begin(struct cam *cam, struct rpc_client **client);
/* The same without starting, and without a word: 0 or CAM_ERR_*
 * (CAM_ERR_UNREACHABLE: camd does not run). */
int daemon_connect_running(struct cam *cam, struct rpc_client **client);

/* Whether daemon_connect() would start camd. */
bool daemon_may_start(struct cam *cam);
/* Says that connecting failed by err, and what to do; the exit code. */
int daemon_unreachable(const struct cam *cam, int err);

/* Calls a method of a connected camd and waits for the answer. Takes params. */
int daemon_call(struct cam *cam, struct rpc_client *client, const char *method,
    json_t *params, json_t **result);
/* Says that a call or the wait for an event failed by err; the exit code. */
int daemon_lost(int err);
/* Connects, calls, closes. */
int daemon_ask(
    struct cam *cam, const char *method, json_t *params, json_t **result);

/* Turns on events; types are names or nouns by commas, NULL for all. */
int daemon_subscribe(
    struct cam *cam, struct rpc_client *client, const char *types);
/*
 * The next event until deadline_ms of clock_now_ms() (-1: no limit).
 * EXIT_UNCONFIRMED, without a word, when the time has passed.
 */
int daemon_next(struct cam *cam, struct rpc_client *client, int64_t deadline_ms,
    const char **event, json_t **params);

#endif
