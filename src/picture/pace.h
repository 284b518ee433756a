/* pace.h: how often a terminal can be given a picture: as often as it takes
 * them. */
#ifndef CAM_PACE_H
#define CAM_PACE_H

#include <stdint.h>

struct pace {
	unsigned fastest_ms; /* between two pictures */
	unsigned interval_ms;
	uint64_t next_ms;
};

enum { PACE_SLOWEST_MS = 2000 };

void pace_init(struct pace *pace, unsigned fastest_ms);
/*
 * A picture was written at now_ms, and took so long until the terminal had
 * taken all of it. At most half of the time goes into writing, so that what is
 * typed in between is answered; what gets faster is tried in small steps.
 */
void pace_written(struct pace *pace, uint64_t now_ms, unsigned took_ms);
/* Until the next one is due; 0: now. */
unsigned pace_left_ms(const struct pace *pace, uint64_t now_ms);

#endif
