/* main.c: cam-qr [--colour] [--hex] TEXT: a QR code on the terminal, for cam
 * verify and cam key. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "cam-qr/picture.h"

enum { FAILED = 1, USAGE = 2 };

static int
usage(void)
{
	fputs("usage: cam-qr [--colour] [--hex] TEXT\n", stderr);
	return USAGE;
}

static int
print(struct span data, bool colour)
{
	struct buf out;
	int r;

	buf_init(&out, PICTURE_MAX);
	r = picture_draw(data, colour, &out);
	if (r == 0 && (fwrite(out.data, 1, out.len, stdout) != out.len ||
			  fflush(stdout) != 0))
		r = CAM_ERR_SYSTEM;
	buf_finish(&out);
	if (r < 0)
		fprintf(stderr, "cam-qr: %s\n", cam_strerror(r));
	return r < 0 ? FAILED : 0;
}

int
main(int argc, char **argv)
{
	bool colour = false, hex = false;
	uint8_t bytes[PICTURE_DATA_MAX];
	struct span text;
	int i = 1;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--colour") == 0)
			colour = true;
		else if (strcmp(argv[i], "--hex") == 0)
			hex = true;
		else
			return usage();
	}
	if (i != argc - 1)
		return usage();
	text = span_text(argv[i]);
	if (!hex)
		return print(text, colour);
	if (text.len / 2 > sizeof bytes ||
	    hex_decode(text, bytes, text.len / 2) < 0)
		return usage();
	return print(span_of(bytes, text.len / 2), colour);
}
