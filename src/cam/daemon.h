/* daemon.h: the way to this user's camd: found, started when it must be, asked.
 */
#ifndef CAM_DAEMON_H
#define CAM_DAEMON_H

#include <jansson.h>
#include <stdint.h>

#include "rpc/client.h"

struct cam;

/*
 * Connects, and unless --no-start or daemon.autostart = no starts camd when it
 * does not run, waiting until it is ready; several cam at once start one. 0, or
 * the exit code after saying why.
 */
int daemon_connect(struct cam *cam, struct rpc_client **client);
/* The same without starting: CAM_ERR_UNREACHABLE when camd does not run; says
 * nothing. */
int daemon_connect_running(struct cam *cam, struct rpc_client **client);

/*
 * Calls a method of a connected camd and waits for the answer. Takes params. 0,
 * or the exit code after saying what camd answered.
 */
int daemon_call(struct rpc_client *client, const char *method, json_t *params,
    json_t **result);
/* Connects, calls, closes. */
int daemon_ask(
    struct cam *cam, const char *method, json_t *params, json_t **result);

/* Turns on events; types are names or nouns by commas, NULL for all. 0, or the
 * exit code after saying why. */
int daemon_subscribe(struct rpc_client *client, const char *types);
/*
 * The next event until deadline_ms of clock_now_ms() (-1: no limit). 0,
 * EXIT_UNCONFIRMED silently when the time has passed, else the exit code
 * after saying why.
 */
int daemon_next(struct rpc_client *client, int64_t deadline_ms,
    const char **event, json_t **params);

/*
 * Says what camd refused as a sentence with the way out, e.g. "no user matches
 * 'ann': did you mean 'anna@pc1'?"; returns its exit code.
 */
int daemon_refusal(const struct rpc_error *error);
/* The same for a failed recipient or other object with reason, who, candidates;
 * text is camd's own words. */
void daemon_explain(const char *text, const json_t *data);

#endif
