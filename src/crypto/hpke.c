/* hpke.c: RFC 9180, base mode. Names as in its sections 4 and 5. */
#include "crypto/hpke.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/aead.h"
#include "crypto/curve_library.h"
#include "crypto/hkdf.h"

enum { SECRET_SIZE = 32 };

struct hpke_key {
	atomic_uint refs;
	uint8_t *secret; /* in the locked heap, which is OpenSSL's */
	uint8_t public[HPKE_KEY_SIZE];
};

/* What labels begin with: "HPKE-v1", then the suite: that of the KEM (id
 * 0x0020), that of all three (KDF 0x0001, AEAD 0x0003). */
static const struct span kem = { (const uint8_t *)"HPKE-v1KEM\x00\x20", 12 };
static const struct span hpke = {
	(const uint8_t *)"HPKE-v1HPKE\x00\x20\x00\x01\x00\x03", 17
};

/* -- keys -------------------------------------------------------------- */

/* The public half is an exchange with the base point (RFC 7748, 6.1). */
int
hpke_key_new(const uint8_t secret[HPKE_KEY_SIZE], struct hpke_key **key)
{
	static const uint8_t base_point[HPKE_KEY_SIZE] = { 9 };
	struct hpke_key *made = xcalloc(1, sizeof(*made));

	atomic_init(&made->refs, 1);
	made->secret = OPENSSL_secure_malloc(HPKE_KEY_SIZE);
	if (!made->secret ||
	    !curve_library()->x25519(secret, base_point, made->public)) {
		hpke_key_free(made);
		return CAM_ERR_CRYPTO;
	}
	memcpy(made->secret, secret, HPKE_KEY_SIZE);
	*key = made;
	return 0;
}

int
hpke_key_generate(struct hpke_key **key)
{
	uint8_t secret[HPKE_KEY_SIZE];
	int rc;

	random_bytes(secret, sizeof(secret));
	rc = hpke_key_new(secret, key);
	wipe(secret, sizeof(secret));
	return rc;
}

struct hpke_key *
hpke_key_ref(struct hpke_key *key)
{
	if (key)
		atomic_fetch_add(&key->refs, 1);
	return key;
}

void
hpke_key_free(struct hpke_key *key)
{
	if (!key || atomic_fetch_sub(&key->refs, 1) > 1)
		return;
	OPENSSL_secure_clear_free(key->secret, HPKE_KEY_SIZE);
	free(key);
}

void
hpke_key_public(const struct hpke_key *key, uint8_t bytes[HPKE_KEY_SIZE])
{
	memcpy(bytes, key->public, HPKE_KEY_SIZE);
}

void
hpke_key_secret(const struct hpke_key *key, uint8_t bytes[HPKE_KEY_SIZE])
{
	memcpy(bytes, key->secret, HPKE_KEY_SIZE);
}

/* -- labels (section 4) ------------------------------------------------ */

enum { LABEL_MAX = 32, LABELED_SIZE = LABEL_MAX + HPKE_INFO_MAX };

/* One behind the other; rest is at most HPKE_INFO_MAX bytes. */
static size_t
join(uint8_t place[LABELED_SIZE], struct span suite, const char *label,
    struct span rest)
{
	struct span name = span_text(label);
	size_t len = suite.len + name.len;

	memcpy(place, suite.data, suite.len);
	memcpy(place + suite.len, name.data, name.len);
	if (rest.len > 0)
		memcpy(place + len, rest.data, rest.len);
	return len + rest.len;
}

static void
labeled_extract(struct span suite, struct span salt, const char *label,
    struct span ikm, uint8_t prk[HKDF_KEY_SIZE])
{
	uint8_t labeled[LABELED_SIZE];
	size_t len = join(labeled, suite, label, ikm);

	hkdf_extract(salt, span_of(labeled, len), prk);
	wipe(labeled, len);
}

static void
labeled_expand(struct span suite, const uint8_t prk[HKDF_KEY_SIZE],
    const char *label, struct span info, uint8_t *bytes, size_t size)
{
	uint8_t labeled[2 + LABELED_SIZE];
	size_t len = 2 + join(labeled + 2, suite, label, info);

	labeled[0] = (uint8_t)(size >> 8);
	labeled[1] = (uint8_t)size;
	hkdf_expand(prk, span_of(labeled, len), bytes, size);
}

/* -- key encapsulation (section 4.1) ------------------------------------ */

/* ours is one side's pair, theirs the other's public key; enc and to are the
 * public keys of the ephemeral pair and of the recipient. */
