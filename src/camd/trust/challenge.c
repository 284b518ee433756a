/* challenge.c: changed keys: kept, told, accepted or refuted. */
#include "camd/trust/challenge.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/link/links.h"
#include "camd/message/outbox.h"
#include "camd/people/namesake.h"
#include "camd/people/pinning.h"
#include "camd/people/roster.h"
#include "camd/trust/trusted.h"
#include "camd/trust/trustfile.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { LOOK_QUIET_S = 10 };
enum { KEY_TEXT_SIZE = 2 * SIGN_KEY_SIZE + 1 };

static int64_t *
challenger_of(const struct user *user)
{
	if (user->trusted != NULL)
		return &user->trusted->challenger;
	return user->pin != NULL ? &user->pin->challenger : NULL;
}

struct user *
challenge_of(const struct camd *camd, const struct user *known)
{
	const int64_t *uid = challenger_of(known);
	struct user *other =
	    uid != NULL && *uid != 0 ? roster_by_uid(camd->roster, *uid) : NULL;

	/* He may have turned out to be the same person meanwhile. */
	return other != known ? other : NULL;
}

static void
put(struct camd *camd, struct user *user, void (*on_done)(void *arg, int err),
    void *arg)
{
	if (user->trusted != NULL)
		trustfile_put(camd, user->trusted, on_done, arg);
	else
		trustfile_mark_pin(camd, user, on_done, arg);
}

/* What waits for a commit: users by uid, as they may go meanwhile. */
struct step {
	struct camd *camd;
	int64_t known;
	int64_t other;
	void (*on_done)(void *arg, int err);
	void *arg;
};

static struct step *
step_new(struct camd *camd, const struct user *known)
{
	struct step *step = xcalloc(1, sizeof *step);

	step->camd = camd;
	step->known = known->uid;
	return step;
}

/* -- raised ------------------------------------------------------------------
 */

static void
key_text(const struct user *user, char text[KEY_TEXT_SIZE])
{
	if (user->trusted != NULL)
		hex_encode(trusted_key(user->trusted), SIGN_KEY_SIZE, text);
	else
		user_fingerprint(user, text);
}

void
challenge_tell(struct camd *camd, const struct user *known,
    const struct user *other, const char *old_key, const char *new_key)
{
	char *id = user_id(known), *other_id = user_id(other);

	log_warn("another key under the name of %s: %s%s", id, other_id,
	    user_is_blocked(known)
		? "; nothing is sent until cam verify says which is right"
		: "");
	events_tell(camd->events, EVENT_KEY_CHANGED,
	    json_pack("{s:o, s:o, s:o, s:s, s:s, s:b, s:b}", "user",
		user_object(known, camd->lan), "id", json_text(span_text(id)),
		"other", json_text(span_text(other_id)), "old", old_key, "new",
		new_key, "verified", (int)user_is_verified(known), "blocked",
		(int)user_is_blocked(known)));
	free(id);
	free(other_id);
}

static void
on_raised(void *arg, int err)
{
	struct step *step = arg;
	struct roster *roster = step->camd->roster;
	struct user *known = roster_by_uid(roster, step->known);
	const struct user *other = roster_by_uid(roster, step->other);
	char old_key[KEY_TEXT_SIZE], new_key[KEY_TEXT_SIZE];

	if (known != NULL && other != NULL && known != other) {
		key_text(known, old_key);
		key_text(other, new_key);
		challenge_tell(step->camd, known, other, old_key, new_key);
		/* Lists show that he is blocked. */
		roster_changed(roster, known, true);
	}
	free(step);
}

void
challenge_raise(struct camd *camd, struct user *known, struct user *other)
{
	int64_t *challenger = challenger_of(known);
	struct step *step;

	if (challenger == NULL || *challenger == other->uid)
		return;
	*challenger = other->uid;
	step = step_new(camd, known);
	step->other = other->uid;
	/* His row is there before ours names it. */
	roster_changed(camd->roster, other, false);
	put(camd, known, on_raised, step);
}

/* A storm of entries makes us ask but now and then. */
static bool
is_quiet(struct user *user)
{
	uint32_t now_s = (uint32_t)(clock_now_ms() / 1000);
	bool quiet = user->hint_s != 0 && now_s - user->hint_s < LOOK_QUIET_S;

	if (!quiet)
		user->hint_s = now_s > 0 ? now_s : 1;
	return quiet;
}

void
challenge_look(struct camd *camd, struct user *user)
{
	const struct user *known = NULL;

	if (!user->second || user->trusted != NULL)
		return;
	known = namesake_with_key(camd->roster, user);
	if (known == NULL || !user_is_verified(known) || is_quiet(user))
		return;
	if (links_want(camd->links, user) == LINKS_NONE && user->pin == NULL &&
	    known->trusted == NULL)
		lan_ask_key_at(camd->lan, &user->peer, &user->peer.addr);
}

/* -- decided -----------------------------------------------------------------
 */

static void
on_decided(void *arg, int err)
{
	struct step *step = arg;
	struct camd *camd = step->camd;
	struct user *known = roster_by_uid(camd->roster, step->known);

	if (err == 0 && known != NULL) {
		roster_changed(camd->roster, known, true);
		outbox_user_heard(camd->outbox, known);
	}
	if (step->on_done != NULL)
		step->on_done(step->arg, err);
	free(step);
}

static struct step *
decision_new(struct camd *camd, const struct user *known,
    void (*on_done)(void *arg, int err), void *arg)
{
	struct step *step = step_new(camd, known);

	step->on_done = on_done;
	step->arg = arg;
	return step;
}

int
challenge_refute(struct camd *camd, struct user *known,
    void (*on_done)(void *arg, int err), void *arg)
{
	int64_t *challenger = challenger_of(known);

	if (challenger == NULL)
		return CAM_ERR_KEY;
	*challenger = 0;
	if (known->trusted != NULL)
		known->trusted->verified_ms = clock_wall_ms();
	else
		known->pin->verified = true;
	put(camd, known, on_decided, decision_new(camd, known, on_done, arg));
	return 0;
}

/* The IPMSG key of other, or none, in place of that of known. */
static void
take_pin(struct camd *camd, struct user *known, const struct user *other)
{
	struct rsa_public *key = rsa_public_ref(other->peer.key);

	roster_unpin(camd->roster, known);
	known->peer.word = other->peer.word;
	known->peer.strength = other->peer.strength;
	known->peer.key = key;
	if (other->pin != NULL)
		roster_pin(camd->roster, known, other->pin->fingerprint, false);
}

int
challenge_accept(struct camd *camd, struct user *known,
    void (*on_done)(void *arg, int err), void *arg)
{
	struct user *other = challenge_of(camd, known);
	bool second = known->second;

	if (other == NULL || !user_has_key(other) ||
	    (known->trusted != NULL && other->trusted == NULL))
		return CAM_ERR_UNKNOWN;
	if (other->trusted != NULL)
		trusted_move(other->trusted, known);
	take_pin(camd, known, other);
	trustfile_move(camd, other->uid, known, on_decided,
	    decision_new(camd, known, on_done, arg));
	/* A link that stands was made with the old key. */
	links_user_gone(camd->links, known);
	pinning_merge(camd, known, other);
	known->second = second && namesake_of(camd->roster, known) != NULL;
	roster_changed(camd->roster, known, false);
	return 0;
}
