/* test_ipmsg_charset.c: CP932, GB18030 and UTF-8, decoded, guessed, encoded. */
#include "../fuzz/cp932_oracle.h"
#include "ipmsg/message.h"
#include "wire.h"

static size_t
decode(void **state, enum charset charset, struct span bytes, struct buf *out)
{
	const struct charset_reader *reader = *state;

	buf_init(out, LIMIT_DATAGRAM * 4);
	return charset_decode(reader->converter, charset, bytes, out);
}

static void
assert_decoded(
    void **state, enum charset charset, struct span bytes, const char *want)
{
	struct buf out;

	decode(state, charset, bytes, &out);
	assert_span(buf_span(&out), want);
	buf_finish(&out);
}

static void
all_pairs_of_cp932_are_those_of_the_table(void **state)
{
	struct cp932_table *table = cp932_table_load(TEST_DATA "/cp932.txt");

	for (unsigned pair = 0; pair <= 0xffff; pair++) {
		uint8_t bytes[] = { (uint8_t)(pair >> 8), (uint8_t)pair };
		struct buf ours, theirs;

		buf_init(&theirs, 16);
		decode(state, CHARSET_CP932, span_of(bytes, 2), &ours);
		cp932_table_decode(table, span_of(bytes, 2), &theirs);
		assert_bytes(buf_span(&ours), buf_span(&theirs));
		buf_finish(&ours);
		buf_finish(&theirs);
	}
	free(table);
}

static void
no_lead_byte_swallows_a_separator(void **state)
{
	static const char separators[] = { ':', '/', '\a', '\0', '\n', '1' };

	for (unsigned lead = 0x80; lead <= 0xff; lead++) {
		for (size_t i = 0; i < sizeof(separators); i++) {
			uint8_t bytes[] = { (uint8_t)lead,
				(uint8_t)separators[i] };
			struct buf out;

			decode(state, CHARSET_CP932, span_of(bytes, 2), &out);
			assert_int_equal(
			    out.data[out.len - 1], (uint8_t)separators[i]);
			buf_finish(&out);
			decode(state, CHARSET_GB18030, span_of(bytes, 2), &out);
			assert_int_equal(
			    out.data[out.len - 1], (uint8_t)separators[i]);
			buf_finish(&out);
		}
	}
}

static void
a_backslash_may_be_half_a_character(void **state)
{
	assert_decoded(state, CHARSET_CP932,
	    BYTES("\x95\x5c\x83\x5c\x94\x5c\x5c"), "表ソ能\\");
}

static void
two_forms_of_one_character_are_alike_when_decoded(void **state)
{
	assert_decoded(state, CHARSET_CP932, BYTES("\x87\x90\x81\xe0"), "≒≒");
}

static void
broken_bytes_become_one_replacement_each(void **state)
{
	struct buf out;

	assert_int_equal(
	    decode(state, CHARSET_CP932, BYTES("a\x83:b\xfe\x83"), &out), 3);
	assert_span(buf_span(&out), "a\xef\xbf\xbd:b\xef\xbf\xbd\xef\xbf\xbd");
	buf_finish(&out);
	assert_int_equal(
	    decode(state, CHARSET_UTF8, BYTES("a\xc0\xaf\xed\xa0\x80z"), &out),
	    5);
	buf_finish(&out);
}

static void
gb18030_has_forms_of_two_and_four_bytes(void **state)
{
	assert_decoded(state, CHARSET_GB18030,
	    BYTES("\xc4\xe3\xba\xc3:\x81\x30\x84\x36\xa2\xe3"), "你好:¥€");
	/* Cut off: the digits stay what they are. */
	assert_decoded(state, CHARSET_GB18030, BYTES("\x81\x30\x84"),
	    "\xef\xbf\xbd"
	    "0\xef\xbf\xbd");
	assert_decoded(state, CHARSET_GB18030, BYTES("\x81\x30:"),
	    "\xef\xbf\xbd"
	    "0:");
	/* Beyond U+FFFF, and beyond the last character. */
	assert_decoded(
	    state, CHARSET_GB18030, BYTES("\x94\x39\xda\x33"), "\U0001f4a9");
	assert_decoded(state, CHARSET_GB18030, BYTES("\xe3\x32\x9a\x36"),
	    "\xef\xbf\xbd"
	    "2\xef\xbf\xbd"
	    "6");
}

static void
encoding_counts_what_it_cannot_say(void **state)
{
	const struct charset_reader *reader = *state;
	struct buf out;

	buf_init(&out, 100);
	assert_int_equal(charset_encode(reader->converter, CHARSET_CP932,
			     span_text("日本✓x\xff"), &out),
	    2);
	assert_bytes(buf_span(&out), BYTES("\x93\xfa\x96\x7b?x?"));
	buf_clear(&out);
	assert_int_equal(charset_encode(reader->converter, CHARSET_GB18030,
			     span_text("✓\U0001f4a9"), &out),
	    0);
	buf_clear(&out);
	assert_int_equal(charset_encode(reader->converter, CHARSET_UTF8,
			     span_text("✓\xc0\xaf"), &out),
	    2);
	assert_span(buf_span(&out), "✓??");
	buf_finish(&out);
}

