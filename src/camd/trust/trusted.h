/* trusted.h: the user key pinned to one user, and what it has signed. */
#ifndef CAM_CAMD_TRUSTED_H
#define CAM_CAMD_TRUSTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/table.h"
#include "crypto/device.h"

struct rsa_public;
struct store_trust;
struct user;

/* At most one a user, in user->trusted. */
struct trusted {
	struct table *table;
	struct table_link by_key;
	struct user *user;
	struct devices devices; /* the newest list; its user_key is pinned */
	uint8_t *devices_bytes; /* as they came */
	size_t devices_len;
	struct prekey prekey; /* of the device last heard; id 0: none known */
	uint8_t prekey_bytes[PREKEY_BYTES];
	uint8_t prekey_device[DEVICE_ID_SIZE];
	int64_t pinned_ms;   /* wall times */
	int64_t verified_ms; /* when people compared it, 0: never */
	bool vouched;	     /* the organisation says that it is he */
	bool grouped;	     /* and which group he is in */
	int64_t challenger;  /* uid of who showed another key, 0: nobody */
};

/* Pins the key that signed the list to a user without one, and keeps it in
 * table by key. Not verified. */
struct trusted *trusted_new(struct table *table, struct user *user,
    const struct devices *devices, struct span bytes);
/* Of a row of the database: NULL where the user has one already. A list that
 * cannot be read is as none: the key stays pinned. */
struct trusted *trusted_load(
    struct table *table, struct user *user, const struct store_trust *row);
/* Out of table and user. NULL is fine. */
void trusted_free(struct trusted *trusted);

struct trusted *trusted_find(
    const struct table *table, const uint8_t key[SIGN_KEY_SIZE]);
const uint8_t *trusted_key(const struct trusted *trusted);

/*
 * The list takes the place of the one known. CAM_ERR_KEY: it is another user's,
 * older, or says something else under the same version. 1: it is news.
 */
int trusted_take_devices(
    struct trusted *trusted, const struct devices *devices, struct span bytes);
/* A prekey signed by one of the devices. CAM_ERR_FORMAT, CAM_ERR_CRYPTO. 1: it
 * is news. */
int trusted_take_prekey(
    struct trusted *trusted, const struct device *device, struct span bytes);
/* Pinned to another user from now on, in place of what was pinned to him: by
 * that it is not verified, and nobody challenges it. */
void trusted_move(struct trusted *trusted, struct user *user);

/* The user key says that this IPMSG key is its user's. */
bool trusted_owns(const struct trusted *trusted, const struct rsa_public *key);
/* As a row; spans borrow from trusted. */
void trusted_row(const struct trusted *trusted, struct store_trust *row);

#endif
