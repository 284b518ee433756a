/* test_ipmsg_enctext.c: capability words, public keys, encrypted texts, base64.
 */
#include "base/base64.h"
#include "ipmsg/capability.h"
#include "ipmsg/enctext.h"
#include "wire.h"

static void
a_word_is_one_to_eight_hex_digits(void **state)
{
	uint32_t word = 0;

	assert_int_equal(capability_parse(span_text("65920006"), &word), 0);
	assert_int_equal(word, 0x65920006);
	assert_int_equal(capability_parse(span_text("ffffFFFF"), &word), 0);
	assert_int_equal(word, 0xffffffff);
	assert_true(capability_parse(span_text(""), &word) < 0);
	assert_true(capability_parse(span_text("0x65"), &word) < 0);
	assert_true(capability_parse(span_text("165920006"), &word) < 0);
	assert_true(capability_parse(span_text("6592000g"), &word) < 0);
}

static void
our_words_begin_with_a_decimal_digit(void **state)
{
	struct buf buf;

	buf_init(&buf, 100);
	capability_build(CAPA_OURS, &buf);
	buf_put_byte(&buf, ' ');
	capability_build(CAPA_OURS_STRONG, &buf);
	assert_span(buf_span(&buf), "65920006 65900004");
	buf_finish(&buf);
}

