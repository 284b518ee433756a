/* bandwidth.c: how much a path takes, from when its packets left and came. */
#include "media/bandwidth.h"

#include <math.h>

enum {
	GROUP_US = 5000,	/* what leaves within this left together */
	WINDOW_US = 400000,	/* over which arriving bits are counted */
	BASE_US = 5000000,	/* the fastest of two such times counts */
	OVER_US = 10000,	/* a trend this long is no accident */
	FALL_PAUSE_US = 250000, /* what a fall does is not seen before */
	/* Between two probes: until one finds nothing more, and then. */
	PROBE_SOON_US = 150000,
	PROBE_PAUSE_US = 5000000,
	PROBE_FACTOR = 2,
	PROVEN_US = 1000000, /* how long a probe's result holds */
};

/* The trend's numbers are the draft's (5.4); those of growth ours. */
#define GAIN 4.0
#define THRESHOLD_START 12.5
#define THRESHOLD_LEAST 6.0
#define THRESHOLD_MOST 600.0
#define THRESHOLD_UP 0.0087
#define THRESHOLD_DOWN 0.039
#define SMOOTHING 0.9
#define QUEUE_NONE_MS 10.0
#define QUEUE_SHORT_MS 30.0
#define QUEUE_LONG_MS 150.0
#define LOSS_NONE 0.02
#define LOSS_BAD 0.10
#define LOSS_TOO_BAD 0.30
#define GROWTH_START 2.0 /* a second */
#define GROWTH 1.2
#define PROBE_GAIN 1.1
#define BUSY 0.7 /* of the estimate: so much grows by itself */
#define FALL 0.85

void
bandwidth_init(
    struct bandwidth *bandwidth, double start, double least, double most)
{
	*bandwidth = (struct bandwidth){ .bitrate = start,
		.least = least,
		.most = most,
		.starting = true,
		.threshold = THRESHOLD_START };
	bandwidth->base_us[0] = bandwidth->base_us[1] = INT64_MAX;
}

void
bandwidth_sent(
    struct bandwidth *bandwidth, uint16_t number, uint16_t size, int64_t now_us)
{
	bandwidth->sent[number % BANDWIDTH_KEPT] =
	    (struct bandwidth_sent){ true, number, size, now_us };
}

unsigned
bandwidth_bitrate(const struct bandwidth *bandwidth)
{
	return (unsigned)bandwidth->bitrate;
}

/* -- the trend of delay ------------------------------------------------------
 */

/* The slope of the line through the points: ms of delay in a ms. */
static double
slope(const struct bandwidth *bandwidth)
{
	double x = 0, y = 0, above = 0, below = 0;
	unsigned count = bandwidth->points;

	for (unsigned i = 0; i < count; i++) {
		x += bandwidth->times_ms[i] / count;
		y += bandwidth->delays_ms[i] / count;
	}
	for (unsigned i = 0; i < count; i++) {
		double apart = bandwidth->times_ms[i] - x;

		above += apart * (bandwidth->delays_ms[i] - y);
		below += apart * apart;
	}
	return below > 0 ? above / below : 0;
}

static void
add_point(struct bandwidth *bandwidth, double time_ms)
{
	if (bandwidth->points == BANDWIDTH_POINTS) {
		for (unsigned i = 1; i < BANDWIDTH_POINTS; i++) {
			bandwidth->times_ms[i - 1] = bandwidth->times_ms[i];
			bandwidth->delays_ms[i - 1] = bandwidth->delays_ms[i];
		}
		bandwidth->points--;
	}
	bandwidth->times_ms[bandwidth->points] = time_ms;
	bandwidth->delays_ms[bandwidth->points] = bandwidth->smooth_ms;
	bandwidth->points++;
}

/* Follows jitter, so that it is not taken for a queue. */
static void
adapt_threshold(struct bandwidth *bandwidth, double trend, double passed_ms)
{
	double size = fabs(trend);
	double rate =
	    size < bandwidth->threshold ? THRESHOLD_DOWN : THRESHOLD_UP;

	if (size > bandwidth->threshold + 15)
		return;
	bandwidth->threshold +=
	    rate * (size - bandwidth->threshold) * fmin(passed_ms, 100);
	bandwidth->threshold =
	    fmin(fmax(bandwidth->threshold, THRESHOLD_LEAST), THRESHOLD_MOST);
}

