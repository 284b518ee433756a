/* nearest.c: what somebody who mistyped a name may have meant. */
#include "base/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* Longer names are compared by their beginning. */
enum { COMPARED = 64 };

/* Distances: a typing error counts one; what begins with the text, or has it
 * inside, is nearer. */
enum { SAME, BEGINS, INSIDE, TYPED };

void
nearest_init(struct nearest *nearest, const char *text)
{
	*nearest = (struct nearest){ .text = text };
}

void
nearest_finish(struct nearest *nearest)
{
	for (size_t i = 0; i < nearest->count; i++)
		free(nearest->best[i].name);
	nearest->count = 0;
}

static unsigned char
fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t
compared_length(const char *text)
{
	return strnlen(text, COMPARED);
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * How many letters must be changed, left out, added or swapped with the next
 * (optimal string alignment); more than max counts as max + 1.
 */
static unsigned
typing_errors(const char *a, const char *b, unsigned max)
{
	unsigned rows[3][COMPARED + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];
	size_t len_a = compared_length(a), len_b = compared_length(b);

	if (len_a > len_b + max || len_b > len_a + max)
		return max + 1;
	for (size_t j = 0; j <= len_b; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= len_a; i++) {
		unsigned *spare = before, best = row[0] = (unsigned)i;

		for (size_t j = 1; j <= len_b; j++) {
			bool same = fold(a[i - 1]) == fold(b[j - 1]);

			row[j] = least(last[j - 1] + (same ? 0 : 1),
			    least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 &&
			    fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
			best = least(best, row[j]);
		}
		if (best > max)
			return max + 1;
		before = last;
		last = row;
		row = spare;
	}
	return least(last[len_b], max + 1);
}

/* Which letters and digits occur, each a bit of its own. */
static uint64_t
letters(const char *text)
{
	uint64_t bits = 0;

	for (size_t i = 0; text[i] != '\0' && i < COMPARED; i++)
		bits |= UINT64_C(1) << (fold(text[i]) & 63);
	return bits;
}

/* An error brings in at most one letter: that spares most of the counting. */
static bool
may_be_typed(const char *a, const char *b, unsigned max)
{
	uint64_t in_a = letters(a), in_b = letters(b);

	return (unsigned)__builtin_popcountll(in_a & ~in_b) <= max &&
	       (unsigned)__builtin_popcountll(in_b & ~in_a) <= max;
}

static bool
has_inside(const char *name, const char *text)
{
	for (; *name != '\0'; name++) {
		if (text_starts_same(name, text))
			return true;
	}
	return false;
}

int
nearest_distance(const struct nearest *nearest, const char *word)
{
	const char *text = nearest->text;
	size_t len = strlen(text);
	unsigned max = len < 3 ? 1 : len < 8 ? 2 : 3, errors;

	if (text_same(word, text))
		return SAME;
	if (text_starts_same(word, text))
		return BEGINS;
	if (len >= 2 && has_inside(word, text))
		return INSIDE;
	if (!may_be_typed(text, word, max))
		return -1;
	errors = typing_errors(text, word, max);
	/* Two letters that are both wrong are like any other two. */
	return errors <= max && errors < len ? (int)(TYPED + errors) : -1;
}

static bool
is_kept(const struct nearest *nearest, const char *name)
{
	for (size_t i = 0; i < nearest->count; i++) {
		if (strcmp(nearest->best[i].name, name) == 0)
			return true;
	}
	return false;
}

void
nearest_keep(struct nearest *nearest, unsigned how_far, const char *name)
{
	size_t place = nearest->count;

	while (place > 0 &&
	       (nearest->best[place - 1].distance > how_far ||
		   (nearest->best[place - 1].distance == how_far &&
		       strcmp(nearest->best[place - 1].name, name) > 0)))
		place--;
	if (place == NEAREST_MAX || is_kept(nearest, name))
		return;
	if (nearest->count == NEAREST_MAX)
		free(nearest->best[--nearest->count].name);
	memmove(&nearest->best[place + 1], &nearest->best[place],
	    (nearest->count - place) * sizeof nearest->best[0]);
	nearest->best[place].distance = how_far;
	nearest->best[place].name = xstrdup(name);
	nearest->count++;
}

void
nearest_offer_as(struct nearest *nearest, const char *word, const char *name)
{
	int how_far = nearest_distance(nearest, word);

	if (how_far >= 0)
		nearest_keep(nearest, (unsigned)how_far, name);
}

void
nearest_offer(struct nearest *nearest, const char *name)
{
	nearest_offer_as(nearest, name, name);
}

const char *
nearest_first(const struct nearest *nearest)
{
	return nearest->count > 0 ? nearest->best[0].name : NULL;
}
