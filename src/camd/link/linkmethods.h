/* linkmethods.h: what another camd may ask of us or tell us once it is greeted.
 */
#ifndef CAM_CAMD_LINKMETHODS_H
#define CAM_CAMD_LINKMETHODS_H

#include <jansson.h>

struct link;

struct link_method {
	const char *name; /* LINK_… of rpc/names.h */
	/*
	 * params is an object, borrowed. id NULL: a notification. A request is
	 * answered by link_reply() or link_fail(), now or later. An error: the
	 * request is answered with it, the notification is dropped.
	 * The link may be closed inside.
	 */
	int (*handle)(struct link *link, json_t *params, const json_int_t *id);
};

/* Ends with a NULL name. */
extern const struct link_method link_methods[];
/* NULL: no such method. */
const struct link_method *link_method_find(const char *name);

#endif
