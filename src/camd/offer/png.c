/* png.c: whether a picture of a message is one. */
#include "camd/offer/png.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fields.h"

int
png_check(struct span head)
{
	static const uint8_t begin[16] = { 0x89, 'P', 'N', 'G', '\r', '\n',
		0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R' };
	struct fields fields = fields_of(head);
	uint64_t width, height;

	if (head.len < PNG_HEAD || memcmp(head.data, begin, sizeof begin) != 0)
		return CAM_ERR_FORMAT;
	(void)fields_span(&fields, sizeof begin);
	width = fields_number(&fields, 4);
	height = fields_number(&fields, 4);
	if (width == 0 || height == 0)
		return CAM_ERR_FORMAT;
	return width <= PNG_SIDE_MAX && height <= PNG_SIDE_MAX &&
		       width * height <= PNG_PIXELS_MAX
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
