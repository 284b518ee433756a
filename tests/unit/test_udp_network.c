/* test_udp_network.c: UDP ports on an interface of the test's own. */
#include "udp_ends.h"

static void
a_full_socket_is_waited_for(void **state)
{
	static uint8_t data[32768];
	struct loop *loop = loop_new();
	struct udp_options options = at("127.0.0.1");
	struct end a, b;

	if (run("tc qdisc add dev lo root tbf rate 200mbit burst 64k limit "
		"20mb") != 0) {
		loop_free(loop);
		skip();
	}
	options.receive_buffer = 8 * 1024 * 1024;
	open_end(&a, loop, &options);
	open_end(&b, loop, &options);
	for (int i = 0; i < 200; i++)
		assert_int_equal(
		    udp_send(a.udp, udp_address(b.udp), 0, data, sizeof(data)),
		    0);
	udp_flush(a.udp);
	/* What the kernel does not take at once stays queued, and nothing
	 * fails. */
	assert_in_range(udp_queued(a.udp), 100, 199);
	assert_true(wait_count(loop, &b.count, 200, 20000));
	assert_int_equal(udp_queued(a.udp), 0);
	assert_int_equal(udp_counters(a.udp)->failed, 0);
	udp_close(a.udp);
	udp_close(b.udp);
	assert_int_equal(run("tc qdisc del dev lo root"), 0);
	loop_free(loop);
}

static void
a_full_queue_is_refused_and_empties(void **state)
{
	static uint8_t data[60000];
	struct loop *loop = loop_new();
	struct udp_options options = at("127.0.0.1");
	size_t queued = 0;
	struct end a;
	int err = 0;

	if (run("tc qdisc add dev lo root tbf rate 400mbit burst 64k limit "
		"20mb") != 0) {
		loop_free(loop);
		skip();
	}
	open_end(&a, loop, &options);
	while ((err = udp_send(
		    a.udp, udp_address(a.udp), 0, data, sizeof(data))) == 0)
		queued++;
	assert_int_equal(err, CAM_ERR_FULL);
	assert_in_range(
	    queued, UDP_QUEUE_BYTES / 61000, UDP_QUEUE_BYTES / 60000 + 10);
	while (udp_queued(a.udp) > 0)
		loop_turn(loop, 1);
	assert_int_equal(udp_counters(a.udp)->sent, queued);
	assert_int_equal(
	    udp_send(a.udp, udp_address(a.udp), 0, data, sizeof(data)), 0);
	udp_close(a.udp);
	assert_int_equal(run("tc qdisc del dev lo root"), 0);
	loop_free(loop);
}

/* A cable that was plugged in just now carries nothing for a moment. */
static bool
await_carrier(const char *name)
{
	struct ifreq request = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), tries = 0;

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	while (tries++ < 1000 && (ioctl(fd, SIOCGIFFLAGS, &request) != 0 ||
				     (request.ifr_flags & IFF_RUNNING) == 0))
		poll(NULL, 0, 5);
	close(fd);
	return (request.ifr_flags & IFF_RUNNING) != 0;
}

/* Two ends of a cable, cam0 (10.9.8.1) and cam1 (10.9.9.1): what is broadcast
 * on one arrives on the other. */
