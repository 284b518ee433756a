/* ls.c: cam ls: who is there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/daemon.h"
#include "cam/output.h"
#include "cam/roster.h"
#include "cam/verbs.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* Changes that come together are drawn together. */
enum { LS_SETTLE_MS = 50 };

struct list {
	struct cam *cam;
	struct rpc_client *client;
	struct roster_order order;
	bool all;
	bool refresh;
};

static enum style
style_of(const char *state)
{
	if (strcmp(state, "online") == 0)
		return STYLE_GOOD;
	return strcmp(state, "away") == 0 ? STYLE_WARN : STYLE_DIM;
}

/* What holds when a message is sent to him now, weakest things loudest. */
static void
add_protection(struct columns *columns, const json_t *user)
{
	const char *encryption = json_text_at(user, "encryption");
	bool verified = json_is_true(json_object_get(user, "verified"));
	bool by_organisation =
	    json_text_is(user, "verified_by", "organisation");

	if (json_is_true(json_object_get(user, "blocked")))
		columns_cell(columns, STYLE_BAD, _("KEY CHANGED: cam verify"));
	else if (json_true_at(user, "foreign"))
		columns_cell(columns, STYLE_BAD, _("FOREIGN KEYS: cam verify"));
	else if (strcmp(encryption, "cam1") == 0)
		columns_cell(columns, verified ? STYLE_GOOD : STYLE_PLAIN,
		    by_organisation ? _("cam/1, by organisation")
		    : verified	    ? _("cam/1, verified")
				    : _("cam/1"));
	else if (strcmp(encryption, "rsa2048-aes256") == 0)
		columns_cell(columns, STYLE_PLAIN,
		    verified ? _("RSA-2048, verified") : _("RSA-2048"));
	else if (strcmp(encryption, "rsa1024-blowfish128") == 0)
		columns_cell(columns, STYLE_WARN, _("RSA-1024, weak"));
	else if (strcmp(encryption, "none") == 0)
		columns_cell(columns, STYLE_WARN, _("not encrypted"));
	else
		columns_cell(columns, STYLE_DIM, encryption);
}

static void
add_heading(struct columns *columns, bool verbose)
{
	columns_heading(columns, _("USER"));
	columns_heading(columns, _("NAME"));
	columns_heading(columns, _("GROUP"));
	columns_heading(columns, _("STATE"));
	columns_heading(columns, _("ADDRESS"));
	columns_heading(columns, _("PROTECTION"));
	if (verbose) {
		columns_heading(columns, _("PROGRAM"));
		columns_heading(columns, _("FINGERPRINT"));
		columns_heading(columns, _("SEEN"));
	}
	columns_heading(columns, _("AWAY"));
	columns_end_row(columns);
}

static void
add_user(struct columns *columns, const json_t *user, bool verbose)
{
	const char *state = json_text_at(user, "state");
	const char *name = json_text_at(user, "name");
	bool offline = strcmp(state, "offline") == 0;

	columns_cell(columns, offline ? STYLE_DIM : STYLE_BOLD,
	    json_text_at(user, "id"));
	columns_cell(columns, STYLE_PLAIN,
	    name[0] != '\0' ? name : json_text_at(user, "nick"));
	columns_cell(columns, STYLE_PLAIN, json_text_at(user, "group"));
	columns_cell(columns, style_of(state), state);
	columns_cell(columns, STYLE_DIM, json_text_at(user, "addr"));
	add_protection(columns, user);
	if (verbose) {
		columns_cell(columns, STYLE_DIM, json_text_at(user, "client"));
		columns_cell(
		    columns, STYLE_DIM, json_text_at(user, "fingerprint"));
		columns_cell(columns, STYLE_DIM, json_text_at(user, "seen"));
	}
	columns_cell(columns, STYLE_PLAIN, json_text_at(user, "away"));
	columns_end_row(columns);
}

static void
print(const struct list *list, const json_t *users)
{
	struct columns *columns;
	const json_t *user;
	size_t i;

	if (list->cam->json) {
		json_array_foreach(users, i, user) output_json(user);
		return;
	}
	columns = columns_new(list->cam);
	add_heading(columns, list->cam->verbose);
	json_array_foreach(users, i, user)
	    add_user(columns, user, list->cam->verbose);
	columns_print(columns);
	columns_free(columns);
	fflush(stdout);
}

static int
fetch_and_print(struct list *list, bool clear)
{
	json_t *users = NULL;
	int code = roster_fetch(
	    list->cam, list->client, list->all, list->refresh, &users);

	if (code != 0)
		return code;
	list->refresh = false;
	roster_sort(users, &list->order);
	if (clear)
		fputs("\033[H\033[2J", stdout);
	print(list, users);
	json_decref(users);
	return 0;
}

/* A changed user as an entry of the list. */
static void
print_change(const struct list *list, json_t *event)
{
	json_t *user = json_object_get(event, "user");
	json_t *users = json_array();

	if (user != NULL &&
	    (list->all || !json_is_true(json_object_get(user, "hidden"))))
		json_array_append(users, user);
	print(list, users);
	json_decref(users);
}

static int
next_change(struct list *list, int64_t deadline_ms, json_t **event)
{
	const char *name = NULL;

	return daemon_next(list->cam, list->client, deadline_ms, &name, event);
}

/* A screen is drawn anew; elsewhere each change is one more line. */
static int
follow(struct list *list)
{
	bool screen = output_is_terminal(list->cam) && !list->cam->json;
	int code = daemon_subscribe(list->cam, list->client, "user");

	if (code == 0)
		code = fetch_and_print(list, screen);
	while (code == 0) {
		json_t *event = NULL;

		code = next_change(list, -1, &event);
		if (code == 0 && !screen)
			print_change(list, event);
		json_decref(event);
		while (code == 0 && screen) {
			event = NULL;
			code = next_change(list,
			    (int64_t)clock_now_ms() + LS_SETTLE_MS, &event);
			json_decref(event);
		}
		if (screen && code == EXIT_UNCONFIRMED)
			code = fetch_and_print(list, true);
	}
	return code;
}

int
verb_ls(struct cam *cam, struct args *args)
{
	struct list list = {
		.cam = cam,
		.all = args_has(args, "all"),
		.refresh = args_has(args, "refresh"),
	};
	int code = args_count(args, 0, 0);

	if (code == 0)
		code =
		    roster_order_parse(args_value(args, "sort"), &list.order);
	if (code == 0)
		code = daemon_connect(cam, &list.client);
	if (code == 0)
		code = args_has(args, "watch") ? follow(&list)
					       : fetch_and_print(&list, false);
	rpc_client_free(list.client);
	return code;
}
