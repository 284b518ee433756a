/* event.h: events as people read them. */
#ifndef CAM_EVENT_H
#define CAM_EVENT_H

#include <jansson.h>

struct cam;

/* One event of cam-rpc(7), on a line (a message with a long text: several). */
void event_print(struct cam *cam, const json_t *event);
/* The user whom it is about: who sent, entered, confirmed ...; empty when
 * nobody. */
const char *event_user(const json_t *event);

#endif
