/* test_door.c: who comes in at the TCP port, how many, and for how long. */
#include <sys/resource.h>

#include "ends.h"

enum { SHORT_MS = 100 };

static int
set_up(void **state)
{
	*state = ends_open();
	return 0;
}

static int
set_up_impatient(void **state)
{
	*state = ends_open_patient(SHORT_MS);
	return 0;
}

static int
tear_down(void **state)
{
	ends_close(*state);
	return 0;
}

/* The other end has hung up. */
static bool
is_closed(int fd)
{
	char byte;
	ssize_t len = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return len == 0 || (len < 0 && errno == ECONNRESET);
}

static size_t
guests(const struct ends *ends)
{
	return door_count(ends->one.camd.door);
}

static void
what_shows_no_ticket_of_ours_is_closed(void **state)
{
	static const char *const firsts[] = {
		"camt\1"
		"0123456789abcdef0123456789abcdef",
		"camt\2"
		"0123456789abcdef0123456789abcdef",
		"camx\1"
		"0123456789abcdef0123456789abcdef, and more",
		"connect to nobody in particular, please",
	};
	struct ends *ends = *state;

	for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
		int fd = ends_connect(&ends->one, 3);

		UNTIL(ends, guests(ends) == 1);
		assert_true(send(fd, firsts[i], strlen(firsts[i]), 0) > 0);
		UNTIL(ends, guests(ends) == 0);
		UNTIL(ends, is_closed(fd));
		assert_int_equal(end_connections(&ends->one), 0);
		close(fd);
	}
}

static void
who_hangs_up_without_a_word_is_no_guest_any_more(void **state)
{
	struct ends *ends = *state;
	int fd = ends_connect(&ends->one, 3);

	UNTIL(ends, guests(ends) == 1);
	close(fd);
	UNTIL(ends, guests(ends) == 0);
}

static void
who_says_nothing_is_closed_in_time(void **state)
{
	struct ends *ends = *state;
	int fd = ends_connect(&ends->one, 3);

	UNTIL(ends, guests(ends) == 1);
	UNTIL(ends, guests(ends) == 0);
	assert_true(is_closed(fd));
	close(fd);
}

static void
a_hello_of_tls_byte_by_byte_wins_no_time(void **state)
{
	/* A record that would be long. */
	static const uint8_t record[] = { 0x16, 3, 1, 1, 0, 1, 0, 0, 0xfc, 3,
		3 };
	struct ends *ends = *state;
	uint64_t began_ms = clock_now_ms();
	int fd = ends_connect(&ends->one, 3);
	size_t sent = 0;

	UNTIL(ends, guests(ends) == 1);
	while (guests(ends) == 1) {
		if (sent < sizeof record)
			(void)send(fd, &record[sent++], 1, MSG_NOSIGNAL);
		ends_turn(ends);
	}
	assert_true(clock_now_ms() - began_ms >= SHORT_MS);
	assert_int_equal(end_connections(&ends->one), 0);
	UNTIL(ends, is_closed(fd));
	close(fd);
}

static void
of_one_source_sixteen_may_wait(void **state)
{
	struct ends *ends = *state;
	int fds[LIMIT_TCP_SOURCE], more, other;

	for (int i = 0; i < LIMIT_TCP_SOURCE; i++)
		fds[i] = ends_connect(&ends->one, 3);
	UNTIL(ends, guests(ends) == LIMIT_TCP_SOURCE);
	more = ends_connect(&ends->one, 3);
	UNTIL(ends, is_closed(more));
	assert_int_equal(guests(ends), LIMIT_TCP_SOURCE);
	assert_true(door_refused(ends->one.camd.door) == 1);
	/* Somebody else's connection is none of theirs. */
	other = ends_connect(&ends->one, 4);
	UNTIL(ends, guests(ends) == LIMIT_TCP_SOURCE + 1);
	/* Where one leaves another may come. */
	close(fds[0]);
	UNTIL(ends, guests(ends) == LIMIT_TCP_SOURCE);
	fds[0] = ends_connect(&ends->one, 3);
	UNTIL(ends, guests(ends) == LIMIT_TCP_SOURCE + 1);
	for (int i = 0; i < LIMIT_TCP_SOURCE; i++)
		close(fds[i]);
	close(more);
	close(other);
	UNTIL(ends, guests(ends) == 0);
}

static void
of_all_sources_five_hundred_and_twelve(void **state)
{
	const struct rlimit many = { 4096, 4096 };
	struct ends *ends = *state;
	int fds[LIMIT_TCP + 1];

	if (setrlimit(RLIMIT_NOFILE, &many) < 0)
		skip();
	for (int i = 0; i < LIMIT_TCP; i++) {
		fds[i] = ends_connect(
		    &ends->one, 3 + (unsigned)i / LIMIT_TCP_SOURCE);
		UNTIL(ends, guests(ends) == (size_t)i + 1);
	}
	fds[LIMIT_TCP] = ends_connect(&ends->one, 200);
	UNTIL(ends, is_closed(fds[LIMIT_TCP]));
	assert_int_equal(guests(ends), LIMIT_TCP);
	for (int i = 0; i <= LIMIT_TCP; i++)
		close(fds[i]);
	UNTIL(ends, guests(ends) == 0);
}

