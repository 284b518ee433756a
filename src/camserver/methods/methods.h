/* methods.h: what administrators may ask, one file for each noun
 * (cam-rpc(7)). */
#ifndef CAM_CAMSERVER_METHODS_H
#define CAM_CAMSERVER_METHODS_H

#include <jansson.h>

#include "rpc/session.h"

struct server;
struct store_member;

/* Ends with a NULL name; for rpc_session_new(). */
const struct rpc_method *admin_methods(void);

/* The server that was asked. Only while the call is being handled: later who
 * asked may have gone. */
struct server *method_server(const struct rpc_call *call);

int server_hello(struct rpc_call *call, json_t *params);
int server_status(struct rpc_call *call, json_t *params);
int server_metrics(struct rpc_call *call, json_t *params);
int log_list(struct rpc_call *call, json_t *params);
int member_list(struct rpc_call *call, json_t *params);
int member_invite(struct rpc_call *call, json_t *params);
int member_change(struct rpc_call *call, json_t *params);
int member_remove(struct rpc_call *call, json_t *params);
int member_approve(struct rpc_call *call, json_t *params);
int member_import(struct rpc_call *call, json_t *params);
int server_policy_get(struct rpc_call *call, json_t *params);
int server_policy_set(struct rpc_call *call, json_t *params);
int queue_list(struct rpc_call *call, json_t *params);
int queue_clear(struct rpc_call *call, json_t *params);
int config_get(struct rpc_call *call, json_t *params);
int config_set(struct rpc_call *call, json_t *params);
int config_list(struct rpc_call *call, json_t *params);

/* As cam-rpc(7) shows one; expires_ms of an invitation, 0: there is none. */
json_t *member_object(const struct store_member *member, int64_t expires_ms);
/* The members name, nick and group of a request; false when it has been
 * answered. where stands before what is said of them. */
struct member_wishes;
bool member_read_wishes(struct rpc_call *call, const json_t *params,
    const char *where, struct member_wishes *wishes);
/* A new code, and until when it is good. */
struct invitation;
void member_new_invitation(const struct server *server,
    struct invitation *invitation, int64_t *expires_ms);

#endif
