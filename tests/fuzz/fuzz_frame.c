/* fuzz_frame.c: any bytes as frames: what is taken is written the same again.
 */
#include "fuzz.h"

#include "base/fields.h"
#include "rpc/frame.h"

static void
check_frame(struct span bytes, const struct frame *frame, size_t used)
{
	uint8_t header[FRAME_HEADER_SIZE];

	must(used <= bytes.len &&
	     used == FRAME_HEADER_SIZE + frame->payload.len);
	must(frame->payload.data == bytes.data + FRAME_HEADER_SIZE);
	must(frame->payload.len > 0 && frame->payload.len <= FRAME_PAYLOAD_MAX);
	frame_header(frame, header);
	must(memcmp(header, bytes.data, sizeof(header)) == 0);
	if (frame->type == FRAME_CREDIT || frame->type == FRAME_CLOSE) {
		fields_write(header, frame_number(frame), FRAME_NUMBER_SIZE);
		must(memcmp(header, frame->payload.data, FRAME_NUMBER_SIZE) ==
		     0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size);
	struct frame frame;
	size_t used;
	int err;

	while ((err = frame_parse(rest, &frame, &used)) == 0) {
		check_frame(rest, &frame, used);
		/* With one byte less it is not whole. */
		must(frame_parse(span_of(rest.data, used - 1), &frame, &used) ==
		     CAM_ERR_MORE);
		rest = span_of(rest.data + used, rest.len - used);
	}
	must(err == CAM_ERR_MORE || err == CAM_ERR_FORMAT ||
	     err == CAM_ERR_LIMIT);
	return 0;
}
