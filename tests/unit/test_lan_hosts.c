/* test_lan_hosts.c: host lists, asked for and given (reference 6.3). */
#include "ipmsg/hostlist.h"
#include "party.h"
#include "wire.h"

static void
take(struct party *party, const char *broadcast, const char *list_for)
{
	struct lan_settings settings = party_settings;

	settings.broadcast = broadcast;
	settings.list_for = list_for;
	party_take_settings(party, &settings);
	twin_forget(&party->twin);
}

/* Rows of that packet; their names go into names, a blank after each. */
static size_t
read_list(struct party *party, const struct packet *packet, char *names,
    size_t size, uint32_t *next)
{
	struct charset_reader reader;
	struct hostlist list;
	struct host_row row;
	size_t count = 0, len = 0;

	names[0] = '\0';
	lan_reader(party->lan, NULL, &reader);
	packet_reader(packet, &reader);
	assert_int_equal(hostlist_parse(packet->extension, &list), 0);
	*next = list.next;
	while (hostlist_next(&list, &reader, 2425, &row) == 0) {
		count++;
		len += (size_t)snprintf(names + len, size - len, "%s@%s:%u ",
		    row.user, row.addr, (unsigned)row.port);
	}
	assert_int_equal(count, list.count);
	return count;
}

static void
add_members(struct party *party, int count)
{
	for (int i = 0; i < count; i++) {
		char user[32], addr[32];

		snprintf(user, sizeof user, "user%03d", i);
		snprintf(
		    addr, sizeof addr, "10.77.%d.%d", 1 + i / 200, 1 + i % 200);
		member_add(party, user, "pc", addr, ANNAS_STATUS);
	}
}

/* -- given ----------------------------------------------------------------- */

static void
nobody_gets_a_list_unless_settings_say_so(void **state)
{
	struct party *party = *state;

	add_members(party, 3);
	twin_hear(&party->twin, "10.77.0.3", "1:5:a:b:24:A|");
	twin_hear(&party->twin, "10.77.0.3", "1:5:a:b:16:A|");
	twin_hear(&party->twin, "10.77.0.3", "1:5:a:b:18:|");
	twin_flush(&party->twin);
	assert_int_equal(party->twin.caught_count, 0);
}

static void
a_network_that_may_have_it_gets_it(void **state)
{
	struct party *party = *state;
	char names[400];
	struct packet packet;
	uint32_t next;

	take(party, NULL, "10.77.0.0/24");
	add_members(party, 3);
	member_add(party, "gone", "pc", "10.77.9.9", ANNAS_STATUS)->absent =
	    true;
	member_add(party, "unheard", "pc", "10.77.9.8", 0);
	twin_hear(&party->twin, "10.78.0.3", "1:5:a:b:24:A|");
	twin_hear(&party->twin, "10.78.0.3", "1:5:a:b:18:|");
	assert_int_equal(party->twin.caught_count, 0);
	twin_hear(&party->twin, "10.77.0.3", "1:5:a:b:24:A|");
	assert_to(caught_one(&party->twin, COMMAND_OKGETLIST, &packet),
	    "10.77.0.3:2425");
	twin_hear(&party->twin, "10.77.0.3", "1:6:a:b:%u:|",
	    (unsigned)(COMMAND_GETLIST | MESSAGE_CAPUTF8));
	caught_one(&party->twin, COMMAND_ANSLIST, &packet);
	assert_true(packet.command & MESSAGE_UTF8);
	read_list(party, &packet, names, sizeof names, &next);
	assert_string_equal(names,
	    "user000@10.77.1.1:2425 user001@10.77.1.2:2425 "
	    "user002@10.77.1.3:2425 ");
	assert_int_equal(next, 0);
}

static void
a_long_list_comes_in_pages_without_gap_or_overlap(void **state)
{
	struct party *party = *state;
	static char names[60000];
	size_t rows = 0, pages = 0;
	struct packet packet;
	uint32_t next = 0;

	take(party, NULL, "10.77.0.0/24");
	add_members(party, 390);
	for (size_t i = 0; i < party->member_count; i++) {
		free(party->members[i]->peer.host);
		party->members[i]->peer.host = letters('h', 70);
	}
	do {
		size_t got;

		twin_hear(&party->twin, "10.77.0.3", "1:6:a:b:18:%u|",
		    (unsigned)next);
		caught_one(&party->twin, COMMAND_ANSLIST, &packet);
		assert_true(packet.extension.len < 32000);
		got = read_list(party, &packet, names, sizeof names, &next);
		assert_true(got > 0);
		rows += got;
		assert_true(next == 0 || next == rows);
		pages++;
		twin_forget(&party->twin);
	} while (next != 0);
	assert_int_equal(rows, 390);
	assert_int_equal(pages, 2);
}

