/* frames.c: the newest pictures of one source, in memory shared with those that
 * show them. */
#include "picture/frames.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "picture/convert.h"

/* "camframe", and the layout's version. */
#define MAGIC 0x63616d6672616d65ull
enum { VERSION = 1, HEAD_SIZE = 4096 };

/* What only Linux has since 5.1; where it is not known readers could write. */
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW)

/* number is 0 while the place is being written. */
struct place {
	_Atomic uint64_t number;
	_Atomic uint64_t time_ms;
	_Atomic uint32_t width, height;
};

/* The first page; the pictures' bytes follow, place_size for each. */
struct head {
	uint64_t magic;
	uint32_t version;
	uint32_t place_size;
	_Atomic uint64_t newest; /* its number; 0: none yet */
	struct place places[FRAMES_PLACES];
};
_Static_assert(sizeof(struct head) <= HEAD_SIZE, "the head is one page");

struct frames {
	int fd;
	uint8_t *memory;
	struct head *head;
	size_t size, place_size;
	uint64_t number;
};

struct frames_view {
	int fd;
	uint8_t *memory; /* to be read only */
	const struct head *head;
	size_t size, place_size;
};

/* Pictures begin at a page. */
static size_t
round_up(size_t size)
{
	return (size + HEAD_SIZE - 1) / HEAD_SIZE * HEAD_SIZE;
}

static uint8_t *
place_bytes(uint8_t *memory, size_t place_size, uint64_t number)
{
	return memory + HEAD_SIZE + number % FRAMES_PLACES * place_size;
}

/* -- the writer --------------------------------------------------------------
 */

static int
make_memory(struct frames *frames)
{
	void *memory;

	frames->fd =
	    memfd_create("cam-frames", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (frames->fd < 0 || ftruncate(frames->fd, (off_t)frames->size) < 0)
		return CAM_ERR_SYSTEM;
	memory = mmap(NULL, frames->size, PROT_READ | PROT_WRITE, MAP_SHARED,
	    frames->fd, 0);
	if (memory == MAP_FAILED)
		return CAM_ERR_SYSTEM;
	frames->memory = memory;
	frames->head = memory;
	if (fcntl(frames->fd, F_ADD_SEALS, SEALS | F_SEAL_FUTURE_WRITE) < 0 &&
	    fcntl(frames->fd, F_ADD_SEALS, SEALS) < 0)
		return CAM_ERR_SYSTEM;
	return fcntl(frames->fd, F_ADD_SEALS, F_SEAL_SEAL) < 0 ? CAM_ERR_SYSTEM
							       : 0;
}

int
frames_new(unsigned width, unsigned height, struct frames **frames)
{
	struct frames *made;
	int err;

	if (!i420_is_valid_size(width, height))
		return CAM_ERR_LIMIT;
	made = xcalloc(1, sizeof *made);
	made->place_size = round_up(i420_size(width, height));
	made->size = HEAD_SIZE + FRAMES_PLACES * made->place_size;
	err = make_memory(made);
	if (err < 0) {
		frames_free(made);
		return err;
	}
	made->head->magic = MAGIC;
	made->head->version = VERSION;
	made->head->place_size = (uint32_t)made->place_size;
	*frames = made;
	return 0;
}

void
frames_free(struct frames *frames)
{
	if (frames == NULL)
		return;
	if (frames->memory != NULL)
		munmap(frames->memory, frames->size);
	if (frames->fd >= 0)
		close(frames->fd);
	free(frames);
}

int
frames_fd(const struct frames *frames)
{
	return frames->fd;
}

int
frames_begin(struct frames *frames, unsigned width, unsigned height,
    struct i420 *picture)
{
	uint64_t number = frames->number + 1;
	struct place *place = &frames->head->places[number % FRAMES_PLACES];

	if (!i420_is_valid_size(width, height) ||
	    i420_size(width, height) > frames->place_size)
		return CAM_ERR_LIMIT;
	atomic_store_explicit(&place->number, 0, memory_order_relaxed);
	/* No pixel is written before readers can see that they will be. */
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&place->width, width, memory_order_relaxed);
	atomic_store_explicit(&place->height, height, memory_order_relaxed);
	i420_over(picture, width, height,
	    place_bytes(frames->memory, frames->place_size, number));
	return 0;
}

