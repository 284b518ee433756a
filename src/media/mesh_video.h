/* mesh_video.h: pictures in a call: ours coded and sent, theirs shown. Only the
 * mesh's files include it. */
#ifndef CAM_MESH_VIDEO_H
#define CAM_MESH_VIDEO_H

#include <stdint.h>

#include "base/span.h"
#include "loop/timer.h"
#include "media/budget.h"
#include "media/vpx.h"
#include "rpc/media.h"

struct camera;
struct inbound;
struct media_stream;
struct mesh;
struct mesh_member;
struct mesh_setup;
struct mesh_stats;
struct outbound;
struct rtcp_packet;
struct rtp_packet;
struct sent;
struct video_choice;
struct vpx_encoded;
struct workers;

/* Of a mesh. */
struct mesh_video {
	struct workers *workers; /* made with the first stream to be seen */
	struct camera *camera;	 /* NULL: nothing to be sent */
	enum media_kind kind;	 /* of what it sees */
	struct sent *sent;
	struct timer pacing;
	uint16_t unsent;    /* the first packet that is made but not sent yet */
	uint16_t probe_end; /* behind the last of a probe, which leaves at */
	unsigned probe_bitrate; /* so many bits a second; 0: none does */
	uint16_t picture;
	uint64_t taken_us; /* of the last picture; 0: none yet */
	struct budget budget;
	unsigned ceiling;
	uint64_t choose_us, feedback_us, tap_key_us;
	int record; /* -1: none; for the first member who sends pictures */
};

/* Opens what pictures come from, if anything. Errors of video_open(). */
int mesh_video_new(struct mesh *mesh, const struct mesh_setup *setup);
/* When all streams are gone. */
void mesh_video_free(struct mesh *mesh);

void mesh_video_close(struct inbound *inbound);
/* Who has joined sees something at once. */
void mesh_video_joined(struct mesh *mesh, struct mesh_member *member);

/* Nothing for sound, nor where pictures cannot be shown. */
void mesh_video_take(struct mesh *mesh, struct mesh_member *member,
    struct inbound *inbound, const struct rtp_packet *packet, uint64_t came_us);
/* Once a second, or what has passed: how many pictures there were in one. */
void mesh_video_look(struct inbound *inbound, uint64_t passed_us);
void mesh_video_figures(
    const struct inbound *inbound, struct mesh_stats *stats);
/* Every 20 ms. */
void mesh_video_tick(struct mesh *mesh, uint64_t now_us);
/* A recording begins: who shows something has a track in it. */
void mesh_video_record(struct mesh *mesh);

enum vpx_codec mesh_codec(const struct media_stream *stream);

/* -- ours: mesh_camera.c -----------------------------------------------------
 */

/* Errors of video_open(). */
int mesh_camera_open(struct mesh *mesh, const struct video_choice *choice);
void mesh_camera_close(struct mesh *mesh);
/* Size and rate of what is sent at present. */
void mesh_camera_figures(const struct mesh *mesh, struct mesh_stats *stats);
/* The stream that pictures go out by, or NULL. */
struct outbound *mesh_camera_stream(const struct mesh *mesh);
/* Our streams are others now. */
void mesh_camera_rekeyed(struct mesh *mesh);
/* Feedback of a member about what we send. */
void mesh_camera_read(struct mesh *mesh, struct mesh_member *member,
    const struct rtcp_packet *packet, uint64_t came_us);
void mesh_camera_tick(struct mesh *mesh, uint64_t now_us);
void mesh_camera_record(struct mesh *mesh);

/* -- what leaves, and when: mesh_pace.c --------------------------------------
 */

void mesh_pace_prepare(struct mesh *mesh);
/* Nothing of what was sent before can be asked for any more. */
void mesh_pace_begin(struct mesh *mesh);
void mesh_pace_end(struct mesh *mesh);
void mesh_pace_picture(
    struct mesh *mesh, const struct vpx_encoded *encoded, uint64_t now_us);
/* Tries whether so many bits a second could be sent, where that is not known
 * and nothing waits to leave. */
void mesh_pace_probe(struct mesh *mesh, unsigned wanted, uint64_t now_us);
/* What a member misses. */
void mesh_pace_repeat(struct mesh *mesh, const struct mesh_member *member,
    const struct rtcp_packet *packet, uint64_t now_us);

#endif
