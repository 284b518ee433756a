/* linkmethods.c: the methods of cam/1, in one table. */
#include "camd/linkmethods.h"

#include <string.h>

#include "base/err.h"
#include "camd/link.h"
#include "rpc/names.h"

static int
ping(struct link *link, json_t *params, const json_int_t *id)
{
	if (id == NULL)
		return CAM_ERR_REQUEST;
	link_reply(link, *id, NULL);
	return 0;
}

const struct link_method link_methods[] = {
	{ LINK_PING, ping },
	{ NULL, NULL },
};

const struct link_method *
link_method_find(const char *name)
{
	for (const struct link_method *method = link_methods;
	     method->name != NULL; method++)
		if (strcmp(method->name, name) == 0)
			return method;
	return NULL;
}
