/* test_tls.c: TLS between two of ours. */
#include "tls_ends.h"

/* -- two of ours -------------------------------------------------------------
 */

static void
two_meet_and_know_each_other_s_keys(void **state)
{
	uint8_t bytes[2][TLS_EXPORT_SIZE], more[TLS_EXPORT_SIZE];
	int err = served ? CAM_ERR_CRYPTO : 0;

	start_both();
	assert_int_equal(
	    tls_export(one.tls, "cam/test/1", bytes[0]), CAM_ERR_CRYPTO);
	while (!one.is_ready || !other.is_ready)
		loop_turn(loop, 1);
	assert_memory_equal(one.peer, other.public, SIGN_KEY_SIZE);
	assert_memory_equal(other.peer, one.public, SIGN_KEY_SIZE);
	assert_int_equal(tls_export(one.tls, "cam/test/1", bytes[0]), 0);
	assert_int_equal(tls_export(other.tls, "cam/test/1", bytes[1]), err);
	if (!served)
		assert_memory_equal(bytes[0], bytes[1], TLS_EXPORT_SIZE);
	assert_int_equal(tls_export(one.tls, "cam/more/1", more), 0);
	assert_memory_not_equal(bytes[0], more, TLS_EXPORT_SIZE);
}

static void
much_goes_both_ways_with_readers_that_rest(void **state)
{
	meet();
	one.pause_every = 50000;
	other.pause_every = 300000;
	exchange(8 * 1024 * 1024);
}

static void
nothing_is_asked_while_it_rests(void **state)
{
	meet();
	one.pause_every = 1;
	other.to_send = 4 * 1024 * 1024;
	tls_kick(other.tls);
	for (int i = 0; i < 2000; i++)
		loop_turn(loop, 0);
	assert_true(one.received > 0 && one.received <= 16384);
	assert_true(other.sent < other.to_send);
	one.pause_every = 0;
	one.is_paused = false;
	tls_pause(one.tls, false);
	while (one.received < other.to_send)
		loop_turn(loop, 1);
	assert_false(one.is_wrong);
}

static void
what_is_given_before_the_handshake_waits_for_it(void **state)
{
	start_both();
	one.to_send = other.to_send = 100000;
	tls_kick(one.tls);
	while (one.received < 100000 || other.received < 100000)
		loop_turn(loop, 1);
	assert_true(one.is_ready && other.is_ready);
}

/* So much that the keys change on the way, on both sides. */
static void
keys_change_on_the_way(void **state)
{
	meet();
	one.most = other.most = 16;
	exchange(16 * 70000);
}

/* A byte at a time through a relay, both ways. */
static void
a_byte_at_a_time_is_enough(void **state)
{
	int left[2], right[2];
	const int ways[2][2] = { { 1, 0 }, { 0, 1 } };

	make_pair(left);
	make_pair(right);
	start(&one, left[0], true, LONG_MS);
	start(&other, right[0], false, LONG_MS);
	one.to_send = other.to_send = 300;
	while (one.received < 300 || other.received < 300) {
		loop_turn(loop, 0);
		for (int i = 0; i < 2; i++) {
			int from = ways[i][0] ? left[1] : right[1];
			int to = ways[i][0] ? right[1] : left[1];
			char byte;

			if (read(from, &byte, 1) != 1)
				continue;
			/* Full while the pool is at work. */
			while (write(to, &byte, 1) != 1) {
				assert_int_equal(errno, EAGAIN);
				loop_turn(loop, 0);
			}
		}
	}
	assert_false(one.is_wrong || other.is_wrong);
	close(left[1]);
	close(right[1]);
	while (!one.is_closed)
		loop_turn(loop, 1);
}

static void
who_leaves_says_so(void **state)
{
	meet();
	other.to_send = 200000;
	tls_kick(other.tls);
	while (other.sent < other.to_send)
		loop_turn(loop, 0);
	/* What it had given out already still arrives. */
	while (one.received < other.to_send)
		loop_turn(loop, 1);
	free_end_tls(&other);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_CLOSED);
}

