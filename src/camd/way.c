/* way.c: the best way to a user that settings and he himself allow. */
#include "camd/way.h"

#include <string.h>

#include "base/err.h"
#include "camd/camd.h"
#include "camd/settings.h"
#include "camd/user.h"
#include "ipmsg/entry.h"

enum store_encryption
way_encryption(uint32_t protection)
{
	switch (lan_protection_strength(protection)) {
	case PEER_STRONG:
		return STORE_RSA2048_AES256;
	case PEER_WEAK:
		return STORE_RSA1024_BLOWFISH128;
	default:
		return STORE_NOT_ENCRYPTED;
	}
}

/* In clear: where a setting allows it, or the user for this one message. */
static const char *
clear_refusal(struct camd *camd, const struct user *user, bool clear)
{
	const char *setting =
	    settings_text(camd->settings, "security.cleartext");

	if (strcmp(setting, "off") == 0 || strcmp(setting, "receive") == 0)
		return "refused";
	if (clear)
		return NULL;
	if (user->peer.strength != PEER_UNKNOWN)
		return "weaker";
	return strcmp(setting, "on") == 0 ? NULL : "cleartext";
}

bool
way_is_promised(const struct user *user)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];

	return entry_user_split(user->peer.user, logon, fingerprint);
}

int
way_choose(struct camd *camd, const struct user *user, bool clear,
    uint32_t *protection, const char **reason)
{
	int r = lan_protection(camd->lan, &user->peer, protection);

	*reason = NULL;
	if (r == 0 &&
	    (lan_protection_strength(*protection) >= user->peer.strength ||
		clear))
		return 0;
	if (r == 0) {
		*reason = "weaker";
		return CAM_ERR_REFUSED;
	}
	if (r == CAM_ERR_MORE && (!user->peer.mute || way_is_promised(user)))
		return CAM_ERR_MORE;
	*protection = 0;
	*reason = clear_refusal(camd, user, clear);
	return *reason != NULL ? CAM_ERR_REFUSED : 0;
}

const char *
way_refusal(struct camd *camd, struct user *user, bool clear,
    enum store_encryption *encryption)
{
	uint32_t protection = 0;
	const char *reason;
	int r;

	if (user->uid == 0)
		return "request";
	r = way_choose(camd, user, clear, &protection, &reason);
	*encryption = r == CAM_ERR_MORE ? STORE_RSA2048_AES256
					: way_encryption(protection);
	return r == CAM_ERR_REFUSED ? reason : NULL;
}
