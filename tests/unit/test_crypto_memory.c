/* test_crypto_memory.c: what happens when OpenSSL gets no memory: an error, and
 * nothing half done. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "blocks.h"
#include "crypto/certificate.h"
#include "crypto/crypto.h"
#include "crypto/curve_library.h"
#include "crypto/sign.h"
#include "crypto/suite.h"
#include "hex.h"
#include "rfc8032.h"

/* The allocation that fails, counted from 0; negative: none. */
static int fails_at = -1;

static bool
fails_now(void)
{
	return fails_at >= 0 && fails_at-- == 0;
}

static void *
on_malloc(size_t size, const char *file, int line)
{
	return fails_now() ? NULL : malloc(size);
}

static void *
on_realloc(void *mem, size_t size, const char *file, int line)
{
	return fails_now() ? NULL : realloc(mem, size);
}

static void
on_free(void *mem, const char *file, int line)
{
	free(mem);
}

struct fixture {
	struct crypto *crypto;
	struct rsa_key *own;
	struct sign_key *ed25519;
	char *pem;
	struct sampler sampler;
	struct sample sample;
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	json_t *root = vectors_load();

	fixture->crypto = crypto_new();
	fixture->own = vector_key(root, "bob_2048");
	assert_int_equal(sign_key_generate(&fixture->ed25519), 0);
	fixture->pem = vector_pem(root, "bob_2048");
	fixture->sampler = (struct sampler){ fixture->crypto,
		{ CIPHER_AES256_CBC, SUITE_UNSIGNED, SUITE_IV_ZERO },
		fixture->own, fixture->own, span_of(NULL, 0) };
	sample_make(&fixture->sampler, NO_FAILURE, 20, &fixture->sample);
	json_decref(root);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	rsa_key_free(fixture->own);
	sign_key_free(fixture->ed25519);
	crypto_free(fixture->crypto);
	free(fixture->pem);
	free(fixture);
	return 0;
}

/* Runs the work with each of its allocations failing in turn, and at last with
 * none. */
static void
expect_errors_until_it_works(
    struct fixture *fixture, int (*work)(struct fixture *fixture))
{
	int allocation, rc, failed = 0;

	for (allocation = 0; allocation < 10000; allocation++) {
		fails_at = allocation;
		rc = work(fixture);
		if (fails_at >= 0) {
			fails_at = -1;
			assert_int_equal(rc, 0);
			assert_true(failed > 0);
			return;
		}
		assert_true(rc == 0 || rc == CAM_ERR_CRYPTO ||
			    rc == CAM_ERR_KEY || rc == CAM_ERR_UNSUPPORTED);
		failed += rc < 0;
	}
	fail();
}

static int
sign(struct fixture *fixture)
{
	uint8_t signature[RSA_SIZE_MAX];

	return rsa_sign(
	    fixture->own, DIGEST_SHA256, span_text("text"), signature);
}

static int
verify(struct fixture *fixture)
{
	uint8_t signature[RSA_SIZE_MAX];
	int fails = fails_at;

	fails_at = -1;
	assert_int_equal(
	    rsa_sign(fixture->own, DIGEST_SHA256, span_text("text"), signature),
	    0);
	fails_at = fails;
	return rsa_verify(rsa_key_public(fixture->own), DIGEST_SHA256,
	    span_text("text"), span_of(signature, RSA_2048));
}

static int
use_a_fresh_public_key(struct fixture *fixture)
{
	struct rsa_public *own = rsa_key_public(fixture->own), *key = NULL;
	struct suite_text text;
	int rc;

	assert_int_equal(
	    rsa_public_new(rsa_public_modulus(own), 65537, &key), 0);
	rc = suite_encrypt(fixture->crypto, &fixture->sampler.suite, key, NULL,
	    span_of(NULL, 0), span_text("text"), &text);
	if (rc == 0)
		suite_text_finish(&text);
	rsa_public_free(key);
	return rc;
}

/* With a fresh key each time: OpenSSL's blinding of one that met with an error
 * fails some more times. */
static int
decrypt(struct fixture *fixture)
{
	struct rsa_key *key = NULL;
	struct suite_opened opened;
	int rc, fails = fails_at;

	fails_at = -1;
	assert_int_equal(rsa_key_from_pem(span_text(fixture->pem), &key), 0);
	fails_at = fails;
	rc = suite_decrypt(fixture->crypto, &fixture->sampler.suite, key, NULL,
	    span_of(NULL, 0), &fixture->sample.parts, &opened);
	fails = fails_at;
	fails_at = -1;
	if (rc == 0)
		buf_wipe(&opened.plain);
	rsa_key_free(key);
	fails_at = fails;
	return rc;
}

