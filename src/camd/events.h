/* events.h: what happens, told to subscribed clients and hook programs. */
#ifndef CAM_CAMD_EVENTS_H
#define CAM_CAMD_EVENTS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/span.h"

struct camd;
struct events;

struct events *events_new(struct camd *camd);
void events_free(struct events *events);

/*
 * Tells everybody who subscribed to it, in the order of calls. type is a name
 * of rpc/names.h. Takes params and adds type and time, unless they begin with
 * them. message.state, question.answered and transfer events also go to the
 * clients that follow the message they are about.
 */
void events_tell(struct events *events, const char *type, json_t *params);
/* The same for an event that is complete, as text; it goes to those who follow
 * the message with that id, too. */
void events_tell_text(struct events *events, const char *type,
    const char *follow_id, struct span text);
/* Whether those who follow a message get it. */
bool event_is_followed(const char *type);
/* The names of all events, ending with NULL. */
const char *const *event_names(void);

/* Whether anybody would hear it: saves making the object. */
int events_wanted(const struct events *events, const char *type);

#endif
