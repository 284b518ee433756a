/* test_lan_receive.c: what comes in, and what of it is told. */
#include "party.h"
#include "wire.h"

static void
nobody(struct party *party)
{
	twin_flush(&party->twin);
	assert_int_equal(party->entries, 0);
	assert_int_equal(party->messages, 0);
	assert_int_equal(party->twin.caught_count, 0);
}

static void
an_entry_is_told_with_all_it_says(void **state)
{
	struct party *party = *state;
	const struct lan_entry *entry = &party->entry.entry;

	twin_hear(&party->twin, "10.77.0.3:2430",
	    "1:1700000005:anna:pc1:%u:Anna|Sales|\nUN:anna\nHN:pc1\nNN:\xe3"
	    "\x82\xa2\xe3\x83\xb3\xe3\x83\x8a\nGN:\xe5\x96\xb6\xe6\xa5\xad\n"
	    "VS:00010002:4:99:103",
	    (unsigned)(COMMAND_BR_ENTRY | ANNAS_STATUS | STATUS_ABSENCE));
	assert_int_equal(entry->kind, LAN_ENTERED);
	assert_string_equal(party->entry.user, "anna");
	assert_string_equal(
	    party->entry.nick, "\xe3\x82\xa2\xe3\x83\xb3\xe3\x83\x8a");
	assert_string_equal(party->entry.group, "\xe5\x96\xb6\xe6\xa5\xad");
	assert_string_equal(party->entry.version, "Windows 4.99r3");
	assert_int_equal(entry->status, ANNAS_STATUS | STATUS_ABSENCE);
	assert_int_equal(entry->packet_no, 1700000005);
	assert_int_equal(entry->from.port, 2430);
	assert_true(entry->absent);
	assert_true(entry->unicast);
}

#define CM_SIGNATURE                                                           \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAA"
#define CM_LINE "\nCM:1:2426:00112233445566778899aabbccddeeff:10:" CM_SIGNATURE

static struct lan_cam told_cam;
static uint8_t told_signed[CAMLINE_SIGNED_MAX];
static bool told_any;
static void (*tell_party)(void *arg, const struct lan_entry *entry);

static void
note_cam(void *arg, const struct lan_entry *entry)
{
	told_any = entry->cam != NULL;
	if (told_any) {
		told_cam = *entry->cam;
		memcpy(told_signed, told_cam.signed_part.data,
		    told_cam.signed_part.len);
	}
	tell_party(arg, entry);
}

static void
that_somebody_speaks_cam1_is_told_with_what_he_signed(void **state)
{
	struct party *party = *state;
	struct lan_ops ops = *party->lan->ops;
	struct buf covered;

	tell_party = ops.on_entry;
	ops.on_entry = note_cam;
	party->lan->ops = &ops;
	twin_hear(&party->twin, "10.77.0.3",
	    "1:5:anna:pc1:%u:Anna|Sales|\nUN:anna\nHN:pc1" CM_LINE,
	    (unsigned)(COMMAND_BR_ENTRY | ANNAS_STATUS));
	assert_true(told_any);
	assert_int_equal(told_cam.line.port, 2426);
	assert_true(told_cam.line.time_ms == 16);
	buf_init(&covered, CAMLINE_SIGNED_MAX);
	camline_signed("anna", "pc1", &told_cam.line, &covered);
	assert_true(span_equal(buf_span(&covered),
	    span_of(told_signed, told_cam.signed_part.len)));
	buf_finish(&covered);
	/* A broken line, or none, is no reason to drop the entry. */
	twin_hear(&party->twin, "10.77.0.3",
	    "1:6:anna:pc1:%u:Anna|Sales|\nUN:anna\nHN:pc1\nCM:1:0:x",
	    (unsigned)(COMMAND_BR_ENTRY | ANNAS_STATUS));
	assert_int_equal(party->entries, 2);
	assert_false(told_any);
	party->lan->ops = &party_ops;
}

#define CO_PIN "00112233445566778899aabbccddeeff"
#define QUESTION "1:5:anna:pc1:%u:Anna|Sales|\nUN:anna\nHN:pc1\nCO:1:0:" CO_PIN

