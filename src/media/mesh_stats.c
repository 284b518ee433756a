/* mesh_stats.c: how well a call goes. */
#include <string.h>

#include "base/clock.h"
#include "media/mesh_parts.h"
#include "media/mesh_video.h"

enum { OURSELVES = 0 };

unsigned
mesh_delay_ms(const struct mesh *mesh)
{
	return VOICE_FRAME_MS +
	       (mesh->in->delay_us + mesh->out->delay_us) / 1000;
}

static void
take_outgoing(const struct mesh *mesh, const struct mesh_member *member,
    const struct outbound *outbound, struct mesh_stats *stats)
{
	const struct rate *rate = &mesh->rates[outbound - mesh->streams];

	*stats = (struct mesh_stats){ .member = member->number,
		.outgoing = true,
		.stream = outbound->stream,
		.bitrate = rate->bits,
		.rtt_ms = member->round_trip_us / 1000.,
		.packets = outbound->packets,
		.level = mesh->level };
	for (size_t i = 0; i < LIMIT_MEDIA_STREAMS; i++) {
		const struct told *told = &member->told[i];

		if (told->ssrc != outbound->stream.ssrc)
			continue;
		stats->loss = told->loss;
		stats->jitter_ms = told->jitter_ms;
	}
	if (outbound == mesh_camera_stream(mesh))
		mesh_camera_figures(mesh, stats);
}

static void
take_incoming(const struct mesh *mesh, const struct mesh_member *member,
    const struct inbound *inbound, uint64_t now_us, struct mesh_stats *stats)
{
	const struct reception *reception = &inbound->reception;

	*stats = (struct mesh_stats){ .member = member->number,
		.stream = inbound->stream,
		.bitrate = inbound->rate.bits,
		.loss = reception->loss,
		.jitter_ms =
		    (reception->jitter >> 4) * 1000. / inbound->stream.clock,
		.rtt_ms = member->round_trip_us / 1000.,
		.packets = reception->received,
		.level = RTP_LEVEL_SILENT };
	mesh_video_figures(inbound, stats);
	if (inbound->playout != NULL) {
		const struct jitter *jitter = &inbound->playout->jitter;
		int64_t waits_us = jitter_delay_us(jitter, now_us);

		stats->level = inbound->playout->level;
		stats->concealed = jitter->counters.concealed;
		stats->recovered = jitter->counters.recovered;
		stats->late = jitter->counters.late;
		/* Less than nothing: it was played a little before its time. */
		stats->delay_ms = (waits_us > 0 ? waits_us : 0) / 1000. +
				  member->round_trip_us / 2000. +
				  mesh_delay_ms(mesh);
	}
}

/* Pictures are signalled also where there are none. */
static bool
is_in_use(const struct media_stream *stream, uint64_t packets)
{
	return stream->kind == MEDIA_AUDIO || packets > 0;
}

size_t
mesh_stats(struct mesh *mesh, struct mesh_stats *stats)
{
	uint64_t now_us = clock_now_us();
	size_t count = 0;

	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next) {
		for (size_t i = 0; i < mesh->count; i++) {
			if (is_in_use(&mesh->streams[i].stream,
				mesh->streams[i].packets))
				take_outgoing(mesh, member, &mesh->streams[i],
				    &stats[count++]);
		}
		for (size_t i = 0; i < member->current->count; i++) {
			const struct inbound *inbound =
			    &member->current->streams[i];

			if (is_in_use(
				&inbound->stream, inbound->reception.received))
				take_incoming(mesh, member, inbound, now_us,
				    &stats[count++]);
		}
	}
	return count;
}

size_t
mesh_members(const struct mesh *mesh, struct mesh_member_stats *members)
{
	size_t count = 0;

	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next)
		members[count++] =
		    (struct mesh_member_stats){ .member = member->number,
			    .heard = member->heard,
			    .rejected = member->rejected };
	return count;
}

uint64_t
mesh_dropped(const struct mesh *mesh)
{
	return mesh->dropped;
}

uint8_t
mesh_level(const struct mesh *mesh, unsigned number)
{
	struct mesh_member *member = mesh_find(mesh, number);
	uint8_t loudest = RTP_LEVEL_SILENT;

	if (number == OURSELVES)
		return mesh->level;
	for (size_t i = 0; member != NULL && i < member->current->count; i++) {
		const struct playout *playout =
		    member->current->streams[i].playout;

		if (playout != NULL && playout->level < loudest)
			loudest = playout->level;
	}
	return loudest;
}
