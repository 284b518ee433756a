/* identity.c: our keys for other camd, loaded or made. */
#include "camd/link/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/onetimes.h"
#include "camd/link/prekeys.h"
#include "crypto/keyfile.h"
#include "crypto/keyring.h"
#include "crypto/vault.h"
#include "link/linkhello.h"

struct identity {
	char *folder;
	const struct keyfile_lock *lock;
	struct sign_key *user;
	struct sign_key *link;
	struct sign_key *signing;
	uint8_t user_public[SIGN_KEY_SIZE];
	struct device device;
	uint8_t device_id[DEVICE_ID_SIZE];
	struct buf devices;
	struct prekeys *prekeys;
	struct vault *vault;
	uint8_t rsa_proof[RSA_SIZE_MAX];
	size_t rsa_proof_len;
};

/* -- keys in files ----------------------------------------------------------
 */

static int
load_key(const char *path, const char *kind, const struct keyfile_lock *lock,
    struct sign_key **key)
{
	struct buf buf;
	int r;

	buf_init(&buf, KEYFILE_SECRET_MAX);
	r = keyfile_load(path, kind, lock, &buf);
	if (r == 0)
		r = buf.len == SIGN_KEY_SIZE ? sign_key_new(buf.data, key)
					     : CAM_ERR_KEY;
	buf_wipe(&buf);
	return r;
}

static int
make_key(const char *path, const char *kind, const struct keyfile_lock *lock,
    struct sign_key **key)
{
	uint8_t secret[SIGN_KEY_SIZE];
	struct sign_key *made = NULL;
	int r = sign_key_generate(&made);

	if (r < 0)
		return r;
	sign_key_secret(made, secret);
	r = keyfile_save(
	    path, kind, span_of(secret, sizeof secret), lock, false);
	wipe(secret, sizeof secret);
	if (r < 0) {
		sign_key_free(made);
		/* Someone was faster: his key is the one. */
		return r == CAM_ERR_EXISTS ? load_key(path, kind, lock, key)
					   : r;
	}
	*key = made;
	return 0;
}

/* kind is the name of the file, too: link.key. On an error *path is that of the
 * file. */
static int
open_key(const struct identity *identity, const char *kind,
    struct sign_key **key, char **path)
{
	char *name = xasprintf("%s.key", kind);
	int r;

	*path = path_join(identity->folder, name);
	free(name);
	r = load_key(*path, kind, identity->lock, key);
	if (r == CAM_ERR_SYSTEM && errno == ENOENT)
		r = make_key(*path, kind, identity->lock, key);
	if (r == 0) {
		free(*path);
		*path = NULL;
	}
	return r;
}

static int
open_keys(struct identity *identity, char **path)
{
	int r;

	if ((r = open_key(identity, "user", &identity->user, path)) < 0 ||
	    (r = open_key(identity, "link", &identity->link, path)) < 0 ||
	    (r = open_key(identity, "signing", &identity->signing, path)) < 0)
		return r;
	sign_key_public(identity->user, identity->user_public);
	sign_key_public(identity->link, identity->device.link_key);
	sign_key_public(identity->signing, identity->device.signing_key);
	device_id(&identity->device, identity->device_id);
	return 0;
}

/* -- the device list --------------------------------------------------------
 */

static bool
is_ours(const struct identity *identity, const struct devices *devices,
    const uint8_t rsa[SHA256_SIZE])
{
	return devices->count == 1 &&
	       memcmp(devices->user_key, identity->user_public,
		   SIGN_KEY_SIZE) == 0 &&
	       memcmp(devices->list[0].link_key, identity->device.link_key,
		   SIGN_KEY_SIZE) == 0 &&
	       memcmp(devices->list[0].signing_key,
		   identity->device.signing_key, SIGN_KEY_SIZE) == 0 &&
	       memcmp(devices->rsa, rsa, SHA256_SIZE) == 0;
}

/* Versions come from the time, so that a list made after the file was lost is
 * newer than those that others have. */
static int
make_devices(struct identity *identity, const char *path,
    const uint8_t rsa[SHA256_SIZE], uint64_t after)
{
	int64_t now_ms = clock_wall_ms();
	struct devices devices = {
		.version = (uint64_t)now_ms, .issued_ms = now_ms, .count = 1
	};
	int r;

	if (devices.version <= after)
		devices.version = after + 1;
	memcpy(devices.user_key, identity->user_public, SIGN_KEY_SIZE);
	memcpy(devices.rsa, rsa, SHA256_SIZE);
	devices.list[0] = identity->device;
	buf_clear(&identity->devices);
	if ((r = devices_build(&devices, identity->user, &identity->devices)) <
	    0)
		return r;
	return keyfile_save(path, "devices", buf_span(&identity->devices),
	    identity->lock, true);
}

static int
open_devices(
    struct identity *identity, const uint8_t rsa[SHA256_SIZE], char **path)
{
	struct devices devices;
	uint64_t version = 0;
	int r;

