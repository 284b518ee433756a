/* test_lan_answer.c: who is answered, when, and with how much (reference 2.1,
 * threat model N3, N4). */
#include "base/clock.h"
#include "party.h"
#include "wire.h"

/* Long enough for every answer that waits. */
static void
send_answers(struct party *party)
{
	answers_turn(party->lan->answers, clock_now_ms() + 10000);
}

static void
enter(struct party *party, const char *from, uint32_t status)
{
	twin_hear(&party->twin, from, "1:5:anna:pc1:%u:Anna|Sales|",
	    (unsigned)(COMMAND_BR_ENTRY | status));
}

static void
an_entry_is_answered_soon_but_not_at_once(void **state)
{
	struct party *party = *state;
	struct packet packet;

	enter(party, "10.77.0.3:2430", ANNAS_STATUS);
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSENTRY), 0);
	while (caught_count(&party->twin, COMMAND_ANSENTRY) == 0)
		party_turn(party);
	assert_to(caught_one(&party->twin, COMMAND_ANSENTRY, &packet),
	    "10.77.0.3:2430");
	assert_true(packet.command & STATUS_UTF8);
	assert_true(packet.command & STATUS_ENCRYPT);
}

static void
an_answer_is_utf8_only_to_who_can_read_it(void **state)
{
	struct party *party = *state;
	struct packet packet;

	enter(party, "10.77.0.3", 0);
	send_answers(party);
	caught_one(&party->twin, COMMAND_ANSENTRY, &packet);
	assert_false(packet.command & STATUS_UTF8);
}

static void
an_answer_shows_the_absence_as_an_entry_does(void **state)
{
	struct party *party = *state;
	struct packet packet;

	lan_change(party->lan, "Bob", "", "lunch");
	enter(party, "10.77.0.3", ANNAS_STATUS);
	send_answers(party);
	caught_one(&party->twin, COMMAND_ANSENTRY, &packet);
	assert_true(packet.command & STATUS_ABSENCE);
	assert_span(packet.parts[0], "Bob[lunch]");
}

/* A line that is right in form; nobody checks it here. */
#define CM_LINE                                                                \
	"\nCM:1:2425:00112233445566778899aabbccddeeff:19abcdef012:"            \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAA"

static struct span
answered_line(struct party *party, struct entry *entry)
{
	struct charset_reader reader;
	struct packet packet;

	send_answers(party);
	caught_one(&party->twin, COMMAND_ANSENTRY, &packet);
	lan_reader(party->lan, NULL, &reader);
	assert_int_equal(entry_parse(&packet, &reader, entry), 0);
	return entry_line(entry, "CM");
}

static void
only_who_speaks_cam1_is_told_that_we_do(void **state)
{
	struct party *party = *state;
	struct entry entry;

	party->speaks_cam = true;
	enter(party, "10.77.0.3", ANNAS_STATUS);
	assert_null(answered_line(party, &entry).data);
	twin_forget(&party->twin);
	twin_hear(&party->twin, "10.77.0.4",
	    "1:5:carol:pc3:%u:Carol|Sales|" CM_LINE,
	    (unsigned)(COMMAND_BR_ENTRY | ANNAS_STATUS));
	assert_span(answered_line(party, &entry), "our line for 2425");
}

/* A short packet earns no long answer: then we ask without the line. */
static void
a_stranger_who_is_asked_back_is_told_as_much_as_he_has_earned(void **state)
{
	struct party *party = *state;
	struct packet packet;
	struct addr from;
	bool with = false, without = false;

	party->speaks_cam = true;
	for (unsigned i = 0; i < 60 && !(with && without); i++) {
		struct charset_reader reader;
		struct entry entry;
		char text[ADDR_TEXT_SIZE];

		snprintf(text, sizeof text, "10.77.1.%u:2425", i + 1);
		assert_int_equal(addr_parse(span_text(text), 2425, &from), 0);
		twin_forget(&party->twin);
		/* The longer the packet, the more. */
		twin_hear(&party->twin, text, "1:5:anna:pc1:%u:%.*s",
		    (unsigned)COMMAND_NOOPERATION, (int)(10 * i),
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
		lan_probe_sender(party->lan, &from);
		if (caught_count(&party->twin, COMMAND_BR_ENTRY) == 0)
			continue;
		caught_one(&party->twin, COMMAND_BR_ENTRY, &packet);
		lan_reader(party->lan, NULL, &reader);
		assert_int_equal(entry_parse(&packet, &reader, &entry), 0);
		if (entry_line(&entry, "CM").data != NULL)
			with = true;
		else
			without = true;
	}
	assert_true(with && without);
}

static void
only_an_entry_is_answered(void **state)
{
	struct party *party = *state;
	static const uint32_t others[] = { COMMAND_NOOPERATION, COMMAND_BR_EXIT,
		COMMAND_ANSENTRY, COMMAND_BR_ABSENCE };

	for (size_t i = 0; i < 4; i++)
		twin_hear(&party->twin, "10.77.0.3", "1:5:anna:pc1:%u:Anna|",
		    (unsigned)(others[i] | ANNAS_STATUS));
	send_answers(party);
	assert_int_equal(party->twin.caught_count, 0);
}

static void
entries_in_quick_succession_get_one_answer(void **state)
{
	struct party *party = *state;

	for (int i = 0; i < 20; i++)
		enter(party, "10.77.0.3", ANNAS_STATUS);
	send_answers(party);
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSENTRY), 1);
}

