/* groups.c: digits in groups. */
#include "cam/groups.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"
#include "cam/cam.h"
#include "cam/output.h"

enum { LINE_MAX_BYTES = 256 };

static bool
is_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

void
groups_print(struct cam *cam, const char *digits, size_t group, size_t on_line)
{
	size_t i = 0;

	while (is_digit(digits[i])) {
		struct buf line;
		char *text;

		buf_init(&line, LINE_MAX_BYTES);
		for (size_t n = 0; n < group * on_line && is_digit(digits[i]);
		     n++, i++) {
			if (n % group == 0)
				buf_put_text(&line, n == 0 ? "  " : " ");
			buf_put_byte(&line, (uint8_t)digits[i]);
		}
		text = buf_steal_text(&line);
		if (text != NULL)
			output_text(cam, STYLE_BOLD, text, TEXT_LINE);
		output_line(cam, "%s", "");
		free(text);
	}
}
