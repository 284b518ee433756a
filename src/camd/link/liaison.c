/* liaison.c: links between trust, roster, outbox and inbox. */
#include "camd/link/liaison.h"

#include <stdio.h>

#include "camd/call/calls.h"
#include "camd/camd.h"
#include "camd/message/inbox.h"
#include "camd/message/notices.h"
#include "camd/message/outbox.h"
#include "camd/message/typing.h"
#include "camd/offer/fetches.h"
#include "camd/offer/offers.h"
#include "camd/org/org.h"
#include "camd/people/heard.h"
#include "camd/people/roster.h"
#include "camd/settings.h"
#include "camd/trust/trust.h"
#include "ipmsg/entry.h"
#include "link/linkhello.h"

static void
introduce(void *arg, struct linkhello *hello)
{
	const struct camd *camd = arg;
	char fingerprint[FINGERPRINT_SIZE];

	(void)entry_user_split(lan_user(camd->lan), hello->user, fingerprint);
	snprintf(hello->host, sizeof hello->host, "%s", lan_host(camd->lan));
	snprintf(hello->nick, sizeof hello->nick, "%s",
	    settings_text(camd->settings, "user.nick"));
	snprintf(hello->group, sizeof hello->group, "%s",
	    settings_text(camd->settings, "user.group"));
	hello->port = lan_port(camd->lan);
}

/* Where net.bind names one address, others know us by it. */
static const struct addr *
source(void *arg, enum addr_family family)
{
	const struct camd *camd = arg;
	const struct udp *udp = lan_udp(camd->lan, family);

	return udp != NULL && !addr_is_any(udp_address(udp)) ? udp_address(udp)
							     : NULL;
}

static bool
knows(void *arg, const struct addr *host)
{
	const struct camd *camd = arg;
	const struct user *user = NULL;

	while ((user = roster_at(camd->roster, host, user)) != NULL)
		if (user_has_key(user))
			return true;
	return false;
}

static int
admit(void *arg, const struct trust_claim *claim, struct user **user)
{
	const struct camd *camd = arg;

	return trust_admit(camd->trust, claim, user);
}

static const struct devices *
devices(void *arg, const struct user *user)
{
	const struct camd *camd = arg;

	return trust_devices(camd->trust, user);
}

static void
on_prekey(void *arg, struct user *user, struct link *link, struct span prekey)
{
	const struct camd *camd = arg;

	(void)trust_take_prekey(camd->trust, user, link_device(link), prekey);
}

/* From now on nothing weaker goes to him (threat model I2): on the way to the
 * disk before any message is, or camd might have forgotten it when it dies. */
static void
on_open(void *arg, struct user *user, struct link *link)
{
	struct camd *camd = arg;

	if (user->peer.strength < PEER_CAM1) {
		user->peer.strength = PEER_CAM1;
		roster_changed(camd->roster, user, true);
		roster_write(camd->roster);
	}
	heard_user(camd, user);
	outbox_link_open(camd->outbox, user, link);
	notices_link_open(camd->notices, user, link);
	fetches_link_open(camd->fetches, user);
	offers_tell_ended(camd->offers, user);
	calls_link_open(camd->calls, user->uid);
	org_link_open(camd->org, user, link);
}

static void
on_closed(void *arg, struct user *user, struct link *link)
{
	struct camd *camd = arg;

	outbox_link_closed(camd->outbox, user, link);
	/* Another one may have taken its place. */
	if (links_of(camd->links, user) != NULL)
		return;
	typing_user_gone(camd->typing, user);
	calls_link_closed(camd->calls, user->uid);
	/* Of a colleague whom the server misses, the link was the last trace:
	 * his exit may have been for its ears only. */
	if (link_is_broken(link) || org_misses(camd->org, user))
		heard_lost(camd, user);
}

static void
on_unreached(void *arg, struct user *user)
{
	struct camd *camd = arg;

	outbox_unreached(camd->outbox, user);
	trust_key_told(camd->trust, user);
	calls_unreached(camd->calls, user->uid);
}

static void
on_envelope(void *arg, struct link *link, struct span envelope)
{
	struct camd *camd = arg;

	inbox_envelope(camd->inbox, link, envelope);
}

static void
on_drained(void *arg, struct link *link)
{
	struct camd *camd = arg;

	outbox_link_drained(camd->outbox, link);
}

const struct links_ops liaison_ops = {
	.introduce = introduce,
	.source = source,
	.knows = knows,
	.admit = admit,
	.devices = devices,
	.on_prekey = on_prekey,
	.on_open = on_open,
	.on_closed = on_closed,
	.on_unreached = on_unreached,
	.on_envelope = on_envelope,
	.on_drained = on_drained,
};
