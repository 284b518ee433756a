/* video_v4l2.c: a camera of Linux: pictures in mapped memory, as YUYV or as
 * JPEGs. */
#include <errno.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <turbojpeg.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "media/video.h"
#include "picture/convert.h"

enum {
	BUFFERS = 4,
	BUFFER_MAX = 64 * 1024 * 1024, /* bytes */
	WAIT_MS = 100,
	/* Larger ones do not fit through USB 2 as they are. */
	RAW_PIXELS_MAX = 640 * 480,
};

struct mapped {
	uint8_t *bytes;
	size_t size;
};

struct camera {
	struct video video;
	int fd;
	uint32_t format, stride;
	struct mapped buffers[BUFFERS];
	unsigned count;
	bool streams;
	tjhandle jpeg;
	uint8_t *planes; /* of a JPEG, before they are made 4:2:0 */
	size_t planes_size;
};

static int
ask(int fd, unsigned long request, void *argument)
{
	int r;

	do
		r = ioctl(fd, request, argument);
	while (r < 0 && errno == EINTR);
	return r;
}

/* -- JPEG --------------------------------------------------------------------
 */

static void
make_planes(
    struct camera *camera, int sampling, uint8_t *planes[3], size_t strides[3])
{
	size_t sizes[3], total = 0;

	for (int i = 0; i < 3; i++) {
		int stride =
		    tjPlaneWidth(i, (int)camera->video.width, sampling);

		sizes[i] = tjPlaneSizeYUV(i, (int)camera->video.width, stride,
		    (int)camera->video.height, sampling);
		strides[i] = (size_t)stride;
		total += sizes[i];
	}
	if (total > camera->planes_size) {
		camera->planes = xreallocarray(camera->planes, total, 1);
		camera->planes_size = total;
	}
	planes[0] = camera->planes;
	planes[1] = planes[0] + sizes[0];
	planes[2] = planes[1] + sizes[1];
}

static bool
decode_jpeg(struct camera *camera, const uint8_t *bytes, size_t len,
    struct i420 *picture)
{
	uint8_t *planes[3];
	size_t strides[3];
	int ints[3], width = 0, height = 0, sampling = 0, colours = 0;

	if (tjDecompressHeader3(camera->jpeg, bytes, len, &width, &height,
		&sampling, &colours) < 0 ||
	    width != (int)picture->width || height != (int)picture->height ||
	    (sampling != TJSAMP_420 && sampling != TJSAMP_422 &&
		sampling != TJSAMP_444))
		return false;
	make_planes(camera, sampling, planes, strides);
	for (int i = 0; i < 3; i++)
		ints[i] = (int)strides[i];
	if (tjDecompressToYUVPlanes(camera->jpeg, bytes, len, planes, width,
		ints, height, TJFLAG_FASTDCT) < 0 &&
	    tjGetErrorCode(camera->jpeg) == TJERR_FATAL)
		return false;
	return convert_from_planes(planes, strides,
		   sampling == TJSAMP_444 ? 1 : 2,
		   sampling == TJSAMP_420 ? 2 : 1, picture) == 0;
}

/* -- pictures ----------------------------------------------------------------
 */

static bool
take_picture(struct camera *camera, const struct v4l2_buffer *buffer,
    struct i420 *picture)
{
	const struct mapped *mapped;
	size_t len;

	if (buffer->index >= camera->count)
		return false;
	mapped = &camera->buffers[buffer->index];
	len =
	    buffer->bytesused < mapped->size ? buffer->bytesused : mapped->size;
	if (camera->format == V4L2_PIX_FMT_MJPEG)
		return decode_jpeg(camera, mapped->bytes, len, picture);
	if (len < (size_t)camera->stride * camera->video.height)
		return false;
	convert_from_yuyv(mapped->bytes, camera->stride, picture);
	return true;
}

static enum video_state
read_camera(struct video *video, struct i420 *picture)
{
	struct camera *camera = (struct camera *)video;
	struct pollfd waits = { camera->fd, POLLIN, 0 };
	struct v4l2_buffer buffer = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP };
	int ready = poll(&waits, 1, WAIT_MS);
	bool is_whole;

	if (ready == 0 || (ready < 0 && errno == EINTR))
		return VIDEO_NOTHING_YET;
	if (ready < 0 || (waits.revents & (POLLERR | POLLHUP)) != 0 ||
	    i420_resize(picture, video->width, video->height) < 0)
		return VIDEO_FAILED;
	if (ask(camera->fd, VIDIOC_DQBUF, &buffer) < 0)
		return errno == EAGAIN ? VIDEO_NOTHING_YET : VIDEO_FAILED;
	/* A broken one now and then is nothing unusual. */
	is_whole = (buffer.flags & V4L2_BUF_FLAG_ERROR) == 0 &&
		   take_picture(camera, &buffer, picture);
	if (ask(camera->fd, VIDIOC_QBUF, &buffer) < 0)
		return VIDEO_FAILED;
	return is_whole ? VIDEO_GOES_ON : VIDEO_NOTHING_YET;
}

static void
close_camera(struct video *video)
{
	struct camera *camera = (struct camera *)video;
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	if (camera->streams)
		ask(camera->fd, VIDIOC_STREAMOFF, &type);
	for (unsigned i = 0; i < camera->count; i++)
		munmap(camera->buffers[i].bytes, camera->buffers[i].size);
	if (camera->jpeg != NULL)
		tjDestroy(camera->jpeg);
	free(camera->planes);
	close(camera->fd);
	free(camera);
}

