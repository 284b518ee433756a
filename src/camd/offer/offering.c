/* offering.c: what a message of ours offers, looked at and made ready. */
#include "camd/offer/offering.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/random.h"
#include "base/span.h"
#include "base/table.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/offer/png.h"
#include "camd/transfer/transfer.h"
#include "camd/transfer/treewalk.h"
#include "ipmsg/attach.h"
#include "loop/worker.h"
#include "store/offer.h"
#include "store/source.h"

enum { NUMBERS = 1 << 30 };

struct wish {
	char *path, *name;
	bool spool, image;
};

struct making {
	struct job job;
	char *spool; /* the folder of copies */
	struct wish *wishes;
	size_t count;
	uint32_t fetches;
	struct offering *offering;
	int err, error;
	size_t place;
	void (*on_done)(void *arg, int err, int error, size_t place,
	    struct offering *offering);
	void *arg;
};

void
offering_free(struct offering *offering)
{
	if (offering == NULL)
		return;
	for (size_t i = 0; i < offering->count; i++) {
		free((char *)offering->offers[i].name);
		wipe_free((uint8_t *)offering->offers[i].file_key,
		    STORE_FILE_KEY_SIZE);
		free((uint8_t *)offering->offers[i].digest);
		free((char *)offering->sources[i].path);
		if (offering->roots[i] >= 0)
			close(offering->roots[i]);
	}
	free(offering->offers);
	free(offering->sources);
	free(offering->roots);
	free(offering);
}

char *
offering_spool(const struct camd *camd)
{
	return path_join(camd->paths.data, "spool");
}

/* -- in the pool ------------------------------------------------------------
 */

int
offering_open(const char *path, int *result)
{
	/* What is no file must not stop us. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return CAM_ERR_SYSTEM;
	if (fstat(fd, &st) == 0 &&
	    (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))) {
		*result = fd;
		return 0;
	}
	close(fd);
	return CAM_ERR_REFUSED;
}

static int64_t
mtime_ns(const struct stat *st)
{
	enum { BILLION = 1000 * 1000 * 1000 };
	int64_t seconds = st->st_mtim.tv_sec;

	/* Beyond the year 2262. */
	if (seconds > INT64_MAX / BILLION - 1 ||
	    seconds < INT64_MIN / BILLION + 1)
		return 0;
	return seconds * BILLION + st->st_mtim.tv_nsec;
}

int
offering_check(int fd, const struct store_source *source)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return CAM_ERR_SYSTEM;
	if ((uint64_t)st.st_dev != source->dev ||
	    (uint64_t)st.st_ino != source->ino)
		return CAM_ERR_REFUSED;
	/* What is in a folder may change; the folder is what was offered. */
	if (S_ISDIR(st.st_mode))
		return 0;
	return (uint64_t)st.st_size == source->size &&
		       mtime_ns(&st) == source->mtime_ns
		   ? 0
		   : CAM_ERR_REFUSED;
}

static int
measure(int root, uint64_t *size)
{
	enum walk_event event = WALK_FOLDER;
	struct walk_entry entry;
	struct treewalk *walk = NULL;
	unsigned entries = 0;
	int r = treewalk_new(root, &walk);

	*size = 0;
	while (r == 0 && event != WALK_END) {
		r = treewalk_next(walk, &event, &entry);
		if (r == 0 && event == WALK_FILE)
			*size += (uint64_t)entry.st.st_size;
		if (r == 0 &&
		    (++entries > 2 * LIMIT_TREE_ENTRIES || *size > INT64_MAX))
			r = CAM_ERR_LIMIT;
	}
	treewalk_free(walk);
	return r;
}

/* A copy is removed some day: it must lie where nothing else does. */
static bool
is_spooled(const struct making *making, const char *path)
{
	size_t len = strlen(making->spool);

	return strncmp(path, making->spool, len) == 0 && path[len] == '/' &&
	       strchr(path + len + 1, '/') == NULL;
}

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The last part of a path; where that says nothing, of what it means. */
static char *
last_part(const char *path)
{
	size_t end = strlen(path), begin;
	char *name, *real;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && path[begin - 1] != '/';)
		begin--;
	name = xstrndup(path + begin, end - begin);
	if (!is_dots(name) || (real = realpath(path, NULL)) == NULL)
		return name;
	free(name);
	name = last_part(real);
	free(real);
	return name;
}

/* As it is on our disk: whoever gets it makes of it what fits theirs. */
static int
find_name(const struct wish *wish, const char **result)
{
	char *raw =
	    wish->name != NULL ? xstrdup(wish->name) : last_part(wish->path);
	struct buf name;
	int r = 0;

	buf_init(&name, LIMIT_NAME + 1);
	utf8_repair(span_text(raw[0] != '\0' ? raw : "_"), &name);
	free(raw);
	if ((*result = buf_steal_text(&name)) == NULL) {
		*result = xstrdup("");
		r = CAM_ERR_FORMAT;
	} else if (strlen(*result) > LIMIT_NAME || is_dots(*result) ||
		   strchr(*result, '/') != NULL) {
		r = CAM_ERR_FORMAT;
	}
	buf_finish(&name);
	return r;
}

