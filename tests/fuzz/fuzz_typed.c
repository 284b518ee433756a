/* fuzz_typed.c: whatever a terminal sends, in whatever pieces: no crash, only
 * keys that are ones, and pastes that are text. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cam-tui/stroke.h"
#include "cam-tui/typed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_stroke(struct stroke stroke, void *arg)
{
	char name[STROKE_NAME_SIZE];
	struct stroke again;

	stroke_print(stroke, name);
	/* What can be pressed can be written in tui.bind. */
	if (stroke.key > ' ' && stroke.key != 0x7f &&
	    (stroke_parse(span_text(name), &again) != 0 ||
		!stroke_is(stroke, again)))
		abort();
}

static void
on_paste(struct span text, void *arg)
{
	if (!utf8_is_valid(text) || memchr(text.data, 0x1b, text.len) != NULL)
		abort();
}

static void
on_mouse(struct mouse mouse, void *arg)
{
}

static void
on_focus(bool focused, void *arg)
{
}

static void
on_background(unsigned light, void *arg)
{
	if (light > 255)
		abort();
}

static void
on_mode(unsigned mode, bool known, void *arg)
{
	if (mode > 1000000 * 10)
		abort();
}

static const struct typed_ops ops = { on_stroke, on_paste, on_mouse, on_focus,
	on_background, on_mode };

/* The first byte is the length of the pieces. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct typed typed;
	size_t piece;

	if (size == 0)
		return 0;
	piece = data[0] % 16 + 1;
	typed_init(&typed, &ops, NULL);
	for (size_t at = 1; at < size; at += piece)
		typed_feed(&typed,
		    span_of(data + at, size - at < piece ? size - at : piece));
	typed_flush(&typed);
	if (typed_is_waiting(&typed))
		abort();
	typed_finish(&typed);
	return 0;
}
