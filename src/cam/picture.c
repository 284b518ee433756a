/* picture.c: images in the terminal, drawn by cam-show. */
#include "cam/picture.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/i18n.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/external.h"
#include "cam/output.h"

/* It says itself what is wrong with the image. */
static int
run(const char *program, const char *path)
{
	extern char **environ;
	const char *argv[] = { program, "--", path, NULL };
	int status = 0, error;
	pid_t pid;

	fflush(stdout);
	error = posix_spawn(
	    &pid, program, NULL, NULL, (char *const *)argv, environ);
	if (error != 0) {
		complain(_("cannot run '%s': %s"), program, strerror(error));
		return EXIT_FAILED;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status == 0 ? 0 : EXIT_FAILED;
}

int
picture_show(struct cam *cam, const char *path)
{
	char *program = NULL;
	int code;

	if (!output_is_terminal(cam)) {
		complain(_("'%s' is not shown: stdout is no terminal"), path);
		return EXIT_FAILED;
	}
	program = external_find(cam, "cam-show", true);
	if (program == NULL) {
		complain(_("'%s' is not shown: cam was built without cam-show"),
		    path);
		return EXIT_FAILED;
	}
	code = run(program, path);
	free(program);
	return code;
}
