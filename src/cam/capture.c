/* capture.c: runs a program and reads what it prints. */
#include "cam/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/span.h"

enum { CHUNK = 65536 };

/* An ordinary user's PATH does not have the folders of firewalls' programs. */
static const char administrators[] = "/usr/local/sbin:/usr/sbin:/sbin";

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0;
}

static char *
find_in(const char *folders, const char *program)
{
	struct span rest = span_text(folders), head;
	char *folder = NULL, *path = NULL;
	bool more = true;

	while (more) {
		more = span_cut(&rest, ':', &head);
		folder = span_dup(more ? head : rest);
		path = folder[0] == '/' ? path_join(folder, program) : NULL;
		free(folder);
		if (path != NULL && is_program(path))
			return path;
		free(path);
	}
	return NULL;
}

char *
capture_find(const char *program)
{
	const char *folders = getenv("PATH");
	char *path = folders != NULL ? find_in(folders, program) : NULL;

	return path != NULL ? path : find_in(administrators, program);
}

/* Ours, but in the C locale, so that what is printed can be read. Release with
 * free(). */
static char **
c_environment(void)
{
	extern char **environ;
	size_t count = 0, kept = 0;
	char **list = NULL;

	while (environ[count] != NULL)
		count++;
	list = xcalloc(count + 2, sizeof(char *));
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], "LC_", 3) != 0 &&
		    strncmp(environ[i], "LANG", 4) != 0)
			list[kept++] = environ[i];
	list[kept] = (char *)"LC_ALL=C";
	return list;
}

static int
start(const char *path, const char *const argv[], int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	char **environment = c_environment();
	sigset_t none;
	int error = 0;

	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	error = posix_spawn(
	    pid, path, &actions, &attr, (char *const *)argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	free(environment);
	if (error == 0)
		return 0;
	errno = error;
	return CAM_ERR_SYSTEM;
}

static int
read_all(int fd, uint64_t deadline_ms, struct buf *out)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	uint64_t now_ms = 0;
	uint8_t *place = NULL;
	ssize_t got = 0;

	for (;;) {
		now_ms = clock_now_ms();
		if (now_ms >= deadline_ms)
			return CAM_ERR_TIMEOUT;
		if (poll(&poll_fd, 1, (int)(deadline_ms - now_ms)) <= 0)
			continue;
		place = buf_reserve(out, CHUNK);
		if (place == NULL)
			return CAM_ERR_LIMIT;
		got = read(fd, place, CHUNK);
		if (got == 0)
			return 0;
		if (got > 0)
			out->len += (size_t)got;
		else if (errno != EINTR)
			return CAM_ERR_SYSTEM;
	}
}

int
capture_run(
    const char *const argv[], unsigned timeout_ms, struct buf *out, int *status)
{
	char *path = capture_find(argv[0]);
	int ends[2] = { -1, -1 }, waited = 0, err = 0;
	pid_t pid = 0;

	if (path == NULL)
		return CAM_ERR_UNKNOWN;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		free(path);
		return CAM_ERR_SYSTEM;
	}
	err = start(path, argv, ends[1], &pid);
	close(ends[1]);
	free(path);
	if (err == 0) {
		err = read_all(ends[0], clock_now_ms() + timeout_ms, out);
		if (err < 0)
			kill(pid, SIGKILL);
		while (waitpid(pid, &waited, 0) < 0 && errno == EINTR)
			continue;
	}
	close(ends[0]);
	if (err == 0)
		*status = WIFEXITED(waited) ? WEXITSTATUS(waited)
					    : 128 + WTERMSIG(waited);
	return err;
}
