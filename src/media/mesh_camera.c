/* mesh_camera.c: our own pictures in a call: coded as large as the call allows
 * and as members ask. */
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "media/bandwidth.h"
#include "media/camera.h"
#include "media/feedback.h"
#include "media/mesh_parts.h"
#include "media/mesh_video.h"

enum {
	OURSELVES = 0, /* among members */
	CLOCK = 90,    /* ticks a ms */
	CHOOSE_US = 200 * 1000,
	TAP_KEY_US = 3 * 1000 * 1000,
};

static struct outbound *
picture_stream(struct mesh *mesh)
{
	for (size_t i = 0; i < mesh->count; i++) {
		if (mesh->streams[i].stream.kind == mesh->video->kind)
			return &mesh->streams[i];
	}
	return NULL;
}

struct outbound *
mesh_camera_stream(const struct mesh *mesh)
{
	return mesh->video->camera != NULL ? picture_stream((struct mesh *)mesh)
					   : NULL;
}

/* -- ours --------------------------------------------------------------------
 */

static void
on_picture(void *arg, const struct vpx_encoded *encoded, uint64_t taken_us)
{
	struct mesh *mesh = arg;
	struct mesh_video *video = mesh->video;
	struct outbound *outbound = picture_stream(mesh);
	uint64_t now_us = clock_now_us();

	if (outbound == NULL || mesh->hold || mesh->members == NULL)
		return;
	if (mesh->recorder != NULL)
		recorder_picture(mesh->recorder, OURSELVES,
		    outbound->stream.codec, encoded->bytes, encoded->is_key,
		    now_us);
	if (video->taken_us != 0)
		outbound_advance(outbound,
		    (uint32_t)((taken_us - video->taken_us) * CLOCK / 1000));
	video->taken_us = taken_us;
	mesh_pace_picture(mesh, encoded, now_us);
}

static void
on_end(void *arg, int err)
{
	struct mesh *mesh = arg;

	if (err != 0)
		log_warn("what is shown has failed: %s", cam_strerror(err));
	mesh->ops->on_finished(mesh->arg, mesh->video->kind);
}

static const struct camera_ops camera_ops = { on_picture, on_end };

/* What the slowest path takes; 0: not known. */
static unsigned
slowest_path(const struct mesh *mesh)
{
	unsigned least = 0;

	for (const struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next) {
		unsigned bitrate = bandwidth_bitrate(member->bandwidth);

		if (least == 0 || bitrate < least)
			least = bitrate;
	}
	return least;
}

static void
choose(struct mesh *mesh, uint64_t now_us)
{
	struct mesh_video *video = mesh->video;
	const struct video *source = camera_video(video->camera);
	const struct budget_state state = {
		.parties = (unsigned)mesh->member_count + 1,
		.ceiling = video->ceiling,
		.path = slowest_path(mesh),
		.width = source->width,
		.height = source->height,
		.rate = source->rate,
		.encode_us = camera_encode_us(video->camera),
		.quantizer = camera_quantizer(video->camera),
	};
	struct budget_choice choice = { 0 };

	if (mesh->member_count > 0 && !mesh->hold &&
	    picture_stream(mesh) != NULL)
		choice = budget_choose(&video->budget, &state, now_us / 1000);
	camera_set(video->camera, &choice);
	if (choice.bitrate > 0)
		mesh_pace_probe(
		    mesh, budget_share(state.parties, state.ceiling), now_us);
}

void
mesh_camera_figures(const struct mesh *mesh, struct mesh_stats *stats)
{
	const struct budget_choice choice = camera_choice(mesh->video->camera);

	if (choice.bitrate == 0)
		return;
	stats->width = choice.width;
	stats->height = choice.height;
	stats->fps = choice.rate;
}

/* Who taps comes when he likes, and cannot ask for what he has lost. */
static void
serve_tap(struct mesh *mesh, uint64_t now_us)
{
	struct mesh_video *video = mesh->video;

	if (mesh->tap.family == ADDR_NONE || now_us < video->tap_key_us)
		return;
	video->tap_key_us = now_us + TAP_KEY_US;
	camera_want_key(video->camera);
}

void
mesh_camera_tick(struct mesh *mesh, uint64_t now_us)
{
	struct mesh_video *video = mesh->video;

	if (video->camera == NULL || now_us < video->choose_us)
		return;
	video->choose_us = now_us + CHOOSE_US;
	choose(mesh, now_us);
	serve_tap(mesh, now_us);
}

/* -- what members say --------------------------------------------------------
 */

static void
read_arrivals(struct mesh_member *member, const struct rtcp_packet *packet,
    uint64_t came_us)
{
	struct feedback_arrival list[FEEDBACK_ARRIVALS_MAX];
	size_t count = 0;

	if (feedback_read_transport(packet, list, &count) == 0)
		bandwidth_feedback(
		    member->bandwidth, list, count, (int64_t)came_us);
}

void
mesh_camera_read(struct mesh *mesh, struct mesh_member *member,
    const struct rtcp_packet *packet, uint64_t came_us)
{
	const struct outbound *outbound = picture_stream(mesh);
	uint32_t ssrc = 0;

	if (mesh->video->camera == NULL || outbound == NULL ||
	    feedback_read_media(packet, &ssrc) < 0 ||
	    ssrc != outbound->stream.ssrc)
		return;
	if (packet->type == RTCP_PAYLOAD_FEEDBACK &&
	    packet->count == FEEDBACK_PLI)
		camera_want_key(mesh->video->camera);
	else if (packet->type == RTCP_TRANSPORT_FEEDBACK &&
		 packet->count == FEEDBACK_NACK)
		mesh_pace_repeat(mesh, member, packet, came_us);
	else if (packet->type == RTCP_TRANSPORT_FEEDBACK &&
		 packet->count == FEEDBACK_TRANSPORT)
		read_arrivals(member, packet, came_us);
}

/* -- its life ----------------------------------------------------------------
 */

void
mesh_camera_rekeyed(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;

	if (video == NULL || video->camera == NULL)
		return;
	mesh_pace_begin(mesh);
	camera_want_key(video->camera);
	video->taken_us = 0;
}

int
mesh_camera_open(struct mesh *mesh, const struct video_choice *choice)
{
	struct mesh_video *video = mesh->video;
	const struct outbound *outbound = NULL;
	struct video *source = NULL;
	int err = video_open(choice, &source);

	if (err < 0)
		return err;
	video->kind = choice->kind == VIDEO_X11 ? MEDIA_SCREEN : MEDIA_VIDEO;
	video->budget = (struct budget){ 0 };
	video->choose_us = 0;
	outbound = picture_stream(mesh);
	err = camera_new(mesh->loop, source,
	    outbound != NULL ? mesh_codec(&outbound->stream) : VPX_VP8,
	    &camera_ops, mesh, &video->camera);
	if (err == 0)
		mesh_pace_begin(mesh);
	return err;
}

void
mesh_camera_close(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;

	mesh_pace_end(mesh);
	camera_free(video->camera);
	video->camera = NULL;
}

void
mesh_set_budget(struct mesh *mesh, unsigned ceiling)
{
	mesh->video->ceiling = ceiling;
	mesh->video->choose_us = 0;
}

void
mesh_camera_record(struct mesh *mesh)
{
	struct camera *camera = mesh->video->camera;
	const struct outbound *outbound = picture_stream(mesh);
	struct budget_choice choice;

	if (camera == NULL || outbound == NULL)
		return;
	choice = camera_choice(camera);
	recorder_show(mesh->recorder, OURSELVES, outbound->stream.codec,
	    choice.width, choice.height);
	camera_want_key(camera);
}
