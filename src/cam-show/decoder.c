/* decoder.c: an image decoded by a process of its own, which can do nothing
 * else. */
#include "cam-show/decoder.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "cam-show/sandbox.h"

enum { DECODER_SECONDS = 20 };
/* File and pixels, the decoders' own, and what was mapped before. */
#define DECODER_MEMORY (1024ull * 1024 * 1024)

/* What the child says first. */
struct answer {
	int err;
	uint32_t width, height;
};

static bool
read_all(int fd, void *bytes, size_t len)
{
	uint8_t *place = bytes;

	while (len > 0) {
		ssize_t got = read(fd, place, len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		place += got;
		len -= (size_t)got;
	}
	return true;
}

static bool
write_all(int fd, const void *bytes, size_t len)
{
	const uint8_t *place = bytes;

	while (len > 0) {
		ssize_t put = write(fd, place, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		place += put;
		len -= (size_t)put;
	}
	return true;
}

/* -- the child ---------------------------------------------------------------
 */

static int
decode(int fd, size_t size, struct image *image)
{
	uint8_t *bytes = NULL;
	int err = sandbox_enter(DECODER_MEMORY, DECODER_SECONDS);

	if (err < 0)
		return CAM_ERR_UNSAFE;
	bytes = malloc(size > 0 ? size : 1);
	if (bytes == NULL)
		return CAM_ERR_FULL;
	err = read_all(fd, bytes, size)
		  ? image_decode(span_of(bytes, size), image)
		  : CAM_ERR_FORMAT;
	free(bytes);
	return err;
}

static void __attribute__((noreturn))
become_decoder(int fd, size_t size, int out)
{
	struct image image = { 0 };
	struct answer answer = { .err = decode(fd, size, &image) };
	bool told;

	answer.width = image.width;
	answer.height = image.height;
	told = write_all(out, &answer, sizeof answer) &&
	       (answer.err != 0 || write_all(out, image.pixels,
				       (size_t)image.width * image.height * 4));
	_exit(told ? 0 : 1);
}

/* -- the parent --------------------------------------------------------------
 */

/* Takes nothing on trust but that bytes are bytes. */
static int
read_image(int in, struct image *image)
{
	struct answer answer = { 0 };
	uint64_t pixels;
	uint8_t *place;

	if (!read_all(in, &answer, sizeof answer))
		return CAM_ERR_FORMAT;
	if (answer.err != 0)
		return answer.err < 0 ? answer.err : CAM_ERR_FORMAT;
	pixels = (uint64_t)answer.width * answer.height;
	if (pixels == 0 || answer.width > IMAGE_SIDE_MAX ||
	    answer.height > IMAGE_SIDE_MAX || pixels > IMAGE_PIXELS_MAX)
		return CAM_ERR_FORMAT;
	place = malloc((size_t)pixels * 4);
	if (place == NULL)
		return CAM_ERR_FULL;
	if (!read_all(in, place, (size_t)pixels * 4)) {
		free(place);
		return CAM_ERR_FORMAT;
	}
	*image = (struct image){ answer.width, answer.height, place };
	return 0;
}

int
decoder_run(int fd, struct image *image)
{
	struct stat st;
	int ends[2], err;
	pid_t pid;

	if (fstat(fd, &st) < 0)
		return CAM_ERR_SYSTEM;
	if (!S_ISREG(st.st_mode))
		return CAM_ERR_UNSUPPORTED;
	if (st.st_size > IMAGE_FILE_MAX)
		return CAM_ERR_LIMIT;
	if (pipe(ends) < 0)
		return CAM_ERR_SYSTEM;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		become_decoder(fd, (size_t)st.st_size, ends[1]);
	}
	close(ends[1]);
	err = pid < 0 ? CAM_ERR_SYSTEM : read_image(ends[0], image);
	close(ends[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return err;
}