static struct orgline told_line;
static struct addr told_from;
static unsigned told_lines;

static void
note_orgline(void *arg, const struct addr *from, const struct orgline *line)
{
	told_lines++;
	told_from = *from;
	told_line = *line;
}

/* Word of a server is for whom it concerns; to a stranger no more than three
 * times what he has said goes back. */
static void
who_looks_for_a_server_is_told_and_not_made_loud(void **state)
{
	struct party *party = *state;
	struct lan_ops ops = *party->lan->ops;
	size_t sent = 0;

	ops.on_orgline = note_orgline;
	party->lan->ops = &ops;
	told_lines = 0;
	twin_hear(&party->twin, "10.77.0.3", QUESTION, (unsigned)ANNAS_STATUS);
	assert_int_equal(told_lines, 1);
	assert_int_equal(told_line.port, 0);
	assert_int_equal(told_line.pin[15], 0xff);
	twin_hear(&party->twin, "10.77.0.3",
	    "1:6:anna:pc1:%u:Anna|Sales|\nCO:1:x:" CO_PIN,
	    (unsigned)ANNAS_STATUS);
	assert_int_equal(told_lines, 1);
	nobody(party);
	told_line.port = 2425;
	for (unsigned i = 0; i < 50; i++)
		lan_orgline(party->lan, &told_from, &told_line);
	twin_flush(&party->twin);
	assert_true(party->twin.caught_count > 0);
	for (size_t i = 0; i < party->twin.caught_count; i++)
		sent += party->twin.caught[i].bytes.len;
	assert_true(sent <= 3 * 2 * (sizeof QUESTION + 16));
	party->lan->ops = &party_ops;
}

static void
who_is_quiet_hears_nothing_else(void **state)
{
	struct party *party = *state;
	struct lan_ops ops = *party->lan->ops;

	ops.on_orgline = note_orgline;
	party->lan->ops = &ops;
	party->lan->quiet = true;
	told_lines = 0;
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:1:Anna|Sales|");
	twin_hear(&party->twin, "10.77.0.3", "1:6:anna:pc1:288:hello|");
	twin_hear(&party->twin, "10.77.0.3", "1:7:anna:pc1:114:");
	lan_enter(party->lan);
	nobody(party);
	twin_hear(&party->twin, "10.77.0.3",
	    "1:8:anna:pc1:%u:Anna|Sales|\nCO:1:0:" CO_PIN,
	    (unsigned)ANNAS_STATUS);
	assert_int_equal(told_lines, 1);
	party->lan->quiet = false;
	party->lan->ops = &party_ops;
}

static void
each_command_of_presence_is_told_as_what_it_is(void **state)
{
	struct party *party = *state;
	static const struct {
		uint32_t command;
		enum lan_entry_kind kind;
	} kinds[] = { { COMMAND_BR_ENTRY, LAN_ENTERED },
		{ COMMAND_ANSENTRY, LAN_ANSWERED },
		{ COMMAND_BR_ABSENCE, LAN_CHANGED },
		{ COMMAND_BR_EXIT, LAN_LEFT } };

	for (size_t i = 0; i < 4; i++) {
		twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:%u:Anna|",
		    (unsigned)(kinds[i].command | ANNAS_STATUS));
		assert_int_equal(party->entries, i + 1);
		assert_int_equal(party->entry.entry.kind, kinds[i].kind);
	}
	assert_int_equal(party->entry.entry.status, 0);
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:0:Anna|");
	assert_int_equal(party->entries, 4);
}

static void
an_answer_to_no_question_is_told_to_be_one(void **state)
{
	struct party *party = *state;

	party->lan->asked_ms = 0;
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:3:Anna|");
	assert_true(party->entry.entry.unasked);
	lan_probe(party->lan, &party->entry.entry.from);
	twin_hear(&party->twin, "10.77.0.3", "1:6:anna:pc1:3:Anna|");
	assert_false(party->entry.entry.unasked);
}

