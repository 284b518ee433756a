/* prekey.h: members' prekeys that a camserver hands out, each once. */
#ifndef CAM_STORE_PREKEY_H
#define CAM_STORE_PREKEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct store;

enum {
	PREKEY_HELD_MAX = 100,	/* of one member */
	PREKEY_SHARE = 20,	/* of one filling, for one asker */
	PREKEY_BLOB_MAX = 1024, /* of one */
};

struct store_prekey {
	uint32_t id;
	struct span bytes;
};

/*
 * Holds those as well; what is there already, or would be too many, is left
 * out. Whoever asks has his whole share again. CAM_ERR_LIMIT: one is longer
 * than PREKEY_BLOB_MAX, and none is held.
 */
int store_prekey_add(struct store *store, int64_t owner,
    const struct store_prekey *prekeys, size_t count);
/* Those of these ids are not handed out any more. */
int store_prekey_drop(
    struct store *store, int64_t owner, const uint32_t *ids, size_t count);
/* Ids of those held, in order, *count of at most PREKEY_HELD_MAX. */
int store_prekey_list(struct store *store, int64_t owner,
    uint32_t ids[PREKEY_HELD_MAX], size_t *count);
/*
 * Takes at most count out, none of them ever again, the oldest first, and no
 * more than the asker's share of this filling (threat model 5.2); take gets
 * each, borrowed. *left: how many are held now.
 */
int store_prekey_take(struct store *store, int64_t owner, int64_t asker,
    size_t count, void (*take)(struct span bytes, void *arg), void *arg,
    size_t *left);
/* All of the member's, and what he has taken. */
int store_prekey_forget(struct store *store, int64_t member);

#endif
