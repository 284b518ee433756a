/* shown.c: what a member's pictures become. */
#include "media/shown.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "picture/convert.h"
#include "picture/frames.h"
#include "picture/y4m.h"

enum { WIDTH_MAX = 1920, HEIGHT_MAX = 1080, RECORD_RATE = 30 };

struct shown {
	unsigned holders;
	struct frames *frames;
	struct i420 fitted;
	pthread_mutex_t mutex; /* of what follows */
	bool is_watched;       /* somebody has the memory */
	int record;	       /* -1: none */
	struct i420 recorded;
};

int
shown_new(struct shown **made)
{
	struct shown *shown = xcalloc(1, sizeof *shown);

	shown->holders = 1;
	shown->record = -1;
	pthread_mutex_init(&shown->mutex, NULL);
	if (frames_new(WIDTH_MAX, HEIGHT_MAX, &shown->frames) < 0) {
		shown_free(shown);
		return CAM_ERR_SYSTEM;
	}
	*made = shown;
	return 0;
}

struct shown *
shown_ref(struct shown *shown)
{
	shown->holders++;
	return shown;
}

void
shown_free(struct shown *shown)
{
	if (shown == NULL || --shown->holders > 0)
		return;
	frames_free(shown->frames);
	i420_finish(&shown->fitted);
	i420_finish(&shown->recorded);
	if (shown->record >= 0)
		close(shown->record);
	pthread_mutex_destroy(&shown->mutex);
	free(shown);
}

int
shown_fd(struct shown *shown)
{
	pthread_mutex_lock(&shown->mutex);
	shown->is_watched = true;
	pthread_mutex_unlock(&shown->mutex);
	return frames_fd(shown->frames);
}

/* -- the file ----------------------------------------------------------------
 */

static bool
write_all(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t put = write(fd, bytes.data, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		bytes.data += put;
		bytes.len -= (size_t)put;
	}
	return true;
}

/* The first one tells the size of all; where a process before us has begun the
 * file, its first. */
static bool
begin_record(struct shown *shown, const struct i420 *picture, struct buf *out)
{
	struct y4m_format format = { picture->width, picture->height,
		RECORD_RATE, 1 };
	char head[256];
	size_t used = 0;
	ssize_t got = lseek(shown->record, 0, SEEK_END) > 0
			  ? pread(shown->record, head, sizeof head, 0)
			  : 0;

	if (got <= 0 ||
	    y4m_parse(span_of(head, (size_t)got), &format, &used) != 0)
		y4m_put_header(&format, out);
	return i420_init(&shown->recorded, format.width, format.height) == 0;
}

static void
record(struct shown *shown, const struct i420 *picture)
{
	struct i420 *recorded = &shown->recorded;
	struct buf out;

	buf_init(&out, 2 * i420_size(LIMIT_PICTURE_SIDE, LIMIT_PICTURE_SIDE));
	if (recorded->memory == NULL && !begin_record(shown, picture, &out)) {
		buf_finish(&out);
		return;
	}
	convert_scale(picture, recorded);
	y4m_put(recorded, &out);
	if (buf_failed(&out) || !write_all(shown->record, buf_span(&out))) {
		close(shown->record);
		shown->record = -1;
	}
	buf_finish(&out);
}

void
shown_record(struct shown *shown, int fd)
{
	pthread_mutex_lock(&shown->mutex);
	if (shown->record >= 0)
		close(shown->record);
	shown->record = fd;
	i420_finish(&shown->recorded);
	pthread_mutex_unlock(&shown->mutex);
}

/* -- the memory --------------------------------------------------------------
 */

/* One too large is made to fit: who shows it has no use for more. */
static const struct i420 *
fit(struct shown *shown, const struct i420 *picture)
{
	unsigned width, height;

	if (i420_size(picture->width, picture->height) <=
	    i420_size(WIDTH_MAX, HEIGHT_MAX))
		return picture;
	i420_fit(picture, WIDTH_MAX, HEIGHT_MAX, &width, &height);
	/* Without memory for it it stays too large, and is not shown. */
	if (i420_resize(&shown->fitted, width, height) < 0)
		return picture;
	convert_scale(picture, &shown->fitted);
	return &shown->fitted;
}

void
shown_put(struct shown *shown, const struct i420 *picture)
{
	pthread_mutex_lock(&shown->mutex);
	if (shown->is_watched)
		(void)frames_put(
		    shown->frames, fit(shown, picture), clock_now_ms());
	if (shown->record >= 0)
		record(shown, picture);
	pthread_mutex_unlock(&shown->mutex);
}
