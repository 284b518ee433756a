/* hint.c: other addresses and other machines of people, checked. */
#include "camd/people/hint.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/message/outbox.h"
#include "camd/people/pinning.h"
#include "camd/people/roster.h"
#include "loop/timer.h"

/* Who does not answer within this is silent. */
enum { HINT_MS = 3000 };
/* So that a storm of forged entries makes us ask but now and then. */
enum { HINT_QUIET_S = 10 };

struct hint {
	struct camd *camd;
	struct user *user;
	struct timer timer;
	/* Of another address. */
	struct addr addr;
	bool has_key;
	/* Of another machine: who it may be, and what he has shown. */
	int64_t known_uid; /* 0: it is about an address */
	int64_t known_seen_ms;
	uint32_t word;
	struct rsa_public *key;
};

void
hint_free(struct hint *hint)
{
	if (hint == NULL)
		return;
	hint->user->hint = NULL;
	timer_finish(&hint->timer);
	rsa_public_free(hint->key);
	free(hint);
}

static void
on_silence(void *arg)
{
	hint_wait_is_over(arg);
}

static struct hint *
hint_new(struct camd *camd, struct user *user)
{
	struct hint *hint = xcalloc(1, sizeof *hint);

	hint_free(user->hint);
	user->hint = hint;
	hint->camd = camd;
	hint->user = user;
	timer_init(&hint->timer, camd->loop, on_silence, hint);
	timer_start(&hint->timer, HINT_MS);
	return hint;
}

/* -- another address
 * -----------------------------------------------------------
 */

void
hint_address(struct camd *camd, struct user *user, const struct addr *addr)
{
	uint32_t now_s = (uint32_t)(clock_now_ms() / 1000);
	struct hint *hint;

	if (user->hint != NULL ||
	    (user->hint_s != 0 && now_s - user->hint_s < HINT_QUIET_S &&
		user->state != USER_OFFLINE))
		return;
	user->hint_s = now_s > 0 ? now_s : 1;
	hint = hint_new(camd, user);
	hint->addr = *addr;
	lan_ask_key_at(camd->lan, &user->peer, addr);
	/* Also of one who is thought to have gone: that may be forged too. */
	lan_probe(camd->lan, &user->peer.addr);
}

bool
hint_key_shown(struct user *user, const struct addr *from)
{
	struct hint *hint = user->hint;

	if (hint == NULL || hint->known_uid != 0 ||
	    !addr_equal(&hint->addr, from))
		return false;
	hint->has_key = true;
	return true;
}

void
hint_refute(struct user *user)
{
	if (user->hint == NULL || user->hint->known_uid != 0)
		return;
	log_debug("%s answers at its known address: another one is ignored",
	    user->peer.user);
	hint_free(user->hint);
}

static void
follow(struct hint *hint)
{
	struct camd *camd = hint->camd;
	struct user *user = hint->user;
	struct addr addr = hint->addr;

	hint_free(hint);
	roster_set_addr(camd->roster, user, &addr);
	roster_changed(camd->roster, user, true);
	/* It tells of itself, now from its address of record. */
	lan_probe(camd->lan, &addr);
	outbox_user_heard(camd->outbox, user);
}

/* -- another machine
 * -----------------------------------------------------------
 */

void
hint_twin(struct camd *camd, struct user *newcomer, struct user *known,
    uint32_t word, struct rsa_public *key)
{
	struct hint *hint = hint_new(camd, newcomer);

	hint->known_uid = known->uid;
	hint->known_seen_ms = known->seen_ms;
	hint->word = word;
	hint->key = rsa_public_ref(key);
	/* Where he was is where he is now: nobody else can answer there. */
	if (known->peer.addr.family == ADDR_NONE ||
	    addr_equal(&known->peer.addr, &newcomer->peer.addr))
		hint_wait_is_over(hint);
	else
		lan_probe(camd->lan, &known->peer.addr);
}

static bool
is_silent(const struct hint *hint, const struct user *known)
{
	return known->state == USER_OFFLINE ||
	       known->seen_ms == hint->known_seen_ms ||
	       addr_equal(&known->peer.addr, &hint->user->peer.addr);
}

static void
decide(struct hint *hint)
{
	struct camd *camd = hint->camd;
	struct user *user = hint->user;
	struct user *known = roster_by_uid(camd->roster, hint->known_uid);

	if (user->trusted != NULL) {
		/* A link has said meanwhile who he is. */
		hint_free(hint);
		return;
	}
	/* Who has a user key shows that, elsewhere too. */
	if (known != NULL && known->trusted == NULL &&
	    known->peer.key != NULL &&
	    rsa_public_equal(known->peer.key, hint->key) &&
	    is_silent(hint, known)) {
		hint_free(hint);
		pinning_merge(camd, known, user);
		user = known;
	} else {
		pinning_take(camd, user, hint->word, hint->key);
		hint_free(hint);
	}
	outbox_user_heard(camd->outbox, user);
}

void
hint_wait_is_over(struct hint *hint)
{
	if (hint->known_uid != 0)
		decide(hint);
	else if (hint->has_key)
		follow(hint);
	else
		hint_free(hint);
}
