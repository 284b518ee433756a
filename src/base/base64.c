/* base64.c: RFC 4648 base64, strictly. */
#include "base/base64.h"

#include "base/err.h"

static int
value_of(uint8_t letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return letter - 'A';
	if (letter >= 'a' && letter <= 'z')
		return letter - 'a' + 26;
	if (letter >= '0' && letter <= '9')
		return letter - '0' + 52;
	if (letter == '+')
		return 62;
	return letter == '/' ? 63 : -1;
}

static size_t
padding_of(struct span text)
{
	size_t padding = 0;

	while (padding < 2 && padding < text.len &&
	       text.data[text.len - 1 - padding] == '=')
		padding++;
	return padding;
}

/* Four letters into three bytes; the padding counts as zeros. */
static int
decode_group(const uint8_t *letters, size_t count, uint32_t *group)
{
	*group = 0;
	for (size_t i = 0; i < 4; i++) {
		int value = i < count ? value_of(letters[i]) : 0;

		if (value < 0)
			return CAM_ERR_FORMAT;
		*group = *group << 6 | (uint32_t)value;
	}
	return 0;
}

int
base64_decode(struct span text, uint8_t *bytes, size_t size, size_t *len)
{
	size_t padding = padding_of(text), left = text.len - padding;
	size_t made = 0, total;

	if (text.len % 4 != 0)
		return CAM_ERR_FORMAT;
	total = text.len / 4 * 3 - padding;
	if (total > size)
		return CAM_ERR_LIMIT;
	for (const uint8_t *letters = text.data; left > 0; letters += 4) {
		size_t count = left < 4 ? left : 4;
		uint32_t group = 0;

		if (decode_group(letters, count, &group) < 0)
			return CAM_ERR_FORMAT;
		/* Bits left over would make two texts of the same bytes. */
		if ((count == 2 && (group & 0xffff)) ||
		    (count == 3 && (group & 0xff)))
			return CAM_ERR_FORMAT;
		for (size_t i = 0; i + 1 < count; i++)
			bytes[made++] = (uint8_t)(group >> (16 - 8 * i));
		left -= count;
	}
	*len = made;
	return 0;
}

void
base64_encode(struct span bytes, struct buf *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t at = 0; at < bytes.len; at += 3) {
		size_t count = bytes.len - at < 3 ? bytes.len - at : 3;
		char group[4] = { '=', '=', '=', '=' };
		uint32_t bits = 0;

		for (size_t i = 0; i < 3; i++)
			bits =
			    bits << 8 | (i < count ? bytes.data[at + i] : 0u);
		for (size_t i = 0; i <= count; i++)
			group[i] = letters[bits >> (18 - 6 * i) & 63];
		buf_put(text, group, sizeof(group));
	}
}
