/* table.c: a hash table of things that carry their own link. */
#include "base/table.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/random.h"

enum { FIRST_SIZE = 16 };

void
table_init(struct table *table)
{
	*table = (struct table){ 0 };
	random_bytes(table->seed, sizeof table->seed);
}

void
table_finish(struct table *table)
{
	free(table->slots);
	table->slots = NULL;
	table->size = table->count = 0;
}

static uint64_t
rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static uint64_t
byte_of(uint8_t byte, bool fold)
{
	return fold && byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
}

/* SipHash-1-3: one round a word, three at the end (Aumasson and Bernstein,
 * 2012). */
static uint64_t
sip_hash(const uint64_t seed[2], const uint8_t *key, size_t len, bool fold)
{
	uint64_t v[4] = {
		seed[0] ^ 0x736f6d6570736575,
		seed[1] ^ 0x646f72616e646f6d,
		seed[0] ^ 0x6c7967656e657261,
		seed[1] ^ 0x7465646279746573,
	};
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++) {
		word |= byte_of(key[i], fold) << 8 * (i % 8);
		if (i % 8 == 7) {
			v[3] ^= word;
			sip_round(v);
			v[0] ^= word;
			word = 0;
		}
	}
	word |= (uint64_t)len << 56;
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t
table_hash(const struct table *table, const void *key, size_t len)
{
	return sip_hash(table->seed, key, len, false);
}

uint64_t
table_hash_fold(const struct table *table, const void *key, size_t len)
{
	return sip_hash(table->seed, key, len, true);
}

static struct table_link **
slot_of(const struct table *table, uint64_t hash)
{
	return &table->slots[hash & (table->size - 1)];
}

static void
grow(struct table *table)
{
	struct table_link **old = table->slots;
	size_t old_size = table->size;

	table->size = old_size > 0 ? 2 * old_size : FIRST_SIZE;
	table->slots = xcalloc(table->size, sizeof *table->slots);
	for (size_t i = 0; i < old_size; i++) {
		struct table_link *link = old[i];

		while (link != NULL) {
			struct table_link *next = link->next;
			struct table_link **slot = slot_of(table, link->hash);

			link->next = *slot;
			*slot = link;
			link = next;
		}
	}
	free(old);
}

void
table_add(struct table *table, struct table_link *link, uint64_t hash)
{
	struct table_link **slot = NULL;

	if (table->count >= table->size)
		grow(table);
	slot = slot_of(table, hash);
	link->hash = hash;
	link->next = *slot;
	*slot = link;
	table->count++;
}

void
table_remove(struct table *table, struct table_link *link)
{
	struct table_link **at = NULL;

	if (table->size == 0)
		return;
	for (at = slot_of(table, link->hash); *at != NULL; at = &(*at)->next) {
		if (*at == link) {
			*at = link->next;
			link->next = NULL;
			table->count--;
			return;
		}
	}
}

struct table_link *
table_find(const struct table *table, uint64_t hash,
    bool (*same)(const struct table_link *link, const void *key),
    const void *key)
{
	struct table_link *link = NULL;

	if (table->size == 0)
		return NULL;
	for (link = *slot_of(table, hash); link != NULL; link = link->next) {
		if (link->hash == hash && same(link, key))
			return link;
	}
	return NULL;
}

static struct table_link *
first_from(const struct table *table, size_t slot)
{
	for (; slot < table->size; slot++) {
		if (table->slots[slot] != NULL)
			return table->slots[slot];
	}
	return NULL;
}

struct table_link *
table_first(const struct table *table)
{
	return first_from(table, 0);
}

struct table_link *
table_next(const struct table *table, const struct table_link *link)
{
	if (link->next != NULL)
		return link->next;
	return first_from(table, (link->hash & (table->size - 1)) + 1);
}

static struct table_link *
same_hash(struct table_link *link, uint64_t hash)
{
	while (link != NULL && link->hash != hash)
		link = link->next;
	return link;
}

struct table_link *
table_first_of(const struct table *table, uint64_t hash)
{
	return table->size > 0 ? same_hash(*slot_of(table, hash), hash) : NULL;
}

struct table_link *
table_next_of(const struct table_link *link)
{
	return same_hash(link->next, link->hash);
}
