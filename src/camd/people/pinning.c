/* pinning.c: keys pinned, and what follows from one that somebody else has or
 * had. */
#include "camd/people/pinning.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/call/calls.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/link/links.h"
#include "camd/message/notices.h"
#include "camd/message/outbox.h"
#include "camd/people/hint.h"
#include "camd/people/namesake.h"
#include "camd/people/roster.h"
#include "camd/trust/challenge.h"
#include "camd/trust/trust.h"
#include "camd/trust/trusted.h"
#include "ipmsg/capability.h"
#include "ipmsg/command.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/pin.h"
#include "store/user.h"

/* -- pinned ------------------------------------------------------------------
 */

struct pin_job {
	struct job job;
	struct store_pin pin;
	bool replace;
	uint8_t modulus[RSA_SIZE_MAX];
};

static void
store_pin(struct job *job, void *context)
{
	struct pin_job *write = container_of(job, struct pin_job, job);
	int r = write->replace ? store_pin_replace(context, &write->pin)
			       : store_pin_add(context, &write->pin);

	if (r < 0)
		log_error("cannot keep a key: %s", cam_strerror(r));
}

static void
on_pin_stored(struct job *job)
{
	free(container_of(job, struct pin_job, job));
}

static void
keep_pin(struct camd *camd, struct user *user, bool replace)
{
	struct pin_job *write = xcalloc(1, sizeof *write);
	struct span modulus = rsa_public_modulus(user->peer.key);

	roster_changed(camd->roster, user, false);
	roster_write(camd->roster);
	memcpy(write->modulus, modulus.data, modulus.len);
	write->replace = replace;
	write->pin.uid = user->uid;
	write->pin.bits = (int)modulus.len * 8;
	write->pin.n = span_of(write->modulus, modulus.len);
	write->pin.e = rsa_public_exponent(user->peer.key);
	write->pin.word = user->peer.word;
	write->pin.pinned_ms = clock_wall_ms();
	write->job.work = store_pin;
	write->job.done = on_pin_stored;
	workers_submit(camd->writer, &write->job);
}

/* What somebody has shown to know best (threat model I2): with the key, not
 * only in words. */
static enum peer_strength
strength_of(uint32_t word, const struct rsa_public *key)
{
	const uint32_t strong = CAPA_RSA_2048 | CAPA_AES_256 | CAPA_SIGN_SHA256;

	return (word & strong) == strong && rsa_public_size(key) == RSA_2048
		   ? PEER_STRONG
		   : PEER_WEAK;
}

/* Nothing makes him weaker again (threat model I2). */
static void
learn_strength(struct user *user, enum peer_strength strength)
{
	if (user->peer.strength < (uint8_t)strength)
		user->peer.strength = (uint8_t)strength;
}

static void
pin(struct camd *camd, struct user *user, uint32_t word, struct rsa_public *key,
    bool replace)
{
	char fingerprint[RSA_FINGERPRINT_SIZE];

	rsa_public_fingerprint(key, fingerprint);
	rsa_public_free(user->peer.key);
	user->peer.key = rsa_public_ref(key);
	user->peer.word = word;
	learn_strength(user, strength_of(word, key));
	roster_pin(camd->roster, user, fingerprint, false);
	user->pin->challenger = 0;
	keep_pin(camd, user, replace);
	trust_key_told(camd->trust, user);
}

void
pinning_take(
    struct camd *camd, struct user *user, uint32_t word, struct rsa_public *key)
{
	pin(camd, user, word, key, false);
}

void
pinning_replace(
    struct camd *camd, struct user *user, uint32_t word, struct rsa_public *key)
{
	pin(camd, user, word, key, true);
}

/* The same key again: he may have learnt to do more, never less. */
static void
take_word(struct camd *camd, struct user *user, uint32_t word)
{
	if (user->peer.strength >= PEER_STRONG || user->peer.word == word)
		return;
	user->peer.word = word;
	learn_strength(user, strength_of(word, user->peer.key));
	keep_pin(camd, user, false);
}

/* -- the same key under another name -----------------------------------------
 */

struct merge_job {
	struct job job;
	int64_t from;
	int64_t into;
};

static void
store_merge(struct job *job, void *context)
{
	struct merge_job *merge = container_of(job, struct merge_job, job);
	int r = store_user_merge(context, merge->from, merge->into);

	if (r < 0)
		log_error("cannot merge two users: %s", cam_strerror(r));
}

static void
on_merge_stored(struct job *job)
{
	free(container_of(job, struct merge_job, job));
}

static void
keep_merge(struct camd *camd, struct user *newcomer, const struct user *known)
{
	struct merge_job *job = xcalloc(1, sizeof *job);

	/* His row must be there: messages may name it. */
	roster_changed(camd->roster, newcomer, false);
	roster_write(camd->roster);
	job->from = newcomer->uid;
	job->into = known->uid;
	job->job.work = store_merge;
	job->job.done = on_merge_stored;
	workers_submit(camd->writer, &job->job);
}

