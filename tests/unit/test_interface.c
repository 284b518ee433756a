/* test_interface.c: the list of interfaces, and word of changes, in a network
 * of the test's own. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/interface.h"

extern char **environ;

/* Runs a command line of blanks; its exit status. */
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

/* A network of our own: as root, or as root of a user namespace. */
static int
enter_network(void **state)
{
	char map[64];
	unsigned uid = (unsigned)getuid();

	if (unshare(CLONE_NEWNET) == 0)
		return 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return 0;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", map);
	return 0;
}

/* Interfaces with addresses of each kind, or skips the test. */
static void
make_interfaces(void)
{
	if (run("ip link set lo up") != 0 ||
	    run("ip link add cam0 type veth peer name cam1") != 0)
		skip();
	assert_int_equal(run("ip link set cam1 up"), 0);
	assert_int_equal(run("ip link set cam0 up"), 0);
	assert_int_equal(
	    run("ip addr add 10.9.8.7/22 brd + dev cam0 label cam0:one"), 0);
	assert_int_equal(run("ip addr add 10.1.1.1/32 dev cam0"), 0);
	assert_int_equal(run("ip addr add fd00:9::7/64 dev cam0 nodad"), 0);
}

static void
remove_interfaces(void)
{
	assert_int_equal(run("ip link del cam0"), 0);
}

static struct addr
parsed(const char *text)
{
	struct addr addr;

	assert_int_equal(addr_parse(span_text(text), 0, &addr), 0);
	return addr;
}

static void
loopback_is_always_ours(void **state)
{
	struct addr one = parsed("127.0.0.1"), other = parsed("127.5.6.7:9");
	struct addr six = parsed("::1"), far = parsed("192.0.2.1");
	struct interfaces interfaces;

	assert_int_equal(interfaces_read(&interfaces), 0);
	assert_true(interfaces_own(&interfaces, &one));
	assert_true(interfaces_own(&interfaces, &other));
	assert_true(interfaces_own(&interfaces, &six));
	assert_false(interfaces_own(&interfaces, &far));
	interfaces_finish(&interfaces);
	interfaces_finish(&interfaces);
}

static void
interfaces_are_found_by_name_index_and_address(void **state)
{
	struct addr addr = parsed("10.9.8.7:2425"), far = parsed("10.9.8.6");
	const struct interface_address *own = NULL;
	const struct interface *interface = NULL;
	struct interfaces interfaces;

	make_interfaces();
	assert_int_equal(interfaces_read(&interfaces), 0);
	interface = interface_by_address(&interfaces, &addr, &own);
	assert_non_null(interface);
	assert_string_equal(interface->name, "cam0");
	assert_ptr_equal(interface_by_name(&interfaces, "cam0"), interface);
	assert_ptr_equal(
	    interface_by_index(&interfaces, interface->index), interface);
	assert_int_equal(own->bits, 22);
	assert_int_equal(interface->flags & INTERFACE_LOOPBACK, 0);
	assert_true((interface->flags & INTERFACE_UP) != 0);
	assert_null(interface_by_address(&interfaces, &far, NULL));
	assert_null(interface_by_name(&interfaces, "cam0:one"));
	assert_null(interface_by_index(&interfaces, 99999));
	interface = interface_by_name(&interfaces, "lo");
	assert_non_null(interface);
	assert_true((interface->flags & INTERFACE_LOOPBACK) != 0);
	interfaces_finish(&interfaces);
	remove_interfaces();
}

static void
broadcast_addresses_are_known(void **state)
{
	struct addr directed = parsed("10.9.11.255:5"),
		    limited = parsed("255.255.255.255");
	struct addr host = parsed("10.9.8.7"), none = { .family = ADDR_NONE };
	const struct interface_address *own = NULL;
	struct addr single = parsed("10.1.1.1");
	struct interfaces interfaces;

	make_interfaces();
	assert_int_equal(interfaces_read(&interfaces), 0);
	assert_true(interfaces_broadcast(&interfaces, &directed));
	assert_true(interfaces_broadcast(&interfaces, &limited));
	assert_false(interfaces_broadcast(&interfaces, &host));
	assert_false(interfaces_broadcast(&interfaces, &none));
	assert_non_null(interface_by_address(&interfaces, &single, &own));
	assert_int_equal(own->broadcast.family, ADDR_NONE);
	interfaces_finish(&interfaces);
	remove_interfaces();
}

