/* mesh_video.h: pictures in a call: ours coded and sent, theirs shown. Only the
 * mesh's files include it. */
#ifndef CAM_MESH_VIDEO_H
#define CAM_MESH_VIDEO_H

#include <stdint.h>

#include "base/span.h"

struct inbound;
struct mesh;
struct mesh_member;
struct mesh_setup;
struct mesh_stats;
struct rtcp_packet;
struct rtp_packet;

/* Opens what pictures come from, if anything. Errors of video_open(). */
int mesh_video_new(struct mesh *mesh, const struct mesh_setup *setup);
/* When all streams are gone. */
void mesh_video_free(struct mesh *mesh);

/* What a stream of pictures of a member needs; nothing for sound, nor where
 * pictures cannot be shown. */
void mesh_video_open(struct mesh *mesh, struct inbound *inbound);
void mesh_video_close(struct inbound *inbound);
/* Our streams are others now. */
void mesh_video_rekeyed(struct mesh *mesh);
/* Who has joined sees something at once. */
void mesh_video_joined(struct mesh *mesh, struct mesh_member *member);

void mesh_video_take(
    struct inbound *inbound, const struct rtp_packet *packet, uint64_t came_us);
/* Feedback of a member about what we send. */
void mesh_video_read(struct mesh *mesh, struct mesh_member *member,
    const struct rtcp_packet *packet, uint64_t came_us);
/* Once a second: how many pictures there were. */
void mesh_video_look(struct inbound *inbound);
void mesh_video_figures(
    const struct inbound *inbound, struct mesh_stats *stats);
/* Every 20 ms. */
void mesh_video_tick(struct mesh *mesh, uint64_t now_us);

#endif
