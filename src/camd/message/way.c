/* way.c: the best way to a user that settings and he himself allow. */
#include "camd/message/way.h"

#include <string.h>

#include "base/err.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/org/org.h"
#include "camd/people/user.h"
#include "camd/settings.h"
#include "camd/trust/trust.h"
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

/* -- links ---------------------------------------------------------------- */

/* Nothing but a link will do: for the user, or for what is sent. */
static bool
needs_link(const struct user *user, const struct way_wish *wish)
{
	return wish->type != STORE_MESSAGE ||
	       (user->peer.strength >= PEER_CAM1 && !wish->clear);
}

static bool
can_take(const struct link *link, const struct way_wish *wish)
{
	return link != NULL &&
	       link_can(link,
		   wish->type == STORE_MESSAGE ? LINK_MESSAGES : LINK_CHANGES);
}

/* Where no link is, or will be soon: what the server says of who is there may
 * be wrong, so a link is tried all the same. */
static bool
find_relay(struct camd *camd, const struct user *user,
    const struct way_wish *wish, enum links_state state, struct way *way)
{
	enum org_way relay =
	    wish->unrelayed ? ORG_NO_WAY : org_way(camd->org, user);

	if (state == LINKS_OPEN || relay == ORG_NO_WAY ||
	    (state == LINKS_DIALING && relay != ORG_RELAY_ONLY))
		return false;
	way->kind = WAY_RELAY;
	return true;
}

/* False: IPMSG is to be looked at. */
static bool
find_link(struct camd *camd, struct user *user, const struct way_wish *wish,
    bool dial, struct way *way)
{
	enum links_state state = dial ? links_want(camd->links, user)
				      : links_state(camd->links, user);
	bool only = needs_link(user, wish);

	if (find_relay(camd, user, wish, state, way))
		return true;
	switch (state) {
	case LINKS_OPEN:
		if (can_take(links_of(camd->links, user), wish)) {
			way->kind = WAY_LINK;
			return true;
		}
		if (wish->type == STORE_MESSAGE)
			return false;
		break;
	case LINKS_DIALING:
		way->kind = WAY_WAIT;
		return only || !wish->impatient;
	case LINKS_WAITING:
		way->kind = WAY_WAIT;
		return only;
	case LINKS_NONE:
		/* He has gone, and nobody knows where to. */
		way->kind = WAY_WAIT;
		if (only && user->peer.strength >= PEER_CAM1)
			return true;
		if (wish->type == STORE_MESSAGE)
			return false;
		break;
	}
	way->kind = WAY_REFUSED;
	way->reason = "unable";
	return true;
}

void
way_find(struct camd *camd, struct user *user, const struct way_wish *wish,
    bool dial, struct way *way)
{
	*way = (struct way){ .kind = WAY_BLOCKED };
	if (trust_is_blocked(camd->trust, user) ||
	    find_link(camd, user, wish, dial, way))
		return;
	switch (way_choose(
	    camd, user, wish->clear, &way->protection, &way->reason)) {
	case 0:
		way->kind = WAY_LAN;
		way->weaker = user->peer.strength >= PEER_CAM1;
		break;
	case CAM_ERR_MORE:
		way->kind = WAY_KEY;
		break;
	default:
		way->kind = WAY_REFUSED;
		break;
	}
}

static enum store_encryption
encryption_of(const struct way *way, const struct user *user)
{
	switch (way->kind) {
	case WAY_BLOCKED:
		return user->peer.strength >= PEER_CAM1 ? STORE_CAM1
							: STORE_RSA2048_AES256;
	case WAY_LAN:
	case WAY_REFUSED:
		return way_encryption(way->protection);
	case WAY_KEY:
		return STORE_RSA2048_AES256;
	default:
		return STORE_CAM1;
	}
}

const char *
way_refusal(struct camd *camd, struct user *user, const struct way_wish *wish,
    enum store_encryption *encryption)
{
	struct way way;

	if (user->uid == 0)
		return "request";
	way_find(camd, user, wish, false, &way);
	*encryption = encryption_of(&way, user);
	return way.kind == WAY_REFUSED ? way.reason : NULL;
}
