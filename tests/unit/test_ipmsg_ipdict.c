/* test_ipmsg_ipdict.c: IPDict and the commands in it. */
#include <math.h>

#include "ipmsg/command.h"
#include "ipmsg/dictcommand.h"
#include "ipmsg/dictmaster.h"
#include "ipmsg/dictmessage.h"
#include "wire.h"

static int
parse(const char *packed)
{
	struct ipdict dict;

	return ipdict_parse(span_text(packed), &dict);
}

static void
the_frame_must_fit_exactly(void **state)
{
	assert_int_equal(parse("IP2:5:a:1:b:Z"), 0);
	assert_int_equal(parse("IP2:0::Z"), 0);
	assert_true(parse("IP2:4:a:1:b:Z") < 0);
	assert_true(parse("IP2:6:a:1:b:Z") < 0);
	assert_true(parse("IP2:5:a:1:b:Y") < 0);
	assert_true(parse("IP2:5:a:1:b") < 0);
	assert_true(parse("IP3:5:a:1:b:Z") < 0);
	assert_true(parse("IP2:5:a:1:b:Zx") < 0);
	assert_true(parse("IP2::a:1:b:Z") < 0);
	assert_true(parse("IP2:x:a:1:b:Z") < 0);
	assert_true(parse("IP2:-5:a:1:b:Z") < 0);
	assert_true(parse("IP2:ffffffffffffffff:a:1:b:Z") < 0);
	assert_true(parse("IP2:ffffffff:a:1:b:Z") < 0);
	assert_true(parse("") < 0);
}

static void
padding_behind_a_dict_does_not_matter(void **state)
{
	char bytes[128] = "IP2:5:a:1:b:Z";
	struct ipdict dict;

	assert_int_equal(ipdict_parse(span_of(bytes, 13 + 64), &dict), 0);
	bytes[60] = 'x';
	assert_true(ipdict_parse(span_of(bytes, 13 + 64), &dict) < 0);
}

static void
malformed_content_is_refused(void **state)
{
	static const char *const bad[] = { "a", "a:", "a:1", "a:1:", "a:2:b",
		":1:b", "a:1:b:", "a:1:bc:1:d", "a:1:b::c:1:d", "a:x:b",
		"a:1:b:c" };
	struct ipdict dict;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(
		    ipdict_parse_content(span_text(bad[i]), 0, &dict) < 0);
		assert_int_equal(dict.count, 0);
	}
}

static void
a_key_that_comes_again_replaces_the_value(void **state)
{
	struct ipdict dict;
	int64_t value = 0;

	assert_int_equal(
	    ipdict_parse_content(span_text("a:1:1:b:1:2:a:1:3"), 0, &dict), 0);
	assert_int_equal(dict.count, 2);
	assert_int_equal(ipdict_get_int(&dict, "a", &value), 0);
	assert_int_equal(value, 3);
	assert_span(dict.pairs[0].key, "a");
}

static void
keys_and_depth_have_limits(void **state)
{
	struct ipdict dict;

	for (size_t count = LIMIT_IPDICT_KEYS - 1;
	     count <= LIMIT_IPDICT_KEYS + 1; count++) {
		struct buf content;

		buf_init(&content, LIMIT_IPDICT_TCP);
		for (size_t i = 0; i < count; i++) {
			char key[8];

			snprintf(key, sizeof(key), "k%zu", i);
			ipdict_put_int(&content, key, 1);
		}
		assert_int_equal(
		    ipdict_parse_content(buf_span(&content), 0, &dict),
		    count > LIMIT_IPDICT_KEYS ? CAM_ERR_LIMIT : 0);
		buf_finish(&content);
	}
	for (unsigned depth = LIMIT_IPDICT_DEPTH - 2;
	     depth <= LIMIT_IPDICT_DEPTH; depth++)
		assert_int_equal(
		    ipdict_parse_content(span_text("a:1:b"), depth, &dict),
		    depth >= LIMIT_IPDICT_DEPTH ? CAM_ERR_LIMIT : 0);
}

