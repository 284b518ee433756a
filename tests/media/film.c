/* film.c: a film whose pictures carry their numbers (media/video.h), or are
 * like those of a camera in a call, as raw video: a tool of tests.
 *
 *	film WIDTH HEIGHT RATE PICTURES FILE.y4m [call]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/call_video.h"
#include "media/video.h"
#include "picture/y4m.h"

static void
put(FILE *file, struct buf *bytes)
{
	if (buf_failed(bytes) ||
	    fwrite(bytes->data, 1, bytes->len, file) != bytes->len) {
		fprintf(stderr, "film: cannot be written\n");
		exit(2);
	}
	buf_clear(bytes);
}

int
main(int argc, char **argv)
{
	struct video_choice choice = { .kind = VIDEO_PATTERN, .fd = -1 };
	struct i420 picture = { 0 };
	struct video *video = NULL;
	struct y4m_format format;
	struct buf bytes;
	FILE *file;
	bool is_call = argc == 7 && strcmp(argv[6], "call") == 0;

	if (argc != 6 && !is_call)
		return 2;
	choice.width = (unsigned)strtoul(argv[1], NULL, 10);
	choice.height = (unsigned)strtoul(argv[2], NULL, 10);
	choice.rate = (unsigned)strtoul(argv[3], NULL, 10);
	file = fopen(argv[5], "wb");
	if (file == NULL || video_open(&choice, &video) != 0)
		return 2;
	format =
	    (struct y4m_format){ choice.width, choice.height, choice.rate, 1 };
	buf_init(&bytes, 1 << 24);
	y4m_put_header(&format, &bytes);
	for (long i = 0; i < strtol(argv[4], NULL, 10); i++) {
		video->ops->read(video, &picture);
		if (is_call)
			call_video(&picture, (unsigned)i);
		y4m_put(&picture, &bytes);
		put(file, &bytes);
	}
	buf_finish(&bytes);
	i420_finish(&picture);
	video_close(video);
	return fclose(file) == 0 ? 0 : 2;
}
