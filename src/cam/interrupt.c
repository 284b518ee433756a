/* interrupt.c: waiting for events in a way that an interrupt ends cleanly. */
#include "cam/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "base/clock.h"
#include "cam/cam.h"

static const int signals[INTERRUPT_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };

static void
on_signal(int signo)
{
	/* Only so that ppoll() ends. */
}

void
interrupt_begin(struct interrupt *interrupt)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t held;

	interrupt->fd = -1;
	sigemptyset(&action.sa_mask);
	sigemptyset(&held);
	for (size_t i = 0; i < INTERRUPT_SIGNALS; i++)
		sigaddset(&held, signals[i]);
	sigprocmask(SIG_BLOCK, &held, &interrupt->mask);
	for (size_t i = 0; i < INTERRUPT_SIGNALS; i++) {
		sigaction(signals[i], NULL, &interrupt->before[i]);
		/* nohup, and jobs in the background of a script. */
		if (interrupt->before[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

void
interrupt_end(const struct interrupt *interrupt)
{
	for (size_t i = 0; i < INTERRUPT_SIGNALS; i++)
		sigaction(signals[i], &interrupt->before[i], NULL);
	sigprocmask(SIG_SETMASK, &interrupt->mask, NULL);
}

/* True: a signal came, or the other descriptor is readable. */
static bool
wait_for(const struct interrupt *interrupt, int fd, int64_t deadline_ms)
{
	struct pollfd ready[] = { { .fd = fd, .events = POLLIN },
		{ .fd = interrupt->fd, .events = POLLIN } };
	int count;
	struct timespec limit = { 0 };
	int64_t left_ms = deadline_ms - (int64_t)clock_now_ms();

	left_ms = left_ms < 0 ? 0 : left_ms;
	limit.tv_sec = left_ms / 1000;
	limit.tv_nsec = left_ms % 1000 * 1000000;
	count =
	    ppoll(ready, 2, deadline_ms < 0 ? NULL : &limit, &interrupt->mask);
	return count < 0 ? errno == EINTR : ready[1].revents != 0;
}

int
interrupt_next(const struct interrupt *interrupt, struct cam *cam,
    struct rpc_client *client, int64_t deadline_ms, const char **event,
    json_t **params)
{
	for (;;) {
		/* What has come already, without waiting. */
		int code = daemon_next(cam, client, 0, event, params);

		if (code != EXIT_UNCONFIRMED)
			return code;
		if (deadline_ms >= 0 && (int64_t)clock_now_ms() >= deadline_ms)
			return code;
		if (wait_for(interrupt, rpc_client_fd(client), deadline_ms))
			return EXIT_INTERRUPTED;
	}
}
