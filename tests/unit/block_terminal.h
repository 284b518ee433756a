/* block_terminal.h: a small terminal that knows what cells.c may send: moving,
 * colours, half blocks. */
#ifndef CAM_TEST_BLOCK_TERMINAL_H
#define CAM_TEST_BLOCK_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "picture/palette.h"

enum { TERMINAL_COLUMNS = 220, TERMINAL_ROWS = 60, TERMINAL_PARAMETERS = 16 };
/* No colour of any pixel: the terminal's own. */
#define TERMINAL_DEFAULT 0xffffffffu

struct block_terminal {
	uint32_t pixels[TERMINAL_ROWS * 2][TERMINAL_COLUMNS]; /* RRGGBB */
	unsigned row, column;
	uint32_t front, back;
	struct palette palette;
	bool is_broken; /* something came that it does not know */
};

static inline void
terminal_init(struct block_terminal *terminal)
{
	memset(terminal, 0, sizeof *terminal);
	memset(terminal->pixels, 0x11, sizeof terminal->pixels);
	terminal->front = terminal->back = TERMINAL_DEFAULT;
	palette_init(&terminal->palette, PALETTE_256);
}

static inline void
terminal_put(struct block_terminal *terminal, uint32_t top, uint32_t bottom)
{
	if (terminal->row >= TERMINAL_ROWS ||
	    terminal->column >= TERMINAL_COLUMNS) {
		terminal->is_broken = true;
		return;
	}
	terminal->pixels[terminal->row * 2][terminal->column] = top;
	terminal->pixels[terminal->row * 2 + 1][terminal->column] = bottom;
	terminal->column++;
}

static inline uint32_t
terminal_palette(const struct block_terminal *terminal, unsigned number)
{
	const uint8_t *rgb = terminal->palette.rgb[number & 0xff];

	return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

/* Takes the parameters of one colour; how many they are. */
static inline unsigned
terminal_colour(
    struct block_terminal *terminal, const unsigned *parameter, unsigned count)
{
	unsigned kind = parameter[0];
	uint32_t *pen =
	    kind % 60 / 10 == 3 ? &terminal->front : &terminal->back;

	if ((kind >= 90 && kind < 98) || (kind >= 100 && kind < 108)) {
		pen = kind < 100 ? &terminal->front : &terminal->back;
		*pen = terminal_palette(terminal, kind % 10 + 8);
	} else if (kind == 0) {
		terminal->front = terminal->back = TERMINAL_DEFAULT;
	} else if (kind >= 30 && kind < 48 && kind % 10 < 8) {
		*pen = terminal_palette(terminal, kind % 10);
	} else if ((kind == 38 || kind == 48) && count >= 5 &&
		   parameter[1] == 2) {
		*pen = parameter[2] << 16 | parameter[3] << 8 | parameter[4];
		return 5;
	} else if ((kind == 38 || kind == 48) && count >= 3 &&
		   parameter[1] == 5) {
		*pen = terminal_palette(terminal, parameter[2]);
		return 3;
	} else {
		terminal->is_broken = true;
	}
	return 1;
}

static inline void
terminal_sequence(struct block_terminal *terminal, uint8_t last,
    const unsigned *parameters, unsigned count)
{
	unsigned first = parameters[0];

	switch (last) {
	case 'm':
		for (unsigned i = 0; i < count;)
			i += terminal_colour(
			    terminal, parameters + i, count - i);
		break;
	case 'H':
		terminal->row = (first > 0 ? first : 1) - 1;
		terminal->column =
		    (count > 1 && parameters[1] > 0 ? parameters[1] : 1) - 1;
		break;
	case 'C':
		terminal->column += first > 0 ? first : 1;
		break;
	case 'X': {
		unsigned column = terminal->column;

		while (first-- > 0)
			terminal_put(terminal, terminal->back, terminal->back);
		terminal->column = column;
		break;
	}
	default:
		terminal->is_broken = true;
	}
}

static inline void
terminal_block(struct block_terminal *terminal, uint32_t character)
{
	uint32_t front = terminal->front, back = terminal->back;

	switch (character) {
	case ' ':
		terminal_put(terminal, back, back);
		break;
	case 0x2580:
		terminal_put(terminal, front, back);
		break;
	case 0x2584:
		terminal_put(terminal, back, front);
		break;
	case 0x2588:
		terminal_put(terminal, front, front);
		break;
	default:
		terminal->is_broken = true;
	}
}

static inline void
terminal_feed(struct block_terminal *terminal, struct span bytes)
{
	while (bytes.len > 0) {
		unsigned parameters[TERMINAL_PARAMETERS] = { 0 }, count = 1;
		uint32_t character = 0;
		size_t used = utf8_next(bytes, &character);

		if (span_starts(bytes, "\033[")) {
			for (used = 2; used < bytes.len; used++) {
				uint8_t byte = bytes.data[used];

				if (byte == ';' && count < TERMINAL_PARAMETERS)
					count++;
				else if (byte >= '0' && byte <= '9')
					parameters[count - 1] =
					    parameters[count - 1] * 10 + byte -
					    '0';
				else
					break;
			}
			if (used == bytes.len) {
				terminal->is_broken = true;
				return;
			}
			terminal_sequence(
			    terminal, bytes.data[used++], parameters, count);
		} else if (used > 0) {
			terminal_block(terminal, character);
		} else {
			terminal->is_broken = true;
			return;
		}
		bytes.data += used;
		bytes.len -= used;
	}
}

#endif
