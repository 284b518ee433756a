/* mesh_camera.c: our own pictures in a call: coded, sent, repeated for who
 * misses some, and as large as the call allows. */
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "media/bandwidth.h"
#include "media/camera.h"
#include "media/feedback.h"
#include "media/mesh_parts.h"
#include "media/mesh_video.h"
#include "media/payload.h"
#include "media/sent.h"

enum {
	CLOCK = 90, /* ticks a ms */
	/* What leaves together would overflow short queues on its way: it is
	 * spread, faster than it comes by half and more. */
	PACE_MS = 5,
	PACE_PERCENT = 250,
	CHOOSE_US = 200 * 1000,
	REPEAT_US = 15 * 1000,
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

const struct outbound *
mesh_camera_stream(const struct mesh *mesh)
{
	return mesh->video->camera != NULL ? picture_stream((struct mesh *)mesh)
					   : NULL;
}

/* -- ours --------------------------------------------------------------------
 */

static void
send_to_all(struct mesh *mesh, const struct outbound *outbound, uint16_t number,
    struct span packet)
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
	mesh_count_sent(mesh, outbound, packet.len);
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
			send_to_all(mesh, outbound, video->unsent, packet);
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
	mesh_tap_packet(mesh, false, bytes, len);
	if (shield_seal_rtp(mesh->shield, bytes, &len) < 0)
		return;
	mesh_tap_packet(mesh, true, bytes, len);
	sent_put(mesh->video->sent, number, span_of(bytes, len), now_us);
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

		keep_packet(mesh, outbound, mesh_codec(&outbound->stream),
		    &part, now_us);
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
		.quantizer = camera_quantizer(video->camera),
	};
	struct budget_choice choice = { 0 };

	if (mesh->member_count > 0 && !mesh->hold &&
	    picture_stream(mesh) != NULL)
		choice = budget_choose(&video->budget, &state, now_us / 1000);
	camera_set(video->camera, &choice);
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

void
mesh_camera_tick(struct mesh *mesh, uint64_t now_us)
{
	struct mesh_video *video = mesh->video;

	if (video->camera == NULL || now_us < video->choose_us)
		return;
	video->choose_us = now_us + CHOOSE_US;
	choose(mesh, now_us);
}

/* -- what members say --------------------------------------------------------
 */

static void
repeat(struct mesh *mesh, const struct outbound *outbound,
    const struct mesh_member *member, const struct rtcp_packet *packet,
    uint64_t now_us)
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
		mesh_count_sent(mesh, outbound, bytes.len);
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
		repeat(mesh, outbound, member, packet, came_us);
	else if (packet->type == RTCP_TRANSPORT_FEEDBACK &&
		 packet->count == FEEDBACK_TRANSPORT)
		read_arrivals(member, packet, came_us);
}

/* -- its life ----------------------------------------------------------------
 */

/* Nothing of what was sent before can be asked for any more. */
static void
begin_sending(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;
	const struct outbound *outbound = picture_stream(mesh);

	timer_stop(&video->pacing);
	sent_free(video->sent);
	video->sent = sent_new();
	video->unsent = outbound != NULL ? outbound->sequence : 0;
	camera_want_key(video->camera);
}

void
mesh_camera_rekeyed(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;

	if (video == NULL || video->camera == NULL)
		return;
	begin_sending(mesh);
	video->taken_us = 0;
}

void
mesh_camera_prepare(struct mesh *mesh)
{
	timer_init(&mesh->video->pacing, mesh->loop, on_pacing, mesh);
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
		begin_sending(mesh);
	return err;
}

void
mesh_camera_close(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;

	timer_stop(&video->pacing);
	camera_free(video->camera);
	video->camera = NULL;
	sent_free(video->sent);
	video->sent = NULL;
}

void
mesh_set_budget(struct mesh *mesh, unsigned ceiling)
{
	mesh->video->ceiling = ceiling;
	mesh->video->choose_us = 0;
}
