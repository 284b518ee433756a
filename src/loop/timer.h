/* timer.h: a deadline, as a member of the thing it serves. */
#ifndef CAM_TIMER_H
#define CAM_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

struct timer {
	struct loop *loop;
	void (*fn)(void *arg);
	void *arg;
	void *watcher; /* libev's, made when first started */
};

void timer_init(
    struct timer *timer, struct loop *loop, void (*fn)(void *arg), void *arg);
/* Stops it and frees what it holds. */
void timer_finish(struct timer *timer);
/* Fires once, after_ms from now; a running timer is set anew. */
void timer_start(struct timer *timer, uint64_t after_ms);
/* Fires every so many ms, from now on, without drifting; a turn that is missed
 * is left out. */
void timer_repeat(struct timer *timer, uint64_t every_ms);
void timer_stop(struct timer *timer);
bool timer_is_running(const struct timer *timer);
/* Until it fires, rounded up; 0 when it is not running. */
uint64_t timer_left_ms(const struct timer *timer);

#endif
