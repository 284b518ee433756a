/* video_x11.c: the screen of an X server, or one of its windows, through memory
 * shared with it. */
#include "media/video.h"

#include "base/err.h"
#include "config.h"

#ifdef HAVE_XCB

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>

#include "base/mem.h"
#include "picture/convert.h"

enum { PIXEL = 4, DEPTH_LEAST = 24 };

struct screen {
	struct video video;
	xcb_connection_t *connection;
	xcb_drawable_t drawable;
	xcb_shm_seg_t segment;
	unsigned width, height; /* of the drawable; the video's are even */
	uint8_t *pixels;
	size_t size;
};

static enum video_state
read_screen(struct video *video, struct i420 *picture)
{
	struct screen *screen = (struct screen *)video;
	xcb_shm_get_image_reply_t *reply =
	    xcb_shm_get_image_reply(screen->connection,
		xcb_shm_get_image(screen->connection, screen->drawable, 0, 0,
		    (uint16_t)screen->width, (uint16_t)screen->height,
		    UINT32_MAX, XCB_IMAGE_FORMAT_Z_PIXMAP, screen->segment, 0),
		NULL);

	/* A window that is hidden or half outside just now. */
	if (reply == NULL)
		return xcb_connection_has_error(screen->connection) != 0
			   ? VIDEO_FAILED
			   : VIDEO_NOTHING_YET;
	free(reply);
	if (i420_resize(picture, video->width, video->height) < 0)
		return VIDEO_FAILED;
	convert_from_bgrx(
	    screen->pixels, (size_t)screen->width * PIXEL, picture);
	return VIDEO_GOES_ON;
}

static void
close_screen(struct video *video)
{
	struct screen *screen = (struct screen *)video;

	xcb_disconnect(screen->connection);
	if (screen->pixels != NULL)
		munmap(screen->pixels, screen->size);
	free(screen);
}

static const struct video_ops ops = { read_screen, close_screen };

static xcb_drawable_t
find_root(xcb_connection_t *connection, int number)
{
	xcb_screen_iterator_t each =
	    xcb_setup_roots_iterator(xcb_get_setup(connection));

	while (number-- > 0 && each.rem > 1)
		xcb_screen_next(&each);
	return each.data->root;
}

/* Its size, and whether a pixel of it is what we can read. */
static int
look_at(struct screen *screen)
{
	xcb_get_geometry_reply_t *geometry =
	    xcb_get_geometry_reply(screen->connection,
		xcb_get_geometry(screen->connection, screen->drawable), NULL);
	int err = 0;

	if (geometry == NULL)
		return CAM_ERR_UNKNOWN;
	screen->width = geometry->width;
	screen->height = geometry->height;
	if (geometry->depth < DEPTH_LEAST)
		err = CAM_ERR_UNSUPPORTED;
	else if (!i420_is_valid_size(geometry->width, geometry->height))
		err = CAM_ERR_LIMIT;
	free(geometry);
	return err;
}

/* Memory of ours, whose descriptor the server gets. */
static int
share_memory(struct screen *screen)
{
	xcb_generic_error_t *error = NULL;
	void *pixels;
	int fd;

	screen->size = (size_t)screen->width * screen->height * PIXEL;
	fd = memfd_create("cam-screen", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)screen->size) < 0) {
		if (fd >= 0)
			close(fd);
		return CAM_ERR_SYSTEM;
	}
	pixels = mmap(NULL, screen->size, PROT_READ, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED) {
		close(fd);
		return CAM_ERR_SYSTEM;
	}
	screen->pixels = pixels;
	screen->segment = xcb_generate_id(screen->connection);
	/* It closes fd. */
	error = xcb_request_check(
	    screen->connection, xcb_shm_attach_fd_checked(screen->connection,
				    screen->segment, fd, 0));
	free(error);
	return error == NULL ? 0 : CAM_ERR_UNSUPPORTED;
}

static int
open_screen(struct screen *screen, uint32_t window, int number)
{
	const xcb_query_extension_reply_t *extension;
	int err;

	if (xcb_connection_has_error(screen->connection) != 0)
		return CAM_ERR_UNKNOWN;
	extension = xcb_get_extension_data(screen->connection, &xcb_shm_id);
	if (extension == NULL || !extension->present)
		return CAM_ERR_UNSUPPORTED;
	screen->drawable =
	    window != 0 ? window : find_root(screen->connection, number);
	err = look_at(screen);
	return err == 0 ? share_memory(screen) : err;
}

/* It closes the descriptor, also where it fails. */
static xcb_connection_t *
connect_to(const struct video_choice *choice, int *number)
{
	static char name[] = "MIT-MAGIC-COOKIE-1";
	uint8_t cookie[VIDEO_COOKIE_MAX];
	xcb_auth_info_t auth = { sizeof name - 1, name, (int)choice->cookie_len,
		(char *)cookie };

	if (choice->fd < 0)
		return xcb_connect(
		    choice->name[0] != '\0' ? choice->name : NULL, number);
	memcpy(cookie, choice->cookie, sizeof cookie);
	*number = (int)choice->screen;
	return xcb_connect_to_fd(
	    choice->fd, choice->cookie_len > 0 ? &auth : NULL);
}

int
video_x11_open(
    const struct video_choice *choice, unsigned rate, struct video **video)
{
	struct screen *screen = xcalloc(1, sizeof *screen);
	int number = 0, err;

	screen->connection = connect_to(choice, &number);
	err = open_screen(screen, choice->window, number);
	if (err < 0) {
		close_screen(&screen->video);
		return err;
	}
	screen->video = (struct video){ &ops, screen->width & ~1u,
		screen->height & ~1u, rate, false };
	*video = &screen->video;
	return 0;
}

#else

#include <unistd.h>

int
video_x11_open(
    const struct video_choice *choice, unsigned rate, struct video **video)
{
	if (choice->fd >= 0)
		close(choice->fd);
	return CAM_ERR_UNSUPPORTED;
}

#endif