static void
make_cable(void)
{
	if (run("ip link add cam0 type veth peer name cam1") != 0) {
		run("ip link del cam0");
		if (run("ip link add cam0 type veth peer name cam1") != 0)
			skip();
	}
	write_file("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
	write_file("/proc/sys/net/ipv4/conf/cam0/rp_filter", "0");
	write_file("/proc/sys/net/ipv4/conf/cam1/rp_filter", "0");
	/* A packet from one of our own addresses is else taken for a forgery.
	 */
	write_file("/proc/sys/net/ipv4/conf/all/accept_local", "1");
	assert_int_equal(run("ip addr add 10.9.8.1/24 brd + dev cam0"), 0);
	assert_int_equal(run("ip addr add 10.9.9.1/24 brd + dev cam1"), 0);
	assert_int_equal(run("ip link set cam0 up"), 0);
	assert_int_equal(run("ip link set cam1 up"), 0);
	assert_true(await_carrier("cam0") && await_carrier("cam1"));
}

static void
remove_cable(void)
{
	assert_int_equal(run("ip link del cam0"), 0);
}

static bool
has_text(const struct end *end, const char *text)
{
	for (size_t i = 0; i < end->count && i < SEEN; i++)
		if (strcmp(end->seen[i].text, text) == 0)
			return true;
	return false;
}

static void
a_broadcast_is_heard_by_a_port_bound_to_all(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("0.0.0.0");
	struct addr directed = parsed("10.9.8.255"),
		    limited = parsed("255.255.255.255");
	unsigned index = 0;
	struct end a, b;

	make_cable();
	index = if_nametoindex("cam0");
	options.address.port = PORT;
	options.interface = "cam1";
	open_end(&b, loop, &options);
	options.interface = NULL;
	options.address.port = PORT + 1;
	open_end(&a, loop, &options);

	/* The limited one goes where it is told to. */
	limited.port = PORT;
	assert_int_equal(udp_send(a.udp, &limited, index, "all", 3), 0);
	assert_true(wait_count(loop, &b.count, 1, 5000));
	assert_string_equal(b.seen[0].text, "all");
	assert_int_equal(b.seen[0].flags, UDP_TO_BROADCAST);
	assert_int_equal(b.seen[0].interface, if_nametoindex("cam1"));
	assert_true(addr_is_broadcast(&b.seen[0].to));

	/* The directed one comes back to ourselves. */
	directed.port = PORT + 1;
	assert_int_equal(udp_send(a.udp, &directed, 0, "us", 2), 0);
	assert_true(wait_count(loop, &a.count, 1, 5000));
	assert_int_equal(a.seen[0].flags, UDP_TO_BROADCAST);
	assert_true(addr_same_host(&a.seen[0].to, &directed));
	udp_close(a.udp);
	udp_close(b.udp);
	remove_cable();
	loop_free(loop);
}

static void
a_port_bound_to_one_address_hears_its_broadcasts_where_asked(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options deaf = at("10.9.9.1"), hearing = at("10.9.9.1"),
			   sender = at("0.0.0.0");
	struct addr directed = parsed("10.9.9.255"),
		    limited = parsed("255.255.255.255");
	struct addr unicast = parsed("10.9.9.1");
	struct udp_socket sockets[8];
	struct end a, b, c;

	make_cable();
	hearing.address.port = PORT;
	hearing.broadcasts = true;
	deaf.address.port = PORT + 2;
	sender.interface = "cam0";
	open_end(&a, loop, &sender);
	open_end(&b, loop, &hearing);
	open_end(&c, loop, &deaf);
	assert_int_equal(udp_sockets(b.udp, sockets, 8), 3);
	assert_true(sockets[1].receive_only && sockets[2].receive_only);
	assert_int_equal(sockets[1].error, 0);
	assert_int_equal(sockets[2].error, 0);

	/* Addressed to the network of cam1, sent through cam0 to which that is
	 * not a neighbour. */
	directed.port = limited.port = PORT;
	assert_int_equal(
	    run("ip route add broadcast 10.9.9.255 dev cam0 metric 1"), 0);
	assert_int_equal(
	    udp_send(a.udp, &directed, if_nametoindex("cam0"), "directed", 8),
	    0);
	assert_int_equal(
	    udp_send(a.udp, &limited, if_nametoindex("cam0"), "limited", 7), 0);
	limited.port = PORT + 2;
	assert_int_equal(
	    udp_send(a.udp, &limited, if_nametoindex("cam0"), "deaf", 4), 0);
	assert_true(wait_count(loop, &b.count, 2, 5000));
	/* Two sockets hear them: either may come first. */
	assert_true(has_text(&b, "directed"));
	assert_true(has_text(&b, "limited"));
	assert_int_equal(b.seen[0].flags, UDP_TO_BROADCAST);
	assert_int_equal(b.seen[1].flags, UDP_TO_BROADCAST);
	assert_int_equal(b.seen[0].interface, if_nametoindex("cam1"));

	/* What it sends has the one address and the one port. */
	unicast.port = PORT + 2;
	assert_int_equal(udp_send(b.udp, &unicast, 0, "unicast", 7), 0);
	assert_true(wait_count(loop, &c.count, 1, 5000));
	assert_string_equal(c.seen[0].text, "unicast");
	assert_true(addr_equal(&c.seen[0].from, udp_address(b.udp)));
	udp_close(a.udp);
	udp_close(b.udp);
	udp_close(c.udp);
	remove_cable();
	loop_free(loop);
}

static void
a_broadcast_port_that_another_has_is_done_without(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("10.9.9.1");
	struct udp_socket sockets[8];
	struct end a, b;

	make_cable();
	options.address.port = PORT;
	options.broadcasts = true;
	open_end(&a, loop, &options);
	assert_int_equal(run("ip addr add 10.9.9.2/24 brd + dev cam1"), 0);
	options.address = parsed("10.9.9.2");
	options.address.port = PORT;
	open_end(&b, loop, &options);
	assert_int_equal(udp_sockets(b.udp, sockets, 8), 3);
	assert_int_equal(sockets[0].error, 0);
	assert_int_equal(sockets[1].error, EADDRINUSE);
	assert_int_equal(sockets[2].error, EADDRINUSE);
	udp_close(a.udp);
	udp_close(b.udp);
	remove_cable();
	loop_free(loop);
}

static void
multicast_is_heard_once_joined_and_no_more_once_left(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("::");
	struct addr site = udp_group_site(), link = udp_group_link();
	struct addr four = parsed("224.0.0.1"), host = parsed("fd00::1");
	unsigned from = 0, into = 0;
	struct end a, b;

	make_cable();
	write_file("/proc/sys/net/ipv6/conf/cam0/accept_dad", "0");
	if (run("ip addr add fd00:8::1/64 dev cam0 nodad") != 0 ||
	    run("ip addr add fd00:9::1/64 dev cam1 nodad") != 0) {
		remove_cable();
		loop_free(loop);
		skip();
	}
	from = if_nametoindex("cam0");
	into = if_nametoindex("cam1");
	options.interface = "cam1";
	options.address.port = PORT;
	open_end(&b, loop, &options);
	options.interface = "cam0";
	options.address = parsed("fd00:8::1");
	open_end(&a, loop, &options);

	assert_int_equal(udp_join(b.udp, &site, into), 0);
	assert_int_equal(udp_join(b.udp, &site, into), 0);
	assert_int_equal(udp_join(b.udp, &four, into), CAM_ERR_FORMAT);
	assert_int_equal(udp_join(b.udp, &host, into), CAM_ERR_FORMAT);
	assert_int_equal(udp_join(b.udp, &site, 99999), CAM_ERR_SYSTEM);
	site.port = link.port = PORT;
	assert_int_equal(udp_send(a.udp, &site, from, "site", 4), 0);
	assert_true(wait_count(loop, &b.count, 1, 5000));
	assert_string_equal(b.seen[0].text, "site");
	assert_int_equal(b.seen[0].flags, UDP_TO_MULTICAST);
	assert_int_equal(b.seen[0].interface, into);
	assert_true(addr_same_host(&b.seen[0].from, udp_address(a.udp)));

	/* After leaving only the other group is heard. */
	assert_int_equal(udp_leave(b.udp, &site, into), 0);
	assert_int_equal(udp_leave(b.udp, &site, into), 0);
	assert_int_equal(udp_join(b.udp, &link, into), 0);
	assert_int_equal(udp_send(a.udp, &site, from, "left", 4), 0);
	assert_int_equal(udp_send(a.udp, &link, from, "link", 4), 0);
	assert_true(wait_count(loop, &b.count, 2, 5000));
	assert_string_equal(b.seen[1].text, "link");
	udp_close(a.udp);
	udp_close(b.udp);
	remove_cable();
	loop_free(loop);
}

static void
a_port_bound_to_one_ipv6_address_hears_groups_too(void **state)
{
	struct loop *loop = loop_new();
	struct udp_options options = at("fd00:9::1"), sender = at("::");
	struct addr site = udp_group_site(), link = udp_group_link();
	struct udp_socket sockets[8];
	struct end a, b;

	make_cable();
	if (run("ip addr add fd00:8::1/64 dev cam0 nodad") != 0 ||
	    run("ip addr add fd00:9::1/64 dev cam1 nodad") != 0) {
		remove_cable();
		loop_free(loop);
		skip();
	}
	options.address.port = PORT;
	open_end(&b, loop, &options);
	sender.interface = "cam0";
	open_end(&a, loop, &sender);
	assert_int_equal(udp_join(b.udp, &site, if_nametoindex("cam1")), 0);
	assert_int_equal(udp_join(b.udp, &link, if_nametoindex("cam1")), 0);
	assert_int_equal(udp_join(b.udp, &link, if_nametoindex("cam1")), 0);
	assert_int_equal(udp_sockets(b.udp, sockets, 8), 3);
	site.port = link.port = PORT;
	/* Its first link-local address takes a moment to be usable. */
	assert_int_equal(
	    udp_send(a.udp, &site, if_nametoindex("cam0"), "site", 4), 0);
	assert_int_equal(
	    udp_send(a.udp, &link, if_nametoindex("cam0"), "link", 4), 0);
	assert_true(wait_count(loop, &b.count, 2, 5000));
	assert_int_equal(b.seen[0].flags, UDP_TO_MULTICAST);
	assert_int_equal(b.seen[1].flags, UDP_TO_MULTICAST);
	udp_close(a.udp);
	udp_close(b.udp);
	remove_cable();
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_socket_is_waited_for),
		cmocka_unit_test(a_full_queue_is_refused_and_empties),
		cmocka_unit_test(a_broadcast_is_heard_by_a_port_bound_to_all),
		cmocka_unit_test(
		    a_port_bound_to_one_address_hears_its_broadcasts_where_asked),
		cmocka_unit_test(
		    a_broadcast_port_that_another_has_is_done_without),
		cmocka_unit_test(
		    multicast_is_heard_once_joined_and_no_more_once_left),
		cmocka_unit_test(
		    a_port_bound_to_one_ipv6_address_hears_groups_too),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
