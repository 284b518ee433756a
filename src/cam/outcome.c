/* outcome.c: what becomes of a sent message at each of its recipients. */
#include "cam/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/output.h"
#include "rpc/json.h"
#include "rpc/refusal.h"

bool
outcomes_init(struct outcomes *outcomes, struct cam *cam,
    enum outcome_until until, const json_t *result)
{
	json_t *recipients = json_object_get(result, "recipients");
	size_t count = json_array_size(recipients);

	*outcomes = (struct outcomes){ .cam = cam, .until = until };
	if (count == 0 || !json_is_string(json_object_get(result, "id")))
		return false;
	outcomes->id = json_incref(json_object_get(result, "id"));
	outcomes->recipients = json_incref(recipients);
	outcomes->told = xcalloc(count, sizeof(*outcomes->told));
	return true;
}

void
outcomes_finish(struct outcomes *outcomes)
{
	json_decref(outcomes->id);
	json_decref(outcomes->recipients);
	free(outcomes->told);
}

static bool
is(const json_t *recipient, const char *state)
{
	return json_text_is(recipient, "state", state);
}

/* It waits for its sender: nothing leaves before he has said whose the key is.
 */
static bool
is_blocked(const json_t *recipient)
{
	return is(recipient, "queued") &&
	       json_text_is(recipient, "reason", "key");
}

/* As far as was asked. */
static bool
is_reached(const json_t *recipient, enum outcome_until until)
{
	switch (until) {
	case UNTIL_QUEUED:
		return !is(recipient, "failed") && !is_blocked(recipient);
	case UNTIL_DELIVERED:
		return is(recipient, "delivered") || is(recipient, "opened");
	case UNTIL_OPENED:
		return is(recipient, "opened");
	case UNTIL_ANSWERED:
		return false;
	}
	return false;
}

static bool
is_settled(const json_t *recipient, enum outcome_until until)
{
	return is(recipient, "failed") || is_blocked(recipient) ||
	       is_reached(recipient, until);
}

static bool
is_in_doubt(const json_t *recipient)
{
	const char *reason = json_text_at(recipient, "reason");

	return is(recipient, "failed") && (strcmp(reason, "cleartext") == 0 ||
					      strcmp(reason, "weaker") == 0);
}

void
outcomes_update(struct outcomes *outcomes, const json_t *state)
{
	json_t *recipient;
	size_t i;

	json_array_foreach(outcomes->recipients, i, recipient)
	{
		if (!json_text_is(recipient, "to", json_text_at(state, "to")))
			continue;
		json_object_update(recipient, (json_t *)state);
		return;
	}
}

bool
outcomes_are_settled(const struct outcomes *outcomes)
{
	json_t *recipient;
	size_t i;

	json_array_foreach(outcomes->recipients, i, recipient)
	{
		if (!is_settled(recipient, outcomes->until))
			return false;
	}
	return true;
}

json_t *
outcomes_in_doubt(const struct outcomes *outcomes)
{
	json_t *users = json_array();
	json_t *recipient;
	size_t i;

	json_array_foreach(outcomes->recipients, i, recipient)
	{
		if (is_in_doubt(recipient) && !outcomes->told[i])
			json_array_append(
			    users, json_object_get(recipient, "to"));
	}
	return users;
}

/* The object of the contract; what else camd said of the recipient stays out.
 */
static void
print_json(const struct outcomes *outcomes, const json_t *recipient)
{
	static const char *const names[] = { "to", "state", "receipt",
		"encryption", "error", "delivered_ms", NULL };
	json_t *object = json_object();

	json_object_set(object, "id", outcomes->id);
	for (const char *const *name = names; *name != NULL; name++) {
		json_t *value = json_object_get(recipient, *name);

		if (value != NULL)
			json_object_set(object, *name, value);
		else
			json_object_set_new(object, *name, json_null());
	}
	output_json(object);
	json_decref(object);
}

/* A reached one is worth a line on stdout, the others one on stderr. */
static void
print_words(struct cam *cam, const json_t *recipient, enum outcome_until until)
{
	const char *to = json_text_at(recipient, "to");
	json_int_t took_ms =
	    json_integer_value(json_object_get(recipient, "delivered_ms"));
	const char *encryption = json_text_at(recipient, "encryption");
	bool clear = strcmp(encryption, "none") == 0;
	char *text = NULL;

	if (is(recipient, "failed") || is_blocked(recipient)) {
		text =
		    refusal_text(json_text_at(recipient, "error"), recipient);
		if (strstr(text, to) != NULL)
			complain("%s", text);
		else
			complain("%s: %s", to, text);
	} else if (!is_reached(recipient, until)) {
		complain(is(recipient, "delivered")
			     ? _("%s: delivered, but not opened in time")
			     : _("%s: not confirmed in time; it stays queued "
				 "and will be tried again"),
		    to);
	} else if (cam->quiet) {
		return;
	} else if (is(recipient, "opened")) {
		output_line(cam, _("%s: opened"), to);
	} else if (is(recipient, "delivered")) {
		output_line(cam,
		    clear ? _("%s: delivered in %lld ms, in clear")
			  : _("%s: delivered in %lld ms"),
		    to, (long long)took_ms);
	} else {
		output_line(cam, _("%s: queued"), to);
	}
	free(text);
}

void
outcomes_print(struct outcomes *outcomes, bool all)
{
	json_t *recipient;
	size_t i;

	json_array_foreach(outcomes->recipients, i, recipient)
	{
		if (outcomes->told[i] ||
		    (!all && !is_settled(recipient, outcomes->until)))
			continue;
		outcomes->told[i] = true;
		cam_words(outcomes->cam);
		if (outcomes->cam->json)
			print_json(outcomes, recipient);
		if (!outcomes->cam->json ||
		    !is_reached(recipient, outcomes->until))
			print_words(outcomes->cam, recipient, outcomes->until);
	}
}

static int
exit_of(const json_t *recipient, enum outcome_until until)
{
	json_int_t code =
	    json_integer_value(json_object_get(recipient, "exit"));

	if (is_reached(recipient, until))
		return EXIT_DONE;
	if (!is(recipient, "failed") && !is_blocked(recipient))
		return EXIT_UNCONFIRMED;
	return code > 0 && code < EXIT_SOME ? (int)code : EXIT_FAILED;
}

int
outcomes_exit(const struct outcomes *outcomes)
{
	json_t *recipient;
	bool some = false;
	int first = EXIT_DONE;
	size_t i;

	json_array_foreach(outcomes->recipients, i, recipient)
	{
		int code = exit_of(recipient, outcomes->until);

		if (code == EXIT_DONE)
			some = true;
		else if (first == EXIT_DONE)
			first = code;
	}
	return first != EXIT_DONE && some ? EXIT_SOME : first;
}
