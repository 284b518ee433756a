/* fuzz_jitter.c: packets with any numbers at any times: a frame is there each
 * time one is wanted, and nothing is played twice. */
#include "fuzz.h"

#include "base/fields.h"
#include "media/jitter.h"

static void
put(struct jitter *jitter, struct fields *fields, uint64_t now_us)
{
	uint8_t len = (uint8_t)fields_number(fields, 1);
	struct rtp_packet packet = {
		.sequence = (uint16_t)fields_number(fields, 2),
		.timestamp = (uint32_t)fields_number(fields, 2) * 480,
		.payload = fields_span(fields, len % 8),
	};

	if (!fields->failed)
		(void)jitter_put(jitter, &packet, now_us);
}

static void
take(struct jitter *jitter, uint64_t now_us, bool quiet)
{
	struct jitter_frame frame = jitter_take(jitter, now_us, quiet);

	if (frame.kind == JITTER_DROP) {
		frame = jitter_take(jitter, now_us, quiet);
		must(frame.kind == JITTER_PACKET);
	}
	if (frame.kind == JITTER_PACKET || frame.kind == JITTER_RECOVER)
		must(frame.payload.len > 0 && frame.payload.len < 8);
	else
		must(frame.payload.len == 0);
	must(!jitter->started || jitter->target_us > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct jitter jitter;
	struct fields fields = fields_of(span_of(data, size));
	uint64_t now_us = 1000000000;

	jitter_init(&jitter, 48000);
	while (fields.rest.len > 0 && !fields.failed) {
		uint8_t what = (uint8_t)fields_number(&fields, 1);

		now_us += (what & 0x7f) * 500;
		if (what >> 7 == 0)
			put(&jitter, &fields, now_us);
		else
			take(&jitter, now_us, (what & 1) != 0);
	}
	return 0;
}
