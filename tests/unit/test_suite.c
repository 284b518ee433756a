/* test_suite.c: texts encrypted and opened, and nothing told about how opening
 * failed. */
#include <pthread.h>

#include "suites.h"

/* -- flags -------------------------------------------------------------- */

static void
flags_name_the_suite(void **state)
{
	static const struct {
		uint32_t flags;
		struct suite suite;
	} rows[] = {
		{ 0x41900004,
		    { CIPHER_AES256_CBC, SUITE_SHA256, SUITE_IV_PACKETNO } },
		{ 0x61900004,
		    { CIPHER_AES256_CBC, SUITE_SHA256, SUITE_IV_PACKETNO } },
		{ 0x21900004,
		    { CIPHER_AES256_CBC, SUITE_SHA1, SUITE_IV_PACKETNO } },
		{ 0x00100004,
		    { CIPHER_AES256_CBC, SUITE_UNSIGNED, SUITE_IV_ZERO } },
		{ 0x01820002, { CIPHER_BLOWFISH128_CBC, SUITE_UNSIGNED,
				  SUITE_IV_PACKETNO } },
		{ 0x00020002,
		    { CIPHER_BLOWFISH128_CBC, SUITE_UNSIGNED, SUITE_IV_ZERO } },
		{ 0x65920006,
		    { CIPHER_AES256_CBC, SUITE_SHA256, SUITE_IV_PACKETNO } },
		{ 0x00500004,
		    { CIPHER_AES256_CTR, SUITE_UNSIGNED, SUITE_IV_GIVEN } },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct suite suite = { 0 };

		assert_int_equal(suite_from_flags(rows[i].flags, &suite), 0);
		assert_memory_equal(&suite, &rows[i].suite, sizeof(suite));
	}
}

static void
flags_of_dead_and_mixed_ciphers_are_refused(void **state)
{
	static const uint32_t refused[] = { 0, 0x1001, 0x4, 0x2, 0x100000,
		0x20000, 0x20004, 0x100002, 0x120002, 0x80004, 0x40000000,
		0xffffffff & ~0x100004U & ~0x2U };
	struct suite suite;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		assert_int_equal(
		    suite_from_flags(refused[i], &suite), CAM_ERR_UNSUPPORTED);
}

static void
suites_and_signatures_have_the_contracts_names(void **state)
{
	assert_string_equal(suite_name(&strong), "rsa2048-aes256");
	assert_string_equal(suite_name(&weak), "rsa1024-blowfish128");
	assert_string_equal(suite_signature_name(SIGNATURE_ABSENT), "absent");
	assert_string_equal(suite_signature_name(SIGNATURE_VALID), "valid");
	assert_string_equal(
	    suite_signature_name(SIGNATURE_VALID_TEXT_ONLY), "valid");
	assert_string_equal(suite_signature_name(SIGNATURE_WEAK), "weak");
	assert_string_equal(suite_signature_name(SIGNATURE_INVALID), "invalid");
	assert_string_equal(
	    suite_signature_name(SIGNATURE_UNCHECKED), "unchecked");
}

/* -- vectors ------------------------------------------------------------ */

static struct rsa_key *
key_named(struct fixture *fixture, const char *name)
{
	return strcmp(name, "bob_1024") == 0 ? fixture->bob_weak : fixture->bob;
}

/* The vector's parts, opened by inspect as cam debug would. */
static void
open_vector(struct fixture *fixture, json_t *vector)
{
	json_t *crypto = json_object_get(vector, "crypto");
	struct bytes key = bytes_of(crypto, "encrypted_key_hex");
	struct bytes text = bytes_of(crypto, "ciphertext_hex");
	struct bytes signature = bytes_of(crypto, "signature_hex");
	struct bytes plain = bytes_of(crypto, "plaintext_hex");
	struct bytes counter = bytes_of(crypto, "ctr_initial_hex");
	const char *expect =
	    json_string_value(json_object_get(crypto, "expect"));
	uint32_t flags = (uint32_t)strtoul(
	    json_string_value(json_object_get(crypto, "flags")), NULL, 16);
	char number[32];
	struct suite suite = { 0 };
	struct suite_opened opened = { 0 };
	struct suite_parts parts = { bytes_span(key), bytes_span(text),
		bytes_span(signature) };
	struct rsa_key *own = key_named(fixture,
	    json_string_value(json_object_get(crypto, "recipient_key")));
	struct span iv;

	snprintf(number, sizeof(number), "%lld",
	    (long long)json_integer_value(json_object_get(
		json_object_get(vector, "fields"), "packet_no")));
	iv = counter.data ? bytes_span(counter) : span_text(number);
	assert_int_equal(suite_from_flags(flags, &suite), 0);
	assert_int_equal(
	    suite_inspect(fixture->crypto, &suite, own,
		rsa_key_public(fixture->alice), iv, &parts, &opened),
	    0);
	assert_true(span_equal(buf_span(&opened.plain), bytes_span(plain)));
	if (suite.sign == SUITE_UNSIGNED)
		assert_int_equal(opened.signature, SIGNATURE_ABSENT);
	else if (strcmp(expect, "ok") == 0)
		assert_int_equal(opened.signature, SIGNATURE_VALID);
	else
		assert_int_equal(opened.signature, SIGNATURE_INVALID);
	assert_int_equal(opened.signed_len,
	    opened.signature == SIGNATURE_VALID ? plain.len : 0);
	buf_wipe(&opened.plain);
	free(key.data);
	free(text.data);
	free(signature.data);
	free(plain.data);
	free(counter.data);
}

