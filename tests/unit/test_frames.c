/* test_frames.c: pictures in shared memory: the newest, whole or not at all. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "picture/frames.h"

enum { WIDTH = 64, HEIGHT = 48 };

static void
fill(struct i420 *picture, uint8_t value)
{
	memset(picture->planes[0], value,
	    i420_size(picture->width, picture->height));
}

static void
open_both(struct frames **frames, struct frames_view **view)
{
	assert_int_equal(frames_new(WIDTH, HEIGHT, frames), 0);
	assert_int_equal(frames_open(dup(frames_fd(*frames)), view), 0);
}

static void
a_reader_sees_the_newest_picture_once(void **state)
{
	struct frames *frames = NULL;
	struct frames_view *view = NULL;
	struct frames_picture newest = { 0 };
	struct i420 picture;

	open_both(&frames, &view);
	assert_false(frames_newest(view, 0, &newest));
	assert_int_equal(i420_init(&picture, WIDTH, HEIGHT), 0);
	for (uint8_t i = 1; i <= 10; i++) {
		fill(&picture, i);
		assert_int_equal(frames_put(frames, &picture, 1000u + i), 0);
	}
	assert_true(frames_newest(view, 0, &newest));
	assert_int_equal(newest.number, 10);
	assert_int_equal(newest.time_ms, 1010);
	assert_int_equal(newest.picture.width, WIDTH);
	assert_int_equal(newest.picture.planes[0][0], 10);
	assert_int_equal(
	    newest.picture.planes[2][WIDTH / 2 * HEIGHT / 2 - 1], 10);
	assert_true(frames_is_whole(view, &newest));
	assert_false(frames_newest(view, newest.number, &newest));
	i420_finish(&picture);
	frames_close(view);
	frames_free(frames);
}

static void
pictures_may_change_their_size_up_to_the_first_said(void **state)
{
	struct frames *frames = NULL;
	struct frames_view *view = NULL;
	struct frames_picture newest = { 0 };
	struct i420 small, large;

	open_both(&frames, &view);
	assert_int_equal(i420_init(&small, 17, 9), 0);
	/* As large in bytes as a page more than there is. */
	assert_int_equal(i420_init(&large, WIDTH * 2, HEIGHT * 2), 0);
	assert_int_equal(frames_put(frames, &large, 0), CAM_ERR_LIMIT);
	assert_int_equal(frames_put(frames, &small, 0), 0);
	assert_true(frames_newest(view, 0, &newest));
	assert_int_equal(newest.picture.width, 17);
	assert_int_equal(newest.picture.strides[1], 9);
	i420_finish(&small);
	i420_finish(&large);
	frames_close(view);
	frames_free(frames);
}

static void
a_picture_that_is_written_over_is_not_whole_any_more(void **state)
{
	struct frames *frames = NULL;
	struct frames_view *view = NULL;
	struct frames_picture newest = { 0 };
	struct i420 picture, place;

	open_both(&frames, &view);
	assert_int_equal(i420_init(&picture, WIDTH, HEIGHT), 0);
	assert_int_equal(frames_put(frames, &picture, 0), 0);
	assert_true(frames_newest(view, 0, &newest));
	assert_int_equal(frames_put(frames, &picture, 0), 0);
	assert_int_equal(frames_put(frames, &picture, 0), 0);
	assert_true(frames_is_whole(view, &newest));
	assert_int_equal(frames_begin(frames, WIDTH, HEIGHT, &place), 0);
	assert_false(frames_is_whole(view, &newest));
	frames_end(frames, 0);
	assert_false(frames_is_whole(view, &newest));
	i420_finish(&picture);
	frames_close(view);
	frames_free(frames);
}

struct race {
	struct frames *frames;
	_Atomic bool stop;
};

/* Each picture is of one value all over. */
static void *
write_pictures(void *arg)
{
	struct race *race = arg;
	struct i420 picture;

	for (unsigned i = 1; !atomic_load(&race->stop); i++)
		if (frames_begin(race->frames, WIDTH, HEIGHT, &picture) == 0) {
			fill(&picture, (uint8_t)i);
			frames_end(race->frames, i);
		}
	return NULL;
}

static void
a_reader_beside_a_writer_never_believes_half_a_picture(void **state)
{
	struct race race = { 0 };
	struct frames_view *view = NULL;
	struct frames_picture newest = { 0 };
	static uint8_t copy[WIDTH * HEIGHT * 3 / 2];
	pthread_t thread;
	unsigned whole = 0;

	open_both(&race.frames, &view);
	assert_int_equal(
	    pthread_create(&thread, NULL, write_pictures, &race), 0);
	while (whole < 2000) {
		if (!frames_newest(view, newest.number, &newest))
			continue;
		memcpy(copy, newest.picture.planes[0], sizeof copy);
		if (!frames_is_whole(view, &newest))
			continue;
		whole++;
		assert_int_equal(copy[0], (uint8_t)newest.time_ms);
		assert_memory_equal(copy, copy + 1, sizeof copy - 1);
	}
	atomic_store(&race.stop, true);
	pthread_join(thread, NULL);
	frames_close(view);
	frames_free(race.frames);
}

static void
a_reader_can_neither_write_nor_change_the_size(void **state)
{
	struct frames *frames = NULL;
	int fd;

	assert_int_equal(frames_new(WIDTH, HEIGHT, &frames), 0);
	fd = frames_fd(frames);
	assert_int_equal(ftruncate(fd, 10), -1);
	assert_int_equal(errno, EPERM);
	assert_ptr_equal(
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
	    MAP_FAILED);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	frames_free(frames);
}

static void
memory_that_could_shrink_or_is_something_else_is_refused(void **state)
{
	struct frames_view *view = NULL;
	int fd = memfd_create("test", MFD_ALLOW_SEALING);

	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	assert_int_equal(frames_open(dup(fd), &view), CAM_ERR_FORMAT);
	assert_int_equal(
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
	assert_int_equal(frames_open(fd, &view), CAM_ERR_FORMAT);
	assert_int_equal(
	    frames_open(open("/dev/null", O_RDONLY), &view), CAM_ERR_FORMAT);
	fd = memfd_create("test", MFD_ALLOW_SEALING);
	assert_int_equal(
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
	assert_int_equal(frames_open(fd, &view), CAM_ERR_FORMAT);
	assert_int_equal(frames_open(-1, &view), CAM_ERR_FORMAT);
}

static void
sizes_beyond_the_limits_are_refused(void **state)
{
	struct frames *frames = NULL;

	assert_int_equal(frames_new(0, 10, &frames), CAM_ERR_LIMIT);
	assert_int_equal(
	    frames_new(LIMIT_PICTURE_SIDE + 1, 10, &frames), CAM_ERR_LIMIT);
	assert_int_equal(
	    frames_new(LIMIT_PICTURE_SIDE, LIMIT_PICTURE_SIDE, &frames),
	    CAM_ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_sees_the_newest_picture_once),
		cmocka_unit_test(
		    pictures_may_change_their_size_up_to_the_first_said),
		cmocka_unit_test(
		    a_picture_that_is_written_over_is_not_whole_any_more),
		cmocka_unit_test(
		    a_reader_beside_a_writer_never_believes_half_a_picture),
		cmocka_unit_test(
		    a_reader_can_neither_write_nor_change_the_size),
		cmocka_unit_test(
		    memory_that_could_shrink_or_is_something_else_is_refused),
		cmocka_unit_test(sizes_beyond_the_limits_are_refused),
	};

	return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