/* The door lets so many of count connections of that source begin with TLS. */
static size_t
begin(struct ends *ends, unsigned from, size_t count)
{
	uint64_t refused = door_refused(ends->one.camd.door);
	size_t begun = 0;

	for (size_t i = 0; i < count; i++) {
		int fd = ends_connect(&ends->one, from);
		uint64_t before = door_refused(ends->one.camd.door);

		UNTIL(ends, guests(ends) == 1);
		assert_int_equal(send(fd, "\x16", 1, 0), 1);
		UNTIL(ends, end_connections(&ends->one) == 1 ||
				door_refused(ends->one.camd.door) > before);
		begun += end_connections(&ends->one);
		close(fd);
		UNTIL(ends, guests(ends) == 0);
	}
	assert_true(
	    door_refused(ends->one.camd.door) - refused == count - begun);
	return begun;
}

static void
a_source_may_begin_only_so_many_handshakes_a_second(void **state)
{
	struct ends *ends = *state;
	uint64_t began_ms = clock_now_ms();
	size_t begun = begin(ends, 3, 100);
	size_t seconds = (size_t)(clock_now_ms() - began_ms) / 1000 + 1;

	assert_true(begun >= 3 * BUDGET_HANDSHAKES_SOURCE);
	assert_true(begun <= (3 + seconds) * BUDGET_HANDSHAKES_SOURCE);
	/* Another one has a share of its own. */
	assert_int_equal(
	    begin(ends, 4, BUDGET_HANDSHAKES_SOURCE), BUDGET_HANDSHAKES_SOURCE);
}

static void
where_somebody_known_is_more_may_come_back(void **state)
{
	struct ends *ends = *state;
	struct person *carol = end_add_person(&ends->one, "carol");

	carol->user->peer.addr = ends_address(3, 1);
	assert_int_equal(begin(ends, 3, 100), 100);
}

static void
whoever_was_greeted_is_no_guest(void **state)
{
	struct ends *ends = *state;
	struct stranger *carol = stranger_new(ends);
	int fds[LIMIT_TCP_SOURCE];

	stranger_dial(carol, &ends->one, 3);
	assert_int_equal(guests(ends), 1);
	stranger_say_hello(carol);
	UNTIL(ends, ends->one.opened == 1);
	assert_int_equal(guests(ends), 0);
	for (int i = 0; i < LIMIT_TCP_SOURCE; i++)
		fds[i] = ends_connect(&ends->one, 3);
	UNTIL(ends, guests(ends) == LIMIT_TCP_SOURCE);
	assert_true(door_refused(ends->one.camd.door) == 0);
	assert_int_equal(links_count(ends->one.camd.links), 1);
	for (int i = 0; i < LIMIT_TCP_SOURCE; i++)
		close(fds[i]);
	stranger_free(carol);
}

static void
a_closed_door_keeps_those_who_are_in(void **state)
{
	struct ends *ends = *state;
	struct stranger *carol = stranger_new(ends);
	struct sockaddr_storage sa;
	socklen_t len = addr_to_sockaddr(&ends->one.at, &sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	stranger_dial(carol, &ends->one, 3);
	door_close(ends->one.camd.door);
	stranger_say_hello(carol);
	UNTIL(ends, ends->one.opened == 1);
	assert_true(connect(fd, (struct sockaddr *)&sa, len) < 0);
	assert_int_equal(errno, ECONNREFUSED);
	close(fd);
	end_listen(&ends->one);
	fd = ends_connect(&ends->one, 3);
	UNTIL(ends, guests(ends) == 1);
	close(fd);
	stranger_free(carol);
}

static void
a_port_that_is_taken_is_told(void **state)
{
	struct ends *ends = *state;

	assert_int_equal(door_open(ends->two.camd.door, &ends->one.at, NULL),
	    CAM_ERR_SYSTEM);
	assert_int_equal(errno, EADDRINUSE);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define IMPATIENT(name)                                                        \
	cmocka_unit_test_setup_teardown(name, set_up_impatient, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_shows_no_ticket_of_ours_is_closed),
		TEST(who_hangs_up_without_a_word_is_no_guest_any_more),
		IMPATIENT(who_says_nothing_is_closed_in_time),
		IMPATIENT(a_hello_of_tls_byte_by_byte_wins_no_time),
		TEST(of_one_source_sixteen_may_wait),
		TEST(of_all_sources_five_hundred_and_twelve),
		TEST(a_source_may_begin_only_so_many_handshakes_a_second),
		TEST(where_somebody_known_is_more_may_come_back),
		TEST(whoever_was_greeted_is_no_guest),
		TEST(a_closed_door_keeps_those_who_are_in),
		TEST(a_port_that_is_taken_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
