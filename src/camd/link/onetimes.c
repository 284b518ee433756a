/* onetimes.c: sealed in memory as in the database, opened for the one envelope.
 */
#include "camd/link/onetimes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "crypto/keyfile.h"
#include "crypto/vault.h"
#include "loop/worker.h"

_Static_assert(
    (int)ONETIME_SECRET_SIZE == (int)HPKE_KEY_SIZE + (int)VAULT_OVERHEAD,
    "what a place holds");

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static const char kind[] = "onetime";

struct onetimes {
	struct camd *camd;
	struct vault *vault;
	struct store_onetime *list; /* ONETIME_MAX; [i] is place i + 1; NULL:
				       none was ever made */
	size_t count;
	struct make_job *making;
};

/* -- the vault's file --------------------------------------------------------
 */

static int
make_vault(
    const char *path, const struct keyfile_lock *lock, struct vault **vault)
{
	uint8_t key[VAULT_KEY_SIZE];
	int r = 0;

	random_bytes(key, sizeof key);
	r = keyfile_save(path, kind, span_of(key, sizeof key), lock, false);
	if (r == 0)
		*vault = vault_new(key);
	wipe(key, sizeof key);
	return r;
}

int
onetimes_vault(
    const char *path, const struct keyfile_lock *lock, struct vault **vault)
{
	struct buf buf;
	int r = 0;

	buf_init(&buf, KEYFILE_SECRET_MAX);
	r = keyfile_load(path, kind, lock, &buf);
	if (r == CAM_ERR_SYSTEM && errno == ENOENT)
		r = make_vault(path, lock, vault);
	else if (r == 0 && buf.len != VAULT_KEY_SIZE)
		r = CAM_ERR_KEY;
	else if (r == 0)
		*vault = vault_new(buf.data);
	buf_wipe(&buf);
	return r;
}

/* -- sealed ------------------------------------------------------------------
 */

/* No sealed half opens under another number. */
static struct span
place_of(uint32_t id, uint8_t bytes[4])
{
	(void)fields_write(bytes, id, 4);
	return span_of(bytes, 4);
}

static int
unseal(const struct vault *vault, const struct store_onetime *one,
    struct hpke_key **key)
{
	uint8_t secret[HPKE_KEY_SIZE], place[4];
	int r = vault_open(vault, place_of(one->id, place),
	    span_of(one->secret, sizeof one->secret), secret);

	if (r == 0)
		r = hpke_key_new(secret, key);
	wipe(secret, sizeof secret);
	return r;
}

static const struct store_onetime *
find(const struct onetimes *onetimes, uint32_t id)
{
	if (onetimes == NULL || onetimes->list == NULL || id == 0)
		return NULL;
	for (size_t i = 0; i < ONETIME_MAX; i++)
		if (onetimes->list[i].id == id)
			return &onetimes->list[i];
	return NULL;
}

struct hpke_key *
onetimes_private(const struct onetimes *onetimes, uint32_t id, int64_t *place)
{
	const struct store_onetime *one = find(onetimes, id);
	struct hpke_key *key = NULL;

	if (one == NULL || unseal(onetimes->vault, one, &key) < 0)
		return NULL;
	*place = one->place;
	return key;
}

bool
onetimes_has(const struct onetimes *onetimes, uint32_t id)
{
	return find(onetimes, id) != NULL;
}

bool
onetimes_is_fresh(const struct onetimes *onetimes, uint32_t id, int64_t now_ms)
{
	const struct store_onetime *one = find(onetimes, id);

	return one != NULL &&
	       now_ms - one->made_ms < ONETIMES_TOLD_DAYS * DAY_MS;
}

static void
make_list(struct onetimes *onetimes)
{
	if (onetimes->list != NULL)
		return;
	onetimes->list = xcalloc(ONETIME_MAX, sizeof *onetimes->list);
	for (size_t i = 0; i < ONETIME_MAX; i++)
		onetimes->list[i].place = (int64_t)i + 1;
}

static void
empty(struct onetimes *onetimes, size_t index)
{
	struct store_onetime *one = &onetimes->list[index];

	if (one->id != 0)
		onetimes->count--;
	*one = (struct store_onetime){ .place = (int64_t)index + 1 };
}

void
onetimes_forget(struct onetimes *onetimes, uint32_t id)
{
	const struct store_onetime *one = find(onetimes, id);

	if (one != NULL)
		empty(onetimes, (size_t)(one - onetimes->list));
}

