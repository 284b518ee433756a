/* broken.h: transfers that end in the middle, and what must be there then. */
#ifndef CAM_TEST_BROKEN_H
#define CAM_TEST_BROKEN_H

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "kill_at.h"
#include "transfers.h"

enum { BIG = 3 * 1024 * 1024 + 1234 };

static void
make_tree(struct ends *ends)
{
	int tree = folder_in(ends->from, "tree");

	fill_tree(tree, 40, 2);
	fill_file(tree, "big", BIG, 9);
	close(tree);
	set_old_time(ends->from, "tree");
}

/* Only names that show nothing are in the download folder. */
static void
assert_nothing_final(struct ends *ends)
{
	assert_int_equal(count_parts(ends->to), folder_count(ends->to));
}

static void
assert_same(struct ends *ends, const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(ends->from, name, &st, 0), 0);
	if (S_ISDIR(st.st_mode))
		assert_same_folders(ends->from, name, ends->to, name,
		    ends->receive.form == TRANSFER_SEALED
			? SAME_MODES | SAME_TIMES
			: SAME_SECONDS);
	else
		assert_same_bytes(ends->from, name, ends->to, name);
}

static void
assert_arrived(struct ends *ends, const char *name)
{
	assert_string_equal(ends->receive.outcome.made, name);
	assert_int_equal(count_parts(ends->to), 0);
	assert_same(ends, name);
	assert_int_equal(beneath_remove_tree(ends->to, name), 0);
}

static void
complete(struct ends *ends, const char *name)
{
	ends_prepare(ends, TRANSFER_SEALED, name);
	ends_succeed(ends);
	assert_arrived(ends, name);
}

struct canceller {
	struct transfer_job *watched;
	struct transfer_job *cancelled;
	uint64_t when;
	atomic_bool over;
};

/* Cancels once that many bytes have moved. */
static void *
cancel(void *arg)
{
	struct canceller *canceller = arg;

	while (atomic_load(&canceller->watched->bytes) < canceller->when &&
	       !atomic_load(&canceller->over))
		sched_yield();
	transfer_cancel(canceller->cancelled);
	return NULL;
}

static void *
run_sender_only(void *arg)
{
	struct ends *ends = arg;

	transfer_run(&ends->send);
	return NULL;
}

/* Both ends run while the canceller waits for its moment. A socket is closed
 * when nobody will cancel it any more, the receiver's as soon as that is so. */
static void
run_cancelled(struct ends *ends, bool sender, uint64_t when)
{
	struct canceller canceller = {
		.watched = sender ? &ends->send : &ends->receive,
		.cancelled = sender ? &ends->send : &ends->receive,
		.when = when,
	};
	pthread_t thread, other;

	assert_int_equal(pthread_create(&thread, NULL, cancel, &canceller), 0);
	assert_int_equal(
	    pthread_create(&other, NULL, run_sender_only, ends), 0);
	transfer_run(&ends->receive);
	atomic_store(&canceller.over, true);
	pthread_join(thread, NULL);
	close(ends->sockets[1]);
	pthread_join(other, NULL);
	close(ends->sockets[0]);
	close(ends->send.source);
}

#endif
