/* draw.h: numbers at random, the same in each run. */
#ifndef CAM_TEST_DRAW_H
#define CAM_TEST_DRAW_H

#include <stddef.h>
#include <stdint.h>

static uint64_t state_of_random = 88172645463325252u;

/* Below that number. */
static inline size_t
draw(size_t below)
{
	state_of_random ^= state_of_random << 13;
	state_of_random ^= state_of_random >> 7;
	state_of_random ^= state_of_random << 17;
	return state_of_random % below;
}

#endif
