/* fuzz_y4m.c: any file as raw video: sizes within the limits, pictures whole.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "picture/y4m.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Pictures come whole or not at all. */
static void
read_pictures(struct y4m_reader *reader)
{
	const struct y4m_format *format = y4m_format(reader);
	struct i420 picture;
	int err = 0;

	if (format->width > LIMIT_PICTURE_SIDE ||
	    format->height > LIMIT_PICTURE_SIDE || format->rate == 0 ||
	    format->per == 0)
		abort();
	if ((uint64_t)format->width * format->height > 1 << 16 ||
	    i420_init(&picture, format->width, format->height) < 0)
		return;
	while (err == 0)
		err = y4m_read(reader, &picture);
	if (err > 0)
		abort();
	i420_finish(&picture);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct y4m_format format;
	struct y4m_reader *reader = NULL;
	size_t used = 0;
	int fd;

	if (y4m_parse(span_of(data, size), &format, &used) == 0 &&
	    (used > size || used > LIMIT_Y4M_HEADER || data[used - 1] != '\n'))
		abort();
	fd = memfd_create("y4m", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    lseek(fd, 0, SEEK_SET) < 0)
		abort();
	if (y4m_open(fd, &reader) == 0) {
		read_pictures(reader);
		y4m_close(reader);
	}
	return 0;
}
