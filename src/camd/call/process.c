/* process.c: cam-media as a child of camd with a socket between them. */
#include "camd/call/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/call/program.h"
#include "loop/child.h"
#include "loop/stream.h"
#include "loop/timer.h"

enum { LEAVE_MS = 3000 }; /* that it may take to end */

struct process {
	struct loop *loop;
	const struct process_host *host;
	void *arg;
	pid_t pid;
	struct child *child; /* NULL: it has ended */
	struct stream *stream;
	struct rpc_caller *caller;
	struct timer patience; /* then it is killed */
};

/* -- its end ----------------------------------------------------------------
 */

static void
close_stream(struct process *process)
{
	struct rpc_caller *caller = process->caller;

	process->caller = NULL;
	rpc_caller_free(caller);
	stream_free(process->stream);
	process->stream = NULL;
}

static void
on_exit_status(int status, void *arg)
{
	struct process *process = arg;

	process->child = NULL;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		log_warn("cam-media has failed (%s %d)",
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status)
					: WEXITSTATUS(status));
	close_stream(process);
	process->host->on_ended(process->arg);
}

static void
on_patience(void *arg)
{
	struct process *process = arg;

	log_warn("cam-media does not end: killed");
	(void)kill(process->pid, SIGKILL);
}

static void
leave(struct process *process)
{
	if (process->stream != NULL)
		close_stream(process);
	if (process->child != NULL)
		timer_start(&process->patience, LEAVE_MS);
}

static void
process_free(struct process *process)
{
	if (process == NULL)
		return;
	if (process->stream != NULL)
		close_stream(process);
	if (process->child != NULL)
		child_forget(process->child);
	timer_finish(&process->patience);
	free(process);
}

/* -- what it says -----------------------------------------------------------
 */

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct process *process = arg;

	/* What it says may end the call, and the caller with it. */
	if (rpc_caller_feed(process->caller, data, len) < 0) {
		log_warn("cam-media does not speak JSON-RPC: killed");
		(void)kill(process->pid, SIGKILL);
	}
}

/* Its exit status follows. */
static void
on_closed(struct stream *stream, int err, void *arg)
{
	leave(arg);
}

static const struct stream_ops stream_ops = { on_data, on_closed };

static void
write_line(void *arg, const void *data, size_t len)
{
	struct process *process = arg;

	if (process->stream != NULL)
		stream_write(process->stream, data, len);
}

static void
on_event(void *arg, const char *event, const json_t *params)
{
	struct process *process = arg;

	process->host->on_event(process->arg, event, params);
}

static const struct rpc_caller_ops caller_ops = { .write = write_line,
	.on_event = on_event };

/* -- asking -----------------------------------------------------------------
 */

/* Every "fd" in it that is a place in fds becomes a number given. */
static void
rename_fds(json_t *value, const json_int_t *numbers, size_t count)
{
	const json_t *fd = json_object_get(value, "fd");
	const char *name;
	json_t *member;

	if (json_is_integer(fd) && json_integer_value(fd) >= 0 &&
	    (size_t)json_integer_value(fd) < count)
		json_object_set_new(
		    value, "fd", json_integer(numbers[json_integer_value(fd)]));
	json_object_foreach(value, name, member)
	{
		if (json_is_object(member))
			rename_fds(member, numbers, count);
	}
}

static int
give(struct process *process, const int *fds, size_t count,
    json_int_t numbers[STREAM_GIVEN_MAX])
{
	for (size_t i = 0; i < count; i++) {
		int fd = -1;

		if (fds[i] < 0)
			continue;
		fd = fcntl(fds[i], F_DUPFD_CLOEXEC, PROGRAM_FD + 1);
		if (fd < 0)
			return CAM_ERR_SYSTEM;
		numbers[i] = stream_give(process->stream, fd);
	}
	return 0;
}

static void
ask(struct process *process, const char *method, json_t *params, const int *fds,
    size_t fd_count, rpc_caller_answer *on_answer, void *answer_arg)
{
	json_int_t numbers[STREAM_GIVEN_MAX] = { 0 };
	int err = CAM_ERR_CLOSED;

	if (process->stream != NULL && fd_count <= STREAM_GIVEN_MAX)
		err = give(process, fds, fd_count, numbers);
	if (err == 0) {
		rename_fds(params, numbers, fd_count);
		err = rpc_caller_call(
		    process->caller, method, params, on_answer, answer_arg);
	} else {
		json_decref(params);
	}
	/* Whoever waits for more than a word hears of its end. */
	if (err != 0)
		on_answer(answer_arg, err, NULL, NULL);
}

/* -- starting ---------------------------------------------------------------
 */

static int
start(struct loop *loop, const struct process_host *host, void *arg,
    struct process **result)
{
	struct process *process = NULL;
	int socket, err;
	pid_t pid = 0;

	err = program_start("cam-media", NULL, -1, &socket, &pid);
	if (err != 0)
		return err;
	process = xcalloc(1, sizeof *process);
	process->loop = loop;
	process->host = host;
	process->arg = arg;
	process->pid = pid;
	process->child = child_watch(loop, pid, on_exit_status, process);
	process->caller = rpc_caller_new(&caller_ops, process);
	process->stream =
	    stream_new(loop, socket, &stream_ops, process, LIMIT_RPC_QUEUE);
	stream_accept_given(process->stream);
	timer_init(&process->patience, loop, on_patience, process);
	*result = process;
	return 0;
}

static int
take(struct process *process, json_int_t number)
{
	if (process->stream == NULL || number < 0 || number > INT_MAX)
		return -1;
	return stream_take(process->stream, (unsigned)number);
}

const struct process_ops process_real = { .start = start,
	.leave = leave,
	.free = process_free,
	.ask = ask,
	.take = take };
