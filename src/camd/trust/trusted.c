/* trusted.c: a user key, its list of devices and their prekey. */
#include "camd/trust/trusted.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/people/user.h"
#include "crypto/rsa.h"
#include "store/trust.h"

static uint64_t
hash_key(const struct table *table, const uint8_t key[SIGN_KEY_SIZE])
{
	return table_hash(table, key, SIGN_KEY_SIZE);
}

static bool
has_key(const struct table_link *link, const void *key)
{
	return memcmp(trusted_key(container_of(link, struct trusted, by_key)),
		   key, SIGN_KEY_SIZE) == 0;
}

struct trusted *
trusted_find(const struct table *table, const uint8_t key[SIGN_KEY_SIZE])
{
	struct table_link *link =
	    table_find(table, hash_key(table, key), has_key, key);

	return link != NULL ? container_of(link, struct trusted, by_key) : NULL;
}

const uint8_t *
trusted_key(const struct trusted *trusted)
{
	return trusted->devices.user_key;
}

static void
set_devices(
    struct trusted *trusted, const struct devices *devices, struct span bytes)
{
	uint8_t *copy = xmalloc(bytes.len + 1);

	if (bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	free(trusted->devices_bytes);
	trusted->devices = *devices;
	trusted->devices_bytes = copy;
	trusted->devices_len = bytes.len;
}

struct trusted *
trusted_new(struct table *table, struct user *user,
    const struct devices *devices, struct span bytes)
{
	struct trusted *trusted = xcalloc(1, sizeof *trusted);

	trusted->table = table;
	trusted->user = user;
	trusted->pinned_ms = clock_wall_ms();
	set_devices(trusted, devices, bytes);
	table_add(
	    table, &trusted->by_key, hash_key(table, trusted_key(trusted)));
	user->trusted = trusted;
	return trusted;
}

void
trusted_free(struct trusted *trusted)
{
	if (trusted == NULL)
		return;
	table_remove(trusted->table, &trusted->by_key);
	trusted->user->trusted = NULL;
	free(trusted->devices_bytes);
	free(trusted);
}

/* -- from and to the database ------------------------------------------------
 */

static void
load_prekey(struct trusted *trusted, struct span bytes)
{
	for (size_t i = 0; i < trusted->devices.count; i++) {
		if (trusted_take_prekey(
			trusted, &trusted->devices.list[i], bytes) >= 0)
			return;
	}
}

struct trusted *
trusted_load(
    struct table *table, struct user *user, const struct store_trust *row)
{
	struct devices devices;
	struct trusted *trusted = NULL;

	if (user->trusted != NULL || trusted_find(table, row->user_key) != NULL)
		return NULL;
	if (devices_parse(row->devices, &devices) < 0 ||
	    memcmp(devices.user_key, row->user_key, SIGN_KEY_SIZE) != 0) {
		log_warn("the list of devices of %s@%s is damaged",
		    user->peer.user, user->peer.host);
		memset(&devices, 0, sizeof devices);
		memcpy(devices.user_key, row->user_key, SIGN_KEY_SIZE);
	}
	trusted = trusted_new(table, user, &devices, row->devices);
	load_prekey(trusted, row->prekey);
	trusted->pinned_ms = row->pinned_ms;
	trusted->verified_ms = row->verified_ms;
	trusted->challenger = row->challenger;
	return trusted;
}

void
trusted_row(const struct trusted *trusted, struct store_trust *row)
{
	bool has_prekey = trusted->prekey.id != 0;

	*row = (struct store_trust){
		.uid = trusted->user->uid,
		.devices =
		    span_of(trusted->devices_bytes, trusted->devices_len),
		.prekey = span_of(
		    trusted->prekey_bytes, has_prekey ? PREKEY_BYTES : 0),
		.pinned_ms = trusted->pinned_ms,
		.verified_ms = trusted->verified_ms,
		.challenger = trusted->challenger,
	};
	memcpy(row->user_key, trusted_key(trusted), SIGN_KEY_SIZE);
}

/* -- what the key has signed -------------------------------------------------
 */

int
trusted_take_devices(
    struct trusted *trusted, const struct devices *devices, struct span bytes)
{
	const struct devices *known = &trusted->devices;

	if (memcmp(devices->user_key, known->user_key, SIGN_KEY_SIZE) != 0 ||
	    devices->version < known->version)
		return CAM_ERR_KEY;
	if (devices->version == known->version) {
		struct span old =
		    span_of(trusted->devices_bytes, trusted->devices_len);

		/* Damaged here: version 0 is nobody's. */
		if (known->count > 0)
			return span_equal(bytes, old) ? 0 : CAM_ERR_KEY;
	}
	set_devices(trusted, devices, bytes);
	return 1;
}

int
trusted_take_prekey(
    struct trusted *trusted, const struct device *device, struct span bytes)
{
	struct prekey prekey;
	int r;

	if (bytes.len != PREKEY_BYTES)
		return CAM_ERR_FORMAT;
	if (trusted->prekey.id != 0 &&
	    memcmp(trusted->prekey_bytes, bytes.data, PREKEY_BYTES) == 0)
		return 0;
	if ((r = prekey_parse(bytes, device->signing_key, &prekey)) < 0)
		return r;
	trusted->prekey = prekey;
	memcpy(trusted->prekey_bytes, bytes.data, PREKEY_BYTES);
	device_id(device, trusted->prekey_device);
	return 1;
}

void
trusted_move(struct trusted *trusted, struct user *user)
{
	trusted_free(user->trusted);
	trusted->user->trusted = NULL;
	trusted->user = user;
	trusted->verified_ms = 0;
	trusted->vouched = false;
	trusted->challenger = 0;
	user->trusted = trusted;
}

bool
trusted_owns(const struct trusted *trusted, const struct rsa_public *key)
{
	uint8_t digest[SHA256_SIZE];

	rsa_public_digest(key, digest);
	return memcmp(digest, trusted->devices.rsa, sizeof digest) == 0;
}
