/* trust.h: whose key is whose: user keys pinned, verified, changed. */
#ifndef CAM_CAMD_TRUST_H
#define CAM_CAMD_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "crypto/device.h"

struct addr;
struct camd;
struct rsa_public;
struct store;
struct trust;
struct user;

/* Loads what is pinned. CAM_ERR_STORE. */
int trust_new(struct camd *camd, struct store *store, struct trust **trust);
void trust_free(struct trust *trust);

/* What a hello says, checked in the pool: signatures of the device list, of the
 * prekey, and of the IPMSG key over the user key (rsa NULL: not shown or not
 * proved). */
struct trust_claim {
	const struct devices *devices;
	struct span devices_bytes;
	const struct device *device; /* whose link it is */
	struct span prekey_bytes;
	struct rsa_public *rsa;
	const char *user; /* logon without fingerprint */
	const char *host;
	const char *nick;
	const char *group;
	const struct addr *at; /* where he can be reached; port 0: not said */
	/* Not shown on a link but told by the organisation's server: no word
	 * of where he is or that he lives. */
	bool hearsay;
};
/*
 * Whose link it is: the user with that user key; else the one with that RSA key
 * (his user key is pinned now); else somebody new, marked loudly where the name
 * is known under another key (I1). The list of devices is taken when newer.
 * CAM_ERR_KEY: the device is not in the newest list we know, or the list is
 * older; CAM_ERR_FULL: no room for strangers; CAM_ERR_FORMAT: not names.
 */
int trust_admit(
    struct trust *trust, const struct trust_claim *claim, struct user **user);

/* The user key of somebody, NULL: none pinned. */
const uint8_t *trust_user_key(
    const struct trust *trust, const struct user *user);
const struct devices *trust_devices(
    const struct trust *trust, const struct user *user);
/* The latest prekey known of the user's device, NULL: none. */
const struct prekey *trust_prekey(
    const struct trust *trust, const struct user *user);
/* The device whose prekey that is; NULL where there is none. */
const struct device *trust_prekey_device(
    const struct trust *trust, const struct user *user);
/* By user key, NULL: none. */
struct user *trust_by_user_key(
    const struct trust *trust, const uint8_t key[SIGN_KEY_SIZE]);
/* A newer prekey that a device of the user told on its link. CAM_ERR_KEY (no
 * user key is pinned), CAM_ERR_FORMAT, CAM_ERR_CRYPTO. */
int trust_take_prekey(struct trust *trust, struct user *user,
    const struct device *device, struct span bytes);
bool trust_is_verified(const struct trust *trust, const struct user *user);
/*
 * Verified, and another key has been shown under his name since: nothing is
 * sent to him before the user has said which is right (exit 7).
 */
bool trust_is_blocked(const struct trust *trust, const struct user *user);
/* Who showed that key, a user of its own; NULL: nobody. */
struct user *trust_challenger(
    const struct trust *trust, const struct user *user);

/* Verified by comparing, and unblocked; stored, then on_done(arg, err).
 * CAM_ERR_KEY: no key of his is known, nothing follows. */
int trust_verify(struct trust *trust, struct user *user,
    void (*on_done)(void *arg, int err), void *arg);
/*
 * The challenger is he: those keys take the place of the old ones, the two are
 * one user, not verified; what waits is sent. Stored, then on_done.
 * CAM_ERR_UNKNOWN: there is no other key, nothing follows.
 */
int trust_accept(struct trust *trust, struct user *user,
    void (*on_done)(void *arg, int err), void *arg);
/* For who needs a key now: fn(arg) follows once, when trust_key_told() says
 * something of that user, when timeout_ms have passed, or from trust_free(). */
void trust_await(struct trust *trust, const struct user *user,
    uint64_t timeout_ms, void (*fn)(void *arg), void *arg);
/* A key of his has come, or it turned out that it cannot be had now. */
void trust_key_told(struct trust *trust, const struct user *user);
/* from is into: the key pinned to him moves where into has none. */
void trust_user_merged(
    struct trust *trust, struct user *from, struct user *into);

#endif