static void
each_may_be_freed_in_any_of_its_callbacks(void **state)
{
	static const char callbacks[] = "rdoc";

	for (size_t i = 0; i < 2 * (sizeof(callbacks) - 1); i++) {
		struct end *freed = i % 2 ? &one : &other;
		struct end *left = i % 2 ? &other : &one;

		freed->free_in = callbacks[i / 2];
		start_both();
		one.to_send = other.to_send = 1000;
		if (freed->free_in == 'c') {
			while (!left->is_ready)
				loop_turn(loop, 1);
			free_end_tls(left);
			left->is_closed = true;
		}
		while (freed->tls != NULL || !left->is_closed)
			loop_turn(loop, 1);
		close_both(NULL);
		open_both(NULL);
	}
}

static void
one_may_be_freed_before_anything_happened(void **state)
{
	start_both();
	free_end_tls(&one);
	while (!other.is_closed)
		loop_turn(loop, 1);
	assert_false(other.is_ready);
	assert_int_equal(other.err, CAM_ERR_SYSTEM);
}

/* -- over TCP ----------------------------------------------------------------
 */

static int accepted;

static void
on_accept(void *arg, int fd, const struct addr *from)
{
	accepted = fd;
}

static void
on_dialled(void *arg, int err, int fd)
{
	assert_int_equal(err, 0);
	*(int *)arg = fd;
}

static void
make_tcp_pair(int fds[2])
{
	static const struct tcp_ops tcp_ops = { on_accept };
	struct addr address = addr_v4(0x7f000001, 0);
	struct tcp_listener *listener = NULL;

	accepted = fds[0] = -1;
	assert_int_equal(
	    tcp_listen(loop, &address, NULL, &tcp_ops, NULL, &listener), 0);
	tcp_dial_new(loop, NULL, tcp_listener_address(listener), LONG_MS,
	    on_dialled, &fds[0]);
	while (fds[0] < 0 || accepted < 0)
		loop_turn(loop, 1);
	tcp_listener_free(listener);
	fds[1] = accepted;
}

static void
little_waits_below_what_on_room_gave(void **state)
{
#ifdef SIOCOUTQNSD
	int fds[2], unsent = 0, most = 0;

	make_tcp_pair(fds);
	start(&one, fds[0], true, LONG_MS);
	start(&other, fds[1], false, LONG_MS);
	while (!one.is_ready || !other.is_ready)
		loop_turn(loop, 1);
	other.pause_every = 1;
	one.to_send = 64 * 1024 * 1024;
	tls_kick(one.tls);
	for (int i = 0; i < 5000; i++) {
		loop_turn(loop, 0);
		assert_int_equal(ioctl(fds[0], SIOCOUTQNSD, &unsent), 0);
		if (unsent > most)
			most = unsent;
	}
	assert_true(one.sent < one.to_send);
	assert_true(most > 0);
	assert_true(most <= TCP_UNSENT + 2 * 16384 + 1024);
#else
	skip();
#endif
}

static void
reset_connection(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

static void
a_connection_that_is_reset_is_broken(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	int fds[2];

	/* Within the handshake. */
	make_tcp_pair(fds);
	start(&one, fds[0], true, LONG_MS);
	loop_turn(loop, 0);
	reset_connection(fds[1]);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_SYSTEM);
	assert_int_equal(one.error, ECONNRESET);
	close_both(NULL);
	open_both(NULL);
	/* And after. */
	make_tcp_pair(fds);
	start(&one, fds[0], true, LONG_MS);
	raw_open(&raw, fds[1], false, &options);
	while (!one.is_ready || !raw.ready) {
		raw_step(&raw);
		loop_turn(loop, 0);
	}
	reset_connection(raw.fd);
	raw.fd = -1;
	one.to_send = 1000000;
	tls_kick(one.tls);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_SYSTEM);
	assert_true(one.error == ECONNRESET || one.error == EPIPE);
	raw_close(&raw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_meet_and_know_each_other_s_keys),
		TEST(much_goes_both_ways_with_readers_that_rest),
		TEST(nothing_is_asked_while_it_rests),
		TEST(what_is_given_before_the_handshake_waits_for_it),
		TEST(keys_change_on_the_way),
		TEST(a_byte_at_a_time_is_enough),
		TEST(who_leaves_says_so),
		TEST(each_may_be_freed_in_any_of_its_callbacks),
		TEST(one_may_be_freed_before_anything_happened),
		TEST(little_waits_below_what_on_room_gave),
		TEST(a_connection_that_is_reset_is_broken),
	};

	int failed =
	    cmocka_run_group_tests_name("between two ends", tests, NULL, NULL);

	served = true;
	return failed +
	       cmocka_run_group_tests_name("with a server", tests, NULL, NULL);
}
