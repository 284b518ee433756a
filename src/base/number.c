/* number.c: numbers in text, digits only. */
#include "base/number.h"

#include "base/err.h"

static int
digit_value(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	if (byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10;
	return -1;
}

/* A wrong digit after the limit is passed is still a wrong digit. */
static int
parse(struct span text, unsigned base, uint64_t max, uint64_t *value)
{
	uint64_t sum = 0;
	bool over = false;

	if (text.len == 0)
		return CAM_ERR_FORMAT;
	for (size_t i = 0; i < text.len; i++) {
		int digit = digit_value(text.data[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return CAM_ERR_FORMAT;
		if (__builtin_mul_overflow(sum, (uint64_t)base, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)digit, &sum))
			over = true;
	}
	if (over || sum > max)
		return CAM_ERR_LIMIT;
	*value = sum;
	return 0;
}

int
number_decimal(struct span text, uint64_t max, uint64_t *value)
{
	return parse(text, 10, max, value);
}

int
number_hex(struct span text, uint64_t max, uint64_t *value)
{
	return parse(text, 16, max, value);
}

int
hex_decode(struct span text, uint8_t *bytes, size_t size)
{
	if (size > SIZE_MAX / 2 || text.len != 2 * size)
		return CAM_ERR_FORMAT;
	for (size_t i = 0; i < text.len; i++) {
		if (digit_value(text.data[i]) < 0)
			return CAM_ERR_FORMAT;
	}
	for (size_t i = 0; i < size; i++) {
		unsigned high = (unsigned)digit_value(text.data[2 * i]);
		unsigned low = (unsigned)digit_value(text.data[2 * i + 1]);

		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

void
hex_encode(const void *bytes, size_t len, char *text)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < len; i++) {
		*text++ = digits[byte[i] >> 4];
		*text++ = digits[byte[i] & 15];
	}
	*text = '\0';
}
