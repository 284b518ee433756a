/* test_transfer_stopped.c: cancelled at any moment, killed at any system call:
 * nothing half under a final name, nothing made twice. */
#include "broken.h"

/* -- cancelled ----------------------------------------------------------------
 */

static void
cancel_often(struct ends *ends, enum transfer_form form, const char *name,
    uint64_t size, int times)
{
	for (int i = 0; i < times; i++) {
		bool sender = i % 2 == 0;
		int err;

		ends_prepare(ends, form, name);
		run_cancelled(ends, sender, random_below((uint32_t)size));
		err = ends->receive.outcome.err;
		if (err == 0) {
			/* It was all there before anybody said stop. */
			assert_arrived(ends, name);
			continue;
		}
		assert_true(err == CAM_ERR_CLOSED);
		if (!sender)
			assert_true(ends->receive.outcome.cancelled);
		assert_nothing_final(ends);
	}
}

static void
a_file_is_cancelled_at_any_moment(void **state)
{
	struct ends *ends = *state;

	fill_file(ends->from, "x", BIG, 1);
	cancel_often(ends, TRANSFER_DATA, "x", BIG, 30);
	cancel_often(ends, TRANSFER_SEALED, "x", BIG, 30);
	complete(ends, "x");
}

static void
a_folder_is_cancelled_at_any_moment(void **state)
{
	struct ends *ends = *state;

	make_tree(ends);
	cancel_often(ends, TRANSFER_SEALED, "tree", BIG, 20);
	complete(ends, "tree");
	cancel_often(ends, TRANSFER_STREAM, "tree", BIG, 20);
	assert_int_equal(transfer_discard(ends->to, "0123abcd"), 0);
	assert_int_equal(folder_count(ends->to), 0);
}

/* -- killed -------------------------------------------------------------------
 */

static void
receive_in_child(void *arg)
{
	struct ends *ends = arg;

	close(ends->sockets[0]);
	transfer_run(&ends->receive);
}

static void
send_in_child(void *arg)
{
	struct ends *ends = arg;

	close(ends->sockets[1]);
	transfer_run(&ends->send);
}

/* The other end in a process of its own, so that the one that is killed is
 * forked from a process of one thread. */
static pid_t
fork_to(void (*work)(void *), struct ends *ends)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		work(ends);
		_exit(0);
	}
	return child;
}

/* False: the n-th system call was never reached. */
static bool
run_killed(struct ends *ends, bool sender, unsigned n)
{
	pid_t other = fork_to(sender ? receive_in_child : send_in_child, ends);
	bool killed;

	/* Nobody but the two holds their sockets. */
	fcntl(ends->sockets[0], F_SETFD, FD_CLOEXEC);
	if (sender) {
		close(ends->sockets[1]);
		ends->sockets[1] = open("/dev/null", O_RDONLY);
	} else {
		close(ends->sockets[0]);
		ends->sockets[0] = open("/dev/null", O_RDONLY);
	}
	killed = kill_at(sender ? send_in_child : receive_in_child, ends, n);
	close(ends->sockets[0]);
	close(ends->sockets[1]);
	waitpid(other, NULL, 0);
	close(ends->send.source);
	return killed;
}

/* KILL_STEP=1 makes it every system call. */
static void
kill_often(struct ends *ends, const char *name, bool sender, unsigned step)
{
	const char *given = getenv("KILL_STEP");
	unsigned kills = 0;

	if (given)
		step = (unsigned)strtoul(given, NULL, 10);
	for (unsigned n = 1 + random_below(step);; n += step) {
		bool killed;

		/* A try now and then begins with what others left. */
		ends_prepare(ends, TRANSFER_SEALED, name);
		killed = run_killed(ends, sender, n);
		kills += killed;
		if (faccessat(ends->to, name, F_OK, 0) == 0) {
			assert_same(ends, name);
			assert_int_equal(
			    beneath_remove_tree(ends->to, name), 0);
			assert_int_equal(
			    transfer_discard(ends->to, "0123abcd"), 0);
		} else {
			assert_nothing_final(ends);
			if (kills % 3 == 0)
				complete(ends, name);
		}
		if (!killed)
			break;
	}
	assert_true(kills > 0);
	assert_int_equal(transfer_discard(ends->to, "0123abcd"), 0);
	assert_int_equal(folder_count(ends->to), 0);
}

