/* prekeys.c: a file of prekeys, the newest of which is told to others. */
#include "camd/link/prekeys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/keyfile.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
enum { MINUTE_MS = 60 * 1000 };

/* The file: version (1), then of each id (4), time (8), secret; big-endian. */
enum { FILE_VERSION = 1, RECORD_SIZE = 4 + 8 + HPKE_KEY_SIZE };

static const char kind[] = "prekeys";

struct own_prekey {
	uint32_t id;
	int64_t made_ms;
	struct hpke_key *key;
};

struct prekeys {
	char *path;
	const struct keyfile_lock *lock;
	struct sign_key *signing;
	struct own_prekey list[PREKEYS_MAX]; /* the newest last */
	size_t count;
	uint8_t current[PREKEY_BYTES];
};

/* -- the file ---------------------------------------------------------------
 */

int
prekeys_parse(
    struct span bytes, struct prekey_record list[PREKEYS_MAX], size_t *count)
{
	size_t found = 0;
	uint32_t last = 0;

	if (bytes.len == 0)
		return CAM_ERR_FORMAT;
	if (bytes.data[0] != FILE_VERSION)
		return CAM_ERR_VERSION;
	if ((bytes.len - 1) % RECORD_SIZE != 0)
		return CAM_ERR_FORMAT;
	if ((bytes.len - 1) / RECORD_SIZE > PREKEYS_MAX)
		return CAM_ERR_LIMIT;
	for (const uint8_t *at = bytes.data + 1; at < bytes.data + bytes.len;
	     at += HPKE_KEY_SIZE) {
		uint64_t made;

		list[found].id = (uint32_t)fields_read(&at, 4);
		made = fields_read(&at, 8);
		list[found].made_ms = (int64_t)made;
		list[found].secret = at;
		if (list[found].id <= last || made > INT64_MAX)
			return CAM_ERR_FORMAT;
		last = list[found++].id;
	}
	*count = found;
	return 0;
}

static int
take_records(struct prekeys *prekeys, struct span bytes)
{
	struct prekey_record records[PREKEYS_MAX];
	size_t count = 0;
	int r = prekeys_parse(bytes, records, &count);

	for (size_t i = 0; i < count && r == 0; i++) {
		struct own_prekey *own = &prekeys->list[prekeys->count];

		own->id = records[i].id;
		own->made_ms = records[i].made_ms;
		r = hpke_key_new(records[i].secret, &own->key);
		if (r == 0)
			prekeys->count++;
	}
	return r;
}

static int
load(struct prekeys *prekeys)
{
	struct buf buf;
	int r;

	buf_init(&buf, KEYFILE_SECRET_MAX);
	r = keyfile_load(prekeys->path, kind, prekeys->lock, &buf);
	if (r == 0)
		r = take_records(prekeys, buf_span(&buf));
	else if (r == CAM_ERR_SYSTEM && errno == ENOENT)
		r = 0;
	buf_wipe(&buf);
	return r;
}

static int
save(const struct prekeys *prekeys)
{
	uint8_t secret[HPKE_KEY_SIZE];
	struct buf buf;
	int r;

	buf_init(&buf, KEYFILE_SECRET_MAX);
	/* No copies of secrets are left behind by growing. */
	(void)buf_reserve(&buf, 1 + PREKEYS_MAX * RECORD_SIZE);
	buf_put_byte(&buf, FILE_VERSION);
	for (size_t i = 0; i < prekeys->count; i++) {
		const struct own_prekey *own = &prekeys->list[i];

		fields_put_number(&buf, own->id, 4);
		fields_put_number(&buf, (uint64_t)own->made_ms, 8);
		hpke_key_secret(own->key, secret);
		buf_put(&buf, secret, sizeof secret);
	}
	wipe(secret, sizeof secret);
	r = keyfile_save(
	    prekeys->path, kind, buf_span(&buf), prekeys->lock, true);
	buf_wipe(&buf);
	return r;
}

/* -- time -------------------------------------------------------------------
 */

static int
sign_current(struct prekeys *prekeys)
{
	const struct own_prekey *own = &prekeys->list[prekeys->count - 1];
	struct prekey prekey = { .id = own->id, .made_ms = own->made_ms };

	hpke_key_public(own->key, prekey.key);
	return prekey_build(&prekey, prekeys->signing, prekeys->current);
}

static void
destroy_oldest(struct prekeys *prekeys)
{
	hpke_key_free(prekeys->list[0].key);
	prekeys->count--;
	memmove(&prekeys->list[0], &prekeys->list[1],
	    prekeys->count * sizeof prekeys->list[0]);
}