static void
an_index_beyond_the_end_gives_an_empty_list(void **state)
{
	struct party *party = *state;
	char names[100];
	struct packet packet;
	uint32_t next;

	take(party, NULL, "10.77.0.0/24");
	add_members(party, 3);
	twin_hear(&party->twin, "10.77.0.3", "1:6:a:b:18:4000000000|");
	caught_one(&party->twin, COMMAND_ANSLIST, &packet);
	assert_int_equal(
	    read_list(party, &packet, names, sizeof names, &next), 0);
	twin_forget(&party->twin);
	twin_hear(&party->twin, "10.77.0.3", "1:6:a:b:18:x|");
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSLIST), 0);
}

/* -- asked ----------------------------------------------------------------- */

static const char row_of_zoe[] =
    "zoe\apc9\a17825792\a10.9.9.9\a30985\aZoe\aSales\a";

static void
offer(struct party *party, const char *from)
{
	twin_hear(&party->twin, from, "1:5:list:server:17:|");
}

static void
a_named_host_that_has_a_list_is_asked_for_it(void **state)
{
	struct party *party = *state;
	struct packet packet;

	take(party, "10.9.0.1", NULL);
	offer(party, "10.9.0.1");
	assert_to(caught_one(&party->twin, COMMAND_GETLIST, &packet),
	    "10.9.0.1:2425");
	assert_true(packet.command & MESSAGE_CAPUTF8);
	twin_hear(&party->twin, "10.9.0.1",
	    "1:6:list:server:19:    0\a    1\a%s|", row_of_zoe);
	assert_int_equal(party->entry.entry.kind, LAN_LISTED);
	assert_string_equal(party->entry.user, "zoe");
	assert_string_equal(party->entry.nick, "Zoe");
	assert_int_equal(party->entry.entry.from.port, 2425);
	/* Hearsay: it is asked itself. */
	while (caught_count(&party->twin, COMMAND_BR_ENTRY) == 0)
		party_turn(party);
	assert_to(caught_one(&party->twin, COMMAND_BR_ENTRY, &packet),
	    "10.9.9.9:2425");
}

static void
a_list_that_nobody_asked_for_is_not_read(void **state)
{
	struct party *party = *state;

	take(party, "10.9.0.1", NULL);
	offer(party, "10.77.0.3");
	twin_hear(
	    &party->twin, "10.77.0.3", "1:6:a:b:19:0\a1\a%s|", row_of_zoe);
	twin_hear(
	    &party->twin, "10.9.0.1:99", "1:6:a:b:19:0\a1\a%s|", row_of_zoe);
	assert_int_equal(party->entries, 0);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETLIST), 0);
}

static void
pages_are_followed_to_the_end_and_never_back(void **state)
{
	struct party *party = *state;
	struct packet packet;

	take(party, "10.9.0.1", NULL);
	offer(party, "10.9.0.1");
	twin_hear(
	    &party->twin, "10.9.0.1", "1:6:l:s:19:300\a1\a%s|", row_of_zoe);
	caught_nth(&party->twin, COMMAND_GETLIST, 1, &packet);
	assert_span(packet.extension, "300");
	twin_hear(
	    &party->twin, "10.9.0.1", "1:6:l:s:19:200\a1\a%s|", row_of_zoe);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETLIST), 2);
	/* It is over: what a named host tells now is news, and leads to no
	 * further page. */
	party->entries = 0;
	twin_hear(
	    &party->twin, "10.9.0.1", "1:6:l:s:19:400\a1\a%s|", row_of_zoe);
	assert_int_equal(party->entries, 1);
	assert_int_equal(caught_count(&party->twin, COMMAND_GETLIST), 2);
}

static void
a_host_is_not_asked_again_while_the_question_waits(void **state)
{
	struct party *party = *state;

	take(party, "10.9.0.1", NULL);
	lan_enter(party->lan);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ISGETLIST2), 0);
}

static void
one_address_is_asked_once_for_however_many_names(void **state)
{
	struct party *party = *state;
	struct buf rows;

	take(party, "10.9.0.1", NULL);
	offer(party, "10.9.0.1");
	twin_forget(&party->twin);
	buf_init(&rows, 32000);
	buf_printf(&rows, "1:6:l:s:19:0\a200\a");
	for (int i = 0; i < 200; i++)
		buf_printf(
		    &rows, "u%d\ah\a17825792\a10.9.9.9\a30985\aN\a\b\a", i);
	struct addr from = address("10.9.0.1");
	twin_hear_bytes(&party->twin, &from, 0, buf_span(&rows));
	buf_finish(&rows);
	assert_int_equal(party->entries, 200);
	while (caught_count(&party->twin, COMMAND_BR_ENTRY) == 0)
		party_turn(party);
	for (int i = 0; i < 5; i++)
		loop_turn(party->loop, 0);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ENTRY), 1);
}

static void
rows_without_a_place_or_about_ourselves_are_skipped(void **state)
{
	struct party *party = *state;

	take(party, "10.9.0.1", NULL);
	offer(party, "10.9.0.1");
	twin_hear(&party->twin, "10.9.0.1",
	    "1:6:l:s:19:0\a4\a"
	    "a\ah\a17825792\anowhere\a30985\aN\aG\a"
	    "b\ah\a17825792\a255.255.255.255\a30985\aN\aG\a"
	    "c\ah\a17825792\a10.77.0.2\a30985\aN\aG\a"
	    "d\ah\a17825792\a10.9.9.9\a0\aN\aG\a|");
	assert_int_equal(party->entries, 0);
}

