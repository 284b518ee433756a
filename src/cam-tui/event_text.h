/* event_text.h: what the log tells of an event. Pure. */
#ifndef CAM_TUI_EVENT_TEXT_H
#define CAM_TUI_EVENT_TEXT_H

#include <jansson.h>

#include "cam-tui/style.h"

struct model;

/*
 * A sentence, a new string, and how it looks; NULL: the log tells nothing of
 * it. To be asked before the model takes the event: what was before tells what
 * has changed.
 */
char *event_text(const struct model *model, const char *event,
    const json_t *params, enum style *style);

#endif
