/* server_user.c: cam server users, groups, invite, approve and remove. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/complain.h"
#include "cam/output.h"
#include "cam/server.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* -- users --------------------------------------------------------------------
 */

struct listing {
	struct cam *cam;
	struct columns *columns;
	bool all; /* who was removed, too */
	bool headed;
};

static void
add_headings(struct columns *columns)
{
	columns_heading(columns, _("NAME"));
	columns_heading(columns, _("NICK"));
	columns_heading(columns, _("GROUP"));
	columns_heading(columns, _("STATE"));
	columns_heading(columns, _("SEEN"));
	columns_end_row(columns);
}

static enum style
style_of(const char *state)
{
	if (strcmp(state, "waiting") == 0)
		return STYLE_WARN;
	return strcmp(state, "joined") == 0 ? STYLE_GOOD : STYLE_DIM;
}

static void
list_member(const json_t *member, void *arg)
{
	struct listing *listing = arg;
	const char *state = json_text_at(member, "state");
	char seen[SERVER_TIME_SIZE];

	if (!listing->all && strcmp(state, "removed") == 0)
		return;
	if (listing->cam->json) {
		output_json(member);
		return;
	}
	if (!listing->headed)
		add_headings(listing->columns);
	listing->headed = true;
	columns_cell(
	    listing->columns, STYLE_BOLD, json_text_at(member, "name"));
	columns_cell(
	    listing->columns, STYLE_PLAIN, json_text_at(member, "nick"));
	columns_cell(
	    listing->columns, STYLE_PLAIN, json_text_at(member, "group"));
	columns_cell(listing->columns, style_of(state), state);
	columns_cell(
	    listing->columns, STYLE_PLAIN, server_time(member, "seen", seen));
	columns_end_row(listing->columns);
}

static int
list_users(struct cam *cam, const char *state, bool all)
{
	struct listing listing = {
		.cam = cam, .columns = columns_new(cam), .all = all
	};
	int code = server_each_member(cam, state, list_member, &listing);

	columns_print(listing.columns);
	columns_free(listing.columns);
	return code;
}

static json_t *
names_of(struct args *args, const char *name)
{
	return json_pack("{s:s, s:s?, s:s?}", "name", name, "nick",
	    args_value(args, "nick"), "group", args_value(args, "group"));
}

static int
set_user(struct cam *cam, struct args *args)
{
	json_t *result = NULL;
	int code = args_count(args, 3, 3);

	if (code == 0)
		code = server_ask(cam, RPC_MEMBER_CHANGE,
		    names_of(args, args->argv[2]), &result);
	if (code == 0 && cam->json)
		output_json(json_object_get(result, "member"));
	json_decref(result);
	return code;
}

int
server_users(struct cam *cam, struct args *args)
{
	const char *action = args->argc > 1 ? args->argv[1] : "ls";
	const char *state = args_value(args, "state");
	bool all = args_has(args, "all") || state != NULL;

	if (strcmp(action, "import") == 0)
		return server_import(cam, args);
	if (strcmp(action, "set") == 0)
		return set_user(cam, args);
	if (strcmp(action, "ls") != 0 || args->argc > 2)
		return complain_usage("server",
		    _("'server users %s' is nothing that can be done"),
		    args->argv[args->argc - 1]);
	return args_has(args, "csv") ? server_export(cam, state, all)
				     : list_users(cam, state, all);
}

/* -- groups -------------------------------------------------------------------
 */

/* "Sales/North": {members: in it alone, total: below it, too} */
struct group_row {
	const char *path;
	const json_t *counts;
};

static void
count_in(json_t *groups, const char *path, size_t len, bool itself)
{
	char *name = xasprintf("%.*s", (int)len, path);
	json_t *counts = json_object_get(groups, name);

	if (counts == NULL) {
		counts = json_pack("{s:i, s:i}", "members", 0, "total", 0);
		json_object_set_new(groups, name, counts);
	}
	if (itself)
		json_object_set_new(counts, "members",
		    json_integer(1 + json_integer_value(
					 json_object_get(counts, "members"))));
	json_object_set_new(counts, "total",
	    json_integer(
		1 + json_integer_value(json_object_get(counts, "total"))));
	free(name);
}

static void
count_member(const json_t *member, void *arg)
{
	const char *group = json_text_at(member, "group");
	size_t len = strlen(group);

	if (json_text_is(member, "state", "removed"))
		return;
	for (size_t i = 0; i < len; i++) {
		if (group[i] == '/')
			count_in(arg, group, i, false);
	}
	count_in(arg, group, len, true);
}

/* What is below a group stands behind it, before its neighbours. */
static int
compare_groups(const void *a, const void *b)
{
	const unsigned char *one =
	    (const void *)((const struct group_row *)a)->path;
	const unsigned char *two =
	    (const void *)((const struct group_row *)b)->path;

	while (*one != '\0' && *one == *two)
		one++, two++;
	return (*one == '/' ? 1 : *one) - (*two == '/' ? 1 : *two);
}

