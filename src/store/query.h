/* query.h: what a user searches for: as an expression of the index, and as a
 * test of texts. */
#ifndef CAM_STORE_QUERY_H
#define CAM_STORE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/history.h"

struct query_token {
	uint16_t start; /* in bytes */
	uint16_t len;
};

/*
 * The tokens of words (see history.h), term by term. Bit i of starts and ends
 * says that token i is the first, the last of its term; the tokens of a term
 * follow each other in a text.
 */
struct query {
	struct buf bytes;
	struct query_token tokens[STORE_QUERY_WORDS];
	size_t count;
	uint64_t starts;
	uint64_t ends;
};

/*
 * CAM_ERR_REQUEST: nothing in it to search for. CAM_ERR_LIMIT,
 * CAM_ERR_CHARSET. Release with query_finish(), also after an error.
 */
int query_parse(struct query *query, const char *words);
void query_finish(struct query *query);

/*
 * Appends the expression for messages that have every token. Whatever the words
 * hold it stays a search for text: everything is quoted.
 */
void query_put_words(const struct query *query, struct buf *expression);
/* The same for one token alone. */
void query_put_word(
    const struct query *query, size_t i, struct buf *expression);
/* The feature of token i, and of its pair with the next where one says that
 * (feature.h), else FEATURE_NONE. */
uint32_t query_feature(const struct query *query, size_t i);
uint32_t query_pair(const struct query *query, size_t i);
/* Whether that is not enough: the order of tokens has to be looked at. */
bool query_has_order(const struct query *query);
/* Whether text has every term. */
bool query_fits(const struct query *query, const char *text);

/* Appends the term that every message of the talk, or with that user, has. */
void query_put_talk(int64_t talk, struct buf *expression);
void query_put_user(int64_t uid, struct buf *expression);
/* Appends what precedes a message's text in the index; users as in table talk.
 */
void query_put_header(int64_t talk, const char *users, struct buf *document);

/*
 * Bytes that begin what is a token as it is, for the tokenizer: a term of a
 * header, the end of a header, a token of a query. No text reaches it with one
 * of them in front, for documents begin with a header.
 */
enum { QUERY_TERM = 1, QUERY_HEADER_END = 2, QUERY_TOKEN = 3 };

#endif
