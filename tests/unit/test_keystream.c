/* test_keystream.c: AES-256-CTR in pieces is AES-256-CTR in one. */
#include "base/random.h"
#include "crypto/cipher.h"
#include "crypto/crypto.h"
#include "crypto/keystream.h"
#include "hex.h"

static void
pieces_make_the_same_stream_as_one(void **state)
{
	struct crypto *crypto = crypto_new();
	uint8_t key[KEYSTREAM_KEY_SIZE], iv[CIPHER_BLOCK_MAX];
	uint8_t text[1000], result[1000];
	struct buf whole;

	random_bytes(key, sizeof(key));
	random_bytes(text, sizeof(text));
	cipher_iv(CIPHER_AES256_CTR, span_text("1700000120"), iv);
	buf_init(&whole, 2000);
	assert_int_equal(cipher_encrypt(crypto, CIPHER_AES256_CTR, key, iv,
			     span_of(text, sizeof(text)), &whole),
	    0);
	for (int i = 0; i < 100; i++) {
		struct keystream *one = keystream_new(key, 1700000120);
		struct keystream *back = keystream_new(key, 1700000120);

		for (size_t at = 0; at < sizeof(text);) {
			size_t len = random_below(40);

			if (len > sizeof(text) - at)
				len = sizeof(text) - at;
			keystream_apply(
			    one, span_of(text + at, len), result + at);
			at += len;
		}
		assert_memory_equal(result, whole.data, sizeof(text));
		/* In place. */
		keystream_apply(back, span_of(result, sizeof(result)), result);
		assert_memory_equal(result, text, sizeof(text));
		keystream_free(one);
		keystream_free(back);
	}
	buf_finish(&whole);
	crypto_free(crypto);
}

/* The first block is the encrypted counter block "1700000120" NUL*6; computed
 * with python's cryptography, key 00 01 .. 1f. */
static void
the_first_counter_is_the_number_in_decimal(void **state)
{
	uint8_t key[KEYSTREAM_KEY_SIZE], zeros[40] = { 0 }, result[40];
	struct keystream *keystream;

	for (uint8_t i = 0; i < sizeof(key); i++)
		key[i] = i;
	keystream = keystream_new(key, 1700000120);
	keystream_apply(keystream, span_of(zeros, sizeof(zeros)), result);
	keystream_free(keystream);
	assert_hex(result, "a72876b51dd79e169941b69f974fdc7a1523fea9787877067a4"
			   "82ce3310bdc7f000d3bf5549f200c");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_make_the_same_stream_as_one),
		cmocka_unit_test(the_first_counter_is_the_number_in_decimal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