void
frames_end(struct frames *frames, uint64_t time_ms)
{
	uint64_t number = ++frames->number;
	struct place *place = &frames->head->places[number % FRAMES_PLACES];

	atomic_store_explicit(&place->time_ms, time_ms, memory_order_relaxed);
	atomic_store_explicit(&place->number, number, memory_order_release);
	atomic_store_explicit(
	    &frames->head->newest, number, memory_order_release);
}

int
frames_put(struct frames *frames, const struct i420 *picture, uint64_t time_ms)
{
	struct i420 place;
	int err = frames_begin(frames, picture->width, picture->height, &place);

	if (err < 0)
		return err;
	convert_copy(picture, &place);
	frames_end(frames, time_ms);
	return 0;
}

/* -- readers -----------------------------------------------------------------
 */

/* Its size cannot change any more, or touching it could end us. */
static int
check_memory(int fd, size_t *size)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || (seals & SEALS) != SEALS)
		return CAM_ERR_FORMAT;
	if (fstat(fd, &st) < 0)
		return CAM_ERR_SYSTEM;
	if (st.st_size < HEAD_SIZE ||
	    (uint64_t)st.st_size >
		HEAD_SIZE +
		    FRAMES_PLACES * round_up(LIMIT_PICTURE_PIXELS * 3ull / 2 +
					     2ull * LIMIT_PICTURE_SIDE))
		return CAM_ERR_FORMAT;
	*size = (size_t)st.st_size;
	return 0;
}

static int
map_memory(struct frames_view *view)
{
	const struct head *head;
	void *memory;
	int err = check_memory(view->fd, &view->size);

	if (err < 0)
		return err;
	memory = mmap(NULL, view->size, PROT_READ, MAP_SHARED, view->fd, 0);
	if (memory == MAP_FAILED)
		return CAM_ERR_SYSTEM;
	view->memory = memory;
	view->head = head = memory;
	view->place_size = head->place_size;
	if (head->magic != MAGIC || head->version != VERSION ||
	    view->place_size > (view->size - HEAD_SIZE) / FRAMES_PLACES)
		return CAM_ERR_FORMAT;
	return 0;
}

int
frames_open(int fd, struct frames_view **view)
{
	struct frames_view *made = xcalloc(1, sizeof *made);
	int err;

	made->fd = fd;
	err = map_memory(made);
	if (err < 0) {
		frames_close(made);
		return err;
	}
	*view = made;
	return 0;
}

void
frames_close(struct frames_view *view)
{
	if (view == NULL)
		return;
	if (view->memory != NULL)
		munmap(view->memory, view->size);
	close(view->fd);
	free(view);
}

bool
frames_newest(const struct frames_view *view, uint64_t number,
    struct frames_picture *newest)
{
	const struct head *head = view->head;
	uint64_t now =
	    atomic_load_explicit(&head->newest, memory_order_acquire);
	const struct place *place = &head->places[now % FRAMES_PLACES];
	unsigned width, height;

	if (now <= number ||
	    atomic_load_explicit(&place->number, memory_order_acquire) != now)
		return false;
	/* Read once: what is checked is what is used. */
	width = atomic_load_explicit(&place->width, memory_order_relaxed);
	height = atomic_load_explicit(&place->height, memory_order_relaxed);
	if (!i420_is_valid_size(width, height) ||
	    i420_size(width, height) > view->place_size)
		return false;
	newest->number = now;
	newest->time_ms =
	    atomic_load_explicit(&place->time_ms, memory_order_relaxed);
	i420_over(&newest->picture, width, height,
	    place_bytes(view->memory, view->place_size, now));
	return frames_is_whole(view, newest);
}

bool
frames_is_whole(
    const struct frames_view *view, const struct frames_picture *picture)
{
	const struct place *place =
	    &view->head->places[picture->number % FRAMES_PLACES];

	/* All that was read comes before this. */
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&place->number, memory_order_relaxed) ==
	       picture->number;
}
