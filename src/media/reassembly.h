/* reassembly.h: packets of one stream of video as they arrive, and the whole
 * pictures they make. Without a clock: times are handed in. */
#ifndef CAM_REASSEMBLY_H
#define CAM_REASSEMBLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "media/payload.h"
#include "media/rtp.h"

enum {
	/* Packets kept: what follows by more is a gap that is given up. */
	REASSEMBLY_PACKETS = 512,
	REASSEMBLY_PICTURE_MAX = REASSEMBLY_PACKETS * 1500, /* bytes */
	/* A packet is asked for so often, and waited for so long. */
	REASSEMBLY_ASKED_MAX = 8,
	REASSEMBLY_WAIT_US = 250000,
};

struct reassembly;

struct reassembly_counters {
	uint64_t pictures;
	uint64_t skipped;   /* gaps given up */
	uint64_t late;	    /* packets nobody waited for any more */
	uint64_t repeated;  /* packets that were there already */
	uint64_t recovered; /* packets that came after they were asked for */
};

struct reassembly_picture {
	struct span bytes; /* until the next call */
	uint32_t timestamp;
	bool is_key;
};

/* About 800 kB. */
struct reassembly *reassembly_new(enum vpx_codec codec);
void reassembly_free(struct reassembly *reassembly);

/* An authentic packet. CAM_ERR_FORMAT: its payload is broken, and forgotten. */
int reassembly_put(struct reassembly *reassembly,
    const struct rtp_packet *packet, uint64_t now_us);
/* The next picture in order that is whole; those that need what is lost are
 * left out. */
bool reassembly_take(struct reassembly *reassembly, uint64_t now_us,
    struct reassembly_picture *picture);
/* Packets to be asked for now (again, a round trip after the last time);
 * returns how many. */
size_t reassembly_missing(struct reassembly *reassembly, uint64_t now_us,
    uint64_t round_trip_us, uint16_t *sequences, size_t max);
/* Only a key picture can go on: it is to be asked for, by a PLI. */
bool reassembly_wants_key(const struct reassembly *reassembly);
/* The decoder could not use what it was given. */
void reassembly_want_key(struct reassembly *reassembly);
const struct reassembly_counters *reassembly_counters(
    const struct reassembly *reassembly);

#endif
