/* calling.h: what the methods of calls share. */
#ifndef CAM_CAMD_CALLING_H
#define CAM_CAMD_CALLING_H

#include <jansson.h>
#include <stdbool.h>

struct call;
struct call_devices;
struct rpc_call;

/* Answers with the call object. */
int calling_reply(struct rpc_call *request, const struct call *call);
/* Answers that nobody has answered it. */
int calling_fail_state(struct rpc_call *request);
/* The call of the request's id; without one, where several could be meant, the
 * one that is spoken in. False: answered. */
bool calling_current(
    struct rpc_call *request, json_t *params, struct call **call);
/* audio_in, audio_out, video_in, video_out; video: a camera where none was
 * named; screen: display, authority, window. False: answered. */
bool calling_devices(
    struct rpc_call *request, json_t *params, struct call_devices **devices);

#endif
