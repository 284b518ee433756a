/* probe.h: what a terminal answers when it is asked for its graphics. Pure. */
#ifndef CAM_VIEW_PROBE_H
#define CAM_VIEW_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* Asks for kitty's graphics, then for what every terminal answers (DA1). */
#define PROBE_QUESTION "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\\033[c"
/* Answered when all that was written before has been dealt with (DSR). */
#define PROBE_ARE_YOU_DONE "\033[5n"

enum { PROBE_SEQUENCE_MAX = 64 };

struct probe {
	bool has_kitty, has_sixel;
	bool answered;	/* DA1 has come */
	unsigned dones; /* times it said that it is done */
	unsigned key;	/* the last that was typed; 0: none */
	/* Of a sequence that is not complete. */
	char held[PROBE_SEQUENCE_MAX];
	size_t held_len;
};

/* What was read from the terminal, in any pieces. Keys are single ASCII
 * characters, the last one counts. */
void probe_feed(struct probe *probe, struct span bytes);

#endif
