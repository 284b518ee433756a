/* suite.c: one IPMSG text encrypted, and opened without telling how it failed.
 */
#include "crypto/suite.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/evp.h"

/* -- encrypting -------------------------------------------------------- */

static enum digest_kind
digest_kind_of(const struct suite *suite)
{
	return suite->sign == SUITE_SHA1 ? DIGEST_SHA1 : DIGEST_SHA256;
}

static void
set_iv(
    const struct suite *suite, struct span given, uint8_t iv[CIPHER_BLOCK_MAX])
{
	cipher_iv(suite->cipher,
	    suite->iv == SUITE_IV_ZERO ? span_of(NULL, 0) : given, iv);
}

static int
wrap_key(const struct rsa_public *recipient, struct span key, uint8_t *block,
    size_t *len)
{
	EVP_PKEY *pkey = rsa_public_pkey(recipient);
	EVP_PKEY_CTX *context = pkey ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;
	int rc = CAM_ERR_CRYPTO;

	*len = RSA_SIZE_MAX;
	if (context && EVP_PKEY_encrypt_init(context) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_encrypt(context, block, len, key.data, key.len) == 1)
		rc = 0;
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return rc;
}

static int
encrypt_text(struct crypto *crypto, const struct suite *suite,
    const struct rsa_public *recipient, struct span iv_from, struct span plain,
    struct suite_text *text)
{
	uint8_t key[CIPHER_KEY_MAX], iv[CIPHER_BLOCK_MAX];
	size_t size = cipher_key_size(suite->cipher);
	int rc;

	random_bytes(key, size);
	set_iv(suite, iv_from, iv);
	rc = cipher_encrypt(crypto, suite->cipher, key, iv, plain, &text->text);
	if (rc == 0)
		rc = wrap_key(
		    recipient, span_of(key, size), text->key, &text->key_len);
	wipe(key, sizeof(key));
	return rc;
}

int
suite_encrypt(struct crypto *crypto, const struct suite *suite,
    const struct rsa_public *recipient, const struct rsa_key *own,
    struct span iv, struct span plain, struct suite_text *text)
{
	struct suite_text made = { 0 };
	int rc;

	if (rsa_public_size(recipient) != suite_rsa_size(suite) ||
	    (suite->sign != SUITE_UNSIGNED && !own))
		return CAM_ERR_KEY;
	if (plain.len > LIMIT_BODY_LEGACY)
		return CAM_ERR_LIMIT;
	buf_init(&made.text, LIMIT_BODY_LEGACY + CIPHER_BLOCK_MAX);
	rc = encrypt_text(crypto, suite, recipient, iv, plain, &made);
	if (rc == 0 && suite->sign != SUITE_UNSIGNED) {
		made.signature_len = rsa_key_size(own);
		rc =
		    rsa_sign(own, digest_kind_of(suite), plain, made.signature);
	}
	if (rc < 0)
		suite_text_finish(&made);
	else
		*text = made;
	return rc;
}

void
suite_text_finish(struct suite_text *text)
{
	buf_finish(&text->text);
}

/* -- opening ----------------------------------------------------------- */

/*
 * What follows works with masks, all ones or all zero, so that no branch
 * and no address depends on what the private key revealed (C2).
 */
static uint32_t
mask_of(uint32_t nonzero)
{
	/* Volatile, lest the compiler finds out that it is a boolean and
	 * branches. */
	volatile uint32_t bit = (nonzero | (0U - nonzero)) >> 31;

	return 0U - bit;
}

static uint32_t
mask_equal(uint32_t a, uint32_t b)
{
	return ~mask_of(a ^ b);
}

/* For values below 2^31. */
static uint32_t
mask_less(uint32_t a, uint32_t b)
{
	return mask_of((a - b) >> 31);
}

static uint32_t
choose(uint32_t mask, uint32_t yes, uint32_t no)
{
	return (mask & yes) | (~mask & no);
}

/* Writes the session key, or a random one when the block holds none of that
 * size. */
