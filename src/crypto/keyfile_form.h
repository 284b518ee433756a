/* keyfile_form.h: the form of a file of keys; for this folder and its fuzz
 * target. */
#ifndef CAM_CRYPTO_KEYFILE_FORM_H
#define CAM_CRYPTO_KEYFILE_FORM_H

#include "base/fields.h"
#include "crypto/aead.h"
#include "crypto/keyfile.h"

/*
 * Magic, form (1), length of the kind (1), kind: the head. Then, open: the
 * secret and SHA-256 over head and secret. Locked: nonce, the secret under the
 * key of the lock with the head as associated data. Of the lock's own file:
 * log2 N, r, p (1 each), salt, nonce, the key under that of the passphrase,
 * with all that stands before the nonce as associated data.
 */
#define KEYFILE_MAGIC "camkey1"
enum {
	KEYFILE_MAGIC_SIZE = sizeof(KEYFILE_MAGIC) - 1,
	KEYFILE_SALT_SIZE = 16,
	KEYFILE_SIZE_MAX = KEYFILE_SECRET_MAX + KEYFILE_KIND_MAX + 128
};

enum keyfile_form {
	KEYFILE_BARE, /* PEM, without a head */
	KEYFILE_OPEN,
	KEYFILE_LOCKED,
	KEYFILE_PASSPHRASE
};

struct keyfile_parts {
	enum keyfile_form form;
	struct span head, kind, rest;
};
/* Pure. CAM_ERR_FORMAT, CAM_ERR_VERSION. */
int keyfile_parse(struct span bytes, struct keyfile_parts *parts);

void keyfile_put_head(
    struct buf *buf, enum keyfile_form form, struct span kind);
/* Appends nonce and sealed secret; all that is in buf is associated data. */
void keyfile_put_sealed(
    struct buf *buf, const uint8_t key[AEAD_KEY_SIZE], struct span secret);
/* CAM_ERR_KEY, CAM_ERR_LIMIT. */
int keyfile_get_sealed(struct span head, struct span sealed,
    const uint8_t key[AEAD_KEY_SIZE], struct buf *secret);

/* Borrowed. */
const uint8_t *keyfile_lock_key(const struct keyfile_lock *lock);

#endif