static int
read_pem(struct fixture *fixture)
{
	struct rsa_key *key = NULL;
	int rc = rsa_key_from_pem(span_text(fixture->pem), &key);

	assert_true((rc == 0) == (key != NULL));
	rsa_key_free(key);
	return rc;
}

static int
make_certificate(struct fixture *fixture)
{
	struct x509_st *certificate = NULL;
	int rc = certificate_make(fixture->ed25519, &certificate);

	assert_true((rc == 0) == (certificate != NULL));
	certificate_free(certificate);
	return rc;
}

static int
make_a_key(struct fixture *fixture)
{
	uint8_t secret[32] = { 1 }, public[32];

	return curve_evp.derive(secret, public) ? 0 : CAM_ERR_CRYPTO;
}

static int
sign_by_ed25519(struct fixture *fixture)
{
	uint8_t secret[32] = { 1 }, public[32] = { 2 }, signature[64];

	return curve_evp.sign(secret, public, span_text("text"), signature)
		   ? 0
		   : CAM_ERR_CRYPTO;
}

static int
verify_by_ed25519(struct fixture *fixture)
{
	struct hex public = hex(rfc8032_vectors[1].public);
	struct hex text = hex(rfc8032_vectors[1].text);
	struct hex signature = hex(rfc8032_vectors[1].signature);

	return curve_evp.verify(public.bytes, hex_span(&text), signature.bytes)
		   ? 0
		   : CAM_ERR_CRYPTO;
}

static int
exchange(struct fixture *fixture)
{
	uint8_t secret[32] = { 1 }, point[32] = { 9 }, result[32];

	return curve_evp.x25519(secret, point, result) ? 0 : CAM_ERR_CRYPTO;
}

static void
a_certificate_without_memory_is_an_error(void **state)
{
	expect_errors_until_it_works(*state, make_certificate);
}

static void
curve25519_without_memory_is_an_error(void **state)
{
	expect_errors_until_it_works(*state, make_a_key);
	expect_errors_until_it_works(*state, sign_by_ed25519);
	expect_errors_until_it_works(*state, verify_by_ed25519);
	expect_errors_until_it_works(*state, exchange);
}

static void
signing_without_memory_is_an_error(void **state)
{
	expect_errors_until_it_works(*state, sign);
}

static void
encrypting_without_memory_is_an_error(void **state)
{
	expect_errors_until_it_works(*state, use_a_fresh_public_key);
}

static void
verifying_without_memory_is_an_error(void **state)
{
	expect_errors_until_it_works(*state, verify);
}

static void
making_a_key_without_memory_is_an_error(void **state)
{
	struct rsa_key *key = NULL;
	int allocation;

	/* The number of allocations differs from key to key: the first hundred
	 * will do. */
	for (allocation = 0; allocation < 100; allocation++) {
		fails_at = allocation;
		if (rsa_key_generate(RSA_1024, &key) == 0) {
			rsa_key_free(key);
			key = NULL;
		}
		assert_null(key);
	}
	fails_at = -1;
}

static void
decrypting_without_memory_is_an_error(void **state)
{
	expect_errors_until_it_works(*state, decrypt);
}

static void
reading_a_key_without_memory_is_an_error(void **state)
{
	expect_errors_until_it_works(*state, read_pem);
}

/* A digest returns no error: without memory the program ends, as with xmalloc.
 */
static void
a_digest_without_memory_ends_the_program(void **state)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit no_core = { 0, 0 };

		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		fails_at = 0;
		digest_free(digest_new(DIGEST_SHA256));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_without_memory_is_an_error),
		cmocka_unit_test(curve25519_without_memory_is_an_error),
		cmocka_unit_test(signing_without_memory_is_an_error),
		cmocka_unit_test(encrypting_without_memory_is_an_error),
		cmocka_unit_test(verifying_without_memory_is_an_error),
		cmocka_unit_test(making_a_key_without_memory_is_an_error),
		cmocka_unit_test(decrypting_without_memory_is_an_error),
		cmocka_unit_test(reading_a_key_without_memory_is_an_error),
		cmocka_unit_test(a_digest_without_memory_ends_the_program),
	};

	/* Only before OpenSSL has allocated anything. */
	if (CRYPTO_set_mem_functions(on_malloc, on_realloc, on_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
