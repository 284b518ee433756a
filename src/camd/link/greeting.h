/* greeting.h: the exchange of hellos that begins a link. Only link uses it. */
#ifndef CAM_CAMD_GREETING_H
#define CAM_CAMD_GREETING_H

#include <jansson.h>

struct link;

/* Our hello; link_greet() follows once it is answered. */
void greeting_send(struct link *link);
/* Theirs: checked in the pool, then admitted or refused. */
void greeting_receive(struct link *link, json_t *params, const json_int_t *id);
/* The link ends: nothing follows from a hello that is being checked. */
void greeting_forget(struct link *link);

#endif