static void
the_strongest_common_combination_is_chosen(void **state)
{
	static const struct {
		const char *peer;
		uint32_t theirs, flags;
	} cases[] = {
		{ "Windows 4.99", 0x65920006, 0x41900004 },
		{ "macOS", 0x61920006, 0x41900004 },
		{ "Windows 3", 0x21920006, 0x21900004 },
		{ "without signatures", 0x01920006, 0x01900004 },
		{ "hex only", 0x60920006, 0x40900004 },
		{ "Chat&Messenger era", 0x00020002, 0x00020002 },
		{ "2.x with base64", 0x01820002, 0x01820002 },
		/* AES without PACKETNO_IV is another AES (7.4). */
		{ "g2ipmsg", 0x01120006, 0x01020002 },
		{ "g2ipmsg without RSA-1024", 0x01100004, 0 },
		{ "RSA-512 and RC2", 0x00001001, 0 },
		{ "nothing", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(capability_choose(CAPA_OURS, cases[i].theirs),
		    cases[i].flags);
	assert_int_equal(capability_choose(CAPA_OURS_STRONG, 0x01820002), 0);
	assert_int_equal(
	    capability_choose(CAPA_OURS & ~CAPA_SIGN_SHA1, 0x21920006),
	    0x01900004);
}

static void
the_key_to_answer_with_is_the_stronger_common_one(void **state)
{
	assert_int_equal(capability_answer(CAPA_OURS, 0x65920006, true), 256);
	assert_int_equal(capability_answer(CAPA_OURS, 0x01820002, false), 128);
	assert_int_equal(
	    capability_answer(CAPA_OURS_STRONG, 0x01820002, false), 0);
	assert_int_equal(capability_answer(CAPA_OURS, 0x1001, false), 0);
	/* A fingerprint user must offer what his name promises (5.3). */
	assert_int_equal(capability_answer(CAPA_OURS, 0x01820002, true), 0);
	assert_int_equal(capability_answer(CAPA_OURS, 0x01900004, true), 0);
	assert_int_equal(capability_answer(CAPA_OURS, 0x21900004, true), 256);
}

/* "CAPA:E-N" with a modulus of digits hex digits, from first to last. */
static int
parse_key(const char *head, size_t digits, char first, char last)
{
	char *modulus = letters('a', digits);
	char *body = NULL;
	struct pubkey_text key;
	int rc;

	modulus[0] = first;
	modulus[digits - 1] = last;
	body = xasprintf("%s%s", head, modulus);
	rc = pubkey_text_parse(span_text(body), &key);
	free(modulus);
	free(body);
	return rc;
}

static void
only_whole_odd_keys_of_the_two_sizes_come_in(void **state)
{
	assert_int_equal(parse_key("61920006:10001-", 512, 'c', '1'), 0);
	assert_int_equal(parse_key("61920006:10001-", 256, '8', 'F'), 0);
	assert_true(parse_key("61920006:10001-", 511, 'c', '1') < 0);
	assert_true(parse_key("61920006:10001-", 514, 'c', '1') < 0);
	assert_true(parse_key("61920006:10001-", 128, 'c', '1') < 0);
	assert_true(parse_key("61920006:10001-", 1024, 'c', '1') < 0);
	assert_true(parse_key("61920006:10001-", 512, '7', '1') < 0);
	assert_true(parse_key("61920006:10001-", 512, '0', '1') < 0);
	assert_true(parse_key("61920006:10001-", 512, 'c', '2') < 0);
	assert_true(parse_key("61920006:10001-", 512, 'c', 'x') < 0);
	assert_true(parse_key("61920006:10001-", 512, ' ', '1') < 0);
}

static void
exponents_are_odd_and_three_or_more(void **state)
{
	assert_int_equal(parse_key("2:3-", 256, 'c', '1'), 0);
	assert_int_equal(parse_key("2:ffffffff-", 256, 'c', '1'), 0);
	assert_true(parse_key("2:1-", 256, 'c', '1') < 0);
	assert_true(parse_key("2:2-", 256, 'c', '1') < 0);
	assert_true(parse_key("2:10000-", 256, 'c', '1') < 0);
	assert_true(parse_key("2:100000001-", 256, 'c', '1') < 0);
	assert_true(parse_key("2:-", 256, 'c', '1') < 0);
	assert_true(parse_key("2:10001", 256, 'c', '1') < 0);
	assert_true(parse_key("10001-", 256, 'c', '1') < 0);
	assert_true(parse_key(":10001-", 256, 'c', '1') < 0);
}

/* Built from bytes, with flags that may fit or not. */
static int
round_trip(uint32_t flags, size_t key, size_t data, size_t signature)
{
	uint8_t bytes[LIMIT_BODY_LEGACY + 64];
	struct enctext text;
	struct buf buf;
	int rc;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	buf_init(&buf, 4 * LIMIT_BODY_LEGACY);
	enctext_build(flags, span_of(bytes, key), span_of(bytes, data),
	    span_of(bytes, signature), &buf);
	rc = enctext_parse(buf_span(&buf), &text);
	if (rc == 0) {
		assert_int_equal(text.flags, flags);
		assert_bytes(
		    span_of(text.key, text.key_len), span_of(bytes, key));
		assert_bytes(
		    span_of(text.data, text.data_len), span_of(bytes, data));
		assert_bytes(span_of(text.signature, text.signature_len),
		    span_of(bytes, signature));
		enctext_finish(&text);
	}
	buf_finish(&buf);
	return rc;
}

static void
both_codings_come_back_as_they_were(void **state)
{
	assert_int_equal(round_trip(0x41900004, 256, 32, 256), 0);
	assert_int_equal(round_trip(0x40900004, 256, 32, 256), 0);
	assert_int_equal(round_trip(0x01820002, 128, 8, 0), 0);
	assert_int_equal(round_trip(0x00020002, 128, 24, 0), 0);
	/* macOS signs with 1024 bits too. */
	assert_int_equal(round_trip(0x21820002, 128, 8, 128), 0);
}

static void
lengths_must_be_those_of_the_flags(void **state)
{
	assert_true(round_trip(0x41900004, 128, 32, 256) < 0);
	assert_true(round_trip(0x41900004, 256, 31, 256) < 0);
	assert_true(round_trip(0x41900004, 256, 24, 256) < 0);
	assert_true(round_trip(0x41900004, 256, 0, 256) < 0);
	assert_true(round_trip(0x41900004, 256, 32, 255) < 0);
	assert_true(round_trip(0x01820002, 256, 8, 0) < 0);
	assert_true(round_trip(0x01820002, 128, 12, 0) < 0);
}

static void
a_signature_stands_where_its_flag_is_and_nowhere_else(void **state)
{
	assert_true(round_trip(0x41900004, 256, 32, 0) < 0);
	assert_true(round_trip(0x01900004, 256, 32, 256) < 0);
}

static void
what_nobody_uses_today_is_unsupported(void **state)
{
	assert_int_equal(round_trip(0x00001001, 64, 8, 0), CAM_ERR_UNSUPPORTED);
	assert_int_equal(
	    round_trip(0x00001002, 128, 8, 0), CAM_ERR_UNSUPPORTED);
	assert_int_equal(
	    round_trip(0x00100000, 128, 16, 0), CAM_ERR_UNSUPPORTED);
}

static void
a_text_has_the_limit_of_a_body(void **state)
{
	assert_int_equal(
	    round_trip(0x01900004, 256, LIMIT_BODY_LEGACY - 16, 0), 0);
	assert_int_equal(round_trip(0x01900004, 256, LIMIT_BODY_LEGACY, 0), 0);
	assert_int_equal(round_trip(0x01900004, 256, LIMIT_BODY_LEGACY + 16, 0),
	    CAM_ERR_LIMIT);
	assert_int_equal(round_trip(0x00900004, 256, LIMIT_BODY_LEGACY + 16, 0),
	    CAM_ERR_LIMIT);
}

static void
missing_parts_are_malformed(void **state)
{
	static const char *const bad[] = { "", "41900004",
		"41900004:", "41900004:aa", "41900004:aa:bb:cc:dd", "hello",
		"::", ":::" };
	struct enctext text;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(enctext_parse(span_text(bad[i]), &text) < 0);
}

static void
the_plaintext_splits_at_its_nuls(void **state)
{
	struct enctext_plain parts;

	enctext_split(BYTES("text\0files\0TO:a:b\a\0"), true, &parts);
	assert_span(parts.text, "text");
	assert_span(parts.files, "files");
	assert_span(parts.to, "TO:a:b\a");
	assert_bytes(parts.signed_short, BYTES("text\0"));
	enctext_split(BYTES("text\0\0TO:a:b\0"), true, &parts);
	assert_span(parts.files, "");
	assert_span(parts.to, "TO:a:b");
	enctext_split(BYTES("text\0files\0"), false, &parts);
	assert_span(parts.files, "");
	enctext_split(BYTES("text"), true, &parts);
	assert_span(parts.text, "text");
	assert_bytes(parts.signed_short, BYTES("text"));
	enctext_split(BYTES(""), true, &parts);
	assert_span(parts.text, "");
}

static void
joined_parts_leave_out_empty_ones_at_the_end(void **state)
{
	struct span none = span_text("");
	struct buf buf;

	buf_init(&buf, 100);
	enctext_join(span_text("t"), none, none, &buf);
	assert_bytes(buf_span(&buf), BYTES("t\0"));
	buf_clear(&buf);
	enctext_join(span_text("t"), span_text("f"), none, &buf);
	assert_bytes(buf_span(&buf), BYTES("t\0f\0"));
	buf_clear(&buf);
	enctext_join(span_text("t"), none, span_text("TO:"), &buf);
	assert_bytes(buf_span(&buf), BYTES("t\0\0TO:\0"));
	buf_finish(&buf);
}

static void
base64_is_that_of_rfc_4648(void **state)
{
	static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/" } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		uint8_t bytes[16];
		struct buf text;
		size_t len = 99;

		buf_init(&text, 100);
		base64_encode(span_text(pairs[i][0]), &text);
		assert_span(buf_span(&text), pairs[i][1]);
		assert_int_equal(base64_decode(span_text(pairs[i][1]), bytes,
				     sizeof(bytes), &len),
		    0);
		assert_bytes(span_of(bytes, len), span_text(pairs[i][0]));
		buf_finish(&text);
	}
}

static void
loose_base64_is_refused(void **state)
{
	static const char *const bad[] = { "Zg",
		"Zg=", "Zg===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zm-_",
		"=Zg=", "Z===", "====", "Zg==Zg==", "=", "==", "Zm9vZ" };
	uint8_t bytes[16];
	size_t len;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(base64_decode(span_text(bad[i]), bytes,
				     sizeof(bytes), &len),
		    CAM_ERR_FORMAT);
	assert_int_equal(
	    base64_decode(span_text("Zm9v"), bytes, 2, &len), CAM_ERR_LIMIT);
	assert_int_equal(base64_decode(span_text("Zm9v"), bytes, 3, &len), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_one_to_eight_hex_digits),
		cmocka_unit_test(our_words_begin_with_a_decimal_digit),
		cmocka_unit_test(the_strongest_common_combination_is_chosen),
		cmocka_unit_test(
		    the_key_to_answer_with_is_the_stronger_common_one),
		cmocka_unit_test(only_whole_odd_keys_of_the_two_sizes_come_in),
		cmocka_unit_test(exponents_are_odd_and_three_or_more),
		cmocka_unit_test(both_codings_come_back_as_they_were),
		cmocka_unit_test(lengths_must_be_those_of_the_flags),
		cmocka_unit_test(
		    a_signature_stands_where_its_flag_is_and_nowhere_else),
		cmocka_unit_test(what_nobody_uses_today_is_unsupported),
		cmocka_unit_test(a_text_has_the_limit_of_a_body),
		cmocka_unit_test(missing_parts_are_malformed),
		cmocka_unit_test(the_plaintext_splits_at_its_nuls),
		cmocka_unit_test(joined_parts_leave_out_empty_ones_at_the_end),
		cmocka_unit_test(base64_is_that_of_rfc_4648),
		cmocka_unit_test(loose_base64_is_refused),
	};

	return cmocka_run_group_tests_name("enctext", tests, NULL, NULL);
}
