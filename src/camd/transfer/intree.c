/* intree.c: receives a folder from another camd: records in sealed chunks. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/transfer/filesum.h"
#include "camd/transfer/internal.h"
#include "camd/transfer/journal.h"
#include "camd/transfer/record.h"
#include "camd/transfer/request.h"
#include "camd/transfer/treewalk.h"
#include "ipmsg/filename.h"

struct intree {
	struct transfer *transfer;
	struct record_reader reader;
	struct journal *journal;
	int fd; /* the file being received, or -1 */
	char stored[BENEATH_NAME_SIZE];
	struct filesum sum;
	uint64_t total; /* of all files of this try, holes and all */
	bool ended;
};

static int
mark(struct intree *tree, int fd, const struct record *record)
{
	return place_mark(&tree->transfer->place, fd, record->type == RECORD_UP,
	    record->mode, record->mtime, record->mtime_ns);
}

static void
finished(struct intree *tree, uint64_t bytes, unsigned entries)
{
	transfer_moved(tree->transfer, bytes);
	atomic_fetch_add(&tree->transfer->job->entries, entries);
}

/* -- what an earlier try has left -------------------------------------------
 */

/* Whether the file is there as it came. CAM_ERR_FORMAT: it is not. */
static int
check_file(struct intree *tree, const struct journal_entry *entry)
{
	uint8_t digest[SHA256_SIZE];
	struct filesum sum;
	struct stat st;
	int fd = -1;
	int rc = beneath_open(place_top(&tree->transfer->place), entry->stored,
	    O_RDONLY | O_NONBLOCK, &fd);

	if (rc == 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
			   (uint64_t)st.st_size != entry->record.size))
		rc = CAM_ERR_FORMAT;
	filesum_init(&sum);
	if (rc == 0)
		rc = filesum_add_file(
		    &sum, fd, entry->record.size, &tree->transfer->job->stop);
	filesum_end(&sum, digest);
	filesum_finish(&sum);
	if (rc == 0 && memcmp(digest, entry->digest, SHA256_SIZE) != 0)
		rc = CAM_ERR_FORMAT;
	if (fd >= 0)
		close(fd);
	return rc;
}

/* The last thing an earlier try began may be there or not. */
static int
reenter(struct intree *tree, const struct journal_entry *entry)
{
	struct place *place = &tree->transfer->place;
	int fd = -1, rc;

	if (tree->reader.count == 0)
		return 0; /* the first folder, which is open */
	rc = beneath_open_folder(place_top(place), entry->stored, &fd);
	if (rc < 0 && errno == ENOENT)
		rc = beneath_make_folder(
		    place_top(place), entry->stored, NULL, &fd);
	return rc == 0 ? place_enter(place, fd) : rc;
}

/* Takes one entry on. *present counts what should lie there. */
static int
replay(
    struct intree *tree, const struct journal_entry *entry, uint64_t *present)
{
	struct place *place = &tree->transfer->place;
	const struct record *record = &entry->record;
	bool is_first = tree->reader.count == 0;
	int rc = 0;

	if (record->type != RECORD_UP && record->type != RECORD_UNREADABLE &&
	    entry->stored[0] == '\0' && !is_first)
		return CAM_ERR_FORMAT;
	if (place->depth == 0)
		return CAM_ERR_FORMAT;
	switch (record->type) {
	case RECORD_FOLDER:
		rc = reenter(tree, entry);
		++*present;
		break;
	case RECORD_FILE:
		rc = entry->is_left_out ? 0 : check_file(tree, entry);
		*present += !entry->is_left_out;
		break;
	case RECORD_UP:
		rc = mark(tree, place_top(place), record);
		place_leave(place);
		break;
	case RECORD_UNREADABLE:
	case RECORD_END:
		break;
	}
	if (rc == 0) {
		record_reader_skip(&tree->reader, record);
		tree->total += record->size;
		finished(tree, record->size,
		    (record->type == RECORD_FOLDER && !is_first) ||
			(record->type == RECORD_FILE && !entry->is_left_out));
		atomic_fetch_add(&tree->transfer->job->unreadable,
		    record->type == RECORD_UNREADABLE || entry->is_left_out);
	}
	return rc;
}

