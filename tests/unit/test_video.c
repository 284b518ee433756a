/* test_video.c: pictures out of each kind of device; the camera's ioctls and
 * the X server are stand-ins. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <turbojpeg.h>
#include <unistd.h>

#include "base/err.h"
#include "call_video.h"
#include "config.h"
#include "display.h"
#include "media/video.h"
#include "media/vpx.h"
#include "pattern_number.h"
#include "picture/y4m.h"
#include "ssim.h"

/* -- a camera ----------------------------------------------------------------
 */

/* What it can, and what was done to it. Its memory is that of a memfd, so
 * mapping and polling need no stand-in. */
static struct camera {
	int fd; /* -1: none */
	uint32_t format;
	unsigned width, height;
	unsigned next; /* the buffer to be handed out */
	unsigned queued, streams;
	size_t used[4];
	bool is_broken;
} camera = { .fd = -1 };

enum { BUFFER_SIZE = 1 << 20, CAMERA_BUFFERS = 3 };

static int
camera_dequeue(struct v4l2_buffer *buffer)
{
	if (!camera.streams || camera.queued == 0) {
		errno = EAGAIN;
		return -1;
	}
	buffer->index = camera.next++ % CAMERA_BUFFERS;
	buffer->bytesused = (uint32_t)camera.used[buffer->index];
	buffer->flags = camera.is_broken ? V4L2_BUF_FLAG_ERROR : 0;
	camera.queued--;
	return 0;
}

static int
camera_format(struct v4l2_pix_format *pix)
{
	pix->pixelformat = camera.format;
	pix->width = camera.width;
	pix->height = camera.height;
	pix->bytesperline =
	    camera.format == V4L2_PIX_FMT_YUYV ? camera.width * 2 : 0;
	return 0;
}

static int
camera_ask(unsigned long request, void *argument)
{
	struct v4l2_buffer *buffer = argument;

	switch (request) {
	case VIDIOC_QUERYCAP:
		((struct v4l2_capability *)argument)->capabilities =
		    V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
		return 0;
	case VIDIOC_S_FMT:
		return camera_format(
		    &((struct v4l2_format *)argument)->fmt.pix);
	case VIDIOC_S_PARM:
		((struct v4l2_streamparm *)argument)
		    ->parm.capture.timeperframe = (struct v4l2_fract){ 1, 25 };
		return 0;
	case VIDIOC_REQBUFS:
		((struct v4l2_requestbuffers *)argument)->count =
		    CAMERA_BUFFERS;
		return 0;
	case VIDIOC_QUERYBUF:
		buffer->length = BUFFER_SIZE;
		buffer->m.offset = buffer->index * BUFFER_SIZE;
		return 0;
	case VIDIOC_QBUF:
		camera.queued++;
		return 0;
	case VIDIOC_DQBUF:
		return camera_dequeue(buffer);
	case VIDIOC_STREAMON:
		camera.streams = 1;
		return 0;
	case VIDIOC_STREAMOFF:
		camera.streams = 0;
		return 0;
	default:
		errno = ENOTTY;
		return -1;
	}
}

/* In place of the C library's, which no test here needs. */
int
ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *argument;

	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	if (fd != camera.fd || camera.fd < 0) {
		errno = ENOTTY;
		return -1;
	}
	return camera_ask(request, argument);
}

static int
plug_in(uint32_t format, unsigned width, unsigned height)
{
	camera = (struct camera){ .fd = memfd_create("camera", 0),
		.format = format,
		.width = width,
		.height = height };
	assert_int_equal(ftruncate(camera.fd, CAMERA_BUFFERS * BUFFER_SIZE), 0);
	return camera.fd;
}

static void
fill_buffer(unsigned index, const void *bytes, size_t len)
{
	camera.used[index] = len;
	assert_int_equal(
	    pwrite(camera.fd, bytes, len, (off_t)index * BUFFER_SIZE), len);
}

