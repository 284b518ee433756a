/* holdin.c: a file comes in: its chunks written as they are, and counted once
 * they are on the disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/mem.h"
#include "camserver/links/holds_parts.h"
#include "link/held.h"

enum { SYNC_BYTES = 4 * 1024 * 1024 };

struct holdin {
	struct held_stream stream;
	int64_t first; /* chunk */
	int64_t at;    /* where the block goes */
	int64_t synced;
	size_t len; /* of the block */
	bool has_part, has_ended, is_whole;
};

static void read_on(struct hold *hold);

/* -- kept --------------------------------------------------------------------
 */

/* Whole chunks; the last one has a size of its own. */
static int64_t
whole_bytes(const struct holdin *in)
{
	return in->stream.is_over
		   ? in->at
		   : (in->first + (int64_t)in->stream.frames) * CHUNK_FRAME_MAX;
}

static void
store_fill(struct job *job, void *context)
{
	struct hold *hold = container_of(job, struct hold, job);

	hold->err = store_held_fill(context, hold->held.file,
	    whole_bytes(hold->in), hold->in->stream.is_over);
}

static void
on_filled(struct hold *hold)
{
	struct holds *holds = hold->holds;
	struct holdin *in = hold->in;

	if (hold->err < 0) {
		log_warn("a held file ends early: %s", cam_strerror(hold->err));
		hold_end(hold);
		return;
	}
	in->synced = in->at;
	if (!in->stream.is_over) {
		if (in->has_ended)
			hold_end(hold);
		else
			read_on(hold);
		return;
	}
	/* It fits into any connection. */
	(void)send(hold->socket, held_word, HELD_WORD_SIZE, MSG_NOSIGNAL);
	holds_tell_whole(holds, &hold->held);
	hold_end(hold);
}

/* -- written -----------------------------------------------------------------
 */

static bool
is_due(const struct holdin *in)
{
	return in->stream.is_over || in->has_ended ||
	       in->at + (int64_t)in->len - in->synced >= SYNC_BYTES;
}

