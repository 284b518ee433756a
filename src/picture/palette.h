/* palette.h: the colours of terminals that have but 16 or 256 of them. */
#ifndef CAM_PALETTE_H
#define CAM_PALETTE_H

#include <stdint.h>

enum palette_kind {
	PALETTE_16,  /* xterm's: what users make of them is not known */
	PALETTE_256, /* only its cube and its greys, which nobody changes */
};

/* About 33 kB. */
struct palette {
	uint8_t rgb[256][3];
	uint8_t nearest[1 << 15]; /* by five bits of each of R, G, B */
};

void palette_init(struct palette *palette, enum palette_kind kind);

/* The number of the colour that comes nearest. */
static inline uint8_t
palette_nearest(const struct palette *palette, const uint8_t rgb[3])
{
	return palette
	    ->nearest[(rgb[0] >> 3) << 10 | (rgb[1] >> 3) << 5 | rgb[2] >> 3];
}

/* How far two colours are apart: the largest difference of R, G, B. */
static inline unsigned
colour_distance(const uint8_t a[3], const uint8_t b[3])
{
	unsigned most = 0;

	for (int i = 0; i < 3; i++) {
		unsigned apart = a[i] > b[i] ? (unsigned)(a[i] - b[i])
					     : (unsigned)(b[i] - a[i]);

		if (apart > most)
			most = apart;
	}
	return most;
}

#endif
