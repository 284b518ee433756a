/* call_event.h: what is told of an event of a call. Pure. */
#ifndef CAM_TUI_CALL_EVENT_H
#define CAM_TUI_CALL_EVENT_H

#include <jansson.h>

#include "cam-tui/style.h"

struct model;

/* A sentence, before the model has taken the event; a new string. NULL: nothing
 * to tell, or no event of a call. */
char *call_event_text(const struct model *model, const char *event,
    const json_t *params, enum style *style);

#endif
