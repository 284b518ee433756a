/* qr.c: cam-qr run between two lines of ours. */
#include "cam/qr.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "cam/cam.h"
#include "cam/external.h"
#include "cam/output.h"

/* Codes of 65 bytes have 37 modules, and a margin of four. */
enum { QR_WIDTH = 45 };

static void
run(const char *path, bool colour, bool hex, const char *data)
{
	extern char **environ;
	const char *argv[5] = { path };
	int count = 1, status;
	pid_t pid;

	if (colour)
		argv[count++] = "--colour";
	if (hex)
		argv[count++] = "--hex";
	argv[count] = data;
	fflush(stdout);
	if (posix_spawn(&pid, path, NULL, NULL, (char *const *)argv, environ) !=
	    0)
		return;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
}

static void
print(struct cam *cam, bool hex, const char *data)
{
	char *path;

	if (!output_is_terminal(cam) || output_width() < QR_WIDTH)
		return;
	path = external_find(cam, "cam-qr", true);
	if (path != NULL)
		run(path, output_has_colour(cam), hex, data);
	free(path);
}

void
qr_print_hex(struct cam *cam, const char *hex)
{
	print(cam, true, hex);
}

void
qr_print_text(struct cam *cam, const char *text)
{
	print(cam, false, text);
}