/* More in the folder than the journal knows is nothing to build on. */
static int
count_present(struct intree *tree, uint64_t present)
{
	enum walk_event event = WALK_UP;
	struct walk_entry entry;
	struct treewalk *walk = NULL;
	uint64_t count = 0;
	int fd = -1;
	int rc = beneath_open_folder(
	    tree->transfer->job->folder, tree->transfer->place.part, &fd);

	if (rc == 0)
		rc = treewalk_new(fd, &walk);
	while (rc == 0 && event != WALK_END) {
		rc = treewalk_next(walk, &event, &entry);
		count += event != WALK_UP && event != WALK_END;
	}
	treewalk_free(walk);
	if (fd >= 0)
		close(fd);
	return rc == 0 && count != present ? CAM_ERR_FORMAT : rc;
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

/* Builds on what an earlier try has left. */
static int
resume(struct intree *tree)
{
	struct transfer *transfer = tree->transfer;
	struct journal_entry *entry = xmalloc(sizeof(*entry));
	uint64_t present = 0;
	int rc = place_restore(&transfer->place, true);

	if (rc == 0)
		rc = place_open_folder(&transfer->place);
	if (rc == 0)
		rc = journal_new(transfer->job->folder, transfer->place.list,
		    false, &tree->journal);
	while (rc == 0) {
		rc = journal_next(tree->journal, entry);
		if (rc < 0)
			break;
		if (entry->record.type == RECORD_FILE && !entry->is_complete) {
			if (transfer->place.depth == 0) {
				rc = CAM_ERR_FORMAT;
				break;
			}
			rc = beneath_remove(
			    place_top(&transfer->place), entry->stored);
			if (rc == 0)
				rc = journal_drop_last(tree->journal);
			if (rc == 0)
				rc = CAM_ERR_MORE;
			break;
		}
		rc = replay(tree, entry, &present);
	}
	if (rc == CAM_ERR_MORE)
		rc = tree->reader.count > 0 ? count_present(tree, present)
					    : CAM_ERR_FORMAT;
	free(entry);
	return rc;
}

static int
start_over(struct intree *tree)
{
	struct transfer *transfer = tree->transfer;
	int rc;

	while (transfer->place.depth > 0)
		place_leave(&transfer->place);
	journal_free(tree->journal);
	tree->journal = NULL;
	record_reader_init(&tree->reader);
	tree->total = 0;
	atomic_store(&transfer->job->bytes, 0);
	atomic_store(&transfer->job->entries, 0);
	atomic_store(&transfer->job->unreadable, 0);
	rc = place_discard(&transfer->place);
	if (rc == 0)
		rc = place_make_folder(&transfer->place);
	return rc == 0 ? journal_new(transfer->job->folder,
			     transfer->place.list, true, &tree->journal)
		       : rc;
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
		finished(tree, 0, 1);
	return rc;
}

static int
leave_folder(struct intree *tree, const struct record *record)
{
	struct place *place = &tree->transfer->place;
	int rc = mark(tree, place_top(place), record);

	if (rc == 0)
		rc = journal_begin(tree->journal, record, "");
	place_leave(place);
	return rc;
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
		rc = mark(tree, tree->fd, record);
	if (rc == 0)
		finished(tree, 0, 1);
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
	    flow_in_begin(&flow, &transfer->wire, transfer_cover(transfer), 0);

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
	if (rc == 0)
		rc = wire_send(&transfer->wire, transfer->job->hello);
	if (rc == 0)
		rc = sealed_ask(transfer, &request, &header);
	if (rc < 0)
		return rc;
	transfer->job->outcome.resumed =
	    request.position > 0 && (header.flags & TRANSFER_RESUMED) != 0;
	/* What the sender has is not what it was. */
	if (request.position > 0 && !transfer->job->outcome.resumed)
		rc = start_over(tree);
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

int
intree_run(struct transfer *transfer)
{
	struct intree tree = { .transfer = transfer, .fd = -1 };
	int rc, error;

	record_reader_init(&tree.reader);
	rc = resume(&tree);
	if (rc < 0 && is_useless(rc))
		rc = start_over(&tree);
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
