/* switchboard.h: calls joined with links, roster, settings, history and events.
 */
#ifndef CAM_CAMD_CALL_SWITCHBOARD_H
#define CAM_CAMD_CALL_SWITCHBOARD_H

#include <jansson.h>

#include "camd/call/calls.h"

struct camd;
struct link;

extern const struct calls_ops switchboard_ops;

/* LINK_CALL_... of the other end (struct link_method). */
int switchboard_hear_offer(
    struct link *link, json_t *params, const json_int_t *id);
int switchboard_hear_accept(
    struct link *link, json_t *params, const json_int_t *id);
int switchboard_hear_join(
    struct link *link, json_t *params, const json_int_t *id);
int switchboard_hear_decline(
    struct link *link, json_t *params, const json_int_t *id);
int switchboard_hear_leave(
    struct link *link, json_t *params, const json_int_t *id);
int switchboard_hear_members(
    struct link *link, json_t *params, const json_int_t *id);
int switchboard_hear_update(
    struct link *link, json_t *params, const json_int_t *id);

/* Somebody listens to other events than before. */
void switchboard_listeners_changed(struct camd *camd);

#endif
