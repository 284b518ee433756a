/* feature.h: what messages are looked for by, as numbers. */
#ifndef CAM_STORE_FEATURE_H
#define CAM_STORE_FEATURE_H

#include <stdint.h>

#include "base/span.h"

/*
 * The feature of a token (segment.h, or a term of query_put_header()) is a hash
 * of it from FEATURE_TOKEN on; that of two that follow each other, of which one
 * is not a character, from FEATURE_PAIR on: characters that follow each other
 * are a token anyway. Pairs that are rare share 1 .. FEATURE_SHARED. Different
 * things can have the same feature, so it tells only what is not there. The
 * numbers are in databases.
 */
enum { FEATURE_NONE = 0, FEATURE_SHARED = 4096, FEATURE_PAIR = 0x40000000 };
#define FEATURE_TOKEN UINT32_C(0x80000000)

uint32_t feature_token(struct span token);
/* Of the two tokens' features. */
uint32_t feature_pair(uint32_t first, uint32_t second);
/* What it shares with others when it is rare. */
uint32_t feature_shared(uint32_t pair);

/*
 * Calls token for each token of a document, a header and a text, and pair for
 * each two of which feature_pair() is there to be found.
 */
void feature_each(struct span document,
    void (*token)(uint32_t feature, void *arg),
    void (*pair)(uint32_t first, uint32_t second, void *arg), void *arg);

#endif
