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

static const struct action {
	const char *name;
	const char *method;
	bool asks, twice;
} actions[] = {
	{ "protect", RPC_KEY_PROTECT, true, true },
	{ "unprotect", RPC_KEY_UNPROTECT, false, false },
	{ "unlock", RPC_KEY_UNLOCK, true, false },
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

static int
run_asking(struct cam *cam, const struct args *args,
    const struct action *action, json_t **result)
{
	const struct rlimit none = { 0, 0 };
	struct buf passphrase;
	json_t *params = NULL;
	int code;

	(void)setrlimit(RLIMIT_CORE, &none);
	json_wipe_freed();
	buf_init(&passphrase, PASSPHRASE_MAX);
	code = passphrase_get(cam, args, action->twice, &passphrase);
	if (code == 0) {
		params = json_object();
		json_object_set_new(params, "passphrase",
		    json_stringn(
			(const char *)passphrase.data, passphrase.len));
	}
	buf_wipe(&passphrase);
	return code != 0 ? code
			 : daemon_ask(cam, action->method, params, result);
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
	if (!action->asks && args_has(args, "passphrase-file"))
		return complain_usage(
		    "key", _("'key %s' needs no passphrase"), action->name);
	code = action->asks ? run_asking(cam, args, action, &result)
			    : daemon_ask(cam, action->method, NULL, &result);
	if (code != 0)
		return code;
	print(cam, result);
	json_decref(result);
	return 0;
}
