/* config.c: settings asked for and changed. */
#include "camserver/methods/methods.h"
#include "camserver/server.h"
#include "rpc/configuring.h"

static int
apply(void *arg, char **problem)
{
	return server_apply(arg, problem);
}

static struct configuring
configuring_of(struct server *server)
{
	return (struct configuring){ server->settings, apply, server };
}

int
config_get(struct rpc_call *call, json_t *params)
{
	struct configuring configuring = configuring_of(method_server(call));

	return configuring_get(call, params, &configuring);
}

int
config_set(struct rpc_call *call, json_t *params)
{
	struct configuring configuring = configuring_of(method_server(call));

	return configuring_set(call, params, &configuring);
}

int
config_list(struct rpc_call *call, json_t *params)
{
	struct configuring configuring = configuring_of(method_server(call));

	return configuring_list(call, &configuring);
}
