/* trust.c: the keys pinned, by user and by key. */
#include "camd/trust/trust.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/people/roster.h"
#include "camd/trust/admission.h"
#include "camd/trust/awaits.h"
#include "camd/trust/challenge.h"
#include "camd/trust/trusted.h"
#include "camd/trust/trustfile.h"
#include "store/trust.h"

struct trust {
	struct camd *camd;
	struct table by_key; /* struct trusted */
	struct awaits *awaits;
};

static int
load(const struct store_trust *row, void *arg)
{
	struct trust *trust = arg;
	struct user *user = roster_by_uid(trust->camd->roster, row->uid);

	if (user != NULL && user->uid != 0)
		(void)trusted_load(&trust->by_key, user, row);
	return 0;
}

int
trust_new(struct camd *camd, struct store *store, struct trust **result)
{
	struct trust *trust = xcalloc(1, sizeof *trust);
	int r;

	trust->camd = camd;
	trust->awaits = awaits_new(camd);
	table_init(&trust->by_key);
	if ((r = store_trust_each(store, load, trust)) < 0) {
		trust_free(trust);
		return r;
	}
	*result = trust;
	return 0;
}

void
trust_free(struct trust *trust)
{
	struct table_link *link, *next;

	if (trust == NULL)
		return;
	awaits_free(trust->awaits);
	for (link = table_first(&trust->by_key); link != NULL; link = next) {
		next = table_next(&trust->by_key, link);
		trusted_free(container_of(link, struct trusted, by_key));
	}
	table_finish(&trust->by_key);
	free(trust);
}

/* -- what is known -----------------------------------------------------------
 */

const uint8_t *
trust_user_key(const struct trust *trust, const struct user *user)
{
	return user->trusted != NULL ? trusted_key(user->trusted) : NULL;
}

const struct devices *
trust_devices(const struct trust *trust, const struct user *user)
{
	return user->trusted != NULL ? &user->trusted->devices : NULL;
}

const struct prekey *
trust_prekey(const struct trust *trust, const struct user *user)
{
	return user->trusted != NULL && user->trusted->prekey.id != 0
		   ? &user->trusted->prekey
		   : NULL;
}

const struct device *
trust_prekey_device(const struct trust *trust, const struct user *user)
{
	return trust_prekey(trust, user) != NULL
		   ? devices_by_id(
			 &user->trusted->devices, user->trusted->prekey_device)
		   : NULL;
}

struct user *
trust_by_user_key(const struct trust *trust, const uint8_t key[SIGN_KEY_SIZE])
{
	struct trusted *trusted = trusted_find(&trust->by_key, key);

	return trusted != NULL ? trusted->user : NULL;
}

bool
trust_is_verified(const struct trust *trust, const struct user *user)
{
	return user_is_verified(user);
}

bool
trust_is_blocked(const struct trust *trust, const struct user *user)
{
	return user_is_blocked(user);
}

struct user *
trust_challenger(const struct trust *trust, const struct user *user)
{
	return challenge_of(trust->camd, user);
}

/* -- what changes ------------------------------------------------------------
 */

int
trust_admit(
    struct trust *trust, const struct trust_claim *claim, struct user **user)
{
	int r = admission_decide(trust->camd, &trust->by_key, claim, user);

	if (r == 0)
		awaits_tell(trust->awaits, *user);
	return r;
}

int
trust_take_prekey(struct trust *trust, struct user *user,
    const struct device *device, struct span bytes)
{
	int r;

	if (user->trusted == NULL)
		return CAM_ERR_KEY;
	r = trusted_take_prekey(user->trusted, device, bytes);
	if (r > 0)
		trustfile_put(trust->camd, user->trusted, NULL, NULL);
	return r < 0 ? r : 0;
}

int
trust_verify(struct trust *trust, struct user *user,
    void (*on_done)(void *arg, int err), void *arg)
{
	return challenge_refute(trust->camd, user, on_done, arg);
}

int
trust_accept(struct trust *trust, struct user *user,
    void (*on_done)(void *arg, int err), void *arg)
{
	return challenge_accept(trust->camd, user, on_done, arg);
}

void
trust_await(struct trust *trust, const struct user *user, uint64_t timeout_ms,
    void (*fn)(void *arg), void *arg)
{
	awaits_add(trust->awaits, user, timeout_ms, fn, arg);
}

void
trust_key_told(struct trust *trust, const struct user *user)
{
	awaits_tell(trust->awaits, user);
}

void
trust_user_merged(struct trust *trust, struct user *from, struct user *into)
{
	struct trusted *trusted = from->trusted;
	int64_t verified_ms;

	if (trusted == NULL || into->trusted != NULL)
		return;
	/* The same key of the same person: what people compared stays. */
	verified_ms = trusted->verified_ms;
	trusted_move(trusted, into);
	trusted->verified_ms = verified_ms;
	trustfile_rename(trust->camd, from->uid, trusted);
}