static size_t
to_yuyv(const struct i420 *picture, uint8_t *out)
{
	for (unsigned y = 0; y < picture->height; y++)
		for (unsigned x = 0; x < picture->width; x++) {
			unsigned half = y / 2 * picture->strides[1] + x / 2;

			*out++ =
			    picture->planes[0][y * picture->strides[0] + x];
			*out++ = picture->planes[1 + x % 2][half];
		}
	return (size_t)picture->width * picture->height * 2;
}

static size_t
to_jpeg(const struct i420 *picture, int sampling, uint8_t *out)
{
	size_t size = (size_t)picture->width * picture->height * 3;
	uint8_t *planes = malloc(size);
	const uint8_t *starts[3] = { planes };
	int width = (int)picture->width, height = (int)picture->height;
	int across = sampling == TJSAMP_444 ? 1 : 2;
	int down = sampling == TJSAMP_420 ? 2 : 1;
	unsigned long len = BUFFER_SIZE;
	tjhandle jpeg = tjInitCompress();

	assert_non_null(planes);
	starts[1] = planes + width * height;
	starts[2] = starts[1] + width / across * (height / down);
	for (int i = 0; i < 3; i++)
		for (int y = 0; y < (i ? height / down : height); y++)
			for (int x = 0; x < (i ? width / across : width); x++) {
				unsigned column =
				    (unsigned)(i ? x * across / 2 : x);
				unsigned row = (unsigned)(i ? y * down / 2 : y);

				((uint8_t *)(uintptr_t)
					starts[i])[y * (i ? width / across
							  : width) +
						   x] =
				    picture
					->planes[i][row * picture->strides[i] +
						    column];
			}
	assert_int_equal(
	    tjCompressFromYUVPlanes(jpeg, starts, width, NULL, height, sampling,
		&out, &len, 90, TJFLAG_NOREALLOC),
	    0);
	tjDestroy(jpeg);
	free(planes);
	return len;
}

static struct video *
open_camera(unsigned width, unsigned height)
{
	const struct video_choice choice = { .kind = VIDEO_V4L2,
		.fd = camera.fd,
		.width = width,
		.height = height };
	struct video *video = NULL;

	assert_int_equal(video_open(&choice, &video), 0);
	assert_true(video->has_clock);
	assert_int_equal(video->rate, 25);
	assert_int_equal(camera.queued, CAMERA_BUFFERS);
	return video;
}

static void
reads_what_the_camera_saw(uint32_t format, int sampling)
{
	struct i420 seen, read = { 0 };
	struct video *video = NULL;
	uint8_t *bytes = malloc(BUFFER_SIZE);

	assert_non_null(bytes);
	assert_int_equal(i420_init(&seen, 320, 240), 0);
	plug_in(format, 320, 240);
	for (unsigned i = 0; i < CAMERA_BUFFERS; i++) {
		call_video(&seen, i * 10);
		fill_buffer(i, bytes,
		    format == V4L2_PIX_FMT_YUYV
			? to_yuyv(&seen, bytes)
			: to_jpeg(&seen, sampling, bytes));
	}
	video = open_camera(640, 360);
	for (unsigned i = 0; i < 7; i++) {
		assert_int_equal(video->ops->read(video, &read), VIDEO_GOES_ON);
		call_video(&seen, i % CAMERA_BUFFERS * 10);
		assert_int_equal(read.width, 320);
		assert_true(ssim(&seen, &read) > 0.9);
		assert_in_range(
		    abs(read.planes[1][5000] - seen.planes[1][5000]), 0, 4);
		assert_in_range(
		    abs(read.planes[2][9000] - seen.planes[2][9000]), 0, 4);
		assert_int_equal(camera.queued, CAMERA_BUFFERS);
	}
	video_close(video);
	assert_int_equal(camera.streams, 0);
	i420_finish(&seen);
	i420_finish(&read);
	free(bytes);
}

static void
a_camera_of_yuyv_is_read(void **state)
{
	reads_what_the_camera_saw(V4L2_PIX_FMT_YUYV, 0);
}

