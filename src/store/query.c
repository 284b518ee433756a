/* query.c: what a user searches for. */
#include "store/query.h"

#include <string.h>

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "store/feature.h"
#include "store/segment.h"

/* Normalising makes text longer, seldom by much. */
enum { BYTES_MAX = STORE_QUERY_WORDS * SEGMENT_TOKEN_MAX };

/* -- parsing -------------------------------------------------------------- */

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
add_token(struct span token, bool same, void *arg)
{
	struct query *query = arg;
	struct query_token *place = &query->tokens[query->count];

	if (query->count == STORE_QUERY_WORDS)
		return CAM_ERR_LIMIT;
	place->start = (uint16_t)query->bytes.len;
	place->len = (uint16_t)token.len;
	buf_put_span(&query->bytes, token);
	query->count++;
	return 0;
}

/* A term without a token in it separates, no more. */
static int
add_term(struct query *query, struct span term)
{
	size_t before = query->count;
	int err = segment(term, SEGMENT_QUERY, add_token, query);

	if (err == 0 && query->count > before) {
		query->starts |= (uint64_t)1 << before;
		query->ends |= (uint64_t)1 << (query->count - 1);
	}
	return err;
}

static int
parse_terms(struct query *query, struct span rest)
{
	struct span term = span_of(rest.data, 0);
	bool in_quotes = false;
	uint32_t c = 0;
	int err = 0;

	while (err == 0 && rest.len > 0) {
		size_t len = utf8_next(rest, &c);

		rest = span_of(rest.data + len, rest.len - len);
		if (!is_quote(c) && (in_quotes || !is_blank(c))) {
			term.len += len;
			continue;
		}
		in_quotes = is_quote(c) ? !in_quotes : in_quotes;
		err = add_term(query, term);
		term = span_of(rest.data, 0);
	}
	return err != 0 ? err : add_term(query, term);
}

int
query_parse(struct query *query, const char *words)
{
	size_t len = strnlen(words, STORE_QUERY_MAX + 1);
	int err;

	*query = (struct query){ .count = 0 };
	buf_init(&query->bytes, BYTES_MAX);
	if (len > STORE_QUERY_MAX)
		return CAM_ERR_LIMIT;
	if (!utf8_is_valid(span_of(words, len)))
		return CAM_ERR_CHARSET;
	err = parse_terms(query, span_of(words, len));
	if (err != 0)
		return err;
	return query->count > 0 ? 0 : CAM_ERR_REQUEST;
}

void
query_finish(struct query *query)
{
	buf_finish(&query->bytes);
}

static struct span
token_at(const struct query *query, size_t i)
{
	return span_of(
	    query->bytes.data + query->tokens[i].start, query->tokens[i].len);
}

/* -- the expression ------------------------------------------------------- */

void
query_put_word(const struct query *query, size_t i, struct buf *expression)
{
	buf_put_byte(expression, '"');
	buf_put_byte(expression, QUERY_TOKEN);
	buf_put_span(expression, token_at(query, i));
	buf_put_byte(expression, '"');
}

void
query_put_words(const struct query *query, struct buf *expression)
{
	for (size_t i = 0; i < query->count; i++) {
		buf_put_text(expression, i > 0 ? " AND " : "");
		query_put_word(query, i, expression);
	}
}

uint32_t
query_feature(const struct query *query, size_t i)
{
	return feature_token(token_at(query, i));
}

uint32_t
query_pair(const struct query *query, size_t i)
{
	if (i + 1 >= query->count || query->ends >> i & 1 ||
	    (segment_is_character(token_at(query, i)) &&
		segment_is_character(token_at(query, i + 1))))
		return FEATURE_NONE;
	return feature_pair(
	    query_feature(query, i), query_feature(query, i + 1));
}

/* Not by printf: this is done for every message that is added. */
static void
put_term(char kind, uint64_t number, struct buf *out)
{
	char digits[20];
	size_t i = sizeof digits;

	do {
		digits[--i] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	buf_put_byte(out, QUERY_TERM);
	buf_put_byte(out, (uint8_t)kind);
	buf_put(out, digits + i, sizeof digits - i);
}

void
query_put_talk(int64_t talk, struct buf *expression)
{
	buf_put_byte(expression, '"');
	put_term('t', (uint64_t)talk, expression);
	buf_put_byte(expression, '"');
}

void
query_put_user(int64_t uid, struct buf *expression)
{
	buf_put_byte(expression, '"');
	put_term('u', (uint64_t)uid, expression);
	buf_put_byte(expression, '"');
}

/* A talk with one user needs no term for that user: its own says as much. */
void
query_put_header(int64_t talk, const char *users, struct buf *document)
{
	struct span rest = span_text(users), uid;
	bool is_set = strchr(users, ',') != NULL;

	put_term('t', (uint64_t)talk, document);
	while (is_set) {
		is_set = span_cut(&rest, ',', &uid);
		buf_put_byte(document, QUERY_TERM);
		buf_put_byte(document, 'u');
		buf_put_span(document, is_set ? uid : rest);
	}
	buf_put_byte(document, QUERY_HEADER_END);
}

/* -- the test ------------------------------------------------------------- */

bool
query_has_order(const struct query *query)
{
	return query->starts != query->ends;
}

/*
 * Bit i of reached: the tokens of its term up to i are those at the positions
 * up to this one; here: token i is one of those at this position.
 */
struct fitting {
	const struct query *query;
	uint64_t reached;
	uint64_t here;
	uint64_t found; /* ends of terms that were reached */
};

static void
end_position(struct fitting *fitting)
{
	fitting->reached =
	    (fitting->reached << 1 | fitting->query->starts) & fitting->here;
	fitting->found |= fitting->reached & fitting->query->ends;
	fitting->here = 0;
}

static int
fit_token(struct span token, bool same, void *arg)
{
	struct fitting *fitting = arg;
	const struct query *query = fitting->query;

	if (!same)
		end_position(fitting);
	for (size_t i = 0; i < query->count; i++) {
		if (token.len == query->tokens[i].len &&
		    span_equal(token, token_at(query, i)))
			fitting->here |= (uint64_t)1 << i;
	}
	return fitting->found == query->ends;
}

bool
query_fits(const struct query *query, const char *text)
{
	struct fitting fitting = { .query = query };

	segment(span_text(text), SEGMENT_TEXT, fit_token, &fitting);
	end_position(&fitting);
	return fitting.found == query->ends;
}