static void
take_appearance(
    struct roster *roster, struct user *known, const struct user *newcomer)
{
	known->peer.status =
	    newcomer->peer.status | (known->peer.status & STATUS_ENCEXTMSG);
	known->peer.client = newcomer->peer.client;
	known->second = newcomer->second;
	learn_strength(known, (enum peer_strength)newcomer->peer.strength);
	known->seen_ms = newcomer->seen_ms;
	roster_set_nick(roster, known, newcomer->nick);
	roster_set_group(roster, known, newcomer->group);
	roster_set_version(roster, known, newcomer->version);
	roster_set_away(roster, known, newcomer->away);
	roster_set_addr(roster, known, &newcomer->peer.addr);
}

void
pinning_merge(struct camd *camd, struct user *known, struct user *newcomer)
{
	enum user_state state = (enum user_state)newcomer->state;
	char *was = user_id(known), *name = xstrdup(newcomer->peer.user);
	char *host = xstrdup(newcomer->peer.host);

	log_info("%s is now %s@%s", was, name, host);
	keep_merge(camd, newcomer, known);
	/* His key first: what then goes over his link is sealed to it. */
	trust_user_merged(camd->trust, newcomer, known);
	calls_user_moved(camd->calls, newcomer->uid, known->uid);
	links_user_merged(camd->links, newcomer, known);
	outbox_user_merged(camd->outbox, newcomer, known);
	notices_user_merged(camd->notices, newcomer, known);
	take_appearance(camd->roster, known, newcomer);
	roster_merge(camd->roster, newcomer, known);
	roster_set_name(camd->roster, known, name, host);
	roster_set_state(
	    camd->roster, known, state != USER_OFFLINE ? state : USER_ONLINE);
	roster_changed(camd->roster, known, false);
	events_tell(camd->events, EVENT_USER_CHANGED,
	    json_pack("{s:o, s:o}", "user", user_object(known, camd->lan),
		"was", json_text(span_text(was))));
	free(was);
	free(name);
	free(host);
}

/* -- another key under the same name -----------------------------------------
 */

void
pinning_tell_second(
    struct camd *camd, struct user *user, const char *fingerprint)
{
	char old[RSA_FINGERPRINT_SIZE];
	struct user *first = namesake_of(camd->roster, user);

	if (first == NULL)
		return;
	user->second = true;
	user_fingerprint(first, old);
	challenge_tell(camd, first, user, old, fingerprint);
}

/* A user of its own: who he is for us is his key. */
static void
add_second(struct camd *camd, struct user *user, const struct addr *from,
    uint32_t word, struct rsa_public *key)
{
	char fingerprint[RSA_FINGERPRINT_SIZE];
	struct user *other =
	    roster_add(camd->roster, user->peer.user, user->peer.host);

	if (other == NULL)
		return;
	rsa_public_fingerprint(key, fingerprint);
	other->peer.status = user->peer.status;
	other->peer.client = user->peer.client;
	roster_set_nick(camd->roster, other, user->nick);
	roster_set_group(camd->roster, other, user->group);
	roster_set_version(camd->roster, other, user->version);
	roster_set_addr(camd->roster, other, from);
	pinning_tell_second(camd, other, fingerprint);
	pinning_take(camd, other, word, key);
	if (user->pin != NULL && user->trusted == NULL)
		challenge_raise(camd, user, other);
	/* Elsewhere than where the first one is it says nothing of him. */
	if (addr_equal(&user->peer.addr, from) && user->trusted == NULL)
		roster_set_state(camd->roster, user, USER_OFFLINE);
	roster_set_state(camd->roster, other, USER_ONLINE);
}

/* Of those with IPMSG keys only; a link shows who has more. */
static void
challenge_by_pin(struct camd *camd, struct user *user)
{
	struct user *known =
	    user->second ? namesake_with_key(camd->roster, user) : NULL;

	if (known != NULL && known->trusted == NULL)
		challenge_raise(camd, known, user);
}

/* -- shown -------------------------------------------------------------------
 */

void
pinning_key_shown(struct camd *camd, struct user *user, const struct addr *from,
    uint32_t word, struct rsa_public *key)
{
	char fingerprint[RSA_FINGERPRINT_SIZE];
	struct user *owner;

	rsa_public_fingerprint(key, fingerprint);
	owner = roster_by_fingerprint(camd->roster, fingerprint);
	if (owner != NULL && !rsa_public_equal(owner->peer.key, key))
		owner = NULL;
	/* Of several with one name it is he whose key it is. */
	if (owner != NULL && user->pin != NULL &&
	    peer_is(&user->peer, owner->peer.user, owner->peer.host))
		user = owner;
	if (user->pin == NULL && owner != NULL) {
		if (user->trusted == NULL)
			hint_twin(camd, user, owner, word, key);
		return;
	}
	if (user->pin == NULL &&
	    (user->trusted == NULL || trusted_owns(user->trusted, key))) {
		pinning_take(camd, user, word, key);
		challenge_by_pin(camd, user);
		if (hint_key_shown(user, from))
			return;
	} else if (user == owner) {
		take_word(camd, user, word);
		if (hint_key_shown(user, from))
			return;
	} else {
		if (owner == NULL)
			add_second(camd, user, from, word, key);
		return;
	}
	outbox_user_heard(camd->outbox, user);
}