static void
a_killed_receiver_leaves_nothing_half(void **state)
{
	struct ends *ends = *state;

	make_tree(ends);
	fill_file(ends->from, "x", 600000, 1);
	kill_often(ends, "x", false, 7);
	kill_often(ends, "tree", false, 331);
}

static void
a_killed_sender_leaves_nothing_half(void **state)
{
	struct ends *ends = *state;

	make_tree(ends);
	fill_file(ends->from, "x", 600000, 1);
	kill_often(ends, "x", true, 7);
	kill_often(ends, "tree", true, 331);
}

/* -- died at the very end ----------------------------------------------------
 */

static void
run_marked(struct ends *ends, const char *name)
{
	ends_prepare(ends, TRANSFER_SEALED, name);
	ends->receive.marked = true;
	ends_succeed(ends);
}

static void
what_was_made_and_not_kept_is_not_made_twice(void **state)
{
	static const char *const names[] = { "x", "tree" };
	struct ends *ends = *state;

	fill_file(ends->from, "x", BIG, 1);
	make_tree(ends);
	for (size_t i = 0; i < 2; i++) {
		const char *name = names[i];

		run_marked(ends, name);
		assert_string_equal(ends->receive.outcome.made, name);
		/* As if we had died: and all of it is there already. */
		run_marked(ends, name);
		assert_string_equal(ends->receive.outcome.made, name);
		assert_true(ends->receive.outcome.resumed);
		assert_int_equal(transfer_kept(ends->to, "0123abcd"), 0);
		assert_int_equal(folder_count(ends->to), 1);
		/* Kept: now it is another one. */
		run_marked(ends, name);
		assert_string_not_equal(ends->receive.outcome.made, name);
		assert_int_equal(transfer_kept(ends->to, "0123abcd"), 0);
		assert_int_equal(folder_count(ends->to), 2);
		beneath_remove_tree(ends->to, ends->receive.outcome.made);
		beneath_remove_tree(ends->to, name);
	}
}

/* IPMSG's forms: there is nobody to be told that it is here. */
static void
by_ipmsg_neither(void **state)
{
	static const enum transfer_form forms[] = { TRANSFER_DATA,
		TRANSFER_STREAM, TRANSFER_STREAM };
	static const char *const names[] = { "x", "x", "tree" };
	struct ends *ends = *state;

	fill_file(ends->from, "x", BIG, 1);
	make_tree(ends);
	for (size_t i = 0; i < 3; i++) {
		ends_prepare(ends, forms[i], names[i]);
		ends->receive.marked = true;
		ends_succeed(ends);
		assert_string_equal(ends->receive.outcome.made, names[i]);
		ends_prepare(ends, forms[i], names[i]);
		ends->receive.marked = true;
		ends_run(ends);
		assert_int_equal(ends->receive.outcome.err, 0);
		assert_string_equal(ends->receive.outcome.made, names[i]);
		if (strcmp(names[i], "x") == 0)
			assert_true(atomic_load(&ends->receive.bytes) == BIG);
		assert_int_equal(transfer_kept(ends->to, "0123abcd"), 0);
		assert_int_equal(folder_count(ends->to), 1);
		beneath_remove_tree(ends->to, names[i]);
	}
}

static void
a_mark_finds_nothing_but_what_it_was_made_for(void **state)
{
	struct ends *ends = *state;

	fill_file(ends->from, "x", BIG, 1);
	run_marked(ends, "x");
	/* Somebody has put another file in its place. */
	beneath_remove(ends->to, "x");
	fill_file(ends->to, "x", 1000, 2);
	run_marked(ends, "x");
	assert_string_equal(ends->receive.outcome.made, "x (2)");
	assert_int_equal(transfer_kept(ends->to, "0123abcd"), 0);
	assert_int_equal(folder_count(ends->to), 2);
	/* It has gone altogether. */
	run_marked(ends, "x");
	assert_int_equal(
	    beneath_remove(ends->to, ends->receive.outcome.made), 0);
	run_marked(ends, "x");
	assert_string_equal(ends->receive.outcome.made, "x (3)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, ends_setup, ends_teardown)
		TEST(a_killed_receiver_leaves_nothing_half),
		TEST(a_killed_sender_leaves_nothing_half),
		TEST(a_file_is_cancelled_at_any_moment),
		TEST(a_folder_is_cancelled_at_any_moment),
		TEST(what_was_made_and_not_kept_is_not_made_twice),
		TEST(by_ipmsg_neither),
		TEST(a_mark_finds_nothing_but_what_it_was_made_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
