/* timer.c: a deadline, as a member of the thing it serves. */
#include "loop/timer.h"

#include <stdlib.h>

#include "base/mem.h"
#include "loop/internal.h"

/* Ten years: libev counts in seconds as a double. */
#define AFTER_MAX_MS (UINT64_C(10) * 366 * 86400 * 1000)

/* The owner may finish or free the timer in here, so nothing touches it
 * afterwards. */
static void
on_time(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct timer *timer = watcher->data;

	timer->fn(timer->arg);
}

void
timer_init(
    struct timer *timer, struct loop *loop, void (*fn)(void *arg), void *arg)
{
	*timer = (struct timer){ .loop = loop, .fn = fn, .arg = arg };
}

void
timer_finish(struct timer *timer)
{
	timer_stop(timer);
	free(timer->watcher);
	timer->watcher = NULL;
}

static void
start(struct timer *timer, uint64_t after_ms, uint64_t every_ms)
{
	ev_timer *watcher = timer->watcher;

	if (watcher == NULL) {
		watcher = xcalloc(1, sizeof *watcher);
		ev_init(watcher, on_time);
		watcher->data = timer;
		timer->watcher = watcher;
	}
	if (after_ms > AFTER_MAX_MS)
		after_ms = AFTER_MAX_MS;
	timer_stop(timer);
	/* libev counts from the beginning of the turn, which may be long ago.
	 */
	ev_now_update(loop_ev(timer->loop));
	ev_timer_set(
	    watcher, (double)after_ms / 1000., (double)every_ms / 1000.);
	ev_timer_start(loop_ev(timer->loop), watcher);
}

void
timer_start(struct timer *timer, uint64_t after_ms)
{
	start(timer, after_ms, 0);
}

void
timer_repeat(struct timer *timer, uint64_t every_ms)
{
	start(timer, every_ms, every_ms);
}

void
timer_stop(struct timer *timer)
{
	if (timer->watcher != NULL)
		ev_timer_stop(loop_ev(timer->loop), timer->watcher);
}

bool
timer_is_running(const struct timer *timer)
{
	const ev_timer *watcher = timer->watcher;

	return watcher != NULL && ev_is_active(watcher);
}

uint64_t
timer_left_ms(const struct timer *timer)
{
	ev_timer *watcher = timer->watcher;
	double left_s;

	if (!timer_is_running(timer))
		return 0;
	ev_now_update(loop_ev(timer->loop));
	left_s = ev_timer_remaining(loop_ev(timer->loop), watcher);
	return left_s > 0 ? (uint64_t)(left_s * 1000 + 0.999) : 1;
}
