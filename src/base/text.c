/* text.c: peer text made safe to print, and compared. */
#include "base/text.h"

#include <string.h>
#include <utf8proc.h>

#include "base/width.h"

enum {
	ZERO_WIDTH_JOINER = 0x200d,
	TEXT_SELECTOR = 0xfe0e,
	EMOJI_SELECTOR = 0xfe0f,
	/* Vietnamese, Hebrew and Thai need 2 or 3; a heap of them covers the
	   lines around. */
	MARKS_MAX = 8,
	/* <U+001B> stands for one byte; for no other does an escape grow more.
	 */
	ESCAPE_GROWTH = 8,
};

enum role {
	ROLE_PLAIN,
	ROLE_MARK,     /* drawn onto the character before */
	ROLE_SELECTOR, /* picks a form of the character before */
	ROLE_JOINER,
	ROLE_HIDDEN, /* shown as an escape */
};

/* What the characters before allow the next one. */
struct printer {
	struct buf *out;
	enum text_kind kind;
	uint32_t
	    base; /* what a mark would be drawn onto; 0: nothing of this text */
	unsigned marks;	 /* on it */
	bool pictograph; /* ZWJ may join another */
};

static bool
is_noncharacter(uint32_t codepoint)
{
	return (codepoint & 0xfffe) == 0xfffe ||
	       (codepoint >= 0xfdd0 && codepoint <= 0xfdef);
}

static bool
is_selector(uint32_t codepoint)
{
	return (codepoint >= 0xfe00 && codepoint <= 0xfe0f) ||
	       (codepoint >= 0xe0100 && codepoint <= 0xe01ef);
}

static enum role
find_role(uint32_t codepoint)
{
	const utf8proc_property_t *property = NULL;

	if (codepoint >= 0x20 && codepoint < 0x7f)
		return ROLE_PLAIN;
	if (codepoint == ZERO_WIDTH_JOINER)
		return ROLE_JOINER;
	if (is_selector(codepoint))
		return ROLE_SELECTOR;
	property = utf8proc_get_property((utf8proc_int32_t)codepoint);
	if (property->category == UTF8PROC_CATEGORY_CC ||
	    property->category == UTF8PROC_CATEGORY_ZL ||
	    property->category == UTF8PROC_CATEGORY_ZP || property->ignorable ||
	    is_noncharacter(codepoint))
		return ROLE_HIDDEN;
	if (width_of(codepoint, 1) > 0)
		return ROLE_PLAIN;
	/* The letters among those without a column are the parts of Hangul
	 * syllables. */
	return property->category == UTF8PROC_CATEGORY_MN ||
		       property->category == UTF8PROC_CATEGORY_ME ||
		       property->category == UTF8PROC_CATEGORY_LO
		   ? ROLE_MARK
		   : ROLE_HIDDEN;
}

/* A mark that follows would be drawn onto the escape: nothing of this text is
 * before it. */
static void
forget_base(struct printer *printer)
{
	printer->base = 0;
	printer->marks = 0;
	printer->pictograph = false;
}

/* An emoji's, or one of the ideographic variants that Japanese names are
 * written with. */
static bool
selector_fits(const struct printer *printer, uint32_t selector)
{
	uint32_t base = printer->base;

	if (base == 0 || printer->marks > 0)
		return false;
	if (selector == TEXT_SELECTOR || selector == EMOJI_SELECTOR)
		return width_is_pictograph(base) || width_is_keycap(base);
	return width_of(base, 1) == 2 &&
	       utf8proc_category((utf8proc_int32_t)base) ==
		   UTF8PROC_CATEGORY_LO;
}

static bool
joiner_fits(const struct printer *printer, struct span rest)
{
	uint32_t next;

	return printer->pictograph && utf8_next(rest, &next) > 0 &&
	       width_is_pictograph(next);
}

static bool
is_shown(const struct printer *printer, uint32_t codepoint, enum role role,
    struct span rest)
{
	if (codepoint == '\n' || codepoint == '\t')
		return printer->kind == TEXT_BLOCK;
	switch (role) {
	case ROLE_PLAIN:
		return true;
	case ROLE_MARK:
		return printer->base != 0 && printer->marks < MARKS_MAX;
	case ROLE_SELECTOR:
		return selector_fits(printer, codepoint);
	case ROLE_JOINER:
		return joiner_fits(printer, rest);
	case ROLE_HIDDEN:
		break;
	}
	return false;
}

static void
print_character(struct printer *printer, struct span character,
    uint32_t codepoint, struct span rest)
{
	enum role role = find_role(codepoint);

	if (!is_shown(printer, codepoint, role, rest)) {
		buf_printf(printer->out, "<U+%04X>", (unsigned)codepoint);
		forget_base(printer);
		return;
	}
	buf_put_span(printer->out, character);
	if (role == ROLE_MARK || role == ROLE_SELECTOR) {
		printer->marks++;
	} else if (role == ROLE_PLAIN) {
		printer->pictograph =
		    width_is_pictograph(codepoint) ||
		    (printer->pictograph && width_is_skin_tone(codepoint));
		printer->base = codepoint;
		printer->marks = 0;
	} else if (role == ROLE_HIDDEN) { /* LF or TAB */
		forget_base(printer);
	}
}

/* Bytes of printable ASCII at its beginning. */
static size_t
plain_run(struct span text)
{
	size_t len = 0;

	while (len < text.len && text.data[len] >= ' ' && text.data[len] < 0x7f)
		len++;
	return len;
}

void
text_print(struct buf *out, struct span text, enum text_kind kind)
{
	struct printer printer = { .out = out, .kind = kind };

	while (text.len > 0) {
		size_t plain = plain_run(text), len, step;
		uint32_t codepoint;
		struct span rest;

		if (plain == text.len) {
			buf_put_span(out, text);
			return;
		}
		/* Only the last of them can be what a mark belongs to. */
		if (plain > 1) {
			buf_put(out, text.data, plain - 1);
			text = span_of(
			    text.data + plain - 1, text.len - plain + 1);
		}
		len = utf8_next(text, &codepoint);
		step = len > 0 ? len : 1;
		rest = span_of(text.data + step, text.len - step);
		if (len > 0) {
			print_character(
			    &printer, span_of(text.data, len), codepoint, rest);
		} else {
			buf_printf(out, "<%02X>", text.data[0]);
			forget_base(&printer);
		}
		text = rest;
	}
}

char *
text_printable(const char *text, enum text_kind kind)
{
	size_t len = strlen(text);
	struct buf out;

	buf_init(&out, len * ESCAPE_GROWTH);
	text_print(&out, span_of(text, len), kind);
	return buf_steal_text(&out);
}

static unsigned char
fold(char byte)
{
	return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A')
							  : byte);
}

bool
text_same(const char *a, const char *b)
{
	while (*a != '\0' && fold(*a) == fold(*b)) {
		a++;
		b++;
	}
	return fold(*a) == fold(*b);
}

bool
text_starts_same(const char *text, const char *prefix)
{
	for (; *prefix != '\0'; text++, prefix++) {
		if (fold(*text) != fold(*prefix))
			return false;
	}
	return true;
}
