/* seen.h: what was received before, by hash (threat model N5). */
#ifndef CAM_STORE_SEEN_H
#define CAM_STORE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum { STORE_HASH_SIZE = 32 };

struct store_hash {
	uint8_t hash[STORE_HASH_SIZE]; /* SHA-256 */
	int64_t expires_ms;
	/* Of what it is the hash of, the same at each repetition; 0: it has
	 * none. Those of one time are written to the same place. */
	int64_t time_ms;
};

/*
 * Remembers the hash for row (0: of no message). *earlier is -1, or the row it
 * was remembered for before; then only its time is prolonged.
 */
int store_seen_add(struct store *store, const struct store_hash *hash,
    int64_t row, int64_t *earlier);
/* *earlier as above. */
int store_seen_find(
    struct store *store, const struct store_hash *hash, int64_t *earlier);
/* Forgets at most max that expired before now_ms; count is how many. */
int store_seen_purge(
    struct store *store, int64_t now_ms, size_t max, size_t *count);

#endif
