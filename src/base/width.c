/* width.c: the columns one character and a whole text take on a terminal. */
#include "base/width.h"

#include <stddef.h>
#include <utf8proc.h>

#include "base/text.h"

enum { ZERO_WIDTH_JOINER = 0x200d, EMOJI_SELECTOR = 0xfe0f };

struct width_range {
	uint32_t first;
	uint32_t last;
};

#include "base/width_table.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool
is_in(uint32_t codepoint, const struct width_range *ranges, size_t count)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (codepoint > ranges[middle].last)
			low = middle + 1;
		else if (codepoint < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

unsigned
width_of(uint32_t codepoint, unsigned ambiguous)
{
	if (codepoint < 0x20 || (codepoint >= 0x7f && codepoint < 0xa0))
		return 0;
	if (codepoint < 0x7f)
		return 1;
	if (is_in(codepoint, zero_ranges, COUNT(zero_ranges)))
		return 0;
	if (is_in(codepoint, wide_ranges, COUNT(wide_ranges)))
		return 2;
	if (ambiguous != 1 &&
	    is_in(codepoint, ambiguous_ranges, COUNT(ambiguous_ranges)))
		return ambiguous;
	return 1;
}

bool
width_is_pictograph(uint32_t codepoint)
{
	return utf8proc_get_property((utf8proc_int32_t)codepoint)->boundclass ==
	       UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

bool
width_is_skin_tone(uint32_t codepoint)
{
	return codepoint >= 0x1f3fb && codepoint <= 0x1f3ff;
}

bool
width_is_keycap(uint32_t codepoint)
{
	return (codepoint >= '0' && codepoint <= '9') || codepoint == '#' ||
	       codepoint == '*';
}

/* What one grapheme takes while its characters come in one by one. */
struct grapheme {
	uint32_t last;
	utf8proc_int32_t state; /* utf8proc's */
	unsigned columns;
	bool pictograph; /* begins with one, or with a keycap's digit */
	bool emoji;	 /* a sequence: two columns, whatever its parts take */
	bool joined;	 /* a ZWJ was the last */
};

static unsigned
grapheme_columns(const struct grapheme *grapheme)
{
	return grapheme->emoji ? 2 : grapheme->columns;
}

static void
grapheme_add(struct grapheme *grapheme, uint32_t codepoint, unsigned ambiguous)
{
	if (grapheme->pictograph &&
	    (codepoint == EMOJI_SELECTOR || width_is_skin_tone(codepoint) ||
		(grapheme->joined && width_is_pictograph(codepoint))))
		grapheme->emoji = true;
	grapheme->joined = codepoint == ZERO_WIDTH_JOINER;
	grapheme->columns += width_of(codepoint, ambiguous);
	grapheme->last = codepoint;
}

static void
grapheme_begin(
    struct grapheme *grapheme, uint32_t codepoint, unsigned ambiguous)
{
	*grapheme =
	    (struct grapheme){ .pictograph = width_is_pictograph(codepoint) ||
					     width_is_keycap(codepoint) };
	grapheme_add(grapheme, codepoint, ambiguous);
}

static bool
is_ascii(struct span text, size_t at)
{
	return at < text.len && text.data[at] >= ' ' && text.data[at] < 0x7f;
}

size_t
grapheme_next(struct span text, unsigned ambiguous, unsigned *columns)
{
	struct grapheme grapheme = { 0 };
	size_t taken = 0;

	/* Most text is ASCII, and nothing joins that but what is not. */
	if (is_ascii(text, 0) && (text.len == 1 || is_ascii(text, 1))) {
		*columns = 1;
		return 1;
	}
	while (taken < text.len) {
		struct span rest = span_of(text.data + taken, text.len - taken);
		uint32_t codepoint = 0xfffd;
		size_t len = utf8_next(rest, &codepoint);

		if (taken == 0)
			grapheme_begin(&grapheme, codepoint, ambiguous);
		else if (utf8proc_grapheme_break_stateful(
			     (utf8proc_int32_t)grapheme.last,
			     (utf8proc_int32_t)codepoint, &grapheme.state))
			break;
		else
			grapheme_add(&grapheme, codepoint, ambiguous);
		taken += len > 0 ? len : 1;
	}
	*columns = grapheme_columns(&grapheme);
	return taken;
}

size_t
text_width_ambiguous(struct span text, unsigned ambiguous)
{
	size_t columns = 0;
	unsigned taken;

	while (text.len > 0) {
		size_t len = grapheme_next(text, ambiguous, &taken);

		columns += taken;
		text = span_of(text.data + len, text.len - len);
	}
	return columns;
}

size_t
text_width(struct span text)
{
	return text_width_ambiguous(text, 1);
}
