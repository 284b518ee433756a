/* main.c: cam-show PATH: an image drawn on the terminal, for cam file get
 * --show. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/err.h"
#include "cam-show/canvas.h"
#include "cam-show/decoder.h"

enum { FAILED = 1, USAGE = 2, DRAWN_MAX = 256 * 1024 * 1024 };

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

static int
draw(const struct image *image)
{
	extern char **environ;
	const struct canvas_size size = terminal_size();
	struct buf out;
	int r;

	buf_init(&out, DRAWN_MAX);
	r = canvas_draw(image, &size, environ, &out);
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
		return "it is neither PNG, JPEG nor a still WebP image";
	case CAM_ERR_FORMAT:
		return "it is damaged";
	case CAM_ERR_LIMIT:
		return "it is too large to be shown";
	case CAM_ERR_FULL:
		return "there is no memory for it";
	case CAM_ERR_UNSAFE:
		return "it cannot be decoded safely on this system";
	default:
		return strerror(errno);
	}
}

int
main(int argc, char **argv)
{
	struct image image = { 0 };
	int fd, r;

	if (argc > 2 && strcmp(argv[1], "--") == 0) {
		argv++;
		argc--;
	}
	if (argc != 2) {
		fputs("usage: cam-show PATH\n", stderr);
		return USAGE;
	}
	fd = open(argv[1], O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	r = fd < 0 ? CAM_ERR_SYSTEM : decoder_run(fd, &image);
	if (r == 0)
		r = draw(&image);
	if (r < 0)
		fprintf(
		    stderr, "cam-show: cannot show the image: %s\n", reason(r));
	image_finish(&image);
	return r < 0 ? FAILED : 0;
}
