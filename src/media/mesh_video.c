/* mesh_video.c: pictures in a call: those of members, as packets become what
 * is shown, and what holds both ways together. */
#include "media/mesh_video.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "loop/worker.h"
#include "media/bandwidth.h"
#include "media/camera.h"
#include "media/feedback.h"
#include "media/mesh_parts.h"
#include "media/shown.h"
#include "media/viewer.h"

enum {
	DECODERS = 1, /* threads */
	/* With more members each sends less, and of it is told less often: what
	 * is told of pictures must not take the place of pictures. */
	FEEDBACK_US = 60 * 1000,
	FEEDBACK_MEMBER_US = 30 * 1000,
	KEY_US = 300 * 1000, /* between two askings for a key picture */
	BITRATE_START = 1000 * 1000,
	BITRATE_LEAST = 50 * 1000,
	BITRATE_MOST = 20 * 1000 * 1000,
};

static const struct worker_ops no_ops = { 0 };

enum vpx_codec
mesh_codec(const struct media_stream *stream)
{
	return stream->codec == MEDIA_VP9 ? VPX_VP9 : VPX_VP8;
}

/* -- theirs ------------------------------------------------------------------
 */

static struct shown *
shown_of(struct mesh_member *member)
{
	if (member->shown == NULL && shown_new(&member->shown) < 0)
		return NULL;
	return member->shown;
}

static void
on_whole(void *arg, const struct reassembly_picture *picture, uint64_t now_us)
{
	const struct inbound *inbound = arg;
	struct recorder *recorder = inbound->mesh->recorder;

	if (recorder != NULL)
		recorder_picture(recorder, inbound->member,
		    inbound->stream.codec, picture->bytes, picture->is_key,
		    now_us);
}

/* With the first packet of a stream: most that are signalled are never used. */
static bool
open_viewer(
    struct mesh *mesh, struct mesh_member *member, struct inbound *inbound)
{
	struct mesh_video *video = mesh->video;
	struct shown *shown = shown_of(member);

	if (video->workers == NULL)
		video->workers =
		    workers_new(mesh->loop, DECODERS, &no_ops, NULL);
	if (shown == NULL ||
	    viewer_new(video->workers, mesh_codec(&inbound->stream), shown,
		&inbound->viewer) < 0)
		return false;
	inbound->arrivals = xcalloc(1, sizeof *inbound->arrivals);
	inbound->mesh = mesh;
	inbound->member = member->number;
	viewer_watch(inbound->viewer, on_whole, inbound);
	if (video->record >= 0) {
		shown_record(shown, video->record);
		video->record = -1;
	}
	return true;
}

void
mesh_video_close(struct inbound *inbound)
{
	viewer_free(inbound->viewer);
	free(inbound->arrivals);
}

void
mesh_video_take(struct mesh *mesh, struct mesh_member *member,
    struct inbound *inbound, const struct rtp_packet *packet, uint64_t came_us)
{
	if (inbound->stream.kind == MEDIA_AUDIO ||
	    (inbound->viewer == NULL && !open_viewer(mesh, member, inbound)))
		return;
	if (packet->has_transport)
		arrivals_add(
		    inbound->arrivals, packet->transport, (int64_t)came_us);
	viewer_put(inbound->viewer, packet, came_us);
}

/* What is missing of a stream, and when the rest came. */
static void
put_feedback(const struct mesh_member *member, struct inbound *inbound,
    uint32_t ssrc, bool with_arrivals, uint64_t now_us, struct buf *out)
{
	const struct recorder *recorder = inbound->mesh->recorder;
	struct reassembly *reassembly = viewer_reassembly(inbound->viewer);
	uint32_t media_ssrc = inbound->stream.ssrc;
	uint16_t missing[FEEDBACK_MISSING_MAX];
	size_t count = reassembly_missing(reassembly, now_us,
	    member->round_trip_us, missing, FEEDBACK_MISSING_MAX);

	if (count > 0)
		feedback_put_nack(out, ssrc, media_ssrc, missing, count);
	if ((reassembly_wants_key(reassembly) ||
		(recorder != NULL &&
		    recorder_waits_for(recorder, member->number))) &&
	    inbound->proven && now_us - inbound->key_us >= KEY_US) {
		inbound->key_us = now_us;
		feedback_put_pli(out, ssrc, media_ssrc);
	}
	if (with_arrivals)
		arrivals_put(inbound->arrivals, out, ssrc, media_ssrc);
}