static int
agree(const struct hpke_key *ours, const uint8_t *theirs, const uint8_t *enc,
    const uint8_t *to, uint8_t shared[SECRET_SIZE])
{
	uint8_t dh[SECRET_SIZE], prk[HKDF_KEY_SIZE], context[2 * HPKE_KEY_SIZE];

	if (!curve_library()->x25519(ours->secret, theirs, dh))
		return CAM_ERR_CRYPTO;
	memcpy(context, enc, HPKE_KEY_SIZE);
	memcpy(context + HPKE_KEY_SIZE, to, HPKE_KEY_SIZE);
	labeled_extract(
	    kem, span_of(NULL, 0), "eae_prk", span_of(dh, sizeof(dh)), prk);
	labeled_expand(kem, prk, "shared_secret",
	    span_of(context, sizeof(context)), shared, SECRET_SIZE);
	wipe(dh, sizeof(dh));
	wipe(prk, sizeof(prk));
	return 0;
}

/* -- key schedule (section 5.1) ----------------------------------------- */

struct keys {
	uint8_t key[AEAD_KEY_SIZE];
	uint8_t nonce[AEAD_NONCE_SIZE];
};

/* Without a pre-shared key; nothing is exported. Wipes shared. */
static void
schedule(uint8_t shared[SECRET_SIZE], struct span info, struct keys *keys)
{
	const struct span none = span_of(NULL, 0);
	/* mode, then two hashes */
	uint8_t context[1 + 2 * HKDF_KEY_SIZE] = { 0 }, secret[HKDF_KEY_SIZE];
	struct span whole = span_of(context, sizeof(context));

	labeled_extract(hpke, none, "psk_id_hash", none, context + 1);
	labeled_extract(
	    hpke, none, "info_hash", info, context + 1 + HKDF_KEY_SIZE);
	labeled_extract(
	    hpke, span_of(shared, SECRET_SIZE), "secret", none, secret);
	labeled_expand(
	    hpke, secret, "key", whole, keys->key, sizeof(keys->key));
	labeled_expand(hpke, secret, "base_nonce", whole, keys->nonce,
	    sizeof(keys->nonce));
	wipe(secret, sizeof(secret));
	wipe(shared, SECRET_SIZE);
}

/* -- one message (section 6.1) ------------------------------------------ */

int
hpke_seal_with(const struct hpke_key *ephemeral,
    const uint8_t to[HPKE_KEY_SIZE], struct span info, struct span aad,
    struct span text, uint8_t enc[HPKE_ENC_SIZE], uint8_t *sealed)
{
	uint8_t shared[SECRET_SIZE];
	struct keys keys;
	int rc;

	if (info.len > HPKE_INFO_MAX)
		return CAM_ERR_LIMIT;
	rc = agree(ephemeral, to, ephemeral->public, to, shared);
	if (rc < 0)
		return rc;
	schedule(shared, info, &keys);
	/* The first nonce is the base nonce itself. */
	aead_seal(
	    AEAD_CHACHA20_POLY1305, keys.key, keys.nonce, aad, text, sealed);
	wipe(&keys, sizeof(keys));
	memcpy(enc, ephemeral->public, HPKE_ENC_SIZE);
	return 0;
}

int
hpke_seal(const uint8_t to[HPKE_KEY_SIZE], struct span info, struct span aad,
    struct span text, uint8_t enc[HPKE_ENC_SIZE], uint8_t *sealed)
{
	struct hpke_key *ephemeral = NULL;
	int rc = hpke_key_generate(&ephemeral);

	if (rc == 0)
		rc =
		    hpke_seal_with(ephemeral, to, info, aad, text, enc, sealed);
	hpke_key_free(ephemeral);
	return rc;
}

int
hpke_open(const struct hpke_key *key, const uint8_t enc[HPKE_ENC_SIZE],
    struct span info, struct span aad, struct span sealed, uint8_t *text)
{
	uint8_t shared[SECRET_SIZE];
	struct keys keys;
	int rc;

	if (info.len > HPKE_INFO_MAX)
		return CAM_ERR_LIMIT;
	rc = agree(key, enc, enc, key->public, shared);
	if (rc < 0)
		return rc;
	schedule(shared, info, &keys);
	rc = aead_open(
	    AEAD_CHACHA20_POLY1305, keys.key, keys.nonce, aad, sealed, text);
	wipe(&keys, sizeof(keys));
	return rc;
}
