/* frame.c: the frames of cam/1. */
#include "rpc/frame.h"

#include <stdbool.h>

#include "base/err.h"
#include "base/fields.h"

/* What the header alone must be; len is the payload's. */
static int
check_header(uint8_t type, uint16_t stream, uint32_t len)
{
	bool is_json = type == FRAME_JSON || type == FRAME_JSON_END;

	if (type < FRAME_JSON || type > FRAME_CLOSE || is_json != (stream == 0))
		return CAM_ERR_FORMAT;
	if (len > FRAME_PAYLOAD_MAX)
		return CAM_ERR_LIMIT;
	if (len == 0 || (type == FRAME_OPEN && len > FRAME_KIND_MAX))
		return CAM_ERR_FORMAT;
	if ((type == FRAME_CREDIT || type == FRAME_CLOSE) &&
	    len != FRAME_NUMBER_SIZE)
		return CAM_ERR_FORMAT;
	return 0;
}

static bool
is_kind(struct span kind)
{
	for (size_t i = 0; i < kind.len; i++)
		if (kind.data[i] <= ' ' || kind.data[i] > '~')
			return false;
	return true;
}

int
frame_parse(struct span bytes, struct frame *frame, size_t *used)
{
	struct fields header = fields_of(bytes);
	struct frame found;
	uint8_t type;
	uint32_t len;
	int err;

	if (bytes.len > 1 && bytes.data[1] != 0)
		return CAM_ERR_FORMAT;
	if (bytes.len < FRAME_HEADER_SIZE)
		return CAM_ERR_MORE;
	type = (uint8_t)fields_number(&header, 1);
	(void)fields_number(&header, 1);
	found.stream = (uint16_t)fields_number(&header, 2);
	len = (uint32_t)fields_number(&header, 4);
	err = check_header(type, found.stream, len);
	if (err < 0)
		return err;
	found.payload = fields_span(&header, len);
	if (header.failed)
		return CAM_ERR_MORE;
	found.type = (enum frame_type)type;
	if (found.type == FRAME_OPEN && !is_kind(found.payload))
		return CAM_ERR_FORMAT;
	*frame = found;
	*used = FRAME_HEADER_SIZE + len;
	return 0;
}

void
frame_header(const struct frame *frame, uint8_t bytes[FRAME_HEADER_SIZE])
{
	bytes = fields_write(bytes, (uint64_t)frame->type << 8, 2);
	bytes = fields_write(bytes, frame->stream, 2);
	fields_write(bytes, frame->payload.len, 4);
}

uint32_t
frame_number(const struct frame *frame)
{
	const uint8_t *at = frame->payload.data;

	return (uint32_t)fields_read(&at, FRAME_NUMBER_SIZE);
}
