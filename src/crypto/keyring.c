/* keyring.c: the RSA keys of this user, loaded or made. */
#include "crypto/keyring.h"

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"

struct keyring {
	struct rsa_key *strong;
	struct rsa_key *weak; /* NULL unless asked for */
	char fingerprint[RSA_FINGERPRINT_SIZE];
};

static int
make_key(const char *path, enum rsa_size size, const struct keyfile_lock *lock,
    struct rsa_key **key)
{
	struct rsa_key *made = NULL;
	int rc = rsa_key_generate(size, &made);

	if (rc == 0)
		rc = rsa_key_save(made, path, lock);
	/* Someone was faster: his key is the one. */
	if (rc == CAM_ERR_EXISTS) {
		rsa_key_free(made);
		made = NULL;
		rc = rsa_key_load(path, lock, &made);
	}
	if (rc < 0)
		rsa_key_free(made);
	else
		*key = made;
	return rc;
}

static int
load_or_make(const char *folder, const char *name, enum rsa_size size,
    const struct keyfile_lock *lock, struct rsa_key **key)
{
	char *path = path_join(folder, name);
	struct rsa_key *got = NULL;
	int rc = rsa_key_load(path, lock, &got);

	if (rc == CAM_ERR_SYSTEM && errno == ENOENT)
		rc = make_key(path, size, lock, &got);
	if (rc == 0 && rsa_key_size(got) != size) {
		rsa_key_free(got);
		rc = CAM_ERR_KEY;
	}
	if (rc == 0)
		*key = got;
	free(path);
	return rc;
}

int
keyring_open(const char *folder, bool legacy, const struct keyfile_lock *lock,
    struct keyring **keyring)
{
	struct keyring *opened = NULL;
	int rc = path_make_private(folder);

	if (rc < 0)
		return rc;
	opened = xcalloc(1, sizeof(*opened));
	rc = load_or_make(
	    folder, "rsa2048.pem", RSA_2048, lock, &opened->strong);
	if (rc == 0 && legacy)
		rc = load_or_make(
		    folder, "rsa1024.pem", RSA_1024, lock, &opened->weak);
	if (rc < 0) {
		keyring_free(opened);
		return rc;
	}
	rsa_public_fingerprint(
	    rsa_key_public(opened->strong), opened->fingerprint);
	*keyring = opened;
	return 0;
}

void
keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	rsa_key_free(keyring->strong);
	rsa_key_free(keyring->weak);
	free(keyring);
}

struct rsa_key *
keyring_key(const struct keyring *keyring, enum rsa_size size)
{
	return size == RSA_2048 ? keyring->strong : keyring->weak;
}

const char *
keyring_fingerprint(const struct keyring *keyring)
{
	return keyring->fingerprint;
}

bool
keyring_has(const struct keyring *keyring, const struct rsa_public *key)
{
	return rsa_public_equal(rsa_key_public(keyring->strong), key) ||
	       (keyring->weak &&
		   rsa_public_equal(rsa_key_public(keyring->weak), key));
}
