/* segment.h: text cut into the tokens that the search index holds. */
#ifndef CAM_STORE_SEGMENT_H
#define CAM_STORE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/*
 * Text is normalised (NFKC, case folded, invisible characters dropped) and cut:
 *
 *	Latin and the like	a word is a token
 *	Han, kana, hangul, Thai	a character is a token, and so are each two
 *				that follow each other
 *	emoji, signs		each a token
 *
 * Everything else separates. Tokens have positions, one after the other: a
 * pair has that of its first character. A query for what was written together
 * is its tokens at consecutive positions, and finds it anywhere in a text; of
 * characters it needs only the pairs.
 */
enum segment_purpose { SEGMENT_TEXT, SEGMENT_QUERY };

/* A token in bytes is at most this long: the rest of a word is cut off. */
enum { SEGMENT_TOKEN_MAX = 64 };

/*
 * Calls token for every token; same is true where it has the position of the
 * one before. What token returns, when not 0, ends it. text need not be valid
 * UTF-8: what is not separates. The tokens' bytes are lower-case letters,
 * digits and bytes above 0x7f.
 */
int segment(struct span text, enum segment_purpose purpose,
    int (*token)(struct span token, bool same, void *arg), void *arg);
/* Whether the token is one of such characters, or two. */
bool segment_is_character(struct span token);

#endif
