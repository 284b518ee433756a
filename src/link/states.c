/* states.c: whether members are there, two bits each. */
#include "link/states.h"

#include <stdint.h>

#include "base/base64.h"
#include "base/err.h"

void
states_write(struct span states, struct buf *text)
{
	size_t count = (states.len + STATES_A_BYTE - 1) / STATES_A_BYTE;
	struct buf packed;

	buf_init(&packed, count);
	for (size_t i = 0; i < count * STATES_A_BYTE; i += STATES_A_BYTE) {
		unsigned byte = 0;

		for (size_t j = i; j < i + STATES_A_BYTE; j++)
			byte = byte << 2 | (j < states.len ? states.data[j] & 3U
							   : STATES_UNSAID);
		buf_put_byte(&packed, (uint8_t)byte);
	}
	base64_encode(buf_span(&packed), text);
	buf_finish(&packed);
}

int
states_read(struct span text, struct buf *states)
{
	size_t size = text.len / 4 * 3, len = 0;
	struct buf packed;
	int r = 0;

	buf_init(&packed, size);
	r = base64_decode(text, buf_reserve(&packed, size), size, &len);
	for (size_t i = 0; r == 0 && i < len; i++)
		for (int shift = 6; shift >= 0; shift -= 2)
			buf_put_byte(states, packed.data[i] >> shift & 3);
	buf_finish(&packed);
	return r;
}
