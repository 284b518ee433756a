/* test_probing.c: exits and newcomers that anybody could have sent, of somebody
 * who can be asked over TLS (threat model N2). */
#include <sys/socket.h>

#include "camd/link/door.h"
#include "camd/link/link_private.h"
#include "camd/people/heard.h"
#include "pair.h"

static int
set_up(void **state)
{
	*state = pair_open("");
	pair_meet(*state);
	return 0;
}

static int
tear_down(void **state)
{
	pair_close(*state);
	return 0;
}

/* As if it came from where bob is. */
static void
forge(struct pair *pair, enum lan_entry_kind kind, const char *user)
{
	const struct user *bob = half_friend(&pair->anna);
	struct lan_entry entry = { .kind = kind,
		.from = bob->peer.addr,
		.user = user != NULL ? user : bob->peer.user,
		.host = user != NULL ? "pc9" : bob->peer.host,
		.nick = "",
		.group = "",
		.version = "",
		.status = kind == LAN_LEFT ? 0 : bob->peer.status };

	heard_entry(&pair->anna.camd, &entry);
}

static void
on_asked(void *arg, struct user *user, bool alive)
{
	*(int *)arg = alive;
}

/* Whatever was asked before has been answered. */
static void
settle(struct pair *pair)
{
	int alive = -1;

	assert_true(links_probe(
	    pair->anna.camd.links, half_friend(&pair->anna), on_asked, &alive));
	while (alive < 0)
		pair_turn(pair);
}

static void
a_forged_exit_of_who_lives_changes_nothing(void **state)
{
	struct pair *pair = *state;
	struct user *bob = half_friend(&pair->anna);

	for (int i = 0; i < 1000; i++)
		forge(pair, LAN_LEFT, NULL);
	assert_int_equal(bob->state, USER_ONLINE);
	settle(pair);
	assert_int_equal(bob->state, USER_ONLINE);
	assert_int_equal(links_count(pair->anna.camd.links), 1);
}

static void
without_a_link_one_is_made_to_ask(void **state)
{
	struct pair *pair = *state;
	struct user *bob = half_friend(&pair->anna);

	link_close(half_link(&pair->anna), "test");
	while (half_link(&pair->bob) != NULL)
		pair_turn(pair);
	forge(pair, LAN_LEFT, NULL);
	assert_int_equal(bob->state, USER_ONLINE);
	while (half_link(&pair->anna) == NULL)
		pair_turn(pair);
	assert_int_equal(bob->state, USER_ONLINE);
}

static void
a_true_exit_is_believed(void **state)
{
	struct pair *pair = *state;
	struct user *bob = half_friend(&pair->anna);

	/* BR_EXIT, and the link and the port closed. */
	half_stop(&pair->bob);
	while (bob->state != USER_OFFLINE)
		pair_turn(pair);
	assert_null(half_link(&pair->anna));
	half_start(&pair->bob);
	while (bob->state != USER_ONLINE)
		pair_turn(pair);
}

/* Both ends are in this process, and only one is connected to that address. */
static int
socket_to(const struct addr *addr)
{
	struct sockaddr_storage there;
	struct addr peer;

	for (int fd = 0; fd < 1024; fd++) {
		socklen_t len = sizeof there;

		if (getpeername(fd, (struct sockaddr *)&there, &len) == 0 &&
		    addr_from_sockaddr((struct sockaddr *)&there, len, &peer) ==
			0 &&
		    addr_equal(&peer, addr))
			return fd;
	}
	return -1;
}

/* As when his machine loses its power, and the kernel gives up. */
static void
break_off(struct pair *pair)
{
	int fd = socket_to(link_addr(half_link(&pair->bob)));

	assert_int_equal(shutdown(fd, SHUT_RDWR), 0);
	while (half_link(&pair->anna) != NULL)
		pair_turn(pair);
}

static void
whose_link_breaks_and_who_is_not_there_is_offline(void **state)
{
	struct pair *pair = *state;
	struct user *bob = half_friend(&pair->anna);

	door_close(pair->bob.camd.door);
	break_off(pair);
	while (bob->state != USER_OFFLINE)
		pair_turn(pair);
	assert_null(half_link(&pair->anna));
}

static void
whose_link_breaks_and_who_is_there_stays_online(void **state)
{
	struct pair *pair = *state;
	struct user *bob = half_friend(&pair->anna);

	break_off(pair);
	while (half_link(&pair->anna) == NULL) {
		assert_int_equal(bob->state, USER_ONLINE);
		pair_turn(pair);
	}
	assert_int_equal(bob->state, USER_ONLINE);
}

static void
who_closes_a_link_properly_is_not_asked(void **state)
{
	struct pair *pair = *state;

	door_close(pair->bob.camd.door);
	link_close(half_link(&pair->bob), "test");
	while (half_link(&pair->anna) != NULL)
		pair_turn(pair);
	assert_int_equal(
	    links_state(pair->anna.camd.links, half_friend(&pair->anna)),
	    LINKS_NONE);
}

static void
another_name_at_his_address_does_not_push_him_out(void **state)
{
	struct pair *pair = *state;
	struct user *bob = half_friend(&pair->anna);

	forge(pair, LAN_ENTERED, "mallory");
	assert_non_null(roster_by_id(pair->anna.camd.roster, "mallory@pc9"));
	while (bob->state == USER_OFFLINE)
		pair_turn(pair);
	settle(pair);
	assert_int_equal(bob->state, USER_ONLINE);
	assert_non_null(half_link(&pair->anna));
}

static void
who_is_there_by_his_link_is_shown_so(void **state)
{
	struct pair *pair = *state;
	struct user *anna = half_friend(&pair->bob);

	assert_int_equal(anna->state, USER_ONLINE);
	assert_int_equal(anna->peer.strength, PEER_CAM1);
	assert_int_equal(half_friend(&pair->anna)->peer.strength, PEER_CAM1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_forged_exit_of_who_lives_changes_nothing),
		TEST(without_a_link_one_is_made_to_ask),
		TEST(a_true_exit_is_believed),
		TEST(whose_link_breaks_and_who_is_not_there_is_offline),
		TEST(whose_link_breaks_and_who_is_there_stays_online),
		TEST(who_closes_a_link_properly_is_not_asked),
		TEST(another_name_at_his_address_does_not_push_him_out),
		TEST(who_is_there_by_his_link_is_shown_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
