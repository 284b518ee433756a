/* offer.c: the file objects of cam-rpc(7), as people read them. */
#include "cam/offer.h"

#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/cam.h"
#include "cam/message.h"
#include "rpc/json.h"

uint64_t
offer_number(const json_t *object, const char *name)
{
	json_int_t number = json_integer_value(json_object_get(object, name));

	return number > 0 ? (uint64_t)number : 0;
}

bool
offer_is(const json_t *object, const char *state)
{
	return json_text_is(object, "state", state);
}

bool
offer_is_received(const json_t *object)
{
	return json_text_is(object, "direction", "in");
}

bool
offer_has_ended(const json_t *object)
{
	return offer_is(object, "done") || offer_is(object, "failed") ||
	       offer_is(object, "cancelled") || offer_is(object, "expired");
}

int
offer_exit(const json_t *object)
{
	json_int_t code = json_integer_value(json_object_get(object, "exit"));

	if (offer_is(object, "done"))
		return EXIT_DONE;
	if (code > 0 && code < EXIT_SOME)
		return (int)code;
	return offer_is(object, "failed") ? EXIT_FAILED : EXIT_REFUSED;
}

char *
offer_short_id(const json_t *object)
{
	const char *id = json_text_at(object, "id");
	const char *number = strchr(id, '.');

	return xasprintf("%.*s%s", MESSAGE_ID_SHOWN, id,
	    number != NULL && number - id > MESSAGE_ID_SHOWN ? number : "");
}

/* Of one that waits at the server, or cannot. */
static char *
held_text(const char *state, const json_t *object)
{
	const char *server = json_text_at(object, "server");
	const char *until = json_text_at(object, "server_until");

	/* The day is enough. */
	if (strcmp(server, "held") == 0)
		return xasprintf(
		    _("%s, held by the server until %.10s"), state, until);
	if (strcmp(server, "bringing") == 0)
		return xasprintf(_("%s, on its way to the server"), state);
	if (strcmp(server, "large") == 0)
		return xasprintf(_("%s, too large for the server"), state);
	if (strcmp(server, "full") == 0)
		return xasprintf(_("%s, no room at the server"), state);
	return xstrdup(state);
}

char *
offer_state_text(const json_t *object)
{
	uint64_t size = offer_number(object, "size");
	uint64_t done = offer_number(object, "done");
	const char *state = json_text_at(object, "state");

	if (offer_has_ended(object) || offer_is(object, "offered") ||
	    done == 0 || size == 0)
		return held_text(state, object);
	return xasprintf("%s %u%%", state,
	    done >= size ? 100 : (unsigned)((double)done / (double)size * 100));
}

char *
offer_sentence(const json_t *object)
{
	const char *peer = json_text_at(object, "peer");
	const char *name = json_text_at(object, "name");
	const char *error = json_text_at(object, "error");
	bool received = offer_is_received(object);

	if (offer_is(object, "done"))
		return received
			   ? xasprintf(_("'%s' from %s is saved as '%s'"), name,
				 peer, json_text_at(object, "path"))
			   : xasprintf(_("%s has fetched '%s'"), peer, name);
	/* Who withdraws it knows whose it is. */
	if (!received && json_text_is(object, "reason", "withdrawn"))
		error = _("withdrawn");
	if (error[0] == '\0')
		error = json_text_at(object, "state");
	return received ? xasprintf(_("'%s' from %s: %s"), name, peer, error)
			: xasprintf(_("'%s' to %s: %s"), name, peer, error);
}