size_t
onetimes_count(const struct onetimes *onetimes)
{
	return onetimes->count;
}

/* -- too old -----------------------------------------------------------------
 */

struct expire_job {
	struct job job;
	int64_t now_ms;
	int err;
};

static void
expire(struct job *job, void *context)
{
	struct expire_job *expire = container_of(job, struct expire_job, job);

	expire->err = store_onetime_expire(context,
	    expire->now_ms - ONETIMES_KEPT_DAYS * DAY_MS, expire->now_ms);
}

static void
on_expired(struct job *job)
{
	struct expire_job *expire = container_of(job, struct expire_job, job);
	int err = job->batch_err < 0 ? job->batch_err : expire->err;

	if (err < 0)
		log_error("cannot destroy prekeys: %s", cam_strerror(err));
	free(expire);
}

void
onetimes_expire(struct onetimes *onetimes, int64_t now_ms)
{
	struct expire_job *job = NULL;
	bool any = false;

	for (size_t i = 0; i < ONETIME_MAX && onetimes->list != NULL; i++) {
		const struct store_onetime *one = &onetimes->list[i];

		/* One of the future was made by a wrong clock. */
		if (one->id == 0 ||
		    (now_ms - one->made_ms <= ONETIMES_KEPT_DAYS * DAY_MS &&
			one->made_ms <= now_ms + DAY_MS))
			continue;
		empty(onetimes, i);
		any = true;
	}
	if (!any)
		return;
	job = xcalloc(1, sizeof *job);
	job->now_ms = now_ms;
	job->job.work = expire;
	job->job.done = on_expired;
	workers_submit(onetimes->camd->writer, &job->job);
}

/* -- making ------------------------------------------------------------------
 */

/* Made in the pool, then stored, then told. */
struct make_job {
	struct job job;
	struct onetimes *onetimes;
	struct vault *vault;
	struct sign_key *signing;
	struct store_onetime list[ONETIMES_AT_ONCE]; /* places are given */
	uint8_t prekeys[ONETIMES_AT_ONCE][PREKEY_BYTES];
	size_t count;
	int err;
	void (*on_made)(void *arg, int err,
	    const uint8_t (*prekeys)[PREKEY_BYTES], size_t count);
	void *arg;
};

static int
make_one(const struct make_job *make, struct store_onetime *one,
    uint8_t bytes[PREKEY_BYTES])
{
	uint8_t secret[HPKE_KEY_SIZE], place[4];
	struct prekey prekey = { .id = one->id, .made_ms = one->made_ms };
	struct hpke_key *key = NULL;
	int r = hpke_key_generate(&key);

	if (r < 0)
		return r;
	hpke_key_public(key, prekey.key);
	hpke_key_secret(key, secret);
	vault_seal(make->vault, place_of(one->id, place),
	    span_of(secret, sizeof secret), one->secret);
	wipe(secret, sizeof secret);
	hpke_key_free(key);
	return prekey_build(&prekey, make->signing, bytes);
}

static void
make_all(struct job *job, void *context)
{
	struct make_job *make = container_of(job, struct make_job, job);

	for (size_t i = 0; i < make->count && make->err == 0; i++)
		make->err = make_one(make, &make->list[i], make->prekeys[i]);
}

static void
store_all(struct job *job, void *context)
{
	struct make_job *make = container_of(job, struct make_job, job);

	for (size_t i = 0; i < make->count && make->err == 0; i++)
		make->err = store_onetime_put(context, &make->list[i]);
}

static void
finish_making(struct make_job *make, int err)
{
	struct onetimes *onetimes = make->onetimes;

	if (err < 0)
		log_error("cannot make prekeys: %s", cam_strerror(err));
	onetimes->making = NULL;
	for (size_t i = 0; i < make->count && err == 0; i++) {
		onetimes->list[make->list[i].place - 1] = make->list[i];
		onetimes->count++;
	}
	make->on_made(make->arg, err,
	    (const uint8_t(*)[PREKEY_BYTES])make->prekeys,
	    err == 0 ? make->count : 0);
	vault_free(make->vault);
	sign_key_free(make->signing);
	free(make);
}

static void
on_stored(struct job *job)
{
	struct make_job *make = container_of(job, struct make_job, job);

	finish_making(make, job->batch_err < 0 ? job->batch_err : make->err);
}

