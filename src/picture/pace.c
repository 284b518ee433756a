/* pace.c: how often a terminal can be given a picture: as often as it takes
 * them. */
#include "picture/pace.h"

void
pace_init(struct pace *pace, unsigned fastest_ms)
{
	*pace = (struct pace){ .fastest_ms = fastest_ms,
		.interval_ms = fastest_ms };
}

void
pace_written(struct pace *pace, uint64_t now_ms, unsigned took_ms)
{
	unsigned wanted =
	    took_ms < PACE_SLOWEST_MS / 2 ? took_ms * 2 : PACE_SLOWEST_MS;

	/* Slower at once, faster by an eighth of the way. */
	if (wanted > pace->interval_ms)
		pace->interval_ms = wanted;
	else
		pace->interval_ms -= (pace->interval_ms - wanted + 7) / 8;
	if (pace->interval_ms < pace->fastest_ms)
		pace->interval_ms = pace->fastest_ms;
	pace->next_ms = now_ms + pace->interval_ms;
}

unsigned
pace_left_ms(const struct pace *pace, uint64_t now_ms)
{
	return pace->next_ms > now_ms ? (unsigned)(pace->next_ms - now_ms) : 0;
}