static void
broadcasts_and_multicasts_are_not_to_us_alone(void **state)
{
	struct party *party = *state;
	struct addr from = address("10.77.0.3");
	struct span entry = BYTES("1:5:anna:pc1:1:Anna");

	twin_hear_bytes(&party->twin, &from, UDP_TO_BROADCAST, entry);
	assert_false(party->entry.entry.unicast);
	twin_hear_bytes(&party->twin, &from, UDP_TO_MULTICAST, entry);
	assert_false(party->entry.entry.unicast);
}

static void
iptux_is_not_absent_whatever_it_says(void **state)
{
	struct party *party = *state;

	twin_hear(&party->twin, "10.77.0.3",
	    "1_iptux 0.8.3:1:anna:pc1:257:Anna|Sales|icon|utf-8|");
	assert_false(party->entry.entry.absent);
	assert_int_equal(party->entry.entry.client, CLIENT_IPTUX);
	assert_string_equal(party->entry.version, "iptux 0.8.3");
}

static void
programs_are_described_by_what_can_be_read_of_them(void **state)
{
	struct party *party = *state;

	twin_hear(&party->twin, "10.77.0.4",
	    "1_lbt6_0#128#000C29C3B1F5#0#0#0#4001#9:5:f:g:1:F|");
	assert_string_equal(party->entry.version, "FeiQ");
	twin_hear(&party->twin, "10.77.0.5", "1_\xff\x1b[31m:5:h:i:1:H|");
	assert_true(utf8_is_valid(span_text(party->entry.version)));
	assert_null(strchr(party->entry.version, '\x1b'));
	twin_hear(&party->twin, "10.77.0.6",
	    "1:5:j:k:%u:J||\nVS:00020000:3:9:101",
	    (unsigned)(COMMAND_BR_ENTRY | STATUS_CAPUTF8));
	assert_string_equal(party->entry.version, "macOS 3.9r1");
	twin_hear(&party->twin, "10.77.0.7",
	    "1:5:l:m:%u:L||\nVS:12345678:3:9:101",
	    (unsigned)(COMMAND_BR_ENTRY | STATUS_CAPUTF8));
	assert_string_equal(party->entry.version, "3.9r1");
	twin_hear(&party->twin, "10.77.0.8", "1:5:n:o:1:N|");
	assert_string_equal(party->entry.version, "");
}

static void
a_name_with_a_fingerprint_keeps_its_promise_or_is_dropped(void **state)
{
	struct party *party = *state;

	twin_hear(&party->twin, "10.77.0.3",
	    "1:5:anna-<0123456789abcdef>:pc1:%u:Anna|",
	    (unsigned)(COMMAND_BR_ENTRY | STATUS_CAPUTF8));
	nobody(party);
	/* A goodbye promises nothing. */
	twin_hear(&party->twin, "10.77.0.3",
	    "1:5:anna-<0123456789abcdef>:pc1:2:Anna|");
	assert_int_equal(party->entries, 1);
}

static void
what_is_no_packet_is_dropped_without_a_word(void **state)
{
	struct party *party = *state;
	static const char *const junk[] = { "", ":", "hello", "1:1:a:b:32",
		"2:1:a:b:1:", "1:1::b:1:", "1:x:a:b:1:", "1:1:a:b:x:",
		"1:99999999999:a:b:1:", "IP2:0::Z", "IP2:3:a:b" };

	for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++)
		twin_hear(&party->twin, "10.77.0.3", "%s", junk[i]);
	nobody(party);
	assert_true(lan_counters(party->lan)->malformed >= 9);
}

static void
what_was_cut_off_is_dropped(void **state)
{
	struct party *party = *state;
	struct addr from = address("10.77.0.3");

	twin_hear_bytes(
	    &party->twin, &from, UDP_TRUNCATED, BYTES("1:5:a:b:1:A"));
	nobody(party);
}

