/* status.c: cam status: what runs. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/daemon.h"
#include "cam/protect.h"
#include "cam/verbs.h"
#include "rpc/json.h"
#include "rpc/names.h"

static long
number(const json_t *object, const char *name)
{
	return (long)json_integer_value(json_object_get(object, name));
}

static char *
addresses_of(const json_t *status)
{
	const json_t *address;
	struct buf text;
	size_t i;

	buf_init(&text, LIMIT_RPC_LINE);
	buf_put_text(&text, "");
	json_array_foreach(json_object_get(status, "addresses"), i, address)
	    buf_printf(&text, "%s%s", i > 0 ? " " : "",
		json_string_value(address) != NULL ? json_string_value(address)
						   : "");
	return buf_steal_text(&text);
}

/* "calls off, files receive": what is not left to us. */
static void
add_policy(struct columns *columns, const json_t *policy)
{
	const char *key;
	const json_t *value;
	struct buf text;

	buf_init(&text, LIMIT_RPC_LINE);
	json_object_foreach((json_t *)policy, key, value) buf_printf(&text,
	    "%s%s %s", text.len > 0 ? ", " : "", key,
	    json_string_value(value) != NULL ? json_string_value(value) : "");
	if (text.len > 0)
		columns_line(
		    columns, _("policy"), STYLE_WARN, buf_steal_text(&text));
	buf_finish(&text);
}

static void
add_camd(struct cam *cam, struct columns *columns, const json_t *status)
{
	const char *protection = json_text_at(status, "protection");

	columns_line(columns, _("keys"),
	    strcmp(protection, "passphrase") == 0 ? STYLE_GOOD : STYLE_PLAIN,
	    xstrdup(protect_text(protection)));
	columns_line(columns, "camd", STYLE_PLAIN,
	    xasprintf(_("%s, process %ld, since %.19s"),
		json_text_at(status, "version"), number(status, "pid"),
		json_text_at(status, "started")));
	if (cam->verbose) {
		columns_line(columns, _("data"), STYLE_PLAIN,
		    xstrdup(json_text_at(status, "data")));
		columns_line(columns, _("socket"), STYLE_PLAIN,
		    xstrdup(json_text_at(status, "socket")));
	}
}

static void
print_locked(struct cam *cam, const json_t *status)
{
	struct columns *columns = columns_new(cam);

	columns_line(columns, _("state"), STYLE_WARN,
	    xstrdup(_("locked: 'cam key unlock' opens the keys")));
	add_camd(cam, columns, status);
	columns_print(columns);
	columns_free(columns);
}

static void
print(struct cam *cam, const json_t *status)
{
	const json_t *users = json_object_get(status, "users");
	struct columns *columns = columns_new(cam);
	bool away = json_text_is(status, "state", "away");
	char *addresses = addresses_of(status);

	columns_line(columns, _("user"), STYLE_BOLD,
	    xasprintf("%s  %s  %s", json_text_at(status, "id"),
		json_text_at(status, "nick"), json_text_at(status, "group")));
	columns_line(columns, _("state"), away ? STYLE_WARN : STYLE_GOOD,
	    xasprintf("%s%s%s", away ? _("away") : _("online"),
		json_text_at(status, "away")[0] != '\0' ? ": " : "",
		json_text_at(status, "away")));
	columns_line(columns, _("network"), STYLE_PLAIN,
	    xasprintf(_("%s port %ld"), addresses != NULL ? addresses : "",
		number(status, "port")));
	columns_line(columns, _("users"), STYLE_PLAIN,
	    xasprintf(_("%ld online, %ld away, %ld offline"),
		number(users, "online"), number(users, "away"),
		number(users, "offline")));
	columns_line(columns, _("messages"), STYLE_PLAIN,
	    xasprintf(_("%ld unread, %ld waiting to be delivered"),
		number(status, "unread"), number(status, "queued")));
	columns_line(columns, _("links"), STYLE_PLAIN,
	    xasprintf(_("%ld to other camd"), number(status, "links")));
	add_policy(columns, json_object_get(status, "policy"));
	if (cam->verbose)
		columns_line(columns, _("device"), STYLE_PLAIN,
		    xstrdup(json_text_at(status, "device")));
	add_camd(cam, columns, status);
	columns_print(columns);
	columns_free(columns);
	free(addresses);
}

int
verb_status(struct cam *cam, struct args *args)
{
	json_t *result = NULL;
	int code = args_count(args, 0, 0);

	if (code == 0)
		code = daemon_ask(cam, RPC_STATUS, NULL, &result);
	if (code != 0)
		return code;
	if (cam->json)
		output_json(result);
	else if (json_text_is(result, "state", "locked"))
		print_locked(cam, result);
	else
		print(cam, result);
	json_decref(result);
	return 0;
}
