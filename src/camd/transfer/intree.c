/* intree.c: receives a folder from another camd: records in sealed chunks. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "camd/transfer/intree.h"
#include "camd/transfer/request.h"
#include "ipmsg/filename.h"

int
intree_mark(struct intree *tree, int fd, const struct record *record)
{
	return place_mark(&tree->transfer->place, fd, record->type == RECORD_UP,
	    record->mode, record->mtime, record->mtime_ns);
}

void
intree_finished(struct intree *tree, uint64_t bytes, unsigned entries)
{
	transfer_moved(tree->transfer, bytes);
	atomic_fetch_add(&tree->transfer->job->entries, entries);
}

/* -- what comes ---------------------------------------------------------------
 */

/* A name in this folder that is fit and free. What it names is made after it
 * has been written down, so it is looked for before. */
static int
choose_name(struct intree *tree, const struct record *record)
{
	int top = place_top(&tree->transfer->place);
	char safe[FILE_NAME_SIZE];
	struct stat st;
	int rc = file_name_receive(span_text(record->name), safe);

	if (rc < 0)
		return rc;
	memcpy(tree->stored, safe, sizeof(safe));
	for (unsigned n = 2; n <= BENEATH_OTHER_NAMES; n++) {
		if (fstatat(top, tree->stored, &st, AT_SYMLINK_NOFOLLOW) != 0)
			return errno == ENOENT ? 0 : CAM_ERR_SYSTEM;
		beneath_other_name(
		    safe, record->type == RECORD_FOLDER, n, tree->stored);
	}
	return CAM_ERR_EXISTS;
}

static int
enter_folder(struct intree *tree, const struct record *record)
{
	struct place *place = &tree->transfer->place;
	int fd = -1, rc;

	/* The first one has the name of the offer, whatever it says. */
	if (tree->reader.count == 1)
		return journal_begin(tree->journal, record, "");
	rc = choose_name(tree, record);
	if (rc == 0)
		rc = journal_begin(tree->journal, record, tree->stored);
	if (rc == 0)
		rc = beneath_make_folder(
		    place_top(place), tree->stored, NULL, &fd);
	if (rc == 0)
		rc = place_enter(place, fd);
	if (rc == 0)
		intree_finished(tree, 0, 1);
	return rc;
}

static int
leave_folder(struct intree *tree, const struct record *record)
{
	struct place *place = &tree->transfer->place;
	int rc = intree_mark(tree, place_top(place), record);

	if (rc == 0)
		rc = journal_begin(tree->journal, record, "");
	place_leave(place);
	return rc;
}

/* Goes on in what is there; it is written down already. */
static int
reopen_file(struct intree *tree, const struct record *record)
{
	int rc;

	if (record_check(record) != record_check(&tree->part))
		return CAM_ERR_FORMAT;
	rc = beneath_open(place_top(&tree->transfer->place), tree->stored,
	    O_RDWR | O_NONBLOCK, &tree->fd);
	if (rc < 0)
		return rc;
	filesum_init(&tree->sum);
	if (ftruncate(tree->fd, (off_t)tree->part_size) != 0)
		return CAM_ERR_SYSTEM;
	tree->is_part = true;
	transfer_moved(tree->transfer, tree->part_size);
	return filesum_add_file(
	    &tree->sum, tree->fd, tree->part_size, &tree->transfer->job->stop);
}

static int
begin_file(struct intree *tree, const struct record *record)
{
	struct transfer *transfer = tree->transfer;
	uint64_t limit = transfer->job->size;
	int rc;

	if (limit != TRANSFER_SIZE_UNKNOWN &&
	    (tree->total > limit || record->size > limit - tree->total))
		return CAM_ERR_REFUSED;
	tree->total += record->size;
	if (tree->part_size > 0)
		return reopen_file(tree, record);
	rc = choose_name(tree, record);
	if (rc == 0)
		rc = journal_begin(tree->journal, record, tree->stored);
	if (rc == 0)
		rc = beneath_make_file(
		    place_top(&transfer->place), tree->stored, NULL, &tree->fd);
	if (rc == 0)
		filesum_init(&tree->sum);
	return rc;
}

static int
take_record(struct intree *tree)
{
	const struct record *record = &tree->reader.record;

	if (tree->part_size > 0 && record->type != RECORD_FILE)
		return CAM_ERR_FORMAT;
	switch (record->type) {
	case RECORD_FOLDER:
		return enter_folder(tree, record);
	case RECORD_FILE:
		return begin_file(tree, record);
	case RECORD_UP:
		return leave_folder(tree, record);
	case RECORD_UNREADABLE:
		atomic_fetch_add(&tree->transfer->job->unreadable, 1);
		return journal_begin(tree->journal, record, "");
	case RECORD_END:
		break;
	}
	return 0;
}

/* The hole up to there. */
static void
add_hole(struct intree *tree, uint64_t to)
{
	uint64_t len = to - tree->sum.size;

	filesum_add_zeros(&tree->sum, len);
	transfer_moved(tree->transfer, len);
}

static int
take_data(struct intree *tree, struct span data)
{
	struct transfer *transfer = tree->transfer;
	int rc;

	/* What is there is not written again. */
	if (tree->reader.offset < tree->sum.size)
		return CAM_ERR_FORMAT;
	add_hole(tree, tree->reader.offset);
	rc = place_write(&transfer->place, tree->fd, tree->reader.offset, data);
	if (rc < 0)
		return rc;
	filesum_add(&tree->sum, data);
	transfer_moved(transfer, data.len);
	return 0;
}

