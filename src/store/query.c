/* query.c: what a user searches for, as an expression of the index. */
#include "store/query.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "store/history.h"
#include "store/segment.h"

static bool
is_blank(uint32_t c)
{
	return c <= ' ' || c == 0x7f || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool
is_quote(uint32_t c)
{
	return c == '"' || c == 0x201c || c == 0x201d || c == 0xff02;
}

static int
count_token(struct span token, bool same, void *arg)
{
	size_t *count = arg;

	++*count;
	return 0;
}

/* Appends the term quoted; one without a token in it separates, no more. */
static void
add_term(struct buf *expression, struct span term, size_t *count)
{
	size_t before = *count;

	segment(term, SEGMENT_QUERY, count_token, count);
	if (*count == before)
		return;
	buf_put_text(expression, before > 0 ? " AND \"" : "\"");
	buf_put_span(expression, term);
	buf_put_byte(expression, '"');
}

/* In quotes blanks are kept, so that controls never reach a term either. */
static void
take_character(struct buf *term, uint32_t c)
{
	if (is_blank(c))
		buf_put_byte(term, ' ');
	else
		utf8_put(term, c);
}

int
query_words(const char *words, struct buf *expression)
{
	struct span rest = span_text(words);
	struct buf term;
	size_t count = 0, len;
	bool in_quotes = false;

	if (rest.len > STORE_QUERY_MAX)
		return CAM_ERR_LIMIT;
	if (!utf8_is_valid(rest))
		return CAM_ERR_CHARSET;
	buf_init(&term, STORE_QUERY_MAX);
	while (rest.len > 0) {
		uint32_t c = 0;

		len = utf8_next(rest, &c);
		rest = span_of(rest.data + len, rest.len - len);
		if (!is_quote(c) && (in_quotes || !is_blank(c))) {
			take_character(&term, c);
			continue;
		}
		in_quotes = is_quote(c) ? !in_quotes : in_quotes;
		add_term(expression, buf_span(&term), &count);
		buf_clear(&term);
	}
	add_term(expression, buf_span(&term), &count);
	buf_finish(&term);
	if (count > STORE_QUERY_WORDS || buf_failed(expression))
		return CAM_ERR_LIMIT;
	return count > 0 ? 0 : CAM_ERR_REQUEST;
}

void
query_talk(int64_t talk, struct buf *term)
{
	buf_printf(term, "\"\001t%" PRId64 "\"", talk);
}

void
query_user(int64_t uid, struct buf *term)
{
	buf_printf(term, "\"\001u%" PRId64 "\"", uid);
}

/* A talk with one user needs no term for that user: its own says as much. */
void
query_header(int64_t talk, const char *users, struct buf *header)
{
	struct span rest = span_text(users), uid;
	bool is_set = strchr(users, ',') != NULL;

	buf_printf(header, "\001t%" PRId64, talk);
	while (is_set) {
		is_set = span_cut(&rest, ',', &uid);
		if (!is_set)
			uid = rest;
		buf_put_text(header, "\001u");
		buf_put_span(header, uid);
	}
	buf_put_byte(header, QUERY_HEADER_END);
}
