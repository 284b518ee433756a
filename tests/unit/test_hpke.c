/* test_hpke.c: HPKE and what it is made of against the vectors of their RFCs.
 */
#include <pthread.h>
#include <stdio.h>

#include "base/err.h"
#include "crypto/aead.h"
#include "crypto/crypto.h"
#include "crypto/hkdf.h"
#include "crypto/hpke.h"
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

static const struct span none = { NULL, 0 };

/* -- HKDF: RFC 5869, appendix A, tests 1 to 3 ----------------------------- */

static void
hkdf_gives_the_keys_of_rfc_5869(void **state)
{
	static const struct {
		const char *key, *salt, *info, *extracted, *bytes;
	} vectors[] = {
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		    "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
		    "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7"
		    "c2b3e5",
		    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ec"
		    "c4c5bf34007208d5b887185865" },
		{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c"
		  "1d1e1f202122232425262728292a2b2c2d2e2f30313233343536373839"
		  "3a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
		    "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c"
		    "7d7e7f808182838485868788898a8b8c8d8e8f90919293949596979899"
		    "9a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
		    "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcc"
		    "cdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9"
		    "eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
		    "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c1"
		    "5fc244",
		    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19"
		    "afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b83677"
		    "93a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87" },
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
		    "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c29"
		    "3ccb04",
		    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c"
		    "738d2d9d201395faa4b61a96c8" },
	};

	for (size_t i = 0; i < 3; i++) {
		struct hex key = hex(vectors[i].key);
		struct hex salt = hex(vectors[i].salt);
		struct hex info = hex(vectors[i].info);
		uint8_t extracted[HKDF_KEY_SIZE], bytes[82];

		hkdf_extract(hex_span(&salt), hex_span(&key), extracted);
		assert_hex(extracted, vectors[i].extracted);
		hkdf_expand(extracted, hex_span(&info), bytes,
		    strlen(vectors[i].bytes) / 2);
		assert_hex(bytes, vectors[i].bytes);
	}
}

/* -- AEADs ---------------------------------------------------------------- */

struct aead_vector {
	enum aead_kind kind;
	const char *key, *nonce, *aad, *text, *sealed;
};

static const struct aead_vector aead_vectors[] = {
	/* RFC 8439, 2.8.2 */
	{ AEAD_CHACHA20_POLY1305,
	    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
	    "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
	    "4c616469657320616e642047656e746c656d656e206f662074686520636c617373"
	    "206f66202739393a204966204920636f756c64206f6666657220796f75206f6e6c"
	    "79206f6e652074697020666f7220746865206675747572652c2073756e73637265"
	    "656e20776f756c642062652069742e",
	    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63d"
	    "bea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692dd"
	    "bd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4de"
	    "f08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691" },
	/* McGrew and Viega, the Galois/Counter Mode, appendix B, case 16 */
	{ AEAD_AES256_GCM,
	    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	    "cafebabefacedbaddecaf888",
	    "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c"
	    "3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8c"
	    "b08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e"
	    "1768cddf8853bb2d551b" },
};

static void
aeads_give_the_published_bytes(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		const struct aead_vector *vector = &aead_vectors[i];
		struct hex key = hex(vector->key), nonce = hex(vector->nonce);
		struct hex aad = hex(vector->aad), text = hex(vector->text);
		struct hex sealed = hex(vector->sealed);
		uint8_t bytes[256];

		aead_seal(vector->kind, key.bytes, nonce.bytes, hex_span(&aad),
		    hex_span(&text), bytes);
		assert_memory_equal(bytes, sealed.bytes, sealed.len);
		assert_int_equal(sealed.len, text.len + AEAD_TAG_SIZE);
		assert_int_equal(aead_open(vector->kind, key.bytes, nonce.bytes,
				     hex_span(&aad), hex_span(&sealed), bytes),
		    0);
		assert_memory_equal(bytes, text.bytes, text.len);
	}
}

