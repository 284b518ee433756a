/* mesh_video.c: pictures in a call: ours coded and sent, theirs shown. */
#include "media/mesh_video.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "loop/worker.h"
#include "media/bandwidth.h"
#include "media/budget.h"
#include "media/camera.h"
#include "media/feedback.h"
#include "media/mesh_parts.h"
#include "media/sent.h"
#include "media/viewer.h"

enum {
	DECODERS = 1, /* threads */
	CLOCK = 90,   /* ticks a ms */
	/* What leaves together would overflow short queues on its way: it is
	 * spread, faster than it comes by half and more. */
	PACE_MS = 5,
	PACE_PERCENT = 250,
	FEEDBACK_US = 60 * 1000,
	CHOOSE_US = 200 * 1000,
	KEY_US = 300 * 1000, /* between two askings for a key picture */
	REPEAT_US = 15 * 1000,
	BITRATE_START = 1000 * 1000,
	BITRATE_LEAST = 50 * 1000,
	BITRATE_MOST = 20 * 1000 * 1000,
};

struct mesh_video {
	struct workers *workers; /* made with the first stream to be seen */
	struct camera *camera;	 /* NULL: nothing to be sent */
	struct sent *sent;
	struct timer pacing;
	uint16_t unsent; /* the first packet that is made but not sent yet */
	uint16_t picture;
	uint64_t taken_us; /* of the last picture; 0: none yet */
	struct budget budget;
	unsigned ceiling;
	uint64_t choose_us, feedback_us;
	int record; /* -1: none; for the first stream that is to be seen */
};

static const struct worker_ops no_ops = { 0 };

/* The stream of ours that pictures go out by, or NULL. */
static struct outbound *
picture_stream(struct mesh *mesh)
{
	for (size_t i = 0; i < mesh->count; i++) {
		if (mesh->streams[i].stream.kind != MEDIA_AUDIO)
			return &mesh->streams[i];
	}
	return NULL;
}

static enum vpx_codec
codec_of(const struct media_stream *stream)
{
	return stream->codec == MEDIA_VP9 ? VPX_VP9 : VPX_VP8;
}

/* -- ours --------------------------------------------------------------------
 */

static void
send_to_all(struct mesh *mesh, uint16_t number, struct span packet)
{
	const struct addr *to[LIMIT_CALL_MEMBERS];
	size_t count = 0;
	int64_t now_us = (int64_t)clock_now_us();

	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next) {
		to[count++] = &member->addr;
		bandwidth_sent(member->bandwidth, number,
		    (uint16_t)(packet.len + MESH_WIRE_HEADERS), now_us);
	}
	if (count == 0)
		return;
	wire_send(mesh->wire, packet.data, packet.len, to, count);
	mesh->rate.bytes += packet.len + MESH_WIRE_HEADERS;
}

/* What may leave in the next few ms. */
static void
send_some(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;
	const struct outbound *outbound = picture_stream(mesh);
	struct budget_choice choice = camera_choice(video->camera);
	size_t most =
	    (size_t)choice.bitrate / 8000 * PACE_MS * PACE_PERCENT / 100;
	size_t sent = 0;

	while (outbound != NULL && video->unsent != outbound->sequence &&
	       (sent == 0 || sent < most)) {
		struct span packet = sent_find(video->sent, video->unsent);

		if (packet.len > 0)
			send_to_all(mesh, video->unsent, packet);
		video->unsent++;
		sent += packet.len;
	}
	if (outbound != NULL && video->unsent != outbound->sequence)
		timer_start(&video->pacing, PACE_MS);
}

static void
on_pacing(void *arg)
{
	send_some(arg);
}

/* Sealed once, for all and for who asks again. */
static void
keep_packet(struct mesh *mesh, struct outbound *outbound, enum vpx_codec codec,
    const struct payload_part *part, uint64_t now_us)
{
	uint8_t payload[PAYLOAD_HEADER_MAX + PAYLOAD_PART_MAX];
	uint8_t bytes[RTP_HEADER_MAX + sizeof payload + SHIELD_ADDS];
	uint16_t number = outbound->sequence;
	size_t header = payload_write(codec, part, payload);
	struct rtp_packet packet = {
		.marker = part->ends,
		.has_transport = true,
		/* Pictures are the only ones that are counted so. */
		.transport = number,
		.payload = { payload, header + part->bytes.len },
	};
	size_t len;

	memcpy(payload + header, part->bytes.data, part->bytes.len);
	len = outbound_write(outbound, &packet, now_us, bytes);
	mesh_tap_packet(mesh, bytes, len);
	if (shield_seal_rtp(mesh->shield, bytes, &len) == 0)
		sent_put(
		    mesh->video->sent, number, span_of(bytes, len), now_us);
}

