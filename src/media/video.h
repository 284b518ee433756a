/* video.h: where pictures come from: devices as structs of functions. */
#ifndef CAM_VIDEO_H
#define CAM_VIDEO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "picture/i420.h"

enum { VIDEO_NAME_MAX = 200, VIDEO_RATE_MAX = 60, VIDEO_COOKIE_MAX = 64 };

enum video_kind {
	VIDEO_NONE,
	VIDEO_PATTERN,
	VIDEO_FILE, /* YUV4MPEG2 */
	VIDEO_V4L2,
	VIDEO_X11,
};

struct video_choice {
	enum video_kind kind;
	int fd;	   /* of a file, a camera, or connected with an X server; -1 */
	bool loop; /* a file: from its beginning again */
	/* What is wanted where the device leaves a choice; 0: its own. */
	unsigned width, height, rate;
	/* Of an X server: the display's name where there is no fd ("" its own),
	 * and what is said to be let in by fd. */
	char name[VIDEO_NAME_MAX + 1];
	uint8_t cookie[VIDEO_COOKIE_MAX]; /* MIT-MAGIC-COOKIE-1 */
	size_t cookie_len;		  /* 0: none */
	unsigned screen;		  /* of several, by fd */
	uint32_t window;		  /* 0: the whole screen */
};

enum video_state {
	VIDEO_GOES_ON,
	VIDEO_NOTHING_YET,
	VIDEO_ENDED,
	VIDEO_FAILED
};

/*
 * A source, used by one thread. One without a clock of its own is to be asked
 * rate times a second.
 */
struct video {
	const struct video_ops *ops;
	unsigned width, height;
	unsigned rate;
	bool has_clock;
};

struct video_ops {
	/* The next picture, into one that is made to fit; where there is a
	 * clock waits for it, for a tenth of a second at most. */
	enum video_state (*read)(struct video *video, struct i420 *picture);
	void (*close)(struct video *video);
};

/* Takes the choice's fd, on success and otherwise. CAM_ERR_FORMAT,
 * CAM_ERR_UNSUPPORTED, CAM_ERR_UNKNOWN: no such device; CAM_ERR_LIMIT,
 * CAM_ERR_SYSTEM. */
int video_open(const struct video_choice *choice, struct video **video);
void video_close(struct video *video);

/* One for each kind. */
int video_pattern_open(
    unsigned width, unsigned height, unsigned rate, struct video **video);
int video_file_open(int fd, bool loop, struct video **video);
int video_v4l2_open(int fd, unsigned width, unsigned height, unsigned rate,
    struct video **video);
int video_x11_open(
    const struct video_choice *choice, unsigned rate, struct video **video);

/*
 * The pattern carries its number modulo 2^16 in its upper left corner, so that
 * what comes out somewhere can be told: VIDEO_PATTERN_SQUARES of them in a row,
 * each a twentieth of the width, white is 1, the highest bit first; the last
 * four are the sum of the four fours, to know it from other pictures.
 */
enum { VIDEO_PATTERN_SQUARES = 20 };

#endif
