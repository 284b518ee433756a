/* test_ipmsg_entry.c: entry packets and fingerprint user names. */
#include "ipmsg/dictmaster.h"
#include "ipmsg/entry.h"
#include "wire.h"

static int
parse(void **state, struct span bytes, struct entry *entry)
{
	struct packet packet;

	assert_int_equal(packet_parse(bytes, &packet), 0);
	return entry_parse(&packet, *state, entry);
}

static void
lines_override_the_legacy_parts(void **state)
{
	struct entry entry;

	/* CAPUTF8OPT | BR_ENTRY */
	assert_int_equal(
	    parse(state,
		BYTES("1:7:u:h:16777217:n\0g\0\nUN:U2\nHN:H2\nNN:N2\nGN:G2"),
		&entry),
	    0);
	assert_string_equal(entry.user, "U2");
	assert_string_equal(entry.host, "H2");
	assert_string_equal(entry.nick, "N2");
	assert_string_equal(entry.group, "G2");
	assert_false(entry.has_version);
}

static void
lines_may_stand_in_place_of_the_group(void **state)
{
	struct entry entry;

	assert_int_equal(
	    parse(state, BYTES("1:7:u:h:16777217:n\0\nNN:N2\n"), &entry), 0);
	assert_string_equal(entry.nick, "N2");
	assert_string_equal(entry.group, "");
}

static void
lines_without_caputf8_are_not_read(void **state)
{
	struct entry entry;

	assert_int_equal(
	    parse(state, BYTES("1:7:u:h:1:n\0g\0\nUN:other"), &entry), 0);
	assert_string_equal(entry.user, "u");
	assert_int_equal(entry.line_count, 0);
}

static void
an_ansentry_keeps_nick_and_group_of_its_parts(void **state)
{
	struct entry entry;

	assert_int_equal(
	    parse(state,
		BYTES("1:7:u:h:16777219:n\0g\0\nNN:N2\nGN:G2\nVS:00010002:5:"
		      "6:1"),
		&entry),
	    0);
	assert_string_equal(entry.nick, "n");
	assert_string_equal(entry.group, "g");
	assert_true(entry.has_version);
	assert_int_equal(entry.version.minor, 6);
}

static void
unknown_and_broken_lines_are_passed_over(void **state)
{
	struct entry entry;

	assert_int_equal(
	    parse(state,
		BYTES("1:7:u:h:16777217:n\0g\0\n\n\nXX:1\nno colon\nCM:port="
		      "1:2\nUN:"),
		&entry),
	    0);
	assert_string_equal(entry.user, "u");
	assert_span(entry_line(&entry, "XX"), "1");
	assert_span(entry_line(&entry, "CM"), "port=1:2");
	assert_null(entry_line(&entry, "ZZ").data);
}

static void
a_line_that_is_no_name_refuses_the_packet(void **state)
{
	struct entry entry;

	assert_int_equal(
	    parse(state, BYTES("1:7:u:h:16777217:n\0\nUN:a:b"), &entry),
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    parse(state, BYTES("1:7:u:h:16777217:n\0\nHN:a\ab"), &entry),
	    CAM_ERR_FORMAT);
}

static void
names_in_lines_have_the_limit_of_names(void **state)
{
	static const char *const keys[] = { "UN", "HN", "NN", "GN" };

	for (size_t len = LIMIT_NAME - 1; len <= LIMIT_NAME + 1; len++) {
		char *name = letters('n', len);

		for (size_t i = 0; i < 4; i++) {
			struct entry entry;
			struct buf buf;

			buf_init(&buf, 4096);
			buf_put_span(&buf, BYTES("1:7:u:h:16777217:n\0"));
			buf_printf(&buf, "\n%s:%s", keys[i], name);
			assert_int_equal(parse(state, buf_span(&buf), &entry),
			    len > LIMIT_NAME ? CAM_ERR_LIMIT : 0);
			buf_finish(&buf);
		}
		free(name);
	}
}

static void
lines_beyond_the_limit_are_left_out(void **state)
{
	struct entry entry;
	struct buf buf;

	buf_init(&buf, 4096);
	buf_put_span(&buf, BYTES("1:7:u:h:16777217:n\0g\0"));
	for (int i = 0; i < LIMIT_UTF8_LINES + 5; i++)
		buf_printf(&buf, "\nX%c:%d", 'A' + i % 26, i);
	assert_int_equal(parse(state, buf_span(&buf), &entry), 0);
	assert_int_equal(entry.line_count, LIMIT_UTF8_LINES);
	buf_finish(&buf);
}

static void
parts_in_different_charsets_are_read_each_alone(void **state)
{
	struct entry entry;

	assert_int_equal(
	    parse(state, BYTES("1:7:u:h:1:\x83\x41\0\xe3\x82\xa2\xe3\x82\xa2"),
		&entry),
	    0);
	assert_string_equal(entry.nick, "ア");
	assert_string_equal(entry.group, "アア");
	assert_true(entry.sent_legacy);
}

static struct entry_out
example(struct charset_converter *converter)
{
	return (struct entry_out){
		.packet = { .number = 5,
		    .user = "anna-<0123456789abcdef>",
		    .host = "pc1",
		    .command = COMMAND_BR_ENTRY | STATUS_CAPUTF8 },
		.nick = "アンナ\n",
		.group = "",
		.version = "00000000:0:1:0",
		.extra = "CM:x",
		.converter = converter,
	};
}

