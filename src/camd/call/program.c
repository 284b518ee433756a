/* program.c: what handles the media of a call, as children of camd. */
#include "camd/call/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"

static char *
find(const char *name)
{
	char *path = path_join(CAM_LIBEXEC, name), *slash;
	char own[PATH_MAX];
	ssize_t len;

	if (access(path, X_OK) == 0)
		return path;
	free(path);
	len = readlink("/proc/self/exe", own, sizeof own - 1);
	if (len <= 0)
		return NULL;
	own[len] = '\0';
	if ((slash = strrchr(own, '/')) == NULL)
		return NULL;
	*slash = '\0';
	path = path_join(own, name);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return NULL;
}

/* What sound, pictures and their libraries ask for; nothing else of ours. */
static size_t
choose_environment(char *environment[], size_t max)
{
	static const char *const names[] = { "HOME", "LANG", "LC_ALL",
		"XDG_RUNTIME_DIR", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY",
		"PULSE_SERVER", "PIPEWIRE_REMOTE", "ALSA_CONFIG_PATH",
		"ASAN_OPTIONS", "UBSAN_OPTIONS" };
	size_t count = 0;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && count + 1 < max)
			environment[count++] =
			    xasprintf("%s=%s", names[i], value);
	}
	environment[count] = NULL;
	return count;
}

static int
spawn(const char *const argv[], const int *fds, size_t count, pid_t *pid)
{
	char *environment[16];
	size_t named = choose_environment(environment, 16);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int failure;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(
	    &actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
	for (size_t i = 0; i < count; i++)
		posix_spawn_file_actions_adddup2(
		    &actions, fds[i], PROGRAM_FD + (int)i);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	failure = posix_spawn(pid, argv[0], &actions, &attributes,
	    (char *const *)argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	while (named > 0)
		free(environment[--named]);
	errno = failure;
	return failure == 0 ? 0 : CAM_ERR_SYSTEM;
}

static int
start(const char *const argv[], const int *fds, size_t count, pid_t *pid)
{
	int copies[PROGRAM_FDS] = { -1 }, err = 0;
	size_t made = 0;

	/* Out of the way of those that they become. */
	for (; made < count && made < PROGRAM_FDS && err == 0; made++) {
		copies[made] =
		    fcntl(fds[made], F_DUPFD_CLOEXEC, PROGRAM_FD + PROGRAM_FDS);
		if (copies[made] < 0)
			err = CAM_ERR_SYSTEM;
	}
	if (err == 0)
		err = spawn(argv, copies, made, pid);
	while (made > 0) {
		if (copies[--made] >= 0)
			close(copies[made]);
	}
	return err;
}

int
program_start(
    const char *name, const char *word, int fd, int *socket, pid_t *pid)
{
	char *path = find(name);
	int ends[2], err;

	if (path == NULL)
		return CAM_ERR_UNSUPPORTED;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		free(path);
		return CAM_ERR_SYSTEM;
	}
	err = start((const char *[]){ path, word, NULL },
	    (int[]){ ends[1], fd }, fd >= 0 ? 2 : 1, pid);
	close(ends[1]);
	free(path);
	if (err != 0) {
		close(ends[0]);
		return err;
	}
	*socket = ends[0];
	return 0;
}
