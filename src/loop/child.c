/* child.c: programs started and waited for. */
#include "loop/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "loop/internal.h"
#include "loop/timer.h"
#include "loop/watch.h"

struct child {
	struct loop *loop;
	ev_child watcher;
	struct timer limit;
	struct watch watch;  /* of the pipe to its stdin; fd -1 once closed */
	struct watch output; /* of that from its stdout; the same */
	char *input;
	size_t len;
	size_t written;
	bool is_fed; /* its stdin stays open */
	void (*on_output)(const void *data, size_t len, void *arg);
	void (*on_exit)(int status, void *arg);
	void *arg;
};

enum { OUTPUT_SIZE = 16 * 1024 };

/* Both ends of the pipes: what the child reads, what it writes (-1: nobody
 * reads that), and how it says that exec failed. */
struct pipes {
	int input[2];
	int output[2];
	int status[2];
};

static void
close_watched(struct watch *watch)
{
	if (watch->fd < 0)
		return;
	watch_finish(watch);
	close(watch->fd);
	watch->fd = -1;
}

static void
close_input(struct child *child)
{
	close_watched(&child->watch);
}

static void
child_free(struct child *child)
{
	ev_child_stop(loop_ev(child->loop), &child->watcher);
	timer_finish(&child->limit);
	close_input(child);
	close_watched(&child->output);
	wipe_free(child->input, child->len);
	free(child);
}

