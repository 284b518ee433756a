/* probe.c: what the arrival of a train of packets proves of a path. */
#include "media/probe.h"

enum {
	LOST_PERCENT_MAX = 20, /* more, and nothing is proven */
	FULL_PERCENT = 90,     /* of what was sent: the path was full, and */
	USED_PERCENT = 95,     /* is not to be used to the last bit */
};

unsigned
probe_packets(unsigned bitrate, unsigned bytes)
{
	uint64_t count = (uint64_t)bitrate * PROBE_US / 8000000 / bytes;

	if (count < PROBE_PACKETS_MIN)
		return PROBE_PACKETS_MIN;
	return count < PROBE_PACKETS_MAX ? (unsigned)count : PROBE_PACKETS_MAX;
}

void
probe_begin(
    struct probe *probe, uint16_t first, uint16_t count, unsigned bitrate)
{
	*probe = (struct probe){
		.first = first, .count = count, .bitrate = bitrate
	};
}

bool
probe_has(const struct probe *probe, uint16_t number)
{
	return (uint16_t)(number - probe->first) < probe->count;
}

static void
note(struct probe *probe, int64_t came_us, unsigned bytes)
{
	if (probe->came == 0 || came_us < probe->first_us) {
		probe->first_us = came_us;
		probe->first_bytes = bytes;
	}
	if (probe->came == 0 || came_us > probe->last_us)
		probe->last_us = came_us;
	probe->bytes += bytes;
	probe->came++;
}

/* The first tells when the rest began to come. */
static unsigned
result(const struct probe *probe)
{
	int64_t took_us = probe->last_us - probe->first_us;
	uint64_t bitrate = probe->bitrate;

	if (probe->lost * 100 > probe->count * LOST_PERCENT_MAX)
		return 0;
	if (took_us > 0)
		bitrate = (probe->bytes - probe->first_bytes) * 8000000ull /
			  (uint64_t)took_us;
	if (bitrate >= probe->bitrate)
		return probe->bitrate;
	if (bitrate * 100 < (uint64_t)probe->bitrate * FULL_PERCENT)
		bitrate = bitrate * USED_PERCENT / 100;
	return (unsigned)bitrate;
}

unsigned
probe_arrival(
    struct probe *probe, const struct feedback_arrival *arrival, unsigned bytes)
{
	unsigned bitrate;

	if (arrival->is_there)
		note(probe, arrival->at_us, bytes);
	else
		probe->lost++;
	if (probe->came + probe->lost < probe->count)
		return 0;
	bitrate = result(probe);
	*probe = (struct probe){ 0 };
	return bitrate;
}