static void
every_encrypted_vector_opens(void **state)
{
	struct fixture *fixture = *state;
	json_t *vector;
	size_t i, seen = 0;

	json_array_foreach(json_object_get(fixture->root, "vectors"), i, vector)
	{
		if (!json_object_get(
			json_object_get(vector, "crypto"), "recipient_key"))
			continue;
		open_vector(fixture, vector);
		seen++;
	}
	assert_int_equal(seen, 11);
}

/* -- there and back ----------------------------------------------------- */

static void
expect_round_trip(
    struct fixture *fixture, const struct suite *suite, size_t len)
{
	bool is_weak = suite_rsa_size(suite) == RSA_1024;
	struct rsa_key *bob = is_weak ? fixture->bob_weak : fixture->bob;
	struct span iv = suite->iv == SUITE_IV_GIVEN
			     ? span_text("sixteen bytes iv")
			     : NUMBER;
	uint8_t *plain = xmalloc(len + 1);
	struct suite_text text;
	struct suite_opened opened = { 0 };
	struct suite_parts parts;

	random_bytes(plain, len + 1);
	assert_int_equal(
	    suite_encrypt(fixture->crypto, suite, rsa_key_public(bob),
		fixture->alice, iv, span_of(plain, len), &text),
	    0);
	parts = parts_of(&text);
	assert_int_equal(
	    parts.signature.len, suite->sign == SUITE_UNSIGNED ? 0 : RSA_2048);
	assert_int_equal(
	    suite_decrypt(fixture->crypto, suite, bob,
		rsa_key_public(fixture->alice), iv, &parts, &opened),
	    0);
	assert_true(span_equal(buf_span(&opened.plain), span_of(plain, len)));
	assert_int_equal(
	    opened.signature, suite->sign == SUITE_SHA256 ? SIGNATURE_VALID
			      : suite->sign == SUITE_SHA1 ? SIGNATURE_WEAK
							  : SIGNATURE_ABSENT);
	buf_wipe(&opened.plain);
	suite_text_finish(&text);
	free(plain);
}

static void
what_is_encrypted_opens_again_at_every_length(void **state)
{
	static const struct suite suites[] = {
		{ CIPHER_AES256_CBC, SUITE_SHA256, SUITE_IV_PACKETNO },
		{ CIPHER_AES256_CBC, SUITE_SHA1, SUITE_IV_ZERO },
		{ CIPHER_AES256_CBC, SUITE_UNSIGNED, SUITE_IV_PACKETNO },
		{ CIPHER_BLOWFISH128_CBC, SUITE_UNSIGNED, SUITE_IV_PACKETNO },
		{ CIPHER_BLOWFISH128_CBC, SUITE_SHA1, SUITE_IV_ZERO },
		{ CIPHER_AES256_CTR, SUITE_UNSIGNED, SUITE_IV_GIVEN },
	};
	size_t i, len;

	for (i = 0; i < sizeof(suites) / sizeof(*suites); i++) {
		for (len = 1; len <= 33; len++)
			expect_round_trip(*state, &suites[i], len);
		expect_round_trip(*state, &suites[i], 30000);
		expect_round_trip(
		    *state, &suites[i], LIMIT_BODY_LEGACY - CIPHER_BLOCK_MAX);
	}
}