static void
a_command_on_tcp_has_a_limit_and_is_waited_for(void **state)
{
	static const char text[] = "IP2:5:a:1:b:Z";
	size_t len = 0;

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		assert_int_equal(
		    ipdict_frame(span_of(text, i), &len), CAM_ERR_MORE);
	assert_int_equal(ipdict_frame(BYTES("IP2:5:a:1:b:Zmore"), &len), 0);
	assert_int_equal(len, 13);
	assert_int_equal(
	    ipdict_frame(span_text("IP2:fff4:"), &len), CAM_ERR_MORE);
	assert_int_equal(
	    ipdict_frame(span_text("IP2:fff6:"), &len), CAM_ERR_LIMIT);
	assert_int_equal(
	    ipdict_frame(span_text("IP2:10000000:"), &len), CAM_ERR_LIMIT);
	assert_int_equal(
	    ipdict_frame(span_text("1:100:u:h:32:"), &len), CAM_ERR_FORMAT);
}

static void
integers_have_64_bits_and_a_sign(void **state)
{
	static const int64_t values[] = { 0, 1, -1, 0x7fffffff, -2000,
		INT64_MAX, INT64_MIN };
	static const char *const bad[] = { "", "-", "+1", "0x1", " 1",
		"8000000000000000", "-8000000000000001", "11111111111111111" };
	struct ipdict dict;
	int64_t value;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct buf content;

		buf_init(&content, 100);
		ipdict_put_int(&content, "k", values[i]);
		assert_int_equal(
		    ipdict_parse_content(buf_span(&content), 0, &dict), 0);
		assert_int_equal(ipdict_get_int(&dict, "k", &value), 0);
		assert_true(value == values[i]);
		buf_finish(&content);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(ipdict_int(span_text(bad[i]), &value) < 0);
}

static void
floats_lose_their_trailing_zeros_only(void **state)
{
	static const double values[] = { 0.0, 1.0, -2.5, 3.141592653589793,
		1e300, -0.0, 5e-324 };
	struct ipdict dict;
	double value;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct buf content;

		buf_init(&content, 100);
		ipdict_put_float(&content, "k", values[i]);
		assert_int_equal(
		    ipdict_parse_content(buf_span(&content), 0, &dict), 0);
		assert_int_equal(ipdict_get_float(&dict, "k", &value), 0);
		assert_memory_equal(&value, &values[i], sizeof(value));
		buf_finish(&content);
	}
	assert_int_equal(
	    ipdict_parse_content(span_text("k:9:123456789"), 0, &dict), 0);
	assert_true(ipdict_get_float(&dict, "k", &value) < 0);
}

static void
texts_are_strict_utf8_and_bounded(void **state)
{
	struct ipdict dict;
	char text[4] = "old";

	ipdict_parse_content(
	    BYTES("a:1:\xff:b:3:x\0y:c:3:abc:d:4:abcd:e:0:"), 0, &dict);
	assert_int_equal(
	    ipdict_get_text(&dict, "a", text, sizeof(text)), CAM_ERR_FORMAT);
	assert_int_equal(
	    ipdict_get_text(&dict, "b", text, sizeof(text)), CAM_ERR_FORMAT);
	assert_int_equal(
	    ipdict_get_text(&dict, "d", text, sizeof(text)), CAM_ERR_LIMIT);
	assert_int_equal(
	    ipdict_get_text(&dict, "x", text, sizeof(text)), CAM_ERR_UNKNOWN);
	assert_string_equal(text, "old");
	assert_int_equal(ipdict_get_text(&dict, "c", text, sizeof(text)), 0);
	assert_string_equal(text, "abc");
	assert_int_equal(ipdict_get_text(&dict, "e", text, sizeof(text)), 0);
	assert_string_equal(text, "");
}

static void
lists_end_and_break_plainly(void **state)
{
	struct span list = span_text("1:a:2:bc:0:"), item;

	assert_int_equal(ipdict_list_next(&list, &item), 0);
	assert_span(item, "a");
	assert_int_equal(ipdict_list_next(&list, &item), 0);
	assert_span(item, "bc");
	assert_int_equal(ipdict_list_next(&list, &item), 0);
	assert_span(item, "");
	assert_int_equal(ipdict_list_next(&list, &item), CAM_ERR_MORE);
	list = span_text("5:a");
	assert_int_equal(ipdict_list_next(&list, &item), CAM_ERR_FORMAT);
	assert_int_equal(ipdict_list_next(&list, &item), CAM_ERR_MORE);
}

static int
signed_bytes(const char *content, struct buf *buf)
{
	struct ipdict dict;

	buf_init(buf, 1000);
	assert_int_equal(ipdict_parse_content(span_text(content), 0, &dict), 0);
	return ipdict_signed(&dict, buf);
}

