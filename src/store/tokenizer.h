/* tokenizer.h: our tokens, as FTS5 asks for them. */
#ifndef CAM_STORE_TOKENIZER_H
#define CAM_STORE_TOKENIZER_H

struct store;

/*
 * Makes the tokenizer "cam" known to the connection. It takes documents (what
 * query_put_header() makes, then a text) and tokens and terms of queries.
 * CAM_ERR_UNSUPPORTED: this SQLite has no FTS5.
 */
int tokenizer_register(struct store *store);

#endif
