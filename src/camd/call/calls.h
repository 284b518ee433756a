/* calls.h: all calls of this camd; no sockets, no roster: what it needs of them
 * it asks its owner for. */
#ifndef CAM_CAMD_CALLS_H
#define CAM_CAMD_CALLS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camd/call/process.h"
#include "camd/call/reason.h"
#include "camd/call/recording.h"
#include "camd/call/signal.h"
#include "net/addr.h"

struct call;
struct call_devices;
struct calls;
struct loop;

enum calls_reach {
	CALLS_REACHED,
	CALLS_DIALING, /* calls_link_open() or calls_unreached() follows */
	CALLS_NOWHERE, /* there is no way to him */
	CALLS_UNABLE,  /* his program cannot call */
};

/* What calls ask and tell; each gets the arg of calls_new(). Users are uids. */
struct calls_ops {
	/* Whether there is a link to him; asking makes one where it can. */
	enum calls_reach (*reach)(void *arg, int64_t uid);
	/* False: nobody knows his key. */
	bool (*key_of)(void *arg, int64_t uid, uint8_t key[SIGN_KEY_SIZE]);
	/* By key, else by "anna@pc1"; 0: nobody we know. */
	int64_t (*uid_of)(
	    void *arg, const uint8_t key[SIGN_KEY_SIZE], const char *id);
	/* "anna@pc1", release with free(). uid 0: we ourselves. */
	char *(*id_of)(void *arg, int64_t uid);
	/* Where his link comes from. */
	bool (*address)(void *arg, int64_t uid, struct addr *addr);
	/* Whether he may call us now. */
	bool (*admits)(void *arg, int64_t uid);
	/* As link_call() and link_notify(); CAM_ERR_CLOSED: no link. */
	int (*ask)(void *arg, int64_t uid, const char *method, json_t *params,
	    void (*on_done)(
		void *arg, int err, json_t *result, const char *message),
	    void *done_arg);
	int (*tell)(void *arg, int64_t uid, const char *method, json_t *params);
	/* As port_bind(). */
	int (*port)(void *arg, int *fd, uint16_t *port);
	/* The media process. */
	const struct process_ops *process;
	/* What our pictures are to be coded by. */
	enum media_codec (*codec)(void *arg);
	const struct recording_ops *recording;
	/* More for media.open, set into params: settings. */
	void (*equip)(void *arg, json_t *params);
	uint64_t (*ring_ms)(void *arg);
	/* Of EVENT_CALL_...; the last of a call is EVENT_CALL_ENDED. */
	void (*on_event)(void *arg, const struct call *call, const char *event);
	/* Levels of speech, as cam-rpc(7) has them, but for the members' ids.
	 */
	void (*on_levels)(
	    void *arg, const struct call *call, const json_t *levels);
};

/* Our own user key is borrowed. */
struct calls *calls_new(struct loop *loop, const struct calls_ops *ops,
    void *arg, const uint8_t *own_key);
/* Says goodbye to all who are in one; before links go. */
void calls_stop(struct calls *calls);
void calls_free(struct calls *calls);

/* -- what others do ----------------------------------------------------------
 */

void calls_link_open(struct calls *calls, int64_t uid);
void calls_link_closed(struct calls *calls, int64_t uid);
void calls_unreached(struct calls *calls, int64_t uid);
/* from lives on as into; into 0: nobody. */
void calls_user_moved(struct calls *calls, int64_t from, int64_t into);
/*
 * A LINK_CALL_... of that user. Of requests result is set, or an error with
 * *word, a word of reason.h (static) to fail with, or NULL.
 */
int calls_hear(struct calls *calls, int64_t uid, const char *method,
    const json_t *params, json_t **result, const char **word);

/* -- what we do --------------------------------------------------------------
 */

/* Push to talk. */
enum call_talk {
	CALL_TALK_OPEN, /* it is not used */
	CALL_TALK_SILENT,
	CALL_TALK_SPEAKS
};

struct call_wish {
	const int64_t *uids; /* to be called */
	size_t count;	     /* 1 .. LIMIT_CALL_MEMBERS - 1 */
	bool video; /* it is to be a call with pictures, shown or not */
	struct call_devices *devices; /* taken, also on an error */
};

