/* test_lan_port.c: the ports we speak from, and what new settings do to them.
 */
#include "party.h"

/* Nothing may be open or announced before. */
static int
set_up(void **state)
{
	*state = party_make(NULL, "10.77.0.2", "win");
	return 0;
}

static void
the_wanted_port_is_taken_where_it_is_free(void **state)
{
	struct party *party = *state;

	assert_int_equal(lan_port(party->lan), 0);
	party_take_settings(party, &party_settings);
	assert_int_equal(lan_port(party->lan), 2425);
	assert_true(addr_is_any(udp_address(lan_udp(party->lan, ADDR_V4))));
	assert_null(lan_udp(party->lan, ADDR_V6));
	assert_false(lan_status(party->lan) & STATUS_DIALUP);
}

static void
where_others_have_it_the_next_free_one_is_taken_and_told(void **state)
{
	struct party *party = *state;
	struct packet packet;

	log_open(open("/dev/null", O_WRONLY), LOG_LEVEL_ERROR, 0);
	party->taken = 3;
	party_take_settings(party, &party_settings);
	assert_int_equal(lan_port(party->lan), 2428);
	/* Broadcasts go to the one that all share: others write to us. */
	caught_one(&party->twin, COMMAND_BR_ENTRY, &packet);
	assert_true(packet.command & STATUS_DIALUP);
	assert_to(&party->twin.caught[0], "10.77.0.255:2425");
}

static void
udp_and_tcp_have_one_number_whichever_is_taken(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;

	log_open(open("/dev/null", O_WRONLY), LOG_LEVEL_ERROR, 0);
	party->taken = 1;
	party->tcp_taken = 2;
	settings.ipv6 = true;
	party_take_settings(party, &settings);
	assert_int_equal(lan_port(party->lan), 2427);
	assert_int_equal(party->tcp_port, 2427);
	/* IPv4 and IPv6. */
	assert_int_equal(party->tcp_open, 2);
	assert_int_equal(udp_address(lan_udp(party->lan, ADDR_V6))->port, 2427);
	lan_close(party->lan);
	assert_int_equal(party->tcp_open, 0);
}

static void
without_any_free_tcp_port_nothing_opens_either(void **state)
{
	struct party *party = *state;
	char *problem = NULL;

	party->tcp_taken = 64;
	party_reading = party;
	assert_int_equal(
	    lan_open(party->lan, &party_settings, &problem), CAM_ERR_SYSTEM);
	assert_non_null(strstr(problem, "2425"));
	assert_int_equal(lan_port(party->lan), 0);
	assert_null(lan_udp(party->lan, ADDR_V4));
	free(problem);
}

static void
without_any_free_port_nothing_opens_and_that_is_said(void **state)
{
	struct party *party = *state;
	char *problem = NULL;

	party->taken = 64;
	party_reading = party;
	assert_int_equal(
	    lan_open(party->lan, &party_settings, &problem), CAM_ERR_SYSTEM);
	assert_non_null(strstr(problem, "2425"));
	assert_int_equal(lan_port(party->lan), 0);
	assert_int_equal(party->twin.caught_count, 0);
	free(problem);
}

static void
settings_that_change_no_port_keep_it(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;
	const struct udp *udp;

	party_take_settings(party, &party_settings);
	udp = lan_udp(party->lan, ADDR_V4);
	settings.nick = "Robert";
	settings.charset = CHARSET_GB18030;
	party_take_settings(party, &settings);
	assert_ptr_equal(lan_udp(party->lan, ADDR_V4), udp);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_EXIT), 0);
}

static void
ipv6_is_switched_on_and_off_without_losing_the_port(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;

	party_take_settings(party, &settings);
	settings.ipv6 = true;
	party_take_settings(party, &settings);
	assert_int_equal(lan_port(party->lan), 2425);
	assert_non_null(lan_udp(party->lan, ADDR_V6));
	assert_int_equal(udp_address(lan_udp(party->lan, ADDR_V6))->port, 2425);
	settings.ipv6 = false;
	party_take_settings(party, &settings);
	assert_int_equal(lan_port(party->lan), 2425);
	assert_null(lan_udp(party->lan, ADDR_V6));
}

static void
another_port_is_left_with_a_goodbye_and_announced(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;
	struct packet packet;

	party_take_settings(party, &settings);
	twin_forget(&party->twin);
	settings.port = 3000;
	party_take_settings(party, &settings);
	assert_int_equal(lan_port(party->lan), 3000);
	assert_to(caught_one(&party->twin, COMMAND_BR_EXIT, &packet),
	    "10.77.0.255:2425");
	assert_to(caught_one(&party->twin, COMMAND_BR_ENTRY, &packet),
	    "10.77.0.255:3000");
}

static void
what_cannot_be_opened_leaves_the_old_ports_open(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;
	char *problem = NULL;

	settings.port = 3000;
	party_take_settings(party, &settings);
	twin_forget(&party->twin);
	settings.port = 2425;
	party->taken = 64;
	assert_true(lan_open(party->lan, &settings, &problem) < 0);
	assert_int_equal(lan_port(party->lan), 3000);
	/* Whoever heard the goodbye hears of us again. */
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ENTRY), 1);
	free(problem);
}

static void
an_address_or_interface_that_is_not_ours_is_refused_by_name(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;
	char *problem = NULL;

	party_take_settings(party, &settings);
	settings.bind = "wlan7";
	assert_int_equal(
	    lan_open(party->lan, &settings, &problem), CAM_ERR_UNKNOWN);
	assert_non_null(strstr(problem, "'wlan7'"));
	assert_int_equal(lan_port(party->lan), 2425);
	free(problem);
}

