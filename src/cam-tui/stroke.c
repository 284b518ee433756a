/* stroke.c: how keys are written. */
#include "cam-tui/stroke.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "base/text.h"

static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{ "Enter", KEY_ENTER },
	{ "Tab", KEY_TAB },
	{ "Backspace", KEY_BACKSPACE },
	{ "Esc", KEY_ESCAPE },
	{ "Up", KEY_UP },
	{ "Down", KEY_DOWN },
	{ "Right", KEY_RIGHT },
	{ "Left", KEY_LEFT },
	{ "Home", KEY_HOME },
	{ "End", KEY_END },
	{ "PgUp", KEY_PAGE_UP },
	{ "PgDn", KEY_PAGE_DOWN },
	{ "Ins", KEY_INSERT },
	{ "Del", KEY_DELETE },
	{ "Space", ' ' },
	{ "Bar", '|' },
	{ "Comma", ',' },
};
enum { NAME_COUNT = sizeof names / sizeof names[0], FUNCTION_KEYS = 12 };

bool
stroke_is(struct stroke a, struct stroke b)
{
	return a.key == b.key && a.mods == b.mods;
}

static void
put_key(struct buf *out, uint32_t key)
{
	for (size_t i = 0; i < NAME_COUNT; i++) {
		if (names[i].key == key) {
			buf_put_text(out, names[i].name);
			return;
		}
	}
	if (key >= KEY_F1 && key <= KEY_LAST)
		buf_printf(out, "F%u", (unsigned)(key - KEY_F1 + 1));
	else
		utf8_put(out, key);
}

void
stroke_print(struct stroke stroke, char name[STROKE_NAME_SIZE])
{
	struct buf out;

	buf_init(&out, STROKE_NAME_SIZE - 1);
	if (stroke.mods & STROKE_CONTROL)
		buf_put_text(&out, "C-");
	if (stroke.mods & STROKE_META)
		buf_put_text(&out, "M-");
	if (stroke.mods & STROKE_SHIFT)
		buf_put_text(&out, "S-");
	put_key(&out, stroke.key);
	if (out.len > 0)
		memcpy(name, out.data, out.len);
	name[out.len] = '\0';
	buf_finish(&out);
}

static bool
take_modifier(struct span *name, unsigned *mods)
{
	static const struct {
		const char *prefix;
		unsigned mod;
	} prefixes[] = { { "C-", STROKE_CONTROL }, { "M-", STROKE_META },
		{ "S-", STROKE_SHIFT } };

	for (size_t i = 0; i < 3; i++) {
		if (name->len > 2 && span_starts(*name, prefixes[i].prefix)) {
			*mods |= prefixes[i].mod;
			*name = span_of(name->data + 2, name->len - 2);
			return true;
		}
	}
	return false;
}

static int
parse_key(struct span name, uint32_t *key)
{
	uint64_t number;
	uint32_t codepoint;

	for (size_t i = 0; i < NAME_COUNT; i++) {
		if (span_equal_text(name, names[i].name)) {
			*key = names[i].key;
			return 0;
		}
	}
	if (name.len > 1 && name.data[0] == 'F' &&
	    number_decimal(span_of(name.data + 1, name.len - 1), FUNCTION_KEYS,
		&number) == 0 &&
	    number > 0) {
		*key = KEY_F1 + (uint32_t)number - 1;
		return 0;
	}
	if (name.len == 0 || utf8_next(name, &codepoint) != name.len ||
	    codepoint <= ' ' || codepoint == 0x7f)
		return CAM_ERR_FORMAT;
	*key = codepoint;
	return 0;
}

int
stroke_parse(struct span name, struct stroke *stroke)
{
	struct stroke parsed = { 0 };
	int err;

	while (take_modifier(&name, &parsed.mods))
		;
	err = parse_key(name, &parsed.key);
	if (err != 0)
		return err;
	if ((parsed.mods & STROKE_CONTROL) && parsed.key >= 'A' &&
	    parsed.key <= 'Z')
		parsed.key += 'a' - 'A';
	*stroke = parsed;
	return 0;
}
