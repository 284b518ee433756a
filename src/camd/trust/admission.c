/* admission.c: a greeting on a link, and the user whose it is: by user key,
 * else by proven IPMSG key, never by name (threat model I1). */
#include "camd/trust/admission.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/org/org.h"
#include "camd/people/leaving.h"
#include "camd/people/namesake.h"
#include "camd/people/pinning.h"
#include "camd/people/roster.h"
#include "camd/settings.h"
#include "camd/trust/challenge.h"
#include "camd/trust/trust.h"
#include "camd/trust/trusted.h"
#include "camd/trust/trustfile.h"
#include "ipmsg/capability.h"
#include "ipmsg/entry.h"
#include "ipmsg/packet.h"
#include "rpc/json.h"
#include "rpc/names.h"

struct admission {
	struct camd *camd;
	struct table *keys;
	const struct trust_claim *claim;
	struct rsa_public *rsa; /* proved, and named by the list; or NULL */
	char fingerprint[RSA_FINGERPRINT_SIZE]; /* of rsa, "": none */
	char wire[PACKET_NAME_SIZE];		/* the name IPMSG knows */
	char logon[LIMIT_NAME + 1];		/* of wire */
	bool pinned;  /* his user key was not known before */
	bool renamed; /* his name was another */
	bool news;    /* his list of devices was not known before */
};

/* -- the claim ---------------------------------------------------------------
 */

/* Both keys must say that they are one person's: the IPMSG key by its proof,
 * the user key by its list. */
static void
take_rsa(struct admission *a)
{
	struct rsa_public *rsa = a->claim->rsa;
	uint8_t digest[SHA256_SIZE];

	if (rsa == NULL)
		return;
	rsa_public_digest(rsa, digest);
	if (memcmp(digest, a->claim->devices->rsa, sizeof digest) != 0)
		return;
	a->rsa = rsa;
	rsa_public_fingerprint(rsa, a->fingerprint);
}

static bool
is_name(const char *name)
{
	return name != NULL && name[0] != '\0' && strlen(name) <= LIMIT_NAME;
}

/* The name as entry packets of the same camd show it, so that either finds the
 * other. */
static int
take_names(struct admission *a)
{
	const struct trust_claim *claim = a->claim;
	char fingerprint[FINGERPRINT_SIZE];
	static const char any[] = "0000000000000000";

	if (!is_name(claim->user) || !is_name(claim->host))
		return CAM_ERR_FORMAT;
	entry_user_join(claim->user,
	    a->fingerprint[0] != '\0' ? a->fingerprint : any, a->wire);
	(void)entry_user_split(a->wire, a->logon, fingerprint);
	if (a->fingerprint[0] == '\0')
		snprintf(a->wire, sizeof a->wire, "%s", a->logon);
	return 0;
}

/* -- who it is ---------------------------------------------------------------
 */

static struct user *
rsa_owner(const struct admission *a)
{
	struct user *user;

	if (a->rsa == NULL)
		return NULL;
	user = roster_by_fingerprint(a->camd->roster, a->fingerprint);
	return user != NULL && user->peer.key != NULL &&
		       rsa_public_equal(user->peer.key, a->rsa)
		   ? user
		   : NULL;
}

/*
 * Somebody of that name without any key who may be he: the name promises his
 * IPMSG key, or promises none and is heard from the same host.
 */
static struct user *
find_entry(const struct admission *a)
{
	const struct trust_claim *claim = a->claim;
	struct user *best = NULL, *user = NULL;

	while ((user = roster_named(
		    a->camd->roster, a->logon, claim->host, user)) != NULL) {
		char fingerprint[RSA_FINGERPRINT_SIZE];

		if (user_has_key(user))
			continue;
		user_fingerprint(user, fingerprint);
		if (fingerprint[0] != '\0') {
			if (text_same(fingerprint, a->fingerprint))
				return user;
		} else if (user->peer.addr.family == ADDR_NONE ||
			   addr_same_host(&user->peer.addr, claim->at)) {
			best = user;
		}
	}
	return best;
}

