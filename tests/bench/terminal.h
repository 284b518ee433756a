/* terminal.h: a program on a terminal of ours: what it writes is counted, what
 * it asks the terminal is answered. */
#ifndef CAM_BENCH_TERMINAL_H
#define CAM_BENCH_TERMINAL_H

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>

#include "bench.h"

enum { PTY_ROWS = 50, PTY_COLUMNS = 200 };

struct pty {
	pid_t pid;
	int fd;
	size_t bytes;	  /* that it wrote */
	char last[65537]; /* what it wrote last, a string */
	double last_ms;	  /* when that was */
};

/* What xterm says of itself: a VT525 that has margins at its sides. */
static inline void
pty_answer(struct pty *pty)
{
	static const struct {
		const char *question, *answer;
	} known[] = { { "\x1b[c", "\x1b[?65;22c" },
		{ "\x1b[0c", "\x1b[?65;22c" }, { "\x1b[6n", "\x1b[1;1R" },
		{ "\x1b[?69$p", "\x1b[?69;2$y" } };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const char *answer = known[i].answer;

		if (strstr(pty->last, known[i].question) &&
		    write(pty->fd, answer, strlen(answer)) < 0)
			die("cannot write to the terminal");
	}
}

/* What it writes within that time; false: nothing. */
static inline bool
pty_read(struct pty *pty, int wait_ms)
{
	struct pollfd ready = { pty->fd, POLLIN, 0 };
	ssize_t len;

	if (poll(&ready, 1, wait_ms) <= 0)
		return false;
	len = read(pty->fd, pty->last, sizeof(pty->last) - 1);
	if (len <= 0)
		die("a program has left its terminal");
	pty->last[len] = '\0';
	pty->last_ms = now_ms();
	pty->bytes += (size_t)len;
	pty_answer(pty);
	return true;
}

/* Until it has written nothing for so long. */
static inline void
pty_settle(struct pty *pty, double quiet_ms)
{
	double begin = now_ms(), since = begin;

	while (now_ms() - since < quiet_ms) {
		if (pty_read(pty, 5))
			since = pty->last_ms;
		if (since - begin > 60e3)
			die("a program writes and writes");
	}
}

/* argv[0] is looked for in PATH. */
static inline void
pty_start(struct pty *pty, const char *const argv[])
{
	struct winsize size = { .ws_row = PTY_ROWS, .ws_col = PTY_COLUMNS };

	*pty = (struct pty){ 0 };
	pty->pid = forkpty(&pty->fd, NULL, NULL, &size);
	if (pty->pid < 0)
		die("no terminal: %m");
	if (pty->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
}

static inline void
pty_type(struct pty *pty, const char *keys)
{
	if (write(pty->fd, keys, strlen(keys)) != (ssize_t)strlen(keys))
		die("cannot type");
}

static inline void
pty_await(struct pty *pty, const char *text)
{
	double begin = now_ms();

	do {
		if (now_ms() - begin > 60e3)
			die("a program does not show '%s'", text);
		pty->last[0] = '\0';
		pty_read(pty, 1000);
	} while (!strstr(pty->last, text));
}

/* Its hang-up; what it still writes is read, so that it can end. */
static inline void
pty_end(struct pty *pty)
{
	char rest[4096];
	struct pollfd ready = { pty->fd, POLLIN, 0 };

	if (pty->pid <= 0)
		return;
	kill(pty->pid, SIGTERM);
	while (
	    poll(&ready, 1, 2000) > 0 && read(pty->fd, rest, sizeof(rest)) > 0)
		;
	kill(pty->pid, SIGKILL);
	close(pty->fd);
	waitpid(pty->pid, NULL, 0);
	pty->pid = 0;
}

/* Processor time of all its threads. */
static inline double
pty_cpu_ms(const struct pty *pty)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pty->pid, &clock) != 0 ||
	    clock_gettime(clock, &used) != 0)
		die("no processor time of %d", (int)pty->pid);
	return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

#endif