/* What ends in a hole is given its length. */
static int
keep_file(struct intree *tree)
{
	const struct record *record = &tree->reader.record;
	uint8_t digest[SHA256_SIZE];
	int rc = 0;

	if (tree->sum.size < record->size) {
		add_hole(tree, record->size);
		if (ftruncate(tree->fd, (off_t)record->size) != 0)
			rc = place_error();
	}
	filesum_end(&tree->sum, digest);
	if (rc == 0 && memcmp(digest, tree->reader.digest, SHA256_SIZE) != 0)
		rc = CAM_ERR_CRYPTO;
	if (rc == 0)
		rc = intree_mark(tree, tree->fd, record);
	if (rc == 0)
		intree_finished(tree, 0, 1);
	return rc;
}

static void
close_file(struct intree *tree)
{
	if (tree->fd < 0)
		return;
	close(tree->fd);
	tree->fd = -1;
	filesum_finish(&tree->sum);
}

static int
end_file(struct intree *tree)
{
	struct transfer *transfer = tree->transfer;
	bool left_out = tree->reader.status != 0;
	int rc;

	if (left_out) {
		atomic_fetch_add(&transfer->job->unreadable, 1);
		rc = beneath_remove(place_top(&transfer->place), tree->stored);
	} else {
		rc = keep_file(tree);
	}
	/* Perhaps it is what was there: another try begins it anew. */
	if (rc == CAM_ERR_CRYPTO && tree->is_part)
		(void)intree_drop_part(tree);
	tree->is_part = false;
	tree->part_size = 0;
	close_file(tree);
	if (rc == 0)
		journal_complete(tree->journal, left_out, tree->reader.digest);
	return rc;
}

static int
take_event(struct intree *tree, enum record_event event, struct span data)
{
	switch (event) {
	case RECORD_BEGINS:
		return take_record(tree);
	case RECORD_DATA:
		return take_data(tree, data);
	case RECORD_FILE_ENDS:
		return end_file(tree);
	case RECORD_ALL:
		tree->ended = true;
		break;
	}
	return 0;
}

static int
receive_all(struct intree *tree)
{
	struct transfer *transfer = tree->transfer;
	struct span window = span_of(NULL, 0), data;
	enum record_event event;
	struct flow flow;
	int rc =
	    flow_in_begin(&flow, &transfer->sock, transfer_cover(transfer), 0);

	if (rc < 0)
		return rc;
	while (rc == 0) {
		rc = record_next(&tree->reader, &window, &event, &data);
		if (rc == 0 && tree->ended)
			/* Until the last chunk has been seen to be it. */
			rc = flow_in(&flow, &window);
		else if (rc == 0)
			rc = take_event(tree, event, data);
		else if (rc == CAM_ERR_MORE)
			rc = flow_in(&flow, &window);
	}
	flow_in_end(&flow);
	if (rc != CAM_ERR_MORE)
		return rc;
	return tree->ended ? 0 : CAM_ERR_FORMAT;
}

static int
receive_tree(struct intree *tree)
{
	struct transfer *transfer = tree->transfer;
	struct transfer_request request = { .is_folder = true };
	struct chunk_header header;
	int rc = place_expect(&transfer->place, 0);

	request.position = tree->reader.count;
	memcpy(request.chain, tree->reader.chain, SHA256_SIZE);
	request.offset = tree->part_size;
	request.check = tree->part_size > 0 ? record_check(&tree->part) : 0;
	if (rc == 0)
		rc = sock_send(&transfer->sock, transfer->job->hello);
	if (rc == 0)
		rc = sealed_ask(transfer, &request, &header);
	if (rc < 0)
		return rc;
	transfer->job->outcome.resumed =
	    request.position > 0 && (header.flags & TRANSFER_RESUMED) != 0;
	/* What the sender has is not what it was. */
	if (request.position > 0 && !transfer->job->outcome.resumed)
		rc = intree_start_over(tree);
	else if (tree->part_size > 0 && (header.flags & TRANSFER_WITHIN) == 0)
		rc = intree_drop_part(tree);
	return rc == 0 ? receive_all(tree) : rc;
}

static int
settle(struct intree *tree)
{
	struct transfer *transfer = tree->transfer;
	int rc =
	    place_settle_folder(&transfer->place, transfer->job->outcome.made);

	/* It is here, whether or not the sender comes to know. */
	if (rc == 0)
		(void)sealed_send_receipt(transfer);
	return rc;
}

/* Whether there is nothing, or nothing to build on; not that something else
 * failed, which another try may not meet. */
static bool
is_useless(int rc)
{
	switch (rc) {
	case CAM_ERR_SYSTEM:
		return errno == ENOENT || errno == ENOTDIR;
	case CAM_ERR_CLOSED:
	case CAM_ERR_FULL:
		return false;
	}
	return true;
}

int
intree_run(struct transfer *transfer)
{
	struct intree tree = { .transfer = transfer, .fd = -1 };
	int rc, error;

	record_reader_init(&tree.reader);
	rc = intree_resume(&tree);
	if (rc < 0 && is_useless(rc))
		rc = intree_start_over(&tree);
	if (rc == 0)
		rc = receive_tree(&tree);
	error = errno;
	if (tree.journal && rc < 0)
		(void)journal_flush(tree.journal);
	close_file(&tree);
	journal_free(tree.journal);
	errno = error;
	return rc == 0 ? settle(&tree) : rc;
}
