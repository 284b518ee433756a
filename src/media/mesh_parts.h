/* mesh_parts.h: what the files of a mesh share; nobody else includes it. */
#ifndef CAM_MESH_PARTS_H
#define CAM_MESH_PARTS_H

#include "base/buf.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "media/mesh.h"
#include "media/outbound.h"
#include "media/playout.h"
#include "media/reception.h"
#include "media/recorder.h"
#include "media/shield.h"
#include "media/speech.h"
#include "media/voice.h"
#include "media/wire.h"

enum { MESH_WIRE_HEADERS = 28 }; /* of IPv4 and UDP, a packet */

/* Bytes a second, looked at once a second. */
struct rate {
	uint64_t bytes;
	uint64_t bytes_before;
	unsigned bits; /* of the last second */
};

/* A stream of a member, and what he says of one of ours. */
struct inbound {
	struct mesh *mesh;
	unsigned member;
	struct media_stream stream;
	struct reception reception;
	struct playout *playout; /* of sound; else NULL */
	struct viewer *viewer;	 /* of pictures that have begun to come, and */
	struct arrivals *arrivals; /* when their packets came; else NULL */
	uint64_t seen_before;	   /* pictures, at the last second */
	unsigned seen;		   /* in it */
	uint64_t key_us;	   /* when a key picture was asked for */
	struct rate rate;
	bool proven; /* something authentic has come */
};

/* All that a member sends under one key. */
struct sender {
	struct shield *shield;
	struct inbound streams[LIMIT_MEDIA_STREAMS];
	size_t count;
	uint32_t rounds_guess; /* of its sequence numbers, next to be tried */
};

/* What a member says of a stream of ours. */
struct told {
	uint32_t ssrc;
	double loss;
	double jitter_ms;
};

struct mesh_member {
	unsigned number;
	struct addr addr;
	struct sender *current;
	struct sender *former; /* until former_until_us, or NULL */
	uint64_t former_until_us;
	bool heard;
	uint64_t heard_us; /* when, last; before: since when we wait */
	uint64_t rejected;
	uint32_t round_trip_us;	     /* 0: not known */
	struct bandwidth *bandwidth; /* of the way to him */
	struct shown *shown;	     /* his pictures; NULL: none yet */
	struct told told[LIMIT_MEDIA_STREAMS];
	struct mesh_member *next;
};

struct mesh {
	struct loop *loop;
	const struct mesh_ops *ops;
	void *arg;
	struct wire *wire;
	struct watch receiving; /* while somebody has not been heard yet */
	struct watch clock;	/* of a device that has one */
	struct timer ticking;	/* every 20 ms; slower beside a clock */
	bool clock_runs;
	bool started;
	uint64_t begin_us; /* frame n is due n times 20 ms later */
	uint64_t frames;
	uint64_t clock_us; /* when a device's clock was last heard */
	struct media own;
	struct shield *shield;
	struct outbound streams[LIMIT_MEDIA_STREAMS];
	size_t count;
	struct rate rates[LIMIT_MEDIA_STREAMS]; /* of each, to one member */
	struct mesh_member *members;
	size_t member_count;
	/* Our voice. */
	unsigned channels; /* of all that is heard and said */
	struct audio *in, *out;
	/* By mesh_direction; their descriptors are the devices'. */
	struct audio_choice choices[2];
	bool replaced[2]; /* by the system's own: that may not fail, too */
	bool echo, noise, gain;
	struct speech *speech; /* of a microphone; NULL: as it is */
	struct voice_encoder *encoder;
	bool finished; /* the input has ended, and was told */
	bool hold, mute, silent;
	uint8_t level;
	bool wants_levels;
	uint64_t levels_us, report_us; /* when the next is due */
	uint64_t looked_us; /* when the last second ended, by the clock */
	uint64_t dropped;
	struct addr tap; /* ADDR_NONE: nobody taps */
	bool tap_sealed;
	struct recorder *recorder; /* NULL: nothing is recorded */
	struct mesh_video *video;
};

void mesh_member_free(struct mesh_member *member);
struct mesh_member *mesh_find(const struct mesh *mesh, unsigned number);

/* A stream of one of the members by its SSRC; NULL. */
struct inbound *mesh_inbound(const struct mesh *mesh, uint32_t ssrc,
    struct mesh_member **member, struct sender **sender);
/* Takes all that waits on the socket. */
void mesh_receive(struct mesh *mesh);
/* Whether the socket must be watched, or can wait for the next frame. */
void mesh_update_watch(struct mesh *mesh);

/* Seals and sends to all members, as a packet of that stream of ours. packet
 * has room for SHIELD_ADDS. */
void mesh_send(struct mesh *mesh, const struct outbound *outbound,
    uint8_t *packet, size_t len);
/* So many bytes of it have left for a member. */
void mesh_count_sent(
    struct mesh *mesh, const struct outbound *outbound, size_t len);
/* The same bytes where somebody taps them in this form. */
void mesh_tap_packet(
    struct mesh *mesh, bool sealed, const uint8_t *packet, size_t len);
/* Seals and sends to one; nothing where out is empty. */
void mesh_send_rtcp(
    struct mesh *mesh, struct mesh_member *member, struct buf *out);
/* Reports of all streams to each member; bye: the last one. */
void mesh_report(struct mesh *mesh, bool bye);
void mesh_read_reports(struct mesh *mesh, struct mesh_member *member,
    struct sender *sender, struct span packet, uint64_t came_us);

/* Takes the descriptors of both. As audio_open_in(). */
int mesh_open_devices(struct mesh *mesh, const struct mesh_setup *setup);
/* Another takes its place. */
void mesh_device_failed(struct mesh *mesh, enum mesh_direction direction);

#endif
