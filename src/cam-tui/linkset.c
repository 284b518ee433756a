/* linkset.c: the links on the screen, by number. */
#include "cam-tui/linkset.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

struct link {
	struct table_link by_url;
	unsigned number;
	char *url;
};

struct linkset {
	struct table table;
	struct link *list[LINKSET_MAX];
	unsigned count;
	bool is_full;
};

struct linkset *
linkset_new(void)
{
	struct linkset *links = xcalloc(1, sizeof *links);

	table_init(&links->table);
	return links;
}

void
linkset_clear(struct linkset *links)
{
	for (unsigned i = 0; i < links->count; i++) {
		table_remove(&links->table, &links->list[i]->by_url);
		free(links->list[i]->url);
		free(links->list[i]);
	}
	links->count = 0;
	links->is_full = false;
}

void
linkset_free(struct linkset *links)
{
	if (links == NULL)
		return;
	linkset_clear(links);
	table_finish(&links->table);
	free(links);
}

static bool
has_url(const struct table_link *link, const void *url)
{
	return strcmp(container_of(link, struct link, by_url)->url, url) == 0;
}

unsigned
linkset_number(struct linkset *links, const char *url)
{
	uint64_t hash = table_hash(&links->table, url, strlen(url));
	struct table_link *known =
	    table_find(&links->table, hash, has_url, url);
	struct link *link;

	if (known != NULL)
		return container_of(known, struct link, by_url)->number;
	if (links->count == LINKSET_MAX) {
		links->is_full = true;
		return 0;
	}
	link = xcalloc(1, sizeof *link);
	link->url = xstrdup(url);
	links->list[links->count++] = link;
	link->number = links->count;
	table_add(&links->table, &link->by_url, hash);
	return link->number;
}

const char *
linkset_url(const struct linkset *links, unsigned number)
{
	return links->list[number - 1]->url;
}

bool
linkset_is_full(const struct linkset *links)
{
	return links->is_full;
}