static void
the_flag_decides_before_all_else(void **state)
{
	struct charset_reader reader = *(struct charset_reader *)*state;
	struct span katakana = BYTES("\xb6\xc0\xb6\xc5");

	assert_int_equal(charset_guess(&reader, katakana), CHARSET_CP932);
	reader.utf8 = true;
	assert_int_equal(charset_guess(&reader, katakana), CHARSET_UTF8);
}

static void
a_peer_that_sent_legacy_text_is_read_so_again(void **state)
{
	struct charset_reader reader = *(struct charset_reader *)*state;
	/* Half-width katakana in CP932, and valid UTF-8. */
	struct span both = BYTES("\xc2\xb6");
	struct span only_utf8 = BYTES("\xe2\x9c\x93\xf0");

	assert_int_equal(charset_guess(&reader, both), CHARSET_UTF8);
	reader.sent_legacy = true;
	assert_int_equal(charset_guess(&reader, both), CHARSET_CP932);
	assert_int_equal(
	    charset_guess(&reader, span_text("ascii")), CHARSET_UTF8);
	only_utf8.len = 3;
	assert_int_equal(
	    charset_guess(&reader, BYTES("\xe2\xa0\x80")), CHARSET_UTF8);
	assert_int_equal(charset_guess(&reader, only_utf8), CHARSET_UTF8);
}

static void
each_kind_of_client_has_its_charset(void **state)
{
	struct charset_reader reader = *(struct charset_reader *)*state;
	struct span chinese = BYTES("\xd0\xa1\xc3\xf7");

	reader.client = CLIENT_FEIQ;
	assert_int_equal(charset_guess(&reader, chinese), CHARSET_GB18030);
	reader.client = CLIENT_IPTUX;
	assert_int_equal(charset_guess(&reader, chinese), CHARSET_GB18030);
	reader.has_used = true;
	reader.used = CHARSET_CP932;
	assert_int_equal(charset_guess(&reader, chinese), CHARSET_CP932);
	reader.used = CHARSET_UTF8;
	assert_int_equal(charset_guess(&reader, chinese), CHARSET_GB18030);
	/* UTF-8 Chinese is GB18030 too: what a mixed sender meant is UTF-8. */
	reader.sent_legacy = true;
	assert_int_equal(
	    charset_guess(&reader, span_text("你好")), CHARSET_UTF8);
	assert_int_equal(
	    charset_towards(CLIENT_IPTUX, false, CHARSET_CP932), CHARSET_UTF8);
	assert_int_equal(charset_towards(CLIENT_FEIQ, false, CHARSET_CP932),
	    CHARSET_GB18030);
	assert_int_equal(
	    charset_towards(CLIENT_PLAIN, false, CHARSET_CP932), CHARSET_CP932);
	assert_int_equal(
	    charset_towards(CLIENT_PLAIN, true, CHARSET_CP932), CHARSET_UTF8);
}

static void
a_name_is_cut_nowhere_but_refused(void **state)
{
	const struct charset_reader *reader = *state;
	char text[LIMIT_NAME + 1];

	/* One byte of CP932 makes three of UTF-8: 85 fit. */
	for (size_t len = 84; len <= 86; len++) {
		char *katakana = letters('\xb1', len);

		assert_int_equal(
		    charset_read_name(
			reader, span_of(katakana, len), text, sizeof(text)),
		    len > 85 ? CAM_ERR_LIMIT : 0);
		assert_int_equal(strlen(text), len > 85 ? 0 : 3 * len);
		free(katakana);
	}
	assert_int_equal(
	    charset_read_name(reader, BYTES("a\0b"), text, sizeof(text)), 0);
	assert_string_equal(text, "a");
}

static void
names_of_charsets_are_fixed(void **state)
{
	enum charset charset = CHARSET_UTF8;

	assert_int_equal(charset_parse("gb18030", &charset), 0);
	assert_int_equal(charset, CHARSET_GB18030);
	assert_int_equal(charset_parse("SHIFT_JIS", &charset), CAM_ERR_UNKNOWN);
	assert_int_equal(
	    charset_parse("CP932//IGNORE", &charset), CAM_ERR_UNKNOWN);
	assert_string_equal(charset_name(CHARSET_CP932), "CP932");
}

static void
messages_lose_their_carriage_returns(void **state)
{
	struct charset_reader reader = *(struct charset_reader *)*state;
	struct buf out;

	buf_init(&out, 100);
	message_text_read(&reader, BYTES("a\r\nb\rc"), NULL, &out);
	assert_span(buf_span(&out), "a\nbc");
	buf_clear(&out);
	message_text_write(
	    reader.converter, CHARSET_CP932, BYTES("ア\r\n✓\0x"), &out);
	assert_bytes(buf_span(&out), BYTES("\x83\x41\n?"));
	buf_finish(&out);
}

