/* object.h: the call object of cam-rpc(7). */
#ifndef CAM_CAMD_CALL_OBJECT_H
#define CAM_CAMD_CALL_OBJECT_H

#include <jansson.h>

struct call;

json_t *call_object(const struct call *call);
/* Push to talk: whether we speak, or null. */
json_t *call_talk_object(const struct call *call);
/* Levels or statistics of the media process, with ids of users instead of its
 * numbers. */
json_t *call_levels_object(const struct call *call, const json_t *levels);
json_t *call_stats_object(const struct call *call, const json_t *stats);

#endif
