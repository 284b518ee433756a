/* png.c: whether a picture of a message is one. */
#include "camd/offer/png.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"

static uint32_t
number_at(struct span bytes, size_t at)
{
	return (uint32_t)bytes.data[at] << 24 |
	       (uint32_t)bytes.data[at + 1] << 16 |
	       (uint32_t)bytes.data[at + 2] << 8 | bytes.data[at + 3];
}

int
png_check(struct span head)
{
	static const uint8_t begin[16] = { 0x89, 'P', 'N', 'G', '\r', '\n',
		0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R' };
	uint32_t width, height;

	if (head.len < PNG_HEAD || memcmp(head.data, begin, sizeof begin) != 0)
		return CAM_ERR_FORMAT;
	width = number_at(head, 16);
	height = number_at(head, 20);
	if (width == 0 || height == 0)
		return CAM_ERR_FORMAT;
	return width <= PNG_SIDE_MAX && height <= PNG_SIDE_MAX &&
		       (uint64_t)width * height <= PNG_PIXELS_MAX
		   ? 0
		   : CAM_ERR_LIMIT;
}

int
png_check_file(int fd)
{
	uint8_t head[PNG_HEAD];
	ssize_t len = pread(fd, head, sizeof head, 0);

	if (len < 0)
		return CAM_ERR_SYSTEM;
	return png_check(span_of(head, (size_t)len));
}
