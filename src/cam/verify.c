/* verify.c: cam verify: whether the key of somebody is really his. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/groups.h"
#include "cam/input.h"
#include "cam/output.h"
#include "cam/qr.h"
#include "cam/verbs.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* A safety number: twelve groups of five; a digest: sixteen of four. */
enum { NUMBER_GROUP = 5, NUMBER_LINE = 4, DIGEST_GROUP = 4, DIGEST_LINE = 8 };

struct verification {
	struct cam *cam;
	struct rpc_client *client;
	char *who;
	json_t *result; /* of key.verify */
};

static bool
is_set(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* The key that a safety number or digest stands for. */
static const char *
key_of(const json_t *object)
{
	const char *key = json_text_at(object, "user_key");

	return key[0] != '\0' ? key : json_text_at(object, "fingerprint");
}

/* -- asked -------------------------------------------------------------------
 */

static int
fetch(struct verification *verification)
{
	json_t *result = NULL;
	int code =
	    daemon_call(verification->cam, verification->client, RPC_KEY_VERIFY,
		json_pack("{s:s}", "who", verification->who), &result);

	if (code != 0)
		return code;
	json_decref(verification->result);
	verification->result = result;
	/* From here on it is that user, whatever else fits. */
	free(verification->who);
	verification->who = xstrdup(json_text_at(result, "id"));
	return 0;
}

/* With the key that was shown: another one that came meanwhile is not meant. */
static int
confirm(struct verification *verification, const json_t *shown)
{
	json_t *result = NULL;
	int code =
	    daemon_call(verification->cam, verification->client, RPC_KEY_ACCEPT,
		json_pack("{s:s, s:s}", "who", verification->who, "key",
		    key_of(shown)),
		&result);

	json_decref(result);
	return code != 0 ? code : fetch(verification);
}

/* -- shown -------------------------------------------------------------------
 */

static void
print_key(struct cam *cam, const json_t *object, bool picture)
{
	const char *number = json_text_at(object, "safety_number");

	if (number[0] != '\0') {
		groups_print(cam, number, NUMBER_GROUP, NUMBER_LINE);
		if (picture)
			qr_print_hex(cam, json_text_at(object, "qr"));
		return;
	}
	output_line(cam,
	    _("  no safety number: an IPMSG client; the SHA-256 "
	      "of its %s key:"),
	    json_text_at(object, "algorithm"));
	groups_print(cam, json_text_at(object, "fingerprint"), DIGEST_GROUP,
	    DIGEST_LINE);
}

static void
print_changed(struct cam *cam, const json_t *result, const json_t *changed)
{
	output_text(cam, STYLE_BAD,
	    is_set(result, "blocked")
		? _("Another key has been shown under this name: nothing is "
		    "sent until you decide.")
		: _("Another key has been shown under this name."),
	    TEXT_LINE);
	output_line(cam, "%s", "");
	output_line(
	    cam, _("The other key, of %s:"), json_text_at(changed, "id"));
	print_key(cam, changed, false);
	output_line(cam,
	    _("If that is what they see, accept it: cam verify --accept %s"),
	    json_text_at(result, "id"));
	output_line(cam, "%s", "");
}

static void
print_state(struct cam *cam, const json_t *result)
{
	const char *id = json_text_at(result, "id");

	output_text(cam, STYLE_BOLD, id, TEXT_LINE);
	if (json_text_is(result, "verified_by", "organisation"))
		output_line(cam, _("  verified: by your organisation"));
	else if (is_set(result, "verified"))
		output_line(cam, _("  verified: you have compared this key"));
	else
		output_line(cam, _("  not verified: compare before you rely "
				   "on who it is"));
}

static void
print(struct cam *cam, const json_t *result)
{
	const json_t *changed = json_object_get(result, "changed");

	if (cam->json) {
		output_json(result);
		return;
	}
	print_state(cam, result);
	if (is_set(result, "foreign")) {
		output_text(cam, STYLE_BAD,
		    _("Your organisation's server shows keys under this name "
		      "that are not his. None of them is used; tell who "
		      "administers it."),
		    TEXT_LINE);
		output_line(cam, "%s", "");
	}
	if (json_is_object(changed))
		print_changed(cam, result, changed);
	if (json_is_object(changed))
		output_line(cam, _("The key known until then:"));
	print_key(cam, result, true);
	fflush(stdout);
}

/* -- decided -----------------------------------------------------------------
 */

/* On a terminal people say at once what they see. */
static int
ask(struct verification *verification)
{
	struct cam *cam = verification->cam;
	const json_t *result = verification->result;
	int code;

	if (cam->json || !input_can_ask() ||
	    (is_set(result, "verified") && !is_set(result, "blocked")))
		return 0;
	if (!input_ask(
		_("Does the other side show the same? Do they match? [y/N]"))) {
		output_line(cam, _("Nothing has been changed."));
		return 0;
	}
	code = confirm(verification, result);
	if (code == 0)
		print_state(cam, verification->result);
	return code;
}

/* A changed key takes the place of the old one, and is yet to be compared; else
 * the user says that he has compared. */
static int
accept(struct verification *verification)
{
	const json_t *changed =
	    json_object_get(verification->result, "changed");
	bool is_change = json_is_object(changed);
	int code =
	    confirm(verification, is_change ? changed : verification->result);

	if (code != 0)
		return code;
	if (is_change && !verification->cam->json)
		output_line(verification->cam,
		    _("The other key is the one of %s now."),
		    verification->who);
	print(verification->cam, verification->result);
	return is_change ? ask(verification) : 0;
}

int
verb_verify(struct cam *cam, struct args *args)
{
	struct verification verification = { .cam = cam };
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = daemon_connect(cam, &verification.client);
	if (code != 0)
		return code;
	verification.who = xstrdup(args->argv[0]);
	code = fetch(&verification);
	if (code == 0 && args_has(args, "accept")) {
		code = accept(&verification);
	} else if (code == 0) {
		print(cam, verification.result);
		code = ask(&verification);
	}
	json_decref(verification.result);
	rpc_client_free(verification.client);
	free(verification.who);
	return code;
}
