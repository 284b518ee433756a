/* test_sign.c: Ed25519 against RFC 8032, and that no signature serves twice. */
#include <pthread.h>

#include "base/err.h"
#include "crypto/crypto.h"
#include "crypto/sign.h"
#include "hex.h"

/* RFC 8032, 7.1. */
static const struct vector {
	const char *secret, *public, *text, *signature;
} vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	    "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555f"
	    "b8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	    "72",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da08"
	    "5ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	    "af82",
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18"
	    "ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
	{ "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
	    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a21"
	    "92992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909"
	    "351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704" },
};

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
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		struct hex secret = hex(vectors[i].secret);
		struct hex text = hex(vectors[i].text);
		struct sign_key *key = NULL;
		uint8_t bytes[SIGN_KEY_SIZE], signature[SIGN_SIZE];

		assert_int_equal(sign_key_new(secret.bytes, &key), 0);
		sign_key_public(key, bytes);
		assert_hex(bytes, vectors[i].public);
		assert_int_equal(
		    sign_make(key, NULL, hex_span(&text), signature), 0);
		assert_hex(signature, vectors[i].signature);
		assert_int_equal(
		    sign_verify(bytes, NULL, hex_span(&text), signature), 0);
		sign_key_secret(key, bytes);
		assert_hex(bytes, vectors[i].secret);
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

static void
a_public_key_made_ready_verifies_often(void **state)
{
	struct sign_key *key = NULL;
	struct sign_public *ready = NULL, *again = NULL;
	uint8_t public[SIGN_KEY_SIZE], signature[SIGN_SIZE];

	assert_int_equal(sign_key_generate(&key), 0);
	sign_key_public(key, public);
	assert_int_equal(sign_public_new(public, &ready), 0);
	assert_memory_equal(sign_public_bytes(ready), public, SIGN_KEY_SIZE);
	again = sign_public_ref(ready);
	sign_public_free(ready);
	for (uint8_t i = 0; i < 20; i++) {
		const struct span text = span_of(&i, 1);

		assert_int_equal(
		    sign_make(key, "cam/test/1", text, signature), 0);
		assert_int_equal(
		    sign_public_verify(again, "cam/test/1", text, signature),
		    0);
		assert_int_equal(
		    sign_public_verify(again, "cam/test/2", text, signature),
		    CAM_ERR_CRYPTO);
	}
	sign_public_free(again);
	sign_public_free(NULL);
	assert_null(sign_public_ref(NULL));
	sign_key_free(key);
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
		cmocka_unit_test(a_public_key_made_ready_verifies_often),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
