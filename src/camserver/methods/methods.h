/* methods.h: what administrators may ask, one file for each noun
 * (cam-rpc(7)). */
#ifndef CAM_CAMSERVER_METHODS_H
#define CAM_CAMSERVER_METHODS_H

#include <jansson.h>

#include "rpc/session.h"

struct server;

/* Ends with a NULL name; for rpc_session_new(). */
const struct rpc_method *admin_methods(void);

/* The server that was asked. Only while the call is being handled: later who
 * asked may have gone. */
struct server *method_server(const struct rpc_call *call);

int server_hello(struct rpc_call *call, json_t *params);
int server_status(struct rpc_call *call, json_t *params);
int member_list(struct rpc_call *call, json_t *params);
int member_invite(struct rpc_call *call, json_t *params);
int member_change(struct rpc_call *call, json_t *params);
int member_remove(struct rpc_call *call, json_t *params);
int member_approve(struct rpc_call *call, json_t *params);

#endif
