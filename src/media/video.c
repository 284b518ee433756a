/* video.c: where pictures come from: the kind that was chosen. */
#include "media/video.h"

#include <unistd.h>

#include "base/err.h"

enum { WIDTH = 1280, HEIGHT = 720, RATE = 30 };

static unsigned
or_else(unsigned wanted, unsigned otherwise)
{
	return wanted != 0 ? wanted : otherwise;
}

int
video_open(const struct video_choice *choice, struct video **video)
{
	unsigned width = or_else(choice->width, WIDTH);
	unsigned height = or_else(choice->height, HEIGHT);
	unsigned rate = or_else(choice->rate, RATE);

	if (rate > VIDEO_RATE_MAX || !i420_is_valid_size(width, height)) {
		if (choice->fd >= 0)
			close(choice->fd);
		return CAM_ERR_LIMIT;
	}
	switch (choice->kind) {
	case VIDEO_NONE:
		break;
	case VIDEO_PATTERN:
		return video_pattern_open(width, height, rate, video);
	case VIDEO_FILE:
		return video_file_open(choice->fd, choice->loop, video);
	case VIDEO_V4L2:
		return video_v4l2_open(choice->fd, width, height, rate, video);
	case VIDEO_X11:
		return video_x11_open(choice, rate, video);
	}
	return CAM_ERR_UNSUPPORTED;
}

void
video_close(struct video *video)
{
	if (video != NULL)
		video->ops->close(video);
}
