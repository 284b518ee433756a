/* unix.c: Unix stream sockets that only their owner can use. */
#include "loop/unix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	BACKLOG = 128,
	CONNECT_TIMEOUT_S = 10,
};

static int
make_address(const char *path, struct sockaddr_un *address)
{
	if (path[0] == '\0' || strlen(path) >= sizeof address->sun_path)
		return CAM_ERR_LIMIT;
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

static void
close_keeping_errno(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
}

/* A full backlog is an answer too. */
static bool
somebody_answers(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answers = fd >= 0 && (connect(fd, (const struct sockaddr *)address,
				       sizeof *address) == 0 ||
				      errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return answers;
}

/* Of two that begin at once the second must not take away the first one's new
 * socket. */
static int
lock_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash != NULL
			   ? xstrndup(path, (size_t)(slash - path) + 1)
			   : xstrdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(folder);
	while (fd >= 0 && flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR) {
			close_keeping_errno(fd);
			return -1;
		}
	}
	return fd;
}

static int
remove_dead(const struct sockaddr_un *address)
{
	struct stat st;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : CAM_ERR_SYSTEM;
	if (!S_ISSOCK(st.st_mode) || somebody_answers(address))
		return CAM_ERR_EXISTS;
	return unlink(address->sun_path) < 0 ? CAM_ERR_SYSTEM : 0;
}

static int
bind_and_listen(int fd, const struct sockaddr_un *address)
{
	/* With the umask the file never exists with another mode. */
	mode_t old = umask(0177);
	int bound = bind(fd, (const struct sockaddr *)address, sizeof *address);
	int saved = errno;

	umask(old);
	errno = saved;
	return bound < 0 || listen(fd, BACKLOG) < 0 ? CAM_ERR_SYSTEM : 0;
}

int
unix_listen(const char *path, int *fd)
{
	struct sockaddr_un address;
	int lock = -1, made = -1;
	int err = make_address(path, &address);

	if (err != 0)
		return err;
	lock = lock_folder(path);
	if (lock < 0)
		return CAM_ERR_SYSTEM;
	err = remove_dead(&address);
	if (err == 0) {
		made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		err =
		    made < 0 ? CAM_ERR_SYSTEM : bind_and_listen(made, &address);
	}
	if (err == 0)
		*fd = made;
	else
		close_keeping_errno(made);
	close_keeping_errno(lock);
	return err;
}

static int
connect_error(void)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return CAM_ERR_UNREACHABLE;
	case EAGAIN:
		return CAM_ERR_TIMEOUT;
	default:
		return CAM_ERR_SYSTEM;
	}
}

int
unix_connect(const char *path, int *fd)
{
	/* One that hangs with a full backlog must not hang us too. */
	struct timeval timeout = { .tv_sec = CONNECT_TIMEOUT_S };
	struct sockaddr_un address;
	int made, err = make_address(path, &address);

	if (err != 0)
		return err;
	made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (made < 0)
		return CAM_ERR_SYSTEM;
	setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
	if (connect(made, (const struct sockaddr *)&address, sizeof address) <
	    0) {
		err = connect_error();
		close_keeping_errno(made);
		return err;
	}
	timeout.tv_sec = 0;
	setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
	*fd = made;
	return 0;
}

int
unix_peer(int fd, uid_t *uid, pid_t *pid)
{
#ifdef SO_PEERCRED
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return CAM_ERR_SYSTEM;
	*uid = peer.uid;
	*pid = peer.pid;
#else
	gid_t gid;

	if (getpeereid(fd, uid, &gid) < 0)
		return CAM_ERR_SYSTEM;
	*pid = 0;
#endif
	return 0;
}
