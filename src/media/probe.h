/* probe.h: a train of packets sent faster than is known to fit, and what its
 * arrival proves. Pure. */
#ifndef CAM_PROBE_H
#define CAM_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "media/feedback.h"

enum {
	PROBE_US = 20000,      /* that a train takes to leave, where it is */
	PROBE_PACKETS_MIN = 5, /* of so many packets */
	PROBE_PACKETS_MAX = 80,
};

/* Zeros: none is under way. */
struct probe {
	uint16_t first, count; /* transport-wide numbers; count 0: none */
	uint16_t came, lost;
	unsigned bitrate; /* that it is sent at, bits a second */
	unsigned bytes;	  /* that came, and those of the first */
	unsigned first_bytes;
	int64_t first_us, last_us; /* by the receiver's clock */
};

/* How many packets of so many bytes a train of that bitrate has. */
unsigned probe_packets(unsigned bitrate, unsigned bytes);

/* Forgets the one before. */
void probe_begin(
    struct probe *probe, uint16_t first, uint16_t count, unsigned bitrate);
/* Whether the packet of that number is part of it. */
bool probe_has(const struct probe *probe, uint16_t number);
/* A packet of it, of so many bytes, came or did not; when all are known it ends
 * and the bits a second that the path has shown to take are returned; else 0,
 * and when too many were lost to tell. */
unsigned probe_arrival(struct probe *probe,
    const struct feedback_arrival *arrival, unsigned bytes);

#endif
