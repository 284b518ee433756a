/* event_text.c: what the log tells of an event. */
#include "cam-tui/event_text.h"

#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/model.h"
#include "cam-tui/transfer_text.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* -- users ---------------------------------------------------------------- */

static const char *
name_of(const json_t *user)
{
	const char *own = json_text_at(user, "name");

	return own[0] != '\0' ? own : json_text_at(user, "nick");
}

static bool
is_away(const json_t *user)
{
	return json_text_is(user, "state", "away");
}

static char *
protection_text(const char *name, const json_t *user, enum style *style)
{
	const char *encryption = json_text_at(user, "encryption");
	bool strong = strcmp(encryption, "cam1") == 0 ||
		      strcmp(encryption, "rsa2048-aes256") == 0;

	*style = strong ? STYLE_DIM : STYLE_WARN;
	return xasprintf(_("messages to %s are %s now"), name,
	    message_protection(encryption));
}

static char *
absence_text(const char *name, const json_t *user)
{
	const char *away = json_text_at(user, "away");

	return away[0] != '\0' ? xasprintf(_("%s is away: %s"), name, away)
			       : xasprintf(_("%s is away"), name);
}

/* What has changed, the gravest first. */
static char *
changed_text(const struct model *model, const json_t *params, enum style *style)
{
	const json_t *user = json_object_get(params, "user");
	const char *id = json_text_at(user, "id"),
		   *was = json_text_at(params, "was"), *name = name_of(user);
	const struct model_user *before =
	    model_user(model, was[0] != '\0' ? was : id);
	bool verified = json_is_true(json_object_get(user, "verified"));

	if (before == NULL)
		return NULL;
	if (strcmp(before->id, id) != 0)
		return xasprintf(_("%s is %s now"), before->id, id);
	if (before->verified != verified) {
		*style = verified ? STYLE_GOOD : STYLE_WARN;
		return xasprintf(verified ? _("%s is verified now")
					  : _("%s is not verified any more"),
		    name);
	}
	if (strcmp(before->encryption, json_text_at(user, "encryption")) != 0)
		return protection_text(name, user, style);
	if (strcmp(before->name, name) != 0)
		return xasprintf(_("%s is called %s now"), before->name, name);
	if (is_away(user) &&
	    (before->presence != PRESENCE_AWAY || before->away == NULL ||
		strcmp(before->away, json_text_at(user, "away")) != 0))
		return absence_text(name, user);
	if (!is_away(user) && before->presence == PRESENCE_AWAY)
		return xasprintf(_("%s is back"), name);
	return NULL;
}

/* -- transfers ------------------------------------------------------------ */

static char *
done_text(const struct model *model, const json_t *params, enum style *style)
{
	const char *peer = model_name_of(model, json_text_at(params, "peer"));
	const char *name = json_text_at(params, "name");

	*style = STYLE_GOOD;
	return json_text_is(params, "direction", "in")
		   ? xasprintf(_("'%s' from %s is saved as '%s'"), name, peer,
			 json_text_at(params, "path"))
		   : xasprintf(_("%s has fetched '%s'"), peer, name);
}

static char *
failed_text(const struct model *model, const json_t *params, enum style *style)
{
	const char *peer = model_name_of(model, json_text_at(params, "peer"));
	const char *name = json_text_at(params, "name"),
		   *why = transfer_reason(json_text_at(params, "reason"));
	bool failed = json_text_is(params, "state", "failed");

	*style = failed ? STYLE_WARN : STYLE_DIM;
	if (json_text_is(params, "state", "expired"))
		why = _("expired");
	if (why[0] == '\0')
		why = failed ? _("failed") : _("cancelled");
	return json_text_is(params, "direction", "in")
		   ? xasprintf(_("'%s' from %s: %s"), name, peer, why)
		   : xasprintf(_("'%s' to %s: %s"), name, peer, why);
}

/* The server says so each time it comes back. */
static char *
held_text(const struct model *model, const json_t *params)
{
	const char *peer = model_name_of(model, json_text_at(params, "peer"));
	const char *name = json_text_at(params, "name");
	const struct model_transfer *known = model_transfer(
	    model, json_text_at(params, "id"), json_text_at(params, "peer"));

	if (!json_text_is(params, "server", "held") ||
	    (known != NULL && strcmp(known->server, "held") == 0))
		return NULL;
	return json_text_is(params, "direction", "in")
		   ? xasprintf(_("the server holds '%s' from %s"), name, peer)
		   : xasprintf(_("the server holds '%s' for %s"), name, peer);
}

/* -- all ------------------------------------------------------------------ */

char *
event_text(const struct model *model, const char *event, const json_t *params,
    enum style *style)
{
	const json_t *user = json_object_get(params, "user");

	*style = STYLE_DIM;
	if (strcmp(event, EVENT_USER_ENTERED) == 0)
		return xasprintf(_("%s (%s) is here"),
		    json_text_at(user, "nick"), json_text_at(user, "id"));
	if (strcmp(event, EVENT_USER_LEFT) == 0)
		return xasprintf(_("%s (%s) has left"),
		    json_text_at(user, "nick"), json_text_at(user, "id"));
	if (strcmp(event, EVENT_USER_CHANGED) == 0)
		return changed_text(model, params, style);
	if (strcmp(event, EVENT_OFFER_RECEIVED) == 0)
		return xasprintf(_("%s offers '%s'"),
		    model_name_of(model, json_text_at(params, "from")),
		    json_text_at(params, "name"));
	if (strcmp(event, EVENT_OFFER_HELD) == 0)
		return held_text(model, params);
	if (strcmp(event, EVENT_TRANSFER_DONE) == 0)
		return done_text(model, params, style);
	if (strcmp(event, EVENT_TRANSFER_FAILED) == 0)
		return failed_text(model, params, style);
	return NULL;
}
