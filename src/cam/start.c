/* start.c: camd started when a verb needs it. */
#include "cam/start.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/path.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/external.h"

extern char **environ;

/* Held while camd starts: who waits for it finds camd running. -1: no lock,
 * which is no reason to fail. */
static int
take_lock(const struct cam *cam)
{
	char *path = path_join(cam->paths.run, "start.lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	free(path);
	while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
		;
	return fd;
}

static void
set_streams(posix_spawn_file_actions_t *actions, FILE *out, FILE *errors)
{
	posix_spawn_file_actions_init(actions);
	posix_spawn_file_actions_addopen(
	    actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (out != NULL)
		posix_spawn_file_actions_adddup2(
		    actions, fileno(out), STDOUT_FILENO);
	else
		posix_spawn_file_actions_addopen(
		    actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	/* Not our stderr: a camd that keeps it would keep a pipe of our caller
	 * open. */
	posix_spawn_file_actions_adddup2(
	    actions, fileno(errors), STDERR_FILENO);
}

int
start_run(
    struct cam *cam, const char *option, FILE *out, FILE *errors, int *status)
{
	char *path = external_find(cam, "camd", false);
	char home_option[] = "--home";
	char *argv[5] = { path };
	int argc = 1;
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int err;

	if (path == NULL) {
		complain(_("camd is neither beside cam nor in PATH: install "
			   "it, or start it yourself"));
		return EXIT_UNREACHABLE;
	}
	if (cam->home != NULL) {
		argv[argc++] = home_option;
		argv[argc++] = (char *)cam->home;
	}
	if (option != NULL)
		argv[argc++] = (char *)option;
	set_streams(&actions, out, errors);
	err = posix_spawn(&pid, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err != 0)
		complain(_("cannot run '%s': %s"), path, strerror(err));
	free(path);
	if (err != 0)
		return EXIT_UNREACHABLE;
	while (waitpid(pid, status, 0) < 0) {
		if (errno != EINTR)
			return EXIT_UNREACHABLE;
	}
	return 0;
}

/* The last line is the reason; the lines before tell the story with -v. */
char *
start_reason(const struct cam *cam, FILE *errors, int status)
{
	static const char prefix[] = "camd: ";
	char line[1024] = "";
	char last[1024] = "";
	size_t skip;

	rewind(errors);
	while (fgets(line, sizeof(line), errors) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (cam->verbose && last[0] != '\0')
			complain("%s", last);
		if (line[0] != '\0')
			memcpy(last, line, sizeof(last));
	}
	if (WIFSIGNALED(status))
		return xasprintf(_("ended by signal %d (%s)"), WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	if (last[0] == '\0')
		return xasprintf(
		    _("it ended with status %d"), WEXITSTATUS(status));
	skip = strncmp(last, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
	return xstrdup(last + skip);
}

static int
start_and_wait(struct cam *cam)
{
	FILE *errors = tmpfile();
	int status = 0;
	int code;

	if (errors == NULL) {
		complain(_("cannot start camd: %s"), strerror(errno));
		return EXIT_UNREACHABLE;
	}
	code = start_run(cam, NULL, NULL, errors, &status);
	if (code == 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
		char *reason = start_reason(cam, errors, status);

		complain(_("camd does not start: %s"), reason);
		free(reason);
		code = EXIT_UNREACHABLE;
	}
	fclose(errors);
	return code;
}

int
start_daemon(struct cam *cam, struct rpc_client **client)
{
	int lock;
	int err = path_make_private(cam->paths.run);
	int code = 0;

	if (err != 0) {
		complain(_("cannot use the folder '%s': %s"), cam->paths.run,
		    cam_strerror(err));
		return EXIT_UNREACHABLE;
	}
	lock = take_lock(cam);
	err = daemon_connect_running(cam, client);
	if (err == CAM_ERR_UNREACHABLE) {
		code = start_and_wait(cam);
		if (code == 0)
			err = daemon_connect_running(cam, client);
	}
	if (lock >= 0)
		close(lock);
	return code != 0 ? code : err;
}
