/* wholefile.c: small files, read and written whole. */
#include "base/wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

/* -- reading ----------------------------------------------------------- */

static int
open_private(const char *path, int *file)
{
	struct stat st;
	int fd = open(
	    path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return errno == ELOOP ? CAM_ERR_UNSAFE : CAM_ERR_SYSTEM;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		close(fd);
		return CAM_ERR_UNSAFE;
	}
	*file = fd;
	return 0;
}

/* In pieces: how large it claims to be counts for nothing. */
static int
read_all(int fd, struct buf *buf)
{
	uint8_t piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0) {
		buf_put(buf, piece, (size_t)n);
		if (buf_failed(buf))
			break;
	}
	wipe(piece, sizeof(piece));
	if (n < 0)
		return CAM_ERR_SYSTEM;
	return buf_failed(buf) ? CAM_ERR_LIMIT : 0;
}

int
wholefile_read_private(const char *path, struct buf *buf)
{
	int fd = -1;
	int rc = open_private(path, &fd);

	if (rc < 0)
		return rc;
	rc = read_all(fd, buf);
	close(fd);
	return rc;
}

/* -- writing ----------------------------------------------------------- */

static int
write_to_disk(int fd, struct span bytes, mode_t mode)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.data, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return CAM_ERR_SYSTEM;
		bytes.data += n;
		bytes.len -= (size_t)n;
	}
	return fchmod(fd, mode) < 0 || fsync(fd) < 0 ? CAM_ERR_SYSTEM : 0;
}

/* The new name lasts only when the folder is on disk too. */
static int
sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
	    slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd >= 0 && fsync(fd) == 0 ? 0 : CAM_ERR_SYSTEM;

	if (fd >= 0)
		close(fd);
	free(folder);
	return rc;
}

/* A link, unlike a rename, fails where the name is taken. */
static int
publish(const char *temporary, const char *path, bool replace)
{
	if (replace ? rename(temporary, path) < 0 : link(temporary, path) < 0)
		return errno == EEXIST ? CAM_ERR_EXISTS : CAM_ERR_SYSTEM;
	return sync_folder_of(path);
}

int
wholefile_write(const char *path, struct span bytes, mode_t mode, bool replace)
{
	char *temporary = xasprintf("%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC); /* 0600 whatever the umask */
	int rc = CAM_ERR_SYSTEM, saved;

	if (fd < 0)
		goto out;
	rc = write_to_disk(fd, bytes, mode);
	if (rc == 0)
		rc = publish(temporary, path, replace);
	saved = errno;
	close(fd);
	if (rc < 0 || !replace)
		(void)unlink(temporary);
	errno = saved;
out:
	free(temporary);
	return rc;
}

int
wholefile_remove(const char *path)
{
	return unlink(path) < 0 ? CAM_ERR_SYSTEM : sync_folder_of(path);
}