static bool
destroy_old(struct prekeys *prekeys, int64_t now_ms)
{
	bool any = false;

	while (prekeys->count > 0 && now_ms - prekeys->list[0].made_ms >=
					 PREKEYS_KEPT_DAYS * DAY_MS) {
		destroy_oldest(prekeys);
		any = true;
	}
	return any;
}

/* Those of the future a wrong clock has made: they would be told, and kept,
 * until then. Their time begins now. */
static bool
bring_back(struct prekeys *prekeys, int64_t now_ms)
{
	bool any = false;

	for (size_t i = 0; i < prekeys->count; i++) {
		if (prekeys->list[i].made_ms <= now_ms + DAY_MS)
			continue;
		prekeys->list[i].made_ms = now_ms;
		any = true;
	}
	return any;
}

static bool
needs_new(const struct prekeys *prekeys, int64_t now_ms)
{
	return prekeys->count == 0 ||
	       now_ms - prekeys->list[prekeys->count - 1].made_ms >=
		   PREKEYS_TOLD_DAYS * DAY_MS;
}

/* Numbers come from the time, so that none comes twice when the file is lost.
 */
static int
add_new(struct prekeys *prekeys, int64_t now_ms)
{
	uint32_t last =
	    prekeys->count > 0 ? prekeys->list[prekeys->count - 1].id : 0;
	uint32_t id = (uint32_t)(now_ms / MINUTE_MS);
	struct own_prekey *own;
	int r;

	if (last == UINT32_MAX)
		return CAM_ERR_LIMIT;
	if (prekeys->count == PREKEYS_MAX)
		destroy_oldest(prekeys);
	own = &prekeys->list[prekeys->count];
	if ((r = hpke_key_generate(&own->key)) < 0)
		return r;
	own->id = id > last ? id : last + 1;
	own->made_ms = now_ms;
	prekeys->count++;
	return 0;
}

static void
take_back_new(struct prekeys *prekeys)
{
	hpke_key_free(prekeys->list[--prekeys->count].key);
}

/* 1: there is a new one. */
static int
renew(struct prekeys *prekeys, int64_t now_ms)
{
	bool changed = bring_back(prekeys, now_ms);
	bool added;
	int r;

	changed |= destroy_old(prekeys, now_ms);
	added = needs_new(prekeys, now_ms);
	r = added ? add_new(prekeys, now_ms) : 0;
	if (r < 0 || (!changed && !added))
		return r;
	if ((r = save(prekeys)) < 0) {
		if (added)
			take_back_new(prekeys);
		return r;
	}
	return added ? 1 : 0;
}

bool
prekeys_renew(struct prekeys *prekeys, int64_t now_ms)
{
	int r = renew(prekeys, now_ms);

	if (r == 1)
		r = sign_current(prekeys) < 0 ? CAM_ERR_CRYPTO : 1;
	if (r < 0)
		log_error(
		    "cannot renew %s: %s", prekeys->path, cam_strerror(r));
	return r == 1;
}

/* -- making and asking ------------------------------------------------------
 */

int
prekeys_open(const char *path, const struct keyfile_lock *lock,
    struct sign_key *signing, int64_t now_ms, struct prekeys **result)
{
	struct prekeys *prekeys = xcalloc(1, sizeof *prekeys);
	int r;

	prekeys->path = xstrdup(path);
	prekeys->lock = lock;
	prekeys->signing = sign_key_ref(signing);
	if ((r = load(prekeys)) < 0 || (r = renew(prekeys, now_ms)) < 0 ||
	    (r = sign_current(prekeys)) < 0) {
		prekeys_free(prekeys);
		return r;
	}
	*result = prekeys;
	return 0;
}

void
prekeys_set_lock(struct prekeys *prekeys, const struct keyfile_lock *lock)
{
	prekeys->lock = lock;
}

void
prekeys_free(struct prekeys *prekeys)
{
	if (prekeys == NULL)
		return;
	for (size_t i = 0; i < prekeys->count; i++)
		hpke_key_free(prekeys->list[i].key);
	sign_key_free(prekeys->signing);
	free(prekeys->path);
	free(prekeys);
}

struct span
prekeys_current(const struct prekeys *prekeys)
{
	return span_of(prekeys->current, sizeof prekeys->current);
}

struct hpke_key *
prekeys_private(const struct prekeys *prekeys, uint32_t id)
{
	for (size_t i = 0; i < prekeys->count; i++)
		if (prekeys->list[i].id == id)
			return hpke_key_ref(prekeys->list[i].key);
	return NULL;
}
