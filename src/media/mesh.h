/* mesh.h: our place in a call: one socket, our streams, and every other member.
 */
#ifndef CAM_MESH_H
#define CAM_MESH_H

#include <stdbool.h>
#include <stdint.h>

#include "media/audio.h"
#include "media/video.h"
#include "net/addr.h"
#include "rpc/media.h"

struct loop;
struct mesh;

enum mesh_direction { MESH_IN, MESH_OUT };

struct mesh_ops {
	void (*on_heard)(void *arg, unsigned member);
	void (*on_lost)(void *arg, unsigned member);
	/* An input file has ended. */
	void (*on_finished)(void *arg, enum media_kind kind);
	/* A device has failed; in its place is the system's own, or silence. */
	void (*on_device)(
	    void *arg, enum mesh_direction direction, bool is_silent);
	/* Four times a second while mesh_want_levels(). */
	void (*on_levels)(void *arg);
};

struct mesh_setup {
	int socket;		     /* taken */
	struct media own;	     /* copied */
	struct audio_choice in, out; /* without their channels */
	unsigned channels;	     /* of all that is heard and said; 0: 1 */
	unsigned bitrate;	     /* of a voice, a second; 0: as is usual */
	bool echo, noise, gain; /* what is to be done to a microphone's voice */
	struct video_choice video_in; /* taken */
	int video_out;	 /* a file for the first member's to come; taken; -1 */
	unsigned budget; /* bits a second of all streams; 0: BUDGET_DEFAULT */
};

/* CAM_ERR_UNSUPPORTED, CAM_ERR_UNKNOWN, CAM_ERR_FORMAT of the devices;
 * CAM_ERR_CRYPTO, CAM_ERR_SYSTEM. shield_start() has been called. */
int mesh_new(struct loop *loop, const struct mesh_setup *setup,
    const struct mesh_ops *ops, void *arg, struct mesh **mesh);
/* Says goodbye. */
void mesh_free(struct mesh *mesh);

/* One that is there already gets another key and other streams; what is still
 * on its way under the old ones is accepted for 5 s. */
int mesh_add(struct mesh *mesh, unsigned number, const struct addr *addr,
    const struct media *media);
/* CAM_ERR_UNKNOWN. */
int mesh_remove(struct mesh *mesh, unsigned number);
/* Another key and other streams of ours. */
int mesh_rekey(struct mesh *mesh, const struct media *own);

/* On hold nothing is sent or played but reports. */
void mesh_hold(struct mesh *mesh, bool on);
/* Silence is sent in place of our voice. */
void mesh_mute(struct mesh *mesh, bool on);
void mesh_want_levels(struct mesh *mesh, bool on);
void mesh_set_bitrate(struct mesh *mesh, unsigned bitrate);
/*
 * What we send goes to this machine, too (127.0.0.1), as it is or in clear:
 * sound to that port, pictures of a camera to the second after it, those of a
 * screen to the fourth. 0: no more. Sealed it ends with its key.
 */
enum { MESH_TAP_PORTS = 5 };
void mesh_tap(struct mesh *mesh, uint16_t port, bool sealed);
/* All that is said is handed to cam-record; fd is taken, -1: no more. It ends
 * by itself where cam-record takes no more. CAM_ERR_SYSTEM. */
int mesh_record(struct mesh *mesh, int fd);
/* The device of before stays where the new one does not open. */
int mesh_change(struct mesh *mesh, enum mesh_direction direction,
    const struct audio_choice *choice);

/* Bits a second that all streams of the call may take. */
void mesh_set_budget(struct mesh *mesh, unsigned ceiling);
/* The shared memory (picture/frames.h) in which a member's pictures come, or
 * will once he sends some; it stays the mesh's. CAM_ERR_UNKNOWN,
 * CAM_ERR_SYSTEM. */
int mesh_frames(struct mesh *mesh, unsigned number, int *fd);
/* Where our pictures come from, from now on; takes the choice's fd. Errors of
 * video_open(): then there are none. */
int mesh_show(struct mesh *mesh, const struct video_choice *choice);

/* How long a word takes from a microphone to the wire and from the wire to a
 * speaker, at least. */
unsigned mesh_delay_ms(const struct mesh *mesh);

/* One stream, of ours to a member or of a member to us. */
struct mesh_stats {
	unsigned member;
	bool outgoing;
	struct media_stream stream;
	unsigned bitrate; /* a second, on the wire with all its headers */
	double loss;	  /* 0 .. 1 */
	double jitter_ms;
	double rtt_ms;	 /* 0: not known */
	double delay_ms; /* from the other end to here; 0: not known */
	uint64_t packets;
	uint64_t concealed, recovered, late; /* frames */
	uint8_t level;
	unsigned width, height; /* of pictures; 0: none yet */
	unsigned fps;		/* pictures in the last second */
	uint64_t pictures;	/* seen so far */
	uint64_t skipped;	/* pictures given up as a packet never came */
};
struct mesh_member_stats {
	unsigned member;
	bool heard;
	uint64_t rejected; /* packets that were forged, replayed or broken */
};
enum { MESH_STATS_MAX = 2 * LIMIT_CALL_MEMBERS * LIMIT_MEDIA_STREAMS };
/* Writes at most MESH_STATS_MAX and returns how many. */
size_t mesh_stats(struct mesh *mesh, struct mesh_stats *stats);
/* At most LIMIT_CALL_MEMBERS. */
size_t mesh_members(const struct mesh *mesh, struct mesh_member_stats *members);
/* Packets from elsewhere, or of nobody's stream. */
uint64_t mesh_dropped(const struct mesh *mesh);
/* 0 .. 127 dB below full scale; 0: ourselves. */
uint8_t mesh_level(const struct mesh *mesh, unsigned member);

#endif
