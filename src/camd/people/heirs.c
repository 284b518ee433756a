/* heirs.c: from a uid of the past to the one of today. */
#include "camd/people/heirs.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"

struct merged {
	struct table_link link;
	int64_t uid;
	int64_t into;
};

struct heirs {
	struct table table; /* struct merged, by uid */
};

struct heirs *
heirs_new(void)
{
	struct heirs *heirs = xcalloc(1, sizeof *heirs);

	table_init(&heirs->table);
	return heirs;
}

void
heirs_free(struct heirs *heirs)
{
	struct table_link *link, *next;

	if (heirs == NULL)
		return;
	for (link = table_first(&heirs->table); link != NULL; link = next) {
		next = table_next(&heirs->table, link);
		free(container_of(link, struct merged, link));
	}
	table_finish(&heirs->table);
	free(heirs);
}

void
heirs_add(struct heirs *heirs, int64_t uid, int64_t into)
{
	struct merged *merged = xcalloc(1, sizeof *merged);

	merged->uid = uid;
	merged->into = into;
	table_add(&heirs->table, &merged->link,
	    table_hash(&heirs->table, &uid, sizeof uid));
}

static bool
is_merged(const struct table_link *link, const void *key)
{
	return container_of(link, struct merged, link)->uid ==
	       *(const int64_t *)key;
}

int64_t
heirs_find(const struct heirs *heirs, int64_t uid)
{
	struct table_link *link;

	/* A database may hold a circle; ours makes none. */
	for (size_t i = 0; i <= heirs->table.count; i++) {
		link = table_find(&heirs->table,
		    table_hash(&heirs->table, &uid, sizeof uid), is_merged,
		    &uid);
		if (link == NULL)
			break;
		uid = container_of(link, struct merged, link)->into;
	}
	return uid;
}