static void
who_is_there_already_is_not_asked_again(void **state)
{
	struct party *party = *state;

	take(party, "10.9.0.1", NULL);
	member_add(party, "zoe", "pc9", "10.9.9.9", ANNAS_STATUS);
	offer(party, "10.9.0.1");
	twin_hear(&party->twin, "10.9.0.1", "1:6:l:s:19:0\a1\a%s|", row_of_zoe);
	assert_int_equal(party->entries, 1);
	for (int i = 0; i < 5; i++)
		loop_turn(party->loop, 0);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ENTRY), 0);
}

static void
who_is_said_to_have_gone_is_asked(void **state)
{
	struct party *party = *state;
	struct member *zoe;

	take(party, "10.9.0.1", NULL);
	zoe = member_add(party, "zoe", "pc9", "10.9.9.9", ANNAS_STATUS);
	offer(party, "10.9.0.1");
	twin_hear(&party->twin, "10.9.0.1",
	    "1:6:l:s:19:0\a1\azoe\apc9\a0\a10.9.9.9\a30985\aZ\aS\a|");
	while (caught_count(&party->twin, COMMAND_BR_ENTRY) == 0)
		party_turn(party);
	assert_false(zoe->absent);
}

/* -- several camd of one machine ------------------------------------------- */

static void
the_one_with_the_port_passes_on_what_it_hears(void **state)
{
	struct party *party = *state;
	char names[100];
	struct packet packet;
	uint32_t next;

	twin_hear(&party->twin, "10.77.0.2:2426", "1:5:eve:pc2:%u:Eve|",
	    (unsigned)(COMMAND_BR_ENTRY | STATUS_DIALUP | ANNAS_STATUS));
	twin_hear(&party->twin, "10.9.9.9", "1:5:dial:up:%u:Dial|",
	    (unsigned)(COMMAND_BR_ENTRY | STATUS_DIALUP | ANNAS_STATUS));
	twin_forget(&party->twin);
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:%u:Anna|",
	    (unsigned)(COMMAND_BR_ENTRY | ANNAS_STATUS));
	/* To the other camd here, not to a member elsewhere. */
	assert_to(caught_one(&party->twin, COMMAND_ANSLIST, &packet),
	    "10.77.0.2:2426");
	read_list(party, &packet, names, sizeof names, &next);
	assert_string_equal(names, "anna@10.77.0.3:2425 ");
}

static void
what_the_one_with_the_port_tells_is_believed_and_checked(void **state)
{
	struct party *party = *state;
	struct packet packet;

	twin_hear(
	    &party->twin, "10.77.0.2:2426", "1:6:l:s:19:0\a1\a%s|", row_of_zoe);
	assert_string_equal(party->entry.user, "zoe");
	while (caught_count(&party->twin, COMMAND_BR_ENTRY) == 0)
		party_turn(party);
	assert_to(caught_one(&party->twin, COMMAND_BR_ENTRY, &packet),
	    "10.9.9.9:2425");
}

static void
who_has_not_the_port_passes_nothing_on(void **state)
{
	struct party *party = *state;

	lan_close(party->lan);
	party->taken = 1;
	log_open(open("/dev/null", O_WRONLY), LOG_LEVEL_ERROR, 0);
	party_take_settings(party, &party_settings);
	twin_hear(&party->twin, "10.77.0.2:2427", "1:5:eve:pc2:%u:Eve|",
	    (unsigned)(COMMAND_BR_ENTRY | STATUS_DIALUP | ANNAS_STATUS));
	twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:%u:Anna|",
	    (unsigned)(COMMAND_BR_ENTRY | ANNAS_STATUS));
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSLIST), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(nobody_gets_a_list_unless_settings_say_so),
		TEST_OF_PARTY(a_network_that_may_have_it_gets_it),
		TEST_OF_PARTY(
		    a_long_list_comes_in_pages_without_gap_or_overlap),
		TEST_OF_PARTY(an_index_beyond_the_end_gives_an_empty_list),
		TEST_OF_PARTY(a_named_host_that_has_a_list_is_asked_for_it),
		TEST_OF_PARTY(a_list_that_nobody_asked_for_is_not_read),
		TEST_OF_PARTY(pages_are_followed_to_the_end_and_never_back),
		TEST_OF_PARTY(
		    a_host_is_not_asked_again_while_the_question_waits),
		TEST_OF_PARTY(one_address_is_asked_once_for_however_many_names),
		TEST_OF_PARTY(
		    rows_without_a_place_or_about_ourselves_are_skipped),
		TEST_OF_PARTY(who_is_there_already_is_not_asked_again),
		TEST_OF_PARTY(who_is_said_to_have_gone_is_asked),
		TEST_OF_PARTY(the_one_with_the_port_passes_on_what_it_hears),
		TEST_OF_PARTY(
		    what_the_one_with_the_port_tells_is_believed_and_checked),
		TEST_OF_PARTY(who_has_not_the_port_passes_nothing_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
