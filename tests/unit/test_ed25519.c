/* test_ed25519.c: whatever library there is, the same signatures are good. */
#include <string.h>

#include "base/err.h"
#include "base/random.h"
#include "config.h"
#include "crypto/ed25519_library.h"
#include "hex.h"
#include "rfc8032.h"

static const struct ed25519_library *const libraries[] = {
	&ed25519_evp,
#ifdef HAVE_SODIUM
	&ed25519_sodium,
#endif
};
enum { LIBRARIES = sizeof(libraries) / sizeof(*libraries) };

/*
 * Over "text", all made with the numbers of one key a and one nonce r, in whole
 * numbers: what a holder of a secret key can do who means to divide those who
 * verify. What each equation would say is beside it.
 */
static const char A[] =
    "3ba9524dfb169d883784289013b29d5c088b776a9498883719e3d8fc6ba0b715";
static const char A_MIXED[] = /* with a point of order 8 added */
    "c2a4a9288506496356cbcad4f41d601dfd97a38c4e645981fa0c389219e18dc4";
static const struct edge {
	const char *name, *public, *signature;
	int expected;
} edges[] = {
	{ "an ordinary one", A,
	    "4890fe0f19150a87279ccfa80011692ef0a836fb1add6ceeac35148f1897df9128"
	    "3bd810c78d5edcf175710da5ce49b09f54a779b3ff5fee920618c3fc468203",
	    0 },
	{ "S + L: the equation holds", A,
	    "4890fe0f19150a87279ccfa80011692ef0a836fb1add6ceeac35148f1897df9115"
	    "0fce6de1f07034c81269b083c828c59f54a779b3ff5fee920618c3fc468213",
	    CAM_ERR_CRYPTO },
	{ "R with a point of order 8: holds eight times only", A,
	    "4ac8bae78f549f88473cab425072e3d5565f24ca4b33e2dca36d14b2c6485c3215"
	    "0822f28443d3fb9a0a3677d64999f67dbf05d8466b78d8b6b25d1dea333a0d",
	    CAM_ERR_CRYPTO },
	{ "A with a point of order 8: holds eight times only", A_MIXED,
	    "4890fe0f19150a87279ccfa80011692ef0a836fb1add6ceeac35148f1897df911c"
	    "315a272d64f525a2f97cba08e23404beb111aa69c6c9a39394b28b45910d07",
	    CAM_ERR_CRYPTO },
	{ "A with a point of order 8, k a multiple of 8: holds", A_MIXED,
	    "ecb1bb1d751109522fef558b53108b8a92a942a3d0b25fadebd0bdae9ea1142d49"
	    "db84772dcfa58977f769f675e9b068605e7ec33833b1c0460aaf6e9fc3330e",
	    0 },
	{ "A is the neutral point: holds for every text",
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "4890fe0f19150a87279ccfa80011692ef0a836fb1add6ceeac35148f1897df9117"
	    "792b38c57556f89865a4b0580bac7a3bb7802cf1a149d93a8c3ae57bba930f",
	    CAM_ERR_CRYPTO },
	{ "the same with a sign", /* the neutral point has none */
	    "0100000000000000000000000000000000000000000000000000000000000080",
	    "4890fe0f19150a87279ccfa80011692ef0a836fb1add6ceeac35148f1897df9117"
	    "792b38c57556f89865a4b0580bac7a3bb7802cf1a149d93a8c3ae57bba930f",
	    CAM_ERR_CRYPTO },
	{ "the same, y written as 1 + p",
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "4890fe0f19150a87279ccfa80011692ef0a836fb1add6ceeac35148f1897df9117"
	    "792b38c57556f89865a4b0580bac7a3bb7802cf1a149d93a8c3ae57bba930f",
	    CAM_ERR_CRYPTO },
	{ "R is the neutral point: holds", A,
	    "010000000000000000000000000000000000000000000000000000000000000007"
	    "0201d962962da035962e7a58b33089cd369581bc06c0e3f9a4fe1fefdd1c0d",
	    CAM_ERR_CRYPTO },
	{ "the same, y written as 1 + p", A,
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f2f"
	    "d98f42cad70b06ecc6c0aded5be38c3551c5fab63e1701fca08905cb275a04",
	    CAM_ERR_CRYPTO },
};

static void
keys_and_signatures_are_those_of_the_rfc(void **state)
{
	for (size_t i = 0; i < RFC8032_VECTORS; i++) {
		struct hex secret = hex(rfc8032_vectors[i].secret);
		struct hex text = hex(rfc8032_vectors[i].text);

		for (size_t k = 0; k < LIBRARIES; k++) {
			uint8_t public[32], signature[64];

			assert_true(libraries[k]->derive(secret.bytes, public));
			assert_hex(public, rfc8032_vectors[i].public);
			assert_true(libraries[k]->sign(
			    secret.bytes, public, hex_span(&text), signature));
			assert_hex(signature, rfc8032_vectors[i].signature);
			assert_int_equal(ed25519_verify_by(libraries[k], public,
					     hex_span(&text), signature),
			    0);
		}
	}
}

