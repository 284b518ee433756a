/* test_udp.c: UDP ports on loopback, and a twin of one. */
#include "udp_ends.h"

static void
a_datagram_arrives_with_its_sender_and_destination(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("127.0.0.1");
	struct addr to;
	struct end a, b;

	open_end(&a, loop, &options);
	options.address = parsed("0.0.0.0");
	open_end(&b, loop, &options);
	assert_true(udp_address(b.udp)->port != 0);
	to = parsed("127.0.0.5");
	to.port = udp_address(b.udp)->port;
	assert_int_equal(udp_send(a.udp, &to, 0, "hello", 5), 0);
	assert_int_equal(udp_queued(a.udp), 1);
	assert_true(wait_count(loop, &b.count, 1, 5000));
	assert_int_equal(udp_queued(a.udp), 0);
	assert_string_equal(b.seen[0].text, "hello");
	assert_true(addr_equal(&b.seen[0].from, udp_address(a.udp)));
	assert_true(addr_same_host(&b.seen[0].to, &to));
	assert_int_equal(b.seen[0].flags, 0);
	assert_true(b.seen[0].interface != 0);
	assert_int_equal(udp_counters(a.udp)->sent, 1);
	assert_int_equal(udp_counters(b.udp)->received, 1);
	udp_close(a.udp);
	udp_close(b.udp);
	loop_free(loop);
}

static void
ipv6_works_the_same(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("::1");
	struct end a, b;

	memset(&a, 0, sizeof(a));
	if (udp_open(loop, &options, &ops, &a, &a.udp) < 0) {
		loop_free(loop);
		skip();
	}
	open_end(&b, loop, &options);
	b.echo = true;
	assert_int_equal(udp_send(a.udp, udp_address(b.udp), 0, "six", 3), 0);
	assert_true(wait_count(loop, &a.count, 1, 5000));
	assert_string_equal(a.seen[0].text, "six");
	assert_true(addr_equal(&a.seen[0].from, udp_address(b.udp)));
	udp_close(a.udp);
	udp_close(b.udp);
	loop_free(loop);
}

static void
both_families_have_the_port_side_by_side(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("0.0.0.0");
	struct end a, b;

	open_end(&a, loop, &options);
	options.address = addr_any(ADDR_V6, udp_address(a.udp)->port);
	memset(&b, 0, sizeof(b));
	if (udp_open(loop, &options, &ops, &b, &b.udp) < 0)
		assert_int_equal(errno, EAFNOSUPPORT);
	udp_close(b.udp);
	udp_close(a.udp);
	loop_free(loop);
}

