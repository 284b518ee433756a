/* fuzz_rsa.c: numbers and PEM text as keys: what is taken is one in every
 * respect. */
#include "crypto/crypto.h"
#include "crypto/rsa.h"
#include "crypto/suite.h"
#include "fuzz.h"

static void
use(struct crypto *crypto, struct rsa_public *key)
{
	struct span n = rsa_public_modulus(key);
	uint32_t e = rsa_public_exponent(key);
	struct suite suite = { n.len == RSA_2048 ? CIPHER_AES256_CBC
						 : CIPHER_BLOWFISH128_CBC,
		SUITE_UNSIGNED, SUITE_IV_ZERO };
	struct suite_text text;
	uint8_t digest[SHA256_SIZE];
	char fingerprint[RSA_FINGERPRINT_SIZE];

	must(n.len == RSA_1024 || n.len == RSA_2048);
	must(
	    (n.data[0] & 0x80) && (n.data[n.len - 1] & 1) && e >= 3 && (e & 1));
	rsa_public_fingerprint(key, fingerprint);
	must(strlen(fingerprint) == 16);
	rsa_public_digest(key, digest);
	/* A signature is a number below the modulus. */
	must(rsa_verify(key, DIGEST_SHA256, n, n) == CAM_ERR_CRYPTO);
	if (suite_encrypt(crypto, &suite, key, NULL, span_of(NULL, 0),
		span_text("x"), &text) == 0) {
		must(text.key_len == n.len);
		suite_text_finish(&text);
	}
}

/* Eight bytes of exponent, then the modulus. */
static void
numbers(struct crypto *crypto, struct span data)
{
	struct rsa_public *key = NULL, *again = NULL;
	uint64_t exponent = 0;
	struct span modulus = span_of(data.data + 8, data.len - 8);
	int rc;

	memcpy(&exponent, data.data, 8);
	rc = rsa_public_new(modulus, exponent, &key);
	must((rc == 0) == (key != NULL) && (rc == 0 || rc == CAM_ERR_KEY));
	if (rc < 0)
		return;
	must(rsa_public_new(rsa_public_modulus(key), rsa_public_exponent(key),
		 &again) == 0);
	must(rsa_public_equal(key, again));
	use(crypto, key);
	rsa_public_free(key);
	rsa_public_free(again);
}

static void
pem(struct crypto *crypto, struct span data)
{
	struct rsa_public *public = NULL;
	struct rsa_key *key = NULL;

	if (rsa_public_from_pem(data, &public) == 0)
		use(crypto, public);
	if (rsa_key_from_pem(data, &key) == 0)
		use(crypto, rsa_key_public(key));
	rsa_public_free(public);
	rsa_key_free(key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct crypto *crypto = crypto_new();

	if (size > 0 && data[0] == '-')
		pem(crypto, span_of(data, size));
	else if (size >= 8)
		numbers(crypto, span_of(data, size));
	crypto_free(crypto);
	return 0;
}