static void
a_camera_of_jpegs_is_read_however_it_samples(void **state)
{
	reads_what_the_camera_saw(V4L2_PIX_FMT_MJPEG, TJSAMP_422);
	reads_what_the_camera_saw(V4L2_PIX_FMT_MJPEG, TJSAMP_420);
	reads_what_the_camera_saw(V4L2_PIX_FMT_MJPEG, TJSAMP_444);
}

static void
broken_pictures_of_a_camera_are_left_out(void **state)
{
	struct i420 read = { 0 };
	struct video *video = NULL;

	plug_in(V4L2_PIX_FMT_MJPEG, 320, 240);
	for (unsigned i = 0; i < CAMERA_BUFFERS; i++)
		fill_buffer(i, "\xff\xd8\xff\xe0 no picture", 16);
	video = open_camera(640, 480);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(
		    video->ops->read(video, &read), VIDEO_NOTHING_YET);
	video_close(video);
	plug_in(V4L2_PIX_FMT_YUYV, 320, 240);
	video = open_camera(320, 240);
	/* Too short; then one that the driver itself calls broken. */
	camera.used[0] = 1000;
	camera.used[1] = (size_t)320 * 240 * 2;
	assert_int_equal(video->ops->read(video, &read), VIDEO_NOTHING_YET);
	camera.is_broken = true;
	assert_int_equal(video->ops->read(video, &read), VIDEO_NOTHING_YET);
	camera.is_broken = false;
	camera.next = 1;
	assert_int_equal(video->ops->read(video, &read), VIDEO_GOES_ON);
	video_close(video);
	i420_finish(&read);
}

static void
what_is_no_camera_is_refused(void **state)
{
	struct video *video = NULL;
	struct video_choice choice = { .kind = VIDEO_V4L2 };

	camera.fd = -1;
	choice.fd = memfd_create("none", 0);
	assert_int_equal(video_open(&choice, &video), CAM_ERR_UNSUPPORTED);
	choice.fd = plug_in(V4L2_PIX_FMT_NV12, 320, 240);
	assert_int_equal(video_open(&choice, &video), CAM_ERR_UNSUPPORTED);
	choice.fd = plug_in(V4L2_PIX_FMT_YUYV, 60000, 60000);
	assert_int_equal(video_open(&choice, &video), CAM_ERR_UNSUPPORTED);
	choice = (struct video_choice){
		.kind = VIDEO_PATTERN, .fd = -1, .rate = 1000
	};
	assert_int_equal(video_open(&choice, &video), CAM_ERR_LIMIT);
}

/* -- the others --------------------------------------------------------------
 */

static void
the_pattern_s_number_outlives_coding_and_becoming_small(void **state)
{
	const struct video_choice choice = {
		.kind = VIDEO_PATTERN, .fd = -1, .width = 320, .height = 180
	};
	const struct vpx_settings settings = { VPX_VP8, 320, 180, 30, 60000,
		VPX_SPEED_MAX };
	struct vpx_encoder *encoder = NULL;
	struct vpx_decoder *decoder = NULL;
	struct i420 picture = { 0 }, decoded;
	struct video *video = NULL;
	struct vpx_encoded encoded;
	unsigned number = 0, seen = 0;

	assert_int_equal(video_open(&choice, &video), 0);
	assert_int_equal(vpx_encoder_new(&settings, &encoder), 0);
	assert_int_equal(vpx_decoder_new(VPX_VP8, &decoder), 0);
	for (unsigned i = 0; i < 300; i++) {
		assert_int_equal(
		    video->ops->read(video, &picture), VIDEO_GOES_ON);
		assert_true(pattern_number(&picture, &number));
		assert_int_equal(number, i);
		if (vpx_encode(encoder, &picture, 3000, false, &encoded) < 0)
			continue;
		assert_int_equal(
		    vpx_decode(decoder, encoded.bytes, &decoded), 0);
		if (pattern_number(&decoded, &number)) {
			assert_int_equal(number, i);
			seen++;
		}
	}
	assert_in_range(seen, 200, 300);
	vpx_encoder_free(encoder);
	vpx_decoder_free(decoder);
	video_close(video);
	i420_finish(&picture);
}

