/* viewer.c: cam-view as a child. */
#include "rpc/viewer.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc/json.h"
#include "rpc/names.h"

/* Its end of the socket. */
enum { CONTROL_FD = 3 };

void
viewer_init(struct viewer *viewer)
{
	*viewer = (struct viewer){ .control = -1 };
}

/* Signals are as in a fresh login: those that we hold or ignore are not for
 * it. */
static int
spawn(const char *program, const char *const argv[], int fd, pid_t *pid)
{
	extern char **environ;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int failure;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, CONTROL_FD);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	failure = posix_spawn(
	    pid, program, &actions, &attributes, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return failure;
}

int
viewer_start(struct viewer *viewer, const char *program, bool in_window)
{
	const char *in_terminal_argv[] = { program, "3", NULL };
	const char *in_window_argv[] = { program, "--window", "3", NULL };
	int ends[2], failure;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return errno;
	failure = spawn(program, in_window ? in_window_argv : in_terminal_argv,
	    ends[1], &viewer->pid);
	close(ends[1]);
	if (failure != 0) {
		close(ends[0]);
		viewer->pid = 0;
		return failure;
	}
	viewer->control = ends[0];
	viewer->given = 0;
	return 0;
}

void
viewer_close(struct viewer *viewer)
{
	if (viewer->control >= 0)
		close(viewer->control);
	viewer_init(viewer);
}

/* A line, with fd beside it (-1: none). Takes params. */
static void
tell(struct viewer *viewer, const char *event, json_t *params, int fd)
{
	json_t *object = json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0",
	    "method", event, "params", params);
	size_t len = 0;
	char *line = json_line(object, &len);
	struct iovec part = { line, len };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (fd >= 0) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof control.room;
		control.align = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof fd) };
		memcpy(CMSG_DATA(&control.align), &fd, sizeof fd);
		viewer->given++;
	}
	/* That it has ended is seen elsewhere. */
	while (sendmsg(viewer->control, &message, MSG_NOSIGNAL) < 0 &&
	       errno == EINTR)
		continue;
	free(line);
	json_decref(object);
}

void
viewer_add(struct viewer *viewer, const char *name, int fd)
{
	tell(viewer, VIEW_ADD,
	    json_pack("{s:s, s:i}", "name", name, "fd", viewer->given), fd);
}

void
viewer_remove(struct viewer *viewer, const char *name)
{
	tell(viewer, VIEW_REMOVE, json_pack("{s:s}", "name", name), -1);
}

bool
viewer_can_see(const json_t *party)
{
	const char *state = json_string_value(json_object_get(party, "state"));

	return state != NULL &&
	       (strcmp(state, "active") == 0 || strcmp(state, "held") == 0) &&
	       (json_is_true(json_object_get(party, "video")) ||
		   json_is_true(json_object_get(party, "screen")));
}
