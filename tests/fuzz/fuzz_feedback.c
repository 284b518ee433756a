/* fuzz_feedback.c: any bytes as feedback, and what is read written again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "media/feedback.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_nack(const struct rtcp_packet *packet)
{
	uint16_t sequences[FEEDBACK_MISSING_MAX];
	size_t count = 0;

	if (feedback_read_nack(
		packet, sequences, FEEDBACK_MISSING_MAX, &count) == 0 &&
	    (count == 0 || count > FEEDBACK_MISSING_MAX))
		abort();
}

static void
check_transport(const struct rtcp_packet *packet)
{
	struct feedback_arrival list[FEEDBACK_ARRIVALS_MAX];
	size_t count = 0;

	if (feedback_read_transport(packet, list, &count) < 0)
		return;
	if (count == 0 || count > FEEDBACK_ARRIVALS_MAX)
		abort();
	for (size_t i = 0; i < count; i++)
		if (list[i].number != (uint16_t)(list[0].number + i) ||
		    (!list[i].is_there && list[i].at_us != 0))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size);
	struct rtcp_packet packet;

	while (rtcp_next(&rest, &packet) == 0) {
		check_nack(&packet);
		check_transport(&packet);
	}
	packet = (struct rtcp_packet){ .body = span_of(data, size) };
	check_nack(&packet);
	check_transport(&packet);
	return 0;
}
