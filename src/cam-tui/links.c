/* links.c: the links on the screen, by number. */
#include "cam-tui/links.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

struct link {
	struct table_link by_url;
	unsigned number;
	char *url;
};

struct links {
	struct table table;
	struct link *list[LINKS_MAX];
	unsigned count;
	bool is_full;
};

struct links *
links_new(void)
{
	struct links *links = xcalloc(1, sizeof *links);

	table_init(&links->table);
	return links;
}

void
links_clear(struct links *links)
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
links_free(struct links *links)
{
	if (links == NULL)
		return;
	links_clear(links);
	table_finish(&links->table);
	free(links);
}

static bool
has_url(const struct table_link *link, const void *url)
{
	return strcmp(container_of(link, struct link, by_url)->url, url) == 0;
}

unsigned
links_number(struct links *links, const char *url)
{
	uint64_t hash = table_hash(&links->table, url, strlen(url));
	struct table_link *known =
	    table_find(&links->table, hash, has_url, url);
	struct link *link;

	if (known != NULL)
		return container_of(known, struct link, by_url)->number;
	if (links->count == LINKS_MAX) {
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
links_url(const struct links *links, unsigned number)
{
	return links->list[number - 1]->url;
}

bool
links_is_full(const struct links *links)
{
	return links->is_full;
}
