/* main.c: cam-show [--size SIZE] PATH: an image drawn on the terminal, for cam
 * file get --show; for the screen, which is not its stdout, of a size told. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/number.h"
#include "cam-show/canvas.h"
#include "cam-show/decoder.h"

enum {
	FAILED = 1,
	USAGE = 2,
	DRAWN_MAX = 256 * 1024 * 1024,
	SIDE_MAX = 10000 /* cells, or pixels of one */
};

static struct canvas_size
terminal_size(void)
{
	struct winsize window = { 0 };
	struct canvas_size size = { 80, 24, 0, 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) < 0 ||
	    window.ws_col == 0 || window.ws_row == 0)
		return size;
	size.columns = window.ws_col;
	size.rows = window.ws_row;
	size.cell_width = window.ws_xpixel / window.ws_col;
	size.cell_height = window.ws_ypixel / window.ws_row;
	return size;
}

/* "80x24x9x18": columns, rows, and pixels of a cell, 0: not known. */
static bool
read_size(const char *text, struct canvas_size *size)
{
	unsigned *const sides[] = { &size->columns, &size->rows,
		&size->cell_width, &size->cell_height };
	struct span rest = span_text(text);

	for (size_t i = 0; i < 4; i++) {
		struct span side = rest;
		uint64_t value;

		if (span_cut(&rest, 'x', &side) != (i < 3) ||
		    number_decimal(side, SIDE_MAX, &value) != 0)
			return false;
		*sides[i] = (unsigned)value;
	}
	return true;
}

static int
draw(const struct image *image, const struct canvas_size *size)
{
	extern char **environ;
	struct buf out;
	int r;

	buf_init(&out, DRAWN_MAX);
	r = canvas_draw(image, size, environ, &out);
	if (r == 0 && (fwrite(out.data, 1, out.len, stdout) != out.len ||
			  fflush(stdout) != 0))
		r = CAM_ERR_SYSTEM;
	buf_finish(&out);
	return r;
}

/* The path is not printed: who calls knows it, and it is not ours to make it
 * printable. */
static const char *
reason(int err)
{
	switch (err) {
	case CAM_ERR_UNSUPPORTED:
		return _("it is neither PNG, JPEG nor a still WebP image");
	case CAM_ERR_FORMAT:
		return _("it is damaged");
	case CAM_ERR_LIMIT:
		return _("it is too large to be shown");
	case CAM_ERR_FULL:
		return _("there is no memory for it");
	case CAM_ERR_UNSAFE:
		return _("it cannot be decoded safely on this system");
	default:
		return strerror(errno);
	}
}

static int
usage(void)
{
	fputs("usage: cam-show [--size COLUMNSxROWSxWIDTHxHEIGHT] PATH\n",
	    stderr);
	return USAGE;
}

int
main(int argc, char **argv)
{
	struct canvas_size size = terminal_size();
	struct image image = { 0 };
	int fd, r, i = 1;

	i18n_open();
	if (i + 1 < argc && strcmp(argv[i], "--size") == 0) {
		if (!read_size(argv[i + 1], &size))
			return usage();
		i += 2;
	}
	if (i + 1 < argc && strcmp(argv[i], "--") == 0)
		i++;
	if (i + 1 != argc)
		return usage();
	fd = open(argv[i], O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	r = fd < 0 ? CAM_ERR_SYSTEM : decoder_run(fd, &image);
	if (r == 0)
		r = draw(&image, &size);
	if (r < 0)
		fprintf(stderr, _("cam-show: cannot show the image: %s\n"),
		    reason(r));
	image_finish(&image);
	return r < 0 ? FAILED : 0;
}
