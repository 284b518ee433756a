/* payload.c: coded pictures in RTP packets, of either codec. */
#include "media/payload_parts.h"

void
payload_read_picture(struct fields *fields, struct payload_part *part)
{
	uint16_t number = (uint16_t)fields_number(fields, 1);

	if (number & PAYLOAD_LONG_PICTURE)
		number =
		    (uint16_t)((number & 0x7f) << 8 | fields_number(fields, 1));
	part->has_picture = true;
	part->picture = number;
}

int
payload_parse(
    enum vpx_codec codec, struct span payload, struct payload_part *part)
{
	return codec == VPX_VP8 ? payload_vp8_parse(payload, part)
				: payload_vp9_parse(payload, part);
}

size_t
payload_write(
    enum vpx_codec codec, const struct payload_part *part, uint8_t *at)
{
	return codec == VPX_VP8 ? payload_vp8_write(part, at)
				: payload_vp9_write(part, at);
}

size_t
payload_count(size_t len)
{
	return (len + PAYLOAD_PART_MAX - 1) / PAYLOAD_PART_MAX;
}

struct payload_part
payload_cut(const struct vpx_encoded *encoded, uint16_t picture, size_t count,
    size_t index)
{
	size_t begin = encoded->bytes.len * index / count;
	size_t end = encoded->bytes.len * (index + 1) / count;

	return (struct payload_part){
		.begins = index == 0,
		.ends = index + 1 == count,
		.is_key = encoded->is_key,
		.has_picture = true,
		.picture = picture & 0x7fff,
		.bytes = { encoded->bytes.data + begin, end - begin },
	};
}
