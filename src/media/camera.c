/* camera.c: pictures of a source, coded by a thread of their own. */
#include "media/camera.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "loop/watch.h"
#include "picture/convert.h"

enum {
	WAITING_MAX = 4, /* coded pictures that the loop has not taken */
	CLOCK = 90,	 /* ticks of RTP a ms */
	LATE_US = 200000,
	/* Pictures that are looked at together. The first of a size touch
	 * memory for the first time, and refine the key picture. */
	OF_LATE = 8,
	OF_LONG = 64,
};

struct coded {
	struct coded *next;
	bool is_key;
	uint64_t taken_us;
	size_t len;
	uint8_t bytes[];
};

struct camera {
	const struct camera_ops *ops;
	void *arg;
	struct watch watch;
	int ends[2]; /* a byte through them wakes the loop */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* Of both, under the mutex. */
	bool stops, has_ended, was_told, wants_key;
	int end_err;
	struct budget_choice choice;
	unsigned encode_us, measured; /* of so many pictures */
	double quantizer;
	struct coded *first, **last;
	unsigned waiting;
	/* Of the thread alone. */
	struct video *video;
	enum vpx_codec codec;
	struct vpx_encoder *encoder;
	struct vpx_settings settings;
	struct i420 picture, scaled;
	uint64_t due_us, before_us;
	double apart;	 /* pictures, in ticks, for long */
	unsigned credit; /* of the rate that is sent, against the source's */
};

/* -- the thread --------------------------------------------------------------
 */

static void
wake(struct camera *camera)
{
	/* A full pipe wakes as well. */
	if (write(camera->ends[1], "", 1) < 0)
		return;
}

/* Until the source's next picture is due; false: it is to stop. */
static bool
wait_until_due(struct camera *camera, struct budget_choice *choice, bool *key)
{
	struct timespec until = { (time_t)(camera->due_us / 1000000),
		(long)(camera->due_us % 1000000) * 1000 };
	bool goes_on;

	pthread_mutex_lock(&camera->mutex);
	while (!camera->stops && !camera->video->has_clock &&
	       clock_now_us() < camera->due_us)
		pthread_cond_timedwait(
		    &camera->changed, &camera->mutex, &until);
	goes_on = !camera->stops;
	*choice = camera->choice;
	*key = camera->wants_key;
	pthread_mutex_unlock(&camera->mutex);
	return goes_on;
}

static void
set_due(struct camera *camera)
{
	uint64_t now_us = clock_now_us();

	camera->due_us += 1000000 / camera->video->rate;
	/* What was missed is not made up for. */
	if (camera->due_us + LATE_US < now_us)
		camera->due_us = now_us;
}

/* So that of the source's rate the chosen one is left, evenly. */
static bool
is_chosen(struct camera *camera, const struct budget_choice *choice)
{
	camera->credit += choice->rate < camera->video->rate
			      ? choice->rate
			      : camera->video->rate;
	if (choice->bitrate == 0 || camera->credit < camera->video->rate)
		return false;
	camera->credit -= camera->video->rate;
	return true;
}

/* Those of another size would be taken for those of this one. */
static void
forget_figures(struct camera *camera)
{
	pthread_mutex_lock(&camera->mutex);
	camera->encode_us = camera->measured = 0;
	camera->quantizer = 0;
	pthread_mutex_unlock(&camera->mutex);
}

/* Another size needs another encoder. */
static int
prepare(struct camera *camera, const struct budget_choice *choice)
{
	const struct vpx_settings wanted = { camera->codec, choice->width,
		choice->height, choice->rate, choice->bitrate, choice->speed };
	const struct vpx_settings *now = &camera->settings;
	int err = 0;

	if (camera->encoder != NULL && wanted.width == now->width &&
	    wanted.height == now->height) {
		if (wanted.rate != now->rate ||
		    wanted.bitrate != now->bitrate ||
		    wanted.speed != now->speed)
			err = vpx_encoder_set(camera->encoder, &wanted);
	} else {
		vpx_encoder_free(camera->encoder);
		camera->encoder = NULL;
		err = vpx_encoder_new(&wanted, &camera->encoder);
		forget_figures(camera);
	}
	camera->settings = wanted;
	return err;
}

static const struct i420 *
scale(struct camera *camera)
{
	if (camera->picture.width == camera->settings.width &&
	    camera->picture.height == camera->settings.height)
		return &camera->picture;
	if (i420_resize(&camera->scaled, camera->settings.width,
		camera->settings.height) < 0)
		return NULL;
	convert_scale(&camera->picture, &camera->scaled);
	return &camera->scaled;
}

