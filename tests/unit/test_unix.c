/* test_unix.c: sockets only their owner can use (threat model U1). */
#include "test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "loop/listener.h"
#include "loop/loop.h"
#include "loop/unix.h"

static char folder[64];
static char *path;

static int
make_folder(void **state)
{
	strcpy(folder, "/tmp/cam-unix-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return 1;
	path = path_join(folder, "camd.sock");
	return 0;
}

static int
remove_folder(void **state)
{
	unlink(path);
	free(path);
	return rmdir(folder);
}

static void
a_socket_is_made_for_its_owner_only(void **state)
{
	struct stat st;
	mode_t old = umask(0);
	int fd;

	assert_int_equal(unix_listen(path, &fd), 0);
	assert_int_equal(umask(old), 0);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600);
	close(fd);
}

static void
a_dead_socket_is_replaced_and_a_live_one_is_not(void **state)
{
	int fd, second = -1, client;

	/* The one before was closed without being removed, as by kill -9. */
	assert_int_equal(unix_listen(path, &fd), 0);
	assert_int_equal(unix_listen(path, &second), CAM_ERR_EXISTS);
	assert_int_equal(second, -1);
	assert_int_equal(unix_connect(path, &client), 0);
	close(client);
	close(fd);
}

static void
a_file_that_is_no_socket_is_left_alone(void **state)
{
	struct stat st;
	int fd;

	unlink(path);
	fclose(fopen(path, "w"));
	assert_int_equal(unix_listen(path, &fd), CAM_ERR_EXISTS);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	unlink(path);
}

/* Waits until the pipe's other end is closed. */
static void
wait_for_close(const int fds[2])
{
	char byte;

	close(fds[1]);
	if (read(fds[0], &byte, 1) != 0)
		_exit(1);
}

/* One that won stays alive, and its socket with it, until all have tried. */
static void
try_to_listen(const int go[2], const int over[2], int results)
{
	char result;
	int fd;

	close(over[1]);
	wait_for_close(go);
	result = unix_listen(path, &fd) == 0 ? 'y' : 'n';
	if (write(results, &result, 1) != 1)
		_exit(1);
	wait_for_close((const int[]){ over[0], -1 });
	_exit(0);
}

static void
of_many_at_once_exactly_one_listens(void **state)
{
	enum { MANY = 16 };
	int go[2], over[2], results[2], won = 0;
	char result;

	unlink(path);
	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(over), 0);
	assert_int_equal(pipe(results), 0);
	for (int i = 0; i < MANY; i++) {
		if (fork() == 0)
			try_to_listen(go, over, results[1]);
	}
	close(go[1]);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(read(results[0], &result, 1), 1);
		won += result == 'y';
	}
	close(over[1]);
	for (int i = 0; i < MANY; i++)
		assert_true(wait(NULL) > 0);
	assert_int_equal(won, 1);
	close(go[0]);
	close(over[0]);
	close(results[0]);
	close(results[1]);
}

static void
connecting_to_nobody_is_unreachable(void **state)
{
	int fd;

	unlink(path);
	assert_int_equal(unix_connect(path, &fd), CAM_ERR_UNREACHABLE);
	assert_int_equal(unix_listen(path, &fd), 0);
	close(fd);
	assert_int_equal(unix_connect(path, &fd), CAM_ERR_UNREACHABLE);
}

static void
a_path_too_long_is_over_the_limit(void **state)
{
	char long_path[200] = "/";
	int fd;

	memset(long_path + 1, 'x', 107);
	assert_int_equal(unix_listen(long_path, &fd), CAM_ERR_LIMIT);
	assert_int_equal(unix_connect(long_path, &fd), CAM_ERR_LIMIT);
	assert_int_equal(unix_connect("", &fd), CAM_ERR_LIMIT);
}

static void
the_peer_is_known(void **state)
{
	int fd, client;
	uid_t uid = (uid_t)-1;
	pid_t pid = 0;

	assert_int_equal(unix_listen(path, &fd), 0);
	assert_int_equal(unix_connect(path, &client), 0);
	assert_int_equal(unix_peer(client, &uid, &pid), 0);
	assert_int_equal(uid, geteuid());
	assert_int_equal(pid, getpid());
	close(client);
	close(fd);
	assert_int_equal(unix_peer(-1, &uid, &pid), CAM_ERR_SYSTEM);
}

struct door {
	struct loop *loop;
	struct listener *listener;
	int fds[64];
	int count;
	bool free_on_accept;
};

static void
on_accept(
    void *arg, int fd, const struct sockaddr_storage *from, socklen_t from_len)
{
	struct door *door = arg;

	door->fds[door->count++] = fd;
	if (door->free_on_accept) {
		listener_free(door->listener);
		door->listener = NULL;
	}
}

static void
open_door(struct door *door)
{
	int fd;

	*door = (struct door){ .loop = loop_new() };
	assert_int_equal(unix_listen(path, &fd), 0);
	door->listener = listener_new(door->loop, fd, on_accept, door);
}

static void
close_door(struct door *door)
{
	for (int i = 0; i < door->count; i++)
		close(door->fds[i]);
	listener_free(door->listener);
	loop_free(door->loop);
}

static void
every_connection_is_accepted(void **state)
{
	struct door door;
	int clients[40];

	open_door(&door);
	for (int i = 0; i < 40; i++)
		assert_int_equal(unix_connect(path, &clients[i]), 0);
	while (door.count < 40)
		loop_turn(door.loop, 1);
	for (int i = 0; i < 40; i++)
		close(clients[i]);
	close_door(&door);
}

static void
a_listener_may_be_freed_when_one_arrives(void **state)
{
	struct door door;
	int clients[2];

	open_door(&door);
	door.free_on_accept = true;
	assert_int_equal(unix_connect(path, &clients[0]), 0);
	assert_int_equal(unix_connect(path, &clients[1]), 0);
	while (door.count == 0)
		loop_turn(door.loop, 1);
	loop_turn(door.loop, 0);
	assert_int_equal(door.count, 1);
	close(clients[0]);
	close(clients[1]);
	close_door(&door);
}

static void
without_descriptors_it_waits_and_accepts_later(void **state)
{
	struct rlimit old, low;
	struct door door;
	int client, later;

	open_door(&door);
	/* A first turn, while the loop can still open what it needs. */
	loop_turn(door.loop, 0);
	assert_int_equal(unix_connect(path, &client), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	loop_turn(door.loop, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(door.count, 0);
	/* A second one: valgrind, for want of a descriptor, takes the first
	 * away. */
	assert_int_equal(unix_connect(path, &later), 0);
	while (door.count == 0)
		loop_turn(door.loop, 1);
	close(client);
	close(later);
	close_door(&door);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_is_made_for_its_owner_only),
		cmocka_unit_test(
		    a_dead_socket_is_replaced_and_a_live_one_is_not),
		cmocka_unit_test(a_file_that_is_no_socket_is_left_alone),
		cmocka_unit_test(of_many_at_once_exactly_one_listens),
		cmocka_unit_test(connecting_to_nobody_is_unreachable),
		cmocka_unit_test(a_path_too_long_is_over_the_limit),
		cmocka_unit_test(the_peer_is_known),
		cmocka_unit_test(every_connection_is_accepted),
		cmocka_unit_test(a_listener_may_be_freed_when_one_arrives),
		cmocka_unit_test(
		    without_descriptors_it_waits_and_accepts_later),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
