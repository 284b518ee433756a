/* outtree.c: sends a folder to another camd: records in sealed chunks. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"
#include "camd/transfer/filesum.h"
#include "camd/transfer/internal.h"
#include "camd/transfer/record.h"
#include "camd/transfer/request.h"
#include "camd/transfer/treewalk.h"

/* A piece that is not worth a place in the block. In bytes. */
enum { LITTLE = 512 };

struct outtree {
	struct transfer *transfer;
	/* What comes first, looked at before: of that the receiver has so much.
	 */
	enum walk_event first;
	struct walk_entry first_entry;
	bool has_first;
	uint64_t offset;
	struct flow flow;
	uint64_t count;
	uint8_t chain[SHA256_SIZE];
};

/* What is not UTF-8 on our disk is shown as such on theirs. */
static void
set_name(struct record *record, const char *name)
{
	struct span raw = span_text(name);
	struct buf repaired;

	buf_init(&repaired, (size_t)4 * BENEATH_NAME_SIZE);
	utf8_repair(raw, &repaired);
	raw = buf_span(&repaired);
	snprintf(record->name, sizeof(record->name), "%.*s",
	    (int)utf8_cut(raw, RECORD_NAME_MAX), (const char *)raw.data);
	buf_finish(&repaired);
}

static void
describe(const struct transfer_job *job, enum walk_event event,
    const struct walk_entry *entry, struct record *record)
{
	static const enum record_type types[] = {
		[WALK_FOLDER] = RECORD_FOLDER,
		[WALK_FILE] = RECORD_FILE,
		[WALK_UNREADABLE] = RECORD_UNREADABLE,
		[WALK_UP] = RECORD_UP,
		[WALK_END] = RECORD_END,
	};

	*record = (struct record){ .type = types[event] };
	if (event == WALK_END)
		return;
	record->mode = (uint16_t)(entry->st.st_mode & 0777);
	record->mtime = entry->st.st_mtim.tv_sec;
	record->mtime_ns = (uint32_t)entry->st.st_mtim.tv_nsec;
	if (event == WALK_FILE)
		record->size = (uint64_t)entry->st.st_size;
	if (event != WALK_UP)
		set_name(
		    record, entry->name[0] != '\0' ? entry->name : job->name);
}

static int
count(struct outtree *out, const struct record *record)
{
	if (++out->count > LIMIT_TREE_ENTRIES)
		return CAM_ERR_LIMIT;
	record_chain(out->chain, record);
	/* The offered folder itself is none of its entries. */
	atomic_fetch_add(&out->transfer->job->entries,
	    (record->type == RECORD_FOLDER && out->count > 1) ||
		record->type == RECORD_FILE);
	atomic_fetch_add(
	    &out->transfer->job->unreadable, record->type == RECORD_UNREADABLE);
	return 0;
}

/* -- what a file holds --------------------------------------------------------
 */

/* Reads a piece and says in its head how long it has become: a file may have
 * shrunk since it was opened. False: there is nothing more to be had. */
static bool
read_piece(struct outtree *out, int fd, uint64_t *at, size_t size,
    struct filesum *sum, uint8_t *head, uint8_t *place, size_t *len)
{
	ssize_t got;

	do
		got = pread(fd, place, size, (off_t)*at);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	record_extent_write(*at, (uint32_t)got, head);
	filesum_add(sum, span_of(place, (size_t)got));
	transfer_moved(out->transfer, (uint64_t)got);
	*at += (uint64_t)got;
	*len = (size_t)got;
	return true;
}

/* As much as the block takes; where that is little the piece goes over into
 * the next. *status is set when the file cannot give it. */
static int
put_piece(struct outtree *out, int fd, uint64_t *at, uint64_t end,
    struct filesum *sum, uint64_t *status)
{
	uint8_t head[RECORD_EXTENT_HEAD], little[LITTLE];
	uint8_t *place = NULL;
	size_t room = 0, size, len = 0;
	int rc = flow_out_room(&out->flow, &place, &room);

