/* test_ipmsg_packet.c: classic packets and their commands. */
#include "ipmsg/command.h"
#include "ipmsg/packet.h"
#include "wire.h"

static int
parse(struct span bytes)
{
	struct packet packet;

	return packet_parse(bytes, &packet);
}

static void
only_the_first_five_colons_separate(void **state)
{
	struct packet packet;

	assert_int_equal(packet_parse(BYTES("1:7:u:h:32:a:b::c"), &packet), 0);
	assert_span(packet.parts[0], "a:b::c");
	assert_int_equal(packet.part_count, 1);
}

static void
trailing_nuls_are_counted_and_carry_nothing(void **state)
{
	char bytes[128] = "1:7:u:h:32:hello";
	struct packet packet;

	assert_int_equal(packet_parse(span_of(bytes, 16 + 65), &packet), 0);
	assert_span(packet.parts[0], "hello");
	assert_int_equal(packet.part_count, 1);
	assert_int_equal(packet.trailing, 65);
}

static void
the_extension_splits_at_nuls(void **state)
{
	struct packet packet;

	assert_int_equal(
	    packet_parse(BYTES("1:7:u:h:1:nick\0\0\nUN:u\0x\0y\0z"), &packet),
	    0);
	assert_int_equal(packet.part_count, PACKET_PARTS);
	assert_span(packet.parts[0], "nick");
	assert_span(packet.parts[1], "");
	assert_span(packet.parts[2], "\nUN:u");
	assert_span(packet.parts[3], "x");
}

static void
an_empty_extension_is_fine(void **state)
{
	struct packet packet;

	assert_int_equal(packet_parse(BYTES("1:7:u:h:65538:\0"), &packet), 0);
	assert_int_equal(packet.extension.len, 0);
	assert_span(packet.parts[0], "");
}