static int
write_all(int fd, const uint8_t *bytes, size_t len, int64_t at)
{
	while (len > 0) {
		ssize_t done = pwrite(fd, bytes, len, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -1;
		bytes += done;
		len -= (size_t)done;
		at += done;
	}
	return 0;
}

static void
write_block(struct job *job, void *context)
{
	struct hold *hold = container_of(job, struct hold, job);
	struct holdin *in = hold->in;
	int r = write_all(hold->file, hold->block, in->len, in->at);

	if (r == 0 && is_due(in))
		r = fdatasync(hold->file);
	hold->error = r == 0 ? 0 : errno;
	hold->err = r == 0 ? 0 : CAM_ERR_SYSTEM;
}

static void
on_written(struct hold *hold)
{
	struct holdin *in = hold->in;

	if (hold->err < 0) {
		log_warn("cannot write a held file: %s", strerror(hold->error));
		hold_failed(hold);
		return;
	}
	if (is_due(in)) {
		in->at += (int64_t)in->len;
		in->len = 0;
		hold_in_store(hold, store_fill, on_filled);
		return;
	}
	in->at += (int64_t)in->len;
	in->len = 0;
	read_on(hold);
}

static void
store_part(struct job *job, void *context)
{
	struct hold *hold = container_of(job, struct hold, job);
	const struct holdin *in = hold->in;

	hold->err = store_held_begin_part(context, hold->held.file, in->first,
	    in->at, span_of(in->stream.head, in->stream.head_len));
}

static void
on_part(struct hold *hold)
{
	if (hold->err < 0) {
		hold_end(hold);
		return;
	}
	hold->in->has_part = true;
	hold_on_disk(hold, write_block, on_written);
}

/* -- read --------------------------------------------------------------------
 */

/* He may begin before what is here: a folder does, at its beginning. */
static int
begin_part(struct holdin *in)
{
	const uint8_t *at = in->stream.head + HELD_REQUEST_POSITION;
	uint64_t position = fields_read(&at, 8);

	if (position > (uint64_t)in->first)
		return CAM_ERR_FORMAT;
	in->first = (int64_t)position;
	in->at = in->synced = in->first * CHUNK_FRAME_MAX;
	return 0;
}

/* What belongs to frames stays in the block. CAM_ERR_LIMIT: more than it may
 * have. */
static int
take(struct hold *hold, size_t len)
{
	struct holdin *in = hold->in;
	uint8_t *place = hold->block + in->len;
	struct span frames;
	bool had_head = held_stream_has_head(&in->stream);
	int r = held_stream_take(&in->stream, span_of(place, len), &frames);

	if (r == 0 && !had_head && held_stream_has_head(&in->stream))
		r = begin_part(in);
	if (r < 0)
		return r;
	if (frames.len > 0 && frames.data != place)
		memmove(place, frames.data, frames.len);
	in->len += frames.len;
	return in->at + (int64_t)in->len > hold->held.size ? CAM_ERR_LIMIT : 0;
}

/* CAM_ERR_MORE: nothing more for now. */
static int
receive(struct hold *hold)
{
	struct holdin *in = hold->in;
	ssize_t len = recv(hold->socket, hold->block + in->len,
	    HOLD_BLOCK - in->len, MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return CAM_ERR_MORE;
	in->has_ended = len <= 0;
	if (in->has_ended)
		return CAM_ERR_MORE;
	hold_moved(hold, (size_t)len);
	return take(hold, (size_t)len);
}

static void
on_readable(int fd, int events, void *arg)
{
	struct hold *hold = arg;
	struct holdin *in = hold->in;
	int r = 0;

	while (r == 0 && in->len < HOLD_BLOCK && !in->stream.is_over)
		r = receive(hold);
	if (r == CAM_ERR_MORE && !in->has_ended)
		return;
	watch_set(&hold->watch, 0);
	if (r < 0 && r != CAM_ERR_MORE) {
		log_info("a file to be held is refused: %s", cam_strerror(r));
		hold_end(hold);
	} else if (!held_stream_has_head(&in->stream)) {
		hold_end(hold);
	} else if (!in->has_part) {
		hold_in_store(hold, store_part, on_part);
	} else {
		hold_on_disk(hold, write_block, on_written);
	}
}

static void
read_on(struct hold *hold)
{
	watch_set(&hold->watch, WATCH_READ);
}

/* -- begun -------------------------------------------------------------------
 */

/* Its name, too, is there after a power cut. */
static int
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd >= 0 ? fsync(fd) : -1;

	if (fd >= 0)
		close(fd);
	return r;
}

/* What lies behind what was counted came before a crash, and may be anything.
 */
static void
open_file(struct job *job, void *context)
{
	struct hold *hold = container_of(job, struct hold, job);
	char *path = hold_path(hold->holds, hold->held.name);

	hold->err = 0;
	hold->file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    S_IRUSR | S_IWUSR);
	if (hold->file < 0 || ftruncate(hold->file, (off_t)hold->in->at) != 0 ||
	    (hold->in->at == 0 && sync_folder(hold->holds->folder) != 0)) {
		hold->error = errno;
		hold->err = CAM_ERR_SYSTEM;
	}
	free(path);
}

static void
on_open(struct hold *hold)
{
	if (hold->err < 0) {
		log_error(
		    "cannot write a held file: %s", strerror(hold->error));
		hold_failed(hold);
		return;
	}
	watch_init(
	    &hold->watch, hold->watch.loop, hold->socket, on_readable, hold);
	read_on(hold);
}

void
holdin_begin(struct hold *hold)
{
	struct holdin *in = xcalloc(1, sizeof *in);

	hold->in = in;
	hold->block = xmalloc(HOLD_BLOCK);
	held_stream_init(&in->stream);
	in->at = in->synced = hold->held.stored;
	in->first = in->at / CHUNK_FRAME_MAX;
	hold_on_disk(hold, open_file, on_open);
}

void
holdin_free(struct holdin *in)
{
	free(in);
}
