/* wait.c: cam wait: until camd is ready, or until something happens. */
#include <jansson.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/output.h"
#include "cam/verbs.h"

/* A socket that is not there yet cannot be waited for, only looked for. */
enum { WAIT_LOOK_MS = 10 };

/* Until somebody else's camd answers. */
static int
wait_running(struct cam *cam, int64_t deadline_ms, struct rpc_client **client)
{
	while (daemon_connect_running(cam, client) != 0) {
		if (cam_paths(cam) == NULL)
			return EXIT_UNREACHABLE;
		if (deadline_ms >= 0 &&
		    (int64_t)clock_now_ms() >= deadline_ms) {
			cam_words(cam);
			complain(_("camd is not ready in time"));
			return EXIT_UNCONFIRMED;
		}
		poll(NULL, 0, WAIT_LOOK_MS);
	}
	return 0;
}

static int
wait_ready(struct cam *cam, int64_t deadline_ms)
{
	struct rpc_client *client = NULL;
	int code = daemon_may_start(cam)
		       ? daemon_connect(cam, &client)
		       : wait_running(cam, deadline_ms, &client);

	if (code == 0 &&
	    json_is_true(json_object_get(rpc_client_hello(client), "locked"))) {
		cam_words(cam);
		complain(_("the keys are locked: 'cam key unlock' opens them"));
		code = EXIT_KEY;
	}
	if (code == 0 && cam->json)
		output_json(rpc_client_hello(client));
	rpc_client_free(client);
	return code;
}

static int
wait_event(struct cam *cam, const char *type, int64_t deadline_ms)
{
	struct rpc_client *client = NULL;
	const char *name = NULL;
	json_t *event = NULL;
	int code = daemon_connect(cam, &client);

	if (code == 0)
		code = daemon_subscribe(cam, client, type);
	if (code == 0)
		code = daemon_next(cam, client, deadline_ms, &name, &event);
	if (code == 0 && cam->json)
		output_json(event);
	json_decref(event);
	rpc_client_free(client);
	return code;
}

int
verb_wait(struct cam *cam, struct args *args)
{
	int64_t timeout_ms = -1;
	int64_t deadline_ms;
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = args_seconds(args, "timeout", -1, &timeout_ms);
	if (code != 0)
		return code;
	deadline_ms =
	    timeout_ms < 0 ? -1 : (int64_t)clock_now_ms() + timeout_ms;
	if (strcmp(args->argv[0], "ready") == 0)
		return wait_ready(cam, deadline_ms);
	return wait_event(cam, args->argv[0], deadline_ms);
}