static void
on_made(struct job *job)
{
	struct make_job *make = container_of(job, struct make_job, job);

	if (make->err < 0) {
		finish_making(make, make->err);
		return;
	}
	make->job = (struct job){ .work = store_all, .done = on_stored };
	workers_submit(make->onetimes->camd->writer, &make->job);
}

static bool
is_being_made(const struct make_job *make, uint32_t id)
{
	for (size_t i = 0; i < make->count; i++)
		if (make->list[i].id == id)
			return true;
	return false;
}

/* By chance: numbers tell nobody how many there were, and none comes twice
 * where the database is lost. */
static uint32_t
new_id(const struct onetimes *onetimes, const struct make_job *make)
{
	uint32_t id = 0;

	do {
		random_bytes(&id, sizeof id);
		id |= PREKEY_ONETIME;
	} while (onetimes_has(onetimes, id) || is_being_made(make, id));
	return id;
}

static bool
is_given(const struct make_job *make, size_t index)
{
	for (size_t i = 0; i < make->count; i++)
		if (make->list[i].place == (int64_t)index + 1)
			return true;
	return false;
}

/* An empty place, else that of the oldest. Its private half is gone from now
 * on: what comes for it all the same is sealed anew. */
static size_t
find_place(struct onetimes *onetimes, const struct make_job *make)
{
	size_t oldest = ONETIME_MAX;

	for (size_t i = 0; i < ONETIME_MAX; i++) {
		if (is_given(make, i))
			continue;
		if (onetimes->list[i].id == 0)
			return i;
		if (oldest == ONETIME_MAX ||
		    onetimes->list[i].made_ms < onetimes->list[oldest].made_ms)
			oldest = i;
	}
	empty(onetimes, oldest);
	return oldest;
}

void
onetimes_make(struct onetimes *onetimes, size_t count,
    void (*on_all_made)(void *arg, int err,
	const uint8_t (*prekeys)[PREKEY_BYTES], size_t count),
    void *arg)
{
	struct make_job *make = NULL;
	int64_t now_ms = clock_wall_ms();

	if (onetimes->making != NULL) {
		on_all_made(arg, CAM_ERR_FULL, NULL, 0);
		return;
	}
	make = onetimes->making = xcalloc(1, sizeof *make);
	make->onetimes = onetimes;
	make->vault = vault_ref(onetimes->vault);
	make->signing =
	    sign_key_ref(identity_signing_key(onetimes->camd->identity));
	make->on_made = on_all_made;
	make->arg = arg;
	make_list(onetimes);
	while (make->count < count && make->count < ONETIMES_AT_ONCE) {
		struct store_onetime *one = &make->list[make->count];
		size_t index = find_place(onetimes, make);

		one->id = new_id(onetimes, make);
		one->made_ms = now_ms;
		one->place = (int64_t)index + 1;
		make->count++;
	}
	make->job.work = make_all;
	make->job.done = on_made;
	workers_submit(onetimes->camd->pool, &make->job);
}

/* -- reading -----------------------------------------------------------------
 */

/* What another vault has sealed is as if it were not there. */
static int
take_row(const struct store_onetime *row, void *arg)
{
	struct onetimes *onetimes = arg;
	uint8_t secret[HPKE_KEY_SIZE], place[4];

	if (vault_open(onetimes->vault, place_of(row->id, place),
		span_of(row->secret, sizeof row->secret), secret) < 0)
		return 0;
	wipe(secret, sizeof secret);
	make_list(onetimes);
	if (onetimes->list[row->place - 1].id == 0)
		onetimes->count++;
	onetimes->list[row->place - 1] = *row;
	return 0;
}

int
onetimes_new(struct camd *camd, struct store *store, struct onetimes **result)
{
	struct onetimes *onetimes = xcalloc(1, sizeof *onetimes);
	int r = 0;

	onetimes->camd = camd;
	onetimes->vault = vault_ref(identity_vault(camd->identity));
	r = store_onetime_each(store, take_row, onetimes);
	if (r == 0)
		*result = onetimes;
	else
		onetimes_free(onetimes);
	return r;
}

void
onetimes_free(struct onetimes *onetimes)
{
	if (onetimes == NULL)
		return;
	vault_free(onetimes->vault);
	free(onetimes->list);
	free(onetimes);
}
