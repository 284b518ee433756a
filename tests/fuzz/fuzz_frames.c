/* fuzz_frames.c: any bytes as shared pictures: what is handed out lies within
 * the memory. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "picture/frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The head with something over, and three small pictures; longer where the
 * input is. */
enum { SIZE = 4096 * 4 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frames_view *view = NULL;
	struct frames_picture newest;
	int fd = memfd_create("frames", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	volatile uint8_t seen = 0;

	if (fd < 0 || ftruncate(fd, size > SIZE ? (off_t)size : SIZE) < 0 ||
	    write(fd, data, size) != (ssize_t)size ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0)
		abort();
	if (frames_open(fd, &view) < 0)
		return 0;
	if (frames_newest(view, 0, &newest)) {
		const struct i420 *picture = &newest.picture;

		if (!i420_is_valid_size(picture->width, picture->height))
			abort();
		for (size_t i = 0;
		     i < i420_size(picture->width, picture->height); i++)
			seen ^= picture->planes[0][i];
	}
	frames_close(view);
	return 0;
}
