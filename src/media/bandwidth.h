/* bandwidth.h: how much a path takes, from when its packets left and came
 * (transport-wide feedback). Without a clock: times are handed in. */
#ifndef CAM_BANDWIDTH_H
#define CAM_BANDWIDTH_H

#include <stdbool.h>
#include <stdint.h>

#include "media/feedback.h"
#include "media/probe.h"

/*
 * After draft-ietf-rmcat-gcc-02: what is sent grows until packets take longer
 * and longer, which is a queue that fills; then it falls below what arrives.
 * Unlike there loss alone is no sign of it: where the queue is empty the air is
 * bad, and sending less would help nobody.
 *
 * What is never sent proves nothing, so that pictures that need little would
 * keep it low: now and then a short train of packets is sent at twice of it.
 */
enum {
	BANDWIDTH_KEPT = 2048, /* packets under way */
	BANDWIDTH_POINTS = 20, /* of the trend */
};

struct bandwidth_sent {
	bool is_known;
	uint16_t number;
	uint16_t size;
	int64_t at_us;
};

struct bandwidth_group { /* packets that left together */
	bool is_open;
	int64_t first_sent_us, sent_us, came_us;
};

enum bandwidth_use { BANDWIDTH_NORMAL, BANDWIDTH_OVER, BANDWIDTH_UNDER };

struct bandwidth {
	double bitrate; /* the estimate, bits a second */
	double least, most;
	bool starting; /* grows fast until the first queue */
	struct bandwidth_sent sent[BANDWIDTH_KEPT];
	/* Delay: between groups, summed up, and how it goes. */
	struct bandwidth_group group, before;
	double delay_ms, smooth_ms;
	double times_ms[BANDWIDTH_POINTS], delays_ms[BANDWIDTH_POINTS];
	unsigned points;
	int64_t began_us; /* of the trend's times */
	double threshold;
	int64_t over_since_us;
	double last_trend;
	enum bandwidth_use use;
	/* The queue: how much longer than the fastest of late. */
	int64_t base_us[2];
	int64_t base_since_us;
	double queue_ms;
	/* What arrives, over a window. */
	int64_t window_us; /* its beginning, by the receiver's clock */
	double window_bits;
	double arriving; /* bits a second; 0: not known yet */
	double loss;	 /* 0 .. 1, of late */
	int64_t changed_us, fell_us;
	struct probe probe;
	int64_t probed_us; /* when it, or the last one, was sent */
	double proven;	   /* by it; 0: nothing */
	bool is_found;	   /* where the path ends, for now */
};

/* Bits a second. */
void bandwidth_init(
    struct bandwidth *bandwidth, double start, double least, double most);
/* A packet of size bytes with all headers leaves. */
void bandwidth_sent(struct bandwidth *bandwidth, uint16_t number, uint16_t size,
    int64_t now_us);
void bandwidth_feedback(struct bandwidth *bandwidth,
    const struct feedback_arrival *list, size_t count, int64_t now_us);
unsigned bandwidth_bitrate(const struct bandwidth *bandwidth);

/* The bits a second at which a train of packets would tell now whether more
 * fits, up to wanted; 0: it is known well enough, or the path is busy. */
unsigned bandwidth_wants_probe(
    const struct bandwidth *bandwidth, unsigned wanted, int64_t now_us);
/* Such a train leaves now: count packets from that number on. */
void bandwidth_probe(struct bandwidth *bandwidth, uint16_t first,
    uint16_t count, unsigned bitrate, int64_t now_us);

#endif