static void
nobody_speaks_from_an_address_that_cannot_be_answered(void **state)
{
	struct party *party = *state;
	static const char *const froms[] = { "10.77.0.255", "255.255.255.255",
		"224.0.0.1", "0.0.0.0" };
	struct addr no_port = address("10.77.0.3");

	for (size_t i = 0; i < sizeof froms / sizeof froms[0]; i++) {
		struct addr from = address(froms[i]);

		twin_hear_bytes(&party->twin, &from, 0, BYTES("1:5:a:b:1:A"));
		twin_hear_bytes(&party->twin, &from, 0, BYTES("1:6:a:b:288:x"));
	}
	no_port.port = 0;
	twin_hear_bytes(&party->twin, &no_port, 0, BYTES("1:5:a:b:1:A"));
	nobody(party);
}

static void
our_own_packets_are_not_for_us(void **state)
{
	struct party *party = *state;

	twin_hear(&party->twin, "10.77.0.2", "1:5:bob:pc2:1:Bob|");
	twin_hear(&party->twin, "127.0.0.1", "1:5:eve:pc2:1:Eve|");
	nobody(party);
	/* Another camd of this machine is somebody else. */
	twin_hear(&party->twin, "10.77.0.2:2426", "1:5:eve:pc2:1:Eve|");
	assert_int_equal(party->entries, 1);
}

static void
our_name_from_another_machine_is_a_conflict_told_now_and_then(void **state)
{
	struct party *party = *state;

	for (int i = 0; i < 10; i++)
		twin_hear(&party->twin, "10.77.0.9", "1:5:%s:PC2:%u:Bob|",
		    lan_user(party->lan),
		    (unsigned)(COMMAND_BR_ENTRY | ANNAS_STATUS));
	assert_int_equal(party->conflicts, 1);
	nobody(party);
}

static void
unknown_commands_are_ignored(void **state)
{
	struct party *party = *state;

	for (unsigned mode = 0; mode < 256; mode++) {
		if (mode <= 4 || mode == 0x18 ||
		    (mode >= 0x10 && mode <= 0x13) || mode == 0x20 ||
		    mode == 0x40 || mode == 0x50 || mode == 0x72 ||
		    mode == 0xfb)
			continue;
		twin_hear(&party->twin, "10.77.0.3", "1:5:a:b:%u:1|", mode);
	}
	nobody(party);
}

static void
word_from_where_a_peer_is_known_to_be_shows_that_it_lives(void **state)
{
	struct party *party = *state;

	party_add_anna(party);
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:33:99|");
	assert_int_equal(party->heard, 1);
	twin_hear(&party->twin, "10.77.0.4", "1:5:anna:pc1:33:99|");
	twin_hear(&party->twin, "10.77.0.3:9999", "1:5:anna:pc1:33:99|");
	twin_hear(&party->twin, "10.77.0.3", "1:5:carl:pc1:33:99|");
	assert_int_equal(party->heard, 1);
}

static void
an_opened_notice_is_confirmed_each_time_with_its_own_number(void **state)
{
	struct party *party = *state;
	struct packet packet;

	party_add_anna(party);
	twin_hear(&party->twin, "10.77.0.3", "1:555:anna:pc1:%u:77|",
	    (unsigned)(COMMAND_READMSG | MESSAGE_READCHECK));
	twin_hear(&party->twin, "10.77.0.3", "1:555:anna:pc1:%u:77|",
	    (unsigned)(COMMAND_READMSG | MESSAGE_READCHECK));
	assert_int_equal(party->opened, 2);
	assert_int_equal(party->opened_no, 77);
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSREADMSG), 2);
	caught_nth(&party->twin, COMMAND_ANSREADMSG, 1, &packet);
	assert_span(packet.extension, "555");
}

static void
an_opened_notice_without_the_wish_is_not_confirmed(void **state)
{
	struct party *party = *state;

	party_add_anna(party);
	twin_hear(&party->twin, "10.77.0.3", "1:555:anna:pc1:48:77|");
	assert_int_equal(party->opened, 1);
	nobody(party);
}

static void
an_opened_notice_from_elsewhere_or_from_nobody_is_nothing(void **state)
{
	struct party *party = *state;

	party_add_anna(party);
	twin_hear(&party->twin, "10.77.0.9", "1:555:anna:pc1:%u:77|",
	    (unsigned)(COMMAND_READMSG | MESSAGE_READCHECK));
	twin_hear(&party->twin, "10.77.0.3", "1:555:eve:pc1:%u:77|",
	    (unsigned)(COMMAND_READMSG | MESSAGE_READCHECK));
	twin_hear(&party->twin, "10.77.0.3", "1:555:anna:pc1:%u:x|",
	    (unsigned)(COMMAND_READMSG | MESSAGE_READCHECK));
	assert_int_equal(party->opened, 0);
	nobody(party);
}

