/* tiles.c: where each of several pictures is shown. */
#include "cam-view/tiles.h"

/* What pictures of calls mostly have. */
enum { ACROSS = 16, DOWN = 9, SMALL_PART = 5 };

/* The area that a picture of the usual shape covers in such a tile. */
static unsigned long
covered(unsigned width, unsigned height, unsigned aspect)
{
	unsigned long wide = (unsigned long)width * aspect / 100;
	unsigned long by_height = (unsigned long)height * ACROSS / DOWN;

	return wide < by_height ? wide * wide * DOWN / ACROSS
				: by_height * height;
}

/* As many columns as make the pictures largest. */
static void
place_equal(
    unsigned count, struct tile room, unsigned aspect, struct tile *tiles)
{
	unsigned best = 1;
	unsigned long most = 0;

	for (unsigned columns = 1; columns <= count; columns++) {
		unsigned rows = (count + columns - 1) / columns;
		unsigned long area =
		    covered(room.width / columns, room.height / rows, aspect);

		if (area > most) {
			most = area;
			best = columns;
		}
	}
	for (unsigned i = 0; i < count; i++) {
		unsigned rows = (count + best - 1) / best;
		unsigned x = i % best, y = i / best;

		tiles[i].left = room.left + room.width * x / best;
		tiles[i].width =
		    room.left + room.width * (x + 1) / best - tiles[i].left;
		tiles[i].top = room.top + room.height * y / rows;
		tiles[i].height =
		    room.top + room.height * (y + 1) / rows - tiles[i].top;
	}
}

void
tiles_place(enum tiles_form form, unsigned count, unsigned width,
    unsigned height, unsigned aspect, struct tile tiles[TILES_MAX])
{
	struct tile room = { 0, 0, width, height };
	unsigned small = height / SMALL_PART;

	if (form == TILES_SPEAKER && count > 1) {
		tiles[0] = (struct tile){ 0, 0, width, height - small };
		for (unsigned i = 1; i < count; i++) {
			unsigned left = width * (i - 1) / (count - 1);

			tiles[i] = (struct tile){ left, height - small,
				width * i / (count - 1) - left, small };
		}
		return;
	}
	place_equal(count, room, aspect, tiles);
}