static void
lists_are_equal_until_something_changes(void **state)
{
	struct interfaces before, after;

	make_interfaces();
	assert_int_equal(interfaces_read(&before), 0);
	assert_int_equal(interfaces_read(&after), 0);
	assert_true(interfaces_equal(&before, &after));
	interfaces_finish(&after);
	assert_int_equal(run("ip addr add 10.9.8.9/22 dev cam0"), 0);
	assert_int_equal(interfaces_read(&after), 0);
	assert_false(interfaces_equal(&before, &after));
	interfaces_finish(&after);
	assert_int_equal(run("ip addr del 10.9.8.9/22 dev cam0"), 0);
	assert_int_equal(run("ip link set cam0 down"), 0);
	assert_int_equal(interfaces_read(&after), 0);
	assert_false(interfaces_equal(&before, &after));
	interfaces_finish(&after);
	interfaces_finish(&before);
	remove_interfaces();
}

struct fixture {
	struct loop *loop;
	struct interface_watch *watch;
	struct timer deadline;
	int changes;
	bool late;
	bool frees;
};

static void
on_change(void *arg)
{
	struct fixture *fixture = arg;

	fixture->changes++;
	if (fixture->frees) {
		interface_watch_free(fixture->watch);
		fixture->watch = NULL;
	}
}

static void
on_deadline(void *arg)
{
	struct fixture *fixture = arg;

	fixture->late = true;
}

static void
begin(struct fixture *fixture)
{
	int err = 0;

	memset(fixture, 0, sizeof(*fixture));
	make_interfaces();
	fixture->loop = loop_new();
	timer_init(&fixture->deadline, fixture->loop, on_deadline, fixture);
	err = interface_watch_new(
	    fixture->loop, on_change, fixture, &fixture->watch);
	if (err == CAM_ERR_UNSUPPORTED)
		skip();
	assert_int_equal(err, 0);
}

static void
end(struct fixture *fixture)
{
	interface_watch_free(fixture->watch);
	timer_finish(&fixture->deadline);
	loop_free(fixture->loop);
}

/* Turns the loop until a change is told or the time has passed. */
static void
wait_for(struct fixture *fixture, int changes, unsigned ms)
{
	fixture->late = false;
	timer_start(&fixture->deadline, ms);
	while (fixture->changes < changes && !fixture->late)
		loop_turn(fixture->loop, 1);
	timer_stop(&fixture->deadline);
}

static void
an_added_address_is_told_within_a_second(void **state)
{
	struct fixture fixture;
	uint64_t start_ms = 0;

	begin(&fixture);
	start_ms = clock_now_ms();
	assert_int_equal(run("ip addr add 10.7.7.7/24 dev cam0"), 0);
	wait_for(&fixture, 1, 5000);
	assert_int_equal(fixture.changes, 1);
	assert_true(clock_now_ms() - start_ms < 1000);
	remove_interfaces();
	wait_for(&fixture, 2, 5000);
	assert_int_equal(fixture.changes, 2);
	end(&fixture);
}

static void
many_changes_at_once_are_told_once(void **state)
{
	struct fixture fixture;
	char line[64];

	begin(&fixture);
	for (int i = 1; i <= 20; i++) {
		snprintf(
		    line, sizeof(line), "ip addr add 10.7.%d.7/24 dev cam0", i);
		assert_int_equal(run(line), 0);
	}
	wait_for(&fixture, 1, 5000);
	assert_int_equal(fixture.changes, 1);
	/* Nothing more to come. */
	wait_for(&fixture, 2, 3 * INTERFACE_SETTLE_MS);
	assert_int_equal(fixture.changes, 1);
	remove_interfaces();
	end(&fixture);
}

static void
a_route_and_a_link_are_told_too(void **state)
{
	struct fixture fixture;

	begin(&fixture);
	assert_int_equal(
	    run("ip route add 10.200.0.0/16 via 10.9.8.1 dev cam0"), 0);
	wait_for(&fixture, 1, 5000);
	assert_int_equal(fixture.changes, 1);
	assert_int_equal(run("ip link set cam0 down"), 0);
	wait_for(&fixture, 2, 5000);
	assert_int_equal(fixture.changes, 2);
	remove_interfaces();
	end(&fixture);
}

static void
a_watch_may_be_freed_when_it_tells(void **state)
{
	struct fixture fixture;

	begin(&fixture);
	fixture.frees = true;
	remove_interfaces();
	wait_for(&fixture, 1, 5000);
	assert_int_equal(fixture.changes, 1);
	assert_null(fixture.watch);
	end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loopback_is_always_ours),
		cmocka_unit_test(
		    interfaces_are_found_by_name_index_and_address),
		cmocka_unit_test(broadcast_addresses_are_known),
		cmocka_unit_test(lists_are_equal_until_something_changes),
		cmocka_unit_test(an_added_address_is_told_within_a_second),
		cmocka_unit_test(many_changes_at_once_are_told_once),
		cmocka_unit_test(a_route_and_a_link_are_told_too),
		cmocka_unit_test(a_watch_may_be_freed_when_it_tells),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