/* Calling somebody who calls us answers him.
 * CAM_ERR_FULL: no port, or too many calls. CAM_ERR_SYSTEM: no media process.
 * Who cannot be reached or called is told by events. */
int calls_start(
    struct calls *calls, const struct call_wish *wish, struct call **call);
/* Takes devices. Others that are active are held. CAM_ERR_EXISTS: it does not
 * ring. */
int call_answer(struct call *call, struct call_devices *devices);
/* The same; text may be NULL. */
int call_decline(struct call *call, const char *text);
/* Of one that rings for us: declines. The call is gone afterwards. */
void call_hangup(struct call *call);
/* CAM_ERR_EXISTS: it is not active. Taking one up holds the others. */
int call_hold(struct call *call, bool on);
int call_mute(struct call *call, bool on);
/* CAM_ERR_EXISTS: it rings. */
int call_talk(struct call *call, enum call_talk talk);
/* Other devices of sound from now on; takes devices. CAM_ERR_REQUEST: there are
 * none in it; CAM_ERR_EXISTS: the call has no sound yet. on_done: message says
 * why not. */
int call_use(struct call *call, struct call_devices *devices,
    void (*on_done)(void *arg, int err, const char *message), void *arg);
/* The pictures of devices, which it takes, in place of those of before.
 * CAM_ERR_EXISTS: it rings. */
int call_show(struct call *call, struct call_devices *devices);
/* CAM_ERR_EXISTS: he is in it; CAM_ERR_LIMIT: it is full; CAM_ERR_REFUSED: it
 * is not ours to add to, for it rings. */
int call_add(struct call *call, int64_t uid);
/* Statistics of the media process; CAM_ERR_EXISTS: it has none yet. Errors of
 * process_ops.ask() come later. */
int call_stats(struct call *call,
    void (*on_done)(void *arg, int err, const json_t *result), void *arg);
/* The memory in which that one's pictures come (picture/frames.h), as long as
 * the process is the same; fd is on_done's, -1 on an error. CAM_ERR_EXISTS: he
 * is not in it. */
int call_frames(struct call *call, int64_t uid,
    void (*on_done)(void *arg, int err, int fd), void *arg);
/*
 * All that is said is written to a new file of that name, ".webm", ".mka" or
 * ".mkv", and everybody is told. CAM_ERR_FORMAT: another name;
 * CAM_ERR_REFUSED: it is recorded already; CAM_ERR_EXISTS: nobody has answered;
 * CAM_ERR_UNSUPPORTED: cam-record is not there; CAM_ERR_SYSTEM, with errno:
 * EEXIST where the file is there.
 */
int call_record_start(struct call *call, const char *path);
/* The file is whole when on_done is called; err as recording_ops.on_ended has
 * it, CAM_ERR_CLOSED: the call is forgotten. CAM_ERR_EXISTS: nothing is
 * recorded, or it is ending already. */
int call_record_stop(struct call *call,
    void (*on_done)(void *arg, int err, const struct call *call), void *arg);
/*
 * What we send goes to that port of 127.0.0.1, and those of SDP_PORT_STEP above
 * it, too: as it is, with a new key, or in clear; 0: no more. *sdp (where port
 * is not 0) is a new string to be overwritten. CAM_ERR_EXISTS: nobody has
 * answered; CAM_ERR_LIMIT: there are no such ports.
 */
int call_tap(struct call *call, uint16_t port, bool sealed, char **sdp);
/* Of no call: which devices there are. Errors of process_ops.start(). */
int calls_devices(struct calls *calls,
    void (*on_done)(void *arg, int err, const json_t *result), void *arg);
/* Levels are told from now on, or not any more: asked before each event. */
void calls_want_levels(struct calls *calls, bool wanted);

/* As calls_ops.id_of(). */
char *calls_user_id(const struct calls *calls, int64_t uid);
/* In the order in which they came; after NULL: the first. */
struct call *calls_next(const struct calls *calls, const struct call *after);
/* By id or an unambiguous beginning of one; NULL id: the only one for which
 * fits. CAM_ERR_UNKNOWN, CAM_ERR_AMBIGUOUS. */
int calls_find(const struct calls *calls, const char *id,
    bool (*fits)(const struct call *call), struct call **call);

#endif
