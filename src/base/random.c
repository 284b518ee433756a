/* random.c: randomness from the system. */
#include "base/random.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/number.h"

enum { CHUNK = 256 /* what getentropy() gives at most */ };

void
random_bytes(void *bytes, size_t len)
{
	uint8_t *place = bytes;

	while (len > 0) {
		size_t chunk = len < CHUNK ? len : CHUNK;

		/* Going on with guessable keys and ids would be worse than
		 * ending. */
		if (getentropy(place, chunk) != 0)
			abort();
		place += chunk;
		len -= chunk;
	}
}

uint32_t
random_below(uint32_t below)
{
	/* The last, incomplete round of numbers is thrown away: it would favour
	 * the small ones. */
	uint32_t uneven = (uint32_t)-below % below;
	uint32_t number;

	do {
		random_bytes(&number, sizeof number);
	} while (number < uneven);
	return number % below;
}

void
random_id(char id[ID_SIZE])
{
	uint8_t bytes[(ID_SIZE - 1) / 2];

	random_bytes(bytes, sizeof bytes);
	hex_encode(bytes, sizeof bytes, id);
}
