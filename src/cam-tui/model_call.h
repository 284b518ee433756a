/* model_call.h: the calls camd has told of. Part of the model: pure. */
#ifndef CAM_TUI_MODEL_CALL_H
#define CAM_TUI_MODEL_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cam-tui/model.h"

/* More than camd takes are left out. */
enum { MODEL_CALLS_MAX = 16, MODEL_PARTIES_MAX = 16 };

/* In words: "calls us", "it rings there", "we have taken it", ... */
enum model_call_state {
	CALL_RINGING,
	CALL_CONNECTING, /* it rang, and was answered by one of our programs */
	CALL_CALLING,	 /* we call */
	CALL_ANSWERING,	 /* it rings where we call */
	CALL_ACTIVE,
	CALL_HELD, /* by us */
	CALL_ENDED
};

/* Levels are dB below the loudest possible (RFC 6464). */
enum { LEVEL_SILENT = 127 };

/* Somebody in a call, or asked to be. */
struct model_party {
	const char *id; /* borrowed from the object */
	bool is_there;	/* in the call */
	bool is_muted;
	bool holds;
	bool records;
	bool is_silent; /* nothing of his arrives */
	bool is_seen;	/* a camera or a screen of his */
	uint8_t level;
};

/* How well others are heard, the worst of them; figures below 0 are unknown. */
struct model_quality {
	double loss; /* a part of 1 */
	double rtt_ms;
	double delay_ms;
};

struct model_call {
	json_t *object; /* the call object, as it is now */
	json_t *stats;	/* the result of call.stats that came last, or NULL */
	const char *id; /* borrowed from it, as are the other texts */
	const char *from;
	const char *reason; /* why it has ended, or "" */
	const char *text;   /* what who declined has said, or "" */
	enum model_call_state state;
	bool is_incoming;
	bool is_muted;
	bool pushes_to_talk;
	bool is_let_through; /* the key is pressed */
	bool has_video;
	bool shows_camera; /* ours */
	bool shows_screen;
	bool is_recorded; /* by anybody */
	bool was_spoken;  /* answered, and taken: it has a duration */
	int64_t since_ms; /* wall time it was answered at; 0: it was not */
	uint64_t duration_ms;
	struct model_party parties[MODEL_PARTIES_MAX];
	size_t party_count;
	uint8_t own_level;
	struct model_quality quality;
};

/* call.list, at that wall time; those that are not in it are over, unheard. */
void model_take_calls(struct model *model, const json_t *calls, int64_t now_ms);
/* One call object, as methods return it. */
void model_take_call(struct model *model, const json_t *object, int64_t now_ms);
/* call.*; false: it is another event. */
bool model_call_event(
    struct model *model, const char *event, const json_t *params);
/* The result of call.stats. */
void model_take_call_stats(struct model *model, const json_t *stats);
/* The connection is gone, and with it what is known. */
void model_forget_calls(struct model *model);

size_t model_call_count(const struct model *model);
/* From 0, the oldest; borrowed until the model changes. */
const struct model_call *model_call_at(const struct model *model, size_t place);
/* NULL: there is none of that id. */
const struct model_call *model_call(const struct model *model, const char *id);
/* The one we are in, rather than one that is held; NULL: none. */
const struct model_call *model_call_current(const struct model *model);
/* The first that rings for us, NULL: none. */
const struct model_call *model_call_incoming(const struct model *model);
/* NULL: nobody of that id. */
const struct model_party *model_call_party(
    const struct model_call *call, const char *id);
/* Who talks loudest, us left out; NULL: nobody. */
const struct model_party *model_call_talker(const struct model_call *call);
/* How long it has been spoken in. */
uint64_t model_call_ms(const struct model_call *call, int64_t now_ms);
/* "Anna, Carl": who is in it, or may still come; a new string. */
char *model_call_name(const struct model *model, const struct model_call *call);
/* The same of a call object. */
char *model_call_names(const struct model *model, const json_t *object);
/* The talk with its people, made when it is missing. */
struct model_talk *model_call_talk(
    struct model *model, const struct model_call *call);

#endif
