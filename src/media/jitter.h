/* jitter.h: packets of a voice as they arrive, and when each is to be played.
 * Without a clock: times are handed in. */
#ifndef CAM_JITTER_H
#define CAM_JITTER_H

#include <stdbool.h>
#include <stdint.h>

#include "media/rtp.h"

/*
 * Each packet is a frame of 20 ms. What is played next moves on by a frame with
 * each frame taken, and lies behind what arrives by as much as 99 of 100
 * packets were late of late: it starts with one packet, grows where packets
 * come too late, and shrinks again where the network has become calm.
 */
enum {
	JITTER_FRAME_US = 20000,
	JITTER_SLOTS = 64,
	JITTER_PAYLOAD_MAX = 1275, /* of Opus (RFC 6716, 3.4) */
	JITTER_BINS = 64,
	JITTER_BIN_US = 5000,
};

struct jitter_slot {
	bool used;
	uint16_t sequence;
	uint32_t frame; /* number of its frame */
	uint16_t len;
	uint8_t payload[JITTER_PAYLOAD_MAX];
};

struct jitter_counters {
	uint64_t played;
	uint64_t concealed; /* lost or late, and made up */
	uint64_t recovered; /* made from what the next packet says of it */
	uint64_t silent;    /* the sender had nothing to say */
	uint64_t late;
	uint64_t duplicates;
	uint64_t added;	  /* frames put in, to play later */
	uint64_t dropped; /* frames left out, to play earlier */
};

struct jitter {
	bool started;
	uint32_t step;		/* of timestamps between frames */
	uint32_t origin;	/* timestamp of frame 0, by and by moved on */
	uint32_t next;		/* frame to be played next */
	uint16_t last_sequence; /* of the last frame played */
	uint32_t last_frame;
	uint32_t missed;   /* frames since then that nothing explained yet */
	uint64_t heard_us; /* when the last packet came */
	/* Lateness: how much longer than the fastest of late. */
	int64_t base_us[2]; /* the least transit of this and the last window */
	uint64_t base_since_us;
	double lateness[JITTER_BINS];
	int64_t target_us;
	uint64_t calm_us; /* since when there has been more delay than needed */
	double loss;
	struct jitter_slot slots[JITTER_SLOTS];
	struct jitter_counters counters;
};

enum jitter_kind {
	JITTER_NOTHING, /* nobody speaks: silence */
	JITTER_PACKET,
	JITTER_DROP, /* to be merged with the frame taken after it, at once */
	JITTER_RECOVER, /* payload is the next packet: it may tell */
	JITTER_CONCEAL,
};

struct jitter_frame {
	enum jitter_kind kind;
	struct span payload; /* until the next call */
};

/* clock: of the timestamps, a second. */
void jitter_init(struct jitter *jitter, uint32_t clock);
/* False: it was late, or there already, and is thrown away. */
bool jitter_put(struct jitter *jitter, const struct rtp_packet *packet,
    uint64_t arrived_us);
/* What to play for the next 20 ms. quiet: what was played last may be repeated
 * or cut without being noticed. */
struct jitter_frame jitter_take(
    struct jitter *jitter, uint64_t now_us, bool quiet);
/* How long packets wait here at present. */
int64_t jitter_delay_us(const struct jitter *jitter, uint64_t now_us);

#endif