static void
an_entry_says_all_in_utf8_and_ends_without_nul(void **state)
{
	struct charset_reader *reader = *state;
	struct entry_out out = example(reader->converter);
	struct entry entry;
	struct buf buf;

	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	assert_int_equal(entry_build(&buf, &out), 0);
	assert_bytes(buf_span(&buf),
	    BYTES("1:5:anna-<0123456789abcdef>:pc1:16777217:アンナ_\0\0\nUN:"
		  "anna-<0123456789abcdef>\nHN:pc1\nNN:アンナ_\nGN:\nVS:"
		  "00000000:0:1:0\nCM:x"));
	assert_int_equal(parse(state, buf_span(&buf), &entry), 0);
	assert_string_equal(entry.nick, "アンナ_");
	assert_span(entry_line(&entry, "CM"), "x");
	buf_finish(&buf);
}

static void
an_old_client_may_be_written_to_in_its_charset(void **state)
{
	struct charset_reader *reader = *state;
	struct entry_out out = example(reader->converter);
	struct buf buf;

	out.packet.command = COMMAND_ANSENTRY;
	out.version = out.extra = NULL;
	out.group = "営業";
	out.legacy = CHARSET_CP932;
	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	assert_int_equal(entry_build(&buf, &out), 0);
	assert_bytes(buf_span(&buf),
	    BYTES("1:5:anna-<0123456789abcdef>:pc1:3:"
		  "\x83\x41\x83\x93\x83i_\0\x89\x63\x8b\xc6\0"));
	buf_finish(&buf);
}

static void
versions_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *line, *text, *platform;
	} cases[] = {
		{ "00010002:4:99:103", "4.99r3", "Windows" },
		{ "00010001:4:99:52", "4.99b2", "Windows" },
		{ "00020000:1:0:7", "1.0a7", "macOS" },
		{ "00040000:4:99:100", "4.99", "Android" },
		{ "00010002:5:6:1", "5.6.1", "Windows" },
		{ "00000000:0:1:0", "0.1", NULL },
	};
	struct entry_version version;
	char text[ENTRY_VERSION_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    entry_version_parse(span_text(cases[i].line), &version), 0);
		entry_version_text(&version, text);
		assert_string_equal(text, cases[i].text);
		if (cases[i].platform)
			assert_string_equal(entry_version_platform(&version),
			    cases[i].platform);
		else
			assert_null(entry_version_platform(&version));
	}
	assert_true(entry_version_parse(span_text("x:1:2:3"), &version) < 0);
	assert_true(entry_version_parse(span_text("1:2:3"), &version) < 0);
	assert_true(
	    entry_version_parse(span_text("1:2:3:99999999999"), &version) < 0);
}

static void
a_fingerprint_is_sixteen_alphanumerics_at_the_very_end(void **state)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];

	assert_true(
	    entry_user_split("anna-<0123456789abcdef>", logon, fingerprint));
	assert_string_equal(logon, "anna");
	assert_string_equal(fingerprint, "0123456789abcdef");
	assert_true(entry_user_split(
	    "a-<0000000000000000>-<0123456789abcdef>", logon, fingerprint));
	assert_string_equal(logon, "a-<0000000000000000>");
	assert_false(
	    entry_user_split("anna-<0123456789abcde>", logon, fingerprint));
	assert_string_equal(logon, "anna-<0123456789abcde>");
	assert_string_equal(fingerprint, "");
	assert_false(
	    entry_user_split("anna-<0123456789abcdef> ", logon, fingerprint));
	assert_false(
	    entry_user_split("anna-<0123456789 bcdef>", logon, fingerprint));
	assert_false(
	    entry_user_split("-<0123456789abcdef>", logon, fingerprint));
	assert_false(entry_user_split("", logon, fingerprint));
}

static void
a_long_logon_name_is_cut_to_sixty_bytes(void **state)
{
	char user[PACKET_NAME_SIZE];
	char *name = letters('a', 100);
	char *wide = xasprintf("%.59sア", name);

	entry_user_join(wide, "0123456789abcdef", user);
	assert_int_equal(strlen(user), 59 + 19);
	entry_user_join(name, "0123456789abcdef", user);
	assert_int_equal(strlen(user), LIMIT_NAME_SENT);
	assert_string_equal(user + 60, "-<0123456789abcdef>");
	free(name);
	free(wide);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_override_the_legacy_parts),
		cmocka_unit_test(lines_may_stand_in_place_of_the_group),
		cmocka_unit_test(lines_without_caputf8_are_not_read),
		cmocka_unit_test(an_ansentry_keeps_nick_and_group_of_its_parts),
		cmocka_unit_test(unknown_and_broken_lines_are_passed_over),
		cmocka_unit_test(a_line_that_is_no_name_refuses_the_packet),
		cmocka_unit_test(names_in_lines_have_the_limit_of_names),
		cmocka_unit_test(lines_beyond_the_limit_are_left_out),
		cmocka_unit_test(
		    parts_in_different_charsets_are_read_each_alone),
		cmocka_unit_test(
		    an_entry_says_all_in_utf8_and_ends_without_nul),
		cmocka_unit_test(
		    an_old_client_may_be_written_to_in_its_charset),
		cmocka_unit_test(versions_are_read_as_people_write_them),
		cmocka_unit_test(
		    a_fingerprint_is_sixteen_alphanumerics_at_the_very_end),
		cmocka_unit_test(a_long_logon_name_is_cut_to_sixty_bytes),
	};

	return cmocka_run_group_tests_name(
	    "entry", tests, open_reader, close_reader);
}