static void
one_address_is_bound_alone(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;

	settings.bind = "10.77.0.2";
	settings.ipv6 = true;
	party_take_settings(party, &settings);
	assert_false(addr_is_any(udp_address(lan_udp(party->lan, ADDR_V4))));
	assert_null(lan_udp(party->lan, ADDR_V6));
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ENTRY), 1);
}

static void
an_address_that_no_interface_has_is_announced_on_none(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;

	settings.bind = "10.99.0.9";
	party_take_settings(party, &settings);
	assert_int_equal(party->twin.caught_count, 0);
}

static void
an_interface_by_name_is_spoken_on_alone(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;
	struct packet packet;

	settings.bind = "eth0";
	party_take_settings(party, &settings);
	assert_int_equal(
	    caught_one(&party->twin, COMMAND_BR_ENTRY, &packet)->interface, 2);
	twin_forget(&party->twin);
	settings.bind = "lo";
	party_take_settings(party, &settings);
	twin_flush(&party->twin);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ENTRY), 0);
}

static void
an_ipv6_address_makes_an_ipv6_port_only(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;

	settings.bind = "fd00::2";
	party_take_settings(party, &settings);
	assert_null(lan_udp(party->lan, ADDR_V4));
	assert_non_null(lan_udp(party->lan, ADDR_V6));
	assert_int_equal(lan_port(party->lan), 2425);
}

static void
settings_that_make_no_sense_change_nothing(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;
	char *problem = NULL;

	party_take_settings(party, &settings);
	settings.broadcast = "10.0.0.300";
	settings.nick = "Robert";
	assert_true(lan_open(party->lan, &settings, &problem) < 0);
	assert_non_null(strstr(problem, "net.broadcast"));
	free(problem);
	settings.broadcast = NULL;
	settings.list_for = "here";
	assert_true(lan_open(party->lan, &settings, &problem) < 0);
	assert_non_null(strstr(problem, "net.list_for"));
	free(problem);
	assert_string_equal(party->lan->nick, "Bob");
}

static void
it_is_closed_once_and_can_be_opened_again(void **state)
{
	struct party *party = *state;

	party_take_settings(party, &party_settings);
	lan_close(party->lan);
	lan_close(party->lan);
	assert_int_equal(lan_port(party->lan), 0);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_EXIT), 1);
	party_take_settings(party, &party_settings);
	assert_int_equal(lan_port(party->lan), 2425);
}

/* An interface that we had not at first. */
static void
new_addresses_are_announced_from(void **state)
{
	struct party *party = *state;
	struct packet packet;

	party_take_settings(party, &party_settings);
	twin_forget(&party->twin);
	lan_follow_interfaces(party->lan);
	assert_int_equal(caught_count(&party->twin, COMMAND_BR_ENTRY), 0);
	party->at = address("10.88.0.2");
	party->at.port = 0;
	lan_follow_interfaces(party->lan);
	assert_to(caught_one(&party->twin, COMMAND_BR_ENTRY, &packet),
	    "10.88.0.255:2425");
}

static void
names_are_made_fit_for_the_wire(void **state)
{
	struct party *party = *state;
	struct lan_settings settings = party_settings;

	settings.logon = "b:o\nb";
	settings.host = "";
	party_take_settings(party, &settings);
	assert_true(text_starts_same(lan_user(party->lan), "b;o_b-<"));
	assert_string_equal(lan_host(party->lan), "_");
}

static void
numbers_go_up_and_above_what_was_used_before(void **state)
{
	struct party *party = *state;
	uint32_t first = lan_number(party->lan), next;

	for (int i = 0; i < 1000; i++) {
		next = lan_number(party->lan);
		assert_true(next > first);
		first = next;
	}
	lan_number_floor(party->lan, first + 5000);
	assert_int_equal(lan_number(party->lan), first + 5001);
	/* A floor below changes nothing, nor one that Windows cannot read. */
	lan_number_floor(party->lan, 5);
	lan_number_floor(party->lan, UINT32_MAX);
	assert_int_equal(lan_number(party->lan), first + 5002);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, party_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_wanted_port_is_taken_where_it_is_free),
		TEST(where_others_have_it_the_next_free_one_is_taken_and_told),
		TEST(udp_and_tcp_have_one_number_whichever_is_taken),
		TEST(without_any_free_tcp_port_nothing_opens_either),
		TEST(without_any_free_port_nothing_opens_and_that_is_said),
		TEST(settings_that_change_no_port_keep_it),
		TEST(ipv6_is_switched_on_and_off_without_losing_the_port),
		TEST(another_port_is_left_with_a_goodbye_and_announced),
		TEST(what_cannot_be_opened_leaves_the_old_ports_open),
		TEST(
		    an_address_or_interface_that_is_not_ours_is_refused_by_name),
		TEST(one_address_is_bound_alone),
		TEST(an_address_that_no_interface_has_is_announced_on_none),
		TEST(an_interface_by_name_is_spoken_on_alone),
		TEST(an_ipv6_address_makes_an_ipv6_port_only),
		TEST(settings_that_make_no_sense_change_nothing),
		TEST(it_is_closed_once_and_can_be_opened_again),
		TEST(new_addresses_are_announced_from),
		TEST(names_are_made_fit_for_the_wire),
		TEST(numbers_go_up_and_above_what_was_used_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