static void
judge(struct bandwidth *bandwidth, int64_t now_us, double passed_ms)
{
	double trend = slope(bandwidth) * bandwidth->points * GAIN;

	if (trend > bandwidth->threshold) {
		if (bandwidth->over_since_us == 0)
			bandwidth->over_since_us = now_us;
		if (now_us - bandwidth->over_since_us >= OVER_US &&
		    trend >= bandwidth->last_trend)
			bandwidth->use = BANDWIDTH_OVER;
	} else {
		bandwidth->over_since_us = 0;
		bandwidth->use = trend < -bandwidth->threshold
				     ? BANDWIDTH_UNDER
				     : BANDWIDTH_NORMAL;
	}
	bandwidth->last_trend = trend;
	adapt_threshold(bandwidth, trend, passed_ms);
}

/* A group is complete: how much longer it took than the one before. */
static void
close_group(struct bandwidth *bandwidth)
{
	const struct bandwidth_group *now = &bandwidth->group;
	const struct bandwidth_group *before = &bandwidth->before;

	if (before->is_open) {
		double passed_ms =
		    (double)(now->came_us - before->came_us) / 1000;

		bandwidth->delay_ms +=
		    passed_ms - (double)(now->sent_us - before->sent_us) / 1000;
		bandwidth->smooth_ms = SMOOTHING * bandwidth->smooth_ms +
				       (1 - SMOOTHING) * bandwidth->delay_ms;
		add_point(bandwidth,
		    (double)(now->came_us - bandwidth->began_us) / 1000);
		judge(bandwidth, now->came_us, passed_ms);
	} else {
		bandwidth->began_us = now->came_us;
	}
	bandwidth->before = *now;
}

static void
add_to_group(struct bandwidth *bandwidth, int64_t sent_us, int64_t came_us)
{
	struct bandwidth_group *group = &bandwidth->group;

	/* One that was overtaken tells nothing. */
	if (group->is_open && sent_us < group->first_sent_us)
		return;
	if (group->is_open && sent_us - group->first_sent_us > GROUP_US) {
		close_group(bandwidth);
		group->is_open = false;
	}
	if (!group->is_open) {
		*group =
		    (struct bandwidth_group){ true, sent_us, sent_us, came_us };
		return;
	}
	if (sent_us > group->sent_us)
		group->sent_us = sent_us;
	if (came_us > group->came_us)
		group->came_us = came_us;
}

/* -- what arrives ------------------------------------------------------------
 */

static void
follow_queue(struct bandwidth *bandwidth, int64_t sent_us, int64_t came_us)
{
	int64_t took_us = came_us - sent_us; /* and the clocks' difference */
	int64_t least;

	if (came_us - bandwidth->base_since_us > BASE_US) {
		bandwidth->base_us[1] = bandwidth->base_us[0];
		bandwidth->base_us[0] = took_us;
		bandwidth->base_since_us = came_us;
	}
	if (took_us < bandwidth->base_us[0])
		bandwidth->base_us[0] = took_us;
	least = bandwidth->base_us[0] < bandwidth->base_us[1]
		    ? bandwidth->base_us[0]
		    : bandwidth->base_us[1];
	bandwidth->queue_ms +=
	    0.05 * ((double)(took_us - least) / 1000 - bandwidth->queue_ms);
}

static void
count_arrival(struct bandwidth *bandwidth, unsigned size, int64_t came_us)
{
	int64_t passed_us = came_us - bandwidth->window_us;

	if (bandwidth->window_us == 0 || passed_us < 0) {
		bandwidth->window_us = came_us;
		bandwidth->window_bits = 0;
		return;
	}
	bandwidth->window_bits += size * 8.0;
	if (passed_us < WINDOW_US)
		return;
	bandwidth->arriving = bandwidth->window_bits * 1e6 / (double)passed_us;
	bandwidth->window_us = came_us;
	bandwidth->window_bits = 0;
}

/* -- the estimate ------------------------------------------------------------
 */

static void
fall(struct bandwidth *bandwidth, double to, int64_t now_us)
{
	if (now_us - bandwidth->fell_us < FALL_PAUSE_US)
		return;
	if (to < bandwidth->bitrate)
		bandwidth->bitrate = to;
	bandwidth->fell_us = now_us;
	bandwidth->starting = false;
	bandwidth->is_found = true;
}

static void
grow(struct bandwidth *bandwidth, int64_t now_us)
{
	double seconds = (double)(now_us - bandwidth->changed_us) / 1e6;
	double rate = bandwidth->starting ? GROWTH_START : GROWTH;
	double most = bandwidth->arriving * 1.5 + 20000;
	double grown;

	if (bandwidth->changed_us == 0 || bandwidth->arriving <= 0)
		return;
	grown = bandwidth->bitrate * pow(rate, fmin(seconds, 1.0));
	/* What was never sent proves nothing. */
	if (grown > most)
		grown = fmax(bandwidth->bitrate, most);
	bandwidth->bitrate = grown;
}

