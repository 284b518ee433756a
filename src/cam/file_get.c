/* file_get.c: cam file get: fetches what others offer. */
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/path.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/file.h"
#include "cam/following.h"
#include "cam/offer.h"
#include "cam/output.h"
#include "cam/picture.h"
#include "cam/spool.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/refusal.h"

struct get {
	struct cam *cam;
	struct rpc_client *client;
	struct following following;
	char *folder;	  /* absolute, or NULL: where settings say */
	const char *name; /* or NULL: as it is offered */
	bool to_stdout;
	bool show;
	bool no_wait;
	int64_t deadline_ms;
};

/* -- what is asked for -------------------------------------------------------
 */

static int
read_output(struct get *get, const struct args *args)
{
	const char *output = args_value(args, "output");

	get->to_stdout = output != NULL && strcmp(output, "-") == 0;
	if (output == NULL)
		return 0;
	if (!get->to_stdout) {
		get->folder = realpath(output, NULL);
		if (get->folder != NULL)
			return 0;
		complain(_("'%s' is no folder"), output);
		return EXIT_FAILED;
	}
	if (args->argc > 2)
		return complain_usage(
		    "file", _("only one file goes to stdout"));
	/* What somebody sent is not for the terminal as it is. */
	if (output_is_terminal(get->cam))
		return complain_usage(
		    "file", _("not to a terminal: redirect it, or see --show"));
	return 0;
}

static int
read_args(struct get *get, const struct args *args)
{
	int64_t timeout_ms = -1;
	int code = args_count(args, 2, -1);

	get->name = args_value(args, "name");
	get->show = args_has(args, "show");
	get->no_wait = args_has(args, "no-wait");
	if (code == 0)
		code = args_seconds(args, "timeout", -1, &timeout_ms);
	get->deadline_ms =
	    timeout_ms < 0 ? -1 : (int64_t)clock_now_ms() + timeout_ms;
	if (code == 0)
		code = read_output(get, args);
	if (code == 0 && get->name != NULL && args->argc > 2)
		code = complain_usage(
		    "file", _("--name is for one file, not for several"));
	if (code == 0 && get->no_wait && (get->to_stdout || get->show))
		code = complain_usage(
		    "file", _("--no-wait excludes --show and -o -"));
	return code;
}

/* -- accepting ---------------------------------------------------------------
 */

/* It is where it was asked for to be, so it need not come again. */
static bool
is_there(const struct get *get, const json_t *object)
{
	const char *path = json_text_at(object, "path");
	size_t len = get->folder != NULL ? strlen(get->folder) : 0;

	if (!offer_is(object, "done") || access(path, R_OK) != 0)
		return false;
	if (get->to_stdout || (get->folder == NULL && get->name == NULL))
		return true;
	return get->name == NULL && strncmp(path, get->folder, len) == 0 &&
	       path[len] == '/' && strchr(path + len + 1, '/') == NULL;
}

/* What is refused is said of the file, which its id does not tell. */
static int
ask_for(struct get *get, const json_t *object, json_t *request)
{
	struct rpc_error error = { 0 };
	json_t *result = NULL;
	char *text = NULL;
	int code = 0, err = rpc_client_call(get->client, RPC_OFFER_ACCEPT,
			  request, -1, &result, &error);

	if (err == 0) {
		following_add(
		    &get->following, json_object_get(result, "offer"));
	} else if (err == CAM_ERR_REQUEST) {
		text = refusal_text(error.message, error.data);
		complain(_("'%s' from %s: %s"), json_text_at(object, "name"),
		    json_text_at(object, "peer"), text);
		code = error.exit;
	} else {
		code = daemon_lost(err);
	}
	free(text);
	rpc_error_finish(&error);
	json_decref(result);
	return code;
}

