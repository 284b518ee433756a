/* user.c: a user, and what he is called. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/span.h"
#include "camd/people/hint.h"
#include "camd/people/shared.h"
#include "camd/people/user.h"
#include "camd/trust/trusted.h"
#include "ipmsg/entry.h"
#include "rpc/json.h"

/* Digits of the fingerprint in the id of a second key. */
enum { ID_FINGERPRINT = 8 };

struct user *
user_new(const char *name, const char *host, struct shared *texts)
{
	struct user *user = xcalloc(1, sizeof *user);

	peer_init(&user->peer, name, host);
	user->nick = xstrdup("");
	user->group = shared_take(texts, "");
	user->version = shared_take(texts, "");
	return user;
}

void
user_free(struct user *user, struct shared *texts)
{
	if (user == NULL)
		return;
	hint_free(user->hint);
	trusted_free(user->trusted);
	peer_finish(&user->peer);
	shared_give(texts, user->group);
	shared_give(texts, user->version);
	free(user->nick);
	free(user->away);
	free(user->alias);
	free(user);
}

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

/* What tells him from others of his name. */
static void
short_fingerprint(
    const struct user *user, char fingerprint[RSA_FINGERPRINT_SIZE])
{
	user_fingerprint(user, fingerprint);
	if (fingerprint[0] != '\0')
		return;
	if (user->trusted != NULL)
		hex_encode(trusted_key(user->trusted),
		    (RSA_FINGERPRINT_SIZE - 1) / 2, fingerprint);
	else
		memcpy(fingerprint, "none", sizeof "none");
}

char *
user_id(const struct user *user)
{
	char logon[LIMIT_NAME + 1], fingerprint[RSA_FINGERPRINT_SIZE];
	struct buf id;

	(void)entry_user_split(user->peer.user, logon, fingerprint);
	/* Nobody's host looks like the fingerprint of somebody else. */
	if (user->second || strchr(user->peer.host, '/') != NULL) {
		short_fingerprint(user, fingerprint);
		return xasprintf("%s@%s/%.*s", logon, user->peer.host,
		    ID_FINGERPRINT, fingerprint);
	}
	buf_init(&id, sizeof logon + 1 + strlen(user->peer.host));
	buf_put_text(&id, logon);
	buf_put_byte(&id, '@');
	buf_put_text(&id, user->peer.host);
	return buf_steal_text(&id);
}

bool
user_has_key(const struct user *user)
{
	return user->pin != NULL || user->trusted != NULL;
}

bool
user_is_verified(const struct user *user)
{
	if (user->trusted != NULL)
		return user->trusted->verified_ms != 0 ||
		       user->trusted->vouched;
	return user->pin != NULL && user->pin->verified;
}

bool
user_is_grouped(const struct user *user)
{
	return user->trusted != NULL && user->trusted->vouched &&
	       user->trusted->grouped;
}

const char *
user_verified_by(const struct user *user)
{
	if (!user_is_verified(user))
		return NULL;
	return user->trusted != NULL && user->trusted->verified_ms == 0
		   ? "organisation"
		   : "comparison";
}

bool
user_is_blocked(const struct user *user)
{
	int64_t challenger = user->trusted != NULL ? user->trusted->challenger
			     : user->pin != NULL   ? user->pin->challenger
						   : 0;

	return challenger != 0 && user_is_verified(user);
}

const char *
user_encryption(const struct user *user, const struct lan *lan)
{
	uint32_t flags = 0;
	int r;

	if (user->peer.strength == PEER_CAM1)
		return "cam1";
	r = lan_protection(lan, &user->peer, &flags);

	if (r == 0)
		return lan_protection_name(flags);
	/* The key will be asked for with the first message; nearly everybody's
	 * is this one. */
	return r == CAM_ERR_MORE && !user->peer.mute ? "rsa2048-aes256"
						     : "none";
}

/* -- as others see it ---------------------------------------------------- */

static const char *
state_word(const struct user *user)
{
	switch ((enum user_state)user->state) {
	case USER_ONLINE:
		return "online";
	case USER_AWAY:
		return "away";
	case USER_OFFLINE:
		break;
	}
	return "offline";
}

json_t *
user_object(const struct user *user, const struct lan *lan)
{
	char fingerprint[RSA_FINGERPRINT_SIZE], addr[ADDR_TEXT_SIZE];
	char *id = user_id(user), *logon = user_logon(user);
	bool known = user->peer.addr.family != ADDR_NONE;
	json_t *object;

	user_fingerprint(user, fingerprint);
	object = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:s, s:o, "
			   "s:o, s:s, s:s?, "
			   "s:b, s:s?, s:b, s:b, s:i, s:b, s:o}",
	    "id", json_text(span_text(id)), "user", json_text(span_text(logon)),
	    "host", json_text(span_text(user->peer.host)), "nick",
	    json_text(span_text(user->nick)), "group",
	    json_text(span_text(user->group)), "name",
	    user->alias != NULL ? json_text(span_text(user->alias))
				: json_null(),
	    "addr",
	    known ? json_string(addr_format_host(&user->peer.addr, addr))
		  : json_null(),
	    "port", (int)user->peer.addr.port, "state", state_word(user),
	    "away", json_text_or_null(user->away), "client",
	    json_text(span_text(user->version)), "encryption",
	    user_encryption(user, lan), "fingerprint",
	    user->pin != NULL ? fingerprint : NULL, "verified",
	    (int)user_is_verified(user), "verified_by", user_verified_by(user),
	    "blocked", (int)user_is_blocked(user), "foreign",
	    (int)user->foreign, "priority", (int)user->priority, "hidden",
	    (int)user->hidden, "seen", json_time(user->seen_ms));
	free(id);
	free(logon);
	return object;
}
