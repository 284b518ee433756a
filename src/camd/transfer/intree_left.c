/* intree_left.c: what an earlier try has left of a folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/transfer/intree.h"
#include "camd/transfer/treewalk.h"

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
		rc = intree_mark(tree, place_top(place), record);
		place_leave(place);
		break;
	case RECORD_UNREADABLE:
	case RECORD_END:
		break;
	}
	if (rc == 0) {
		record_reader_skip(&tree->reader, record);
		tree->total += record->size;
		intree_finished(tree, record->size,
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

/* The file that was under way stays where enough of it is there. CAM_ERR_MORE:
 * that is all there was. */
static int
keep_part(struct intree *tree, const struct journal_entry *entry)
{
	int top = place_top(&tree->transfer->place);
	struct stat st;

	if (fstatat(top, entry->stored, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode) || st.st_nlink != 1)
		st.st_size = 0;
	if ((uint64_t)st.st_size > entry->record.size)
		st.st_size = 0;
	tree->part = entry->record;
	tree->part_size = (uint64_t)st.st_size / CHUNK_SIZE * CHUNK_SIZE;
	memcpy(tree->stored, entry->stored, sizeof(tree->stored));
	return CAM_ERR_MORE;
}

int
intree_drop_part(struct intree *tree)
{
	int rc =
	    beneath_remove(place_top(&tree->transfer->place), tree->stored);

	tree->part_size = 0;
	return rc == 0 ? journal_drop_last(tree->journal) : rc;
}

/* Builds on what an earlier try has left. */
int
intree_resume(struct intree *tree)
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
			rc = keep_part(tree, entry);
			if (tree->part_size > 0)
				present++;
			else if ((rc = intree_drop_part(tree)) == 0)
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

int
intree_start_over(struct intree *tree)
{
	struct transfer *transfer = tree->transfer;
	int rc;

	while (transfer->place.depth > 0)
		place_leave(&transfer->place);
	journal_free(tree->journal);
	tree->journal = NULL;
	record_reader_init(&tree->reader);
	tree->total = 0;
	tree->part_size = 0;
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