/* Keys are made for nothing: one host does not fill the roster with them. */
static bool
has_room(const struct admission *a)
{
	const struct addr *at = a->claim->at;
	const struct user *user = NULL;
	size_t keys = 0;

	/* The directory has a limit of its own. */
	if (a->claim->hearsay)
		return true;
	while ((user = roster_at(a->camd->roster, at, user)) != NULL)
		keys += user->trusted != NULL;
	return keys < LIMIT_USER_KEYS_SOURCE &&
	       leaving_has_room(a->camd->leaving, at);
}

static int
find_stranger(struct admission *a, struct user **result)
{
	struct user *user = find_entry(a);

	if (user == NULL) {
		if (!has_room(a) || (user = roster_add(a->camd->roster, a->wire,
					 a->claim->host)) == NULL)
			return CAM_ERR_FULL;
		user->second = namesake_of(a->camd->roster, user) != NULL;
	}
	*result = user;
	return 0;
}

/* First use: the key is his from now on. */
static void
pin(struct admission *a, struct user *user)
{
	const struct trust_claim *claim = a->claim;
	struct trusted *trusted =
	    trusted_new(a->keys, user, claim->devices, claim->devices_bytes);

	/* Who has compared the IPMSG key has compared what it signs: this key.
	 * The short ones are not good enough for that. */
	if (user->pin != NULL && user->pin->verified &&
	    rsa_public_size(user->peer.key) == RSA_2048)
		trusted->verified_ms = trusted->pinned_ms;
	if (user->pin != NULL)
		trusted->challenger = user->pin->challenger;
	a->pinned = true;
}

static int
find_user(struct admission *a, struct user **result)
{
	const struct trust_claim *claim = a->claim;
	struct trusted *trusted =
	    trusted_find(a->keys, claim->devices->user_key);
	struct user *user = NULL;
	int r;

	if (devices_by_link_key(claim->devices, claim->device->link_key) ==
	    NULL)
		return CAM_ERR_KEY;
	if (trusted != NULL) {
		r = trusted_take_devices(
		    trusted, claim->devices, claim->devices_bytes);
		if (r < 0)
			return r;
		a->news = r > 0;
		*result = trusted->user;
		return 0;
	}
	user = rsa_owner(a);
	if ((user == NULL || user->trusted != NULL) &&
	    (r = find_stranger(a, &user)) < 0)
		return r;
	pin(a, user);
	*result = user;
	return 0;
}

/* -- what follows ------------------------------------------------------------
 */

/* Whom we know by the same IPMSG key alone is the same person. */
static void
merge_rsa_owner(struct admission *a, struct user *user, struct user *owner)
{
	struct camd *camd = a->camd;
	uint32_t word = owner->peer.word;

	pinning_merge(camd, user, owner);
	if (user->pin == NULL)
		pinning_take(camd, user, word, a->rsa);
	else
		pinning_replace(camd, user, word, a->rsa);
}

/* The IPMSG key that is proved here is his, too. A camd can do what we can,
 * unless it has said so otherwise. */
static void
take_rsa_pin(struct admission *a, struct user *user)
{
	struct user *owner = rsa_owner(a);
	uint32_t word = user->peer.word != 0 ? user->peer.word : CAPA_OURS;

	if (owner == user || a->rsa == NULL)
		return;
	if (owner == NULL && user->pin == NULL) {
		pinning_take(a->camd, user, word, a->rsa);
	} else if (owner == NULL) {
		pinning_replace(a->camd, user, word, a->rsa);
	} else if (owner->trusted == NULL) {
		merge_rsa_owner(a, user, owner);
	} else if (a->pinned || a->news) {
		challenge_raise(a->camd, owner, user);
	}
}

static void
rename_user(struct admission *a, struct user *user)
{
	struct camd *camd = a->camd;
	char *was = user_id(user);

	roster_set_name(camd->roster, user, a->wire, a->claim->host);
	if (a->renamed)
		user->second = namesake_of(camd->roster, user) != NULL;
	roster_changed(camd->roster, user, false);
	if (a->renamed)
		events_tell(camd->events, EVENT_USER_CHANGED,
		    json_pack("{s:o, s:o}", "user",
			user_object(user, camd->lan), "was",
			json_text(span_text(was))));
	free(was);
}

