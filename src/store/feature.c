/* feature.c: what messages are looked for by, as numbers. */
#include "store/feature.h"

#include <stdbool.h>

#include "store/query.h"
#include "store/segment.h"
#include "store/tokenizer.h"

/* FNV-1a, its halves folded together. */
uint32_t
feature_token(struct span token)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < token.len; i++)
		hash = (hash ^ token.data[i]) * UINT64_C(0x100000001b3);
	return (uint32_t)(hash ^ hash >> 32) | FEATURE_TOKEN;
}

uint32_t
feature_pair(uint32_t first, uint32_t second)
{
	uint64_t both = (uint64_t)first << 32 | second;

	return (uint32_t)(both * UINT64_C(0x9e3779b97f4a7c15) >> 34) |
	       FEATURE_PAIR;
}

uint32_t
feature_shared(uint32_t pair)
{
	return 1 + pair % FEATURE_SHARED;
}

struct position {
	uint32_t feature; /* of its first token */
	bool is_character;
};

struct extraction {
	void (*token)(uint32_t feature, void *arg);
	void (*pair)(uint32_t first, uint32_t second, void *arg);
	void *arg;
	struct position before;
	struct position here;
};

static int
on_token(struct span token, bool same, void *arg)
{
	struct extraction *extraction = arg;
	struct position position = { feature_token(token),
		segment_is_character(token) };
	const struct position *before = &extraction->before;

	extraction->token(position.feature, extraction->arg);
	if (token.data[0] == QUERY_TERM)
		return 0;
	if (!same) {
		extraction->before = extraction->here;
		extraction->here = position;
	}
	if (before->feature != FEATURE_NONE &&
	    !(before->is_character && position.is_character))
		extraction->pair(
		    before->feature, position.feature, extraction->arg);
	return 0;
}

void
feature_each(struct span document, void (*token)(uint32_t feature, void *arg),
    void (*pair)(uint32_t first, uint32_t second, void *arg), void *arg)
{
	struct extraction extraction = {
		.token = token, .pair = pair, .arg = arg
	};

	tokenize_document(document, on_token, &extraction);
}
