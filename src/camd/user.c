/* user.c: how a user is called. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "camd/user.h"
#include "ipmsg/entry.h"

/* Digits of the fingerprint in the id of a second key. */
enum { ID_FINGERPRINT = 8 };

char *
user_logon(const struct user *user)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];

	(void)entry_user_split(user->peer.user, logon, fingerprint);
	return xstrdup(logon);
}

void
user_fingerprint(
    const struct user *user, char fingerprint[RSA_FINGERPRINT_SIZE])
{
	char logon[LIMIT_NAME + 1];

	if (!entry_user_split(user->peer.user, logon, fingerprint))
		fingerprint[0] = '\0';
	if (user->pin != NULL)
		memcpy(
		    fingerprint, user->pin->fingerprint, RSA_FINGERPRINT_SIZE);
}

char *
user_id(const struct user *user)
{
	char *logon = user_logon(user), *id;
	char fingerprint[RSA_FINGERPRINT_SIZE];

	if (user->second) {
		user_fingerprint(user, fingerprint);
		id = xasprintf("%s@%s/%.*s", logon, user->peer.host,
		    ID_FINGERPRINT,
		    fingerprint[0] != '\0' ? fingerprint : "none");
	} else {
		id = xasprintf("%s@%s", logon, user->peer.host);
	}
	free(logon);
	return id;
}

const char *
user_encryption(const struct user *user, const struct lan *lan)
{
	uint32_t flags = 0;
	int r = lan_protection(lan, &user->peer, &flags);

	if (r == 0)
		return lan_protection_name(flags);
	/* The key will be asked for with the first message; nearly everybody's
	 * is this one. */
	return r == CAM_ERR_MORE && !user->peer.mute ? "rsa2048-aes256"
						     : "none";
}