static int
make_file(unsigned pictures)
{
	const struct y4m_format format = { 64, 36, 30000, 1001 };
	int fd = memfd_create("y4m", 0);
	struct i420 picture;
	struct buf out;

	buf_init(&out, 1 << 20);
	y4m_put_header(&format, &out);
	assert_int_equal(i420_init(&picture, 64, 36), 0);
	for (unsigned i = 0; i < pictures; i++) {
		memset(picture.planes[0], (int)(20 + i), 64 * 36);
		y4m_put(&picture, &out);
	}
	assert_int_equal(write(fd, out.data, out.len), out.len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	i420_finish(&picture);
	buf_finish(&out);
	return fd;
}

static void
a_file_ends_or_begins_again(void **state)
{
	struct video_choice choice = { .kind = VIDEO_FILE };
	struct i420 picture = { 0 };
	struct video *video = NULL;

	for (unsigned loops = 0; loops < 2; loops++) {
		choice.loop = loops;
		choice.fd = make_file(3);
		assert_int_equal(video_open(&choice, &video), 0);
		assert_int_equal(video->rate, 30);
		for (unsigned i = 0; i < 3; i++) {
			assert_int_equal(
			    video->ops->read(video, &picture), VIDEO_GOES_ON);
			assert_int_equal(picture.planes[0][0], 20 + i);
		}
		assert_int_equal(video->ops->read(video, &picture),
		    loops ? VIDEO_GOES_ON : VIDEO_ENDED);
		if (loops)
			assert_int_equal(picture.planes[0][0], 20);
		video_close(video);
	}
	choice.fd = make_file(0);
	assert_int_equal(video_open(&choice, &video), 0);
	assert_int_equal(video->ops->read(video, &picture), VIDEO_ENDED);
	video_close(video);
	choice.fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	assert_int_equal(video_open(&choice, &video), CAM_ERR_FORMAT);
	i420_finish(&picture);
}

static void
the_screen_of_an_x_server_is_read(void **state)
{
#ifdef HAVE_XCB
	struct video_choice choice = { .kind = VIDEO_X11, .fd = -1 };
	struct i420 picture = { 0 };
	struct video *video = NULL;
	struct display display;

	if (!display_start(&display, "321x241x24"))
		skip();
	snprintf(choice.name, sizeof choice.name, "%s", display.name);
	assert_int_equal(video_open(&choice, &video), 0);
	assert_int_equal(video->width, 320);
	assert_int_equal(video->height, 240);
	assert_int_equal(video->ops->read(video, &picture), VIDEO_GOES_ON);
	assert_int_equal(picture.width, 320);
	assert_in_range(picture.planes[0][0], 14, 18); /* black (-br) */
	video_close(video);
	choice.window = 0x7777777;
	assert_int_equal(video_open(&choice, &video), CAM_ERR_UNKNOWN);
	display_stop(&display);
	assert_int_equal(video_open(&choice, &video), CAM_ERR_UNKNOWN);
	i420_finish(&picture);
#else
	skip();
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_camera_of_yuyv_is_read),
		cmocka_unit_test(a_camera_of_jpegs_is_read_however_it_samples),
		cmocka_unit_test(broken_pictures_of_a_camera_are_left_out),
		cmocka_unit_test(what_is_no_camera_is_refused),
		cmocka_unit_test(
		    the_pattern_s_number_outlives_coding_and_becoming_small),
		cmocka_unit_test(a_file_ends_or_begins_again),
		cmocka_unit_test(the_screen_of_an_x_server_is_read),
	};

	return cmocka_run_group_tests_name("video", tests, NULL, NULL);
}
