/* escape.h: pieces of escape sequences, written where there is known to be
 * room. Each returns what follows. */
#ifndef CAM_ESCAPE_H
#define CAM_ESCAPE_H

#include <stdint.h>

static inline uint8_t *
escape_text(uint8_t *at, const char *text)
{
	while (*text != '\0')
		*at++ = (uint8_t)*text++;
	return at;
}

static inline uint8_t *
escape_number(uint8_t *at, unsigned number)
{
	uint8_t digits[10];
	int count = 0;

	do {
		digits[count++] = (uint8_t)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

/* The cursor to a cell; both from 0. */
static inline uint8_t *
escape_move(uint8_t *at, unsigned row, unsigned column)
{
	at = escape_text(at, "\033[");
	at = escape_number(at, row + 1);
	*at++ = ';';
	at = escape_number(at, column + 1);
	*at++ = 'H';
	return at;
}

#endif
