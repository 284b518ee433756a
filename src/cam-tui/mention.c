/* mention.c: whether a text names somebody. */
#include "cam-tui/mention.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text.h"

/* From here on scripts are written without blanks, or with endings joined to
 * names. */
enum { BLANKLESS_FROM = 0x0E00 };

/* Of ASCII nothing but the case can be taken away. */
static char *
fold_ascii(struct span text)
{
	char *folded = span_dup(text);

	for (char *at = folded; *at != '\0'; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at += 'a' - 'A';
	}
	return folded;
}

static bool
is_ascii(struct span text)
{
	size_t i = 0;

	while (i < text.len && text.data[i] < 0x80)
		i++;
	return i == text.len;
}

/* Case and width taken away; NULL: it is no text. Release with free(). */
static char *
fold(struct span text)
{
	utf8proc_uint8_t *folded = NULL;

	if (is_ascii(text))
		return fold_ascii(text);
	if (utf8proc_map(text.data, (utf8proc_ssize_t)text.len, &folded,
		UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
		    UTF8PROC_CASEFOLD) < 0)
		return NULL;
	return (char *)folded;
}

static bool
is_word(uint32_t codepoint)
{
	utf8proc_category_t category =
	    utf8proc_category((utf8proc_int32_t)codepoint);

	if (codepoint >= BLANKLESS_FROM)
		return false;
	return codepoint == '_' || (category >= UTF8PROC_CATEGORY_LU &&
				       category <= UTF8PROC_CATEGORY_NO);
}

static uint32_t
first_of(const char *text)
{
	uint32_t codepoint = 0;

	utf8_next(span_text(text), &codepoint);
	return codepoint;
}

/* Of what ends at end, which is not the start. */
static uint32_t
last_of(const char *start, const char *end)
{
	do {
		end--;
	} while (end > start && ((unsigned char)*end & 0xC0) == 0x80);
	return first_of(end);
}

static bool
is_one_letter(const char *name)
{
	uint32_t codepoint = 0;

	return utf8_next(span_text(name), &codepoint) == strlen(name) &&
	       codepoint >= BLANKLESS_FROM;
}

static bool
stands_alone(const char *text, const char *at, const char *name)
{
	const char *end = at + strlen(name);

	if (at > text && is_word(last_of(text, at)) && is_word(first_of(name)))
		return false;
	return *end == '\0' || !is_word(first_of(end)) ||
	       !is_word(last_of(name, name + strlen(name)));
}

/* Both folded. */
static bool
has_name(const char *text, const char *name)
{
	bool needs_at = is_one_letter(name);

	if (name[0] == '\0')
		return false;
	for (const char *at = text; (at = strstr(at, name)) != NULL; at++) {
		if (needs_at ? at > text && at[-1] == '@'
			     : stands_alone(text, at, name))
			return true;
	}
	return false;
}

/* "mail@all.example" is none. */
static bool
has_all(const char *text)
{
	for (const char *at = text; (at = strstr(at, "@all")) != NULL; at++) {
		if ((at == text || !is_word(last_of(text, at))) &&
		    !is_word(first_of(at + strlen("@all"))))
			return true;
	}
	return false;
}

bool
mention_find(const char *text, const char *const *names, size_t count)
{
	size_t len = utf8_cut(span_text(text), MENTION_TEXT_MAX);
	char *folded = fold(span_of(text, len));
	bool found = folded != NULL && has_all(folded);

	for (size_t i = 0; folded != NULL && i < count && !found; i++) {
		char *name = fold(span_text(names[i]));

		found = name != NULL && has_name(folded, name);
		free(name);
	}
	free(folded);
	return found;
}
