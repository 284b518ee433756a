/* test_suite_oracle.c: nothing is told about how opening failed (threat model
 * C2). */
#include <openssl/err.h>

#include "suites.h"

/* -- no oracle (threat model C2) ------------------------------------------ */

static void
expect_silence(const struct sampler *sampler, const struct sample *sample)
{
	struct suite_opened opened, before;

	memset(&opened, 0x5a, sizeof(opened));
	memset(&before, 0x5a, sizeof(before));
	assert_int_equal(suite_decrypt(sampler->crypto, &sampler->suite,
			     sampler->own, rsa_key_public(sampler->sender),
			     sampler->packet_number, &sample->parts, &opened),
	    CAM_ERR_CRYPTO);
	assert_memory_equal(&opened, &before, sizeof(opened));
	assert_int_equal(ERR_peek_error(), 0);
}

static void
all_ways_of_failing_look_alike(void **state)
{
	struct fixture *fixture = *state;
	struct sampler sampler = { fixture->crypto, strong, fixture->bob,
		fixture->alice, NUMBER };
	struct sample sample;
	struct suite_opened opened;
	int failure, i;

	for (i = 0; i < 50; i++) {
		for (failure = 0; failure < FAILURES; failure++) {
			sample_make(&sampler, failure, 1 + (size_t)i, &sample);
			expect_silence(&sampler, &sample);
		}
		sample_make(&sampler, NO_FAILURE, 1 + (size_t)i, &sample);
		assert_int_equal(
		    suite_decrypt(fixture->crypto, &strong, fixture->bob,
			rsa_key_public(fixture->alice), NUMBER, &sample.parts,
			&opened),
		    0);
		buf_wipe(&opened.plain);
	}
}

/* Shorter and longer session keys, the empty one too, under perfect padding. */
static void
no_session_key_of_another_length_is_taken(void **state)
{
	struct fixture *fixture = *state;
	struct sampler sampler = { fixture->crypto, strong, fixture->bob,
		fixture->alice, NUMBER };
	struct sample sample;
	uint8_t inside[RSA_2048], block[RSA_SIZE_MAX];
	size_t len;

	sample_make(&sampler, NO_FAILURE, 20, &sample);
	memset(inside, 7, sizeof(inside));
	for (len = 0; len <= RSA_2048 - 11; len++) {
		padded_block(
		    rsa_key_public(fixture->bob), span_of(inside, len), block);
		raw_block(rsa_key_public(fixture->bob), block, sample.key);
		expect_silence(&sampler, &sample);
	}
}

static void
ten_thousand_changed_texts_give_one_answer(void **state)
{
	struct fixture *fixture = *state;
	struct sampler sampler = { fixture->crypto, strong, fixture->bob,
		fixture->alice, NUMBER };
	struct sample sample;
	int i;

	sample_make(&sampler, NO_FAILURE, 100, &sample);
	for (i = 0; i < 10000; i++) {
		uint8_t *where[] = { sample.key, sample.text,
			sample.signature };
		const size_t sizes[] = { RSA_2048, sample.parts.text.len,
			RSA_2048 };
		uint32_t part = random_below(3),
			 place = random_below((uint32_t)sizes[part]);
		uint8_t flip = (uint8_t)(1U << random_below(8));

		where[part][place] ^= flip;
		expect_silence(&sampler, &sample);
		where[part][place] ^= flip;
	}
}

static void
no_changed_block_opens_in_the_weak_suite_either(void **state)
{
	struct fixture *fixture = *state;
	struct sampler sampler = { fixture->crypto, weak, fixture->bob_weak,
		fixture->alice_weak, NUMBER };
	struct sample sample;
	int i;

	sample_make(&sampler, NO_FAILURE, 100, &sample);
	for (i = 0; i < 1000; i++) {
		uint32_t place = random_below(RSA_1024);
		uint8_t flip = (uint8_t)(1U << random_below(8));

		sample.key[place] ^= flip;
		expect_silence(&sampler, &sample);
		sample.key[place] ^= flip;
	}
}

/* Strict padding, unlike Windows: only one byte value fits each last byte. */
static void
only_whole_padding_is_stripped(void **state)
{
	struct fixture *fixture = *state;
	struct sampler sampler = { fixture->crypto, weak, fixture->bob_weak,
		fixture->alice_weak, NUMBER };
	struct sample sample;
	struct suite_opened opened;
	int last, opens = 0;

	/* Fifteen bytes end in one of padding: flipping the byte before in the
	 * block of before changes it to every value there is. */
	sample_make(&sampler, NO_FAILURE, 15, &sample);
	for (last = 0; last < 256; last++) {
		sample.text[7] ^= (uint8_t)last;
		if (suite_decrypt(fixture->crypto, &weak, fixture->bob_weak,
			NULL, NUMBER, &sample.parts, &opened) == 0) {
			opens++;
			buf_wipe(&opened.plain);
		}
		sample.text[7] ^= (uint8_t)last;
	}
	assert_int_equal(opens, 1);
}

static void
without_the_legacy_provider_weak_texts_are_unsupported(void **state)
{
	struct fixture *fixture = *state;
	struct crypto *crypto = crypto_new();
	struct sampler sampler = { fixture->crypto, weak, fixture->bob_weak,
		fixture->alice_weak, NUMBER };
	struct sample sample;
	struct suite_opened opened;

	sample_make(&sampler, NO_FAILURE, 10, &sample);
	assert_int_equal(setenv("OPENSSL_MODULES", "/nowhere", 1), 0);
	assert_int_equal(suite_decrypt(crypto, &weak, fixture->bob_weak, NULL,
			     NUMBER, &sample.parts, &opened),
	    CAM_ERR_UNSUPPORTED);
	assert_int_equal(unsetenv("OPENSSL_MODULES"), 0);
	crypto_free(crypto);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_ways_of_failing_look_alike),
		cmocka_unit_test(no_session_key_of_another_length_is_taken),
		cmocka_unit_test(ten_thousand_changed_texts_give_one_answer),
		cmocka_unit_test(
		    no_changed_block_opens_in_the_weak_suite_either),
		cmocka_unit_test(only_whole_padding_is_stripped),
		cmocka_unit_test(
		    without_the_legacy_provider_weak_texts_are_unsupported),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
