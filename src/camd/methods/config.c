/* config.c: settings asked for and changed. */
#include "camd/camd.h"
#include "camd/methods/methods.h"
#include "camd/settings.h"
#include "rpc/configuring.h"

static int
apply(void *arg, char **problem)
{
	return camd_apply(arg, problem);
}

static struct configuring
configuring_of(struct camd *camd)
{
	return (struct configuring){ camd->settings, apply, camd };
}

int
config_get(struct rpc_call *call, json_t *params)
{
	struct configuring configuring = configuring_of(method_camd(call));

	return configuring_get(call, params, &configuring);
}

int
config_set(struct rpc_call *call, json_t *params)
{
	struct configuring configuring = configuring_of(method_camd(call));

	return configuring_set(call, params, &configuring);
}

int
config_list(struct rpc_call *call, json_t *params)
{
	struct configuring configuring = configuring_of(method_camd(call));

	return configuring_list(call, &configuring);
}
