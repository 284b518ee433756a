/* marks.c: what we note of users for ourselves. */
#include "camd/people/marks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"

void
marks_hidden(struct roster *roster, struct user *user, bool hidden)
{
	bool differs = user->hidden != hidden;

	user->hidden = hidden;
	if (differs)
		roster_changed(roster, user, true);
}

void
marks_priority(struct roster *roster, struct user *user, int priority)
{
	bool differs = user->priority != priority;

	user->priority = priority;
	if (differs)
		roster_changed(roster, user, true);
}

void
marks_accept(struct roster *roster, struct user *user, enum user_accept accept)
{
	bool differs = user->accept != accept;

	user->accept = (uint8_t)accept;
	if (differs)
		roster_changed(roster, user, true);
}

void
marks_alias(struct roster *roster, struct user *user, const char *alias)
{
	const char *name = alias != NULL && alias[0] != '\0' ? alias : "";

	if (strcmp(user->alias != NULL ? user->alias : "", name) == 0)
		return;
	free(user->alias);
	user->alias = name[0] != '\0' ? xstrdup(name) : NULL;
	roster_changed(roster, user, true);
}
