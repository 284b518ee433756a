/* payload_vp8.c: VP8 in RTP (RFC 7741, 4.2 and 4.3). */
#include "base/err.h"
#include "media/payload_parts.h"

/* The first octet, and its extensions. */
enum {
	EXTENDED = 0x80,
	START = 0x10, /* of a partition */
	PARTITION = 0x07,
	HAS_PICTURE = 0x80,
	HAS_LEVEL = 0x40,
	HAS_LAYER = 0x20,
	HAS_KEY_INDEX = 0x10,
};
/* Of the picture's own first octet: not a key picture (RFC 6386, 9.1). */
enum { INTER = 0x01 };

static void
read_extensions(struct fields *fields, struct payload_part *part)
{
	uint8_t has = (uint8_t)fields_number(fields, 1);

	if (has & HAS_PICTURE)
		payload_read_picture(fields, part);
	if (has & HAS_LEVEL)
		fields_number(fields, 1);
	if (has & (HAS_LAYER | HAS_KEY_INDEX))
		fields_number(fields, 1);
}

int
payload_vp8_parse(struct span payload, struct payload_part *part)
{
	struct fields fields = fields_of(payload);
	struct payload_part read = { 0 };
	uint8_t first = (uint8_t)fields_number(&fields, 1);

	if (first & EXTENDED)
		read_extensions(&fields, &read);
	if (fields.failed || fields.rest.len == 0)
		return CAM_ERR_FORMAT;
	read.bytes = fields.rest;
	read.begins = (first & START) != 0 && (first & PARTITION) == 0;
	read.is_key = read.begins && (read.bytes.data[0] & INTER) == 0;
	*part = read;
	return 0;
}

size_t
payload_vp8_write(const struct payload_part *part, uint8_t *at)
{
	uint8_t *begin = at;

	*at++ = EXTENDED | (part->begins ? START : 0);
	*at++ = HAS_PICTURE;
	at = fields_write(at, PAYLOAD_LONG_PICTURE << 8 | part->picture, 2);
	return (size_t)(at - begin);
}
