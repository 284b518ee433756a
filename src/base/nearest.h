/* nearest.h: what somebody who mistyped a name may have meant. */
#ifndef CAM_NEAREST_H
#define CAM_NEAREST_H

#include <stddef.h>

enum { NEAREST_MAX = 8 };

/* The best so far, the nearest first; equally near ones by name. */
struct nearest {
	const char *text; /* borrowed */
	struct {
		unsigned distance;
		char *name;
	} best[NEAREST_MAX];
	size_t count;
};

void nearest_init(struct nearest *nearest, const char *text);
void nearest_finish(struct nearest *nearest);

/* Keeps a copy of name where it is near: begins with the text, has it inside,
 * or differs by a typing error or few. */
void nearest_offer(struct nearest *nearest, const char *name);
/* The same for a name that is compared by another word, such as the logon name
 * of a user. */
void nearest_offer_as(
    struct nearest *nearest, const char *word, const char *name);

/* The same in two steps, for who must make the name first: how far word is, or
 * -1 when it is not near. */
int nearest_distance(const struct nearest *nearest, const char *word);
void nearest_keep(struct nearest *nearest, unsigned distance, const char *name);

/* The nearest, borrowed, or NULL. */
const char *nearest_first(const struct nearest *nearest);

#endif
