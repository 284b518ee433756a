/* tokenizer.h: our tokens, as FTS5 asks for them. */
#ifndef CAM_STORE_TOKENIZER_H
#define CAM_STORE_TOKENIZER_H

#include <stdbool.h>

#include "base/span.h"

struct store;

/* The tokens of a document, what query_put_header() makes and then a text, as
 * from segment(). */
int tokenize_document(struct span document,
    int (*token)(struct span token, bool same, void *arg), void *arg);

/*
 * Makes the tokenizer "cam" known to the connection. It takes documents, and
 * tokens and terms of queries.
 * CAM_ERR_UNSUPPORTED: this SQLite has no FTS5.
 */
int tokenizer_register(struct store *store);

#endif
