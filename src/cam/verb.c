/* verb.c: verbs found by what people type. */
#include "cam/verb.h"

#include <string.h>

enum { VERB_NAME_MAX = 24 };

const struct verb *
verb_find(const char *name, size_t *count)
{
	const struct verb *found = NULL;
	size_t len = strlen(name);

	*count = 0;
	for (const struct verb *verb = verb_table(); verb->name != NULL;
	     verb++) {
		if (strcmp(verb->name, name) == 0) {
			*count = 1;
			return verb;
		}
		if (len > 0 && (verb->flags & VERB_HIDDEN) == 0 &&
		    strncmp(verb->name, name, len) == 0) {
			found = verb;
			++*count;
		}
	}
	return *count == 1 ? found : NULL;
}

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t min = a < b ? a : b;

	return min < c ? min : c;
}

/* Letters to change, add, take out or swap with their neighbour to make a into
 * b. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][VERB_NAME_MAX + 1] = { 0 };
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3];
		size_t *above = rows[(i + 2) % 3];
		size_t *twice = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1,
			    above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && twice[j - 2] + 1 < row[j])
				row[j] = twice[j - 2] + 1;
		}
	}
	return rows[a_len % 3][b_len];
}

const struct verb *
verb_nearest(const char *name)
{
	const struct verb *nearest = NULL;
	size_t best = 3; /* more than two slips is another word */

	if (strlen(name) > VERB_NAME_MAX)
		return NULL;
	for (const struct verb *verb = verb_table(); verb->name != NULL;
	     verb++) {
		size_t slips = distance(name, verb->name);

		if ((verb->flags & VERB_HIDDEN) == 0 && slips < best &&
		    slips < strlen(verb->name)) {
			best = slips;
			nearest = verb;
		}
	}
	return nearest;
}