static uint32_t
unwrap_key(
    const struct rsa_key *own, struct span block, size_t size, uint8_t *key)
{
	uint8_t found[RSA_SIZE_MAX] = { 0 };
	size_t len = sizeof(found), i;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(rsa_key_pkey(own), NULL);
	uint32_t good = 0;
	int rc = 0;

	random_bytes(key, size);
	if (context && EVP_PKEY_decrypt_init(context) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1)
		rc = EVP_PKEY_decrypt(
		    context, found, &len, block.data, block.len);
	good = mask_equal((uint32_t)rc, 1) &
	       mask_equal((uint32_t)len, (uint32_t)size);
	for (i = 0; i < size; i++)
		key[i] = (uint8_t)choose(good, found[i], key[i]);
	EVP_PKEY_CTX_free(context);
	wipe(found, sizeof(found));
	return good;
}

/* PKCS#7 padding of the last block, in constant time; the length without it, or
 * len when it is wrong. */
static uint32_t
strip_padding(const uint8_t *plain, size_t len, size_t block, size_t *stripped)
{
	uint32_t pad = plain[len - 1], good, i;

	good = ~mask_equal(pad, 0) & mask_less(pad, (uint32_t)block + 1);
	for (i = 0; i < block; i++)
		good &=
		    ~mask_less(i, pad) | mask_equal(plain[len - 1 - i], pad);
	*stripped = len - choose(good, pad, 0);
	return good;
}

/* Decrypts as many bytes as there are, padding included. */
static uint32_t
decrypt_blocks(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t *iv,
    struct span text, uint8_t *plain)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int len = 0, rest = 0, rc = 0;

	if (context &&
	    EVP_DecryptInit_ex2(context, cipher, key, iv, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
	    EVP_DecryptUpdate(context, plain, &len, text.data, (int)text.len) ==
		1)
		rc = EVP_DecryptFinal_ex(context, plain + len, &rest);
	EVP_CIPHER_CTX_free(context);
	return mask_equal((uint32_t)rc, 1);
}

/* The digest inside a signature: work on public numbers only, the same whatever
 * the text is. */
static bool
signed_digest(const struct rsa_public *sender, enum digest_kind kind,
    struct span signature, uint8_t digest[DIGEST_SIZE_MAX])
{
	uint8_t found[RSA_SIZE_MAX];
	size_t len = sizeof(found);
	EVP_PKEY *pkey = rsa_public_pkey(sender);
	EVP_PKEY_CTX *context = pkey ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;
	bool good =
	    context && EVP_PKEY_verify_recover_init(context) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(context, digest_evp(kind)) == 1 &&
	    signature.len == rsa_public_size(sender) &&
	    EVP_PKEY_verify_recover(
		context, found, &len, signature.data, signature.len) == 1 &&
	    len == digest_size(kind);

	if (good)
		memcpy(digest, found, len);
	EVP_PKEY_CTX_free(context);
	return good;
}

/* What one pass over the plaintext finds out about its signature. */
struct coverage {
	uint32_t whole; /* masks */
	uint32_t text;
	size_t text_len; /* up to and with the first NUL */
};

static struct coverage
compare_digests(enum digest_kind kind, struct span plain,
    const uint8_t expected[DIGEST_SIZE_MAX])
{
	struct coverage coverage = { 0 };
	uint8_t actual[DIGEST_SIZE_MAX];
	struct digest *digest = digest_new(kind);
	const uint8_t *nul = memchr(plain.data, '\0', plain.len);
	size_t size = digest_size(kind);

	coverage.text_len = nul ? (size_t)(nul - plain.data) + 1 : plain.len;
	digest_add(digest, span_of(plain.data, coverage.text_len));
	digest_peek(digest, actual);
	coverage.text =
	    mask_equal((uint32_t)CRYPTO_memcmp(actual, expected, size), 0);
	digest_add(digest, span_of(plain.data + coverage.text_len,
			       plain.len - coverage.text_len));
	digest_peek(digest, actual);
	coverage.whole =
	    mask_equal((uint32_t)CRYPTO_memcmp(actual, expected, size), 0);
	digest_free(digest);
	return coverage;
}

static uint32_t
check_signature(const struct suite *suite, const struct rsa_public *sender,
    struct span signature, struct span plain, struct suite_opened *opened)
{
	uint8_t expected[DIGEST_SIZE_MAX] = { 0 };
	enum digest_kind kind = digest_kind_of(suite);
	uint32_t readable =
	    mask_of(signed_digest(sender, kind, signature, expected));
	struct coverage coverage = compare_digests(kind, plain, expected);
	uint32_t valid = readable & (coverage.whole | coverage.text);
	uint32_t full = SIGNATURE_VALID, part = SIGNATURE_VALID_TEXT_ONLY;

