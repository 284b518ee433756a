/* choice.c: a question's choices: its last lines, numbered "1) yes", "2) no".
 */
#include "base/choice.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

/* What is longer than the longest choice with its number, in its widest form,
 * is a text of its own. */
enum { ANSWER_MAX = 4 * CHOICE_MAX };

/* -- in a text --------------------------------------------------------------
 */

/* Takes the last line off rest. */
static bool
cut_last(struct span *rest, struct span *line)
{
	size_t start = rest->len;

	if (rest->data == NULL)
		return false;
	while (start > 0 && rest->data[start - 1] != '\n')
		start--;
	*line = span_of(rest->data + start, rest->len - start);
	*rest = start > 0 ? span_of(rest->data, start - 1) : span_of(NULL, 0);
	return true;
}

/* "12) text": its number, or 0 where the line is something else. */
static size_t
parse_line(struct span line, struct span *choice)
{
	struct span number;
	uint64_t value = 0;

	if (!span_cut(&line, ')', &number) || line.len < 2 ||
	    line.data[0] != ' ' || number.len == 0 || number.data[0] == '0' ||
	    number_decimal(number, CHOICES_MAX, &value) < 0)
		return 0;
	*choice = span_of(line.data + 1, line.len - 1);
	return choice_is_valid(*choice) ? value : 0;
}

void
choices_read(struct span text, struct choices *choices)
{
	struct span line = { 0 }, choice = { 0 };
	size_t number, next = 0, count = 0;

	choices->count = 0;
	do {
		if (!cut_last(&text, &line) ||
		    (number = parse_line(line, &choice)) == 0 ||
		    (next != 0 && number != next))
			return;
		if (next == 0)
			count = number;
		choices->list[number - 1] = choice;
		next = number - 1;
	} while (number > 1);
	choices->count = count;
}

void
choices_write(const struct choices *choices, struct buf *buf)
{
	for (size_t i = 0; i < choices->count; i++) {
		if (buf->len > 0)
			buf_put_byte(buf, '\n');
		buf_printf(buf, "%zu) ", i + 1);
		buf_put_span(buf, choices->list[i]);
	}
}

/* -- an answer --------------------------------------------------------------
 */

static bool
is_blank(uint32_t codepoint)
{
	return codepoint <= ' ' ||
	       utf8proc_category((utf8proc_int32_t)codepoint) ==
		   UTF8PROC_CATEGORY_ZS;
}

static struct span
trim(struct span text)
{
	uint32_t codepoint = 0;
	size_t len;

	while ((len = utf8_next(text, &codepoint)) > 0 && is_blank(codepoint))
		text = span_of(text.data + len, text.len - len);
	for (len = text.len; len > 0;) {
		do
			len--;
		while (len > 0 && (text.data[len] & 0xc0) == 0x80);
		if (utf8_next(span_of(text.data + len, text.len - len),
			&codepoint) == 0 ||
		    !is_blank(codepoint))
			break;
		text.len = len;
	}
	return text;
}

bool
choice_is_valid(struct span choice)
{
	uint32_t codepoint = 0;
	size_t len;

	if (choice.len == 0 || choice.len > CHOICE_MAX ||
	    trim(choice).len != choice.len)
		return false;
	for (; choice.len > 0;
	     choice = span_of(choice.data + len, choice.len - len)) {
		len = utf8_next(choice, &codepoint);
		if (len == 0 || codepoint < ' ' ||
		    (codepoint >= 0x7f && codepoint < 0xa0))
			return false;
	}
	return true;
}

/* The only line that is neither quoted nor blank; empty where there are
 * several. */
static struct span
only_line(struct span text)
{
	struct span line, found = { 0 };
	bool more = true;

	while (more) {
		more = span_cut(&text, '\n', &line);
		line = trim(more ? line : text);
		if (line.len == 0 || line.data[0] == '>')
			continue;
		if (found.len > 0)
			return span_of(NULL, 0);
		found = line;
	}
	return found;
}

/* The same for all that people see as the same; NULL for what is no text. */
static char *
fold(struct span text)
{
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t len =
	    utf8proc_map(text.data, (utf8proc_ssize_t)text.len, &folded,
		(utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT |
				    UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD |
				    UTF8PROC_IGNORE));

	return len < 0 ? NULL : (char *)folded;
}

/* "no." and "2)" are said of "no" and of 2. */
static struct span
without_end(const char *text)
{
	static const char *const ends[] = { ")", ".", "\xe3\x80\x82" };
	struct span span = trim(span_text(text));

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		size_t len = strlen(ends[i]);

		if (span.len > len &&
		    memcmp(span.data + span.len - len, ends[i], len) == 0)
			return trim(span_of(span.data, span.len - len));
	}
	return span;
}

static bool
means(struct span answer, const char *choice)
{
	struct span whole = trim(span_text(choice));

	return span_equal(answer, whole) ||
	       span_equal(answer, without_end(choice));
}

/* Whether the answer is the choice's text or, numbered, its whole line. */
static bool
is_choice(struct span answer, struct span choice, size_t number)
{
	char *line = xasprintf(
	    "%zu) %.*s", number, (int)choice.len, (const char *)choice.data);
	char *whole = fold(span_text(line)), *text = fold(choice);
	bool is = (text != NULL && means(answer, text)) ||
		  (whole != NULL && means(answer, whole));

	free(text);
	free(whole);
	free(line);
	return is;
}

static int
match(const struct choices *choices, struct span answer)
{
	uint64_t number = 0;

	for (size_t i = 0; i < choices->count; i++) {
		if (is_choice(answer, choices->list[i], i + 1))
			return (int)i;
	}
	if (number_decimal(answer, choices->count, &number) == 0 && number > 0)
		return (int)number - 1;
	return -1;
}

int
choices_match(const struct choices *choices, struct span answer)
{
	struct span line = only_line(answer);
	char *folded = NULL;
	int found = -1;

	if (line.len > 0 && line.len <= ANSWER_MAX)
		folded = fold(line);
	if (folded == NULL)
		return -1;
	/* A choice may itself end as answers do: "etc." */
	found = match(choices, trim(span_text(folded)));
	if (found < 0)
		found = match(choices, without_end(folded));
	free(folded);
	return found;
}
