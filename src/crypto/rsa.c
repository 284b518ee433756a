/* rsa.c: RSA keys and signatures over EVP. */
#include "crypto/rsa.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "crypto/evp.h"

/* Thousands of peers may be known and few of them talk: what OpenSSL needs is
 * made on first use. */
struct rsa_public {
	atomic_uint refs;
	enum rsa_size size;
	uint32_t exponent;
	_Atomic(EVP_PKEY *) pkey;
	uint8_t modulus[];
};

struct rsa_key {
	atomic_uint refs;
	EVP_PKEY *pkey;
	struct rsa_public *public;
};

EVP_PKEY *
rsa_key_pkey(const struct rsa_key *key)
{
	return key->pkey;
}

/* -- public keys ------------------------------------------------------- */

static bool
numbers_allowed(struct span modulus, uint64_t exponent)
{
	if (modulus.len != RSA_1024 && modulus.len != RSA_2048)
		return false;
	return (modulus.data[0] & 0x80) &&
	       (modulus.data[modulus.len - 1] & 1) && (exponent & 1) &&
	       exponent >= 3 && exponent <= UINT32_MAX;
}

static EVP_PKEY *
pkey_from_params(OSSL_PARAM *params)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;

	if (params && context && EVP_PKEY_fromdata_init(context) == 1)
		EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

static EVP_PKEY *
pkey_from_numbers(struct span modulus, uint32_t exponent)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus.data, (int)modulus.len, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (build && n &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_uint32(
		build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
		params = OSSL_PARAM_BLD_to_param(build);
		pkey = pkey_from_params(params);
	}
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	return pkey;
}

EVP_PKEY *
rsa_public_pkey(const struct rsa_public *key)
{
	struct rsa_public *owner = (struct rsa_public *)key;
	EVP_PKEY *pkey = atomic_load(&owner->pkey), *earlier = NULL;

	if (pkey)
		return pkey;
	evp_ready();
	pkey = pkey_from_numbers(rsa_public_modulus(key), key->exponent);
	/* Another thread may have been faster: its one stays. */
	if (!atomic_compare_exchange_strong(&owner->pkey, &earlier, pkey)) {
		EVP_PKEY_free(pkey);
		pkey = earlier;
	}
	return pkey;
}

int
rsa_public_new(struct span modulus, uint64_t exponent, struct rsa_public **key)
{
	struct rsa_public *made = NULL;

	if (!numbers_allowed(modulus, exponent))
		return CAM_ERR_KEY;
	made = xcalloc(1, sizeof(*made) + modulus.len);
	atomic_init(&made->refs, 1);
	atomic_init(&made->pkey, NULL);
	made->size = (enum rsa_size)modulus.len;
	made->exponent = (uint32_t)exponent;
	memcpy(made->modulus, modulus.data, modulus.len);
	*key = made;
	return 0;
}

/* Exponents above 64 bits come back as 0, which no key may have. */
static uint64_t
small_number(const BIGNUM *number)
{
	uint8_t bytes[8];
	uint64_t value = 0;
	size_t i;

	if (BN_bn2binpad(number, bytes, sizeof(bytes)) < 0)
		return 0;
	for (i = 0; i < sizeof(bytes); i++)
		value = value << 8 | bytes[i];
	return value;
}

static int
public_of(const EVP_PKEY *pkey, struct rsa_public **key)
{
	uint8_t modulus[RSA_SIZE_MAX];
	BIGNUM *n = NULL, *e = NULL;
	int len = 0, rc = CAM_ERR_KEY;

	if (EVP_PKEY_is_a(pkey, "RSA") &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	    BN_num_bytes(n) <= RSA_SIZE_MAX) {
		len = BN_bn2bin(n, modulus);
		rc = rsa_public_new(
		    span_of(modulus, (size_t)len), small_number(e), key);
	}
	BN_free(n);
	BN_free(e);
	ERR_clear_error();
	return rc;
}

int
rsa_public_from_pkey(EVP_PKEY *pkey, struct rsa_public **key)
{
	int rc = public_of(pkey, key);

	EVP_PKEY_free(pkey);
	return rc;
}

struct rsa_public *
rsa_public_ref(struct rsa_public *key)
{
	if (key)
		atomic_fetch_add(&key->refs, 1);
	return key;
}

void
rsa_public_free(struct rsa_public *key)
{
	if (!key || atomic_fetch_sub(&key->refs, 1) > 1)
		return;
	EVP_PKEY_free(atomic_load(&key->pkey));
	free(key);
}

enum rsa_size
rsa_public_size(const struct rsa_public *key)
{
	return key->size;
}

