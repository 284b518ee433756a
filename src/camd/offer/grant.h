/* grant.h: leave to fetch one offer of ours, its source open. */
#ifndef CAM_CAMD_GRANT_H
#define CAM_CAMD_GRANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#include "camd/offer/key.h"
#include "crypto/chunk.h"
#include "crypto/digest.h"
#include "store/word.h"

struct grant {
	struct offer_key key;
	int64_t uid;	  /* who asked: of key.uid what he is known by now */
	char id[ID_SIZE]; /* of the message */
	char *name;	  /* as offered, UTF-8 */
	enum store_kind kind;
	uint64_t size;
	int64_t mtime; /* seconds */
	uint32_t attr; /* as in attachment lists */
	bool has_key;
	uint8_t file_key[CHUNK_KEY_SIZE];
	bool has_digest;
	uint8_t digest[SHA256_SIZE];
	int source;    /* open for reading, the grant's own */
	bool was_done; /* he has fetched it whole before */
};

/* Closes, wipes and frees. NULL is fine. */
void grant_free(struct grant *grant);

#endif
