/* recording.c: cam-record as a child of camd. */
#include "camd/call/recording.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/call/program.h"
#include "loop/child.h"
#include "loop/timer.h"

enum {
	LEAVE_MS = 5000, /* that a disk may take */
	STATUS_FULL = 3,
};

struct recording {
	pid_t pid;
	struct child *child; /* NULL: it has ended */
	void (*on_ended)(void *arg, int err);
	void *arg;
	struct timer patience; /* then it is killed */
};

static void
on_exit_status(int status, void *arg)
{
	struct recording *recording = arg;
	int err = CAM_ERR_SYSTEM;

	recording->child = NULL;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		err = 0;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_FULL)
		err = CAM_ERR_FULL;
	else
		log_warn("cam-record has failed (%s %d)",
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status)
					: WEXITSTATUS(status));
	recording->on_ended(recording->arg, err);
}

static void
on_patience(void *arg)
{
	const struct recording *recording = arg;

	if (recording->child == NULL)
		return;
	log_warn("cam-record does not end: killed");
	(void)kill(recording->pid, SIGKILL);
}

static void
leave(struct recording *recording)
{
	timer_start(&recording->patience, LEAVE_MS);
}

static void
recording_free(struct recording *recording)
{
	if (recording == NULL)
		return;
	if (recording->child != NULL)
		child_forget(recording->child);
	timer_finish(&recording->patience);
	free(recording);
}

static int
start(struct loop *loop, int fd, bool webm,
    void (*on_ended)(void *arg, int err), void *arg, int *socket,
    struct recording **result)
{
	struct recording *recording = NULL;
	pid_t pid = 0;
	int err = program_start(
	    "cam-record", webm ? "webm" : "matroska", fd, socket, &pid);

	if (err != 0)
		return err;
	recording = xcalloc(1, sizeof *recording);
	recording->pid = pid;
	recording->on_ended = on_ended;
	recording->arg = arg;
	recording->child = child_watch(loop, pid, on_exit_status, recording);
	timer_init(&recording->patience, loop, on_patience, recording);
	*result = recording;
	return 0;
}

const struct recording_ops recording_real = {
	.start = start, .leave = leave, .free = recording_free
};
