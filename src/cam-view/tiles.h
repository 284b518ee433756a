/* tiles.h: where each of several pictures is shown. */
#ifndef CAM_VIEW_TILES_H
#define CAM_VIEW_TILES_H

enum { TILES_MAX = 8 };

enum tiles_form {
	TILES_EQUAL,
	TILES_SPEAKER, /* the first large, the others in a row below */
};

struct tile {
	unsigned left, top, width, height;
};

/* For width x height of whatever unit; aspect: how many units high something is
 * that looks as high as one is wide, times a hundred (50: cells of a terminal).
 * count <= TILES_MAX. A tile may be empty where there is too little room. */
void tiles_place(enum tiles_form form, unsigned count, unsigned width,
    unsigned height, unsigned aspect, struct tile tiles[TILES_MAX]);

#endif
