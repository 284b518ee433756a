/* packets.h: packets that filters are asked about. */
#ifndef CAM_TEST_PACKETS_H
#define CAM_TEST_PACKETS_H

#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cam/filter.h"

/* UDP to port 2425 from somebody in 10.77.0.0/24, in through eth0,
 * to 10.77.0.3. */
static inline struct filter_packet
usual(void)
{
	static const uint8_t own[4] = { 10, 77, 0, 3 };
	struct filter_packet packet = { .family = 4,
		.protocol = IPPROTO_UDP,
		.port = 2425,
		.source_port = 2425,
		.interface = "eth0",
		.hook = FILTER_IN,
		.kind = FILTER_OURS };

	filter_range_address(&packet.destination, own, 4, 32);
	filter_range_address(&packet.source, own, 4, 24);
	return packet;
}

static inline enum filter_verdict
judged(const struct filter *filter, const struct filter_packet *packet)
{
	struct filter_reason reason = { .base = NULL };

	return filter_judge(filter, packet, &reason);
}

#endif
