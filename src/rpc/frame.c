/* frame.c: the frames of cam/1. */
#include "rpc/frame.h"

#include <stdbool.h>

#include "base/err.h"

static uint32_t
get_number(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

void
frame_put_number(uint32_t number, uint8_t bytes[FRAME_NUMBER_SIZE])
{
	bytes[0] = (uint8_t)(number >> 24);
	bytes[1] = (uint8_t)(number >> 16);
	bytes[2] = (uint8_t)(number >> 8);
	bytes[3] = (uint8_t)number;
}

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
	struct frame found;
	uint32_t len;
	int err;

	if (bytes.len > 1 && bytes.data[1] != 0)
		return CAM_ERR_FORMAT;
	if (bytes.len < FRAME_HEADER_SIZE)
		return CAM_ERR_MORE;
	found.stream = (uint16_t)(bytes.data[2] << 8 | bytes.data[3]);
	len = get_number(bytes.data + 4);
	err = check_header(bytes.data[0], found.stream, len);
	if (err < 0)
		return err;
	if (bytes.len - FRAME_HEADER_SIZE < len)
		return CAM_ERR_MORE;
	found.type = (enum frame_type)bytes.data[0];
	found.payload = span_of(bytes.data + FRAME_HEADER_SIZE, len);
	if (found.type == FRAME_OPEN && !is_kind(found.payload))
		return CAM_ERR_FORMAT;
	*frame = found;
	*used = FRAME_HEADER_SIZE + len;
	return 0;
}

void
frame_header(const struct frame *frame, uint8_t bytes[FRAME_HEADER_SIZE])
{
	bytes[0] = (uint8_t)frame->type;
	bytes[1] = 0;
	bytes[2] = (uint8_t)(frame->stream >> 8);
	bytes[3] = (uint8_t)frame->stream;
	frame_put_number((uint32_t)frame->payload.len, bytes + 4);
}

uint32_t
frame_number(const struct frame *frame)
{
	return get_number(frame->payload.data);
}
