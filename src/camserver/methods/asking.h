/* asking.h: requests that the database answers. */
#ifndef CAM_CAMSERVER_ASKING_H
#define CAM_CAMSERVER_ASKING_H

#include <jansson.h>

#include "loop/worker.h"
#include "rpc/session.h"

struct server;
struct store;

/*
 * One request on its way to the database and back: the first member of what
 * else its method keeps, on the heap. work runs on the writer's thread in a
 * batch with others; then, on the loop and once that is committed, reply, which
 * answers the call. What failed is answered by fail, or where that is NULL or
 * returns false in words for any failure. release frees what the method keeps
 * beside the asking; NULL: nothing.
 */
struct asking {
	struct job job;
	struct server *server;
	struct rpc_call *call;
	int err; /* what work returned, or the batch's */
	int (*work)(struct asking *asking, struct store *store);
	void (*reply)(struct asking *asking);
	bool (*fail)(struct asking *asking);
	void (*release)(struct asking *asking);
};

void asking_start(struct asking *asking, struct rpc_call *call);

#endif
