/* test_udp.c: a UDP port on loopback, and on an interface of the test's own. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/interface.h"
#include "net/udp.h"

extern char **environ;

enum { SEEN = 64, PORT = 24250 };

struct seen {
	struct addr from;
	struct addr to;
	unsigned interface;
	unsigned flags;
	size_t len;
	char text[64];
};

struct end {
	struct loop *loop;
	struct udp *udp;
	struct seen seen[SEEN]; /* the first of them */
	size_t count;
	size_t batches;
	uint64_t bytes;
	bool echo;
	bool close_inside;
	size_t failures;
	int failed_with;
	struct addr failed_to;
};

static void
on_datagrams(
    struct udp *udp, const struct udp_datagram *list, size_t count, void *arg)
{
	struct end *end = arg;

	assert_true(count > 0 && count <= UDP_BATCH);
	end->batches++;
	for (size_t i = 0; i < count; i++) {
		struct seen *seen = &end->seen[end->count % SEEN];
		size_t some = list[i].data.len < 63 ? list[i].data.len : 63;

		*seen = (struct seen){ .from = list[i].from,
			.to = list[i].to,
			.interface = list[i].interface,
			.flags = list[i].flags,
			.len = list[i].data.len };
		memcpy(seen->text, list[i].data.data, some);
		end->count++;
		end->bytes += list[i].data.len;
		if (end->echo)
			assert_int_equal(
			    udp_send(udp, &list[i].from, 0, list[i].data.data,
				list[i].data.len),
			    0);
	}
	if (end->close_inside) {
		udp_close(udp);
		end->udp = NULL;
	}
}

static void
on_failed(struct udp *udp, const struct addr *to, int error, void *arg)
{
	struct end *end = arg;

	end->failures++;
	end->failed_with = error;
	end->failed_to = *to;
	if (end->close_inside) {
		udp_close(udp);
		end->udp = NULL;
	}
}

static const struct udp_ops ops = { .on_datagrams = on_datagrams,
	.on_failed = on_failed };

static struct addr
parsed(const char *text)
{
	struct addr addr;

	assert_int_equal(addr_parse(span_text(text), 0, &addr), 0);
	return addr;
}

static struct udp_options
at(const char *address)
{
	return (struct udp_options){ .address = parsed(address) };
}

static void
open_end(struct end *end, struct loop *loop, const struct udp_options *options)
{
	memset(end, 0, sizeof(*end));
	end->loop = loop;
	assert_int_equal(udp_open(loop, options, &ops, end, &end->udp), 0);
}

static void
on_late(void *arg)
{
	*(bool *)arg = true;
}

/* Turns the loop until count reaches wanted; false when five seconds pass
 * first. */
static bool
wait_count(struct loop *loop, const size_t *count, size_t wanted, unsigned ms)
{
	struct timer timer;
	bool late = false;

	timer_init(&timer, loop, on_late, &late);
	timer_start(&timer, ms);
	while (*count < wanted && !late)
		loop_turn(loop, 1);
	timer_finish(&timer);
	return *count >= wanted;
}

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

/* -- on an interface of our own
 * ------------------------------------------------------- */

static int
run(const char *line)
{
	char copy[256], *argv[32] = { NULL }, *rest = copy;
	int count = 0, status = 0;
	pid_t pid = 0;

	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	while (count < 31 && (argv[count] = strtok_r(rest, " ", &rest)) != NULL)
		count++;
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return status;
}

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, text, strlen(text));
	close(fd);
}

static int
enter_network(void **state)
{
	char map[64];
	unsigned uid = (unsigned)getuid();

	if (unshare(CLONE_NEWNET) < 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) {
		snprintf(map, sizeof(map), "0 %u 1", uid);
		write_file("/proc/self/setgroups", "deny");
		write_file("/proc/self/uid_map", map);
	}
	(void)run("ip link set lo up");
	return 0;
}

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
		cmocka_unit_test(a_twin_sends_and_receives_without_a_network),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
