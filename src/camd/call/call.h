/* call.h: one call: who is in it, and what has become of it. */
#ifndef CAM_CAMD_CALL_H
#define CAM_CAMD_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "camd/call/calls.h"
#include "camd/call/devices.h"
#include "loop/timer.h"

/*
 *	RINGING -> ACTIVE <-> HELD -> ENDED	somebody calls us
 *	CALLING -> ACTIVE <-> HELD -> ENDED	we call
 *	RINGING, CALLING -> ENDED
 */
enum call_state {
	CALL_RINGING,
	CALL_CALLING,
	CALL_ACTIVE,
	CALL_HELD,
	CALL_ENDED
};

/*
 * One other party of a call:
 *
 *	INVITED ----------------------> ACTIVE -> GONE	we have asked him
 *	INVITER -> ACCEPTING ---------> ACTIVE -> GONE	he has asked us
 *	ELSEWHERE -> JOINING ---------> ACTIVE -> GONE	another one has
 *	any of them -> GONE
 */
enum leg_state {
	LEG_INVITED,
	LEG_INVITER,
	LEG_ACCEPTING, /* our accept is on its way */
	LEG_ELSEWHERE, /* another rings him, or we are not in the call yet */
	LEG_JOINING,   /* both are in the call: one of us asks the other */
	LEG_ACTIVE,
	LEG_GONE
};

struct leg {
	struct call *call;
	int64_t uid;
	uint8_t key[SIGN_KEY_SIZE]; /* his user key, where has_key */
	bool has_key;
	enum leg_state state;
	enum call_reason reason; /* why GONE */
	char *text;		 /* what he said when he declined, NULL */
	unsigned number;	 /* for the media process, 1 .. 255 */
	int64_t named_by;	 /* ELSEWHERE: uid of who has told of him */
	bool named_active;	 /* and that he is in the call */
	bool rings;		 /* INVITED: he has heard of it */
	unsigned round;		 /* of our requests to him */
	unsigned tries;		 /* JOINING: so often he has refused */
	bool is_asking;
	bool linked;
	bool flows;	  /* packets of his arrive */
	struct addr addr; /* where his link is, or was */
	struct media media;
	struct signal_status status;
	struct timer timer; /* ringing, joining, or without a link */
};

/* How our last recording has ended. */
enum call_recording_end {
	RECORDING_WHOLE, /* or has not */
	RECORDING_FULL,	 /* no room on the disk */
	RECORDING_FAILED
};

/* Those that are gone keep their place until another needs it. */
enum { CALL_LEGS = LIMIT_CALL_MEMBERS - 1 };

struct call {
	TAILQ_ENTRY(call) entry;
	struct calls *calls;
	char id[ID_SIZE];   /* for clients */
	char wire[ID_SIZE]; /* on links: another where two called at once */
	enum call_state state;
	bool incoming;
	bool joined; /* we are in it: not while it rings for us */
	bool was_active;
	bool video;  /* somebody shows pictures of that kind, or did, or */
	bool screen; /* called so */
	enum devices_showing showing; /* by us */
	unsigned shows_asked;	      /* of the process, not yet answered */
	bool muted;
	enum call_talk talk;
	bool recorded;		 /* by somebody, now or before */
	int64_t from;		 /* who called; 0: we */
	int64_t began_ms;	 /* wall times: first offered */
	int64_t active_ms;	 /* somebody answered; 0: not */
	int64_t since_ms;	 /* it is in its state */
	enum call_reason reason; /* once it has ended */
	char *text;		 /* the same, of who declined; NULL */
	struct leg *legs[CALL_LEGS];
	size_t leg_count;
	unsigned last_number;

	struct media own;
	int socket;
	struct process *process;
	bool opened;	/* media.open was asked */
	bool restarted; /* the process has died once */
	unsigned media; /* which process it is, from 1 */
	uint32_t delay_ms;
	struct call_devices *devices;
	json_t *audio;	  /* as the process has it now; NULL: not opened yet */
	bool has_devices; /* the process can open some */
	bool switching;	  /* it ends so that another can begin */
	bool chosen;	  /* what that one is to open; nobody has tried it */
	/* The devices of sound that have gone, by enum devices_kind: a name,
	 * "" the system's own, NULL none; looked for from time to time. */
	char *missing[DEVICES_AUDIO_OUT + 1];
	bool stood_in[DEVICES_AUDIO_OUT + 1]; /* another process has tried to
						 put the system's own there */
	struct timer looking;
	struct recording *recording; /* of ours; NULL: none */
	bool recording_ends;	     /* it is told of no more */
	char *recording_path;	     /* of the last one; NULL */
	enum call_recording_end recording_end;
	struct call_waiter *waiter; /* for its end; NULL */
	/* What we send goes to this machine, too; 0: it does not. */
	uint16_t tap_port;
	bool tap_sealed;
};

/* We record it. */
bool call_records(const struct call *call);
/* "calling" */
const char *call_state_word(enum call_state state);
bool call_is_ringing(const struct call *call);
/* We are in it. */
bool call_is_joined(const struct call *call);
/* NULL: he has never been in it. */
struct leg *call_leg(const struct call *call, int64_t uid);
struct leg *call_leg_numbered(const struct call *call, unsigned number);

#endif