static void
one_source_too_loud_is_dropped_and_counted(void **state)
{
	struct party *party = *state;

	for (int i = 0; i < 1000; i++)
		twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:4:Anna|");
	assert_in_range(party->entries, 100, 200);
	assert_int_equal(
	    lan_counters(party->lan)->over_budget, 1000 - party->entries);
	/* Others are heard all the same. */
	twin_hear(&party->twin, "10.77.0.4", "1:5:carl:pc3:4:Carl|");
	assert_string_equal(party->entry.user, "carl");
}

static void
one_address_tells_of_few_newcomers_at_once(void **state)
{
	struct party *party = *state;

	for (int i = 0; i < 60; i++)
		twin_hear(&party->twin, "10.77.0.3", "1:5:user%d:pc1:4:U|", i);
	assert_in_range(party->member_count, 5, 20);
}

/* Nicks in CP932 mean that the rest is, too (reference 1.5). */
static void
who_sends_legacy_text_is_remembered_only_where_he_is(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);

	twin_hear(
	    &party->twin, "10.77.0.9", "1:5:anna:pc1:4:\x83\x41\x83\x93|");
	anna->peer.addr = address("10.77.0.3");
	assert_int_equal(anna->peer.charset, CHARSET_UTF8);
	twin_hear(
	    &party->twin, "10.77.0.3", "1:5:anna:pc1:4:\x83\x41\x83\x93|");
	assert_int_equal(anna->peer.charset, CHARSET_CP932);
	assert_string_equal(party->entry.nick, "\xe3\x82\xa2\xe3\x83\xb3");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(an_entry_is_told_with_all_it_says),
		TEST_OF_PARTY(
		    that_somebody_speaks_cam1_is_told_with_what_he_signed),
		TEST_OF_PARTY(each_command_of_presence_is_told_as_what_it_is),
		TEST_OF_PARTY(an_answer_to_no_question_is_told_to_be_one),
		TEST_OF_PARTY(broadcasts_and_multicasts_are_not_to_us_alone),
		TEST_OF_PARTY(iptux_is_not_absent_whatever_it_says),
		TEST_OF_PARTY(
		    programs_are_described_by_what_can_be_read_of_them),
		TEST_OF_PARTY(
		    a_name_with_a_fingerprint_keeps_its_promise_or_is_dropped),
		TEST_OF_PARTY(what_is_no_packet_is_dropped_without_a_word),
		TEST_OF_PARTY(what_was_cut_off_is_dropped),
		TEST_OF_PARTY(
		    nobody_speaks_from_an_address_that_cannot_be_answered),
		TEST_OF_PARTY(our_own_packets_are_not_for_us),
		TEST_OF_PARTY(
		    our_name_from_another_machine_is_a_conflict_told_now_and_then),
		TEST_OF_PARTY(unknown_commands_are_ignored),
		TEST_OF_PARTY(who_looks_for_a_server_is_told_and_not_made_loud),
		TEST_OF_PARTY(who_is_quiet_hears_nothing_else),
		TEST_OF_PARTY(
		    word_from_where_a_peer_is_known_to_be_shows_that_it_lives),
		TEST_OF_PARTY(
		    an_opened_notice_is_confirmed_each_time_with_its_own_number),
		TEST_OF_PARTY(
		    an_opened_notice_without_the_wish_is_not_confirmed),
		TEST_OF_PARTY(
		    an_opened_notice_from_elsewhere_or_from_nobody_is_nothing),
		TEST_OF_PARTY(one_source_too_loud_is_dropped_and_counted),
		TEST_OF_PARTY(one_address_tells_of_few_newcomers_at_once),
		TEST_OF_PARTY(
		    who_sends_legacy_text_is_remembered_only_where_he_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
