/* handouts.h: prekeys that members leave for who writes to them while they are
 * away, each handed out once (threat model 5.2). */
#ifndef CAM_CAMSERVER_HANDOUTS_H
#define CAM_CAMSERVER_HANDOUTS_H

#include <jansson.h>

struct memberlink;
struct memberlinks;

/* PREKEY_FILL and PREKEY_TAKE of a member: answered once it is committed, or an
 * error at once. */
int handouts_fill(struct memberlinks *links, struct memberlink *link,
    const json_t *params, json_int_t id);
int handouts_take(struct memberlinks *links, struct memberlink *link,
    const json_t *params, json_int_t id);

#endif
