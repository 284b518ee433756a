/* test_curve.c: whatever library there is, the same signatures are good, and
 * the same secrets are agreed on. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/random.h"
#include "config.h"
#include "crypto/curve_library.h"
#include "crypto/ed25519.h"
#include "hex.h"
#include "rfc8032.h"

static const struct curve_library *const libraries[] = {
	&curve_evp,
#ifdef HAVE_SODIUM
	&curve_sodium,
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
	const struct curve_library credulous = { .verify = yes };
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

/* -- X25519 ---------------------------------------------------------------- */

/* RFC 7748, 5.2, where the second point has its unused bit set; 6.1. */
static void
exchanges_are_those_of_the_rfc(void **state)
{
	static const struct {
		const char *secret, *point, *result;
	} vectors[] = {
		{ "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba44"
		  "9ac4",
		    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0"
		    "ab1c4c",
		    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577"
		    "a28552" },
		{ "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918"
		  "ba0d",
		    "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c7"
		    "15a493",
		    "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647a"
		    "ac7957" },
		{ "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db9"
		  "2c2a",
		    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f"
		    "882b4f",
		    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e"
		    "161742" },
	};

	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		struct hex secret = hex(vectors[i].secret);
		struct hex point = hex(vectors[i].point);

		for (size_t k = 0; k < LIBRARIES; k++) {
			uint8_t result[32];

			assert_true(libraries[k]->x25519(
			    secret.bytes, point.bytes, result));
			assert_hex(result, vectors[i].result);
		}
	}
}

/* 0, 1, -1, two of order 8, and p and p + 1, which are 0 and 1 again; each with
 * the unused bit, too. */
static void
an_exchange_with_a_point_of_small_order_fails(void **state)
{
	static const char *const points[] = {
		"00000000000000000000000000000000000000000000000000000000000000"
		"00",
		"01000000000000000000000000000000000000000000000000000000000000"
		"00",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"7f",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b8"
		"00",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11"
		"57",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"7f",
	};
	uint8_t secret[32], result[32];

	random_bytes(secret, sizeof(secret));
	for (size_t i = 0; i < 2 * sizeof(points) / sizeof(*points); i++) {
		struct hex point = hex(points[i / 2]);

		point.bytes[31] |= i % 2 ? 0x80 : 0;
		for (size_t k = 0; k < LIBRARIES; k++)
			assert_false(
			    libraries[k]->x25519(secret, point.bytes, result));
	}
}

/* Half of all points lie on the other curve, the twist. */
static void
libraries_agree_on_secrets_with_every_point(void **state)
{
	uint8_t secret[32], point[32], result[2][32];

	for (size_t i = 0; i < 200; i++) {
		random_bytes(secret, sizeof(secret));
		random_bytes(point, sizeof(point));
		/* Some of them not in their only form. */
		if (i % 8 == 0)
			memset(point + 1, 0xff, sizeof(point) - 1);
		for (size_t k = 0; k < LIBRARIES; k++) {
			/* p, p + 1 and p - 1 are of small order. */
			bool small =
			    i % 8 == 0 && point[0] >= 0xec && point[0] <= 0xee;

			assert_int_equal(
			    libraries[k]->x25519(secret, point, result[k]),
			    !small);
			if (!small)
				assert_memory_equal(result[k], result[0], 32);
		}
	}
}

/* -- secrets --------------------------------------------------------------- */

enum { DERIVE, SIGN, EXCHANGE, USES };

struct use {
	const struct curve_library *library;
	int kind;
	uint8_t secret[32];
	bool done;
};

static void *
use_secret(void *arg)
{
	struct use *use = arg;
	const uint8_t point[32] = { 9 };
	uint8_t result[64];

	use->done = use->kind == DERIVE
			? use->library->derive(use->secret, result)
		    : use->kind == SIGN
			? use->library->sign(
			      use->secret, point, span_text("text"), result)
			: use->library->x25519(use->secret, point, result);
	return NULL;
}

/* On a stack that can be looked at when the thread has gone. */
static void
assert_nothing_stays(struct use *use)
{
	enum { STACK = 1024 * 1024 };
	uint8_t *stack = aligned_alloc(4096, STACK);
	pthread_attr_t attributes;
	pthread_t thread;

	memset(stack, 0, STACK);
	pthread_attr_init(&attributes);
	assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK), 0);
	assert_int_equal(
	    pthread_create(&thread, &attributes, use_secret, use), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
	assert_true(use->done);
	/* Its ends are changed where it is used (RFC 7748, 5). */
	assert_null(memmem(stack, STACK, use->secret + 1, 16));
	free(stack);
}

static void
no_copy_of_a_secret_stays_on_the_stack(void **state)
{
	for (size_t k = 0; k < LIBRARIES; k++) {
		for (int kind = 0; kind < USES; kind++) {
			struct use use = { .library = libraries[k],
				.kind = kind };

			random_bytes(use.secret, sizeof(use.secret));
			assert_nothing_stays(&use);
		}
	}
}

static void
the_library_in_use_is_the_faster_one_where_it_is_fit(void **state)
{
#ifdef HAVE_SODIUM
	assert_ptr_equal(curve_library(),
	    curve_sodium_is_fit() ? &curve_sodium : &curve_evp);
#else
	assert_ptr_equal(curve_library(), &curve_evp);
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
		cmocka_unit_test(exchanges_are_those_of_the_rfc),
		cmocka_unit_test(an_exchange_with_a_point_of_small_order_fails),
		cmocka_unit_test(libraries_agree_on_secrets_with_every_point),
		cmocka_unit_test(no_copy_of_a_secret_stays_on_the_stack),
		cmocka_unit_test(
		    the_library_in_use_is_the_faster_one_where_it_is_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
