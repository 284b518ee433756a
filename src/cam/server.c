/* server.c: cam server: administers the camserver of this machine. */
#include "cam/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/complain.h"
#include "cam/output.h"
#include "cam/refusal.h"
#include "cam/verbs.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/serverhome.h"

/* The greatest table takes a few seconds; a server that is well answers at
 * once.
 */
enum { ANSWER_MS = 60 * 1000 };

/* -- the way ------------------------------------------------------------------
 */

static const char *
home_of(const struct cam *cam)
{
	/* CAM_HOME is where a user's own things are. */
	return cam->named_home != NULL ? cam->named_home : SERVER_HOME;
}

static int
connect_home(const char *home, struct rpc_client **client)
{
	char *socket = NULL;
	uid_t owner;
	int err = serverhome_find(home, &socket, &owner);

	if (err == 0)
		err =
		    rpc_client_connect_to(socket, owner, "cam server", client);
	free(socket);
	return err;
}

static int
say_unreachable(const char *home, int err)
{
	bool refused =
	    err == CAM_ERR_UNSAFE || err == CAM_ERR_REFUSED ||
	    err == CAM_ERR_CLOSED ||
	    (err == CAM_ERR_SYSTEM && (errno == EACCES || errno == EPERM));
	char *text = serverhome_problem(home, err);

	complain("%s", text);
	free(text);
	return refused ? EXIT_REFUSED : EXIT_UNREACHABLE;
}

int
server_connect_quietly(struct cam *cam, struct rpc_client **client)
{
	return connect_home(home_of(cam), client);
}

int
server_connect(struct cam *cam, struct rpc_client **client)
{
	int err = server_connect_quietly(cam, client);

	return err == 0 ? 0 : say_unreachable(home_of(cam), err);
}

int
server_call(struct cam *cam, struct rpc_client *client, const char *method,
    json_t *params, json_t **result)
{
	struct rpc_error error = { 0 };
	int err =
	    rpc_client_call(client, method, params, ANSWER_MS, result, &error);
	int code = 0;

	if (err == CAM_ERR_REQUEST)
		code = refusal_say(&error);
	else if (err == CAM_ERR_LIMIT)
		code = complain_usage("server", _("that is too much at once"));
	else if (err == CAM_ERR_TIMEOUT) {
		complain(_("camserver does not answer"));
		code = EXIT_UNCONFIRMED;
	} else if (err == CAM_ERR_CLOSED) {
		complain(_("camserver has gone before it answered"));
		code = EXIT_UNREACHABLE;
	} else if (err != 0)
		code = say_unreachable(home_of(cam), err);
	rpc_error_finish(&error);
	return code;
}

int
server_ask(struct cam *cam, const char *method, json_t *params, json_t **result)
{
	struct rpc_client *client = NULL;
	int code = server_connect(cam, &client);

	if (code == 0)
		code = server_call(cam, client, method, params, result);
	else
		json_decref(params);
	rpc_client_free(client);
	return code;
}

int
server_each_member(struct cam *cam, const char *state,
    void (*each)(const json_t *member, void *arg), void *arg)
{
	struct rpc_client *client = NULL;
	json_t *after = json_null();
	int code = server_connect(cam, &client);

	while (code == 0) {
		json_t *result = NULL, *member;
		size_t i;

		code = server_call(cam, client, RPC_MEMBER_LIST,
		    json_pack("{s:O, s:s?}", "after", after, "state", state),
		    &result);
		json_array_foreach(json_object_get(result, "members"), i,
		    member) each(member, arg);
		json_decref(after);
		after = json_incref(json_object_get(result, "next"));
		json_decref(result);
		if (!json_is_string(after))
			break;
	}
	json_decref(after);
	rpc_client_free(client);
	return code;
}

/* -- what it says -------------------------------------------------------------
 */

const char *
server_time(const json_t *object, const char *name, char text[SERVER_TIME_SIZE])
{
	char *middle = NULL;

	snprintf(text, SERVER_TIME_SIZE, "%.16s", json_text_at(object, name));
	middle = strchr(text, 'T');
	if (middle != NULL)
		*middle = ' ';
	return text;
}

/* -- status -------------------------------------------------------------------
 */

/* One line of the list; takes text. */
static void
line(struct columns *columns, const char *name, char *text)
{
	columns_cell(columns, STYLE_DIM, name);
	columns_cell(columns, STYLE_PLAIN, text);
	columns_end_row(columns);
	free(text);
}

static long
number(const json_t *object, const char *name)
{
	return (long)json_integer_value(json_object_get(object, name));
}

static void
print_status(struct cam *cam, const json_t *status)
{
	const json_t *members = json_object_get(status, "members");
	struct columns *columns = columns_new(cam);
	char since[SERVER_TIME_SIZE];

	line(columns, _("organisation"),
	    xstrdup(json_text_at(status, "organisation")));
	line(columns, _("root"), xstrdup(json_text_at(status, "pin")));
	line(columns, _("members"),
	    xasprintf(_("%ld joined, %ld waiting for approval, %ld invited"),
		number(members, "joined"), number(members, "waiting"),
		number(members, "invited")));
	line(columns, _("connected"),
	    xasprintf(_("%ld of them, %ld users of IPMSG programs"),
		number(status, "links"), number(status, "ipmsg_users")));
	line(columns, _("files"),
	    xasprintf(_("%ld on their way between members, %ld held for who "
			"is away"),
		number(status, "transfers"), number(status, "held")));
	line(columns, "camserver",
	    xasprintf(_("%s, process %ld, since %s"),
		json_text_at(status, "version"), number(status, "pid"),
		server_time(status, "started", since)));
	columns_print(columns);
	columns_free(columns);
}

static int
server_status(struct cam *cam, struct args *args)
{
	json_t *result = NULL;
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = server_ask(cam, RPC_SERVER_STATUS, NULL, &result);
	if (code == 0 && cam->json)
		output_json(result);
	else if (code == 0)
		print_status(cam, result);
	json_decref(result);
	return code;
}

/* -- the verb -----------------------------------------------------------------
 */

static const struct action {
	const char *name;
	int (*run)(struct cam *cam, struct args *args);
} actions[] = {
	{ "status", server_status },
	{ "users", server_users },
	{ "groups", server_groups },
	{ "invite", server_invite },
	{ "approve", server_approve },
	{ "remove", server_remove },
	{ "limits", server_limits },
	{ "policy", server_policy },
	{ "queue", server_queue },
	{ "log", server_log },
	{ "metrics", server_metrics },
};

int
verb_server(struct cam *cam, struct args *args)
{
	int code = args_count(args, 1, -1);

	if (code != 0)
		return code;
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		if (strcmp(actions[i].name, args->argv[0]) == 0)
			return actions[i].run(cam, args);
	}
	return complain_usage("server",
	    _("'server %s' is nothing that can be done"), args->argv[0]);
}
