/* table.h: a hash table of things that carry their own link. */
#ifndef CAM_TABLE_H
#define CAM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A member of the thing kept; costs 16 bytes and no allocation. */
struct table_link {
	struct table_link *next;
	uint64_t hash;
};

struct table {
	struct table_link **slots;
	size_t size; /* a power of two, or 0 */
	size_t count;
	uint64_t seed[2];
};

/* Seeds the hash from the system's randomness, so that nobody outside can make
 * keys collide. */
void table_init(struct table *table);
/* Frees the slots, not the things. */
void table_finish(struct table *table);

/* SipHash-1-3 of the bytes under the table's seed. With fold ASCII letters hash
 * alike in either case. */
uint64_t table_hash(const struct table *table, const void *key, size_t len);
uint64_t table_hash_fold(
    const struct table *table, const void *key, size_t len);

void table_add(struct table *table, struct table_link *link, uint64_t hash);
void table_remove(struct table *table, struct table_link *link);
/* The first thing with that hash for which same(link, key) holds, or NULL. */
struct table_link *table_find(const struct table *table, uint64_t hash,
    bool (*same)(const struct table_link *link, const void *key),
    const void *key);
/* All with one hash, one after the other; NULL at the end. Links must stay
 * meanwhile. */
struct table_link *table_first_of(const struct table *table, uint64_t hash);
struct table_link *table_next_of(const struct table_link *link);
/* For a walk: the first, then the one after; the present one may be removed
 * meanwhile only if next was taken first. */
struct table_link *table_first(const struct table *table);
struct table_link *table_next(
    const struct table *table, const struct table_link *link);

/* The thing around its link. */
#define container_of(ptr, type, member)                                        \
	((type *)((char *)(ptr)-offsetof(type, member)))

#endif
