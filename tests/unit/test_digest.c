/* test_digest.c: digests against published values. */
#include "base/mem.h"
#include "crypto/digest.h"
#include "test.h"

#include <string.h>

/* FIPS 180-2, appendix B.1 and B.2; RFC 3174, test 1. */
static void
known_texts_have_their_published_digests(void **state)
{
	char hex[65];
	uint8_t sha1[SHA1_SIZE];
	static const uint8_t abc[SHA1_SIZE] = { 0xa9, 0x99, 0x3e, 0x36, 0x47,
		0x06, 0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50, 0xc2,
		0x6c, 0x9c, 0xd0, 0xd8, 0x9d };

	digest_sha256_hex(span_text("abc"), hex);
	assert_string_equal(hex,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_sha256_hex(
	    span_text(
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
	    hex);
	assert_string_equal(hex,
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	digest_sha256_hex(span_of(NULL, 0), hex);
	assert_string_equal(hex,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_of(DIGEST_SHA1, span_text("abc"), sha1);
	assert_memory_equal(sha1, abc, sizeof(abc));
}

static void
a_text_in_pieces_has_the_digest_of_the_whole(void **state)
{
	static const enum digest_kind kinds[] = { DIGEST_SHA256, DIGEST_SHA1 };
	size_t i, k;
	char text[200];

	memset(text, 'x', sizeof(text));
	for (k = 0; k < 2; k++) {
		struct digest *digest = digest_new(kinds[k]);
		uint8_t whole[DIGEST_SIZE_MAX], pieces[DIGEST_SIZE_MAX];

		for (i = 0; i < sizeof(text); i += 10) {
			digest_of(kinds[k], span_of(text, i), whole);
			digest_peek(digest, pieces);
			assert_memory_equal(
			    pieces, whole, digest_size(kinds[k]));
			digest_add(digest, span_of(text + i, 10));
		}
		digest_free(digest);
	}
	digest_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts_have_their_published_digests),
		cmocka_unit_test(a_text_in_pieces_has_the_digest_of_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
