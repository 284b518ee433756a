/* place.c: temporary names, room, modes and times of what is received. */
#include "camd/transfer/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "camd/transfer/transfer.h"
#include "camd/transfer/treewalk.h"

/* How much is written between two looks at what the disk has left, in bytes. */
enum { LOOK_EACH = 16 * 1024 * 1024, IDENTITY_SIZE = 128 };

static bool
is_id(const char *id)
{
	size_t len = strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return len > 0 && len < TRANSFER_ID_SIZE && id[len] == '\0';
}

int
place_init(struct place *place, const struct transfer_job *job)
{
	*place = (struct place){ .job = job };
	if (!is_id(job->id) || job->name == NULL || !beneath_is_name(job->name))
		return CAM_ERR_FORMAT;
	snprintf(place->part, sizeof(place->part), ".%s.part", job->id);
	snprintf(place->list, sizeof(place->list), ".%s.list", job->id);
	snprintf(place->mark, sizeof(place->mark), ".%s.mark", job->id);
	return 0;
}

void
place_finish(struct place *place)
{
	while (place->depth > 0)
		place_leave(place);
}

int
place_error(void)
{
	return errno == ENOSPC || errno == EDQUOT || errno == EFBIG
		   ? CAM_ERR_FULL
		   : CAM_ERR_SYSTEM;
}

/* -- room ---------------------------------------------------------------------
 */

static int
disk_has(const struct place *place, uint64_t bytes)
{
	struct statvfs disk;
	uint64_t available;

	if (fstatvfs(place->job->folder, &disk) != 0)
		return CAM_ERR_SYSTEM;
	if (disk.f_blocks == 0) /* in memory, without a limit */
		return 0;
	available = (uint64_t)disk.f_bavail * disk.f_frsize;
	if (available >= place->job->reserve &&
	    available - place->job->reserve >= bytes)
		return 0;
	errno = ENOSPC;
	return CAM_ERR_FULL;
}

static bool
is_over_quota(const struct place *place, uint64_t bytes)
{
	uint64_t quota = place->job->quota;

	return quota > 0 &&
	       (place->written > quota || bytes > quota - place->written);
}

int
place_expect(struct place *place, uint64_t bytes)
{
	place->looked = place->written;
	return is_over_quota(place, bytes) ? CAM_ERR_LIMIT
					   : disk_has(place, bytes);
}

int
place_take(struct place *place, size_t bytes)
{
	int rc = 0;

	if (is_over_quota(place, bytes))
		return CAM_ERR_LIMIT;
	if (place->written - place->looked >= LOOK_EACH) {
		rc = disk_has(place, bytes);
		place->looked = place->written;
	}
	if (rc == 0)
		place->written += bytes;
	return rc;
}

int
place_write(struct place *place, int fd, uint64_t offset, struct span bytes)
{
	int rc = place_take(place, bytes.len);

	while (bytes.len > 0 && rc == 0) {
		ssize_t wrote =
		    pwrite(fd, bytes.data, bytes.len, (off_t)offset);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return place_error();
		offset += (size_t)wrote;
		bytes = span_of(bytes.data + wrote, bytes.len - (size_t)wrote);
	}
	return rc;
}

/* -- temporary names ----------------------------------------------------------
 */

int
place_open_file(struct place *place, int *fd)
{
	struct stat st;
	int rc = beneath_open(
	    place->job->folder, place->part, O_RDWR | O_NONBLOCK, fd);

	if (rc == 0) {
		if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_nlink == 1 && st.st_uid == geteuid())
			return 0;
		close(*fd);
	}
	if (rc == 0 || errno != ENOENT) {
		rc = place_discard(place);
		if (rc < 0)
			return rc;
	}
	return beneath_make_file(place->job->folder, place->part, NULL, fd);
}

int
place_open_folder(struct place *place)
{
	int fd = -1;
	int rc = beneath_open_folder(place->job->folder, place->part, &fd);

	return rc == 0 ? place_enter(place, fd) : rc;
}

int
place_make_folder(struct place *place)
{
	int fd = -1;
	int rc =
	    beneath_make_folder(place->job->folder, place->part, NULL, &fd);

	return rc == 0 ? place_enter(place, fd) : rc;
}

int
place_forget(struct place *place)
{
	int rc = beneath_remove(place->job->folder, place->mark);

	return rc == 0 ? beneath_remove(place->job->folder, place->list) : rc;
}

int
place_discard(struct place *place)
{
	int rc = place_forget(place);

	return rc == 0 ? beneath_remove_tree(place->job->folder, place->part)
		       : rc;
}

int
place_top(const struct place *place)
{
	return place->levels[place->depth - 1];
}

int
place_enter(struct place *place, int fd)
{
	if (place->depth == LIMIT_TREE_DEPTH) {
		close(fd);
		return CAM_ERR_LIMIT;
	}
	place->levels[place->depth++] = fd;
	return 0;
}

void
place_leave(struct place *place)
{
	close(place->levels[--place->depth]);
}

/* -- when all is there --------------------------------------------------------
 */

