/* presence.c: our own absence, kept over restarts. */
#include "camd/people/presence.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/org/org.h"
#include "camd/profile.h"
#include "camd/settings.h"
#include "lan/lan.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/profile.h"

static const char profile_name[] = "absence";
/* Bytes of the text that others see behind the nick. */
enum { TITLE_MAX = 30 };

struct presence {
	struct camd *camd;
	char *text; /* as the user said; NULL: here */
	char *title;
	bool is_idle; /* nobody is at any screen of the user */
};

static void
set_text(struct presence *presence, const char *text)
{
	const char *end;
	size_t len;

	free(presence->text);
	free(presence->title);
	presence->text = presence->title = NULL;
	if (text == NULL)
		return;
	presence->text = xstrdup(text);
	end = strchr(text, '\n');
	len = end != NULL ? (size_t)(end - text) : strlen(text);
	presence->title =
	    xstrndup(text, utf8_cut(span_of(text, len), TITLE_MAX));
}

struct presence *
presence_new(struct camd *camd, struct store *store)
{
	struct presence *presence = xcalloc(1, sizeof *presence);
	char *text = NULL;

	presence->camd = camd;
	if (store_profile_get(store, profile_name, &text) == 0)
		set_text(presence, text);
	free(text);
	return presence;
}

void
presence_free(struct presence *presence)
{
	if (presence == NULL)
		return;
	set_text(presence, NULL);
	free(presence);
}

/* Told to others, and to our own programs. */
static void
announce(struct presence *presence)
{
	struct camd *camd = presence->camd;

	org_tell_away(camd->org);
	lan_change(camd->lan, settings_text(camd->settings, "user.nick"),
	    settings_text(camd->settings, "user.group"),
	    presence_title(presence));
	events_tell(
	    camd->events, EVENT_PRESENCE_CHANGED, presence_object(presence));
}

static void
change(struct presence *presence, const char *text)
{
	set_text(presence, text);
	profile_keep(presence->camd, profile_name, text);
	announce(presence);
}

void
presence_away(struct presence *presence, const char *text)
{
	change(presence, text);
}

/* Whoever says so is at the keyboard. */
void
presence_back(struct presence *presence)
{
	bool was_idle = presence->is_idle;

	presence->is_idle = false;
	if (presence->text != NULL)
		change(presence, NULL);
	else if (was_idle)
		announce(presence);
}

void
presence_idle(struct presence *presence, bool idle)
{
	if (presence->is_idle == idle)
		return;
	presence->is_idle = idle;
	if (presence->text == NULL)
		announce(presence);
}

const char *
presence_said(const struct presence *presence)
{
	return presence->text;
}

const char *
presence_text(const struct presence *presence)
{
	return presence->text == NULL && presence->is_idle ? ""
							   : presence->text;
}

const char *
presence_title(const struct presence *presence)
{
	return presence->text == NULL && presence->is_idle ? ""
							   : presence->title;
}

json_t *
presence_object(const struct presence *presence)
{
	const char *text = presence_text(presence);

	return json_pack("{s:s, s:o, s:b}", "state",
	    text != NULL ? "away" : "online", "away", json_text_or_null(text),
	    "idle", presence->is_idle);
}
