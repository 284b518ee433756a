/* loop.c: the event loop of a process. */
#include "loop/loop.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loop/internal.h"

/* A function to be called on the next turn. */
struct later {
	void (*fn)(void *arg);
	void *arg;
	struct later *next;
};

struct on_signal {
	ev_signal watcher;
	void (*fn)(int signo, void *arg);
	void *arg;
	struct on_signal *next;
};

struct loop {
	struct ev_loop *ev;
	bool stopped;
	ev_timer
	    turn; /* runs what is in later; started only when something is */
	struct later *later;
	struct later **later_end;
	struct on_signal *signals;
};

struct ev_loop *
loop_ev(const struct loop *loop)
{
	return loop->ev;
}

/* What these functions ask for later waits for the turn after. */
static void
on_turn(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct loop *loop = watcher->data;
	struct later *later = loop->later;

	loop->later = NULL;
	loop->later_end = &loop->later;
	while (later != NULL) {
		struct later *next = later->next;

		later->fn(later->arg);
		free(later);
		later = next;
	}
}

struct loop *
loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof *loop);

	/* Only the default one hears of children; more than one are for tests.
	 */
	if (ev_default_loop_uc_() == NULL)
		loop->ev = ev_default_loop(EVFLAG_NOENV);
	else
		loop->ev = ev_loop_new(EVFLAG_NOENV);
	if (loop->ev == NULL)
		abort();
	/* Writing to a pipe or socket that has gone is an error of that one,
	 * not of the process. */
	signal(SIGPIPE, SIG_IGN);
	/* So that it also waits with nothing to watch. */
	ev_ref(loop->ev);
	ev_init(&loop->turn, on_turn);
	loop->turn.data = loop;
	loop->later_end = &loop->later;
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	while (loop->signals != NULL)
		loop_on_signal(loop, loop->signals->watcher.signum, NULL, NULL);
	while (loop->later != NULL) {
		struct later *later = loop->later;

		loop->later = later->next;
		free(later);
	}
	ev_timer_stop(loop->ev, &loop->turn);
	ev_unref(loop->ev);
	ev_loop_destroy(loop->ev);
	free(loop);
}

void
loop_run(struct loop *loop)
{
	while (!loop->stopped)
		ev_run(loop->ev, 0);
	loop->stopped = false;
}

void
loop_turn(struct loop *loop, int block)
{
	ev_run(loop->ev, block ? EVRUN_ONCE : EVRUN_NOWAIT);
}

void
loop_stop(struct loop *loop)
{
	loop->stopped = true;
	ev_break(loop->ev, EVBREAK_ALL);
}

static void
on_signal(struct ev_loop *ev, ev_signal *watcher, int events)
{
	struct on_signal *on_signal = watcher->data;

	on_signal->fn(watcher->signum, on_signal->arg);
}

static void
forget_signal(struct loop *loop, int signo)
{
	struct on_signal **at = &loop->signals;

	while (*at != NULL && (*at)->watcher.signum != signo)
		at = &(*at)->next;
	if (*at != NULL) {
		struct on_signal *gone = *at;

		*at = gone->next;
		ev_signal_stop(loop->ev, &gone->watcher);
		free(gone);
	}
}

void
loop_on_signal(
    struct loop *loop, int signo, void (*fn)(int signo, void *arg), void *arg)
{
	struct on_signal *added = NULL;

	forget_signal(loop, signo);
	if (fn == NULL)
		return;
	added = xcalloc(1, sizeof *added);
	added->fn = fn;
	added->arg = arg;
	added->next = loop->signals;
	loop->signals = added;
	ev_signal_init(&added->watcher, on_signal, signo);
	added->watcher.data = added;
	ev_signal_start(loop->ev, &added->watcher);
}

void
loop_later(struct loop *loop, void (*fn)(void *arg), void *arg)
{
	struct later *later = xmalloc(sizeof *later);

	*later = (struct later){ .fn = fn, .arg = arg };
	*loop->later_end = later;
	loop->later_end = &later->next;
	if (!ev_is_active(&loop->turn)) {
		ev_timer_set(&loop->turn, 0., 0.);
		ev_timer_start(loop->ev, &loop->turn);
	}
}
