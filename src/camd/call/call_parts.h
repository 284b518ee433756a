/* call_parts.h: what the files of a call share; for nobody else. */
#ifndef CAM_CAMD_CALL_PARTS_H
#define CAM_CAMD_CALL_PARTS_H

#include "camd/call/call.h"

struct calls {
	struct loop *loop;
	const struct calls_ops *ops;
	void *arg;
	const uint8_t *own_key;
	TAILQ_HEAD(call_list, call) list;
	size_t count;
	struct call_list dead; /* to be freed when their callbacks are over */
	struct timer burial;
	LIST_HEAD(, inquiry) inquiries;
	bool levels; /* are wanted */
	bool stopped;
};

/* -- calls.c ----------------------------------------------------------------
 */

/* With a port and a process; CAM_ERR_FULL, CAM_ERR_SYSTEM. */
int calls_make(struct calls *calls, bool incoming, struct call **call);
/* Those who are in it, or asked to be, hear that we leave. It is told, and
 * freed on the next turn. */
void call_end(struct call *call, enum call_reason reason, const char *text);
/* Nobody is left, or may still come: then it ends. */
void call_end_if_alone(struct call *call, const struct leg *last);
void call_tell(const struct call *call, const char *event);
void call_set_state(struct call *call, enum call_state state);
/* It has ended: told once all that writes files for it has ended, too. */
void call_end_told(struct call *call);

/* -- inquiry.c --------------------------------------------------------------
 */

struct inquiry;
void inquiry_free(struct inquiry *inquiry);

/* -- leg.c ------------------------------------------------------------------
 */

/* Of somebody who is not in it, in the place of one who is gone where there is
 * no other. NULL: it is full. */
struct leg *leg_add(struct call *call, int64_t uid, enum leg_state state);
void leg_free(struct leg *leg);
/* What was asked before is nobody's answer any more. */
void leg_set(struct leg *leg, enum leg_state state);
/* Says to him what is to be said in this state, over a link that is made where
 * there is none. */
void leg_sync(struct leg *leg);
/* Both are in the call: sound flows. */
void leg_connect(struct leg *leg);
/* What he says of himself. */
void leg_take_status(struct leg *leg, const struct signal_status *status);
/* He has left, or will not come; text (NULL: none) is copied. The call may end
 * by it. */
void leg_gone(struct leg *leg, enum call_reason reason, const char *text);
/* In the call, or about to be. */
bool leg_counts(const struct leg *leg);
/* His media are another now. */
void leg_take_media(struct leg *leg, const struct media *media);
/* What he can do now has changed: how he is told. */
int leg_tell(struct leg *leg, const char *method, const struct signal *signal,
    unsigned parts);
/* Begins with its id. */
void call_signal(const struct call *call, struct signal *signal);
/* Everybody who is in the call hears who else is. */
void call_tell_members(struct call *call);
/* The same of ourselves. */
void call_tell_status(struct call *call);

/* -- hear.c -----------------------------------------------------------------
 */

/* We are in the call now: with those who are, too, we connect. */
void call_join(struct call *call);

/* -- sound.c: the media process of a call ------------------------------------
 */

/* Starts it, so that it is there when it is needed. CAM_ERR_SYSTEM. */
int sound_start(struct call *call);
void sound_stop(struct call *call);
/* Devices are opened. */
void sound_open(struct call *call);
void sound_join(struct leg *leg);
void sound_remove(struct leg *leg);
/* Another key and other streams of ours, for those who are still there. */
void sound_rekey(struct call *call);
/* Another microphone or loudspeaker; takes devices. */
void sound_switch(struct call *call, struct call_devices *devices,
    void (*on_done)(void *arg, int err, const char *message), void *arg);
/* Whether any of media.open's "audio" is one of the system's. */
bool sound_has_devices(const json_t *audio);
/* What was chosen cannot be opened: on with silence. */
void sound_be_silent(struct call *call);
/* Muted, held: as the call is now. */
void sound_set(struct call *call);
/* What is shown comes from its devices now. */
void sound_show(struct call *call);
/* Another key and other SSRCs of ours; the process does not know yet. */
void sound_renew(struct call *call);
/* Another request; takes params, fds stay the caller's. */
void sound_command(struct call *call, const char *method, json_t *params,
    const int *fds, size_t fd_count);

/* -- missing.c --------------------------------------------------------------
 */

void missing_init(struct call *call);
void missing_finish(struct call *call);
/* The device (of media.open) has gone: it will be used again once it is back,
 * unless another is chosen before. */
void missing_note(
    struct call *call, enum devices_kind way, const json_t *device);
void missing_forget(struct call *call, enum devices_kind way);
bool missing_any(const struct call *call);

/* -- record.c ---------------------------------------------------------------
 */

/* The call has ended: so has its recording, in a moment. */
void record_leave(struct call *call);
void record_free(struct call *call);

/* -- tap.c ------------------------------------------------------------------
 */

/* The media process is another. */
void tap_again(struct call *call);

#endif