static void
hand_over(struct camera *camera, const struct vpx_encoded *encoded,
    uint64_t taken_us, unsigned took_us)
{
	struct coded *coded = xmalloc(sizeof *coded + encoded->bytes.len);

	coded->next = NULL;
	coded->is_key = encoded->is_key;
	coded->taken_us = taken_us;
	coded->len = encoded->bytes.len;
	memcpy(coded->bytes, encoded->bytes.data, encoded->bytes.len);
	pthread_mutex_lock(&camera->mutex);
	/* Key pictures are few. */
	if (!encoded->is_key) {
		camera->measured += camera->measured < OF_LATE;
		camera->encode_us +=
		    (int)(took_us - camera->encode_us) / (int)camera->measured;
	}
	camera->quantizer += (encoded->quantizer - camera->quantizer) /
			     (camera->quantizer > 0 ? OF_LATE : 1);
	if (encoded->is_key)
		camera->wants_key = false;
	if (camera->waiting < WAITING_MAX) {
		*camera->last = coded;
		camera->last = &coded->next;
		camera->waiting++;
	} else {
		/* What follows would need it. */
		camera->wants_key = true;
		free(coded);
	}
	pthread_mutex_unlock(&camera->mutex);
	wake(camera);
}

/* Of this thread: that others use the processor too makes no picture dearer. */
static uint64_t
used_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

/*
 * libvpx takes a picture that is a little late for another rate, and then gives
 * too much to some pictures and leaves out others. So all are said to be as far
 * apart as was chosen, but of a source that is much slower for long.
 */
static unsigned
ticks_of_picture(struct camera *camera, unsigned rate, uint64_t taken_us)
{
	double usual = CLOCK * 1000. / rate;
	double passed = (double)(taken_us - camera->before_us) * CLOCK / 1000;

	if (rate != camera->settings.rate || camera->before_us == 0)
		camera->apart = usual;
	else
		camera->apart += ((passed < 4 * usual ? passed : 4 * usual) -
				     camera->apart) /
				 OF_LONG;
	camera->before_us = taken_us;
	return (
	    unsigned)(camera->apart * 3 > usual * 4 ? camera->apart : usual);
}

static int
code(struct camera *camera, const struct budget_choice *choice, bool key)
{
	uint64_t taken_us = clock_now_us(), begun_us = used_us();
	unsigned ticks = ticks_of_picture(camera, choice->rate, taken_us);
	struct vpx_encoded encoded;
	const struct i420 *picture;
	int err = prepare(camera, choice);

	if (err < 0)
		return err;
	picture = scale(camera);
	if (picture == NULL)
		return CAM_ERR_FULL;
	err = vpx_encode(camera->encoder, picture, ticks, key, &encoded);
	if (err == 0)
		hand_over(camera, &encoded, taken_us,
		    (unsigned)(used_us() - begun_us));
	return err == CAM_ERR_MORE ? 0 : err;
}

static void
tell_end(struct camera *camera, int err)
{
	pthread_mutex_lock(&camera->mutex);
	camera->has_ended = true;
	camera->end_err = err;
	pthread_mutex_unlock(&camera->mutex);
	wake(camera);
}

static void *
run(void *arg)
{
	struct camera *camera = arg;
	struct budget_choice choice;
	bool key;
	int err = 0;

	camera->due_us = clock_now_us();
	while (wait_until_due(camera, &choice, &key)) {
		enum video_state state =
		    camera->video->ops->read(camera->video, &camera->picture);

		set_due(camera);
		if (state == VIDEO_NOTHING_YET)
			continue;
		if (state == VIDEO_GOES_ON && is_chosen(camera, &choice))
			err = code(camera, &choice, key);
		if (state != VIDEO_GOES_ON || err < 0) {
			tell_end(
			    camera, state == VIDEO_ENDED ? 0 : CAM_ERR_SYSTEM);
			break;
		}
	}
	return NULL;
}

/* -- the loop ----------------------------------------------------------------
 */

static struct coded *
take_coded(struct camera *camera)
{
	struct coded *coded;

	pthread_mutex_lock(&camera->mutex);
	coded = camera->first;
	if (coded != NULL) {
		camera->first = coded->next;
		camera->waiting--;
		if (camera->first == NULL)
			camera->last = &camera->first;
	}
	pthread_mutex_unlock(&camera->mutex);
	return coded;
}

