/* control.c: cam daemon: starts and stops camd. */
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

enum { CONTROL_LOOK_MS = 10 };

static void
say(struct cam *cam, const struct rpc_client *client, const char *words)
{
	json_int_t pid = json_integer_value(
	    json_object_get(rpc_client_hello(client), "pid"));

	if (cam->json)
		output_json(rpc_client_hello(client));
	else if (!cam->quiet)
		output_line(cam, "%s (%s, %s %lld)", words, cam->paths.socket,
		    _("process"), (long long)pid);
}

static int
start(struct cam *cam)
{
	struct rpc_client *client = NULL;
	int code;

	cam->must_start = true;
	code = daemon_connect(cam, &client);
	if (code == 0)
		say(cam, client, _("camd runs"));
	rpc_client_free(client);
	return code;
}

/* Until the process has ended; its socket closes a little earlier. */
static void
wait_for_end(pid_t pid)
{
#ifdef SYS_pidfd_open
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN };

	if (end.fd >= 0) {
		while (poll(&end, 1, -1) < 0 && errno == EINTR)
			;
		close(end.fd);
		return;
	}
#endif
	while (kill(pid, 0) == 0)
		poll(NULL, 0, CONTROL_LOOK_MS);
}

/* Until camd has closed the connection, after all it had to do. */
static int
wait_for_close(struct rpc_client *client)
{
	for (;;) {
		const char *name = NULL;
		json_t *event = NULL;
		int err = rpc_client_next(client, -1, &name, &event);

		json_decref(event);
		if (err == CAM_ERR_CLOSED)
			return 0;
		if (err != 0)
			return daemon_lost(err);
	}
}

static int
stop(struct cam *cam)
{
	struct rpc_client *client = NULL;
	json_t *result = NULL;
	pid_t pid;
	int code;

	if (daemon_connect_running(cam, &client) != 0) {
		if (cam_paths(cam) == NULL)
			return EXIT_UNREACHABLE;
		if (!cam->quiet && !cam->json)
			output_line(cam, _("camd does not run (%s)"),
			    cam->paths.socket);
		return 0;
	}
	pid = (pid_t)json_integer_value(
	    json_object_get(rpc_client_hello(client), "pid"));
	code = daemon_call(cam, client, RPC_STOP, NULL, &result);
	if (code == 0)
		code = wait_for_close(client);
	if (code == 0 && pid > 0)
		wait_for_end(pid);
	if (code == 0)
		say(cam, client, _("camd has ended"));
	rpc_client_free(client);
	json_decref(result);
	return code;
}

static int
reload(struct cam *cam)
{
	json_t *result = NULL;
	int code;

	cam->no_start = true;
	code = daemon_ask(cam, RPC_RELOAD, NULL, &result);
	if (code == 0 && cam->json)
		output_json(result);
	json_decref(result);
	return code;
}

int
verb_daemon(struct cam *cam, struct args *args)
{
	int code = args_count(args, 1, 1);

	if (code != 0)
		return code;
	if (strcmp(args->argv[0], "start") == 0)
		return start(cam);
	if (strcmp(args->argv[0], "stop") == 0)
		return stop(cam);
	if (strcmp(args->argv[0], "reload") == 0)
		return reload(cam);
	return complain_usage("daemon",
	    _("'daemon %s' is nothing that can be done"), args->argv[0]);
}
