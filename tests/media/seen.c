/* seen.c: how much of a film of film.c is in what was seen of it: a tool of
 * tests.
 *
 *	seen SHOWN.y4m SEEN.y4m
 *
 * prints {"pictures": 120, "readable": 119, "backwards": 0, "first": 3, "last":
 * 148, "ssim": 0.97, "worst": 0.91, "width": 320, "height": 180}: of what was
 * seen how many pictures there are, whose number can be read, how often it
 *fell, and how alike to what was shown under that number those are (their mean,
 *and the one of a hundred that is worst). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/pattern_number.h"
#include "../unit/ssim.h"
#include "base/mem.h"
#include "picture/convert.h"
#include "picture/y4m.h"

enum { PICTURES_MAX = 65536, FILE_MAX = 1 << 30 };

struct film {
	struct y4m_reader *reader;
	struct i420 picture;
	long number; /* of the picture that was read last; -1: none yet */
};

struct figures {
	unsigned pictures, readable, backwards;
	unsigned first, last;
	double sum;
	double alike[PICTURES_MAX];
};

static void
film_open(struct film *film, const char *path)
{
	const struct y4m_format *format;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || y4m_open(fd, &film->reader) != 0) {
		fprintf(stderr, "seen: %s: no film\n", path);
		exit(2);
	}
	format = y4m_format(film->reader);
	if (i420_init(&film->picture, format->width, format->height) != 0)
		exit(2);
	film->number = -1;
}

static bool
film_next(struct film *film)
{
	film->number++;
	return y4m_read(film->reader, &film->picture) == 0;
}

static void
film_close(struct film *film)
{
	y4m_close(film->reader);
	i420_finish(&film->picture);
}

static bool
film_seek(struct film *film, unsigned number)
{
	if (film->number > (long)number) {
		if (y4m_rewind(film->reader) != 0)
			return false;
		film->number = -1;
	}
	while (film->number < (long)number) {
		if (!film_next(film))
			return false;
	}
	return true;
}

static void
look(struct figures *figures, struct film *shown, const struct i420 *seen,
    struct i420 *scaled)
{
	unsigned number = 0;

	figures->pictures++;
	/* A black picture reads as the first. */
	if (!pattern_number(seen, &number) || number == 0 ||
	    !film_seek(shown, number) || figures->readable == PICTURES_MAX)
		return;
	convert_scale(&shown->picture, scaled);
	if (figures->readable == 0)
		figures->first = number;
	else if (number < figures->last)
		figures->backwards++;
	figures->last = number;
	figures->alike[figures->readable] = ssim(scaled, seen);
	figures->sum += figures->alike[figures->readable++];
}

static int
compare(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

int
main(int argc, char **argv)
{
	struct figures *figures = xcalloc(1, sizeof *figures);
	struct film shown, seen;
	struct i420 scaled;
	unsigned count;

	if (argc != 3)
		return 2;
	film_open(&shown, argv[1]);
	film_open(&seen, argv[2]);
	if (i420_init(&scaled, seen.picture.width, seen.picture.height) != 0)
		return 2;
	while (film_next(&seen))
		look(figures, &shown, &seen.picture, &scaled);
	count = figures->readable;
	qsort(figures->alike, count, sizeof figures->alike[0], compare);
	printf("{\"pictures\": %u, \"readable\": %u, \"backwards\": %u, "
	       "\"first\": %u, \"last\": %u, \"ssim\": %.3f, \"worst\": %.3f, "
	       "\"width\": %u, \"height\": %u}\n",
	    figures->pictures, count, figures->backwards, figures->first,
	    figures->last, count > 0 ? figures->sum / count : 0,
	    count > 0 ? figures->alike[count / 100] : 0, seen.picture.width,
	    seen.picture.height);
	i420_finish(&scaled);
	film_close(&shown);
	film_close(&seen);
	free(figures);
	return 0;
}
