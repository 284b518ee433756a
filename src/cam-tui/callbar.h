/* callbar.h: a call in one row: what is told of it, and what gives way where
 * the terminal is narrow. Pure. */
#ifndef CAM_TUI_CALLBAR_H
#define CAM_TUI_CALLBAR_H

#include <stddef.h>
#include <stdint.h>

#include "cam-tui/canvas.h"
#include "cam-tui/style.h"

struct model;
struct model_call;
struct model_quality;

enum { CALLBAR_PARTS_MAX = 24 };

/* A piece of the row. What has the greatest weight gives way first, from full
 * to brief, then altogether; weight 0 never does. */
struct callbar_part {
	char *full;
	char *brief; /* or NULL: there is no shorter way to say it */
	enum style style;
	unsigned weight;       /* of full */
	unsigned brief_weight; /* of brief */
};

struct callbar {
	struct callbar_part parts[CALLBAR_PARTS_MAX];
	size_t count;
};

void callbar_init(struct callbar *bar);
void callbar_finish(struct callbar *bar);
/* Takes full and brief, and makes them harmless; what is one too many is left
 * out. */
void callbar_add(struct callbar *bar, enum style style, char *full,
    unsigned weight, char *brief, unsigned brief_weight);

/* One we are in or make: state and time, who is muted, holds or records, how
 * loud everybody is, the quality; others is how many calls there are beside
 * it. */
void callbar_put_call(struct callbar *bar, const struct model *model,
    const struct model_call *call, size_t others, int64_t now_ms);
/* One that rings for us. */
void callbar_put_incoming(struct callbar *bar, const struct model *model,
    const struct model_call *call);
/* What a key does: the first to give way. Takes text. */
void callbar_put_hint(struct callbar *bar, char *text, size_t place);

/* Into that row of the box, which it fills. */
void callbar_draw(
    struct callbar *bar, struct canvas *canvas, struct box box, unsigned row);

/* "calling", "it rings", "in call", ... */
const char *callbar_state(const struct model_call *call);
/* "good", "fair", "poor", or "" where nothing is known. */
const char *callbar_quality(const struct model_quality *quality);

#endif
