/* test_sign.c: Ed25519 against RFC 8032, and that no signature serves twice. */
#include <pthread.h>

#include "base/err.h"
#include "crypto/crypto.h"
#include "crypto/sign.h"
#include "hex.h"
#include "rfc8032.h"

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
keys_and_signatures_are_those_of_the_rfc(void **state)
{
	for (size_t i = 0; i < RFC8032_VECTORS; i++) {
		struct hex secret = hex(rfc8032_vectors[i].secret);
		struct hex text = hex(rfc8032_vectors[i].text);
		struct sign_key *key = NULL;
		uint8_t bytes[SIGN_KEY_SIZE], signature[SIGN_SIZE];

		assert_int_equal(sign_key_new(secret.bytes, &key), 0);
		sign_key_public(key, bytes);
		assert_hex(bytes, rfc8032_vectors[i].public);
		assert_int_equal(
		    sign_make(key, NULL, hex_span(&text), signature), 0);
		assert_hex(signature, rfc8032_vectors[i].signature);
		assert_int_equal(
		    sign_verify(bytes, NULL, hex_span(&text), signature), 0);
		sign_key_secret(key, bytes);
		assert_hex(bytes, rfc8032_vectors[i].secret);
		sign_key_free(key);
	}
}

static void
a_change_of_key_label_text_or_signature_shows(void **state)
{
	struct sign_key *key = NULL, *other = NULL;
	uint8_t public[SIGN_KEY_SIZE], others[SIGN_KEY_SIZE];
	uint8_t signature[SIGN_SIZE];
	const struct span text = span_text("text");

	assert_int_equal(sign_key_generate(&key), 0);
	assert_int_equal(sign_key_generate(&other), 0);
	sign_key_public(key, public);
	sign_key_public(other, others);
	assert_int_equal(sign_make(key, "cam/test/1", text, signature), 0);
	assert_int_equal(sign_verify(public, "cam/test/1", text, signature), 0);
	assert_int_equal(
	    sign_verify(others, "cam/test/1", text, signature), CAM_ERR_CRYPTO);
	assert_int_equal(
	    sign_verify(public, "cam/test/2", text, signature), CAM_ERR_CRYPTO);
	assert_int_equal(
	    sign_verify(public, NULL, text, signature), CAM_ERR_CRYPTO);
	assert_int_equal(
	    sign_verify(public, "cam/test/1", span_text("texu"), signature),
	    CAM_ERR_CRYPTO);
	for (size_t i = 0; i < 8 * SIGN_SIZE; i++) {
		signature[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(
		    sign_verify(public, "cam/test/1", text, signature),
		    CAM_ERR_CRYPTO);
		signature[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	sign_key_free(key);
	sign_key_free(other);
}

/* Label and text do not run together. */
static void
the_label_ends_with_a_zero_byte(void **state)
{
	struct sign_key *key = NULL;
	uint8_t public[SIGN_KEY_SIZE], signature[SIGN_SIZE];

	assert_int_equal(sign_key_generate(&key), 0);
	sign_key_public(key, public);
	assert_int_equal(sign_make(key, "cam/a", span_text("b"), signature), 0);
	assert_int_equal(
	    sign_verify(public, NULL, span_of("cam/a\0b", 7), signature), 0);
	assert_int_equal(
	    sign_verify(public, "cam/", span_text("ab"), signature),
	    CAM_ERR_CRYPTO);
	assert_int_equal(
	    sign_make(key, "cam/a", span_of(NULL, 0), signature), 0);
	assert_int_equal(
	    sign_verify(public, "cam/a", span_of(NULL, 0), signature), 0);
	sign_key_free(key);
}

static void
bytes_that_are_no_point_verify_nothing(void **state)
{
	uint8_t key[SIGN_KEY_SIZE], signature[SIGN_SIZE] = { 0 };

	memset(key, 0xff, sizeof(key));
	assert_int_equal(
	    sign_verify(key, "cam/test/1", span_text("x"), signature),
	    CAM_ERR_CRYPTO);
}

static void *
sign_much(void *arg)
{
	struct sign_key *key = arg;
	uint8_t public[SIGN_KEY_SIZE], signature[SIGN_SIZE];
	size_t failed = 0;

	sign_key_public(key, public);
	for (uint32_t i = 0; i < 200; i++) {
		const struct span text = span_of(&i, sizeof(i));

		failed += sign_make(key, "cam/test/1", text, signature) < 0;
		failed +=
		    sign_verify(public, "cam/test/1", text, signature) < 0;
	}
	sign_key_free(key);
	return (void *)failed;
}

static void
threads_share_a_key(void **state)
{
	struct sign_key *key = NULL;
	pthread_t threads[4];

	assert_int_equal(sign_key_generate(&key), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, sign_much,
				     sign_key_ref(key)),
		    0);
	sign_key_free(key);
	for (size_t i = 0; i < 4; i++) {
		void *failed = NULL;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_null(sign_key_ref(NULL));
	sign_key_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_signatures_are_those_of_the_rfc),
		cmocka_unit_test(a_change_of_key_label_text_or_signature_shows),
		cmocka_unit_test(the_label_ends_with_a_zero_byte),
		cmocka_unit_test(bytes_that_are_no_point_verify_nothing),
		cmocka_unit_test(threads_share_a_key),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