struct span
rsa_public_modulus(const struct rsa_public *key)
{
	return span_of(key->modulus, key->size);
}

uint32_t
rsa_public_exponent(const struct rsa_public *key)
{
	return key->exponent;
}

bool
rsa_public_equal(const struct rsa_public *a, const struct rsa_public *b)
{
	return a->exponent == b->exponent &&
	       span_equal(rsa_public_modulus(a), rsa_public_modulus(b));
}

/* -- fingerprints ------------------------------------------------------ */

static void
reverse(uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len / 2; i++) {
		uint8_t byte = bytes[i];

		bytes[i] = bytes[len - 1 - i];
		bytes[len - 1 - i] = byte;
	}
}

void
rsa_public_fingerprint(
    const struct rsa_public *key, char text[RSA_FINGERPRINT_SIZE])
{
	uint8_t modulus[RSA_SIZE_MAX], digest[24] = { 0 }, folded[8];
	size_t i;

	memcpy(modulus, key->modulus, key->size);
	reverse(modulus, key->size);
	digest_of(DIGEST_SHA1, span_of(modulus, key->size), digest);
	reverse(digest, SHA1_SIZE);
	for (i = 0; i < sizeof(folded); i++)
		folded[i] = digest[i] ^ digest[i + 8] ^ digest[i + 16];
	hex_encode(folded, sizeof(folded), text);
}

void
rsa_public_digest(const struct rsa_public *key, uint8_t digest[SHA256_SIZE])
{
	uint8_t *der = NULL;
	int len = i2d_PUBKEY(rsa_public_pkey(key), &der);

	evp_need(len > 0);
	digest_sha256(span_of(der, (size_t)len), digest);
	OPENSSL_free(der);
}

/* -- pairs ------------------------------------------------------------- */

int
rsa_key_from_pkey(EVP_PKEY *pkey, struct rsa_key **key)
{
	struct rsa_key *made = NULL;
	struct rsa_public *public = NULL;
	BIGNUM *secret = NULL;
	int rc = public_of(pkey, &public);

	if (rc < 0)
		goto out;
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_D, &secret) != 1) {
		rc = CAM_ERR_KEY;
		goto out;
	}
	made = xcalloc(1, sizeof(*made));
	atomic_init(&made->refs, 1);
	made->pkey = pkey;
	made->public = public;
	*key = made;
	pkey = NULL;
	public = NULL;
out:
	BN_clear_free(secret);
	EVP_PKEY_free(pkey);
	rsa_public_free(public);
	ERR_clear_error();
	return rc;
}

int
rsa_key_generate(enum rsa_size size, struct rsa_key **key)
{
	EVP_PKEY *pkey = NULL;

	evp_ready();
	pkey = EVP_RSA_gen(8U * size);
	if (pkey)
		return rsa_key_from_pkey(pkey, key);
	ERR_clear_error();
	return CAM_ERR_CRYPTO;
}

struct rsa_key *
rsa_key_ref(struct rsa_key *key)
{
	if (key)
		atomic_fetch_add(&key->refs, 1);
	return key;
}

void
rsa_key_free(struct rsa_key *key)
{
	if (!key || atomic_fetch_sub(&key->refs, 1) > 1)
		return;
	EVP_PKEY_free(key->pkey); /* which overwrites the private numbers */
	rsa_public_free(key->public);
	free(key);
}

struct rsa_public *
rsa_key_public(const struct rsa_key *key)
{
	return key->public;
}

enum rsa_size
rsa_key_size(const struct rsa_key *key)
{
	return key->public->size;
}

/* -- signatures -------------------------------------------------------- */

int
rsa_sign(const struct rsa_key *key, enum digest_kind kind, struct span data,
    uint8_t *signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t len = rsa_key_size(key);
	int rc = CAM_ERR_CRYPTO;

	/* PKCS#1 v1.5 is what EVP takes for RSA unless told otherwise. */
	if (context &&
	    EVP_DigestSignInit(
		context, NULL, digest_evp(kind), NULL, key->pkey) == 1 &&
	    EVP_DigestSign(context, signature, &len, data.data, data.len) == 1)
		rc = 0;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return rc;
}

int
rsa_verify(const struct rsa_public *key, enum digest_kind kind,
    struct span data, struct span signature)
{
	EVP_PKEY *pkey = rsa_public_pkey(key);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int rc = CAM_ERR_CRYPTO;

	if (pkey && context &&
	    EVP_DigestVerifyInit(context, NULL, digest_evp(kind), NULL, pkey) ==
		1 &&
	    EVP_DigestVerify(context, signature.data, signature.len, data.data,
		data.len) == 1)
		rc = 0;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return rc;
}