/* Where little is sent, what a probe has shown of late counts. */
static double
known_to_arrive(const struct bandwidth *bandwidth, int64_t now_us)
{
	double arriving =
	    bandwidth->arriving > 0 ? bandwidth->arriving : bandwidth->bitrate;

	return now_us - bandwidth->probed_us < PROVEN_US
		   ? fmax(arriving, bandwidth->proven)
		   : arriving;
}

static void
decide(struct bandwidth *bandwidth, int64_t now_us)
{
	double arriving = known_to_arrive(bandwidth, now_us);
	bool is_full =
	    bandwidth->loss > LOSS_BAD && bandwidth->queue_ms > QUEUE_SHORT_MS;

	if (bandwidth->use == BANDWIDTH_OVER ||
	    bandwidth->queue_ms > QUEUE_LONG_MS)
		fall(bandwidth, FALL * arriving, now_us);
	else if (is_full || bandwidth->loss > LOSS_TOO_BAD)
		fall(bandwidth, FALL * arriving, now_us);
	else if (bandwidth->use == BANDWIDTH_NORMAL &&
		 bandwidth->loss < LOSS_TOO_BAD / 2 + 0.05)
		grow(bandwidth, now_us);
	bandwidth->bitrate =
	    fmin(fmax(bandwidth->bitrate, bandwidth->least), bandwidth->most);
	bandwidth->changed_us = now_us;
}

static void
learn(struct bandwidth *bandwidth, const struct feedback_arrival *arrival,
    unsigned size)
{
	double proven = probe_arrival(&bandwidth->probe, arrival, size);

	if (bandwidth->probe.count > 0)
		return;
	bandwidth->is_found = proven < bandwidth->bitrate * PROBE_GAIN;
	if (proven <= bandwidth->bitrate)
		return;
	bandwidth->proven = proven;
	bandwidth->bitrate = fmin(proven, bandwidth->most);
}

void
bandwidth_feedback(struct bandwidth *bandwidth,
    const struct feedback_arrival *list, size_t count, int64_t now_us)
{
	unsigned known = 0, lost = 0;

	for (size_t i = 0; i < count; i++) {
		struct bandwidth_sent *sent =
		    &bandwidth->sent[list[i].number % BANDWIDTH_KEPT];

		if (!sent->is_known || sent->number != list[i].number)
			continue;
		sent->is_known = false;
		known++;
		lost += !list[i].is_there;
		/* Its queue is none of the pictures'. */
		if (probe_has(&bandwidth->probe, list[i].number)) {
			learn(bandwidth, &list[i], sent->size);
			continue;
		}
		if (!list[i].is_there)
			continue;
		follow_queue(bandwidth, sent->at_us, list[i].at_us);
		count_arrival(bandwidth, sent->size, list[i].at_us);
		add_to_group(bandwidth, sent->at_us, list[i].at_us);
	}
	if (known == 0)
		return;
	/* Over some tens of packets, or of feedbacks where there are few. */
	bandwidth->loss += fmin(0.05 + known / 60.0, 0.5) *
			   ((double)lost / known - bandwidth->loss);
	decide(bandwidth, now_us);
}

unsigned
bandwidth_wants_probe(
    const struct bandwidth *bandwidth, unsigned wanted, int64_t now_us)
{
	int64_t pause_us = bandwidth->is_found ? PROBE_PAUSE_US : PROBE_SOON_US;
	double bitrate = bandwidth->bitrate * PROBE_FACTOR;
	bool is_calm = bandwidth->use == BANDWIDTH_NORMAL &&
		       bandwidth->points >= BANDWIDTH_POINTS / 4 &&
		       bandwidth->queue_ms < QUEUE_NONE_MS &&
		       bandwidth->loss < LOSS_NONE;

	if (bandwidth->bitrate >= wanted || !is_calm ||
	    now_us - bandwidth->probed_us < pause_us)
		return 0;
	if (!bandwidth->starting &&
	    (now_us - bandwidth->fell_us < PROBE_PAUSE_US ||
		bandwidth->arriving > bandwidth->bitrate * BUSY))
		return 0;
	return bitrate < wanted ? (unsigned)bitrate : wanted;
}

void
bandwidth_probe(struct bandwidth *bandwidth, uint16_t first, uint16_t count,
    unsigned bitrate, int64_t now_us)
{
	probe_begin(&bandwidth->probe, first, count, bitrate);
	bandwidth->probed_us = now_us;
	bandwidth->proven = 0;
}