	if (suite->sign == SUITE_SHA1)
		full = part = SIGNATURE_WEAK;
	opened->signature = choose(
	    valid, choose(coverage.whole, full, part), SIGNATURE_INVALID);
	opened->signed_len = valid & choose(coverage.whole, (uint32_t)plain.len,
					 (uint32_t)coverage.text_len);
	return valid;
}

/* All of the work, the same for every text; the answer is a mask. opened holds
 * the plaintext in any case. */
static uint32_t
open_text(const EVP_CIPHER *cipher, const struct suite *suite,
    const struct rsa_key *own, const struct rsa_public *sender,
    struct span iv_from, const struct suite_parts *parts, uint32_t *signed_well,
    struct suite_opened *opened)
{
	uint8_t key[CIPHER_KEY_MAX], iv[CIPHER_BLOCK_MAX];
	uint8_t *plain = buf_reserve(&opened->plain, parts->text.len);
	size_t len = parts->text.len;
	uint32_t good;

	set_iv(suite, iv_from, iv);
	good = unwrap_key(own, parts->key, cipher_key_size(suite->cipher), key);
	good &= decrypt_blocks(cipher, key, iv, parts->text, plain);
	if (suite->cipher != CIPHER_AES256_CTR)
		good &= strip_padding(plain, parts->text.len,
		    cipher_block_size(suite->cipher), &len);
	opened->plain.len = len;
	*signed_well = ~0U;
	if (suite->sign == SUITE_UNSIGNED)
		opened->signature = SIGNATURE_ABSENT;
	else if (!sender)
		opened->signature = SIGNATURE_UNCHECKED;
	else
		*signed_well = check_signature(suite, sender, parts->signature,
		    span_of(plain, len), opened);
	wipe(key, sizeof(key));
	return good;
}

/* What everyone on the wire can tell without a key. */
static int
check_shape(const struct suite *suite, const struct rsa_key *own,
    const struct suite_parts *parts)
{
	size_t block = suite->cipher == CIPHER_AES256_CTR
			   ? 1
			   : cipher_block_size(suite->cipher);

	if (rsa_key_size(own) != suite_rsa_size(suite))
		return CAM_ERR_KEY;
	if (parts->text.len > LIMIT_BODY_LEGACY)
		return CAM_ERR_LIMIT;
	if (parts->key.len != rsa_key_size(own) || parts->text.len == 0 ||
	    parts->text.len % block != 0)
		return CAM_ERR_FORMAT;
	return 0;
}

static int
open_parts(struct crypto *crypto, const struct suite *suite,
    const struct rsa_key *own, const struct rsa_public *sender, struct span iv,
    const struct suite_parts *parts, bool wrong_too,
    struct suite_opened *opened)
{
	struct suite_opened got = { 0 };
	const EVP_CIPHER *cipher = NULL;
	uint32_t good, signed_well = 0;
	int rc = check_shape(suite, own, parts);

	if (rc < 0)
		return rc;
	cipher = crypto_cipher(crypto, suite->cipher);
	if (!cipher)
		return CAM_ERR_UNSUPPORTED;
	buf_init(&got.plain, LIMIT_BODY_LEGACY);
	good = open_text(
	    cipher, suite, own, sender, iv, parts, &signed_well, &got);
	ERR_clear_error();
	if (good & (signed_well | mask_of(wrong_too))) {
		*opened = got;
		return 0;
	}
	buf_wipe(&got.plain);
	return CAM_ERR_CRYPTO;
}

int
suite_decrypt(struct crypto *crypto, const struct suite *suite,
    const struct rsa_key *own, const struct rsa_public *sender, struct span iv,
    const struct suite_parts *parts, struct suite_opened *opened)
{
	return open_parts(crypto, suite, own, sender, iv, parts, false, opened);
}

int
suite_inspect(struct crypto *crypto, const struct suite *suite,
    const struct rsa_key *own, const struct rsa_public *sender, struct span iv,
    const struct suite_parts *parts, struct suite_opened *opened)
{
	return open_parts(crypto, suite, own, sender, iv, parts, true, opened);
}
