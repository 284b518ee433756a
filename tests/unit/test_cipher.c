/* test_cipher.c: the symmetric ciphers against published values and the
 * vectors. */
#include "base/err.h"
#include "crypto/cipher.h"
#include "crypto/crypto.h"
#include "vectors.h"

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
	crypto_free(NULL);
	return 0;
}

static void
fill(uint8_t *bytes, const char *hex)
{
	assert_int_equal(hex_decode(span_text(hex), bytes, strlen(hex) / 2), 0);
}

static void
expect_both_ways(struct crypto *crypto, enum cipher_kind kind,
    const uint8_t *key, const uint8_t *iv, struct span plain, struct span text)
{
	struct buf out;

	buf_init(&out, 1000);
	assert_int_equal(cipher_encrypt(crypto, kind, key, iv, plain, &out), 0);
	assert_true(span_equal(buf_span(&out), text));
	buf_clear(&out);
	assert_int_equal(cipher_decrypt(crypto, kind, key, iv, text, &out), 0);
	assert_true(span_equal(buf_span(&out), plain));
	buf_finish(&out);
}

/* NIST SP 800-38A, F.5.5: CTR-AES256, first block. */
static void
counter_mode_gives_the_published_block(void **state)
{
	uint8_t key[32], iv[16], plain[16], text[16];

	fill(key,
	    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
	fill(iv, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
	fill(plain, "6bc1bee22e409f96e93d7e117393172a");
	fill(text, "601ec313775789a5b7a7f504bbf3d228");
	expect_both_ways(*state, CIPHER_AES256_CTR, key, iv, span_of(plain, 16),
	    span_of(text, 16));
}

static void
the_vectors_decrypt_and_encrypt_to_the_same_bytes(void **state)
{
	json_t *root = vectors_load(), *vector;
	size_t i, seen = 0;

	json_array_foreach(json_object_get(root, "vectors"), i, vector)
	{
		json_t *crypto = json_object_get(vector, "crypto");
		struct bytes key = bytes_of(crypto, "session_key_hex"),
			     iv = bytes_of(crypto, "iv_hex");
		struct bytes ctr_key = bytes_of(crypto, "ctr_key_hex");
		struct bytes ctr_iv = bytes_of(crypto, "ctr_initial_hex");
		struct bytes plain = bytes_of(crypto, "plaintext_hex");
		struct bytes text = bytes_of(crypto, "ciphertext_hex");
		enum cipher_kind kind =
		    key.len == 16 ? CIPHER_BLOWFISH128_CBC : CIPHER_AES256_CBC;

		if (ctr_key.data)
			expect_both_ways(*state, CIPHER_AES256_CTR,
			    ctr_key.data, ctr_iv.data, bytes_span(plain),
			    bytes_span(text));
		else if (key.data)
			expect_both_ways(*state, kind, key.data, iv.data,
			    bytes_span(plain), bytes_span(text));
		seen += ctr_key.data || key.data;
		free(key.data);
		free(iv.data);
		free(ctr_key.data);
		free(ctr_iv.data);
		free(plain.data);
		free(text.data);
	}
	assert_int_equal(seen, 12);
	json_decref(root);
}

static void
the_iv_is_the_packet_number_cut_or_filled(void **state)
{
	uint8_t iv[CIPHER_BLOCK_MAX];

	cipher_iv(CIPHER_AES256_CBC, span_text("1700000104"), iv);
	assert_memory_equal(iv, "1700000104\0\0\0\0\0\0", 16);
	cipher_iv(CIPHER_BLOWFISH128_CBC, span_text("1700000101"), iv);
	assert_memory_equal(iv, "17000001\0\0\0\0\0\0\0\0", 16);
	cipher_iv(CIPHER_BLOWFISH128_CBC, span_text("7"), iv);
	assert_memory_equal(iv, "7\0\0\0\0\0\0\0", 8);
	cipher_iv(CIPHER_AES256_CBC, span_of(NULL, 0), iv);
	assert_memory_equal(iv, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}

static void
wrong_length_wrong_padding_and_a_full_buffer_are_errors(void **state)
{
	uint8_t key[32] = { 1 }, iv[16] = { 2 }, zero[32] = { 0 };
	struct buf out, small;

	buf_init(&out, 1000);
	assert_int_equal(cipher_decrypt(*state, CIPHER_AES256_CBC, key, iv,
			     span_of(zero, 15), &out),
	    CAM_ERR_CRYPTO);
	assert_int_equal(cipher_decrypt(*state, CIPHER_AES256_CBC, key, iv,
			     span_of(zero, 32), &out),
	    CAM_ERR_CRYPTO);
	assert_int_equal(buf_span(&out).len, 0);
	buf_init(&small, 20);
	assert_int_equal(cipher_encrypt(*state, CIPHER_AES256_CBC, key, iv,
			     span_of(zero, 16), &small),
	    CAM_ERR_LIMIT);
	assert_int_equal(cipher_encrypt(*state, CIPHER_AES256_CBC, key, iv,
			     span_of(zero, SIZE_MAX - 100), &out),
	    CAM_ERR_LIMIT);
	buf_finish(&small);
	buf_finish(&out);
}

/* A system without OpenSSL's legacy provider, as some distributions package it.
 */
static void
blowfish_without_the_legacy_provider_is_unsupported(void **state)
{
	struct crypto *crypto = crypto_new();
	static const uint8_t key[32], iv[16];
	struct buf out;

	buf_init(&out, 100);
	assert_int_equal(setenv("OPENSSL_MODULES", "/nowhere", 1), 0);
	assert_int_equal(cipher_encrypt(crypto, CIPHER_BLOWFISH128_CBC, key, iv,
			     span_text("text"), &out),
	    CAM_ERR_UNSUPPORTED);
	assert_int_equal(cipher_encrypt(crypto, CIPHER_AES256_CBC, key, iv,
			     span_text("text"), &out),
	    0);
	assert_int_equal(unsetenv("OPENSSL_MODULES"), 0);
	buf_finish(&out);
	crypto_free(crypto);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counter_mode_gives_the_published_block),
		cmocka_unit_test(
		    the_vectors_decrypt_and_encrypt_to_the_same_bytes),
		cmocka_unit_test(the_iv_is_the_packet_number_cut_or_filled),
		cmocka_unit_test(
		    wrong_length_wrong_padding_and_a_full_buffer_are_errors),
		cmocka_unit_test(
		    blowfish_without_the_legacy_provider_is_unsupported),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