	if (rc < 0)
		return rc;
	if (room < RECORD_EXTENT_HEAD + LITTLE) {
		size = end - *at < LITTLE ? (size_t)(end - *at) : LITTLE;
		if (!read_piece(out, fd, at, size, sum, head, little, &len)) {
			*status = RECORD_STATUS_CHANGED;
			return 0;
		}
		rc = flow_out(&out->flow, span_of(head, sizeof(head)));
		return rc == 0 ? flow_out(&out->flow, span_of(little, len))
			       : rc;
	}
	size = room - RECORD_EXTENT_HEAD;
	if (size > end - *at)
		size = (size_t)(end - *at);
	if (!read_piece(out, fd, at, size, sum, place,
		place + RECORD_EXTENT_HEAD, &len))
		*status = RECORD_STATUS_CHANGED;
	else
		flow_out_used(&out->flow, RECORD_EXTENT_HEAD + len);
	return 0;
}

/* What the receiver has is digested only. */
static int
pass_over(struct outtree *out, const struct walk_entry *entry,
    struct filesum *sum, uint64_t *status)
{
	int rc = filesum_add_file(
	    sum, entry->fd, out->offset, &out->transfer->job->stop);

	if (rc == CAM_ERR_REFUSED || rc == CAM_ERR_SYSTEM) {
		*status = RECORD_STATUS_CHANGED;
		rc = 0;
	}
	transfer_moved(out->transfer, out->offset);
	return rc;
}

static int
put_extents(struct outtree *out, const struct walk_entry *entry,
    struct filesum *sum, uint64_t *status)
{
	uint64_t size = (uint64_t)entry->st.st_size, at = out->offset, end = 0;
	bool sparse = (uint64_t)entry->st.st_blocks * 512 < size;
	int rc = at > 0 ? pass_over(out, entry, sum, status) : 0;

	out->offset = 0;
	while (rc == 0 && at < size && *status == 0) {
		uint64_t from = at;

		end = size;
		if (sparse)
			filesum_find_data(entry->fd, &at, size, &end);
		filesum_add_zeros(sum, at - from);
		transfer_moved(out->transfer, at - from);
		while (rc == 0 && at < end && *status == 0)
			rc = put_piece(out, entry->fd, &at, end, sum, status);
		if (transfer_is_stopped(out->transfer))
			rc = CAM_ERR_CLOSED;
	}
	return rc;
}

static int
put_content(struct outtree *out, const struct walk_entry *entry)
{
	uint8_t end[RECORD_EXTENT_HEAD + SHA256_SIZE];
	struct filesum sum;
	uint64_t status = 0;
	int rc;

	filesum_init(&sum);
	rc = put_extents(out, entry, &sum, &status);
	if (rc == 0) {
		record_extent_write(status, 0, end);
		filesum_end(&sum, end + RECORD_EXTENT_HEAD);
		rc = flow_out(&out->flow, span_of(end, sizeof(end)));
		atomic_fetch_add(&out->transfer->job->unreadable, status != 0);
	}
	filesum_finish(&sum);
	return rc;
}

/* -- the whole ----------------------------------------------------------------
 */

static int
put_record(struct outtree *out, const struct record *record)
{
	uint8_t bytes[RECORD_MAX];

	return flow_out(
	    &out->flow, span_of(bytes, record_write(record, bytes)));
}

static int
put_entry(
    struct outtree *out, enum walk_event event, const struct walk_entry *entry)
{
	struct record record;
	int rc;

	describe(out->transfer->job, event, entry, &record);
	if (event == WALK_END) {
		record.size = out->count;
		rc = put_record(out, &record);
		return rc == 0 ? flow_out(&out->flow,
				     span_of(out->chain, SHA256_SIZE))
			       : rc;
	}
	rc = count(out, &record);
	if (rc == 0)
		rc = put_record(out, &record);
	return rc == 0 && event == WALK_FILE ? put_content(out, entry) : rc;
}

/*
 * Goes past what the receiver has, without reading it. Where that is not what
 * lies here any more *resumed is false, and all is sent again.
 */
