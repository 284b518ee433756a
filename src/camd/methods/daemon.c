/* daemon.c: camd itself: its settings read again, its end, and the barrier that
 * tests wait at. */
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "camd/camd.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "camd/settings.h"
#include "camd/sync.h"
#include "loop/loop.h"

int
daemon_reload(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);
	char *problem = NULL;
	json_t *data = NULL;
	size_t line;

	if (camd_reload(camd, &problem) == 0) {
		rpc_reply(call, NULL);
		return 0;
	}
	line = settings_broken_line(camd->settings);
	if (line > 0)
		data = json_pack("{s:I}", "line", (json_int_t)line);
	method_fail(call, CAM_ERR_FORMAT, data, "%s", problem);
	free(problem);
	return 0;
}

/* The answer leaves before; connections close when all else is done. */
int
daemon_stop(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);

	log_info("asked to stop");
	rpc_reply(call, NULL);
	loop_stop(camd->loop);
	return 0;
}

static void
on_synced(void *arg)
{
	rpc_reply(arg, NULL);
}

int
daemon_sync(struct rpc_call *call, json_t *params)
{
	syncs_add(method_camd(call)->syncs, on_synced, call);
	return 0;
}
