/* shared.c: counted texts: a hundred thousand users are in a few hundred
 * groups. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "camd/people/shared.h"

struct copy {
	struct table_link link;
	unsigned count;
	char text[];
};

struct shared {
	struct table copies;
};

struct shared *
shared_new(void)
{
	struct shared *shared = xcalloc(1, sizeof *shared);

	table_init(&shared->copies);
	return shared;
}

void
shared_free(struct shared *shared)
{
	if (shared == NULL)
		return;
	table_finish(&shared->copies);
	free(shared);
}

static bool
is_text(const struct table_link *link, const void *key)
{
	return strcmp(container_of(link, struct copy, link)->text, key) == 0;
}

const char *
shared_take(struct shared *shared, const char *text)
{
	size_t len = strlen(text);
	uint64_t hash = table_hash(&shared->copies, text, len);
	struct table_link *link =
	    table_find(&shared->copies, hash, is_text, text);
	struct copy *copy;

	if (link != NULL) {
		copy = container_of(link, struct copy, link);
	} else {
		copy = xmalloc(sizeof *copy + len + 1);
		copy->count = 0;
		memcpy(copy->text, text, len + 1);
		table_add(&shared->copies, &copy->link, hash);
	}
	copy->count++;
	return copy->text;
}

void
shared_give(struct shared *shared, const char *text)
{
	struct copy *copy;

	if (text == NULL)
		return;
	copy = container_of(text, struct copy, text);
	if (--copy->count > 0)
		return;
	table_remove(&shared->copies, &copy->link);
	free(copy);
}
