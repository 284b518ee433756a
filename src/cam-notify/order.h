/* order.h: a line from the screen: what to show, or to take away. Pure. */
#ifndef CAM_NOTIFY_ORDER_H
#define CAM_NOTIFY_ORDER_H

#include <jansson.h>

#include "base/span.h"

/* A line is no longer; more is none of the screen's. */
enum { ORDER_MAX = 64 * 1024 };

struct order {
	json_t *object;	   /* from which the rest is borrowed */
	const char *key;   /* the talk */
	const char *title; /* NULL: it is to be taken away */
	const char *body;
};

/* {"show": KEY, "title": ..., "body": ...} or {"withdraw": KEY}.
 * CAM_ERR_FORMAT.
 */
int order_parse(struct span line, struct order *order);
void order_finish(struct order *order);

#endif