static void
on_picture(void *arg, const struct vpx_encoded *encoded, uint64_t taken_us)
{
	struct mesh *mesh = arg;
	struct mesh_video *video = mesh->video;
	struct outbound *outbound = picture_stream(mesh);
	size_t count = payload_count(encoded->bytes.len);
	uint64_t now_us = clock_now_us();

	if (outbound == NULL || mesh->hold || mesh->members == NULL)
		return;
	if (video->taken_us != 0)
		outbound_advance(outbound,
		    (uint32_t)((taken_us - video->taken_us) * CLOCK / 1000));
	video->taken_us = taken_us;
	for (size_t i = 0; i < count; i++) {
		struct payload_part part =
		    payload_cut(encoded, video->picture, count, i);

		keep_packet(
		    mesh, outbound, codec_of(&outbound->stream), &part, now_us);
	}
	video->picture++;
	if (!timer_is_running(&video->pacing))
		send_some(mesh);
}

static void
on_end(void *arg, int err)
{
	struct mesh *mesh = arg;

	if (err == 0)
		mesh->ops->on_finished(mesh->arg, MEDIA_VIDEO);
	else
		mesh->ops->on_device(mesh->arg, MESH_IN, err);
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
	};
	struct budget_choice choice = { 0 };

	if (mesh->member_count > 0 && !mesh->hold &&
	    picture_stream(mesh) != NULL)
		choice = budget_choose(&video->budget, &state, now_us / 1000);
	camera_set(video->camera, &choice);
}

/* -- theirs ------------------------------------------------------------------
 */

void
mesh_video_open(struct mesh *mesh, struct inbound *inbound)
{
	struct mesh_video *video = mesh->video;

	if (inbound->stream.kind == MEDIA_AUDIO)
		return;
	if (video->workers == NULL)
		video->workers =
		    workers_new(mesh->loop, DECODERS, &no_ops, NULL);
	if (viewer_new(video->workers, codec_of(&inbound->stream),
		&inbound->viewer) < 0)
		return;
	inbound->arrivals = xcalloc(1, sizeof *inbound->arrivals);
	if (video->record >= 0) {
		viewer_record(inbound->viewer, video->record);
		video->record = -1;
	}
}

void
mesh_video_close(struct inbound *inbound)
{
	viewer_free(inbound->viewer);
	free(inbound->arrivals);
}

void
mesh_video_take(
    struct inbound *inbound, const struct rtp_packet *packet, uint64_t came_us)
{
	if (inbound->viewer == NULL)
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
	struct reassembly *reassembly = viewer_reassembly(inbound->viewer);
	uint32_t media_ssrc = inbound->stream.ssrc;
	uint16_t missing[FEEDBACK_MISSING_MAX];
	size_t count = reassembly_missing(reassembly, now_us,
	    member->round_trip_us, missing, FEEDBACK_MISSING_MAX);

