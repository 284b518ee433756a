/* rowset.c: which messages of a block of the index. */
#include "store/rowset.h"

#include <string.h>

#include "base/err.h"

enum { WORDS = ROWSET_SIZE / 64 };

void
rowset_add(struct rowset *set, size_t row)
{
	set->words[row / 64] |= (uint64_t)1 << row % 64;
}

void
rowset_add_range(struct rowset *set, size_t first, size_t last)
{
	for (size_t i = first / 64; i <= last / 64; i++) {
		uint64_t word = UINT64_MAX;

		if (i == first / 64)
			word &= UINT64_MAX << first % 64;
		if (i == last / 64)
			word &= UINT64_MAX >> (63 - last % 64);
		set->words[i] |= word;
	}
}

void
rowset_intersect(struct rowset *set, const struct rowset *other)
{
	for (size_t i = 0; i < WORDS; i++)
		set->words[i] &= other->words[i];
}

size_t
rowset_count(const struct rowset *set)
{
	size_t count = 0;

	for (size_t i = 0; i < WORDS; i++)
		count += (size_t)__builtin_popcountll(set->words[i]);
	return count;
}

bool
rowset_has_more(const struct rowset *set, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < WORDS && found <= count; i++) {
		if (set->words[i] != 0)
			found += (size_t)__builtin_popcountll(set->words[i]);
	}
	return found > count;
}

static bool
find_up(const struct rowset *set, size_t from, size_t *row)
{
	uint64_t word = set->words[from / 64] & UINT64_MAX << from % 64;

	for (size_t i = from / 64;; word = set->words[i]) {
		if (word != 0) {
			*row = i * 64 + (size_t)__builtin_ctzll(word);
			return true;
		}
		if (++i == WORDS)
			return false;
	}
}

static bool
find_last(const struct rowset *set, size_t *row)
{
	for (size_t i = WORDS; i-- > 0;) {
		if (set->words[i] != 0) {
			*row = i * 64 + 63 -
			       (size_t)__builtin_clzll(set->words[i]);
			return true;
		}
	}
	return false;
}

bool
rowset_take(struct rowset *set, bool lowest, size_t *row)
{
	bool found = lowest ? find_up(set, 0, row) : find_last(set, row);

	if (found)
		set->words[*row / 64] &= ~((uint64_t)1 << *row % 64);
	return found;
}

/* -- packed --------------------------------------------------------------- */

static void
pack_bits(const struct rowset *set, struct buf *out)
{
	size_t len = ROWSET_SIZE / 8;

	while (len > 0 &&
	       (uint8_t)(set->words[(len - 1) / 8] >> (len - 1) % 8 * 8) == 0)
		len--;
	buf_put_byte(out, 0);
	for (size_t i = 0; i < len; i++)
		buf_put_byte(out, (uint8_t)(set->words[i / 8] >> i % 8 * 8));
}

struct packing {
	struct buf *out;
	uint64_t bits;
	unsigned count;
};

/* At most 32 bits. */
static void
put_bits(struct packing *packing, uint64_t bits, unsigned count)
{
	packing->bits |= bits << packing->count;
	packing->count += count;
	for (; packing->count >= 8; packing->count -= 8) {
		buf_put_byte(packing->out, (uint8_t)packing->bits);
		packing->bits >>= 8;
	}
}

static void
put_rice(struct packing *packing, size_t number, unsigned k)
{
	size_t zeros = number >> k;

	for (; zeros > 31; zeros -= 31)
		put_bits(packing, 0, 31);
	put_bits(packing, (uint64_t)1 << zeros, (unsigned)zeros + 1);
	put_bits(packing, number & (((size_t)1 << k) - 1), k);
}

/* The best k for rows strewn at random is about the logarithm of their mean
 * distance. */
void
rowset_pack(const struct rowset *set, struct buf *out)
{
	struct packing packing = { .out = out };
	size_t count = rowset_count(set), from = 0, row = 0;
	unsigned k = 4;

	if (count > ROWSET_DENSE) {
		pack_bits(set, out);
		return;
	}
	while (k < ROWSET_BITS && count << (k + 1) <= ROWSET_SIZE)
		k++;
	buf_put_byte(out, (uint8_t)k);
	for (; from < ROWSET_SIZE && find_up(set, from, &row); from = row + 1)
		put_rice(&packing, row - from, k);
	if (packing.count > 0)
		put_bits(&packing, 0, 8 - packing.count);
}

static int
unpack_bits(struct span packed, struct rowset *set)
{
	uint8_t bytes[ROWSET_SIZE / 8] = { 0 };

	if (packed.len > sizeof bytes)
		return CAM_ERR_FORMAT;
	memcpy(bytes, packed.data, packed.len);
	for (size_t i = 0; i < WORDS; i++) {
		const uint8_t *at = bytes + i * 8;

		set->words[i] |= (uint64_t)at[0] | (uint64_t)at[1] << 8 |
				 (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
				 (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 |
				 (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
	}
	return 0;
}

struct unpacking {
	struct span rest;
	uint64_t bits;
	unsigned count;
};

static void
read_bytes(struct unpacking *unpacking)
{
	size_t i = 0;

	for (; unpacking->count <= 48 && i < unpacking->rest.len; i++) {
		unpacking->bits |= (uint64_t)unpacking->rest.data[i]
				   << unpacking->count;
		unpacking->count += 8;
	}
	unpacking->rest =
	    span_of(unpacking->rest.data + i, unpacking->rest.len - i);
}

static void
drop_bits(struct unpacking *unpacking, unsigned count)
{
	unpacking->bits >>= count;
	unpacking->count -= count;
}

/* Only zeros are left at the end. */
static bool
take_zeros(struct unpacking *unpacking, size_t *zeros)
{
	*zeros = 0;
	for (;;) {
		read_bytes(unpacking);
		if (unpacking->bits != 0)
			break;
		*zeros += unpacking->count;
		drop_bits(unpacking, unpacking->count);
		if (unpacking->rest.len == 0)
			return false;
	}
	*zeros += (size_t)__builtin_ctzll(unpacking->bits);
	drop_bits(unpacking, (unsigned)__builtin_ctzll(unpacking->bits) + 1);
	return true;
}

static int
unpack_rice(struct span packed, unsigned k, struct rowset *set)
{
	struct unpacking unpacking = { .rest = packed };
	size_t row = 0, zeros = 0;

	for (; take_zeros(&unpacking, &zeros); row++) {
		read_bytes(&unpacking);
		if (unpacking.count < k)
			return CAM_ERR_FORMAT;
		row += zeros << k;
		row += unpacking.bits & (((uint64_t)1 << k) - 1);
		drop_bits(&unpacking, k);
		if (row >= ROWSET_SIZE)
			return CAM_ERR_FORMAT;
		rowset_add(set, row);
	}
	return 0;
}

int
rowset_unpack(struct span packed, struct rowset *set)
{
	struct span rest;

	if (packed.len == 0 || packed.data[0] > ROWSET_BITS)
		return CAM_ERR_FORMAT;
	rest = span_of(packed.data + 1, packed.len - 1);
	return packed.data[0] == 0 ? unpack_bits(rest, set)
				   : unpack_rice(rest, packed.data[0], set);
}
