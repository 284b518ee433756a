/* watch.c: tells when a descriptor can be read or written. */
#include "loop/watch.h"

#include <stdlib.h>

#include "base/mem.h"
#include "loop/internal.h"

/* The owner may finish or free the watch in here, so nothing touches it
 * afterwards. */
static void
on_ready(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct watch *watch = watcher->data;

	watch->fn(watch->fd,
	    (events & EV_READ ? WATCH_READ : 0) |
		(events & EV_WRITE ? WATCH_WRITE : 0),
	    watch->arg);
}

void
watch_init(struct watch *watch, struct loop *loop, int fd,
    void (*fn)(int fd, int events, void *arg), void *arg)
{
	*watch = (struct watch){ .loop = loop, .fd = fd, .fn = fn, .arg = arg };
}

void
watch_set(struct watch *watch, int events)
{
	int wanted = (events & WATCH_READ ? EV_READ : 0) |
		     (events & WATCH_WRITE ? EV_WRITE : 0);
	ev_io *watcher = watch->watcher;

	if (watcher == NULL) {
		if (wanted == 0)
			return;
		watcher = xcalloc(1, sizeof *watcher);
		ev_init(watcher, on_ready);
		ev_set_priority(watcher, watch->is_first ? EV_MAXPRI : 0);
		watcher->data = watch;
		watch->watcher = watcher;
	}
	if (ev_is_active(watcher) &&
	    (watcher->events & (EV_READ | EV_WRITE)) == wanted)
		return;
	ev_io_stop(loop_ev(watch->loop), watcher);
	if (wanted == 0)
		return;
	ev_io_set(watcher, watch->fd, wanted);
	ev_io_start(loop_ev(watch->loop), watcher);
}

void
watch_finish(struct watch *watch)
{
	ev_io *watcher = watch->watcher;

	if (watcher != NULL)
		ev_io_stop(loop_ev(watch->loop), watcher);
	free(watcher);
	watch->watcher = NULL;
}
