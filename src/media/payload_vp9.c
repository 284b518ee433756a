/* payload_vp9.c: VP9 in RTP (RFC 9628, 4.2). */
#include "base/err.h"
#include "media/payload_parts.h"

/* The first octet. */
enum {
	HAS_PICTURE = 0x80,
	PREDICTED = 0x40, /* from pictures before */
	HAS_LAYERS = 0x20,
	FLEXIBLE = 0x10,
	BEGINS = 0x08,
	ENDS = 0x04,
	HAS_STRUCTURE = 0x02,
};
enum {
	MORE_REFERENCES = 0x01,
	REFERENCES_MAX = 3,
	/* Of the scalability structure. */
	HAS_SIZES = 0x10,
	HAS_GROUP = 0x08,
};

/* What it is predicted from, in flexible mode; false: more than can be. */
static bool
skip_references(struct fields *fields)
{
	for (int i = 0; i < REFERENCES_MAX; i++)
		if ((fields_number(fields, 1) & MORE_REFERENCES) == 0)
			return true;
	return false;
}

static void
skip_group(struct fields *fields)
{
	unsigned pictures = (unsigned)fields_number(fields, 1);

	for (unsigned i = 0; i < pictures && !fields->failed; i++) {
		uint8_t picture = (uint8_t)fields_number(fields, 1);

		fields_span(fields, picture >> 2 & 3);
	}
}

static void
skip_structure(struct fields *fields)
{
	uint8_t first = (uint8_t)fields_number(fields, 1);

	if (first & HAS_SIZES)
		fields_span(fields, ((first >> 5) + 1) * 4u);
	if (first & HAS_GROUP)
		skip_group(fields);
}

int
payload_vp9_parse(struct span payload, struct payload_part *part)
{
	struct fields fields = fields_of(payload);
	struct payload_part read = { 0 };
	uint8_t first = (uint8_t)fields_number(&fields, 1);
	bool is_base = true;

	if (first & HAS_PICTURE)
		payload_read_picture(&fields, &read);
	if (first & HAS_LAYERS) {
		is_base = (fields_number(&fields, 1) >> 1 & 7) == 0;
		if ((first & FLEXIBLE) == 0)
			fields_number(&fields, 1);
	}
	if ((first & FLEXIBLE) && (first & PREDICTED) &&
	    !skip_references(&fields))
		return CAM_ERR_FORMAT;
	if (first & HAS_STRUCTURE)
		skip_structure(&fields);
	if (fields.failed || fields.rest.len == 0)
		return CAM_ERR_FORMAT;
	read.bytes = fields.rest;
	/* A picture begins with its lowest layer. */
	read.begins = (first & BEGINS) != 0 && is_base;
	read.ends = (first & ENDS) != 0;
	read.is_key = read.begins && (first & PREDICTED) == 0;
	*part = read;
	return 0;
}

size_t
payload_vp9_write(const struct payload_part *part, uint8_t *at)
{
	uint8_t *begin = at;

	*at++ =
	    (uint8_t)(HAS_PICTURE | (part->is_key ? 0 : PREDICTED) |
		      (part->begins ? BEGINS : 0) | (part->ends ? ENDS : 0));
	at = fields_write(at, PAYLOAD_LONG_PICTURE << 8 | part->picture, 2);
	return (size_t)(at - begin);
}