static int
accept_one(struct get *get, const json_t *object)
{
	json_t *request = NULL;
	int code = 0;

	if (is_there(get, object)) {
		following_add(&get->following, (json_t *)object);
		return 0;
	}
	if (get->to_stdout && get->folder == NULL)
		code = spool_folder(get->cam, &get->folder);
	if (code != 0)
		return code;
	request = json_pack("{s:O,s:b}", "id", json_object_get(object, "id"),
	    "again", offer_has_ended(object));
	if (get->folder != NULL)
		json_object_set_new(request, "dir", json_string(get->folder));
	if (get->name != NULL)
		json_object_set_new(request, "name", json_string(get->name));
	return ask_for(get, object, request);
}

static int
check(const struct get *get, const json_t *object)
{
	if (!offer_is_received(object)) {
		complain(_("'%s' is what you offer yourself"),
		    json_text_at(object, "name"));
		return EXIT_REFUSED;
	}
	if (get->to_stdout && json_text_is(object, "kind", "folder")) {
		complain(_("'%s' is a folder: only files go to stdout"),
		    json_text_at(object, "name"));
		return EXIT_FAILED;
	}
	return 0;
}

/* An id may mean all that a message offers. */
static int
accept_all(struct get *get, const char *id)
{
	json_t *result = NULL, *object;
	size_t i;
	int code = daemon_call(get->cam, get->client, RPC_OFFER_GET,
	    json_pack("{s:s}", "id", id), &result);

	json_array_foreach(json_object_get(result, "offers"), i, object)
	{
		if (code == 0)
			code = check(get, object);
		if (code == 0)
			code = accept_one(get, object);
	}
	json_decref(result);
	return code;
}

/* -- what is done with it ----------------------------------------------------
 */

static int
hand_on(struct get *get, const json_t *object)
{
	const char *path = json_text_at(object, "path");
	int code = 0;

	if (get->to_stdout) {
		code = spool_to_stdout(get->cam, path);
		if (code == 0)
			spool_remove(get->cam, path);
	} else if (get->show) {
		code = picture_show(get->cam, path);
	}
	return code;
}

static int
hand_on_all(struct get *get)
{
	int code = 0;

	for (size_t i = 0; i < get->following.count; i++) {
		const json_t *object = following_object(&get->following, i);

		if (code == 0 && offer_is(object, "done"))
			code = hand_on(get, object);
	}
	return code;
}

static void
say_interrupted(const struct get *get)
{
	if (get->cam->quiet)
		return;
	for (size_t i = 0; i < get->following.count; i++) {
		const json_t *object = following_object(&get->following, i);
		char *id = offer_short_id(object);

		if (!offer_has_ended(object))
			complain(_("no longer waiting; camd goes on fetching "
				   "'%s': 'cam file cancel %s' ends that"),
			    json_text_at(object, "name"), id);
		free(id);
	}
}

static int
wait_for_all(struct get *get)
{
	int code =
	    following_wait(&get->following, get->client, get->deadline_ms);
	int handed = 0;

	if (code == EXIT_INTERRUPTED)
		say_interrupted(get);
	if (code != 0)
		return code;
	handed = hand_on_all(get);
	code = following_exit(&get->following);
	return code != 0 ? code : handed;
}

static void
print_accepted(const struct get *get)
{
	for (size_t i = 0; i < get->following.count; i++) {
		const json_t *object = following_object(&get->following, i);

		if (get->cam->json && !offer_has_ended(object))
			output_json(object);
	}
}

int
file_get(struct cam *cam, struct args *args)
{
	struct get get = { .cam = cam };
	int code = read_args(&get, args), refused = 0;

	if (code == 0)
		code = daemon_connect(cam, &get.client);
	if (code == 0)
		code = following_begin(&get.following, cam, get.client);
	get.following.mute = get.to_stdout;
	/* One that cannot be had does not keep the others from coming. */
	for (int i = 1; i < args->argc && code == 0; i++) {
		int one = accept_all(&get, args->argv[i]);

		refused = refused != 0 ? refused : one;
	}
	if (code == 0 && get.no_wait)
		print_accepted(&get);
	else if (code == 0)
		code = wait_for_all(&get);
	if (code == 0 && refused != 0)
		code = get.following.count > 0 ? EXIT_SOME : refused;
	following_end(&get.following);
	rpc_client_free(get.client);
	free(get.folder);
	return code;
}
