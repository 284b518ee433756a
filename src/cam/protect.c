/* protect.c: cam key protect, unprotect and unlock: the passphrase of the keys.
 */
#include "cam/protect.h"

#include <string.h>
#include <sys/resource.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/output.h"
#include "cam/passphrase.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* old: it needs the passphrase there is, where there is one; then passphrase
 * is the new one. */
static const struct action {
	const char *name;
	const char *method;
	bool old, passphrase;
} actions[] = {
	{ "protect", RPC_KEY_PROTECT, true, true },
	{ "unprotect", RPC_KEY_UNPROTECT, true, false },
	{ "unlock", RPC_KEY_UNLOCK, false, true },
};

static const struct action *
find_action(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	}
	return NULL;
}

const char *
protect_text(const char *protection)
{
	return strcmp(protection, "passphrase") == 0
		   ? _("protected by a passphrase")
		   : _("protected by file permissions only");
}

static void
print(struct cam *cam, const json_t *result)
{
	const char *protection =
	    json_string_value(json_object_get(result, "protection"));

	if (cam->json)
		output_json(result);
	else if (!cam->quiet && protection != NULL)
		output_line(cam, "%s", protect_text(protection));
}

/* Puts it into params under that name. */
static int
ask_for(const struct args *args, const struct passphrase_source *source,
    const char *name, json_t *params)
{
	struct buf passphrase;
	int code;

	buf_init(&passphrase, PASSPHRASE_MAX);
	code = passphrase_get(args, source, &passphrase);
	if (code == 0)
		json_object_set_new(params, name,
		    json_stringn(
			(const char *)passphrase.data, passphrase.len));
	buf_wipe(&passphrase);
	return code;
}

/* What camd refuses anyway, its keys being locked, needs no question. */
struct state {
	bool is_on, is_locked;
};

static bool
says(const json_t *status, const char *name, const char *value)
{
	const char *text = json_string_value(json_object_get(status, name));

	return text != NULL && strcmp(text, value) == 0;
}

static int
ask_all(const struct args *args, const struct action *action,
    const struct state *state, json_t *params)
{
	const struct passphrase_source old = { "old-passphrase-file",
		_("passphrase until now:"), false };
	const struct passphrase_source new = { "passphrase-file",
		_("passphrase for the keys:"), true };
	const struct passphrase_source known = { "passphrase-file",
		_("passphrase of the keys:"), false };
	int code = 0;

	if (action->old && !state->is_on && args_has(args, old.option))
		return complain_usage("key", _("the keys have no passphrase"));
	if (action->old && state->is_on && !state->is_locked)
		code = ask_for(args, &old, "old", params);
	if (code == 0 && action->passphrase)
		code = ask_for(
		    args, action->old ? &new : &known, "passphrase", params);
	return code;
}

static int
find_out(struct cam *cam, struct state *state)
{
	json_t *status = NULL;
	int code = daemon_ask(cam, RPC_STATUS, NULL, &status);

	if (code != 0)
		return code;
	state->is_on = says(status, "protection", "passphrase");
	state->is_locked = says(status, "state", "locked");
	json_decref(status);
	return 0;
}

static int
run_asking(struct cam *cam, const struct args *args,
    const struct action *action, json_t **result)
{
	const struct rlimit none = { 0, 0 };
	json_t *params = json_object();
	struct state state = { false, false };
	int code;

	(void)setrlimit(RLIMIT_CORE, &none);
	json_wipe_freed();
	code = find_out(cam, &state);
	if (code == 0)
		code = ask_all(args, action, &state, params);
	if (code != 0) {
		json_decref(params);
		return code;
	}
	return daemon_ask(cam, action->method, params, result);
}

int
protect_run(struct cam *cam, const struct args *args)
{
	const struct action *action = find_action(args->argv[0]);
	json_t *result = NULL;
	int code;

	if (action == NULL)
		return complain_usage("key",
		    _("'key %s' is nothing that can be done"), args->argv[0]);
	if ((!action->passphrase && args_has(args, "passphrase-file")) ||
	    (!action->old && args_has(args, "old-passphrase-file")))
		return complain_usage("key",
		    _("'key %s' needs no such passphrase"), action->name);
	code = run_asking(cam, args, action, &result);
	if (code != 0)
		return code;
	print(cam, result);
	json_decref(result);
	return 0;
}
