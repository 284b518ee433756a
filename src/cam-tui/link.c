/* link.c: links in what people write. */
#include "cam-tui/link.h"

#include <stdint.h>
#include <string.h>

#include "base/number.h"

/* VTE 0.50: before that it dropped the text, or crashed. */
enum { VTE_FIRST = 5000, VTE_LAST = 1000000 };

static bool
is_word(uint8_t byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9');
}

/* RFC 3986, appendix A: unreserved, reserved and percent. */
static bool
is_url(uint8_t byte)
{
	return is_word(byte) ||
	       (byte != '\0' &&
		   strchr("-._~:/?#[]@!$&'()*+,;=%", byte) != NULL);
}

static bool
has_scheme(struct span text, size_t colon, const char *scheme)
{
	size_t len = strlen(scheme);

	if (colon < len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((text.data[colon - len + i] | 0x20) != scheme[i])
			return false;
	}
	return colon == len ||
	       (!is_word(text.data[colon - len - 1]) &&
		   strchr("+.-_", text.data[colon - len - 1]) == NULL);
}

/* The length of the scheme that ends at the colon, where what follows it can go
 * on so; else 0. */
static size_t
scheme_at(struct span text, size_t colon)
{
	static const char *const schemes[] = { "https", "http", "ftp" };
	struct span rest = span_of(text.data + colon + 1, text.len - colon - 1);

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		if (has_scheme(text, colon, schemes[i]))
			return span_starts(rest, "//") && rest.len > 2 &&
				       (is_word(rest.data[2]) ||
					   rest.data[2] == '[')
				   ? strlen(schemes[i])
				   : 0;
	}
	return has_scheme(text, colon, "mailto") && rest.len > 0 &&
		       is_word(rest.data[0])
		   ? strlen("mailto")
		   : 0;
}

/* What ends a sentence belongs to that; of brackets only what was opened inside
 * belongs to the link. */
static struct span
trimmed(struct span link)
{
	long round = 0, square = 0; /* closed, less what was opened */

	for (size_t i = 0; i < link.len; i++) {
		uint8_t byte = link.data[i];

		round += (byte == ')') - (byte == '(');
		square += (byte == ']') - (byte == '[');
	}
	while (link.len > 0) {
		uint8_t last = link.data[link.len - 1];

		if (last == ')' && round > 0)
			round--;
		else if (last == ']' && square > 0)
			square--;
		else if (strchr(".,;:!?'*", last) == NULL)
			break;
		link.len--;
	}
	return link;
}

static bool
is_whole(struct span link, size_t scheme)
{
	struct span rest = span_of(link.data + scheme, link.len - scheme), name;

	if (link.len > LINK_URL_MAX)
		return false;
	if (span_starts(rest, "://"))
		return rest.len > 3;
	return span_cut(&rest, '@', &name) && name.len > 1 && rest.len > 0;
}

bool
link_find(struct span text, size_t from, struct span *link)
{
	size_t at = from;

	while (at < text.len) {
		const uint8_t *found =
		    memchr(text.data + at, ':', text.len - at);
		size_t colon, scheme;
		struct span whole;

		if (found == NULL)
			return false;
		colon = (size_t)(found - text.data);
		at = colon + 1;
		scheme = scheme_at(text, colon);
		if (scheme == 0 || colon - scheme < from)
			continue;
		while (at < text.len && is_url(text.data[at]))
			at++;
		whole = trimmed(
		    span_of(text.data + colon - scheme, at - colon + scheme));
		if (whole.len < scheme || !is_whole(whole, scheme))
			continue;
		*link = whole;
		return true;
	}
	return false;
}

bool
link_terminal_takes(const char *term, const char *tmux, const char *vte_version,
    const char *colorterm)
{
	uint64_t vte = VTE_FIRST;

	if (term == NULL || strcmp(term, "dumb") == 0 ||
	    strncmp(term, "linux", 5) == 0 || strncmp(term, "eterm", 5) == 0)
		return false;
	/* GNU screen; tmux before 3.4 leaves them out by itself. */
	if (strncmp(term, "screen", 6) == 0 && tmux == NULL)
		return false;
	/* tmux is what takes them then, whatever it runs in. */
	if (tmux != NULL)
		return true;
	if (colorterm != NULL && strcmp(colorterm, "xfce4-terminal") == 0 &&
	    vte_version == NULL)
		return false;
	if (vte_version != NULL &&
	    number_decimal(span_text(vte_version), VTE_LAST, &vte) != 0)
		return false;
	return vte >= VTE_FIRST;
}
