/* main.c: cam-view: the pictures of a call on the terminal or in a window, for
 * cam call. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/number.h"
#include "cam-view/screen.h"
#include "cam-view/window.h"
#include "loop/loop.h"
#include "loop/watch.h"

enum { FAILED = 1, USAGE = 2, FD_MAX = 1 << 20 };

struct options {
	bool in_window;
	enum screen_way way;
	int until; /* -1: none */
	struct views views;
};

static int
usage(void)
{
	fputs("usage: cam-view [--window] [--as cells|sixel|kitty] "
	      "[--until FD] FD[=NAME]...\n",
	    stderr);
	return USAGE;
}

static bool
read_fd(const char *text, size_t len, int *fd)
{
	uint64_t number = 0;

	if (number_decimal(span_of(text, len), FD_MAX, &number) < 0)
		return false;
	*fd = (int)number;
	return true;
}

static bool
read_way(const char *text, enum screen_way *way)
{
	static const char *const names[] = { [SCREEN_CELLS] = "cells",
		[SCREEN_SIXEL] = "sixel",
		[SCREEN_KITTY] = "kitty" };

	for (unsigned i = SCREEN_CELLS; i <= SCREEN_KITTY; i++)
		if (text != NULL && strcmp(text, names[i]) == 0) {
			*way = (enum screen_way)i;
			return true;
		}
	return false;
}

/* Where the options end; 0: they are wrong. */
static int
read_options(char **argv, struct options *options)
{
	int i = 1;

	for (; argv[i] != NULL && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--window") == 0)
			options->in_window = true;
		else if (strcmp(argv[i], "--as") == 0 &&
			 read_way(argv[i + 1], &options->way))
			i++;
		else if (strcmp(argv[i], "--until") == 0 &&
			 argv[i + 1] != NULL &&
			 read_fd(
			     argv[i + 1], strlen(argv[i + 1]), &options->until))
			i++;
		else
			return 0;
	}
	return i;
}

static int
open_view(struct views *views, const char *argument)
{
	struct view *view = &views->list[views->count];
	size_t len = strcspn(argument, "=");
	int fd = -1, err;

	if (views->count == TILES_MAX)
		return CAM_ERR_LIMIT;
	if (!read_fd(argument, len, &fd))
		return CAM_ERR_REQUEST;
	err = frames_open(fd, &view->frames);
	if (err < 0)
		return err;
	view->name = argument[len] == '=' ? argument + len + 1 : "";
	views->count++;
	return 0;
}

/* -- the terminal ------------------------------------------------------------
 */

static void
on_end(void *arg)
{
	loop_stop(arg);
}

static void
on_signal(int signo, void *arg)
{
	loop_stop(arg);
}

static void
on_until(int fd, int events, void *arg)
{
	loop_stop(arg);
}

static int
run_screen(struct options *options)
{
	struct loop *loop = loop_new();
	struct screen *screen = NULL;
	struct watch until;
	int err;

	watch_init(&until, loop, options->until, on_until, loop);
	err = screen_new(loop, STDOUT_FILENO, options->way, &options->views,
	    on_end, loop, &screen);
	if (err == 0) {
		loop_on_signal(loop, SIGTERM, on_signal, loop);
		loop_on_signal(loop, SIGHUP, on_signal, loop);
		loop_on_signal(loop, SIGINT, on_signal, loop);
		if (options->until >= 0)
			watch_set(&until, WATCH_READ);
		loop_run(loop);
	}
	screen_free(screen);
	watch_finish(&until);
	loop_free(loop);
	return err;
}

int
main(int argc, char **argv)
{
	struct options options = { .until = -1 };
	int i = read_options(argv, &options), err = 0;

	if (i == 0 || argv[i] == NULL)
		return usage();
	for (; argv[i] != NULL && err == 0; i++)
		err = open_view(&options.views, argv[i]);
	if (err == 0 && options.in_window)
		err = window_run(&options.views, options.until);
	else if (err == 0)
		err = run_screen(&options);
	for (unsigned k = 0; k < options.views.count; k++)
		frames_close(options.views.list[k].frames);
	if (err == 0)
		return 0;
	fprintf(stderr, "cam-view: cannot show the pictures: %s\n",
	    cam_strerror(err));
	return err == CAM_ERR_REQUEST ? USAGE : FAILED;
}
