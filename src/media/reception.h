/* reception.h: what has arrived of one stream: losses and jitter as reports
 * tell them (RFC 3550, A.1, A.3, A.8). */
#ifndef CAM_RECEPTION_H
#define CAM_RECEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "media/rtcp.h"
#include "media/rtp.h"

/* All zero before the first packet. */
struct reception {
	bool started;
	uint16_t first;
	uint32_t highest; /* extended by the roll-overs */
	uint32_t received;
	uint32_t expected_before; /* at the report before */
	uint32_t received_before;
	uint32_t transit;
	uint32_t jitter;  /* times 16, in units of the clock */
	uint64_t octets;  /* of payload */
	double loss;	  /* 0 .. 1, over some reports */
	uint32_t last_sr; /* of the sender's last report, and when it came */
	uint64_t last_sr_us;
};

/* An authentic packet, once each; now_us is when it arrived. */
void reception_count(struct reception *reception,
    const struct rtp_packet *packet, uint32_t clock, uint64_t now_us);
void reception_sender_report(struct reception *reception,
    const struct rtcp_sender *sender, uint64_t now_us);
/* The next report, and from here on counted for the one after. */
void reception_report(struct reception *reception, uint32_t ssrc,
    uint64_t now_us, struct rtcp_report *report);
int64_t reception_lost(const struct reception *reception);

#endif
