/* test_tcp.c: connections over loopback, accepted, dialled, refused. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/tcp.h"

enum { MANY = 100, LONG_MS = 30000 };

static struct loop *loop;
static struct tcp_listener *listener;
static struct addr from_last;
static int accepted[MANY];
static size_t accepted_count;
static bool frees_listener;

struct dialled {
	int count;
	int err;
	int error;
	int fd;
};

static void
on_accept(void *arg, int fd, const struct addr *from)
{
	from_last = *from;
	assert_true(accepted_count < MANY);
	accepted[accepted_count++] = fd;
	if (frees_listener) {
		tcp_listener_free(listener);
		listener = NULL;
	}
}

static void
on_done(void *arg, int err, int fd)
{
	struct dialled *dialled = arg;

	dialled->error = errno;
	dialled->count++;
	dialled->err = err;
	dialled->fd = fd;
}

static const struct tcp_ops ops = { on_accept };

static int
begin(void **state)
{
	loop = loop_new();
	accepted_count = 0;
	frees_listener = false;
	listener = NULL;
	return 0;
}

static int
finish(void **state)
{
	tcp_listener_free(listener);
	for (size_t i = 0; i < accepted_count; i++)
		close(accepted[i]);
	loop_free(loop);
	return 0;
}

static void
listen_at(struct addr address)
{
	assert_int_equal(
	    tcp_listen(loop, &address, NULL, &ops, NULL, &listener), 0);
	assert_true(tcp_listener_address(listener)->port != 0);
}

static struct addr
loopback(uint16_t port)
{
	return addr_v4(0x7f000001, port);
}

static int
option(int fd, int level, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

static void
assert_is_ours(int fd)
{
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_not_equal(option(fd, IPPROTO_TCP, TCP_NODELAY), 0);
	assert_int_not_equal(option(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
#ifdef TCP_USER_TIMEOUT
	assert_int_equal(
	    option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), TCP_DEAD_MS);
	assert_true((option(fd, IPPROTO_TCP, TCP_KEEPIDLE) +
			option(fd, IPPROTO_TCP, TCP_KEEPINTVL) *
			    option(fd, IPPROTO_TCP, TCP_KEEPCNT)) *
			1000 <=
		    TCP_DEAD_MS);
#endif
#ifdef TCP_NOTSENT_LOWAT
	assert_int_equal(
	    option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT), TCP_UNSENT);
#endif
}

static void
connect_both(const struct addr *from)
{
	struct dialled dialled = { 0 };

	tcp_dial_new(loop, from, tcp_listener_address(listener), LONG_MS,
	    on_done, &dialled);
	assert_int_equal(dialled.count, 0);
	while (dialled.count == 0 || accepted_count == 0)
		loop_turn(loop, 1);
	assert_int_equal(dialled.err, 0);
	assert_is_ours(dialled.fd);
	assert_is_ours(accepted[0]);
	assert_int_equal(write(dialled.fd, "a", 1), 1);
	close(dialled.fd);
}

static void
one_dials_and_the_other_accepts(void **state)
{
	listen_at(loopback(0));
	connect_both(NULL);
	assert_int_equal(addr_v4_number(&from_last), 0x7f000001);
	assert_true(from_last.port != 0);
}

static void
it_comes_from_the_address_that_was_asked_for(void **state)
{
	struct addr from = addr_v4(0x7f010203, 999);

	listen_at(loopback(0));
	connect_both(&from);
	assert_int_equal(addr_v4_number(&from_last), 0x7f010203);
	assert_int_not_equal(from_last.port, 999);
}

static void
ipv6_works_and_takes_no_ipv4(void **state)
{
	struct addr address;
	struct dialled dialled = { 0 };
	struct addr v4;

	if (addr_parse(span_text("::1"), 0, &address) != 0 ||
	    tcp_listen(loop, &address, NULL, &ops, NULL, &listener) != 0)
		skip(); /* a machine without IPv6 */
	connect_both(NULL);
	assert_int_equal(from_last.family, ADDR_V6);
	tcp_listener_free(listener);
	listen_at(addr_any(ADDR_V6, 0));
	v4 = loopback(tcp_listener_address(listener)->port);
	tcp_dial_new(loop, NULL, &v4, LONG_MS, on_done, &dialled);
	while (dialled.count == 0)
		loop_turn(loop, 1);
	assert_int_equal(dialled.err, CAM_ERR_UNREACHABLE);
}

