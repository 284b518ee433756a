/* profile.c: small values kept over restarts, written in the background. */
#include "camd/profile.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "loop/worker.h"
#include "store/profile.h"

struct keep_job {
	struct job job;
	const char *name;
	char *value;
};

static void
keep(struct job *job, void *context)
{
	const struct keep_job *write = container_of(job, struct keep_job, job);
	int r = store_profile_set(context, write->name, write->value);

	if (r < 0)
		log_error(
		    "cannot keep the %s: %s", write->name, cam_strerror(r));
}

static void
on_kept(struct job *job)
{
	struct keep_job *write = container_of(job, struct keep_job, job);

	free(write->value);
	free(write);
}

void
profile_keep(struct camd *camd, const char *name, const char *value)
{
	struct keep_job *write = xcalloc(1, sizeof *write);

	write->name = name;
	write->value = value != NULL ? xstrdup(value) : NULL;
	write->job.work = keep;
	write->job.done = on_kept;
	workers_submit(camd->writer, &write->job);
}
