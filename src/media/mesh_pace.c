/* mesh_pace.c: when packets of our pictures leave: spread, repeated for who
 * misses some, and trains of them that try what a path takes. */
#include <string.h>

#include "base/clock.h"
#include "media/bandwidth.h"
#include "media/camera.h"
#include "media/feedback.h"
#include "media/mesh_parts.h"
#include "media/mesh_video.h"
#include "media/payload.h"
#include "media/sent.h"

enum {
	/* What leaves together would overflow short queues on its way: it is
	 * spread, faster than it comes by half and more. */
	PACE_MS = 5,
	PACE_PERCENT = 250,
	REPEAT_US = 15 * 1000,
	/* On the wire. */
	PROBE_BYTES =
	    RTP_HEADER_MAX + RTP_PADDING_MAX + SHIELD_ADDS + MESH_WIRE_HEADERS,
};

/* -- what leaves -------------------------------------------------------------
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

static bool
is_probing(struct mesh_video *video)
{
	if ((int16_t)(video->probe_end - video->unsent) <= 0)
		video->probe_bitrate = 0;
	return video->probe_bitrate != 0;
}

/* What may leave in the next few ms. */
static size_t
allowance(struct mesh_video *video)
{
	size_t bitrate = camera_choice(video->camera).bitrate;

	if (is_probing(video))
		return (size_t)video->probe_bitrate / 8000 * PACE_MS;
	return bitrate / 8000 * PACE_MS * PACE_PERCENT / 100;
}

static void
send_some(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;
	const struct outbound *outbound = mesh_camera_stream(mesh);
	size_t most = allowance(video), sent = 0;

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

/* -- what is made ------------------------------------------------------------
 */

/* Sealed once, for all and for who asks again; bytes has room for it. */
static void
keep_packet(struct mesh *mesh, struct outbound *outbound,
    struct rtp_packet *packet, uint8_t *bytes, uint64_t now_us)
{
	uint16_t number = outbound->sequence;
	size_t len;

	/* Pictures are the only ones that are counted so. */
	packet->has_transport = true;
	packet->transport = number;
	len = outbound_write(outbound, packet, now_us, bytes);
	mesh_tap_packet(mesh, false, bytes, len);
	if (shield_seal_rtp(mesh->shield, bytes, &len) < 0)
		return;
	mesh_tap_packet(mesh, true, bytes, len);
	sent_put(mesh->video->sent, number, span_of(bytes, len), now_us);
}

static void
keep_part(struct mesh *mesh, struct outbound *outbound,
    const struct payload_part *part, uint64_t now_us)
{
	uint8_t payload[PAYLOAD_HEADER_MAX + PAYLOAD_PART_MAX];
	uint8_t bytes[RTP_HEADER_MAX + sizeof payload + SHIELD_ADDS];
	size_t header =
	    payload_write(mesh_codec(&outbound->stream), part, payload);
	struct rtp_packet packet = {
		.marker = part->ends,
		.payload = { payload, header + part->bytes.len },
	};

	memcpy(payload + header, part->bytes.data, part->bytes.len);
	keep_packet(mesh, outbound, &packet, bytes, now_us);
}

void
mesh_pace_picture(
    struct mesh *mesh, const struct vpx_encoded *encoded, uint64_t now_us)
{
	struct mesh_video *video = mesh->video;
	size_t count = payload_count(encoded->bytes.len);

	for (size_t i = 0; i < count; i++) {
		struct payload_part part =
		    payload_cut(encoded, video->picture, count, i);

		keep_part(mesh, mesh_camera_stream(mesh), &part, now_us);
	}
	video->picture++;
	if (!timer_is_running(&video->pacing))
		send_some(mesh);
}

static void
keep_padding(struct mesh *mesh, struct outbound *outbound, uint64_t now_us)
{
	uint8_t bytes[RTP_HEADER_MAX + RTP_PADDING_MAX + SHIELD_ADDS];
	struct rtp_packet packet = { .padding = RTP_PADDING_MAX };

	keep_packet(mesh, outbound, &packet, bytes, now_us);
}

/* The slowest path decides how large pictures are, so it decides what is tried:
 * what it wants, or nothing. */
static unsigned
wanted_probe(const struct mesh *mesh, unsigned wanted, uint64_t now_us)
{
	const struct bandwidth *slowest = NULL;

	for (const struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next) {
		if (slowest == NULL || bandwidth_bitrate(member->bandwidth) <
					   bandwidth_bitrate(slowest))
			slowest = member->bandwidth;
	}
	return slowest != NULL
		   ? bandwidth_wants_probe(slowest, wanted, (int64_t)now_us)
		   : 0;
}

void
mesh_pace_probe(struct mesh *mesh, unsigned wanted, uint64_t now_us)
{
	struct mesh_video *video = mesh->video;
	struct outbound *outbound = mesh_camera_stream(mesh);
	unsigned bitrate = wanted_probe(mesh, wanted, now_us);
	unsigned count = probe_packets(bitrate, PROBE_BYTES);

	if (bitrate == 0 || outbound == NULL ||
	    video->unsent != outbound->sequence)
		return;
	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next)
		bandwidth_probe(member->bandwidth, outbound->sequence,
		    (uint16_t)count, bitrate, (int64_t)now_us);
	for (unsigned i = 0; i < count; i++)
		keep_padding(mesh, outbound, now_us);
	video->probe_end = outbound->sequence;
	video->probe_bitrate = bitrate;
	send_some(mesh);
}

/* -- what is repeated --------------------------------------------------------
 */

void
mesh_pace_repeat(struct mesh *mesh, const struct mesh_member *member,
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
		mesh_count_sent(mesh, mesh_camera_stream(mesh), bytes.len);
	}
}

/* -- its life ----------------------------------------------------------------
 */

void
mesh_pace_begin(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;
	const struct outbound *outbound = mesh_camera_stream(mesh);

	mesh_pace_end(mesh);
	video->sent = sent_new();
	video->unsent = outbound != NULL ? outbound->sequence : 0;
	video->probe_bitrate = 0;
}

void
mesh_pace_end(struct mesh *mesh)
{
	struct mesh_video *video = mesh->video;

	timer_stop(&video->pacing);
	sent_free(video->sent);
	video->sent = NULL;
}

void
mesh_pace_prepare(struct mesh *mesh)
{
	timer_init(&mesh->video->pacing, mesh->loop, on_pacing, mesh);
}