static const struct video_ops ops = { read_camera, close_camera };

/* -- opening -----------------------------------------------------------------
 */

/* The driver may change all of it to what it can; true: it is a format we can
 * read. */
static bool
try_format(
    struct camera *camera, uint32_t wanted, unsigned width, unsigned height)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	const struct v4l2_pix_format *pix = &format.fmt.pix;

	format.fmt.pix.width = width;
	format.fmt.pix.height = height;
	format.fmt.pix.pixelformat = wanted;
	format.fmt.pix.field = V4L2_FIELD_NONE;
	if (ask(camera->fd, VIDIOC_S_FMT, &format) < 0 ||
	    pix->pixelformat != wanted ||
	    !i420_is_valid_size(pix->width, pix->height))
		return false;
	if (wanted == V4L2_PIX_FMT_YUYV &&
	    (pix->bytesperline < pix->width * 2 ||
		pix->bytesperline > pix->width * 4))
		return false;
	camera->format = wanted;
	camera->stride = pix->bytesperline;
	camera->video.width = pix->width;
	camera->video.height = pix->height;
	return true;
}

static int
choose_format(struct camera *camera, unsigned width, unsigned height)
{
	bool raw_first = width * height <= RAW_PIXELS_MAX;
	uint32_t first = raw_first ? V4L2_PIX_FMT_YUYV : V4L2_PIX_FMT_MJPEG;
	uint32_t second = raw_first ? V4L2_PIX_FMT_MJPEG : V4L2_PIX_FMT_YUYV;

	if (!try_format(camera, first, width, height) &&
	    !try_format(camera, second, width, height))
		return CAM_ERR_UNSUPPORTED;
	if (camera->format != V4L2_PIX_FMT_MJPEG)
		return 0;
	camera->jpeg = tjInitDecompress();
	return camera->jpeg != NULL ? 0 : CAM_ERR_FULL;
}

/* Not every camera lets itself be told. */
static void
choose_rate(struct camera *camera, unsigned rate)
{
	struct v4l2_streamparm parameters = { .type =
						  V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_fract *time = &parameters.parm.capture.timeperframe;

	time->numerator = 1;
	time->denominator = rate;
	camera->video.rate = rate;
	if (ask(camera->fd, VIDIOC_S_PARM, &parameters) == 0 &&
	    time->numerator > 0 && time->denominator / time->numerator > 0 &&
	    time->denominator / time->numerator <= VIDEO_RATE_MAX)
		camera->video.rate = time->denominator / time->numerator;
}

static int
map_buffer(struct camera *camera, unsigned index)
{
	struct v4l2_buffer buffer = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
		.index = index };
	void *bytes;

	if (ask(camera->fd, VIDIOC_QUERYBUF, &buffer) < 0)
		return CAM_ERR_SYSTEM;
	if (buffer.length == 0 || buffer.length > BUFFER_MAX)
		return CAM_ERR_LIMIT;
	bytes = mmap(NULL, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED,
	    camera->fd, (off_t)buffer.m.offset);
	if (bytes == MAP_FAILED)
		return CAM_ERR_SYSTEM;
	camera->buffers[index] = (struct mapped){ bytes, buffer.length };
	camera->count++;
	return ask(camera->fd, VIDIOC_QBUF, &buffer) < 0 ? CAM_ERR_SYSTEM : 0;
}

static int
start(struct camera *camera)
{
	struct v4l2_requestbuffers request = { .count = BUFFERS,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP };
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE, err = 0;

	if (ask(camera->fd, VIDIOC_REQBUFS, &request) < 0)
		return CAM_ERR_SYSTEM;
	if (request.count == 0)
		return CAM_ERR_FULL;
	for (unsigned i = 0; i < request.count && i < BUFFERS && err == 0; i++)
		err = map_buffer(camera, i);
	if (err == 0 && ask(camera->fd, VIDIOC_STREAMON, &type) < 0)
		err = CAM_ERR_SYSTEM;
	camera->streams = err == 0;
	return err;
}

/* CAM_ERR_UNSUPPORTED: no camera, or none that can stream. */
static int
check_device(int fd)
{
	struct v4l2_capability capability = { 0 };
	uint32_t can;

	if (ask(fd, VIDIOC_QUERYCAP, &capability) < 0)
		return CAM_ERR_UNSUPPORTED;
	can = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0
		  ? capability.device_caps
		  : capability.capabilities;
	return (can & V4L2_CAP_VIDEO_CAPTURE) != 0 &&
		       (can & V4L2_CAP_STREAMING) != 0
		   ? 0
		   : CAM_ERR_UNSUPPORTED;
}

int
video_v4l2_open(int fd, unsigned width, unsigned height, unsigned rate,
    struct video **video)
{
	struct camera *camera = xcalloc(1, sizeof *camera);
	int err = check_device(fd);

	camera->fd = fd;
	camera->video.ops = &ops;
	camera->video.has_clock = true;
	if (err == 0)
		err = choose_format(camera, width, height);
	if (err == 0) {
		choose_rate(camera, rate);
		err = start(camera);
	}
	if (err < 0) {
		close_camera(&camera->video);
		return err;
	}
	*video = &camera->video;
	return 0;
}
