/* holdout.c: a held file goes out, from the chunk asked for, and whoever has
 * all of it proves that. */
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

struct holdout {
	uint8_t request[HELD_REQUEST_SIZE];
	size_t request_len;
	struct store_held_part part;
	int64_t chunk;
	int64_t at, end;  /* of the file, to be read */
	size_t from, len; /* of the block, to be sent */
	uint8_t proof[HELD_PROOF];
	size_t proof_len;
};

static void read_block(struct hold *hold);

/* -- the end -----------------------------------------------------------------
 */

static void
store_taken(struct job *job, void *context)
{
	struct hold *hold = container_of(job, struct hold, job);

	hold->err = store_held_taken(
	    context, hold->held.file, hold->member, hold->out->proof);
}

static void
on_taken(struct hold *hold)
{
	struct holds *holds = hold->holds;

	if (hold->err < 0)
		log_error("cannot keep who has a held file: %s",
		    cam_strerror(hold->err));
	holds_tell_taken(holds, &hold->held);
	holds_clean(holds);
	hold_end(hold);
}

static void
on_proof(int fd, int events, void *arg)
{
	struct hold *hold = arg;
	struct holdout *out = hold->out;
	ssize_t len = recv(fd, out->proof + out->proof_len,
	    sizeof out->proof - out->proof_len, MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		hold_end(hold);
		return;
	}
	out->proof_len += (size_t)len;
	if (out->proof_len < sizeof out->proof)
		return;
	watch_set(&hold->watch, 0);
	hold_in_store(hold, store_taken, on_taken);
}

/* What another connection has brought is asked for anew. */
static void
finish(struct hold *hold)
{
	if (hold->out->part.end != INT64_MAX ||
	    shutdown(hold->socket, SHUT_WR) != 0) {
		hold_end(hold);
		return;
	}
	watch_finish(&hold->watch);
	watch_init(
	    &hold->watch, hold->watch.loop, hold->socket, on_proof, hold);
	watch_set(&hold->watch, WATCH_READ);
}

/* -- sent --------------------------------------------------------------------
 */

static void
on_writable(int fd, int events, void *arg)
{
	struct hold *hold = arg;
	struct holdout *out = hold->out;

	while (out->from < out->len) {
		ssize_t len = send(fd, hold->block + out->from,
		    out->len - out->from, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN)
			return;
		if (len <= 0) {
			hold_end(hold);
			return;
		}
		out->from += (size_t)len;
		hold_moved(hold, (size_t)len);
	}
	watch_set(&hold->watch, 0);
	if (out->at < out->end)
		read_block(hold);
	else
		finish(hold);
}

static void
work_read(struct job *job, void *context)
{
	struct hold *hold = container_of(job, struct hold, job);
	struct holdout *out = hold->out;
	int64_t left = out->end - out->at;
	ssize_t len;

	do
		len = pread(hold->file, hold->block,
		    left < HOLD_BLOCK ? (size_t)left : HOLD_BLOCK,
		    (off_t)out->at);
	while (len < 0 && errno == EINTR);
	hold->error = len < 0 ? errno : 0;
	hold->err = len > 0 ? 0 : CAM_ERR_SYSTEM;
	out->from = 0;
	out->len = len > 0 ? (size_t)len : 0;
}

static void
on_read(struct hold *hold)
{
	if (hold->err < 0) {
		log_error("cannot read a held file: %s",
		    hold->error != 0 ? strerror(hold->error) : "it is shorter");
		hold_end(hold);
		return;
	}
	hold->out->at += (int64_t)hold->out->len;
	watch_set(&hold->watch, WATCH_WRITE);
}

static void
read_block(struct hold *hold)
{
	hold_on_disk(hold, work_read, on_read);
}

/* -- found -------------------------------------------------------------------
 */

static void
open_file(struct job *job, void *context)
{
	struct hold *hold = container_of(job, struct hold, job);
	char *path = hold_path(hold->holds, hold->held.name);

	hold->err = 0;
	hold->file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (hold->file < 0) {
		hold->error = errno;
		hold->err = CAM_ERR_SYSTEM;
	}
	free(path);
}

static void
on_open(struct hold *hold)
{
	struct holdout *out = hold->out;

	if (hold->err < 0) {
		log_error("cannot read a held file: %s", strerror(hold->error));
		hold_end(hold);
		return;
	}
	watch_finish(&hold->watch);
	watch_init(
	    &hold->watch, hold->watch.loop, hold->socket, on_writable, hold);
	memcpy(hold->block, out->part.head, out->part.head_len);
	out->from = 0;
	out->len = out->part.head_len;
	watch_set(&hold->watch, WATCH_WRITE);
}

static void
find_part(struct job *job, void *context)
{
	struct hold *hold = container_of(job, struct hold, job);
	struct holdout *out = hold->out;

	hold->err =
	    store_held_part(context, hold->held.file, out->chunk, &out->part);
}

static void
on_part(struct hold *hold)
{
	struct holdout *out = hold->out;
	int64_t end = hold->held.stored;

	if (hold->err == 0 && out->part.end != INT64_MAX)
		end = out->part.end * CHUNK_FRAME_MAX;
	if (hold->err < 0 || out->chunk > end / CHUNK_FRAME_MAX) {
		log_info("a chunk is asked for that is not held");
		hold_end(hold);
		return;
	}
	out->at = out->chunk * CHUNK_FRAME_MAX;
	out->end = end;
	hold_on_disk(hold, open_file, on_open);
}

static void
on_request(int fd, int events, void *arg)
{
	struct hold *hold = arg;
	struct holdout *out = hold->out;
	const uint8_t *at = out->request + HELD_REQUEST_POSITION;
	ssize_t len = recv(fd, out->request + out->request_len,
	    sizeof out->request - out->request_len, MSG_DONTWAIT);
	uint64_t chunk = 0;

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		hold_end(hold);
		return;
	}
	out->request_len += (size_t)len;
	if (out->request_len < sizeof out->request)
		return;
	watch_set(&hold->watch, 0);
	/* A folder comes from its beginning. */
	chunk =
	    out->request[HELD_REQUEST_FOLDER] != 0 ? 0 : fields_read(&at, 8);
	if (chunk > UINT32_MAX) {
		hold_end(hold);
		return;
	}
	out->chunk = (int64_t)chunk;
	hold_in_store(hold, find_part, on_part);
}

void
holdout_begin(struct hold *hold)
{
	hold->out = xcalloc(1, sizeof *hold->out);
	hold->block = xmalloc(HOLD_BLOCK);
	watch_init(
	    &hold->watch, hold->watch.loop, hold->socket, on_request, hold);
	watch_set(&hold->watch, WATCH_READ);
}

void
holdout_free(struct holdout *out)
{
	free(out);
}
