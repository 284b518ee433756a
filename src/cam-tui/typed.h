/* typed.h: bytes from the terminal, taken apart. Pure: no descriptor, no clock,
 * no terminfo. */
#ifndef CAM_TUI_TYPED_H
#define CAM_TUI_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "cam-tui/stroke.h"

/* What is pasted beyond that is dropped: no message is longer. */
enum { TYPED_PASTE_MAX = 1024 * 1024 };

enum mouse_what {
	MOUSE_PRESS,
	MOUSE_RELEASE,
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN
};

struct mouse {
	enum mouse_what what;
	unsigned button; /* 1 left, 2 middle, 3 right */
	unsigned row;	 /* from 0 */
	unsigned column;
};

struct typed_ops {
	void (*on_stroke)(struct stroke stroke, void *arg);
	/* A whole bracketed paste, valid UTF-8 with LF line ends and no other
	 * controls but TAB. */
	void (*on_paste)(struct span text, void *arg);
	void (*on_mouse)(struct mouse mouse, void *arg);
	void (*on_focus)(bool focused, void *arg);
	/* The terminal's answer to OSC 11: how light its background is, 0 to
	 * 255. */
	void (*on_background)(unsigned light, void *arg);
	/* Its answer to DECRQM: it knows that private mode, or not. */
	void (*on_mode)(unsigned mode, bool known, void *arg);
};

/* Bytes of a sequence or character that is not whole yet, and a paste. */
struct typed {
	const struct typed_ops *ops; /* members may be NULL */
	void *arg;
	struct buf pending;
	struct buf paste;
	bool is_pasting;
};

void typed_init(struct typed *typed, const struct typed_ops *ops, void *arg);
void typed_finish(struct typed *typed);

/* Takes bytes as they come, any pieces. Unknown sequences are dropped whole. */
void typed_feed(struct typed *typed, struct span bytes);
/* Whether more is needed to tell an ESC from the beginning of a sequence: then
 * call typed_flush() when nothing has come for a while. */
bool typed_is_waiting(const struct typed *typed);
void typed_flush(struct typed *typed);
/* Overwrites what was typed before; what is not whole yet is lost. */
void typed_wipe(struct typed *typed);

#endif