	if (count > 0)
		feedback_put_nack(out, ssrc, media_ssrc, missing, count);
	if (reassembly_wants_key(reassembly) && inbound->proven &&
	    now_us - inbound->key_us >= KEY_US) {
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

/* -- what members say --------------------------------------------------------
 */

static void
repeat(struct mesh *mesh, const struct mesh_member *member,
    const struct rtcp_packet *packet, uint64_t now_us)
{
	uint16_t sequences[FEEDBACK_MISSING_MAX];
	const struct addr *to = &member->addr;
	size_t count = 0;

	if (feedback_read_nack(
		packet, sequences, FEEDBACK_MISSING_MAX, &count) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		struct span bytes;

		/* What waits for its turn will come. */
		if ((int16_t)(sequences[i] - mesh->video->unsent) >= 0)
			continue;
		bytes = sent_repeat(
		    mesh->video->sent, sequences[i], now_us, REPEAT_US);
		if (bytes.len == 0)
			continue;
		wire_send(mesh->wire, bytes.data, bytes.len, &to, 1);
		mesh->rate.bytes += bytes.len + MESH_WIRE_HEADERS;
	}
}

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
mesh_video_read(struct mesh *mesh, struct mesh_member *member,
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
		repeat(mesh, member, packet, came_us);
	else if (packet->type == RTCP_TRANSPORT_FEEDBACK &&
		 packet->count == FEEDBACK_TRANSPORT)
		read_arrivals(member, packet, came_us);
}

/* -- its life ----------------------------------------------------------------
 */

void
mesh_video_tick(struct mesh *mesh, uint64_t now_us)
{
	struct mesh_video *video = mesh->video;
	bool with_arrivals = now_us >= video->feedback_us;

	if (with_arrivals)
		video->feedback_us = now_us + FEEDBACK_US;
	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next)
		look_at(mesh, member, with_arrivals, now_us);
	if (video->camera != NULL && now_us >= video->choose_us) {
		video->choose_us = now_us + CHOOSE_US;
		choose(mesh, now_us);
	}
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

void
mesh_video_rekeyed(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;
	const struct outbound *outbound = picture_stream(mesh);

	if (video == NULL || video->camera == NULL)
		return;
	sent_free(video->sent);
	video->sent = sent_new();
	video->unsent = outbound != NULL ? outbound->sequence : 0;
	video->taken_us = 0;
	camera_want_key(video->camera);
}

static int
open_camera(struct mesh *mesh, const struct video_choice *choice)
{
	const struct outbound *outbound = picture_stream(mesh);
	struct video *source = NULL;
	int err = video_open(choice, &source);

	if (err < 0)
		return err;
	err = camera_new(mesh->loop, source,
	    outbound != NULL ? codec_of(&outbound->stream) : VPX_VP8,
	    &camera_ops, mesh, &mesh->video->camera);
	if (err == 0)
		mesh_video_rekeyed(mesh);
	return err;
}

int
mesh_video_new(struct mesh *mesh, const struct mesh_setup *setup)
{
	struct mesh_video *video = xcalloc(1, sizeof *video);

	mesh->video = video;
	video->record = setup->video_out;
	video->ceiling = setup->budget != 0 ? setup->budget : BUDGET_DEFAULT;
	timer_init(&video->pacing, mesh->loop, on_pacing, mesh);
	return setup->video_in.kind != VIDEO_NONE
		   ? open_camera(mesh, &setup->video_in)
		   : 0;
}

void
mesh_video_free(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;

	if (video == NULL)
		return;
	timer_finish(&video->pacing);
	camera_free(video->camera);
	/* Finishes what is being decoded. */
	if (video->workers != NULL)
		workers_free(video->workers);
	sent_free(video->sent);
	if (video->record >= 0)
		close(video->record);
	free(video);
	mesh->video = NULL;
}

void
mesh_video_look(struct inbound *inbound)
{
	uint64_t pictures;

	if (inbound->viewer == NULL)
		return;
	pictures = viewer_figures(inbound->viewer).pictures;
	inbound->seen = (unsigned)(pictures - inbound->seen_before);
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
	stats->pictures = inbound->seen;
	stats->skipped =
	    reassembly_counters(viewer_reassembly(inbound->viewer))->skipped;
}

/* -- for those who ask -------------------------------------------------------
 */

void
mesh_set_budget(struct mesh *mesh, unsigned ceiling)
{
	mesh->video->ceiling = ceiling;
	mesh->video->choose_us = 0;
}

int
mesh_frames(
    const struct mesh *mesh, unsigned number, enum media_kind kind, int *fd)
{
	const struct mesh_member *member = mesh_find(mesh, number);

	for (size_t i = 0; member != NULL && i < member->current->count; i++) {
		const struct inbound *inbound = &member->current->streams[i];

		if (inbound->viewer == NULL || inbound->stream.kind != kind)
			continue;
		*fd = viewer_fd(inbound->viewer);
		return 0;
	}
	return CAM_ERR_UNKNOWN;
}
