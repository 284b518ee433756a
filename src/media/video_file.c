/* video_file.c: pictures out of a file of raw video. */
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "media/video.h"
#include "picture/y4m.h"

struct video_file {
	struct video video;
	struct y4m_reader *reader;
	bool loops;
};

static enum video_state
read_file(struct video *video, struct i420 *picture)
{
	struct video_file *file = (struct video_file *)video;
	int err = i420_resize(picture, video->width, video->height);

	if (err == 0)
		err = y4m_read(file->reader, picture);
	if (err == CAM_ERR_CLOSED && file->loops) {
		err = y4m_rewind(file->reader);
		if (err == 0)
			err = y4m_read(file->reader, picture);
	}
	return err == 0		       ? VIDEO_GOES_ON
	       : err == CAM_ERR_CLOSED ? VIDEO_ENDED
				       : VIDEO_FAILED;
}

static void
close_file(struct video *video)
{
	struct video_file *file = (struct video_file *)video;

	y4m_close(file->reader);
	free(file);
}

static const struct video_ops ops = { read_file, close_file };

int
video_file_open(int fd, bool loop, struct video **video)
{
	struct y4m_reader *reader = NULL;
	const struct y4m_format *format;
	struct video_file *file;
	unsigned rate;
	int err;

	/* Another process may have read of it before; a pipe is as it is. */
	(void)lseek(fd, 0, SEEK_SET);
	err = y4m_open(fd, &reader);
	if (err < 0)
		return err;
	format = y4m_format(reader);
	rate = (format->rate + format->per / 2) / format->per;
	file = xcalloc(1, sizeof *file);
	file->reader = reader;
	file->loops = loop;
	file->video = (struct video){ &ops, format->width, format->height,
		rate < 1		? 1
		: rate > VIDEO_RATE_MAX ? VIDEO_RATE_MAX
					: rate,
		false };
	*video = &file->video;
	return 0;
}
