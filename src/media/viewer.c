/* viewer.c: one stream of a member's pictures: from packets to pictures. */
#include "media/viewer.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/table.h"
#include "loop/worker.h"
#include "media/shown.h"

struct viewer {
	struct job job;
	struct workers *workers;
	struct reassembly *reassembly;
	bool is_busy, is_leaving;
	struct viewer_figures figures;
	void (*on_whole)(void *arg, const struct reassembly_picture *picture,
	    uint64_t now_us); /* NULL: nobody watches */
	void *arg;
	/* Of the job while it runs. */
	struct vpx_decoder *decoder;
	struct shown *shown;
	struct buf bytes;
	uint64_t began_us;
	int err;
	unsigned width, height;
};

/* -- decoding, on a worker ---------------------------------------------------
 */

static void
decode(struct job *job, void *context)
{
	struct viewer *viewer = container_of(job, struct viewer, job);
	struct i420 picture;

	viewer->err =
	    vpx_decode(viewer->decoder, buf_span(&viewer->bytes), &picture);
	if (viewer->err < 0)
		return;
	viewer->width = picture.width;
	viewer->height = picture.height;
	shown_put(viewer->shown, &picture);
}

/* -- the loop ----------------------------------------------------------------
 */

static void
release(struct viewer *viewer)
{
	reassembly_free(viewer->reassembly);
	vpx_decoder_free(viewer->decoder);
	shown_free(viewer->shown);
	buf_finish(&viewer->bytes);
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

void
viewer_go_on(struct viewer *viewer, uint64_t now_us)
{
	struct reassembly_picture picture;

	if (viewer->is_busy)
		return;
	if (!reassembly_take(viewer->reassembly, now_us, &picture))
		return;
	if (viewer->on_whole != NULL)
		viewer->on_whole(viewer->arg, &picture, now_us);
	buf_clear(&viewer->bytes);
	buf_put_span(&viewer->bytes, picture.bytes);
	viewer->is_busy = true;
	viewer->began_us = now_us;
	workers_submit(viewer->workers, &viewer->job);
}

int
viewer_new(struct workers *workers, enum vpx_codec codec, struct shown *shown,
    struct viewer **made)
{
	struct viewer *viewer = xcalloc(1, sizeof *viewer);
	int err;

	viewer->job = (struct job){ .work = decode, .done = on_decoded };
	viewer->workers = workers;
	viewer->reassembly = reassembly_new(codec);
	viewer->shown = shown_ref(shown);
	buf_init(&viewer->bytes, REASSEMBLY_PICTURE_MAX);
	err = vpx_decoder_new(codec, &viewer->decoder);
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

void
viewer_watch(struct viewer *viewer,
    void (*on_whole)(
	void *arg, const struct reassembly_picture *picture, uint64_t now_us),
    void *arg)
{
	viewer->on_whole = on_whole;
	viewer->arg = arg;
}

struct reassembly *
viewer_reassembly(struct viewer *viewer)
{
	return viewer->reassembly;
}

struct viewer_figures
viewer_figures(const struct viewer *viewer)
{
	return viewer->figures;
}