static void
no_library_takes_what_another_refuses(void **state)
{
	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		struct hex public = hex(edges[i].public);
		struct hex signature = hex(edges[i].signature);

		for (size_t k = 0; k < LIBRARIES; k++) {
			if (ed25519_verify_by(libraries[k], public.bytes,
				span_text("text"),
				signature.bytes) != edges[i].expected)
				fail_msg("%s: library %zu", edges[i].name, k);
		}
	}
}

/* The eight of RFC 8032's curve, and what encodes the first of them wrongly:
 * with S = 0 and R = A each would be good for one text in eight or more. */
static void
a_key_of_small_order_signs_nothing(void **state)
{
	static const char *const points[] = {
		"00000000000000000000000000000000000000000000000000000000000000"
		"00",
		"01000000000000000000000000000000000000000000000000000000000000"
		"00",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"7f",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc"
		"05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03"
		"7a",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"7f",
	};

	for (size_t i = 0; i < 2 * sizeof(points) / sizeof(*points); i++) {
		struct hex point = hex(points[i / 2]);
		uint8_t signature[64] = { 0 };

		point.bytes[31] |= i % 2 ? 0x80 : 0;
		memcpy(signature, point.bytes, 32);
		for (uint8_t text = 0; text < 64; text++) {
			for (size_t k = 0; k < LIBRARIES; k++)
				assert_int_equal(
				    ed25519_verify_by(libraries[k], point.bytes,
					span_of(&text, 1), signature),
				    CAM_ERR_CRYPTO);
		}
	}
}

static void
every_y_from_p_on_is_refused(void **state)
{
	struct hex signature = hex(edges[0].signature);
	uint8_t key[32], wrong[64];

	memset(key, 0xff, sizeof(key));
	for (unsigned low = 0xed; low <= 0xff; low++) {
		memcpy(wrong, signature.bytes, sizeof(wrong));
		key[0] = (uint8_t)low;
		for (unsigned sign = 0; sign < 2; sign++) {
			key[31] = sign ? 0xff : 0x7f;
			memcpy(wrong, key, sizeof(key));
			for (size_t k = 0; k < LIBRARIES; k++) {
				struct hex good = hex(A);

				assert_int_equal(
				    ed25519_verify_by(libraries[k], key,
					span_text("text"), signature.bytes),
				    CAM_ERR_CRYPTO);
				assert_int_equal(
				    ed25519_verify_by(libraries[k], good.bytes,
					span_text("text"), wrong),
				    CAM_ERR_CRYPTO);
			}
		}
	}
}

/* Keys, signatures and what is made of them by a changed bit. */
static void
libraries_agree_about_what_is_made_at_random(void **state)
{
	uint8_t secret[32], public[2][32], signature[2][64], text[200];

	for (size_t i = 0; i < 100; i++) {
		const struct span data = span_of(text, 2 * i);
		const size_t bit = random_below(8 * 64);

		random_bytes(secret, sizeof(secret));
		random_bytes(text, sizeof(text));
		for (size_t k = 0; k < LIBRARIES; k++) {
			assert_true(libraries[k]->derive(secret, public[k]));
			assert_memory_equal(public[k], public[0], 32);
			assert_true(libraries[k]->sign(
			    secret, public[0], data, signature[k]));
			assert_memory_equal(signature[k], signature[0], 64);
		}
		for (size_t k = 0; k < LIBRARIES; k++)
			assert_int_equal(ed25519_verify_by(libraries[k],
					     public[0], data, signature[0]),
			    0);
		signature[0][bit / 8] ^= (uint8_t)(1 << bit % 8);
		for (size_t k = 0; k < LIBRARIES; k++)
			assert_int_equal(ed25519_verify_by(libraries[k],
					     public[0], data, signature[0]),
			    CAM_ERR_CRYPTO);
	}
}

/* Finds that every equation holds. */
static bool
yes(const uint8_t public[32], struct span data, const uint8_t signature[64])
{
	return true;
}

static void
form_is_judged_before_the_library_is_asked(void **state)
{
	const struct ed25519_library credulous = { .verify = yes };
	static const int expected[] = { 0, CAM_ERR_CRYPTO, 0, 0, 0,
		CAM_ERR_CRYPTO, CAM_ERR_CRYPTO, CAM_ERR_CRYPTO, CAM_ERR_CRYPTO,
		CAM_ERR_CRYPTO };

	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		struct hex public = hex(edges[i].public);
		struct hex signature = hex(edges[i].signature);

		assert_int_equal(ed25519_verify_by(&credulous, public.bytes,
				     span_text("text"), signature.bytes),
		    expected[i]);
	}
}

static void
the_library_in_use_is_the_faster_one_where_it_is_fit(void **state)
{
#ifdef HAVE_SODIUM
	assert_ptr_equal(ed25519_library(),
	    ed25519_sodium_is_fit() ? &ed25519_sodium : &ed25519_evp);
#else
	assert_ptr_equal(ed25519_library(), &ed25519_evp);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_signatures_are_those_of_the_rfc),
		cmocka_unit_test(no_library_takes_what_another_refuses),
		cmocka_unit_test(a_key_of_small_order_signs_nothing),
		cmocka_unit_test(every_y_from_p_on_is_refused),
		cmocka_unit_test(libraries_agree_about_what_is_made_at_random),
		cmocka_unit_test(form_is_judged_before_the_library_is_asked),
		cmocka_unit_test(
		    the_library_in_use_is_the_faster_one_where_it_is_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
