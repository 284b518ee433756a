/* stroke.h: what is typed: one key, some text that was pasted, a click; and how
 * keys are written. */
#ifndef CAM_TUI_STROKE_H
#define CAM_TUI_STROKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* Keys that are no character; they lie above Unicode. */
enum {
	KEY_ENTER = 0x110000,
	KEY_TAB,
	KEY_BACKSPACE,
	KEY_ESCAPE,
	KEY_UP,
	KEY_DOWN,
	KEY_RIGHT,
	KEY_LEFT,
	KEY_HOME,
	KEY_END,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_INSERT,
	KEY_DELETE,
	KEY_F1, /* to KEY_F1 + 11 */
	KEY_LAST = KEY_F1 + 11
};

enum { STROKE_CONTROL = 1, STROKE_META = 2, STROKE_SHIFT = 4 };

/* A character with CONTROL is the lower-case letter or sign that is held with
 * it; SHIFT only counts for KEY_s. */
struct stroke {
	uint32_t key;
	unsigned mods;
};

bool stroke_is(struct stroke a, struct stroke b);

enum { STROKE_NAME_SIZE = 24 };
/* "C-p", "M-a", "S-Tab", "F1", "PgUp", "x", "Space". */
void stroke_print(struct stroke stroke, char name[STROKE_NAME_SIZE]);
/* CAM_ERR_FORMAT. */
int stroke_parse(struct span name, struct stroke *stroke);

#endif