static void
a_port_that_is_taken_is_refused_to_all(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("127.0.0.1");
	struct sockaddr_storage sa;
	socklen_t len = 0;
	struct end a;
	struct udp *udp = NULL;
	int thief = socket(AF_INET, SOCK_DGRAM, 0), on = 1;

	open_end(&a, loop, &options);
	options.address.port = udp_address(a.udp)->port;
	assert_int_equal(
	    udp_open(loop, &options, &ops, NULL, &udp), CAM_ERR_SYSTEM);
	assert_int_equal(errno, EADDRINUSE);
	assert_null(udp);
	/* Threat model N8: nor may another take it with either option. */
	len = addr_to_sockaddr(&options.address, &sa);
	setsockopt(thief, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(thief, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	assert_int_equal(bind(thief, (struct sockaddr *)&sa, len), -1);
	assert_int_equal(errno, EADDRINUSE);
	close(thief);
	udp_close(a.udp);
	loop_free(loop);
}

static void
an_address_or_interface_that_is_not_ours_is_refused(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("192.0.2.1");
	struct udp *udp = NULL;

	assert_int_equal(
	    udp_open(loop, &options, &ops, NULL, &udp), CAM_ERR_SYSTEM);
	assert_int_equal(errno, EADDRNOTAVAIL);
	options = at("0.0.0.0");
	options.interface = "nosuchif0";
	assert_int_equal(
	    udp_open(loop, &options, &ops, NULL, &udp), CAM_ERR_SYSTEM);
	assert_int_equal(errno, ENODEV);
	options = (struct udp_options){ .interface = NULL };
	assert_int_equal(
	    udp_open(loop, &options, &ops, NULL, &udp), CAM_ERR_FORMAT);
	loop_free(loop);
}

static void
the_receive_buffer_got_is_told(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("127.0.0.1");
	struct udp_socket sockets[4];
	struct end a;

	options.receive_buffer = 100 * 1024;
	open_end(&a, loop, &options);
	assert_int_equal(udp_sockets(a.udp, sockets, 4), 1);
	assert_int_equal(sockets[0].receive_buffer, 100 * 1024);
	assert_int_equal(sockets[0].dropped, 0);
	assert_int_equal(sockets[0].error, 0);
	assert_false(sockets[0].receive_only);
	assert_true(addr_equal(&sockets[0].address, udp_address(a.udp)));
	assert_int_equal(udp_sockets(a.udp, NULL, 0), 1);
	udp_close(a.udp);
	loop_free(loop);
}

static void
drops_are_counted(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("127.0.0.1");
	struct udp_socket sock;
	struct end a, b;

	open_end(&a, loop, &options);
	options.receive_buffer = 4096;
	open_end(&b, loop, &options);
	for (int i = 0; i < 500; i++)
		assert_int_equal(
		    udp_send(a.udp, udp_address(b.udp), 0, "123456789", 9), 0);
	udp_flush(a.udp);
	assert_int_equal(udp_sockets(b.udp, &sock, 1), 1);
	assert_true(sock.dropped > 0 && sock.dropped < 500);
	wait_count(loop, &b.count, 500 - sock.dropped, 5000);
	assert_int_equal(b.count + sock.dropped, 500);
	/* The count that comes with datagrams does not count them twice. */
	udp_send(a.udp, udp_address(b.udp), 0, "x", 1);
	wait_count(loop, &b.count, 500 - sock.dropped + 1, 5000);
	udp_sockets(b.udp, &sock, 1);
	assert_int_equal(b.count + sock.dropped, 501);
	udp_close(a.udp);
	udp_close(b.udp);
	loop_free(loop);
}

static void
a_burst_comes_in_batches_and_whole(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("127.0.0.1");
	struct end a, b;

	open_end(&a, loop, &options);
	open_end(&b, loop, &options);
	b.echo = true;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(
		    udp_send(a.udp, udp_address(b.udp), 0, &i, sizeof(i)), 0);
	assert_true(wait_count(loop, &a.count, 1000, 5000));
	assert_int_equal(b.count, 1000);
	assert_true(b.batches < 100);
	/* In order: the last one seen is the last one sent. */
	assert_memory_equal(
	    a.seen[999 % SEEN].text, &(int){ 999 }, sizeof(int));
	assert_int_equal(udp_counters(a.udp)->failed, 0);
	udp_close(a.udp);
	udp_close(b.udp);
	loop_free(loop);
}

static void
the_largest_datagram_passes_and_a_larger_is_refused(void **state)
{
	static uint8_t data[LIMIT_DATAGRAM + 1];
	struct loop *loop = loop_new();
	struct udp_options options = at("127.0.0.1");
	struct addr six = parsed("[::1]:9"), none = { .family = ADDR_NONE };
	struct addr portless = parsed("127.0.0.1");
	struct end a;

	open_end(&a, loop, &options);
	assert_int_equal(
	    udp_send(a.udp, udp_address(a.udp), 0, data, LIMIT_DATAGRAM + 1),
	    CAM_ERR_LIMIT);
	assert_int_equal(udp_send(a.udp, &six, 0, data, 1), CAM_ERR_FORMAT);
	assert_int_equal(udp_send(a.udp, &none, 0, data, 1), CAM_ERR_FORMAT);
	assert_int_equal(
	    udp_send(a.udp, &portless, 0, data, 1), CAM_ERR_FORMAT);
	for (int i = 0; i < 40; i++)
		assert_int_equal(udp_send(a.udp, udp_address(a.udp), 0, data,
				     LIMIT_DATAGRAM),
		    0);
	assert_true(wait_count(loop, &a.count, 1, 5000));
	assert_int_equal(a.seen[0].len, LIMIT_DATAGRAM);
	assert_int_equal(udp_send(a.udp, udp_address(a.udp), 0, NULL, 0), 0);
	while (a.seen[(a.count - 1) % SEEN].len != 0)
		loop_turn(loop, 1);
	assert_int_equal(udp_counters(a.udp)->truncated, 0);
	udp_close(a.udp);
	loop_free(loop);
}

static void
a_datagram_that_is_too_long_is_cut_and_flagged(void **state)
{
	static uint8_t data[LIMIT_DATAGRAM + 20];
	struct loop *loop = loop_new();
	struct udp_options options = at("::1");
	struct sockaddr_storage sa;
	socklen_t len = 0;
	struct end a;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	memset(&a, 0, sizeof(a));
	if (udp_open(loop, &options, &ops, &a, &a.udp) < 0) {
		loop_free(loop);
		skip();
	}
	/* IPv6 takes twenty bytes more than IPv4. */
	len = addr_to_sockaddr(udp_address(a.udp), &sa);
	assert_int_equal(
	    sendto(fd, data, sizeof(data), 0, (struct sockaddr *)&sa, len),
	    sizeof(data));
	assert_true(wait_count(loop, &a.count, 1, 5000));
	assert_int_equal(a.seen[0].flags, UDP_TRUNCATED);
	assert_int_equal(a.seen[0].len, LIMIT_DATAGRAM);
	assert_int_equal(udp_counters(a.udp)->truncated, 1);
	close(fd);
	udp_close(a.udp);
	loop_free(loop);
}

static void
a_failure_is_told_and_does_not_stop_the_others(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("127.0.0.1");
	/* Bound to loopback the kernel will not send beyond it. */
	struct addr outside = parsed("192.0.2.1:9");
	struct end a, b;

	open_end(&a, loop, &options);
	open_end(&b, loop, &options);
	udp_send(a.udp, udp_address(b.udp), 0, "one", 3);
	udp_send(a.udp, &outside, 0, "lost", 4);
	udp_send(a.udp, udp_address(b.udp), 0, "two", 3);
	udp_flush(a.udp);
	assert_int_equal(a.failures, 0);
	assert_true(wait_count(loop, &b.count, 2, 5000));
	assert_true(wait_count(loop, &a.failures, 1, 5000));
	assert_true(a.failed_with == EINVAL || a.failed_with == ENETUNREACH);
	assert_true(addr_equal(&a.failed_to, &outside));
	assert_int_equal(udp_counters(a.udp)->failed, 1);
	assert_int_equal(udp_counters(a.udp)->last_error, a.failed_with);
	assert_int_equal(udp_counters(a.udp)->sent, 2);
	a.close_inside = true;
	udp_send(a.udp, &outside, 0, "lost", 4);
	udp_send(a.udp, &outside, 0, "lost", 4);
	assert_true(wait_count(loop, &a.failures, 2, 5000));
	assert_null(a.udp);
	assert_int_equal(a.failures, 2);
	udp_close(b.udp);
	loop_free(loop);
}

static void
a_port_may_be_closed_inside_its_callback(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("127.0.0.1");
	struct end a, b;

	open_end(&a, loop, &options);
	open_end(&b, loop, &options);
	b.close_inside = true;
	b.echo = true;
	for (int i = 0; i < 200; i++)
		udp_send(a.udp, udp_address(b.udp), 0, "x", 1);
	assert_true(wait_count(loop, &b.count, 1, 5000));
	assert_null(b.udp);
	/* What it had queued left before it closed. */
	assert_true(wait_count(loop, &a.count, b.count, 5000));
	udp_close(a.udp);
	loop_free(loop);
}

/* -- the twin
 * ------------------------------------------------------------------------ */

struct wire {
	struct end *end;
	size_t sent;
	struct addr last;
	char text[16];
	bool bounce;
};

static void
on_sent(const struct addr *to, unsigned interface, struct span data, void *arg)
{
	struct wire *wire = arg;
	struct udp_datagram datagram = {
		.from = *to, .data = data, .interface = interface
	};

	wire->sent++;
	wire->last = *to;
	memcpy(wire->text, data.data, data.len < 15 ? data.len : 15);
	if (wire->bounce && wire->sent < 10)
		udp_twin_receive(wire->end->udp, &datagram, 1);
}

static void
a_twin_sends_and_receives_without_a_network(void **state)
{
	static const struct udp_twin_ops twin_ops = { .on_sent = on_sent };
	struct loop *loop = loop_new();
	struct addr own = parsed("10.0.0.1:2425"),
		    other = parsed("10.0.0.2:2425");
	struct addr group = udp_group_site();
	struct end a = { .loop = loop };
	struct wire wire = { .end = &a };
	struct udp_datagram datagram = { .from = other,
		.data = span_text("in") };

	a.udp = udp_twin_new(loop, &own, &ops, &a, &twin_ops, &wire);
	assert_true(addr_equal(udp_address(a.udp), &own));
	assert_int_equal(udp_send(a.udp, &other, 0, "out", 3), 0);
	assert_int_equal(wire.sent, 0);
	assert_true(wait_count(loop, &wire.sent, 1, 5000));
	assert_string_equal(wire.text, "out");
	assert_true(addr_equal(&wire.last, &other));
	udp_twin_receive(a.udp, &datagram, 1);
	assert_int_equal(a.count, 1);
	assert_string_equal(a.seen[0].text, "in");

	/* Two twins that answer each other at once do not trip over one
	 * another. */
	a.echo = wire.bounce = true;
	wire.sent = 0;
	udp_twin_receive(a.udp, &datagram, 1);
	assert_int_equal(wire.sent, 10);
	assert_int_equal(udp_join(a.udp, &group, 1), CAM_ERR_FORMAT);
	a.close_inside = true;
	udp_twin_receive(a.udp, &datagram, 1);
	assert_null(a.udp);
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_datagram_arrives_with_its_sender_and_destination),
		cmocka_unit_test(ipv6_works_the_same),
		cmocka_unit_test(both_families_have_the_port_side_by_side),
		cmocka_unit_test(a_port_that_is_taken_is_refused_to_all),
		cmocka_unit_test(
		    an_address_or_interface_that_is_not_ours_is_refused),
		cmocka_unit_test(the_receive_buffer_got_is_told),
		cmocka_unit_test(drops_are_counted),
		cmocka_unit_test(a_burst_comes_in_batches_and_whole),
		cmocka_unit_test(
		    the_largest_datagram_passes_and_a_larger_is_refused),
		cmocka_unit_test(
		    a_datagram_that_is_too_long_is_cut_and_flagged),
		cmocka_unit_test(
		    a_failure_is_told_and_does_not_stop_the_others),
		cmocka_unit_test(a_port_may_be_closed_inside_its_callback),
		cmocka_unit_test(a_twin_sends_and_receives_without_a_network),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