/* False: nothing more is there now. */
static bool
read_output(struct child *child)
{
	char data[OUTPUT_SIZE];
	ssize_t len;

	do {
		len = read(child->output.fd, data, sizeof data);
	} while (len < 0 && errno == EINTR);
	if (len > 0)
		child->on_output(data, (size_t)len, child->arg);
	else if (len == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
		close_watched(&child->output);
	return len > 0;
}

static void
on_readable(int fd, int events, void *arg)
{
	read_output(arg);
}

static void
on_end(struct ev_loop *ev, ev_child *watcher, int events)
{
	struct child *child = watcher->data;
	void (*on_exit)(int status, void *arg) = child->on_exit;
	void *arg = child->arg;
	int status = watcher->rstatus;

	/* No more than the pipe held: others may go on filling it. */
	for (int i = 0; i < 64 && child->output.fd >= 0; i++) {
		if (!read_output(child))
			break;
	}
	child_free(child);
	if (on_exit != NULL)
		on_exit(status, arg);
}

/* It leads a process group of its own, so what it started goes too. */
static void
on_limit(void *arg)
{
	struct child *child = arg;

	kill(-child->watcher.pid, SIGKILL);
}

/* A child need not read its input: then the rest is lost, and that is its own
 * affair. */
static void
on_writable(int fd, int events, void *arg)
{
	struct child *child = arg;
	ssize_t done = write(
	    fd, child->input + child->written, child->len - child->written);

	if (done < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (done > 0)
		child->written += (size_t)done;
	if (done >= 0 && child->written < child->len)
		return;
	if (done < 0 || !child->is_fed) {
		close_input(child);
		return;
	}
	child->written = child->len = 0;
	watch_set(&child->watch, 0);
}

static void
close_both(const int fds[2])
{
	for (int i = 0; i < 2; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}

static int
open_pipes(struct pipes *pipes, bool captured)
{
	*pipes = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
	if (pipe2(pipes->input, O_CLOEXEC) < 0 ||
	    pipe2(pipes->status, O_CLOEXEC) < 0 ||
	    (captured && pipe2(pipes->output, O_CLOEXEC) < 0)) {
		close_both(pipes->input);
		close_both(pipes->status);
		return CAM_ERR_SYSTEM;
	}
	fcntl(pipes->input[1], F_SETFL, O_NONBLOCK);
	if (captured)
		fcntl(pipes->output[0], F_SETFL, O_NONBLOCK);
	return 0;
}

/* From here to exec only what is safe after fork() in a process with threads.
 */

static void
reset_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++)
		sigaction(signo, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Those of ours are all close-on-exec; this is for the ones of libraries and of
 * who started us. */
static void
close_others(int kept)
{
	int max = (int)sysconf(_SC_OPEN_MAX);

#ifdef CLOSE_RANGE_CLOEXEC
	if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
#endif
	for (int fd = STDERR_FILENO + 1; fd < max; fd++) {
		if (fd != kept)
			close(fd);
	}
}

static _Noreturn void
become(const char *const argv[], const struct pipes *pipes)
{
	int null = open("/dev/null", O_RDWR), failure;
	int out = pipes->output[1] >= 0 ? pipes->output[1] : null;

	reset_signals();
	setsid();
	umask(022);
	if (null >= 0 && dup2(pipes->input[0], STDIN_FILENO) >= 0 &&
	    dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0) {
		close_others(pipes->status[1]);
		execv(argv[0], (char *const *)argv);
	}
	failure = errno;
	if (write(pipes->status[1], &failure, sizeof failure) < 0)
		_exit(126);
	_exit(127);
}

/* Waits until the child runs the program: the pipe closes, or tells why it does
 * not. */
static int
start(const char *const argv[], const struct pipes *pipes, pid_t *pid)
{
	int failure = 0;
	ssize_t len;
	sigset_t all, old;

	/* No handler of ours may run in the child before its signals are reset.
	 */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	*pid = fork();
	if (*pid == 0)
		become(argv, pipes);
	failure = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(pipes->input[0]);
	close(pipes->status[1]);
	if (pipes->output[1] >= 0)
		close(pipes->output[1]);
	if (*pid < 0) {
		errno = failure;
		return CAM_ERR_SYSTEM;
	}
	do {
		len = read(pipes->status[0], &failure, sizeof failure);
	} while (len < 0 && errno == EINTR);
	if (len != sizeof failure)
		return 0;
	errno = failure;
	return CAM_ERR_SYSTEM;
}

static void
follow(struct child *child, pid_t pid, unsigned timeout_ms)
{
	ev_child_init(&child->watcher, on_end, pid, 0);
	child->watcher.data = child;
	ev_child_start(loop_ev(child->loop), &child->watcher);
	timer_init(&child->limit, child->loop, on_limit, child);
	if (timeout_ms > 0)
		timer_start(&child->limit, timeout_ms);
	if (child->len > 0)
		watch_set(&child->watch, WATCH_WRITE);
	else if (!child->is_fed)
		close_input(child);
	if (child->output.fd >= 0)
		watch_set(&child->output, WATCH_READ);
}

static int
run(struct loop *loop, const char *const argv[], const void *input, size_t len,
    bool is_fed, unsigned timeout_ms,
    void (*on_output)(const void *data, size_t len, void *arg),
    void (*on_exit)(int status, void *arg), void *arg, struct child **child)
{
	struct child *started = NULL;
	struct pipes pipes;
	pid_t pid;
	int err, saved;

	if (!ev_is_default_loop(loop_ev(loop)))
		return CAM_ERR_UNSUPPORTED;
	err = open_pipes(&pipes, on_output != NULL);
	if (err != 0)
		return err;
	err = start(argv, &pipes, &pid);
	saved = errno;
	close(pipes.status[0]);
	if (err != 0) {
		/* One that was forked but could not become the program is
		 * reaped by libev. */
		close(pipes.input[1]);
		if (pipes.output[0] >= 0)
			close(pipes.output[0]);
		errno = saved;
		return err;
	}
	started = xcalloc(1, sizeof *started);
	started->loop = loop;
	started->input = xmemdup(input, len);
	started->len = len;
	started->is_fed = is_fed;
	started->on_output = on_output;
	started->on_exit = on_exit;
	started->arg = arg;
	watch_init(&started->watch, loop, pipes.input[1], on_writable, started);
	watch_init(
	    &started->output, loop, pipes.output[0], on_readable, started);
	follow(started, pid, timeout_ms);
	*child = started;
	return 0;
}

struct child *
child_watch(struct loop *loop, pid_t pid,
    void (*on_exit)(int status, void *arg), void *arg)
{
	struct child *child = xcalloc(1, sizeof *child);

	child->loop = loop;
	child->on_exit = on_exit;
	child->arg = arg;
	child->watch.fd = child->output.fd = -1;
	follow(child, pid, 0);
	return child;
}

int
child_run(struct loop *loop, const char *const argv[], const void *input,
    size_t len, unsigned timeout_ms, void (*on_exit)(int status, void *arg),
    void *arg, struct child **child)
{
	return run(loop, argv, input, len, false, timeout_ms, NULL, on_exit,
	    arg, child);
}

int
child_capture(struct loop *loop, const char *const argv[], unsigned timeout_ms,
    void (*on_output)(const void *data, size_t len, void *arg),
    void (*on_exit)(int status, void *arg), void *arg, struct child **child)
{
	return run(loop, argv, "", 0, false, timeout_ms, on_output, on_exit,
	    arg, child);
}

int
child_open(struct loop *loop, const char *const argv[],
    void (*on_exit)(int status, void *arg), void *arg, struct child **child)
{
	struct child *opened = NULL;
	int err = run(loop, argv, "", 0, true, 0, NULL, on_exit, arg, &opened);

	if (err == 0)
		*child = opened;
	return err;
}

bool
child_feed(struct child *child, const void *data, size_t len)
{
	size_t left = child->len - child->written;

	if (child->watch.fd < 0 || left + len > CHILD_FED_MAX)
		return false;
	memmove(child->input, child->input + child->written, left);
	child->input = xreallocarray(child->input, left + len + 1, 1);
	memcpy(child->input + left, data, len);
	child->len = left + len;
	child->written = 0;
	watch_set(&child->watch, WATCH_WRITE);
	return true;
}

void
child_forget(struct child *child)
{
	if (child != NULL)
		child_free(child);
}