static void
what_is_not_genuine_is_wiped(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		const struct aead_vector *vector = &aead_vectors[i];
		struct hex key = hex(vector->key), nonce = hex(vector->nonce);
		struct hex aad = hex(vector->aad);
		struct hex sealed = hex(vector->sealed);
		uint8_t bytes[256], zeros[256] = { 0 };

		sealed.bytes[0] ^= 1;
		assert_int_equal(aead_open(vector->kind, key.bytes, nonce.bytes,
				     hex_span(&aad), hex_span(&sealed), bytes),
		    CAM_ERR_CRYPTO);
		assert_memory_equal(bytes, zeros, sealed.len - AEAD_TAG_SIZE);
		assert_int_equal(
		    aead_open(vector->kind, key.bytes, nonce.bytes,
			hex_span(&aad),
			span_of(sealed.bytes, AEAD_TAG_SIZE - 1), bytes),
		    CAM_ERR_CRYPTO);
	}
}

static void
no_text_at_all_is_sealed_too(void **state)
{
	uint8_t key[AEAD_KEY_SIZE] = { 1 }, nonce[AEAD_NONCE_SIZE] = { 2 };
	uint8_t tag[AEAD_TAG_SIZE], nothing[1] = { 7 };

	aead_seal(AEAD_CHACHA20_POLY1305, key, nonce, none, none, tag);
	assert_int_equal(aead_open(AEAD_CHACHA20_POLY1305, key, nonce, none,
			     span_of(tag, sizeof(tag)), nothing),
	    0);
	assert_int_equal(nothing[0], 7);
	tag[15] ^= 0x80;
	assert_int_equal(aead_open(AEAD_CHACHA20_POLY1305, key, nonce, none,
			     span_of(tag, sizeof(tag)), nothing),
	    CAM_ERR_CRYPTO);
}

/* -- HPKE ----------------------------------------------------------------- */

static struct hpke_key *
key_of(const char *secret)
{
	struct hex bytes = hex(secret);
	struct hpke_key *key = NULL;

	assert_int_equal(hpke_key_new(bytes.bytes, &key), 0);
	return key;
}