static void
a_signature_covers_all_before_it_and_nothing_follows(void **state)
{
	struct buf buf;

	assert_int_equal(signed_bytes("a:1:b:SIGN:1:s", &buf), 0);
	assert_span(buf_span(&buf), "IP2:5:a:1:b:Z");
	buf_finish(&buf);
	assert_int_equal(signed_bytes("a:1:b", &buf), CAM_ERR_UNKNOWN);
	buf_finish(&buf);
	assert_int_equal(signed_bytes("SIGN:1:s:a:1:b", &buf), CAM_ERR_FORMAT);
	buf_finish(&buf);
	assert_int_equal(
	    signed_bytes("a:1:b:SIGN:1:s:a:1:c", &buf), CAM_ERR_FORMAT);
	buf_finish(&buf);
	assert_int_equal(
	    signed_bytes("SIGN:1:s:a:1:b:SIGN:1:t", &buf), CAM_ERR_FORMAT);
	buf_finish(&buf);
	assert_int_equal(
	    signed_bytes("a:1:b:SIGN:1:s:SIGN:1:t", &buf), CAM_ERR_FORMAT);
	buf_finish(&buf);
}

/* -- commands
 * ------------------------------------------------------------------- */

#define HEAD "VER:1:3:PKT:1:5:UID:1:u:HID:1:h:CMD:2:20:FLG:3:100"

static int
parse_head(const char *content, struct dict_head *head)
{
	struct ipdict dict;

	assert_int_equal(ipdict_parse_content(span_text(content), 0, &dict), 0);
	return dict_head_parse(&dict, head);
}