static void
print_group(
    struct cam *cam, struct columns *columns, const struct group_row *row)
{
	const char *last = strrchr(row->path, '/');
	char counts[2][24];
	char *name = NULL;
	int depth = 0;

	for (const char *at = row->path; *at != '\0'; at++)
		depth += *at == '/';
	if (row->path[0] == '\0')
		name = xstrdup(_("(no group)"));
	else if (output_is_terminal(cam))
		name = xasprintf("%*s%s", 2 * depth, "",
		    last != NULL ? last + 1 : row->path);
	else
		name = xstrdup(row->path);
	snprintf(counts[0], sizeof counts[0], "%lld",
	    (long long)json_integer_value(
		json_object_get(row->counts, "members")));
	snprintf(counts[1], sizeof counts[1], "%lld",
	    (long long)json_integer_value(
		json_object_get(row->counts, "total")));
	columns_cell(columns, STYLE_BOLD, name);
	columns_cell(columns, STYLE_PLAIN, counts[0]);
	columns_cell(columns, STYLE_PLAIN, counts[1]);
	columns_end_row(columns);
	free(name);
}

static void
print_groups(struct cam *cam, json_t *groups)
{
	size_t count = json_object_size(groups), i = 0;
	struct group_row *rows = xcalloc(count + 1, sizeof *rows);
	struct columns *columns = columns_new(cam);
	const char *path;
	json_t *counts;

	json_object_foreach(groups, path, counts) rows[i++] =
	    (struct group_row){ path, counts };
	qsort(rows, count, sizeof *rows, compare_groups);
	if (!cam->json && count > 0) {
		columns_heading(columns, _("GROUP"));
		columns_heading(columns, _("MEMBERS"));
		columns_heading(columns, _("WITH ALL BELOW"));
		columns_end_row(columns);
	}
	for (i = 0; i < count; i++) {
		json_t *object = NULL;

		if (!cam->json) {
			print_group(cam, columns, &rows[i]);
			continue;
		}
		object = json_pack("{s:s}", "group", rows[i].path);
		json_object_update_missing(object, (json_t *)rows[i].counts);
		output_json(object);
		json_decref(object);
	}
	columns_print(columns);
	columns_free(columns);
	free(rows);
}

int
server_groups(struct cam *cam, struct args *args)
{
	json_t *groups = json_object();
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = server_each_member(cam, NULL, count_member, groups);
	if (code == 0)
		print_groups(cam, groups);
	json_decref(groups);
	return code;
}

/* -- invite, approve, remove --------------------------------------------------
 */

static void
print_invitation(struct cam *cam, const json_t *result)
{
	const json_t *member = json_object_get(result, "member");
	char until[SERVER_TIME_SIZE];

	if (!output_is_terminal(cam)) {
		output_line(cam, "%s", json_text_at(result, "code"));
		return;
	}
	output_line(cam, _("%s may join until %s, once, by"),
	    json_text_at(member, "name"),
	    server_time(member, "expires", until));
	output_line(cam, "  cam org join %s", json_text_at(result, "code"));
}

int
server_invite(struct cam *cam, struct args *args)
{
	json_t *result = NULL;
	int code = args_count(args, 2, 2);

	if (code == 0)
		code = server_ask(cam, RPC_MEMBER_INVITE,
		    names_of(args, args->argv[1]), &result);
	if (code == 0 && cam->json) {
		json_object_update_missing(
		    result, json_object_get(result, "member"));
		json_object_del(result, "member");
		output_json(result);
	} else if (code == 0) {
		print_invitation(cam, result);
	}
	json_decref(result);
	return code;
}

/* One after the other: as when several are written to, what came of it says how
 * many it was. */
static int
for_each_name(struct cam *cam, struct args *args, const char *method)
{
	struct rpc_client *client = NULL;
	int code = args_count(args, 2, -1), failed = 0, failures = 0;

	if (code == 0)
		code = server_connect(cam, &client);
	for (int i = 1; i < args->argc && code == 0; i++) {
		json_t *result = NULL;
		int one = server_call(cam, client, method,
		    json_pack("{s:s}", "name", args->argv[i]), &result);

		if (one != 0 && failures++ == 0)
			failed = one;
		if (one == 0 && cam->json)
			output_json(json_object_get(result, "member"));
		json_decref(result);
	}
	rpc_client_free(client);
	if (code == 0 && failures > 0)
		code = failures < args->argc - 1 ? EXIT_SOME : failed;
	return code;
}

int
server_approve(struct cam *cam, struct args *args)
{
	return for_each_name(cam, args, RPC_MEMBER_APPROVE);
}

int
server_remove(struct cam *cam, struct args *args)
{
	return for_each_name(cam, args, RPC_MEMBER_REMOVE);
}