static bool
take_end(struct camera *camera, int *err)
{
	bool is_new;

	pthread_mutex_lock(&camera->mutex);
	is_new = camera->has_ended && !camera->was_told;
	camera->was_told = camera->has_ended;
	*err = camera->end_err;
	pthread_mutex_unlock(&camera->mutex);
	return is_new;
}

static void
on_woken(int fd, int events, void *arg)
{
	struct camera *camera = arg;
	struct coded *coded;
	char bytes[64];
	int err;

	if (read(fd, bytes, sizeof bytes) < 0 && errno != EAGAIN)
		return;
	while ((coded = take_coded(camera)) != NULL) {
		const struct vpx_encoded encoded = {
			.bytes = span_of(coded->bytes, coded->len),
			.is_key = coded->is_key,
		};

		camera->ops->on_picture(camera->arg, &encoded, coded->taken_us);
		free(coded);
	}
	if (take_end(camera, &err))
		camera->ops->on_end(camera->arg, err);
}

static int
start(struct camera *camera, struct loop *loop)
{
	pthread_condattr_t attributes;

	/* clock_now_us() is of this clock. */
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&camera->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&camera->mutex, NULL);
	watch_init(&camera->watch, loop, camera->ends[0], on_woken, camera);
	watch_set(&camera->watch, WATCH_READ);
	if (pthread_create(&camera->thread, NULL, run, camera) == 0)
		return 0;
	watch_finish(&camera->watch);
	return CAM_ERR_SYSTEM;
}

int
camera_new(struct loop *loop, struct video *video, enum vpx_codec codec,
    const struct camera_ops *ops, void *arg, struct camera **made)
{
	struct camera *camera = xcalloc(1, sizeof *camera);

	camera->ops = ops;
	camera->arg = arg;
	camera->video = video;
	camera->codec = codec;
	camera->last = &camera->first;
	if (pipe2(camera->ends, O_CLOEXEC | O_NONBLOCK) < 0) {
		video_close(video);
		free(camera);
		return CAM_ERR_SYSTEM;
	}
	if (start(camera, loop) < 0) {
		close(camera->ends[0]);
		close(camera->ends[1]);
		video_close(video);
		free(camera);
		return CAM_ERR_SYSTEM;
	}
	*made = camera;
	return 0;
}

void
camera_free(struct camera *camera)
{
	struct coded *coded;

	if (camera == NULL)
		return;
	pthread_mutex_lock(&camera->mutex);
	camera->stops = true;
	pthread_cond_signal(&camera->changed);
	pthread_mutex_unlock(&camera->mutex);
	pthread_join(camera->thread, NULL);
	watch_finish(&camera->watch);
	close(camera->ends[0]);
	close(camera->ends[1]);
	while ((coded = take_coded(camera)) != NULL)
		free(coded);
	video_close(camera->video);
	vpx_encoder_free(camera->encoder);
	i420_finish(&camera->picture);
	i420_finish(&camera->scaled);
	pthread_cond_destroy(&camera->changed);
	pthread_mutex_destroy(&camera->mutex);
	free(camera);
}

void
camera_set(struct camera *camera, const struct budget_choice *choice)
{
	pthread_mutex_lock(&camera->mutex);
	camera->choice = *choice;
	pthread_mutex_unlock(&camera->mutex);
}

void
camera_want_key(struct camera *camera)
{
	pthread_mutex_lock(&camera->mutex);
	camera->wants_key = true;
	pthread_mutex_unlock(&camera->mutex);
}

unsigned
camera_encode_us(struct camera *camera)
{
	unsigned us;

	pthread_mutex_lock(&camera->mutex);
	us = camera->measured == OF_LATE ? camera->encode_us : 0;
	pthread_mutex_unlock(&camera->mutex);
	return us;
}

unsigned
camera_quantizer(struct camera *camera)
{
	unsigned quantizer;

	pthread_mutex_lock(&camera->mutex);
	quantizer = (unsigned)camera->quantizer;
	pthread_mutex_unlock(&camera->mutex);
	return quantizer;
}

const struct video *
camera_video(const struct camera *camera)
{
	return camera->video;
}

struct budget_choice
camera_choice(struct camera *camera)
{
	struct budget_choice choice;

	pthread_mutex_lock(&camera->mutex);
	choice = camera->choice;
	pthread_mutex_unlock(&camera->mutex);
	return choice;
}
