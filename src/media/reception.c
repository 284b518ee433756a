/* reception.c: what has arrived of one stream. */
#include "media/reception.h"

enum { LOST_MAX = 0x7fffff, LOST_MIN = -0x800000 };

static void
count_jitter(struct reception *reception, uint32_t timestamp, uint32_t clock,
    uint64_t now_us)
{
	uint32_t arrival = (uint32_t)(now_us * clock / 1000000);
	uint32_t transit = arrival - timestamp;
	int32_t change = (int32_t)(transit - reception->transit);
	uint32_t size = change < 0 ? -(uint32_t)change : (uint32_t)change;

	reception->transit = transit;
	reception->jitter += size - ((reception->jitter + 8) >> 4);
}

void
reception_count(struct reception *reception, const struct rtp_packet *packet,
    uint32_t clock, uint64_t now_us)
{
	uint32_t arrival = (uint32_t)(now_us * clock / 1000000);
	int16_t ahead =
	    (int16_t)(packet->sequence - (uint16_t)reception->highest);

	if (!reception->started) {
		reception->started = true;
		reception->first = packet->sequence;
		reception->highest = packet->sequence;
		reception->transit = arrival - packet->timestamp;
	} else if (ahead > 0) {
		reception->highest += (uint32_t)ahead;
	}
	reception->received++;
	reception->octets += packet->payload.len;
	count_jitter(reception, packet->timestamp, clock, now_us);
}

void
reception_sender_report(struct reception *reception,
    const struct rtcp_sender *sender, uint64_t now_us)
{
	reception->last_sr = rtcp_ntp_middle(sender->ntp);
	reception->last_sr_us = now_us;
}

static uint32_t
expected(const struct reception *reception)
{
	return reception->started ? reception->highest - reception->first + 1
				  : 0;
}

int64_t
reception_lost(const struct reception *reception)
{
	return (int64_t)expected(reception) - reception->received;
}

/* Of 256 since the report before. */
static uint8_t
fraction_lost(struct reception *reception)
{
	uint32_t wanted = expected(reception) - reception->expected_before;
	uint32_t got = reception->received - reception->received_before;
	uint32_t fraction;

	reception->expected_before = expected(reception);
	reception->received_before = reception->received;
	fraction = wanted > got ? (wanted - got) * 256 / wanted : 0;
	if (wanted > 0)
		reception->loss +=
		    ((double)fraction / 256 - reception->loss) / 4;
	return fraction > UINT8_MAX ? UINT8_MAX : (uint8_t)fraction;
}

void
reception_report(struct reception *reception, uint32_t ssrc, uint64_t now_us,
    struct rtcp_report *report)
{
	int64_t lost = reception_lost(reception);

	if (lost > LOST_MAX)
		lost = LOST_MAX;
	if (lost < LOST_MIN)
		lost = LOST_MIN;
	*report = (struct rtcp_report){ .ssrc = ssrc,
		.fraction_lost = fraction_lost(reception),
		.lost = (int32_t)lost,
		.highest = reception->highest,
		.jitter = reception->jitter >> 4,
		.last_sr = reception->last_sr };
	if (reception->last_sr != 0)
		report->delay = (uint32_t)((now_us - reception->last_sr_us) *
					   65536 / 1000000);
}
