/* command.c: another program run in our place. */
#include "cam/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cam/excerpt.h"
#include "loop/child.h"
#include "loop/loop.h"
#include "loop/watch.h"

extern char **environ;

enum { CHUNK = 16 * 1024, NOT_RUNNABLE = 126, NOT_FOUND = 127 };

static const int forwarded[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };
enum { FORWARDED = sizeof forwarded / sizeof forwarded[0] };

struct command {
	struct loop *loop;
	struct watch watch; /* of the pipe */
	struct excerpt *output;
	bool show;
	pid_t pid;
	int wait_status;
};

/* What a terminal sends it sends to both of us. */
static bool
has_it_already(int signo)
{
	int terminal = -1;
	bool is_foreground;

	if (signo != SIGINT && signo != SIGQUIT)
		return false;
	terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	is_foreground = terminal >= 0 && tcgetpgrp(terminal) == getpgrp();
	if (terminal >= 0)
		close(terminal);
	return is_foreground;
}

static void
on_signal(int signo, void *arg)
{
	const struct command *command = arg;

	if (!has_it_already(signo))
		kill(command->pid, signo);
}

static void
show(const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t written = write(STDOUT_FILENO, bytes, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		bytes += written;
		len -= (size_t)written;
	}
}

/* False: there is no more, for now or for ever. */
static bool
take(struct command *command)
{
	uint8_t bytes[CHUNK];
	ssize_t len = read(command->watch.fd, bytes, sizeof bytes);

	if (len < 0 && errno == EINTR)
		return true;
	if (len <= 0) {
		if (len == 0)
			watch_set(&command->watch, 0);
		return false;
	}
	excerpt_add(command->output, span_of(bytes, (size_t)len));
	if (command->show)
		show(bytes, (size_t)len);
	return true;
}

static void
on_output(int fd, int events, void *arg)
{
	take(arg);
}

/* What it wrote before its end is in the pipe; what others write later is
 * theirs. */
static void
on_end(int status, void *arg)
{
	struct command *command = arg;
	size_t most = 1024 * 1024 / CHUNK;

	command->wait_status = status;
	while (most-- > 0 && take(command))
		;
	loop_stop(command->loop);
}

static int
spawn(struct command *command, char *const argv[], int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t ours;
	int failure;

	sigemptyset(&ours);
	sigaddset(&ours, SIGPIPE);
	sigaddset(&ours, SIGCHLD);
	for (size_t i = 0; i < FORWARDED; i++)
		sigaddset(&ours, forwarded[i]);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &ours);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	failure = posix_spawnp(
	    &command->pid, argv[0], &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return failure;
}

static void
supervise(struct command *command, int in)
{
	child_watch(command->loop, command->pid, on_end, command);
	for (size_t i = 0; i < FORWARDED; i++)
		loop_on_signal(command->loop, forwarded[i], on_signal, command);
	watch_init(&command->watch, command->loop, in, on_output, command);
	watch_set(&command->watch, WATCH_READ);
	loop_run(command->loop);
	watch_finish(&command->watch);
	for (size_t i = 0; i < FORWARDED; i++)
		loop_on_signal(command->loop, forwarded[i], NULL, NULL);
}

static void
read_status(int wait_status, struct command_end *end)
{
	if (WIFSIGNALED(wait_status)) {
		end->signo = WTERMSIG(wait_status);
		end->status = 128 + end->signo;
	} else {
		end->status = WEXITSTATUS(wait_status);
	}
}

void
command_run(char *const argv[], bool show_it, struct excerpt *output,
    struct command_end *end)
{
	struct command command = {
		.loop = loop_new(), .output = output, .show = show_it
	};
	uint64_t began_ms = clock_now_ms();
	int ends[2] = { -1, -1 };

	*end = (struct command_end){ 0 };
	if (pipe2(ends, O_CLOEXEC) < 0)
		end->failure = errno;
	else
		end->failure = spawn(&command, argv, ends[1]);
	if (ends[1] >= 0)
		close(ends[1]);
	if (end->failure == 0) {
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		supervise(&command, ends[0]);
		read_status(command.wait_status, end);
	} else {
		end->status = end->failure == ENOENT ? NOT_FOUND : NOT_RUNNABLE;
	}
	if (ends[0] >= 0)
		close(ends[0]);
	end->took_ms = (int64_t)(clock_now_ms() - began_ms);
	loop_free(command.loop);
}