static void
a_command_needs_its_six_keys(void **state)
{
	static const char *const bad[] = {
		"PKT:1:5:UID:1:u:HID:1:h:CMD:2:20:FLG:3:100",
		"VER:1:3:UID:1:u:HID:1:h:CMD:2:20:FLG:3:100",
		"VER:1:3:PKT:1:5:HID:1:h:CMD:2:20:FLG:3:100",
		"VER:1:3:PKT:1:5:UID:1:u:CMD:2:20:FLG:3:100",
		"VER:1:3:PKT:1:5:UID:1:u:HID:1:h:FLG:3:100",
		"VER:1:3:PKT:1:5:UID:1:u:HID:1:h:CMD:2:20",
		"VER:1:2:PKT:1:5:UID:1:u:HID:1:h:CMD:2:20:FLG:3:100",
		"VER:1:3:PKT:1:5:UID:0::HID:1:h:CMD:2:20:FLG:3:100",
		"VER:1:3:PKT:1:5:UID:3:a:b:HID:1:h:CMD:2:20:FLG:3:100",
		"VER:1:3:PKT:2:-5:UID:1:u:HID:1:h:CMD:2:20:FLG:3:100",
		"VER:1:3:PKT:9:100000000:UID:1:u:HID:1:h:CMD:2:20:FLG:1:0",
		"VER:1:3:PKT:1:5:UID:1:u:HID:1:h:CMD:3:120:FLG:3:100",
	};
	struct dict_head head;

	assert_int_equal(parse_head(HEAD, &head), 0);
	assert_int_equal(head.command, COMMAND_SENDMSG | MESSAGE_SENDCHECK);
	assert_string_equal(head.nick, "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(parse_head(bad[i], &head) < 0);
}

static void
a_signature_block_has_fixed_lengths(void **state)
{
	struct dict_signature signature;
	struct ipdict dict;
	char *bytes = letters('k', 256);
	char *good = xasprintf("PUBE:5:10001:PUBN:100:%s:EF:8:40000000:EC:8:"
			       "61920006:SIGN:100:%s",
	    bytes, bytes);
	char *bad = xasprintf("PUBE:5:10001:PUBN:ff:%s:EF:8:40000000:EC:8:"
			      "61920006:SIGN:100:%s",
	    bytes + 1, bytes);

	assert_int_equal(ipdict_parse_content(span_text(good), 0, &dict), 0);
	assert_int_equal(dict_signature_parse(&dict, &signature), 0);
	assert_int_equal(signature.exponent, 65537);
	assert_int_equal(ipdict_parse_content(span_text(bad), 0, &dict), 0);
	assert_int_equal(
	    dict_signature_parse(&dict, &signature), CAM_ERR_FORMAT);
	assert_int_equal(ipdict_parse_content(span_text("a:1:b"), 0, &dict), 0);
	assert_int_equal(
	    dict_signature_parse(&dict, &signature), CAM_ERR_UNKNOWN);
	free(bytes);
	free(good);
	free(bad);
}

static void
an_encrypted_dict_has_four_keys_and_no_more(void **state)
{
	char *key = letters('k', 256);
	char *good = xasprintf(
	    "EF:6:500004:EI:10:0123456789abcdef:EK:100:%s:EB:1:x", key);
	char *more = xasprintf("%s:AA:1:x", good);
	struct dict_cipher cipher;
	struct ipdict dict;

	assert_int_equal(ipdict_parse_content(span_text(good), 0, &dict), 0);
	assert_true(dict_is_encrypted(&dict));
	assert_int_equal(dict_cipher_parse(&dict, &cipher), 0);
	assert_int_equal(cipher.flags, 0x500004);
	assert_int_equal(ipdict_parse_content(span_text(more), 0, &dict), 0);
	assert_int_equal(dict_cipher_parse(&dict, &cipher), CAM_ERR_FORMAT);
	free(key);
	free(good);
	free(more);
}

static void
lists_of_hosts_come_back_as_they_were(void **state)
{
	struct host_row row = { .user = "ア",
		.host = "h",
		.nick = "n",
		.status = 0xf640000,
		.addr = "fe80::1",
		.port = 2425 };
	struct host_row again;
	struct dict_hosts hosts;
	struct ipdict *dict = xmalloc(sizeof(*dict));
	struct buf list, content;
	char version[LIMIT_VERSION_TEXT + 1];

	buf_init(&list, LIMIT_IPDICT_TCP);
	buf_init(&content, LIMIT_IPDICT_TCP);
	dict_hosts_add(&list, &row, "00010002:4:99:103");
	row.gone = true;
	dict_hosts_add(&list, &row, NULL);
	ipdict_put(&content, "HLST", buf_span(&list));
	dict_hosts_page_build(1, 2, 3, &content);
	assert_int_equal(ipdict_parse_content(buf_span(&content), 0, dict), 0);
	assert_int_equal(dict_hosts_parse(dict, &hosts), 0);
	assert_int_equal(hosts.start, 1);
	assert_int_equal(hosts.num, 2);
	assert_int_equal(hosts.total, 3);
	assert_int_equal(dict_hosts_next(&hosts, &again, version), 0);
	assert_string_equal(again.user, "ア");
	/* Plain here, swapped in ANSLIST. */
	assert_int_equal(again.port, 2425);
	assert_false(again.gone);
	assert_string_equal(version, "00010002:4:99:103");
	assert_int_equal(dict_hosts_next(&hosts, &again, version), 0);
	assert_true(again.gone);
	assert_string_equal(version, "");
	assert_int_equal(
	    dict_hosts_next(&hosts, &again, version), CAM_ERR_MORE);
	buf_finish(&list);
	buf_finish(&content);
	free(dict);
}

static void
what_masters_say_comes_back_as_it_was(void **state)
{
	struct dict_master master = { .network_count = 2,
		.networks = { { "192.168.1.0", 24 }, { "10.0.0.0", 8 } },
		.unwilling = true,
		.agent_seconds = 190,
		.target = "10.0.0.7",
		.direct = true,
		.wrapped = BYTES("a:1:b") };
	struct dict_master again;
	struct ipdict *dict = xmalloc(sizeof(*dict));
	struct buf content;

	buf_init(&content, LIMIT_IPDICT_TCP);
	dict_master_build(&master, &content);
	assert_int_equal(ipdict_parse_content(buf_span(&content), 0, dict), 0);
	assert_int_equal(dict_master_parse(dict, &again), 0);
	assert_int_equal(again.network_count, 2);
	assert_string_equal(again.networks[1].addr, "10.0.0.0");
	assert_int_equal(again.networks[1].prefix, 8);
	assert_true(again.unwilling && again.direct);
	assert_int_equal(again.agent_seconds, 190);
	assert_string_equal(again.target, "10.0.0.7");
	assert_span(again.wrapped, "a:1:b");
	buf_finish(&content);
	free(dict);
}

static void
odd_things_of_masters_are_refused(void **state)
{
	static const char *const bad[] = { "NADRS:3:1:x", "NADRS:9:7:ADR:1:x",
		"NADRS:14:11:ADR:1:x:MASK:2:81", "AGNT:1:2", "AGS:2:-1",
		"DRCT:1:x" };
	struct dict_master master;
	struct ipdict *dict = xmalloc(sizeof(*dict));

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    ipdict_parse_content(span_text(bad[i]), 0, dict), 0);
		assert_true(dict_master_parse(dict, &master) < 0);
	}
	free(dict);
}