static void
a_port_is_taken_once_and_free_again_afterwards(void **state)
{
	struct addr address = loopback(0), any;
	struct tcp_listener *second = NULL;

	listen_at(address);
	address = *tcp_listener_address(listener);
	assert_int_equal(tcp_listen(loop, &address, NULL, &ops, NULL, &second),
	    CAM_ERR_SYSTEM);
	assert_int_equal(errno, EADDRINUSE);
	any = addr_any(ADDR_V4, address.port);
	assert_int_equal(
	    tcp_listen(loop, &any, NULL, &ops, NULL, &second), CAM_ERR_SYSTEM);
	assert_int_equal(errno, EADDRINUSE);
	/* Also while a connection we closed is remembered. */
	connect_both(NULL);
	shutdown(accepted[0], SHUT_RDWR);
	tcp_listener_free(listener);
	listen_at(address);
}

static void
nobody_there_is_unreachable(void **state)
{
	struct dialled dialled = { 0 };
	struct addr address;

	listen_at(loopback(0));
	address = *tcp_listener_address(listener);
	tcp_listener_free(listener);
	listener = NULL;
	tcp_dial_new(loop, NULL, &address, LONG_MS, on_done, &dialled);
	while (dialled.count == 0)
		loop_turn(loop, 1);
	assert_int_equal(dialled.err, CAM_ERR_UNREACHABLE);
	assert_int_equal(dialled.error, ECONNREFUSED);
	assert_int_equal(dialled.fd, -1);
}

static void
what_cannot_even_begin_is_told_afterwards(void **state)
{
	struct addr nowhere = { .family = ADDR_NONE };
	struct addr strange = addr_v4(0x08080808, 0);
	struct addr here = loopback(9);
	struct dialled dialled[2] = { 0 };

	tcp_dial_new(loop, NULL, &nowhere, LONG_MS, on_done, &dialled[0]);
	tcp_dial_new(loop, &strange, &here, LONG_MS, on_done, &dialled[1]);
	assert_int_equal(dialled[0].count + dialled[1].count, 0);
	while (dialled[0].count == 0 || dialled[1].count == 0)
		loop_turn(loop, 1);
	assert_int_equal(dialled[0].err, CAM_ERR_UNREACHABLE);
	assert_int_equal(dialled[0].error, EAFNOSUPPORT);
	assert_int_equal(dialled[1].err, CAM_ERR_UNREACHABLE);
	assert_int_equal(dialled[1].error, EADDRNOTAVAIL);
}

/* A listener whose queue is full lets the next wait for ever. */
static void
who_does_not_answer_is_given_up(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), waiting[8];
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sa);
	struct dialled dialled = { 0 };
	struct addr address;

	assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	for (int i = 0; i < 8; i++) {
		waiting[i] = socket(
		    AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(waiting[i], (struct sockaddr *)&sa, len);
	}
	address = loopback(ntohs(sa.sin_port));
	tcp_dial_new(loop, NULL, &address, 100, on_done, &dialled);
	while (dialled.count == 0)
		loop_turn(loop, 1);
	assert_int_equal(dialled.err, CAM_ERR_TIMEOUT);
	for (int i = 0; i < 8; i++)
		close(waiting[i]);
	close(fd);
}

