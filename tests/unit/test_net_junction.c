/* test_net_junction.c: two connections joined. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "net/junction.h"
#include "test.h"

/* left and right are what the two members hold. */
struct ends {
	struct loop *loop;
	struct junction *junction;
	int left, right;
	unsigned ended;
};

static void
on_ended(void *arg)
{
	struct ends *ends = arg;

	ends->ended++;
}

static void
open_ends(struct ends *ends, uint64_t idle_ms)
{
	int a[2], b[2];

	memset(ends, 0, sizeof *ends);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, a), 0);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, b), 0);
	ends->loop = loop_new();
	ends->left = a[0];
	ends->right = b[0];
	ends->junction =
	    junction_new(ends->loop, a[1], b[1], idle_ms, on_ended, ends);
}

static void
close_ends(struct ends *ends)
{
	junction_free(ends->junction);
	if (ends->left >= 0)
		close(ends->left);
	close(ends->right);
	loop_free(ends->loop);
}

/* As much as fits; how much that was. */
static size_t
stuff(int fd, uint8_t *next)
{
	uint8_t bytes[4096];
	size_t total = 0;

	for (;;) {
		ssize_t len = 0;

		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (uint8_t)(*next + i);
		len = send(fd, bytes, sizeof bytes, MSG_NOSIGNAL);
		if (len <= 0)
			return total;
		*next = (uint8_t)(*next + len);
		total += (size_t)len;
	}
}

/* What is there, which must go on where it was; *over: the end. */
static size_t
drain(int fd, uint8_t *next, bool *over)
{
	uint8_t bytes[4096];
	size_t total = 0;

	for (;;) {
		ssize_t len = recv(fd, bytes, sizeof bytes, 0);

		if (len < 0) {
			assert_int_equal(errno, EAGAIN);
			return total;
		}
		*over = len == 0;
		if (len == 0)
			return total;
		for (ssize_t i = 0; i < len; i++)
			assert_int_equal(bytes[i], (uint8_t)(*next + i));
		*next = (uint8_t)(*next + len);
		total += (size_t)len;
	}
}

static void
what_one_says_the_other_hears(void **state)
{
	enum { ALL = 4 * 1024 * 1024 };
	uint8_t said = 0, heard = 0;
	size_t sent = 0, got = 0;
	struct ends ends;
	bool over = false;

	open_ends(&ends, 60 * 1000);
	while (sent < ALL) {
		sent += stuff(ends.left, &said);
		loop_turn(ends.loop, 1);
		got += drain(ends.right, &heard, &over);
	}
	/* Half a close goes over, behind the last byte; the way back stays. */
	assert_int_equal(shutdown(ends.left, SHUT_WR), 0);
	while (!over) {
		loop_turn(ends.loop, 1);
		got += drain(ends.right, &heard, &over);
	}
	assert_int_equal(got, sent);
	assert_int_equal(ends.ended, 0);
	assert_int_equal(send(ends.right, "\0\1\2", 3, MSG_NOSIGNAL), 3);
	assert_int_equal(shutdown(ends.right, SHUT_WR), 0);
	while (ends.ended == 0)
		loop_turn(ends.loop, 1);
	heard = 0;
	assert_int_equal(drain(ends.left, &heard, &over), 3);
	assert_int_equal(junction_bytes(ends.junction), sent + 3);
	close_ends(&ends);
}

static void
who_does_not_read_holds_up_the_other(void **state)
{
	uint8_t said = 0;
	size_t sent = 0, more = 1;
	struct ends ends;

	open_ends(&ends, 60 * 1000);
	while (more > 0) {
		more = stuff(ends.left, &said);
		sent += more;
		loop_turn(ends.loop, 0);
	}
	/* What three sockets and a junction hold, and no more. */
	assert_true(sent < 4 * 1024 * 1024);
	assert_int_equal(ends.ended, 0);
	close_ends(&ends);
}

static void
one_that_breaks_ends_both(void **state)
{
	struct ends ends;
	uint8_t said = 0;

	open_ends(&ends, 60 * 1000);
	(void)stuff(ends.right, &said);
	close(ends.left);
	ends.left = -1;
	while (ends.ended == 0)
		loop_turn(ends.loop, 1);
	assert_int_equal(ends.ended, 1);
	close_ends(&ends);
}

static void
two_that_say_nothing_are_ended(void **state)
{
	struct ends ends;

	open_ends(&ends, 20);
	assert_int_equal(send(ends.left, "", 1, MSG_NOSIGNAL), 1);
	while (ends.ended == 0)
		loop_turn(ends.loop, 1);
	assert_int_equal(junction_bytes(ends.junction), 1);
	close_ends(&ends);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_says_the_other_hears),
		cmocka_unit_test(who_does_not_read_holds_up_the_other),
		cmocka_unit_test(one_that_breaks_ends_both),
		cmocka_unit_test(two_that_say_nothing_are_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