/* RFC 9180, A.2.1, sequence number 0. */
static void
sealing_gives_the_bytes_of_rfc_9180(void **state)
{
	struct hpke_key *ephemeral = key_of(
	    "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600");
	struct hpke_key *recipient = key_of(
	    "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
	struct hex info = hex("4f6465206f6e2061204772656369616e2055726e");
	struct hex aad = hex("436f756e742d30");
	struct span text = span_text("Beauty is truth, truth beauty");
	uint8_t public[HPKE_KEY_SIZE], enc[HPKE_ENC_SIZE], sealed[45];
	uint8_t opened[29];

	hpke_key_public(recipient, public);
	assert_hex(public,
	    "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
	assert_int_equal(hpke_seal_with(ephemeral, public, hex_span(&info),
			     hex_span(&aad), text, enc, sealed),
	    0);
	assert_hex(enc,
	    "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
	assert_hex(sealed,
	    "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21"
	    "993c62ce81883d2dd1b51a28");
	assert_int_equal(hpke_open(recipient, enc, hex_span(&info),
			     hex_span(&aad), span_of(sealed, 45), opened),
	    0);
	assert_memory_equal(opened, text.data, text.len);
	hpke_key_free(ephemeral);
	hpke_key_free(recipient);
}

/* The schedule of RFC 9180 once more, in another way, over the shared secret
 * of RFC 7748, 6.1: that our X25519 is that one. */
static void
expand(const uint8_t prk[32], const char *info, size_t info_len,
    const uint8_t *tail, size_t tail_len, uint8_t *bytes, size_t size)
{
	uint8_t whole[200] = { 0, (uint8_t)size };

	memcpy(whole + 2, info, info_len);
	memcpy(whole + 2 + info_len, tail, tail_len);
	hkdf_expand(prk, span_of(whole, 2 + info_len + tail_len), bytes, size);
}

#define KEM "HPKE-v1KEM\0\x20"
#define SUITE "HPKE-v1HPKE\0\x20\0\x01\0\x03"
#define AND_SIZE(text) (text), sizeof(text) - 1

static void
by_hand(const uint8_t dh[32], const uint8_t enc[32], const uint8_t to[32],
    struct span text, uint8_t *sealed)
{
	uint8_t joined[128], prk[32], shared[32], context[65] = { 0 }, key[32];
	uint8_t nonce[12];
	const size_t label = sizeof(KEM "eae_prk") - 1;

	memcpy(joined, KEM "eae_prk", label);
	memcpy(joined + label, dh, 32);
	hkdf_extract(none, span_of(joined, label + 32), prk);
	memcpy(joined, enc, 32);
	memcpy(joined + 32, to, 32);
	expand(prk, AND_SIZE(KEM "shared_secret"), joined, 64, shared, 32);
	hkdf_extract(none,
	    span_of(SUITE "psk_id_hash", sizeof(SUITE "psk_id_hash") - 1),
	    context + 1);
	hkdf_extract(none,
	    span_of(SUITE "info_hash", sizeof(SUITE "info_hash") - 1),
	    context + 33);
	hkdf_extract(span_of(shared, 32),
	    span_of(SUITE "secret", sizeof(SUITE "secret") - 1), prk);
	expand(prk, AND_SIZE(SUITE "key"), context, 65, key, 32);
	expand(prk, AND_SIZE(SUITE "base_nonce"), context, 65, nonce, 12);
	aead_seal(AEAD_CHACHA20_POLY1305, key, nonce, none, text, sealed);
}

static void
its_x25519_is_that_of_rfc_7748(void **state)
{
	struct hpke_key *alice = key_of(
	    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
	struct hpke_key *bob = key_of(
	    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
	struct hex dh = hex(
	    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
	uint8_t enc[32], to[32], sealed[20], expected[20];

	hpke_key_public(alice, enc);
	assert_hex(enc,
	    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
	hpke_key_public(bob, to);
	assert_hex(to,
	    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
	by_hand(dh.bytes, enc, to, span_text("text"), expected);
	assert_int_equal(hpke_seal_with(alice, to, none, none,
			     span_text("text"), enc, sealed),
	    0);
	assert_memory_equal(sealed, expected, sizeof(sealed));
	hpke_key_free(alice);
	hpke_key_free(bob);
}

static void
only_the_holder_opens_and_every_change_shows(void **state)
{
	struct hpke_key *key = NULL, *other = NULL;
	uint8_t to[32], enc[32], sealed[64 + HPKE_TAG_SIZE], text[64] = { 5 };
	uint8_t opened[64], secret[32];
	struct span info = span_text("info"), aad = span_text("aad");
	struct span whole = span_of(sealed, sizeof(sealed));

	assert_int_equal(hpke_key_generate(&key), 0);
	assert_int_equal(hpke_key_generate(&other), 0);
	hpke_key_public(key, to);
	assert_int_equal(
	    hpke_seal(to, info, aad, span_of(text, 64), enc, sealed), 0);
	hpke_key_secret(key, secret);
	hpke_key_free(key);
	assert_int_equal(hpke_key_new(secret, &key), 0);
	assert_int_equal(hpke_open(key, enc, info, aad, whole, opened), 0);
	assert_memory_equal(opened, text, 64);
	assert_int_equal(
	    hpke_open(other, enc, info, aad, whole, opened), CAM_ERR_CRYPTO);
	assert_int_equal(
	    hpke_open(key, enc, aad, aad, whole, opened), CAM_ERR_CRYPTO);
	assert_int_equal(
	    hpke_open(key, enc, info, info, whole, opened), CAM_ERR_CRYPTO);
	for (size_t i = 0; i < 8 * sizeof(sealed); i++) {
		sealed[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(hpke_open(key, enc, info, aad, whole, opened),
		    CAM_ERR_CRYPTO);
		sealed[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	enc[0] ^= 1;
	assert_int_equal(
	    hpke_open(key, enc, info, aad, whole, opened), CAM_ERR_CRYPTO);
	hpke_key_free(key);
	hpke_key_free(other);
}

/* Points of small order, of which zero is one, would make every secret zero
 * (RFC 7748, 6.1). */
static void
keys_of_small_order_are_refused(void **state)
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
	};
	struct hpke_key *key = NULL;
	uint8_t enc[32], sealed[20], opened[4];

	assert_int_equal(hpke_key_generate(&key), 0);
	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
		struct hex point = hex(points[i]);

		assert_int_equal(hpke_seal(point.bytes, none, none,
				     span_text("text"), enc, sealed),
		    CAM_ERR_CRYPTO);
		assert_int_equal(hpke_open(key, point.bytes, none, none,
				     span_of(sealed, 20), opened),
		    CAM_ERR_CRYPTO);
	}
	hpke_key_free(key);
}

static void
info_has_a_limit_and_no_text_is_fine(void **state)
{
	struct hpke_key *key = NULL, *same = NULL;
	uint8_t to[32], enc[32], tag[HPKE_TAG_SIZE], opened[1];
	uint8_t info[HPKE_INFO_MAX + 1] = { 0 };

	assert_int_equal(hpke_key_generate(&key), 0);
	same = hpke_key_ref(key);
	hpke_key_public(key, to);
	assert_int_equal(hpke_seal(to, span_of(info, HPKE_INFO_MAX + 1), none,
			     none, enc, tag),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    hpke_seal(to, span_of(info, HPKE_INFO_MAX), none, none, enc, tag),
	    0);
	assert_int_equal(hpke_open(key, enc, span_of(info, HPKE_INFO_MAX + 1),
			     none, span_of(tag, sizeof(tag)), opened),
	    CAM_ERR_LIMIT);
	hpke_key_free(key);
	assert_int_equal(hpke_open(same, enc, span_of(info, HPKE_INFO_MAX),
			     none, span_of(tag, sizeof(tag)), opened),
	    0);
	assert_int_equal(hpke_open(same, enc, span_of(info, HPKE_INFO_MAX),
			     none, span_of(tag, sizeof(tag) - 1), opened),
	    CAM_ERR_CRYPTO);
	hpke_key_free(same);
	assert_null(hpke_key_ref(NULL));
	hpke_key_free(NULL);
}

/* -- several threads ---------------------------------------------------------
 */

enum { THREADS = 16, ROUNDS = 50 };

struct opener {
	pthread_t thread;
	const struct hpke_key *key;
	uint8_t enc[HPKE_ENC_SIZE], sealed[2 + HPKE_TAG_SIZE];
	char text[3]; /* its own */
	int wrong;
};

static void *
open_often(void *arg)
{
	struct opener *opener = arg;
	uint8_t text[2];

	for (int i = 0; i < ROUNDS; i++) {
		int rc = hpke_open(opener->key, opener->enc, none, none,
		    span_of(opener->sealed, sizeof(opener->sealed)), text);

		opener->wrong +=
		    rc < 0 || memcmp(text, opener->text, sizeof(text)) != 0;
	}
	return NULL;
}

static void
a_key_opens_in_many_threads_at_once(void **state)
{
	static struct opener openers[THREADS];
	uint8_t public[HPKE_KEY_SIZE];
	struct hpke_key *key = NULL;

	assert_int_equal(hpke_key_generate(&key), 0);
	hpke_key_public(key, public);
	for (int i = 0; i < THREADS; i++) {
		struct opener *opener = &openers[i];

		opener->key = key;
		snprintf(opener->text, sizeof(opener->text), "%02d", i);
		assert_int_equal(
		    hpke_seal(public, none, none, span_text(opener->text),
			opener->enc, opener->sealed),
		    0);
		assert_int_equal(
		    pthread_create(&opener->thread, NULL, open_often, opener),
		    0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(openers[i].thread, NULL), 0);
		assert_int_equal(openers[i].wrong, 0);
	}
	hpke_key_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hkdf_gives_the_keys_of_rfc_5869),
		cmocka_unit_test(aeads_give_the_published_bytes),
		cmocka_unit_test(what_is_not_genuine_is_wiped),
		cmocka_unit_test(no_text_at_all_is_sealed_too),
		cmocka_unit_test(sealing_gives_the_bytes_of_rfc_9180),
		cmocka_unit_test(its_x25519_is_that_of_rfc_7748),
		cmocka_unit_test(only_the_holder_opens_and_every_change_shows),
		cmocka_unit_test(keys_of_small_order_are_refused),
		cmocka_unit_test(info_has_a_limit_and_no_text_is_fine),
		cmocka_unit_test(a_key_opens_in_many_threads_at_once),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
