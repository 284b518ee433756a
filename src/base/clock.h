/* clock.h: the time that only goes forward, and the one on the wall. */
#ifndef CAM_CLOCK_H
#define CAM_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds from an arbitrary start, never going back. */
uint64_t clock_now_ms(void);
uint64_t clock_now_us(void);

/* Milliseconds since 1970-01-01 UTC, as the system believes. */
int64_t clock_wall_ms(void);
int64_t clock_wall_us(void);

/* RFC 3339 with milliseconds and the local zone: 2026-01-31T09:30:00.125+09:00.
 * size >= 30. */
enum { CLOCK_TEXT_SIZE = 40 };
void clock_format(int64_t wall_ms, char *text, size_t size);

/*
 * What people type: RFC 3339, "2026-01-31", "2026-01-31 09:30" (local time),
 * "09:30" (today), "yesterday", or an age such as 90s, 15m, 3h, 2d, 1w before
 * now_ms.
 */
int clock_parse(const char *text, int64_t now_ms, int64_t *wall_ms);

#endif