static int
skip(struct outtree *out, struct treewalk *walk,
    const struct transfer_request *request, bool *resumed)
{
	enum walk_event event = WALK_UP;
	struct walk_entry entry;
	struct record record;
	int rc = 0;

	while (rc == 0 && out->count < request->position && event != WALK_END) {
		rc = treewalk_next(walk, &event, &entry);
		if (rc < 0 || event == WALK_END)
			break;
		describe(out->transfer->job, event, &entry, &record);
		rc = count(out, &record);
		transfer_moved(out->transfer, record.size);
		if (transfer_is_stopped(out->transfer))
			rc = CAM_ERR_CLOSED;
	}
	*resumed = out->count == request->position &&
		   memcmp(out->chain, request->chain, SHA256_SIZE) == 0;
	return rc;
}

/* Whether the receiver has the beginning of the file that comes next. */
static int
look_within(struct outtree *out, struct treewalk *walk,
    const struct transfer_request *request)
{
	struct record record;
	int rc = treewalk_next(walk, &out->first, &out->first_entry);

	out->has_first = rc == 0;
	if (rc < 0 || out->first != WALK_FILE)
		return rc;
	describe(out->transfer->job, out->first, &out->first_entry, &record);
	if (request->offset < record.size &&
	    record_check(&record) == request->check)
		out->offset = request->offset;
	return 0;
}

static void
start_over(struct outtree *out)
{
	struct transfer_job *job = out->transfer->job;

	out->count = 0;
	memset(out->chain, 0, sizeof(out->chain));
	atomic_store(&job->bytes, 0);
	atomic_store(&job->entries, 0);
	atomic_store(&job->unreadable, 0);
}

static int
put_tree(struct outtree *out, struct treewalk *walk)
{
	enum walk_event event = WALK_UP;
	struct walk_entry entry;
	int rc = flow_out_begin(
	    &out->flow, &out->transfer->sock, transfer_cover(out->transfer));

	if (rc < 0)
		return rc;
	if (out->has_first) {
		event = out->first;
		rc = put_entry(out, event, &out->first_entry);
	}
	while (rc == 0 && event != WALK_END) {
		rc = treewalk_next(walk, &event, &entry);
		if (rc == 0)
			rc = put_entry(out, event, &entry);
	}
	return flow_out_end(&out->flow, rc);
}

static int
answer(struct outtree *out, const uint8_t *request, bool resumed)
{
	struct chunk_header header = { .suite = TRANSFER_SUITE,
		.kind = CHUNK_TREE,
		.size = CHUNK_SIZE_UNKNOWN,
		.flags = (resumed ? TRANSFER_RESUMED : 0) |
			 (out->offset > 0 ? TRANSFER_WITHIN : 0) };
	struct span name = span_text(out->transfer->job->name);

	memcpy(header.name, name.data, utf8_cut(name, CHUNK_NAME_MAX));
	return sealed_answer(out->transfer, request, &header);
}

int
outtree_run(struct transfer *transfer)
{
	struct outtree out = { .transfer = transfer };
	uint8_t bytes[TRANSFER_REQUEST_SIZE];
	struct transfer_request request;
	struct treewalk *walk = NULL;
	bool resumed = false;
	int rc = sealed_await(transfer, &request, bytes);

	if (rc == 0)
		rc = treewalk_new(transfer->job->source, &walk);
	if (rc == 0 && request.position > 0)
		rc = skip(&out, walk, &request, &resumed);
	if (rc == 0 && !resumed && request.position > 0) {
		start_over(&out);
		treewalk_free(walk);
		walk = NULL;
		rc = treewalk_new(transfer->job->source, &walk);
	}
	if (rc == 0 && resumed && request.offset > 0)
		rc = look_within(&out, walk, &request);
	if (rc == 0)
		rc = answer(&out, bytes, resumed);
	transfer->job->outcome.resumed = resumed;
	if (rc == 0)
		rc = put_tree(&out, walk);
	treewalk_free(walk);
	return rc == 0 ? sealed_await_receipt(transfer) : rc;
}
