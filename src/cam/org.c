/* org.c: cam org: join an organisation, see it, leave it. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/json.h"
#include "rpc/names.h"

static const char *
state_text(const char *state)
{
	if (strcmp(state, "joined") == 0)
		return _("member");
	if (strcmp(state, "waiting") == 0)
		return _("waiting for approval");
	if (strcmp(state, "removed") == 0)
		return _("removed by its administrators");
	return _("none: 'cam org join CODE' joins one");
}

static void
print_server(struct columns *columns, const json_t *org)
{
	bool connected = json_is_true(json_object_get(org, "connected"));
	const char *problem = json_text_at(org, "problem");

	columns_line(columns, _("server"), connected ? STYLE_GOOD : STYLE_WARN,
	    xasprintf("%s  %s%s%s", json_text_at(org, "server"),
		connected ? _("connected") : _("not connected"),
		problem[0] != '\0' ? ": " : "", problem));
}

static void
print(struct cam *cam, const json_t *org)
{
	struct columns *columns = columns_new(cam);
	const char *state = json_text_at(org, "state");
	const char *alarm = json_text_at(org, "alarm");
	bool good = strcmp(state, "joined") == 0 && alarm[0] == '\0';

	if (strcmp(state, "none") != 0)
		columns_line(columns, _("organisation"), STYLE_BOLD,
		    xstrdup(json_text_at(org, "organisation")));
	columns_line(columns, _("state"), good ? STYLE_GOOD : STYLE_WARN,
	    xstrdup(state_text(state)));
	if (alarm[0] != '\0')
		columns_line(columns, _("alarm"), STYLE_BAD,
		    xstrdup(strcmp(alarm, "split") == 0
				? _("the server shows others another "
				    "directory: nobody is verified by it")
				: _("the server shows an older directory than "
				    "before: nobody is verified by it")));
	if (strcmp(state, "none") != 0) {
		columns_line(columns, _("your name"), STYLE_PLAIN,
		    xstrdup(json_text_at(org, "name")));
		print_server(columns, org);
		columns_line(columns, _("members"), STYLE_PLAIN,
		    xasprintf("%ld", (long)json_integer_value(
					 json_object_get(org, "members"))));
		columns_line(columns, _("root"), STYLE_PLAIN,
		    xstrdup(json_text_at(org, "pin")));
	}
	columns_print(columns);
	columns_free(columns);
}

static int
read_action(const struct args *args, const char **method, json_t **params)
{
	const char *action = args->argv[0];
	bool join = strcmp(action, "join") == 0;

	if (join && args->argc < 2)
		return complain_usage("org", _("'org join' needs a code"));
	if (args->argc > (join ? 2 : 1))
		return complain_usage("org", _("'%s' is one word too many"),
		    args->argv[join ? 2 : 1]);
	if (join)
		*method = RPC_ORG_JOIN;
	else if (strcmp(action, "status") == 0)
		*method = RPC_ORG_STATUS;
	else if (strcmp(action, "leave") == 0)
		*method = RPC_ORG_LEAVE;
	else
		return complain_usage(
		    "org", _("'org %s' is nothing that can be done"), action);
	if (join)
		*params = json_pack("{s:s}", "code", args->argv[1]);
	return 0;
}

int
verb_org(struct cam *cam, struct args *args)
{
	const char *method = RPC_ORG_STATUS;
	json_t *params = NULL, *result = NULL;
	int code = args_count(args, 1, -1);

	if (code == 0)
		code = read_action(args, &method, &params);
	if (code == 0)
		code = daemon_ask(cam, method, params, &result);
	if (code != 0)
		return code;
	if (cam->json)
		output_json(result);
	else if (!cam->quiet)
		print(cam, result);
	json_decref(result);
	return 0;
}
