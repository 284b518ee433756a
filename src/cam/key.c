/* key.c: cam key: one's own fingerprint, to be compared by voice or on paper.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/groups.h"
#include "cam/output.h"
#include "cam/protect.h"
#include "cam/qr.h"
#include "cam/verbs.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { KEY_GROUP = 4, KEY_LINE = 8, KEY_TEXT_MAX = 256 };

/* The key that others see, or NULL. */
static const json_t *
current_key(const json_t *result)
{
	const json_t *key;
	size_t i;

	json_array_foreach(json_object_get(result, "keys"), i, key)
	{
		if (json_is_true(json_object_get(key, "current")))
			return key;
	}
	return NULL;
}

/* "0fc6 d781 6a2a 2f8d" */
static void
group(const char *fingerprint, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; fingerprint[i] != '\0' && used + 2 < size; i++) {
		if (i > 0 && i % KEY_GROUP == 0)
			text[used++] = ' ';
		text[used++] = fingerprint[i];
	}
	text[used] = '\0';
}

/* Capitals take less room in the code. */
static void
print_code(struct cam *cam, const char *key)
{
	char text[KEY_TEXT_MAX];
	size_t i, used = (size_t)snprintf(text, sizeof(text), "CAM1:");

	for (i = 0; key[i] != '\0' && used + 1 < sizeof(text); i++)
		text[used++] = key[i] >= 'a' && key[i] <= 'z'
				   ? (char)(key[i] - 'a' + 'A')
				   : key[i];
	text[used] = '\0';
	qr_print_text(cam, text);
}

static void
print(struct cam *cam, const json_t *result)
{
	const char *user_key = json_text_at(result, "user_key");
	const json_t *key;
	size_t i;

	output_line(cam, _("user key of %s"), json_text_at(result, "id"));
	groups_print(cam, user_key, KEY_GROUP, KEY_LINE);
	print_code(cam, user_key);
	json_array_foreach(json_object_get(result, "keys"), i, key)
	{
		bool current = json_is_true(json_object_get(key, "current"));
		char fingerprint[KEY_TEXT_MAX];

		if (!current && !cam->verbose)
			continue;
		group(json_text_at(key, "fingerprint"), fingerprint,
		    sizeof(fingerprint));
		output_text(cam, current ? STYLE_BOLD : STYLE_PLAIN,
		    fingerprint, TEXT_LINE);
		output_line(cam, _("  %s key for IPMSG, its SHA-256:"),
		    json_text_at(key, "algorithm"));
		groups_print(
		    cam, json_text_at(key, "digest"), KEY_GROUP, KEY_LINE);
	}
}

int
verb_key(struct cam *cam, struct args *args)
{
	json_t *result = NULL;
	const json_t *key;
	int code = args_count(args, 0, 1);

	if (code == 0 && args->argc > 0)
		return protect_run(cam, args);
	if (code == 0 && (args_has(args, "passphrase-file") ||
			     args_has(args, "old-passphrase-file")))
		return complain_usage("key",
		    _("a passphrase goes with protect, unprotect or unlock"));
	if (code == 0)
		code = daemon_ask(cam, RPC_KEY_LIST, NULL, &result);
	if (code != 0)
		return code;
	key = current_key(result);
	if (key == NULL) {
		complain(_("camd has no key yet"));
		code = EXIT_FAILED;
	} else if (cam->json) {
		json_object_set(
		    result, "fingerprint", json_object_get(key, "fingerprint"));
		output_json(result);
	} else {
		print(cam, result);
	}
	json_decref(result);
	return code;
}
