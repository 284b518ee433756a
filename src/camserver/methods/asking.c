/* asking.c: requests that the database answers. */
#include "camserver/methods/asking.h"

#include <stdlib.h>

#include "base/err.h"
#include "camserver/methods/methods.h"
#include "camserver/server.h"
#include "rpc/param.h"

static void
work(struct job *job, void *context)
{
	struct asking *asking = (struct asking *)job;

	asking->err = asking->work(asking, context);
}

static void
on_done(struct job *job)
{
	struct asking *asking = (struct asking *)job;

	if (asking->err == 0)
		asking->err = job->batch_err;
	if (asking->err == 0)
		asking->reply(asking);
	else if (asking->fail == NULL || !asking->fail(asking))
		(void)method_fail(asking->call, asking->err, NULL,
		    "the database has failed: %s", cam_strerror(asking->err));
	if (asking->release != NULL)
		asking->release(asking);
	free(asking);
}

void
asking_start(struct asking *asking, struct rpc_call *call)
{
	asking->server = method_server(call);
	asking->call = call;
	asking->job.work = work;
	asking->job.done = on_done;
	workers_submit(asking->server->writer, &asking->job);
}
