/* pins.c: the table of pinned IPMSG keys. */
#include "camd/people/pins.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "camd/people/user.h"

void
pins_put(struct table *pins, struct user *user, const char *fingerprint,
    bool verified)
{
	struct pin *pin = user->pin;

	if (pin == NULL)
		pin = user->pin = xcalloc(1, sizeof *pin);
	else
		table_remove(pins, &pin->link);
	pin->user = user;
	pin->verified = verified;
	memcpy(pin->fingerprint, fingerprint, sizeof pin->fingerprint);
	table_add(pins, &pin->link,
	    table_hash_fold(pins, fingerprint, strlen(fingerprint)));
}

void
pins_remove(struct table *pins, struct user *user)
{
	if (user->pin != NULL)
		table_remove(pins, &user->pin->link);
	free(user->pin);
	user->pin = NULL;
}
