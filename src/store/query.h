/* query.h: what a user searches for, as an expression of the index. */
#ifndef CAM_STORE_QUERY_H
#define CAM_STORE_QUERY_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Appends the expression for words (see history.h). Whatever words holds it
 * stays a search for text: everything is quoted. CAM_ERR_REQUEST: nothing in it
 * to search for. CAM_ERR_LIMIT, CAM_ERR_CHARSET.
 */
int query_words(const char *words, struct buf *expression);

/* Terms that every message of the talk, or with the user in it, has. */
void query_talk(int64_t talk, struct buf *term);
void query_user(int64_t uid, struct buf *term);
/* What precedes the text of a message in the index; users as in table talk. */
void query_header(int64_t talk, const char *users, struct buf *header);
/* Where the text begins in what query_header() began; terms are before it. */
enum { QUERY_TERM = 1, QUERY_HEADER_END = 2 };

#endif
