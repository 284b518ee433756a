/* grant.c: leave to fetch one offer of ours. */
#include "camd/offer/grant.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

void
grant_free(struct grant *grant)
{
	if (grant == NULL)
		return;
	if (grant->source >= 0)
		close(grant->source);
	free(grant->name);
	wipe_free(grant, sizeof *grant);
}