	*path = path_join(identity->folder, "devices");
	r = keyfile_load(*path, "devices", identity->lock, &identity->devices);
	if (r == 0 &&
	    devices_parse(buf_span(&identity->devices), &devices) == 0)
		version = devices.version;
	if (r == CAM_ERR_SYSTEM && errno == ENOENT)
		r = 0;
	if (r == 0 && (version == 0 || !is_ours(identity, &devices, rsa)))
		r = make_devices(identity, *path, rsa, version);
	if (r == 0) {
		free(*path);
		*path = NULL;
	}
	return r;
}

/* -- opening ----------------------------------------------------------------
 */

static int
prove_rsa(struct identity *identity, const struct rsa_key *key)
{
	uint8_t claim[LINKHELLO_RSA_CLAIM_SIZE];

	linkhello_rsa_claim(identity->user_public, claim);
	identity->rsa_proof_len = (size_t)rsa_key_size(key);
	return rsa_sign(key, DIGEST_SHA256, span_of(claim, sizeof claim),
	    identity->rsa_proof);
}

static int
open_prekeys(struct identity *identity, char **path)
{
	int r;

	*path = path_join(identity->folder, "prekeys");
	r = prekeys_open(*path, identity->lock, identity->signing,
	    clock_wall_ms(), &identity->prekeys);
	if (r == 0) {
		free(*path);
		*path = NULL;
	}
	return r;
}

static int
open_vault(struct identity *identity, char **path)
{
	int r;

	*path = path_join(identity->folder, "onetime.key");
	r = onetimes_vault(*path, identity->lock, &identity->vault);
	if (r == 0) {
		free(*path);
		*path = NULL;
	}
	return r;
}

static char *
describe(const char *path, int err)
{
	switch (err) {
	case CAM_ERR_UNSAFE:
		return xasprintf(_("%s: others can read it or it is not yours; "
				   "make it yours alone with chmod 600"),
		    path);
	case CAM_ERR_REFUSED:
		return xasprintf(_("%s is sealed by a passphrase"), path);
	case CAM_ERR_KEY:
		return xasprintf(
		    _("%s: the passphrase is another, or the file is damaged"),
		    path);
	default:
		return xasprintf("%s: %s", path, cam_strerror(err));
	}
}

int
identity_open(struct camd *camd, const struct keyfile_lock *lock,
    struct identity **result, char **problem)
{
	const struct rsa_key *rsa = keyring_key(camd->keyring, RSA_2048);
	struct identity *identity = xcalloc(1, sizeof *identity);
	uint8_t digest[SHA256_SIZE];
	char *path = NULL;
	int r;

	identity->folder = path_join(camd->paths.data, "keys");
	identity->lock = lock;
	buf_init(&identity->devices, DEVICES_BYTES_MAX);
	rsa_public_digest(rsa_key_public(rsa), digest);
	if ((r = open_keys(identity, &path)) < 0 ||
	    (r = open_devices(identity, digest, &path)) < 0 ||
	    (r = open_prekeys(identity, &path)) < 0 ||
	    (r = open_vault(identity, &path)) < 0 ||
	    (r = prove_rsa(identity, rsa)) < 0) {
		*problem = describe(path != NULL ? path : identity->folder, r);
		free(path);
		identity_free(identity);
		return r;
	}
	*result = identity;
	return 0;
}

void
identity_free(struct identity *identity)
{
	if (identity == NULL)
		return;
	prekeys_free(identity->prekeys);
	vault_free(identity->vault);
	buf_finish(&identity->devices);
	sign_key_free(identity->user);
	sign_key_free(identity->link);
	sign_key_free(identity->signing);
	free(identity->folder);
	free(identity);
}

void
identity_set_lock(struct identity *identity, const struct keyfile_lock *lock)
{
	identity->lock = lock;
	prekeys_set_lock(identity->prekeys, lock);
}

/* -- asking -----------------------------------------------------------------
 */

const uint8_t *
identity_user_key(const struct identity *identity)
{
	return identity->user_public;
}

const struct device *
identity_device(const struct identity *identity)
{
	return &identity->device;
}

const uint8_t *
identity_device_id(const struct identity *identity)
{
	return identity->device_id;
}

struct sign_key *
identity_link_key(const struct identity *identity)
{
	return identity->link;
}

struct sign_key *
identity_signing_key(const struct identity *identity)
{
	return identity->signing;
}

struct vault *
identity_vault(const struct identity *identity)
{
	return identity->vault;
}

struct span
identity_devices(const struct identity *identity)
{
	return buf_span(&identity->devices);
}

struct span
identity_prekey(const struct identity *identity)
{
	return prekeys_current(identity->prekeys);
}

struct span
identity_rsa_proof(const struct identity *identity)
{
	return span_of(identity->rsa_proof, identity->rsa_proof_len);
}

struct hpke_key *
identity_prekey_private(const struct identity *identity, uint32_t id)
{
	return prekeys_private(identity->prekeys, id);
}

bool
identity_renew(struct identity *identity, int64_t now_ms)
{
	return prekeys_renew(identity->prekeys, now_ms);
}