static void
malformed_packets_are_refused(void **state)
{
	static const char *const bad[] = { "", ":", "hello", "1:100:user:host",
		"2:100:user:host:32:x", "1:100::host:32:x", "1:100:user::32:x",
		"1:abc:user:host:32:x", "1::user:host:32:x",
		"1:100:user:host::x", "1:100:user:host:0x20:x",
		"1:+100:user:host:32:x", "1: 100:user:host:32:x",
		"1:-1:user:host:32:x", "1:100:user:host:-32:x",
		"1:100:user:host:32 :x", "1:4294967296:user:host:32:x",
		"1:100:user:host:4294967296:x", "1:00000000100:u:h:32:x",
		"11:100:user:host:32:x", "x1:100:user:host:32:x",
		":100:user:host:32:x", "1:100:us\ner:host:32:x",
		"1:100:user:ho\ast:32:x", "IP2:5:a:1:b:Z" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(parse(span_text(bad[i])) < 0);
	assert_true(parse(BYTES("1:100:us\0er:host:32:x")) < 0);
	assert_true(parse(BYTES("\0\0\0\0")) < 0);
}

static void
numbers_reach_to_32_bits(void **state)
{
	struct packet packet;

	assert_int_equal(
	    packet_parse(BYTES("1:4294967295:u:h:4294967295:"), &packet), 0);
	assert_int_equal(packet.number, 4294967295u);
	assert_int_equal(packet.command, 4294967295u);
	assert_span(packet.number_text, "4294967295");
	/* As the digits stand, for the IV. */
	assert_int_equal(packet_parse(BYTES("1:007:u:h:32:"), &packet), 0);
	assert_int_equal(packet.number, 7);
	assert_span(packet.number_text, "007");
}

static void
names_and_version_have_limits(void **state)
{
	for (size_t len = LIMIT_NAME - 1; len <= LIMIT_NAME + 1; len++) {
		char *name = letters('u', len);
		char *user = xasprintf("1:7:%s:h:32:x", name);
		char *host = xasprintf("1:7:u:%s:32:x", name);
		char *version = xasprintf("1_%s:7:u:h:32:x", name + 2);
		int want = len > LIMIT_NAME ? CAM_ERR_LIMIT : 0;

		assert_int_equal(parse(span_text(user)), want);
		assert_int_equal(parse(span_text(host)), want);
		assert_int_equal(parse(span_text(version)), want);
		free(name);
		free(user);
		free(host);
		free(version);
	}
}

static void
a_datagram_has_its_limit(void **state)
{
	for (size_t len = LIMIT_DATAGRAM - 1; len <= LIMIT_DATAGRAM + 1;
	     len++) {
		char *bytes = letters('x', len);

		memcpy(bytes, "1:7:u:h:32:", 11);
		assert_int_equal(parse(span_of(bytes, len)),
		    len > LIMIT_DATAGRAM ? CAM_ERR_LIMIT : 0);
		free(bytes);
	}
}

static void
a_body_number_is_digits_only(void **state)
{
	struct packet packet;
	uint32_t number = 5;

	packet_parse(BYTES("1:7:u:h:33:1700000031\0"), &packet);
	assert_int_equal(packet_read_number(&packet, &number), 0);
	assert_int_equal(number, 1700000031);
	number = 5;
	packet_parse(BYTES("1:7:u:h:33:17x"), &packet);
	assert_true(packet_read_number(&packet, &number) < 0);
	packet_parse(BYTES("1:7:u:h:33:"), &packet);
	assert_true(packet_read_number(&packet, &number) < 0);
	packet_parse(BYTES("1:7:u:h:33:4294967296"), &packet);
	assert_true(packet_read_number(&packet, &number) < 0);
	assert_int_equal(number, 5);
}

static void
what_is_built_is_parsed_alike(void **state)
{
	struct packet_out out = { .number = 1700000031,
		.user = "anna-<0123456789abcdef>",
		.host = "pc1",
		.command = COMMAND_SENDMSG | MESSAGE_SENDCHECK };
	struct packet packet;
	struct buf buf;

	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	assert_int_equal(packet_build(&buf, &out, BYTES("a:b")), 0);
	assert_bytes(buf_span(&buf),
	    BYTES("1:1700000031:anna-<0123456789abcdef>:pc1:288:a:b\0"));
	assert_int_equal(packet_parse(buf_span(&buf), &packet), 0);
	assert_span(packet.user, out.user);
	assert_int_equal(packet.command, out.command);
	buf_finish(&buf);
}

static int
build(struct packet_out out, size_t max)
{
	struct buf buf;
	int rc;

	buf_init(&buf, max);
	rc = packet_build(&buf, &out, BYTES("x"));
	buf_finish(&buf);
	return rc;
}

static void
what_others_would_misread_is_not_built(void **state)
{
	char *long_name = letters('u', LIMIT_NAME_SENT + 1);
	struct packet_out good = { 1, "u", "h", COMMAND_SENDMSG };
	struct packet_out out;

	assert_int_equal(build(good, 100), 0);
	assert_int_equal(build(good, 5), CAM_ERR_LIMIT);
	out = good;
	out.user = "";
	assert_int_equal(build(out, 100), CAM_ERR_FORMAT);
	out.user = "a:b";
	assert_int_equal(build(out, 100), CAM_ERR_FORMAT);
	out.user = long_name;
	assert_int_equal(build(out, 200), CAM_ERR_LIMIT);
	out.user = long_name + 1;
	assert_int_equal(build(out, 200), 0);
	out = good;
	out.host = "a\nb";
	assert_int_equal(build(out, 100), CAM_ERR_FORMAT);
	out = good;
	out.number = 0x80000000;
	assert_int_equal(build(out, 100), CAM_ERR_FORMAT);
	out = good;
	out.command |= 0x80000000;
	assert_int_equal(build(out, 100), CAM_ERR_FORMAT);
	free(long_name);
}

static void
a_name_is_made_fit_to_be_sent(void **state)
{
	char clean[PACKET_NAME_SIZE];
	char *wide = xmalloc(3 * 40 + 1);

	packet_clean_name("a:b\nc\ad", PACKET_NAME_HEADER, clean);
	assert_string_equal(clean, "a;b_c_d");
	packet_clean_name("a:b\x7f", PACKET_NAME_NICK, clean);
	assert_string_equal(clean, "a:b_");
	packet_clean_name("", PACKET_NAME_HEADER, clean);
	assert_string_equal(clean, "_");
	packet_clean_name("", PACKET_NAME_NICK, clean);
	assert_string_equal(clean, "");
	packet_clean_name("x\xff\xc2\x85y", PACKET_NAME_NICK, clean);
	assert_string_equal(clean, "x__y");
	/* 26 characters of three bytes are 78 bytes: no half one follows. */
	for (int i = 0; i < 40; i++)
		memcpy(wide + 3 * i, "\xe3\x82\xa2", 4);
	packet_clean_name(wide, PACKET_NAME_NICK, clean);
	assert_int_equal(strlen(clean), 78);
	assert_true(utf8_is_valid(span_text(clean)));
	free(wide);
}

static void
commands_have_their_official_names(void **state)
{
	char text[COMMAND_TEXT_SIZE];

	assert_string_equal(command_name(0x0f640001), "BR_ENTRY");
	assert_string_equal(
	    command_name(COMMAND_DIR_AGENTREJECT), "DIR_AGENTREJECT");
	assert_null(command_name(COMMAND_FEIQ_OPENED));
	command_text(0x177, text);
	assert_string_equal(text, "0x77");
	command_text(0x05, text);
	assert_string_equal(text, "0x05");
	command_text(288, text);
	assert_string_equal(text, "SENDMSG");
}

static void
a_bit_means_what_its_command_says(void **state)
{
	assert_string_equal(
	    command_option_name(COMMAND_BR_ENTRY | 0x100, 8), "ABSENCEOPT");
	assert_string_equal(
	    command_option_name(COMMAND_SENDMSG | 0x100, 8), "SENDCHECKOPT");
	assert_string_equal(
	    command_option_name(COMMAND_SENDMSG | 0x800, 11), "MULTICASTOPT");
	assert_string_equal(
	    command_option_name(COMMAND_GETDIRFILES | 0x800, 11), "ENCFILEOPT");
	assert_string_equal(
	    command_option_name(COMMAND_ANSENTRY | 0x10000000, 28),
	    "DIR_MASTER");
	assert_null(command_option_name(COMMAND_SENDMSG, 8));
	assert_null(command_option_name(COMMAND_SENDMSG | 0x80000000, 31));
	assert_null(command_option_name(0xff, 3));
}

static void
answers_are_never_answered(void **state)
{
	assert_true(command_is_answer(COMMAND_ANSENTRY));
	assert_true(command_is_answer(COMMAND_RECVMSG | MESSAGE_SENDCHECK));
	assert_true(command_is_answer(COMMAND_ANSREADMSG));
	assert_true(command_is_answer(
	    COMMAND_SENDMSG | MESSAGE_AUTORET | MESSAGE_SENDCHECK));
	assert_true(command_is_answer(COMMAND_SENDMSG | MESSAGE_BROADCAST));
	assert_false(command_is_answer(COMMAND_SENDMSG | MESSAGE_SENDCHECK));
	assert_false(command_is_answer(COMMAND_BR_ENTRY | 0x2400));
	assert_false(command_is_answer(COMMAND_GETPUBKEY | MESSAGE_AUTORET));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_first_five_colons_separate),
		cmocka_unit_test(trailing_nuls_are_counted_and_carry_nothing),
		cmocka_unit_test(the_extension_splits_at_nuls),
		cmocka_unit_test(an_empty_extension_is_fine),
		cmocka_unit_test(malformed_packets_are_refused),
		cmocka_unit_test(numbers_reach_to_32_bits),
		cmocka_unit_test(names_and_version_have_limits),
		cmocka_unit_test(a_datagram_has_its_limit),
		cmocka_unit_test(a_body_number_is_digits_only),
		cmocka_unit_test(what_is_built_is_parsed_alike),
		cmocka_unit_test(what_others_would_misread_is_not_built),
		cmocka_unit_test(a_name_is_made_fit_to_be_sent),
		cmocka_unit_test(commands_have_their_official_names),
		cmocka_unit_test(a_bit_means_what_its_command_says),
		cmocka_unit_test(answers_are_never_answered),
	};

	return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
