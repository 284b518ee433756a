/* hosts.c: a set of addresses. */
#include "camserver/links/hosts.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"

enum { HOSTS_MAX = 20000 };

struct host {
	struct table_link link;
	struct addr addr; /* without a port */
};

struct hosts {
	struct table table;
};

static bool
is_host(const struct table_link *link, const void *key)
{
	return addr_equal(&container_of(link, struct host, link)->addr, key);
}

bool
hosts_know(const struct hosts *hosts, const struct addr *addr)
{
	struct addr key = *addr;

	key.port = 0;
	return table_find(&hosts->table,
		   table_hash(&hosts->table, &key, sizeof key), is_host,
		   &key) != NULL;
}

void
hosts_add(struct hosts *hosts, const struct addr *addr)
{
	struct host *host = NULL;

	if (addr->family == ADDR_NONE || hosts->table.count >= HOSTS_MAX ||
	    hosts_know(hosts, addr))
		return;
	host = xcalloc(1, sizeof *host);
	host->addr = *addr;
	host->addr.port = 0;
	table_add(&hosts->table, &host->link,
	    table_hash(&hosts->table, &host->addr, sizeof host->addr));
}

struct hosts *
hosts_new(void)
{
	struct hosts *hosts = xcalloc(1, sizeof *hosts);

	table_init(&hosts->table);
	return hosts;
}

void
hosts_free(struct hosts *hosts)
{
	struct table_link *link = NULL;

	if (hosts == NULL)
		return;
	while ((link = table_first(&hosts->table)) != NULL) {
		table_remove(&hosts->table, link);
		free(container_of(link, struct host, link));
	}
	table_finish(&hosts->table);
	free(hosts);
}
