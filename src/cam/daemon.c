/* daemon.c: the way to this user's camd: connected, asked, listened to. */
#include "cam/daemon.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/ini.h"
#include "base/text.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/refusal.h"
#include "cam/start.h"
#include "rpc/names.h"

int
daemon_connect_running(struct cam *cam, struct rpc_client **client)
{
	const struct paths *paths = cam_paths(cam);

	if (paths == NULL)
		return CAM_ERR_SYSTEM;
	return rpc_client_connect(paths->socket, "cam", client);
}

static int
begin_running(struct cam *cam, struct rpc_client **client)
{
	const struct paths *paths = cam_paths(cam);

	if (paths == NULL)
		return CAM_ERR_SYSTEM;
	return rpc_client_begin(paths->socket, "cam", client);
}

/* The setting daemon.autostart; a file that cannot be read is camd's to
 * complain of. */
bool
daemon_may_start(struct cam *cam)
{
	struct ini *ini = NULL;
	const char *value;
	size_t line = 0;
	const struct paths *paths = cam_paths(cam);
	bool may = !cam->no_start;

	if (cam->must_start || !may || paths == NULL ||
	    ini_read(paths->settings, &ini, &line) != 0)
		return may || cam->must_start;
	value = ini_get(ini, "daemon.autostart");
	may = value == NULL || !text_same(value, "no");
	ini_free(ini);
	return may;
}

int
daemon_unreachable(const struct cam *cam, int err)
{
	switch (err) {
	case CAM_ERR_UNREACHABLE:
		complain(_("camd does not run for '%s': 'cam daemon start' "
			   "starts it"),
		    cam->paths.socket);
		break;
	case CAM_ERR_REFUSED:
		complain(_("'%s' belongs to another user's camd"),
		    cam->paths.socket);
		break;
	case CAM_ERR_VERSION:
		complain(_("camd is of another version: 'cam daemon stop' ends "
			   "it, the next 'cam' "
			   "starts the new one"));
		break;
	default:
		complain(_("cannot talk to camd at '%s': %s"),
		    cam->paths.socket, cam_strerror(err));
	}
	return EXIT_UNREACHABLE;
}

/* Where camd does not run it is started, which is waited for. */
int
daemon_begin(struct cam *cam, struct rpc_client **client)
{
	int err, code;

	if (cam_paths(cam) == NULL)
		return EXIT_UNREACHABLE;
	err = begin_running(cam, client);
	if (err == 0)
		return 0;
	cam_words(cam);
	if (err == CAM_ERR_UNREACHABLE && daemon_may_start(cam)) {
		code = start_daemon(cam, client);
		if (code > 0)
			return code;
		err = code;
	}
	return err == 0 ? 0 : daemon_unreachable(cam, err);
}

int
daemon_connect(struct cam *cam, struct rpc_client **client)
{
	struct rpc_client *begun = NULL;
	int code = daemon_begin(cam, &begun), err;

	if (code != 0)
		return code;
	err = rpc_client_greet(begun);
	if (err == 0) {
		*client = begun;
		return 0;
	}
	rpc_client_free(begun);
	cam_words(cam);
	return daemon_unreachable(cam, err);
}

int
daemon_lost(int err)
{
	if (err == CAM_ERR_CLOSED)
		complain(
		    _("camd has gone: 'cam daemon start' starts it again"));
	else
		complain(_("camd cannot be understood: %s"), cam_strerror(err));
	return err == CAM_ERR_CLOSED ? EXIT_UNREACHABLE : EXIT_FAILED;
}

int
daemon_call(struct cam *cam, struct rpc_client *client, const char *method,
    json_t *params, json_t **result)
{
	struct rpc_error error = { 0 };
	int err = rpc_client_call(client, method, params, -1, result, &error);
	int code;

	if (err == 0)
		return 0;
	cam_words(cam);
	if (err == CAM_ERR_REQUEST)
		code = refusal_say(&error);
	else if (err == CAM_ERR_VERSION)
		code = daemon_unreachable(cam, err);
	else
		code = daemon_lost(err);
	rpc_error_finish(&error);
	return code;
}

int
daemon_ask(struct cam *cam, const char *method, json_t *params, json_t **result)
{
	struct rpc_client *client = NULL;
	int code = daemon_begin(cam, &client);

	if (code == 0)
		code = daemon_call(cam, client, method, params, result);
	else
		json_decref(params);
	rpc_client_free(client);
	return code;
}

int
daemon_subscribe(struct cam *cam, struct rpc_client *client, const char *types)
{
	json_t *list = json_array();
	json_t *result = NULL;
	int code;

	for (const char *type = types; type != NULL && *type != '\0';) {
		size_t len = strcspn(type, ",");

		if (len > 0)
			json_array_append_new(list, json_stringn(type, len));
		type += len + (type[len] == ',');
	}
	if (types == NULL)
		json_array_append_new(list, json_string("*"));
	code = daemon_call(cam, client, RPC_SUBSCRIBE,
	    json_pack("{s:o}", "types", list), &result);
	json_decref(result);
	return code;
}

int
daemon_next(struct cam *cam, struct rpc_client *client, int64_t deadline_ms,
    const char **event, json_t **params)
{
	int64_t left = -1;
	int err;

	if (deadline_ms >= 0) {
		left = deadline_ms - (int64_t)clock_now_ms();
		left = left < 0 ? 0 : left;
	}
	err = rpc_client_next(client, left, event, params);
	if (err == 0)
		return 0;
	if (err == CAM_ERR_TIMEOUT)
		return EXIT_UNCONFIRMED;
	cam_words(cam);
	return daemon_lost(err);
}