static void
a_text_without_its_keys_is_not_encrypted(void **state)
{
	struct fixture *fixture = *state;
	struct rsa_public *bob = rsa_key_public(fixture->bob);
	struct suite_text text = { .key_len = 77 };
	struct suite_opened opened;
	struct suite_parts parts = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };

	assert_int_equal(suite_encrypt(fixture->crypto, &weak, bob, NULL,
			     NUMBER, span_text("x"), &text),
	    CAM_ERR_KEY);
	assert_int_equal(suite_encrypt(fixture->crypto, &strong, bob, NULL,
			     NUMBER, span_text("x"), &text),
	    CAM_ERR_KEY);
	assert_int_equal(
	    suite_encrypt(fixture->crypto, &strong, bob, fixture->alice, NUMBER,
		span_of("", LIMIT_BODY_LEGACY + 1), &text),
	    CAM_ERR_LIMIT);
	assert_int_equal(text.key_len, 77);
	assert_int_equal(suite_decrypt(fixture->crypto, &weak, fixture->bob,
			     NULL, NUMBER, &parts, &opened),
	    CAM_ERR_KEY);
}

static void
lengths_that_cannot_be_are_a_wrong_format(void **state)
{
	struct fixture *fixture = *state;
	struct sampler sampler = { fixture->crypto, strong, fixture->bob,
		fixture->alice, NUMBER };
	struct sample sample;
	struct suite_opened opened;
	struct suite_parts parts;
	uint8_t *long_text = xcalloc(1, LIMIT_BODY_LEGACY + 16);

	sample_make(&sampler, NO_FAILURE, 20, &sample);
#define EXPECT(rc)                                                             \
	assert_int_equal(suite_decrypt(fixture->crypto, &strong, fixture->bob, \
			     NULL, NUMBER, &parts, &opened),                   \
	    rc)
	parts = sample.parts;
	parts.key.len--;
	EXPECT(CAM_ERR_FORMAT);
	parts.key.len += 2;
	EXPECT(CAM_ERR_FORMAT);
	parts = sample.parts;
	parts.text.len = 0;
	EXPECT(CAM_ERR_FORMAT);
	parts.text.len = 15;
	EXPECT(CAM_ERR_FORMAT);
	parts.text = span_of(long_text, LIMIT_BODY_LEGACY + 16);
	EXPECT(CAM_ERR_LIMIT);
	parts.text.len -= 16;
	EXPECT(CAM_ERR_CRYPTO);
#undef EXPECT
	free(long_text);
}

/* -- signatures --------------------------------------------------------- */

/* Signs only the first signed_len bytes of plain, as macOS does. */
static int
open_signed(struct fixture *fixture, enum suite_sign sign, struct span plain,
    size_t signed_len, struct rsa_public *sender, struct suite_opened *opened)
{
	struct suite suite = strong;
	enum digest_kind digest =
	    sign == SUITE_SHA1 ? DIGEST_SHA1 : DIGEST_SHA256;
	struct suite_text text;
	struct suite_parts parts;
	int rc;

	suite.sign = SUITE_UNSIGNED;
	assert_int_equal(
	    suite_encrypt(fixture->crypto, &suite, rsa_key_public(fixture->bob),
		NULL, NUMBER, plain, &text),
	    0);
	suite.sign = sign;
	text.signature_len = RSA_2048;
	assert_int_equal(rsa_sign(fixture->alice, digest,
			     span_of(plain.data, signed_len), text.signature),
	    0);
	parts = parts_of(&text);
	rc = suite_decrypt(fixture->crypto, &suite, fixture->bob, sender,
	    NUMBER, &parts, opened);
	suite_text_finish(&text);
	return rc;
}

static void
a_signature_of_the_text_alone_is_told_from_one_of_all(void **state)
{
	struct fixture *fixture = *state;
	struct rsa_public *alice = rsa_key_public(fixture->alice);
	struct span plain = span_of("text\0list\0", 10);
	struct suite_opened opened = { 0 };
	size_t len;

	assert_int_equal(
	    open_signed(fixture, SUITE_SHA256, plain, 5, alice, &opened), 0);
	assert_int_equal(opened.signature, SIGNATURE_VALID_TEXT_ONLY);
	assert_int_equal(opened.signed_len, 5);
	assert_int_equal(opened.plain.len, 10);
	buf_wipe(&opened.plain);
	assert_int_equal(
	    open_signed(fixture, SUITE_SHA1, plain, 5, alice, &opened), 0);
	assert_int_equal(opened.signature, SIGNATURE_WEAK);
	assert_int_equal(opened.signed_len, 5);
	buf_wipe(&opened.plain);
	assert_int_equal(
	    open_signed(fixture, SUITE_SHA1, plain, 10, alice, &opened), 0);
	assert_int_equal(opened.signature, SIGNATURE_WEAK);
	assert_int_equal(opened.signed_len, 10);
	buf_wipe(&opened.plain);
	for (len = 0; len < 10; len++)
		if (len != 5)
			assert_int_equal(open_signed(fixture, SUITE_SHA256,
					     plain, len, alice, &opened),
			    CAM_ERR_CRYPTO);
	/* Without any NUL the text is all there is. */
	plain.len = 4;
	assert_int_equal(
	    open_signed(fixture, SUITE_SHA256, plain, 4, alice, &opened), 0);
	assert_int_equal(opened.signature, SIGNATURE_VALID);
	buf_wipe(&opened.plain);
}