static void
a_message_longer_than_its_buf_says_so(void **state)
{
	struct charset_reader reader = *(struct charset_reader *)*state;
	struct buf out;

	buf_init(&out, 3);
	message_text_read(&reader, BYTES("abcd"), NULL, &out);
	assert_true(buf_failed(&out));
	buf_finish(&out);
}

static void
feiq_fonts_and_images_are_for_feiq_only(void **state)
{
	struct charset_reader reader = *(struct charset_reader *)*state;
	struct span text =
	    BYTES("\xc4\xe3/~#>0123abCD<B~\xba\xc3{-10 0 0 0 400 0 0 0 134 "
		  "3 2 1 2 \xcb\xce\xcc\xe5 0 0 0}");
	struct buf out;

	buf_init(&out, 200);
	reader.client = CLIENT_FEIQ;
	assert_int_equal(
	    message_text_read(&reader, text, "[image]", &out), CHARSET_GB18030);
	assert_span(buf_span(&out), "你[image]好");
	buf_clear(&out);
	message_text_read(&reader, BYTES("see {1 2} {x}"), NULL, &out);
	assert_span(buf_span(&out), "see {1 2} {x}");
	buf_clear(&out);
	message_text_read(&reader, BYTES("set = {1 2}"), NULL, &out);
	assert_span(buf_span(&out), "set = {1 2}");
	reader.client = CLIENT_PLAIN;
	buf_clear(&out);
	message_text_read(
	    &reader, BYTES("x{-10 0 0 0 400 Arial 0}"), NULL, &out);
	assert_span(buf_span(&out), "x{-10 0 0 0 400 Arial 0}");
	buf_finish(&out);
}

static void
version_fields_tell_the_client(void **state)
{
	struct feiq_version feiq;

	assert_true(client_version_is_known(span_text("1")));
	assert_true(client_version_is_known(span_text("1_iptux 0.8.3")));
	assert_true(client_version_is_known(span_text("001")));
	assert_false(client_version_is_known(span_text("2")));
	assert_false(client_version_is_known(span_text("10")));
	assert_false(client_version_is_known(span_text("")));
	assert_false(client_version_is_known(span_text("x1")));
	assert_int_equal(client_kind(span_text("1")), CLIENT_PLAIN);
	assert_int_equal(client_kind(span_text("1_iptux 0.8.3")), CLIENT_IPTUX);
	assert_int_equal(client_kind(span_text("1_lbt6_0#1")), CLIENT_FEIQ);
	assert_int_equal(client_kind(span_text("1_xyz")), CLIENT_OTHER);
	assert_int_equal(
	    feiq_version_parse(
		span_text("1_lbt4_12#130#001122AABBCC#2425#0#96"), &feiq),
	    0);
	assert_int_equal(feiq.major, 4);
	assert_int_equal(feiq.avatar, 12);
	assert_int_equal(feiq.group_bytes, 96);
	assert_true(
	    feiq_version_parse(span_text("1_lbt6_0#1#00#0#0#0"), &feiq) < 0);
	assert_true(feiq_version_parse(span_text("1_lbt6_0"), &feiq) < 0);
	assert_int_equal(client_datagram_max(CLIENT_IPTUX), 7500);
	assert_int_equal(client_datagram_max(CLIENT_PLAIN), 32767);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_pairs_of_cp932_are_those_of_the_table),
		cmocka_unit_test(no_lead_byte_swallows_a_separator),
		cmocka_unit_test(a_backslash_may_be_half_a_character),
		cmocka_unit_test(
		    two_forms_of_one_character_are_alike_when_decoded),
		cmocka_unit_test(broken_bytes_become_one_replacement_each),
		cmocka_unit_test(gb18030_has_forms_of_two_and_four_bytes),
		cmocka_unit_test(encoding_counts_what_it_cannot_say),
		cmocka_unit_test(the_flag_decides_before_all_else),
		cmocka_unit_test(a_peer_that_sent_legacy_text_is_read_so_again),
		cmocka_unit_test(each_kind_of_client_has_its_charset),
		cmocka_unit_test(a_name_is_cut_nowhere_but_refused),
		cmocka_unit_test(names_of_charsets_are_fixed),
		cmocka_unit_test(messages_lose_their_carriage_returns),
		cmocka_unit_test(a_message_longer_than_its_buf_says_so),
		cmocka_unit_test(feiq_fonts_and_images_are_for_feiq_only),
		cmocka_unit_test(version_fields_tell_the_client),
	};

	return cmocka_run_group_tests_name(
	    "charset", tests, open_reader, close_reader);
}