static int
fill_kind(const struct wish *wish, int fd, const struct stat *st,
    struct store_offer *offer)
{
	if (S_ISDIR(st->st_mode)) {
		offer->kind = STORE_FOLDER;
		offer->attr = FILE_FOLDER;
		return wish->image || wish->spool ? CAM_ERR_FORMAT
						  : measure(fd, &offer->size);
	}
	offer->kind = wish->image ? STORE_IMAGE : STORE_FILE;
	offer->attr = wish->image ? FILE_CLIPBOARD : FILE_REGULAR;
	offer->size = (uint64_t)st->st_size;
	if (!wish->image)
		return 0;
	return offer->size <= OFFERING_IMAGE_MAX ? png_check_file(fd)
						 : CAM_ERR_LIMIT;
}

/* A file that grows meanwhile is no good. */
static int
fill_digest(
    int fd, struct store_offer *offer, const struct store_source *source)
{
	atomic_bool stop = false;
	uint8_t *digest;
	int r;

	if (offer->kind == STORE_FOLDER || offer->size > OFFERING_DIGEST_MAX)
		return 0;
	digest = xmalloc(STORE_FILE_DIGEST_SIZE);
	offer->digest = digest;
	r = transfer_digest(fd, &stop, digest);
	return r == 0 ? offering_check(fd, source) : r;
}

static int
fill_one(const struct making *making, size_t i, uint32_t base)
{
	const struct wish *wish = &making->wishes[i];
	struct store_offer *offer = &making->offering->offers[i];
	struct store_source *source = &making->offering->sources[i];
	int *fd = &making->offering->roots[i];
	uint8_t *key = xmalloc(STORE_FILE_KEY_SIZE);
	struct stat st;
	int r;

	random_bytes(key, STORE_FILE_KEY_SIZE);
	offer->file_key = key;
	offer->number = source->number = base + (uint32_t)i;
	r = find_name(wish, &offer->name);
	source->path = xstrdup(wish->path);
	source->spool = wish->spool;
	source->fetches = making->fetches;
	if (r < 0 || (wish->spool && !is_spooled(making, wish->path)))
		return CAM_ERR_FORMAT;
	if ((r = offering_open(wish->path, fd)) < 0)
		return r;
	if (fstat(*fd, &st) != 0)
		return CAM_ERR_SYSTEM;
	source->dev = (uint64_t)st.st_dev;
	source->ino = (uint64_t)st.st_ino;
	source->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	source->mtime_ns = mtime_ns(&st);
	offer->mtime = st.st_mtim.tv_sec;
	if ((r = fill_kind(wish, *fd, &st, offer)) < 0)
		return r;
	return fill_digest(*fd, offer, source);
}

static void
make(struct job *job, void *context)
{
	struct making *making = container_of(job, struct making, job);
	uint32_t base = 1 + random_below(NUMBERS - 1 - LIMIT_ATTACHMENTS);

	for (size_t i = 0; i < making->count && making->err == 0; i++) {
		making->place = i;
		making->err = fill_one(making, i, base);
		making->error = making->err == CAM_ERR_SYSTEM ? errno : 0;
	}
}

/* -- on the loop ------------------------------------------------------------
 */

static void
on_made(struct job *job)
{
	struct making *making = container_of(job, struct making, job);

	if (making->err < 0) {
		offering_free(making->offering);
		making->offering = NULL;
	}
	making->on_done(making->arg, making->err, making->error, making->place,
	    making->offering);
	for (size_t i = 0; i < making->count; i++) {
		free(making->wishes[i].path);
		free(making->wishes[i].name);
	}
	free(making->wishes);
	free(making->spool);
	free(making);
}

static struct offering *
offering_new(size_t count)
{
	struct offering *offering = xcalloc(1, sizeof *offering);

	offering->offers = xcalloc(count + 1, sizeof *offering->offers);
	offering->sources = xcalloc(count + 1, sizeof *offering->sources);
	offering->roots = xcalloc(count + 1, sizeof *offering->roots);
	offering->count = count;
	for (size_t i = 0; i < count; i++)
		offering->roots[i] = -1;
	return offering;
}

void
offering_make(struct camd *camd, const struct offering_wish *wishes,
    size_t count, uint32_t fetches,
    void (*on_done)(
	void *arg, int err, int error, size_t place, struct offering *offering),
    void *arg)
{
	struct making *making = xcalloc(1, sizeof *making);

	making->spool = offering_spool(camd);
	making->wishes = xcalloc(count + 1, sizeof *making->wishes);
	making->count = count;
	making->fetches = fetches;
	making->offering = offering_new(count);
	making->on_done = on_done;
	making->arg = arg;
	for (size_t i = 0; i < count; i++) {
		making->wishes[i].path = xstrdup(wishes[i].path);
		if (wishes[i].name != NULL)
			making->wishes[i].name = xstrdup(wishes[i].name);
		making->wishes[i].spool = wishes[i].spool;
		making->wishes[i].image = wishes[i].image;
	}
	making->job.work = make;
	making->job.done = on_made;
	workers_submit(camd->pool, &making->job);
}