static void
a_signature_without_a_key_to_check_it_stays_unchecked(void **state)
{
	struct fixture *fixture = *state;
	struct suite_opened opened = { 0 };

	assert_int_equal(open_signed(fixture, SUITE_SHA256, span_text("text"),
			     1, NULL, &opened),
	    0);
	assert_int_equal(opened.signature, SIGNATURE_UNCHECKED);
	assert_int_equal(opened.signed_len, 0);
	buf_wipe(&opened.plain);
}

static void
a_signature_by_another_key_or_none_does_not_open(void **state)
{
	struct fixture *fixture = *state;
	struct sampler sampler = { fixture->crypto, strong, fixture->bob,
		fixture->alice, NUMBER };
	struct sample sample;
	struct suite_opened opened;

	sample_make(&sampler, NO_FAILURE, 20, &sample);
	assert_int_equal(
	    suite_decrypt(fixture->crypto, &strong, fixture->bob,
		rsa_key_public(fixture->bob), NUMBER, &sample.parts, &opened),
	    CAM_ERR_CRYPTO);
	assert_int_equal(suite_decrypt(fixture->crypto, &strong, fixture->bob,
			     rsa_key_public(fixture->alice_weak), NUMBER,
			     &sample.parts, &opened),
	    CAM_ERR_CRYPTO);
	sample.parts.signature.len = 0;
	assert_int_equal(
	    suite_decrypt(fixture->crypto, &strong, fixture->bob,
		rsa_key_public(fixture->alice), NUMBER, &sample.parts, &opened),
	    CAM_ERR_CRYPTO);
}

/* -- threads ------------------------------------------------------------ */

static void *
open_many(void *arg)
{
	struct fixture *fixture = arg;
	intptr_t wrong = 0;
	int i;

	for (i = 0; i < 60; i++) {
		const struct suite *suite = i % 2 ? &weak : &strong;
		struct rsa_key *bob = i % 2 ? fixture->bob_weak : fixture->bob;
		struct suite_text text;
		struct suite_opened opened;
		struct suite_parts parts;

		if (suite_encrypt(fixture->crypto, suite, rsa_key_public(bob),
			fixture->alice, NUMBER, span_text("threads"),
			&text) < 0) {
			wrong++;
			continue;
		}
		parts = parts_of(&text);
		if (suite_decrypt(fixture->crypto, suite, bob,
			rsa_key_public(fixture->alice), NUMBER, &parts,
			&opened) < 0)
			wrong++;
		else
			buf_wipe(&opened.plain);
		suite_text_finish(&text);
	}
	return (void *)wrong;
}

/* With a crypto of its own, so that they also meet at the first use of the
 * legacy provider. */
static void
threads_open_texts_at_once(void **state)
{
	struct fixture *fixture = *state, fresh = *fixture;
	pthread_t threads[4];
	void *wrong = NULL;
	size_t i;

	fresh.crypto = crypto_new();
	for (i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, open_many, &fresh), 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	crypto_free(fresh.crypto);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_name_the_suite),
		cmocka_unit_test(flags_of_dead_and_mixed_ciphers_are_refused),
		cmocka_unit_test(
		    suites_and_signatures_have_the_contracts_names),
		cmocka_unit_test(every_encrypted_vector_opens),
		cmocka_unit_test(what_is_encrypted_opens_again_at_every_length),
		cmocka_unit_test(a_text_without_its_keys_is_not_encrypted),
		cmocka_unit_test(lengths_that_cannot_be_are_a_wrong_format),
		cmocka_unit_test(
		    a_signature_of_the_text_alone_is_told_from_one_of_all),
		cmocka_unit_test(
		    a_signature_without_a_key_to_check_it_stays_unchecked),
		cmocka_unit_test(
		    a_signature_by_another_key_or_none_does_not_open),
		cmocka_unit_test(threads_open_texts_at_once),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
