/* entering.h: who comes, and whether he may: hello, join, enter. */
#ifndef CAM_CAMSERVER_ENTERING_H
#define CAM_CAMSERVER_ENTERING_H

#include <jansson.h>

struct memberlink;

/* ORG_HELLO, ORG_JOIN, ORG_ENTER, ORG_CARD: each an error to be answered with,
 * or 0: it is answered, now or later. */
int entering_hello(struct memberlink *link, json_t *params, json_int_t id);
int entering_join(struct memberlink *link, json_t *params, json_int_t id);
int entering_enter(struct memberlink *link, json_t *params, json_int_t id);
int entering_card(struct memberlink *link, json_t *params);

#endif
