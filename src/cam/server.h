/* server.h: the way to this machine's camserver, for who administers it. */
#ifndef CAM_CAM_SERVER_H
#define CAM_CAM_SERVER_H

#include <jansson.h>
#include <stdbool.h>

#include "rpc/client.h"

struct args;
struct cam;

/* Each returns 0, or the exit code after saying on stderr what went wrong. */

/* Connects to the camserver of --home. */
int server_connect(struct cam *cam, struct rpc_client **client);
/* Takes params. */
int server_call(struct cam *cam, struct rpc_client *client, const char *method,
    json_t *params, json_t **result);
/* Connects, calls, closes. */
int server_ask(
    struct cam *cam, const char *method, json_t *params, json_t **result);
/*
 * Every member in the order of the names, page by page; in one state, or in
 * all with NULL. Objects are borrowed for the call.
 */
int server_each_member(struct cam *cam, const char *state,
    void (*each)(const json_t *member, void *arg), void *arg);
/* The same connection without a word: 0 or CAM_ERR_*. */
int server_connect_quietly(struct cam *cam, struct rpc_client **client);

/* "2026-01-31 09:30" of an RFC 3339 time; "" where there is none. size 20. */
enum { SERVER_TIME_SIZE = 20 };
const char *server_time(
    const json_t *object, const char *name, char text[SERVER_TIME_SIZE]);

/* The verbs of cam server: arguments behind "server". */
int server_users(struct cam *cam, struct args *args);
int server_groups(struct cam *cam, struct args *args);
int server_invite(struct cam *cam, struct args *args);
int server_approve(struct cam *cam, struct args *args);
int server_remove(struct cam *cam, struct args *args);
int server_limits(struct cam *cam, struct args *args);
int server_policy(struct cam *cam, struct args *args);
int server_queue(struct cam *cam, struct args *args);
int server_log(struct cam *cam, struct args *args);
int server_metrics(struct cam *cam, struct args *args);
int server_import(struct cam *cam, struct args *args);
/* Members as a table. */
int server_export(struct cam *cam, const char *state, bool all);

#endif
