/* fuzz_reassembly.c: packets of any number and payload: pictures within the
 * limits, never without an end. */
#include <stdint.h>
#include <stdlib.h>

#include "base/fields.h"
#include "media/reassembly.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each packet: number 2, time 1, marker and length 1, payload. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields fields = fields_of(span_of(data, size));
	enum vpx_codec codec =
	    fields_number(&fields, 1) & 1 ? VPX_VP9 : VPX_VP8;
	struct reassembly *reassembly = reassembly_new(codec);
	uint64_t now_us = 0;

	while (fields.rest.len > 4) {
		struct rtp_packet packet = {
			.sequence = (uint16_t)fields_number(&fields, 2),
			.timestamp = (uint32_t)fields_number(&fields, 1),
		};
		unsigned shape = (unsigned)fields_number(&fields, 1);
		struct reassembly_picture picture;
		uint16_t missing[16];

		packet.marker = shape & 0x80;
		packet.payload = fields_span(&fields,
		    (shape & 0x7f) < fields.rest.len ? shape & 0x7f
						     : fields.rest.len);
		packet.padding = packet.payload.len == 0;
		now_us += 7000;
		reassembly_put(reassembly, &packet, now_us);
		while (reassembly_take(reassembly, now_us, &picture))
			if (picture.bytes.len == 0 ||
			    picture.bytes.len > REASSEMBLY_PICTURE_MAX)
				abort();
		if (reassembly_missing(reassembly, now_us, 20000, missing, 16) >
		    16)
			abort();
	}
	reassembly_free(reassembly);
	return 0;
}
