/* test_certificate.c: a key in, the same key out. */
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/err.h"
#include "crypto/certificate.h"
#include "crypto/crypto.h"
#include "hex.h"

static int
set_up(void **state)
{
	*state = crypto_new();
	return 0;
}

static int
tear_down(void **state)
{
	crypto_free(*state);
	return 0;
}

static void
a_certificate_carries_its_key_and_nothing_else(void **state)
{
	struct sign_key *key = NULL;
	X509 *certificate = NULL;
	EVP_PKEY *pkey = NULL;
	uint8_t public[SIGN_KEY_SIZE], got[SIGN_KEY_SIZE];

	assert_int_equal(sign_key_generate(&key), 0);
	assert_int_equal(certificate_make(key, &certificate), 0);
	sign_key_public(key, public);
	assert_int_equal(certificate_key(certificate, got), 0);
	assert_memory_equal(got, public, sizeof(got));
	assert_int_equal(
	    X509_NAME_entry_count(X509_get_subject_name(certificate)), 0);
	assert_int_equal(
	    X509_NAME_entry_count(X509_get_issuer_name(certificate)), 0);
	assert_int_equal(X509_get_ext_count(certificate), 0);
	assert_int_equal(X509_get_version(certificate), X509_VERSION_3);
	pkey = certificate_private(key);
	assert_int_equal(X509_verify(certificate, pkey), 1);
	EVP_PKEY_free(pkey);
	assert_true(
	    X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0);
	assert_true(X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0);
	certificate_free(certificate);
	certificate_free(NULL);
	sign_key_free(key);
}

static void
it_survives_the_way_over_the_wire(void **state)
{
	struct sign_key *key = NULL;
	X509 *certificate = NULL, *parsed = NULL;
	uint8_t public[SIGN_KEY_SIZE], got[SIGN_KEY_SIZE], *der = NULL;
	const uint8_t *at = NULL;
	int len;

	assert_int_equal(sign_key_generate(&key), 0);
	assert_int_equal(certificate_make(key, &certificate), 0);
	len = i2d_X509(certificate, &der);
	assert_in_range(len, 1, 512);
	at = der;
	parsed = d2i_X509(NULL, &at, len);
	assert_non_null(parsed);
	sign_key_public(key, public);
	assert_int_equal(certificate_key(parsed, got), 0);
	assert_memory_equal(got, public, sizeof(got));
	OPENSSL_free(der);
	certificate_free(parsed);
	certificate_free(certificate);
	sign_key_free(key);
}

static void
keys_of_other_kinds_are_refused(void **state)
{
	static const char *const kinds[] = { "ED448", "X25519" };
	uint8_t got[SIGN_KEY_SIZE];

	for (size_t i = 0; i <= 2; i++) {
		X509 *certificate = X509_new();
		EVP_PKEY *pkey =
		    i < 2 ? EVP_PKEY_Q_keygen(NULL, NULL, kinds[i])
			  : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);

		assert_int_equal(X509_set_pubkey(certificate, pkey), 1);
		assert_int_equal(
		    certificate_key(certificate, got), CAM_ERR_KEY);
		EVP_PKEY_free(pkey);
		X509_free(certificate);
	}
}

static void
a_certificate_without_a_key_is_refused(void **state)
{
	X509 *certificate = X509_new();
	uint8_t got[SIGN_KEY_SIZE];

	assert_int_equal(certificate_key(certificate, got), CAM_ERR_KEY);
	X509_free(certificate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_certificate_carries_its_key_and_nothing_else),
		cmocka_unit_test(it_survives_the_way_over_the_wire),
		cmocka_unit_test(keys_of_other_kinds_are_refused),
		cmocka_unit_test(a_certificate_without_a_key_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
