/* viewer.c: one stream of a member's pictures: from packets to pictures in
 * memory that those who show them share. */
#include "media/viewer.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/table.h"
#include "loop/worker.h"
#include "picture/convert.h"
#include "picture/frames.h"
#include "picture/y4m.h"

enum { WIDTH_MAX = 1920, HEIGHT_MAX = 1080, RECORD_RATE = 30 };

struct viewer {
	struct job job;
	struct workers *workers;
	struct reassembly *reassembly;
	bool is_busy, is_leaving;
	struct viewer_figures figures;
	int next_record; /* RECORD_AS_IT_IS, or what record is to become */
	/* Of the job while it runs. */
	struct vpx_decoder *decoder;
	struct frames *frames;
	struct buf bytes;
	uint64_t began_us;
	int err;
	unsigned width, height;
	int record; /* -1: none */
	struct i420 recorded, fitted;
};

enum { RECORD_AS_IT_IS = -2 };

/* -- decoding, on a worker ---------------------------------------------------
 */

static bool
write_all(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t put = write(fd, bytes.data, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		bytes.data += put;
		bytes.len -= (size_t)put;
	}
	return true;
}

/* The first one tells the size of all. */
static void
record(struct viewer *viewer, const struct i420 *picture)
{
	struct i420 *recorded = &viewer->recorded;
	struct buf out;

	buf_init(&out, 2 * i420_size(LIMIT_PICTURE_SIDE, LIMIT_PICTURE_SIDE));
	if (recorded->memory == NULL) {
		const struct y4m_format format = { picture->width,
			picture->height, RECORD_RATE, 1 };

		if (i420_init(recorded, picture->width, picture->height) < 0)
			return;
		y4m_put_header(&format, &out);
	}
	convert_scale(picture, recorded);
	y4m_put(recorded, &out);
	if (buf_failed(&out) || !write_all(viewer->record, buf_span(&out))) {
		close(viewer->record);
		viewer->record = -1;
	}
	buf_finish(&out);
}

/* One too large is made to fit: who shows it has no use for more. */
static const struct i420 *
fit(struct viewer *viewer, const struct i420 *picture)
{
	unsigned width, height;

	if (i420_size(picture->width, picture->height) <=
	    i420_size(WIDTH_MAX, HEIGHT_MAX))
		return picture;
	i420_fit(picture, WIDTH_MAX, HEIGHT_MAX, &width, &height);
	if (i420_resize(&viewer->fitted, width, height) < 0)
		return NULL;
	convert_scale(picture, &viewer->fitted);
	return &viewer->fitted;
}

static void
decode(struct job *job, void *context)
{
	struct viewer *viewer = container_of(job, struct viewer, job);
	const struct i420 *fitting;
	struct i420 picture;

	viewer->err =
	    vpx_decode(viewer->decoder, buf_span(&viewer->bytes), &picture);
	if (viewer->err < 0)
		return;
	viewer->width = picture.width;
	viewer->height = picture.height;
	fitting = fit(viewer, &picture);
	if (fitting != NULL)
		frames_put(viewer->frames, fitting, clock_now_ms());
	if (viewer->record >= 0)
		record(viewer, &picture);
}

/* -- the loop ----------------------------------------------------------------
 */

static void
release(struct viewer *viewer)
{
	reassembly_free(viewer->reassembly);
	vpx_decoder_free(viewer->decoder);
	frames_free(viewer->frames);
	buf_finish(&viewer->bytes);
	i420_finish(&viewer->recorded);
	i420_finish(&viewer->fitted);
	if (viewer->record >= 0)
		close(viewer->record);
	if (viewer->next_record >= 0)
		close(viewer->next_record);
	free(viewer);
}

static void
on_decoded(struct job *job)
{
	struct viewer *viewer = container_of(job, struct viewer, job);
	uint64_t now_us = clock_now_us();

	viewer->is_busy = false;
	if (viewer->is_leaving) {
		release(viewer);
		return;
	}
	if (viewer->err < 0) {
		reassembly_want_key(viewer->reassembly);
	} else {
		viewer->figures.width = viewer->width;
		viewer->figures.height = viewer->height;
		viewer->figures.pictures++;
		viewer->figures.delay_ms +=
		    ((double)(now_us - viewer->began_us) / 1000 -
			viewer->figures.delay_ms) /
		    16;
	}
	viewer_go_on(viewer, now_us);
}

static void
change_record(struct viewer *viewer)
{
	if (viewer->next_record == RECORD_AS_IT_IS)
		return;
	if (viewer->record >= 0)
		close(viewer->record);
	i420_finish(&viewer->recorded);
	viewer->record = viewer->next_record;
	viewer->next_record = RECORD_AS_IT_IS;
}

void
viewer_go_on(struct viewer *viewer, uint64_t now_us)
{
	struct reassembly_picture picture;

	if (viewer->is_busy)
		return;
	change_record(viewer);
	if (!reassembly_take(viewer->reassembly, now_us, &picture))
		return;
	buf_clear(&viewer->bytes);
	buf_put_span(&viewer->bytes, picture.bytes);
	viewer->is_busy = true;
	viewer->began_us = now_us;
	workers_submit(viewer->workers, &viewer->job);
}

int
viewer_new(struct workers *workers, enum vpx_codec codec, struct viewer **made)
{
	struct viewer *viewer = xcalloc(1, sizeof *viewer);
	int err;

	viewer->job = (struct job){ .work = decode, .done = on_decoded };
	viewer->workers = workers;
	viewer->reassembly = reassembly_new(codec);
	viewer->record = -1;
	viewer->next_record = RECORD_AS_IT_IS;
	buf_init(&viewer->bytes, REASSEMBLY_PICTURE_MAX);
	err = vpx_decoder_new(codec, &viewer->decoder);
	if (err == 0)
		err = frames_new(WIDTH_MAX, HEIGHT_MAX, &viewer->frames);
	if (err < 0) {
		release(viewer);
		return err;
	}
	*made = viewer;
	return 0;
}

void
viewer_free(struct viewer *viewer)
{
	if (viewer == NULL)
		return;
	viewer->is_leaving = true;
	if (!viewer->is_busy)
		release(viewer);
}

void
viewer_put(
    struct viewer *viewer, const struct rtp_packet *packet, uint64_t now_us)
{
	reassembly_put(viewer->reassembly, packet, now_us);
}

struct reassembly *
viewer_reassembly(struct viewer *viewer)
{
	return viewer->reassembly;
}

int
viewer_fd(const struct viewer *viewer)
{
	return frames_fd(viewer->frames);
}

void
viewer_record(struct viewer *viewer, int fd)
{
	if (viewer->next_record >= 0)
		close(viewer->next_record);
	viewer->next_record = fd;
}

struct viewer_figures
viewer_figures(const struct viewer *viewer)
{
	return viewer->figures;
}