static void
look_at(struct mesh *mesh, struct mesh_member *member, bool with_arrivals,
    uint64_t now_us)
{
	struct buf out;

	buf_init(&out, LIMIT_MEDIA_PACKET);
	for (size_t i = 0; i < member->current->count; i++) {
		struct inbound *inbound = &member->current->streams[i];

		if (inbound->viewer == NULL)
			continue;
		viewer_go_on(inbound->viewer, now_us);
		put_feedback(member, inbound, mesh->streams[0].stream.ssrc,
		    with_arrivals, now_us, &out);
	}
	mesh_send_rtcp(mesh, member, &out);
	buf_finish(&out);
}

/* -- its life ----------------------------------------------------------------
 */

static uint64_t
feedback_interval_us(const struct mesh *mesh)
{
	uint64_t interval_us = mesh->member_count * FEEDBACK_MEMBER_US;

	return interval_us > FEEDBACK_US ? interval_us : FEEDBACK_US;
}

void
mesh_video_tick(struct mesh *mesh, uint64_t now_us)
{
	struct mesh_video *video = mesh->video;
	bool with_arrivals = now_us >= video->feedback_us;

	if (with_arrivals)
		video->feedback_us = now_us + feedback_interval_us(mesh);
	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next)
		look_at(mesh, member, with_arrivals, now_us);
	mesh_camera_tick(mesh, now_us);
}

void
mesh_video_joined(struct mesh *mesh, struct mesh_member *member)
{
	if (member->bandwidth == NULL) {
		member->bandwidth = xcalloc(1, sizeof *member->bandwidth);
		bandwidth_init(member->bandwidth, BITRATE_START, BITRATE_LEAST,
		    BITRATE_MOST);
	}
	if (mesh->video->camera != NULL)
		camera_want_key(mesh->video->camera);
	/* The others' share becomes smaller at once. */
	mesh->video->choose_us = 0;
}

int
mesh_video_new(struct mesh *mesh, const struct mesh_setup *setup)
{
	struct mesh_video *video = xcalloc(1, sizeof *video);

	mesh->video = video;
	video->record = setup->video_out;
	video->ceiling = setup->budget != 0 ? setup->budget : BUDGET_DEFAULT;
	mesh_pace_prepare(mesh);
	return mesh_show(mesh, &setup->video_in);
}

void
mesh_video_free(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;

	if (video == NULL)
		return;
	mesh_camera_close(mesh);
	timer_finish(&video->pacing);
	/* Finishes what is being decoded. */
	if (video->workers != NULL)
		workers_free(video->workers);
	if (video->record >= 0)
		close(video->record);
	free(video);
	mesh->video = NULL;
}

void
mesh_video_look(struct inbound *inbound, uint64_t passed_us)
{
	uint64_t pictures, seen;

	if (inbound->viewer == NULL)
		return;
	pictures = viewer_figures(inbound->viewer).pictures;
	seen = pictures - inbound->seen_before;
	inbound->seen =
	    (unsigned)((seen * 1000000 + passed_us / 2) / passed_us);
	inbound->seen_before = pictures;
}

void
mesh_video_figures(const struct inbound *inbound, struct mesh_stats *stats)
{
	struct viewer_figures figures;

	if (inbound->viewer == NULL)
		return;
	figures = viewer_figures(inbound->viewer);
	stats->width = figures.width;
	stats->height = figures.height;
	stats->fps = inbound->seen;
	stats->pictures = figures.pictures;
	stats->skipped =
	    reassembly_counters(viewer_reassembly(inbound->viewer))->skipped;
}

int
mesh_frames(struct mesh *mesh, unsigned number, int *fd)
{
	struct mesh_member *member = mesh_find(mesh, number);

	if (member == NULL)
		return CAM_ERR_UNKNOWN;
	if (shown_of(member) == NULL)
		return CAM_ERR_SYSTEM;
	*fd = shown_fd(member->shown);
	return 0;
}

int
mesh_show(struct mesh *mesh, const struct video_choice *choice)
{
	mesh_camera_close(mesh);
	return choice->kind != VIDEO_NONE ? mesh_camera_open(mesh, choice) : 0;
}

/* -- recorded ----------------------------------------------------------------
 */

static void
record_member(struct mesh *mesh, const struct mesh_member *member)
{
	for (size_t i = 0; i < member->current->count; i++) {
		const struct inbound *inbound = &member->current->streams[i];
		struct viewer_figures figures;

		if (inbound->viewer == NULL || inbound->seen == 0)
			continue;
		figures = viewer_figures(inbound->viewer);
		recorder_show(mesh->recorder, member->number,
		    inbound->stream.codec, figures.width, figures.height);
	}
}

void
mesh_video_record(struct mesh *mesh)
{
	mesh_camera_record(mesh);
	for (const struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next)
		record_member(mesh, member);
}