static void
a_dial_given_up_tells_nothing(void **state)
{
	struct dialled dialled[2] = { 0 };
	struct addr address;

	listen_at(loopback(0));
	address = *tcp_listener_address(listener);
	tcp_dial_free(
	    tcp_dial_new(loop, NULL, &address, LONG_MS, on_done, &dialled[0]));
	tcp_dial_new(loop, NULL, &address, LONG_MS, on_done, &dialled[1]);
	while (dialled[1].count == 0)
		loop_turn(loop, 1);
	assert_int_equal(dialled[0].count, 0);
	close(dialled[1].fd);
}

static void
the_listener_may_be_freed_when_somebody_comes(void **state)
{
	struct dialled dialled[3] = { 0 };
	struct addr address;

	listen_at(loopback(0));
	address = *tcp_listener_address(listener);
	frees_listener = true;
	for (int i = 0; i < 3; i++)
		tcp_dial_new(
		    loop, NULL, &address, LONG_MS, on_done, &dialled[i]);
	while (accepted_count == 0)
		loop_turn(loop, 1);
	assert_null(listener);
	assert_int_equal(accepted_count, 1);
	while (!dialled[0].count || !dialled[1].count || !dialled[2].count)
		loop_turn(loop, 1);
	for (int i = 0; i < 3; i++)
		close(dialled[i].fd);
}

static void
on_time(void *arg)
{
	*(bool *)arg = true;
}

/* Connections wait, the loop does not spin, and all come in later. */
static void
without_descriptors_connections_wait(void **state)
{
	struct rlimit before, none;
	struct dialled dialled[3] = { 0 };
	struct timer timer;
	bool over = false;
	int turns = 0;

	listen_at(loopback(0));
	for (int i = 0; i < 3; i++)
		tcp_dial_new(loop, NULL, tcp_listener_address(listener),
		    LONG_MS, on_done, &dialled[i]);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	timer_init(&timer, loop, on_time, &over);
	timer_start(&timer, 200);
	while (!over) {
		loop_turn(loop, 1);
		turns++;
	}
	timer_finish(&timer);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(accepted_count, 0);
	assert_true(turns < 20);
	while (accepted_count < 3)
		loop_turn(loop, 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(dialled[i].err, 0);
		close(dialled[i].fd);
	}
}

static void
a_crowd_is_let_in_a_few_a_turn(void **state)
{
	struct sockaddr_storage sa = { 0 };
	int fds[MANY / 2];
	socklen_t len;

	listen_at(loopback(0));
	len = addr_to_sockaddr(tcp_listener_address(listener), &sa);
	for (size_t i = 0; i < MANY / 2; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(
		    connect(fds[i], (struct sockaddr *)&sa, len), 0);
	}
	loop_turn(loop, 1);
	assert_true(accepted_count > 0 && accepted_count <= 16);
	while (accepted_count < MANY / 2)
		loop_turn(loop, 1);
	for (size_t i = 0; i < MANY / 2; i++)
		close(fds[i]);
}

static void
an_interface_that_is_not_there_is_an_error(void **state)
{
	struct addr address = loopback(0);

	assert_int_equal(
	    tcp_listen(loop, &address, "no-such-if", &ops, NULL, &listener),
	    CAM_ERR_SYSTEM);
	assert_true(errno == ENODEV || errno == EPERM);
	assert_null(listener);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_dials_and_the_other_accepts),
		TEST(it_comes_from_the_address_that_was_asked_for),
		TEST(ipv6_works_and_takes_no_ipv4),
		TEST(a_port_is_taken_once_and_free_again_afterwards),
		TEST(nobody_there_is_unreachable),
		TEST(what_cannot_even_begin_is_told_afterwards),
		TEST(who_does_not_answer_is_given_up),
		TEST(a_dial_given_up_tells_nothing),
		TEST(the_listener_may_be_freed_when_somebody_comes),
		TEST(without_descriptors_connections_wait),
		TEST(a_crowd_is_let_in_a_few_a_turn),
		TEST(an_interface_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