/* He may have another host, or another IPMSG key in his name. */
static void
take_name(struct admission *a, struct user *user)
{
	char *logon = user_logon(user);
	bool same = text_same(logon, a->logon) &&
		    text_same(user->peer.host, a->claim->host);
	struct user *entry;

	free(logon);
	if (same && (a->rsa == NULL || text_same(user->peer.user, a->wire)))
		return;
	a->renamed = !same;
	if ((entry = find_entry(a)) != NULL) {
		entry->second =
		    same ? user->second
			 : namesake_of(a->camd->roster, entry) != NULL;
		pinning_merge(a->camd, user, entry);
	} else {
		rename_user(a, user);
	}
}

/* Who does not say which: most have the one that everybody here has. */
static uint16_t
usual_port(const struct camd *camd)
{
	return (uint16_t)settings_number(camd->settings, "net.port");
}

/* He has shown his key there: no hint is better. */
static bool
take_addr(struct admission *a, struct user *user)
{
	const struct addr *known = &user->peer.addr;
	struct addr addr = *a->claim->at;

	if (known->family != ADDR_NONE &&
	    (addr_same_host(known, &addr) ||
		(known->family != addr.family && user->state != USER_OFFLINE)))
		return false;
	if (addr.port == 0)
		addr.port = known->family != ADDR_NONE ? known->port
						       : usual_port(a->camd);
	roster_set_addr(a->camd->roster, user, &addr);
	return true;
}

static void
take_appearance(struct admission *a, struct user *user)
{
	const struct trust_claim *claim = a->claim;
	struct roster *roster = a->camd->roster;
	bool offline = user->state == USER_OFFLINE, changed = a->pinned;

	if (is_name(claim->nick))
		changed |= roster_set_nick(roster, user, claim->nick);
	if (claim->group != NULL && strlen(claim->group) <= LIMIT_NAME &&
	    !user_is_grouped(user))
		changed |= roster_set_group(roster, user, claim->group);
	if (claim->hearsay) {
		roster_changed(roster, user, changed);
		return;
	}
	changed |= take_addr(a, user);
	user->seen_ms = clock_wall_ms();
	if (offline || user->forgotten)
		roster_set_state(
		    roster, user, user->away != NULL ? USER_AWAY : USER_ONLINE);
	if (offline || changed)
		roster_changed(roster, user, !offline);
}

/* Loudly: the name is known under another key. */
static void
tell_namesake(struct admission *a, struct user *user)
{
	struct user *known;

	if (!user->second || !(a->pinned || a->renamed))
		return;
	known = namesake_with_key(a->camd->roster, user);
	if (known != NULL)
		challenge_raise(a->camd, known, user);
}

static void
log_refused(const struct admission *a, int err)
{
	char text[ADDR_TEXT_SIZE];

	(void)addr_format(a->claim->at, text);
	if (err == CAM_ERR_KEY)
		log_warn("%s@%s at %s shows an old or another list of devices: "
			 "refused",
		    a->claim->user, a->claim->host, text);
	else
		log_info(
		    "a link from %s is refused: %s", text, cam_strerror(err));
}

int
admission_decide(struct camd *camd, struct table *keys,
    const struct trust_claim *claim, struct user **result)
{
	struct admission a = { .camd = camd, .keys = keys, .claim = claim };
	struct user *user = NULL;
	int r;

	take_rsa(&a);
	if ((r = take_names(&a)) < 0 || (r = find_user(&a, &user)) < 0) {
		log_refused(&a, r);
		return r;
	}
	take_rsa_pin(&a, user);
	take_name(&a, user);
	take_appearance(&a, user);
	r = trusted_take_prekey(
	    user->trusted, claim->device, claim->prekey_bytes);
	if (a.pinned || a.news || r > 0)
		trustfile_put(camd, user->trusted, NULL, NULL);
	tell_namesake(&a, user);
	org_judge(camd->org, user);
	*result = user;
	return 0;
}