int
place_mark(const struct place *place, int fd, bool is_folder, uint32_t mode,
    int64_t mtime, uint32_t mtime_ns)
{
	uint32_t own = is_folder ? 0700 : 0400;
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = mtime, .tv_nsec = (long)mtime_ns } };
	int64_t now = clock_wall_ms() / 1000;

	mode &= is_folder ? 0755 : 0644;
	if (fchmod(fd, ((mode | own) & ~place->job->mask) | own) != 0)
		return CAM_ERR_SYSTEM;
	if (mtime < 0 || mtime > now || mtime_ns > 999999999)
		times[1] = (struct timespec){ .tv_sec = mtime < 0     ? 0
							: mtime > now ? now
								      : mtime };
	return futimens(fd, times) == 0 ? 0 : CAM_ERR_SYSTEM;
}

/* What tells one file or folder from all others, whatever it is called. */
static void
write_identity(int fd, char text[IDENTITY_SIZE])
{
	struct stat st;

	text[0] = '\0';
	if (fstat(fd, &st) == 0)
		snprintf(text, IDENTITY_SIZE, "%ju %ju %o %jd %jd.%09ld\n",
		    (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
		    st.st_mode & S_IFMT,
		    S_ISREG(st.st_mode) ? (intmax_t)st.st_size : 0,
		    (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

/* Need not be on the disk: without it there may be a second one, no worse. */
static int
write_mark(struct place *place, int what)
{
	char text[IDENTITY_SIZE];
	struct span span;
	int fd = -1;
	int rc = beneath_remove(place->job->folder, place->mark);

	if (rc == 0)
		rc = beneath_make_file(
		    place->job->folder, place->mark, NULL, &fd);
	if (rc < 0)
		return rc;
	write_identity(what, text);
	span = span_text(text);
	if (write(fd, span.data, span.len) != (ssize_t)span.len)
		rc = place_error();
	close(fd);
	return rc;
}

static bool
read_mark(const struct place *place, char text[IDENTITY_SIZE])
{
	ssize_t len = -1;
	int fd = -1;

	if (beneath_open(place->job->folder, place->mark, O_RDONLY | O_NONBLOCK,
		&fd) < 0)
		return false;
	len = read(fd, text, IDENTITY_SIZE - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	return len > 0;
}

static bool
has_identity(const struct place *place, const char *name, const char *wanted)
{
	char text[IDENTITY_SIZE];
	int fd = -1;

	if (beneath_open(place->job->folder, name, O_RDONLY | O_NONBLOCK, &fd) <
	    0)
		return false;
	write_identity(fd, text);
	close(fd);
	return strcmp(text, wanted) == 0;
}

bool
place_find_made(
    const struct place *place, bool is_folder, char made[BENEATH_NAME_SIZE])
{
	char name[BENEATH_NAME_SIZE], wanted[IDENTITY_SIZE];
	struct stat st;

	if (!place->job->marked || !read_mark(place, wanted) ||
	    fstatat(
		place->job->folder, place->part, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return false;
	memcpy(name, place->job->name, strlen(place->job->name) + 1);
	for (unsigned n = 2; n <= BENEATH_OTHER_NAMES + 1; n++) {
		if (has_identity(place, name, wanted)) {
			memcpy(made, name, sizeof(name));
			return true;
		}
		beneath_other_name(place->job->name, is_folder, n, name);
	}
	return false;
}

int
place_restore(struct place *place, bool is_folder)
{
	char made[BENEATH_NAME_SIZE];

	return place_find_made(place, is_folder, made)
		   ? beneath_rename(place->job->folder, made, place->part)
		   : 0;
}

static int
settle(
    struct place *place, int fd, bool is_folder, char made[BENEATH_NAME_SIZE])
{
	const struct transfer_job *job = place->job;
	int rc = job->marked ? write_mark(place, fd) : 0;

	if (rc == 0)
		rc = beneath_settle(
		    job->folder, place->part, is_folder, job->name, made);
	if (rc == 0 && !job->marked)
		(void)place_forget(place);
	return rc;
}

int
place_settle_file(struct place *place, int fd, char made[BENEATH_NAME_SIZE])
{
	if (fsync(fd) != 0)
		return place_error();
	return settle(place, fd, false, made);
}

#ifdef __linux__
/* All of it at once: a call for each of thousands of files would take as long
 * as sending them. */
static int
sync_folder(int folder)
{
	return syncfs(folder) == 0 ? 0 : CAM_ERR_SYSTEM;
}
#else
static int
sync_folder(int folder)
{
	enum walk_event event = WALK_UP;
	struct walk_entry entry;
	struct treewalk *walk = NULL;
	int rc = treewalk_new(folder, &walk);

	while (rc == 0 && event != WALK_END) {
		rc = treewalk_next(walk, &event, &entry);
		if (rc == 0 && event == WALK_FILE && fsync(entry.fd) != 0)
			rc = CAM_ERR_SYSTEM;
	}
	treewalk_free(walk);
	return rc < 0 || fsync(folder) == 0 ? rc : CAM_ERR_SYSTEM;
}
#endif

int
place_settle_folder(struct place *place, char made[BENEATH_NAME_SIZE])
{
	int fd = -1;
	int rc = beneath_open_folder(place->job->folder, place->part, &fd);

	if (rc < 0)
		return rc;
	rc = sync_folder(fd);
	if (rc == 0)
		rc = settle(place, fd, true, made);
	close(fd);
	return rc;
}
