/* mesh_report.c: what we tell members of their streams and of ours, and what
 * they tell us. */
#include <string.h>

#include "base/clock.h"
#include "media/mesh_parts.h"
#include "media/mesh_video.h"

enum { LOSS_PERCENT_MAX = 30 };

static struct outbound *
own_stream(struct mesh *mesh, uint32_t ssrc)
{
	for (size_t i = 0; i < mesh->count; i++) {
		if (mesh->streams[i].stream.ssrc == ssrc)
			return &mesh->streams[i];
	}
	return NULL;
}

void
mesh_tap_packet(
    struct mesh *mesh, bool sealed, const uint8_t *packet, size_t len)
{
	struct addr tap = mesh->tap;
	const struct addr *to = &tap;
	const struct outbound *outbound = NULL;

	if (tap.family == ADDR_NONE || mesh->tap_sealed != sealed)
		return;
	outbound = own_stream(mesh, rtp_claimed_ssrc(span_of(packet, len)));
	if (outbound == NULL)
		return;
	tap.port += 2 * (uint16_t)outbound->stream.kind;
	wire_send(mesh->wire, packet, len, &to, 1);
}

void
mesh_count_sent(struct mesh *mesh, const struct outbound *outbound, size_t len)
{
	mesh->rates[outbound - mesh->streams].bytes += len + MESH_WIRE_HEADERS;
}

void
mesh_send(struct mesh *mesh, const struct outbound *outbound, uint8_t *packet,
    size_t len)
{
	const struct addr *to[LIMIT_CALL_MEMBERS];
	size_t count = 0;

	mesh_tap_packet(mesh, false, packet, len);
	if (shield_seal_rtp(mesh->shield, packet, &len) < 0)
		return;
	mesh_tap_packet(mesh, true, packet, len);
	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next)
		to[count++] = &member->addr;
	mesh_count_sent(mesh, outbound, len);
	wire_send(mesh->wire, packet, len, to, count);
}

/* One for each stream of the member that has come. */
static size_t
make_reports(struct mesh_member *member, uint64_t now_us,
    struct rtcp_report reports[LIMIT_MEDIA_STREAMS])
{
	struct sender *sender = member->current;
	size_t count = 0;

	for (size_t i = 0; i < sender->count; i++) {
		struct inbound *inbound = &sender->streams[i];

		if (inbound->reception.started)
			reception_report(&inbound->reception,
			    inbound->stream.ssrc, now_us, &reports[count++]);
	}
	return count;
}

void
mesh_send_rtcp(struct mesh *mesh, struct mesh_member *member, struct buf *out)
{
	const struct addr *to = &member->addr;
	size_t len = out->len;

	if (len > 0 && buf_reserve(out, SHIELD_ADDS) != NULL &&
	    shield_seal_rtcp(mesh->shield, out->data, &len) == 0)
		wire_send(mesh->wire, out->data, len, &to, 1);
}

static void
report_to(
    struct mesh *mesh, struct mesh_member *member, uint64_t now_us, bool bye)
{
	struct rtcp_report reports[LIMIT_MEDIA_STREAMS];
	size_t count = make_reports(member, now_us, reports);
	struct buf out;

	buf_init(&out, LIMIT_MEDIA_PACKET);
	for (size_t i = 0; i < mesh->count; i++) {
		struct rtcp_sender sender =
		    outbound_report(&mesh->streams[i], now_us, clock_wall_us());

		rtcp_put_reports(&out, mesh->streams[i].stream.ssrc, &sender,
		    reports, i == 0 ? count : 0);
	}
	rtcp_put_cname(&out, mesh->streams[0].stream.ssrc, mesh->own.cname);
	if (bye)
		rtcp_put_bye(&out, mesh->streams[0].stream.ssrc);
	mesh_send_rtcp(mesh, member, &out);
	buf_finish(&out);
}

void
mesh_report(struct mesh *mesh, bool bye)
{
	uint64_t now_us = clock_now_us();

	if (mesh->count == 0)
		return;
	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next)
		report_to(mesh, member, now_us, bye);
}

static struct told *
told_of(struct mesh_member *member, uint32_t ssrc)
{
	for (size_t i = 0; i < LIMIT_MEDIA_STREAMS; i++) {
		struct told *told = &member->told[i];

		if (told->ssrc == 0)
			told->ssrc = ssrc;
		if (told->ssrc == ssrc)
			return told;
	}
	return NULL;
}

/* So much of each packet is said again as the worst way loses. */
static void
protect_voice(struct mesh *mesh, uint32_t ssrc)
{
	double worst = 0;

	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next) {
		const struct told *told = told_of(member, ssrc);

		if (told != NULL && told->loss > worst)
			worst = told->loss;
	}
	worst *= 100;
	voice_expect_loss(mesh->encoder, worst < LOSS_PERCENT_MAX
					     ? (unsigned)(worst + 0.9)
					     : LOSS_PERCENT_MAX);
}

static void
read_report(struct mesh *mesh, struct mesh_member *member,
    const struct rtcp_report *report, uint64_t came_us)
{
	int64_t wall_us = clock_wall_us() - (int64_t)(clock_now_us() - came_us);
	struct outbound *outbound = own_stream(mesh, report->ssrc);
	struct told *told =
	    outbound != NULL ? told_of(member, report->ssrc) : NULL;
	uint32_t trip_us = rtcp_round_trip_us(report, rtcp_ntp(wall_us));

	if (told == NULL)
		return;
	/* Fast up, slowly down. */
	told->loss += (report->fraction_lost / 256. - told->loss) /
		      (report->fraction_lost / 256. > told->loss ? 1.5 : 4.);
	told->jitter_ms = report->jitter * 1000. / outbound->stream.clock;
	if (trip_us != 0)
		member->round_trip_us = trip_us;
	if (outbound->stream.kind == MEDIA_AUDIO)
		protect_voice(mesh, report->ssrc);
}

static void
read_one(struct mesh *mesh, struct mesh_member *member, struct sender *sender,
    const struct rtcp_packet *packet, uint64_t came_us)
{
	struct rtcp_sender said;
	struct rtcp_report report;

	for (size_t i = 0; i < sender->count; i++) {
		if (sender->streams[i].stream.ssrc == packet->ssrc &&
		    rtcp_read_sender(packet, &said) == 0)
			reception_sender_report(
			    &sender->streams[i].reception, &said, came_us);
	}
	for (size_t i = 0; rtcp_read_report(packet, i, &report) == 0; i++)
		read_report(mesh, member, &report, came_us);
	mesh_camera_read(mesh, member, packet, came_us);
}

void
mesh_read_reports(struct mesh *mesh, struct mesh_member *member,
    struct sender *sender, struct span packet, uint64_t came_us)
{
	struct rtcp_packet one;

	while (rtcp_next(&packet, &one) == 0)
		read_one(mesh, member, sender, &one, came_us);
}
