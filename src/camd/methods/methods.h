/* methods.h: every method of the local protocol, one file per noun
 * (cam-rpc(7)). */
#ifndef CAM_CAMD_METHODS_H
#define CAM_CAMD_METHODS_H

#include <jansson.h>
#include <stdbool.h>

#include "rpc/session.h"

struct camd;

/* Ends with a NULL name; for rpc_session_new(). Sessions belong to a struct
 * client. */
const struct rpc_method *methods_table(void);

/* For rpc_session_ops.admit. */
bool methods_admit(struct rpc_call *call, const char *method, json_t *params);

/* The camd that was asked. Only while the call is being handled: later its
 * client may have gone. */
struct camd *method_camd(const struct rpc_call *call);

int hello(struct rpc_call *call, json_t *params);
int subscribe(struct rpc_call *call, json_t *params);
int status_get(struct rpc_call *call, json_t *params);

int roster_list(struct rpc_call *call, json_t *params);
int roster_resolve(struct rpc_call *call, json_t *params);
int roster_complete(struct rpc_call *call, json_t *params);
int user_set(struct rpc_call *call, json_t *params);

int message_send(struct rpc_call *call, json_t *params);
int message_retry(struct rpc_call *call, json_t *params);
int message_edit(struct rpc_call *call, json_t *params);
int message_delete(struct rpc_call *call, json_t *params);
int message_list(struct rpc_call *call, json_t *params);
int message_get(struct rpc_call *call, json_t *params);
int message_open(struct rpc_call *call, json_t *params);
int question_wait(struct rpc_call *call, json_t *params);
int offer_list(struct rpc_call *call, json_t *params);
int offer_get(struct rpc_call *call, json_t *params);
int offer_accept(struct rpc_call *call, json_t *params);
int offer_cancel(struct rpc_call *call, json_t *params);
int offer_drop(struct rpc_call *call, json_t *params);
int talk_list(struct rpc_call *call, json_t *params);
int talk_read(struct rpc_call *call, json_t *params);
int talk_typing(struct rpc_call *call, json_t *params);

int presence_set_away(struct rpc_call *call, json_t *params);
int presence_set_back(struct rpc_call *call, json_t *params);
int presence_set_idle(struct rpc_call *call, json_t *params);
int attention_get(struct rpc_call *call, json_t *params);
int attention_change(struct rpc_call *call, json_t *params);
int call_start(struct rpc_call *call, json_t *params);
int call_take(struct rpc_call *call, json_t *params);
int call_refuse(struct rpc_call *call, json_t *params);
int call_end_it(struct rpc_call *call, json_t *params);
int call_set_hold(struct rpc_call *call, json_t *params);
int call_set_mute(struct rpc_call *call, json_t *params);
int call_add_member(struct rpc_call *call, json_t *params);
int call_set_show(struct rpc_call *call, json_t *params);
int call_get_frames(struct rpc_call *call, json_t *params);
int call_list(struct rpc_call *call, json_t *params);
int call_get_stats(struct rpc_call *call, json_t *params);
int call_list_devices(struct rpc_call *call, json_t *params);
int call_set_record(struct rpc_call *call, json_t *params);
int call_get_sdp(struct rpc_call *call, json_t *params);
int call_use_devices(struct rpc_call *call, json_t *params);
int call_set_talk(struct rpc_call *call, json_t *params);
int call_set_tap(struct rpc_call *call, json_t *params);
int key_list(struct rpc_call *call, json_t *params);
int key_protect(struct rpc_call *call, json_t *params);
int key_unprotect(struct rpc_call *call, json_t *params);
int key_unlock(struct rpc_call *call, json_t *params);
/* Whether a method may be called while the keys are locked; where not the call
 * has been answered. */
bool key_admits(struct rpc_call *call, const char *method);
/* Whether a method may be called now: just after the start what names somebody
 * unknown waits until those who are there have answered. */
bool early_admits(struct rpc_call *call, const char *method, json_t *params);
int key_verify(struct rpc_call *call, json_t *params);
int key_accept(struct rpc_call *call, json_t *params);

int org_join_by_code(struct rpc_call *call, json_t *params);
int org_status(struct rpc_call *call, json_t *params);
int org_quit(struct rpc_call *call, json_t *params);

int config_get(struct rpc_call *call, json_t *params);
int config_set(struct rpc_call *call, json_t *params);
int config_list(struct rpc_call *call, json_t *params);

int daemon_reload(struct rpc_call *call, json_t *params);
int daemon_stop(struct rpc_call *call, json_t *params);
int daemon_sync(struct rpc_call *call, json_t *params);
int doctor_get(struct rpc_call *call, json_t *params);

#endif
