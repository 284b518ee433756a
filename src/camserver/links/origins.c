/* origins.c: a set of addresses. */
#include "camserver/links/origins.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"

enum { ORIGINS_MAX = 20000 };

struct host {
	struct table_link link;
	struct addr addr; /* without a port */
};

struct origins {
	struct table table;
};

static bool
is_host(const struct table_link *link, const void *key)
{
	return addr_equal(&container_of(link, struct host, link)->addr, key);
}

bool
origins_know(const struct origins *origins, const struct addr *addr)
{
	struct addr key = *addr;

	key.port = 0;
	return table_find(&origins->table,
		   table_hash(&origins->table, &key, sizeof key), is_host,
		   &key) != NULL;
}

void
origins_add(struct origins *origins, const struct addr *addr)
{
	struct host *host = NULL;

	if (addr->family == ADDR_NONE || origins->table.count >= ORIGINS_MAX ||
	    origins_know(origins, addr))
		return;
	host = xcalloc(1, sizeof *host);
	host->addr = *addr;
	host->addr.port = 0;
	table_add(&origins->table, &host->link,
	    table_hash(&origins->table, &host->addr, sizeof host->addr));
}

struct origins *
origins_new(void)
{
	struct origins *origins = xcalloc(1, sizeof *origins);

	table_init(&origins->table);
	return origins;
}

void
origins_free(struct origins *origins)
{
	struct table_link *link = NULL;

	if (origins == NULL)
		return;
	while ((link = table_first(&origins->table)) != NULL) {
		table_remove(&origins->table, link);
		free(container_of(link, struct host, link));
	}
	table_finish(&origins->table);
	free(origins);
}
