/* main.c: cam-view: the pictures of a call on the terminal or in a window, for
 * cam call. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/number.h"
#include "cam-view/guide.h"
#include "cam-view/screen.h"
#include "cam-view/window.h"
#include "loop/loop.h"

enum { FAILED = 1, USAGE = 2, FD_MAX = 1 << 20 };

struct options {
	bool in_window;
	enum screen_way way;
	int control; /* who is to be seen is told there */
};

static int
usage(void)
{
	fputs(
	    "usage: cam-view [--window] [--as cells|sixel|kitty] FD\n", stderr);
	return USAGE;
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

static bool
read_options(char **argv, struct options *options)
{
	uint64_t number = 0;
	int i = 1;

	for (; argv[i] != NULL && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--window") == 0)
			options->in_window = true;
		else if (strcmp(argv[i], "--as") == 0 &&
			 read_way(argv[i + 1], &options->way))
			i++;
		else
			return false;
	}
	if (argv[i] == NULL || argv[i + 1] != NULL ||
	    number_decimal(span_text(argv[i]), FD_MAX, &number) < 0)
		return false;
	options->control = (int)number;
	return fcntl(options->control, F_GETFD) >= 0;
}

/* -- until it ends -----------------------------------------------------------
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

static int
run(const struct options *options, struct loop *loop, struct views *views)
{
	struct screen *screen = NULL;
	struct window *window = NULL;
	int err = options->in_window
		      ? window_new(loop, views, on_end, loop, &window)
		      : screen_new(loop, STDOUT_FILENO, options->way, views,
			    on_end, loop, &screen);

	if (err != 0)
		return err;
	loop_on_signal(loop, SIGTERM, on_signal, loop);
	loop_on_signal(loop, SIGHUP, on_signal, loop);
	loop_on_signal(loop, SIGINT, on_signal, loop);
	loop_run(loop);
	window_free(window);
	screen_free(screen);
	return 0;
}

int
main(int argc, char **argv)
{
	struct options options = { .control = -1 };
	struct views views = { 0 };
	struct guide *guide = NULL;
	struct loop *loop = NULL;
	int err;

	if (!read_options(argv, &options))
		return usage();
	loop = loop_new();
	guide = guide_new(loop, options.control, &views, on_end, loop);
	err = run(&options, loop, &views);
	guide_free(guide);
	views_finish(&views);
	loop_free(loop);
	if (err == 0)
		return 0;
	fprintf(stderr, "cam-view: cannot show the pictures: %s\n",
	    cam_strerror(err));
	return FAILED;
}