static void
an_ip_line_says_what_a_master_does(void **state)
{
	struct dict_master_line line = { .requested = true }, again;
	struct buf value;

	buf_init(&value, 1000);
	dict_master_line_build(&line, &value);
	assert_int_equal(dict_master_line_parse(buf_span(&value), &again), 0);
	assert_true(again.requested);
	assert_false(again.started);
	assert_string_equal(again.master, "");
	assert_true(dict_master_line_parse(span_text("x"), &again) < 0);
	assert_true(dict_master_line_parse(span_text("Zm9v"), &again) < 0);
	buf_finish(&value);
}

static void
files_and_recipients_of_a_dict_have_the_limits_of_lists(void **state)
{
	struct to_list to = { .count = 0 };
	struct attach_list files;
	struct ipdict *dict = xmalloc(sizeof(*dict));
	struct buf list, content;

	buf_init(&list, LIMIT_IPDICT_TCP);
	buf_init(&content, LIMIT_IPDICT_TCP);
	for (int i = 0; i <= LIMIT_TO_LIST; i++)
		ipdict_list_add(&list, span_text("UID:1:u:HID:1:h"));
	ipdict_put(&content, "TLST", buf_span(&list));
	buf_clear(&list);
	for (int i = 0; i <= LIMIT_ATTACHMENTS; i++)
		ipdict_list_add(&list, span_text("FI:1:1:FN:4:../x:FS:1:5"));
	ipdict_put(&content, "FILE", buf_span(&list));
	assert_int_equal(ipdict_parse_content(buf_span(&content), 0, dict), 0);
	assert_int_equal(dict_to_parse(dict, &to), CAM_ERR_LIMIT);
	assert_int_equal(to.count, 0);
	assert_int_equal(dict_files_parse(dict, &files), 0);
	assert_int_equal(files.count, LIMIT_ATTACHMENTS);
	assert_true(files.broken);
	assert_int_equal(files.items[0].attr, FILE_REGULAR);
	assert_null(files.items[0].safe_name);
	attach_list_finish(&files);
	buf_finish(&list);
	buf_finish(&content);
	free(dict);
}

static void
a_body_is_utf8_without_carriage_returns(void **state)
{
	struct ipdict *dict = xmalloc(sizeof(*dict));
	struct buf text;

	buf_init(&text, 100);
	ipdict_parse_content(BYTES("BODY:4:a\r\nb"), 0, dict);
	assert_int_equal(dict_body_parse(dict, &text), 0);
	assert_span(buf_span(&text), "a\nb");
	ipdict_parse_content(BYTES("BODY:1:\xff"), 0, dict);
	assert_int_equal(dict_body_parse(dict, &text), CAM_ERR_CHARSET);
	buf_finish(&text);
	free(dict);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_frame_must_fit_exactly),
		cmocka_unit_test(padding_behind_a_dict_does_not_matter),
		cmocka_unit_test(malformed_content_is_refused),
		cmocka_unit_test(a_key_that_comes_again_replaces_the_value),
		cmocka_unit_test(keys_and_depth_have_limits),
		cmocka_unit_test(
		    a_command_on_tcp_has_a_limit_and_is_waited_for),
		cmocka_unit_test(integers_have_64_bits_and_a_sign),
		cmocka_unit_test(floats_lose_their_trailing_zeros_only),
		cmocka_unit_test(texts_are_strict_utf8_and_bounded),
		cmocka_unit_test(lists_end_and_break_plainly),
		cmocka_unit_test(
		    a_signature_covers_all_before_it_and_nothing_follows),
		cmocka_unit_test(a_command_needs_its_six_keys),
		cmocka_unit_test(a_signature_block_has_fixed_lengths),
		cmocka_unit_test(an_encrypted_dict_has_four_keys_and_no_more),
		cmocka_unit_test(lists_of_hosts_come_back_as_they_were),
		cmocka_unit_test(what_masters_say_comes_back_as_it_was),
		cmocka_unit_test(odd_things_of_masters_are_refused),
		cmocka_unit_test(an_ip_line_says_what_a_master_does),
		cmocka_unit_test(
		    files_and_recipients_of_a_dict_have_the_limits_of_lists),
		cmocka_unit_test(a_body_is_utf8_without_carriage_returns),
	};

	return cmocka_run_group_tests_name("ipdict", tests, NULL, NULL);
}
