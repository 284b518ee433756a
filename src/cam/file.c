/* file.c: cam file: files and folders offered and fetched. */
#include "cam/file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/offer.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* The answer's offers, as programs and as people read them. */
static void
print_ended(struct cam *cam, const json_t *offers, bool dropped)
{
	json_t *object;
	size_t i;

	json_array_foreach(offers, i, object)
	{
		if (cam->json) {
			output_json(object);
		} else if (dropped && !cam->quiet) {
			output_line(cam, _("'%s': dropped"),
			    json_text_at(object, "name"));
		} else if (!cam->quiet) {
			char *sentence = offer_sentence(object);

			output_line(cam, "%s", sentence);
			free(sentence);
		}
	}
}

/* What can be done goes first; the exit code is that of what cannot. */
static int
end_each(struct cam *cam, struct args *args, const char *method)
{
	struct rpc_client *client = NULL;
	int code = args_count(args, 2, -1);
	int done = 0, failed = 0;

	if (code == 0)
		code = daemon_connect(cam, &client);
	if (code != 0)
		return code;
	for (int i = 1; i < args->argc; i++) {
		json_t *result = NULL;

		code = daemon_call(cam, client, method,
		    json_pack("{s:s}", "id", args->argv[i]), &result);
		if (code == 0)
			print_ended(cam, json_object_get(result, "offers"),
			    strcmp(method, RPC_OFFER_DROP) == 0);
		done += code == 0;
		failed = failed != 0 ? failed : code;
		json_decref(result);
	}
	rpc_client_free(client);
	return failed != 0 && done > 0 ? EXIT_SOME : failed;
}

static int
file_cancel(struct cam *cam, struct args *args)
{
	return end_each(cam, args, RPC_OFFER_CANCEL);
}

static int
file_drop(struct cam *cam, struct args *args)
{
	return end_each(cam, args, RPC_OFFER_DROP);
}

static const struct action {
	const char *name;
	int (*run)(struct cam *cam, struct args *args);
	const char *options; /* that it takes, by blanks */
} actions[] = {
	{ "send", file_send, " wait name fetches no-wait timeout clear " },
	{ "ls", file_ls, "" },
	{ "get", file_get, " output name show timeout no-wait " },
	{ "cancel", file_cancel, "" },
	{ "drop", file_drop, "" },
};

static bool
has_word(const char *words, const char *word)
{
	const char *found = strstr(words, word);
	size_t len = strlen(word);

	/* None of the names is in another one. */
	return found != NULL && found > words && found[-1] == ' ' &&
	       found[len] == ' ';
}

static int
check_options(const struct action *action, const struct args *args)
{
	for (size_t i = 0; i < args->option_count; i++) {
		if (!has_word(action->options, args->options[i].name))
			return complain_usage("file",
			    _("'file %s' takes no --%s"), action->name,
			    args->options[i].name);
	}
	return 0;
}

int
verb_file(struct cam *cam, struct args *args)
{
	int code = args_count(args, 1, -1);

	if (code != 0)
		return code;
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		if (strcmp(actions[i].name, args->argv[0]) != 0)
			continue;
		code = check_options(&actions[i], args);
		return code != 0 ? code : actions[i].run(cam, args);
	}
	return complain_usage(
	    "file", _("'file %s' is nothing that can be done"), args->argv[0]);
}
