/* namesake.c: users of one name. */
#include "camd/people/namesake.h"

#include <stdlib.h>

#include "camd/people/roster.h"
#include "camd/trust/trusted.h"

static struct user *
find(const struct roster *roster, const struct user *user, bool with_key)
{
	char *logon = user_logon(user);
	struct user *best = NULL, *other = NULL;

	while ((other = roster_named(roster, logon, user->peer.host, other)) !=
	       NULL) {
		if (other == user || other->forgotten ||
		    (with_key && !user_has_key(other)))
			continue;
		if (best == NULL || (best->second && !other->second))
			best = other;
	}
	free(logon);
	return best;
}

struct user *
namesake_of(const struct roster *roster, const struct user *user)
{
	return find(roster, user, false);
}

struct user *
namesake_with_key(const struct roster *roster, const struct user *user)
{
	return find(roster, user, true);
}