static void
several_camd_of_one_machine_are_answered_each(void **state)
{
	struct party *party = *state;

	enter(party, "10.77.0.3:2425", ANNAS_STATUS);
	enter(party, "10.77.0.3:2426", ANNAS_STATUS);
	send_answers(party);
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSENTRY), 2);
}

static void
among_many_members_answers_are_spread_over_four_seconds(void **state)
{
	struct party *party = *state;
	uint64_t start_ms = clock_now_ms();
	size_t quarters[5] = { 0 }, before = 0, now;

	for (int i = 0; i < 60; i++) {
		char name[16];

		snprintf(name, sizeof name, "m%d", i);
		member_add(party, name, "pc", "10.77.0.99", 0);
	}
	for (uint32_t i = 0; i < 400; i++) {
		struct addr to = addr_v4(0x0a010000 + i, 2425);

		assert_true(budget_datagram(
		    party->lan->budget, &to, false, 500, start_ms));
		answers_add(party->lan->answers, &to, true, false, start_ms);
	}
	for (size_t i = 0; i < 5; i++) {
		answers_turn(party->lan->answers, start_ms + 1000 * i);
		now = caught_count(&party->twin, COMMAND_ANSENTRY);
		quarters[i] = now - before;
		before = now;
	}
	answers_turn(party->lan->answers, start_ms + 5000);
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSENTRY), 400);
	/* About a hundred a second; far from all at once. */
	for (size_t i = 1; i < 5; i++)
		assert_in_range(quarters[i], 50, 160);
}

static void
a_stranger_gets_at_most_three_times_what_he_sent(void **state)
{
	struct party *party = *state;

	/* A short entry: 32 + 28 bytes; the answer has some 110 + 28. */
	for (int i = 0; i < 50; i++) {
		twin_hear(&party->twin, "10.77.0.3", "1:5:v:w:1:");
		budget_forget_entry(
		    party->lan->budget, &party->entry.entry.from);
		send_answers(party);
	}
	twin_flush(&party->twin);
	size_t sent = 0;
	for (size_t i = 0; i < party->twin.caught_count; i++)
		sent += party->twin.caught[i].bytes.len + 28;
	assert_in_range(sent, 1, 3 * 50 * (10 + 28));
}

static void
many_more_than_can_wait_are_not_kept(void **state)
{
	struct party *party = *state;
	uint64_t now_ms = clock_now_ms();

	for (uint32_t i = 0; i < 200000; i++) {
		struct addr to = addr_v4(0x0a000000 + i, 2425);

		answers_add(party->lan->answers, &to, true, false, now_ms);
	}
	/* None of them has credit: nothing leaves, all are dropped. */
	send_answers(party);
	assert_int_equal(party->twin.caught_count, 0);
}

static void
answers_that_wait_when_we_close_do_not_leave(void **state)
{
	struct party *party = *state;

	enter(party, "10.77.0.3", ANNAS_STATUS);
	lan_close(party->lan);
	send_answers(party);
	assert_int_equal(caught_count(&party->twin, COMMAND_ANSENTRY), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(an_entry_is_answered_soon_but_not_at_once),
		TEST_OF_PARTY(an_answer_is_utf8_only_to_who_can_read_it),
		TEST_OF_PARTY(an_answer_shows_the_absence_as_an_entry_does),
		TEST_OF_PARTY(only_who_speaks_cam1_is_told_that_we_do),
		TEST_OF_PARTY(
		    a_stranger_who_is_asked_back_is_told_as_much_as_he_has_earned),
		TEST_OF_PARTY(only_an_entry_is_answered),
		TEST_OF_PARTY(entries_in_quick_succession_get_one_answer),
		TEST_OF_PARTY(several_camd_of_one_machine_are_answered_each),
		TEST_OF_PARTY(
		    among_many_members_answers_are_spread_over_four_seconds),
		TEST_OF_PARTY(a_stranger_gets_at_most_three_times_what_he_sent),
		TEST_OF_PARTY(many_more_than_can_wait_are_not_kept),
		TEST_OF_PARTY(answers_that_wait_when_we_close_do_not_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
