/* talk_about.c: what stands beside the title of a talk. */
#include "cam-tui/talk_about.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/herald.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/model.h"

static const char *
presence_text(enum model_presence presence)
{
	switch (presence) {
	case PRESENCE_ONLINE:
		return _("online");
	case PRESENCE_AWAY:
		return _("away");
	case PRESENCE_OFFLINE:
		break;
	}
	return _("offline");
}

static char *
users_text(const struct model_talk *talk)
{
	char *count =
	    xasprintf(ngettext("%zu user", "%zu users", talk->user_count),
		talk->user_count);
	char *text = xasprintf("%s%s", herald_about(talk), count);

	free(count);
	return text;
}

char *
talk_about(const struct model *model, const struct model_talk *talk)
{
	const struct model_user *user;

	if (talk->user_count != 1)
		return users_text(talk);
	user = model_user(model, talk->users[0]);
	if (user == NULL)
		return xstrdup(_("not on the list"));
	if (user->is_typing)
		return xstrdup(_("is writing..."));
	if (user->blocked)
		return xasprintf(
		    _("ANOTHER KEY: nothing is sent, /verify %s"), user->id);
	return xasprintf("%s%s%s%s, %s, %s", herald_about(talk),
	    presence_text(user->presence),
	    user->away != NULL && user->away[0] != '\0' ? ": " : "",
	    user->away != NULL ? user->away : "",
	    message_protection(user->encryption),
	    user->verified ? _("verified") : _("not verified"));
}
