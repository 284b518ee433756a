/* instream.c: receives IPMSG's folder stream (protocol reference 4.4, threat
 * model F3). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "camd/transfer/internal.h"
#include "ipmsg/dirstream.h"

struct instream {
	struct transfer *transfer;
	struct dirstream stream;
	struct charset_converter *converter;
	int fd; /* the file being received, or -1 */
	uint64_t at;
	uint64_t total; /* of all files, by their records */
	bool ended;
};

static int
mark(struct instream *in, int fd, bool is_folder)
{
	const struct dirstream_record *record = &in->stream.record;
	const struct file_attribute *mtime = file_attribute_find(
	    record->attributes, record->attribute_count, FILE_KEY_MTIME);
	const struct file_attribute *perm = file_attribute_find(
	    record->attributes, record->attribute_count, FILE_KEY_PERM);
	uint32_t mode = is_folder ? 0755 : 0644;

	if ((record->attr & FILE_READONLY) != 0 && !is_folder)
		mode = 0444;
	if (perm && perm->is_number)
		mode = (uint32_t)(perm->number & 0777);
	/* Without a time it is now. */
	return place_mark(&in->transfer->place, fd, is_folder, mode,
	    mtime && mtime->is_number && mtime->number <= INT64_MAX
		? (int64_t)mtime->number
		: INT64_MAX,
	    0);
}

static int
enter_folder(struct instream *in)
{
	struct place *place = &in->transfer->place;
	char made[BENEATH_NAME_SIZE];
	int fd = -1, rc;

	/* The first one has the name of the offer, whatever it says. */
	if (place->depth == 0)
		return place_make_folder(place);
	rc = beneath_make_folder(place_top(place), in->stream.name, made, &fd);
	return rc == 0 ? place_enter(place, fd) : rc;
}

static int
leave_folder(struct instream *in)
{
	struct place *place = &in->transfer->place;
	int rc = mark(in, place_top(place), true);

	place_leave(place);
	atomic_fetch_add(&in->transfer->job->entries, place->depth > 0);
	return rc;
}

static int
begin_file(struct instream *in)
{
	struct transfer *transfer = in->transfer;
	uint64_t size = in->stream.record.size;
	char made[BENEATH_NAME_SIZE];
	int rc;

	if (transfer->job->size != TRANSFER_SIZE_UNKNOWN &&
	    size > transfer->job->size - in->total)
		return CAM_ERR_REFUSED;
	in->total += size;
	in->at = 0;
	rc = place_expect(&transfer->place, size);
	if (rc < 0)
		return rc;
	if (transfer->job->is_folder)
		return beneath_make_file(place_top(&transfer->place),
		    in->stream.name, made, &in->fd);
	rc = place_open_file(&transfer->place, &in->fd);
	if (rc == 0 && ftruncate(in->fd, 0) != 0)
		rc = CAM_ERR_SYSTEM;
	return rc;
}

static int
end_file(struct instream *in)
{
	struct transfer *transfer = in->transfer;
	int rc = mark(in, in->fd, false);

	if (rc == 0 && !transfer->job->is_folder)
		rc = place_settle_file(
		    &transfer->place, in->fd, transfer->job->outcome.made);
	close(in->fd);
	in->fd = -1;
	atomic_fetch_add(&transfer->job->entries, 1);
	return rc;
}

static int
take_data(struct instream *in, struct span data)
{
	int rc = place_write(&in->transfer->place, in->fd, in->at, data);

	in->at += data.len;
	if (rc == 0)
		transfer_moved(in->transfer, data.len);
	return rc;
}

static int
take_event(struct instream *in, enum dirstream_event event, struct span data)
{
	switch (event) {
	case DIRSTREAM_FOLDER:
		return enter_folder(in);
	case DIRSTREAM_FILE:
		return begin_file(in);
	case DIRSTREAM_DATA:
		return take_data(in, data);
	case DIRSTREAM_FILE_END:
		return end_file(in);
	case DIRSTREAM_UP:
		return leave_folder(in);
	case DIRSTREAM_END:
		in->ended = true;
		break;
	}
	return 0;
}

static int
receive_all(struct instream *in)
{
	struct span window = span_of(NULL, 0), data;
	enum dirstream_event event;
	struct flow flow;
	int rc = flow_in_begin(&flow, &in->transfer->sock,
	    transfer_cover(in->transfer), UINT64_MAX);

	if (rc < 0)
		return rc;
	while (rc == 0 && !in->ended) {
		rc = dirstream_next(&in->stream, &window, &event, &data);
		if (rc == 0)
			rc = take_event(in, event, data);
		else if (rc == CAM_ERR_MORE)
			rc = flow_in(&flow, &window);
	}
	flow_in_end(&flow);
	return rc;
}

int
instream_run(struct transfer *transfer)
{
	struct transfer_job *job = transfer->job;
	struct instream in = { .transfer = transfer, .fd = -1 };
	int rc = charset_converter_new(&in.converter);

	/* There is no way to go on where one ended. */
	if (rc == 0)
		rc = place_discard(&transfer->place);
	if (rc == 0)
		rc = place_expect(&transfer->place, 0);
	if (rc == 0)
		rc = sock_send(&transfer->sock, job->hello);
	if (rc == 0) {
		dirstream_init(
		    &in.stream, in.converter, job->charset, !job->is_folder);
		rc = receive_all(&in);
	}
	if (in.fd >= 0)
		close(in.fd);
	if (rc == 0 && job->is_folder)
		rc = place_settle_folder(&transfer->place, job->outcome.made);
	charset_converter_free(in.converter);
	return rc;
}
