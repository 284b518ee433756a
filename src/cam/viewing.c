/* viewing.c: the pictures of a call, shown by cam-view beside it. */
#include "cam/viewing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/call.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/external.h"
#include "cam/output.h"
#include "rpc/client.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* Its end of the socket; how long camd may take to answer. */
enum { CONTROL_FD = 3, ASK_MS = 5000 };

void
viewing_init(struct viewing *viewing, struct cam *cam, bool in_window)
{
	const char *term = getenv("TERM");
	bool has_page = output_is_terminal(cam) && !cam->json && !cam->quiet &&
			term != NULL && strcmp(term, "dumb") != 0;

	*viewing = (struct viewing){ .cam = cam,
		.enabled = in_window || has_page,
		.in_window = in_window,
		.control = -1 };
}

bool
viewing_has_terminal(const struct viewing *viewing)
{
	return viewing->pid != 0 && !viewing->in_window;
}

int
viewing_fd(const struct viewing *viewing)
{
	return viewing->control;
}

/* -- cam-view ----------------------------------------------------------------
 */

/* Signals are as they were before interrupt_begin() held them. */
static int
spawn(const char *program, const char *const argv[], int fd, pid_t *pid)
{
	extern char **environ;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int failure;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, CONTROL_FD);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	failure = posix_spawn(
	    pid, program, &actions, &attributes, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return failure;
}

static bool
start(struct viewing *viewing)
{
	char *program = external_find(viewing->cam, "cam-view", true);
	const char *argv[] = { program, "3", NULL, NULL };
	int ends[2], failure = ENOENT;

	if (viewing->in_window) {
		argv[1] = "--window";
		argv[2] = "3";
	}
	if (program != NULL &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
		failure = spawn(program, argv, ends[1], &viewing->pid);
		close(ends[1]);
		if (failure == 0)
			viewing->control = ends[0];
		else
			close(ends[0]);
	}
	free(program);
	if (failure == 0)
		return true;
	viewing->pid = 0;
	viewing->enabled = false;
	complain(_("the pictures are not shown: %s"), strerror(failure));
	return false;
}

/* Waits for it; its exit status. */
static int
stop(struct viewing *viewing)
{
	int status = 0;

	close(viewing->control);
	viewing->control = -1;
	while (waitpid(viewing->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	viewing->pid = 0;
	viewing->given = 0;
	while (viewing->count > 0)
		free(viewing->names[--viewing->count]);
	return status;
}

bool
viewing_is_over(struct viewing *viewing, bool *had_enough)
{
	char byte;
	int status;

	if (viewing->pid == 0 ||
	    recv(viewing->control, &byte, 1, MSG_DONTWAIT) != 0)
		return false;
	status = stop(viewing);
	viewing->enabled = false;
	*had_enough = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return true;
}

void
viewing_end(struct viewing *viewing)
{
	if (viewing->pid != 0)
		(void)stop(viewing);
}

/* -- who is seen -------------------------------------------------------------
 */

/* A line, with fd beside it (-1: none). Takes params. */
static void
tell(struct viewing *viewing, const char *event, json_t *params, int fd)
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
		viewing->given++;
	}
	/* That it has ended is seen elsewhere. */
	while (sendmsg(viewing->control, &message, MSG_NOSIGNAL) < 0 &&
	       errno == EINTR)
		continue;
	free(line);
	json_decref(object);
}

static void
add(struct viewing *viewing, struct rpc_client *client, const json_t *object,
    const char *id)
{
	struct rpc_error error = { 0 };
	json_t *result = NULL;
	int fd = -1;

	if (rpc_client_call(client, RPC_CALL_FRAMES,
		json_pack("{s:s, s:s}", "id", call_member(object, "id"),
		    "member", id),
		ASK_MS, &result, &error) == 0)
		fd = rpc_client_take(
		    client, json_integer_value(json_object_get(result, "fd")));
	rpc_error_finish(&error);
	json_decref(result);
	/* He may have left this moment. */
	if (fd < 0)
		return;
	if (viewing->pid != 0 || start(viewing)) {
		tell(viewing, VIEW_ADD,
		    json_pack("{s:s, s:i}", "name", id, "fd", viewing->given),
		    fd);
		viewing->names[viewing->count++] = xstrdup(id);
	}
	close(fd);
}

static bool
is_seen(const json_t *party)
{
	return (call_is(party, "active") || call_is(party, "held")) &&
	       (json_is_true(json_object_get(party, "video")) ||
		   json_is_true(json_object_get(party, "screen")));
}

static const json_t *
party_named(const json_t *object, const char *id)
{
	const json_t *party;
	size_t i;

	json_array_foreach(json_object_get(object, "parties"), i, party)
	{
		if (strcmp(call_member(party, "id"), id) == 0)
			return party;
	}
	return NULL;
}

static void
remove_gone(struct viewing *viewing, const json_t *object, bool all)
{
	size_t kept = 0;

	for (size_t i = 0; i < viewing->count; i++) {
		char *name = viewing->names[i];

		if (!all && is_seen(party_named(object, name))) {
			viewing->names[kept++] = name;
			continue;
		}
		tell(
		    viewing, VIEW_REMOVE, json_pack("{s:s}", "name", name), -1);
		free(name);
	}
	viewing->count = kept;
}

static bool
is_shown(const struct viewing *viewing, const char *id)
{
	for (size_t i = 0; i < viewing->count; i++) {
		if (strcmp(viewing->names[i], id) == 0)
			return true;
	}
	return false;
}

void
viewing_update(
    struct viewing *viewing, struct rpc_client *client, const json_t *object)
{
	unsigned media =
	    (unsigned)json_integer_value(json_object_get(object, "media"));
	const json_t *party;
	size_t i;

	if (!viewing->enabled || call_is(object, "ended"))
		return;
	/* Another process has other memory. */
	remove_gone(viewing, object, media != viewing->media);
	viewing->media = media;
	json_array_foreach(json_object_get(object, "parties"), i, party)
	{
		const char *id = call_member(party, "id");

		if (is_seen(party) && !is_shown(viewing, id) &&
		    viewing->count < LIMIT_CALL_MEMBERS && viewing->enabled)
			add(viewing, client, object, id);
	}
	if (viewing->count == 0)
		viewing_end(viewing);
}
