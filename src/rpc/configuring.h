/* configuring.h: the methods config.get, config.set and config.list of a
 * program with settings. */
#ifndef CAM_RPC_CONFIGURING_H
#define CAM_RPC_CONFIGURING_H

#include <jansson.h>

struct rpc_call;
struct settings;

struct configuring {
	struct settings *settings;
	/* Has what was changed take effect; else *problem is a sentence (free
	 * it), and the old value is put back. */
	int (*apply)(void *arg, char **problem);
	void *arg;
};

/* Each answers the call, and returns 0. */
int configuring_get(struct rpc_call *call, const json_t *params,
    const struct configuring *configuring);
int configuring_set(struct rpc_call *call, const json_t *params,
    const struct configuring *configuring);
int configuring_list(
    struct rpc_call *call, const struct configuring *configuring);

#endif
