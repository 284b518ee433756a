/* neighbours.c: the users of IPMSG programs in all segments, as last heard. */
#include "camserver/lan/neighbours.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "ipmsg/entry.h"

struct neighbours {
	struct table by_name, by_host;
	TAILQ_HEAD(, neighbour) list;
	size_t there;
	void (*on_forget)(void *arg, const struct peer *peer);
	void *arg;
};

struct neighbours *
neighbours_new(void (*on_forget)(void *arg, const struct peer *peer), void *arg)
{
	struct neighbours *neighbours = xcalloc(1, sizeof *neighbours);

	neighbours->on_forget = on_forget;
	neighbours->arg = arg;

	table_init(&neighbours->by_name);
	table_init(&neighbours->by_host);
	TAILQ_INIT(&neighbours->list);
	return neighbours;
}

static void
forget(struct neighbours *neighbours, struct neighbour *neighbour)
{
	neighbours->on_forget(neighbours->arg, &neighbour->peer);
	table_remove(&neighbours->by_name, &neighbour->by_name);
	table_remove(&neighbours->by_host, &neighbour->by_host);
	TAILQ_REMOVE(&neighbours->list, neighbour, entry);
	neighbours->there -= neighbour_is_there(neighbour);
	peer_finish(&neighbour->peer);
	free(neighbour->nick);
	free(neighbour->group);
	free(neighbour);
}

void
neighbours_free(struct neighbours *neighbours)
{
	if (neighbours == NULL)
		return;
	while (!TAILQ_EMPTY(&neighbours->list))
		forget(neighbours, TAILQ_FIRST(&neighbours->list));
	table_finish(&neighbours->by_name);
	table_finish(&neighbours->by_host);
	free(neighbours);
}

/* -- found --------------------------------------------------------------------
 */

bool
neighbour_is_there(const struct neighbour *neighbour)
{
	return neighbour->peer.status != 0;
}

static uint64_t
hash_name(const struct neighbours *neighbours, const char *user)
{
	return table_hash_fold(&neighbours->by_name, user, strlen(user));
}

static uint64_t
hash_host(const struct neighbours *neighbours, const struct addr *addr)
{
	return table_hash(
	    &neighbours->by_host, addr->bytes, sizeof addr->bytes);
}

struct neighbour *
neighbours_find(const struct neighbours *neighbours, const char *user,
    const char *host, const struct addr *addr)
{
	struct neighbour *first = NULL;
	struct table_link *link =
	    table_first_of(&neighbours->by_name, hash_name(neighbours, user));

	for (; link != NULL; link = table_next_of(link)) {
		struct neighbour *found =
		    container_of(link, struct neighbour, by_name);

		if (!peer_is(&found->peer, user, host))
			continue;
		if (addr == NULL || addr_equal(&found->peer.addr, addr))
			return found;
		first = first != NULL ? first : found;
	}
	return first;
}

struct neighbour *
neighbours_next(
    const struct neighbours *neighbours, const struct neighbour *after)
{
	return after != NULL ? TAILQ_NEXT(after, entry)
			     : TAILQ_FIRST(&neighbours->list);
}

size_t
neighbours_count(const struct neighbours *neighbours)
{
	return neighbours->there;
}

/* -- heard --------------------------------------------------------------------
 */

static size_t
count_host(const struct neighbours *neighbours, const struct addr *addr)
{
	const struct table_link *link =
	    table_first_of(&neighbours->by_host, hash_host(neighbours, addr));
	size_t count = 0;

	for (; link != NULL; link = table_next_of(link))
		count++;
	return count;
}

static struct neighbour *
add(struct neighbours *neighbours, const struct lan_entry *entry)
{
	struct neighbour *added = NULL;

	if (neighbours->by_name.count >= LIMIT_PEERS ||
	    count_host(neighbours, &entry->from) >= LIMIT_PEERS_UNPINNED_SOURCE)
		return NULL;
	added = xcalloc(1, sizeof *added);
	peer_init(&added->peer, entry->user, entry->host);
	added->peer.addr = entry->from;
	added->nick = xstrdup("");
	added->group = xstrdup("");
	table_add(&neighbours->by_name, &added->by_name,
	    hash_name(neighbours, entry->user));
	table_add(&neighbours->by_host, &added->by_host,
	    hash_host(neighbours, &entry->from));
	TAILQ_INSERT_TAIL(&neighbours->list, added, entry);
	return added;
}

static bool
set_text(char **place, const char *text)
{
	if (strcmp(*place, text) == 0)
		return false;
	free(*place);
	*place = xstrdup(text);
	return true;
}

static bool
set_status(
    struct neighbours *neighbours, struct neighbour *neighbour, uint32_t status)
{
	if (neighbour->peer.status == status)
		return false;
	neighbours->there -= neighbour_is_there(neighbour);
	neighbour->peer.status = status;
	neighbours->there += neighbour_is_there(neighbour);
	return true;
}

/* He has told of himself. Another address is another entry, so that nobody
 * takes a name away from somebody who is there. */
static bool
take(struct neighbours *neighbours, struct neighbour *neighbour,
    const struct lan_entry *entry, uint64_t now_ms)
{
	bool changed = set_text(&neighbour->nick, entry->nick);

	changed |= set_text(&neighbour->group, entry->group);
	changed |= set_status(
	    neighbours, neighbour, entry->status != 0 ? entry->status : 1);
	neighbour->heard_ms = now_ms;
	/* It says so when it asks; not in every answer. */
	neighbour->speaks_cam |= entry->cam != NULL;
	neighbour->peer.client = (uint8_t)entry->client;
	neighbour->changed |= changed;
	return changed;
}

bool
neighbours_hear(struct neighbours *neighbours, const struct lan_entry *entry,
    uint64_t now_ms)
{
	struct neighbour *found =
	    neighbours_find(neighbours, entry->user, entry->host, &entry->from);
	bool is_his =
	    found != NULL && addr_equal(&found->peer.addr, &entry->from);

	if (entry->kind == LAN_LEFT) {
		if (!is_his || !set_status(neighbours, found, 0))
			return false;
		found->changed = true;
		return true;
	}
	if (!is_his)
		found = add(neighbours, entry);
	/* What others list is asked for itself, and counts when it answers. */
	if (found == NULL || entry->kind == LAN_LISTED)
		return false;
	return take(neighbours, found, entry, now_ms);
}

bool
neighbours_expire(struct neighbours *neighbours, uint64_t since_ms)
{
	struct neighbour *neighbour = TAILQ_FIRST(&neighbours->list), *next;
	bool gone = false;

	for (; neighbour != NULL; neighbour = next) {
		next = TAILQ_NEXT(neighbour, entry);
		if (neighbour->heard_ms >= since_ms)
			continue;
		if (set_status(neighbours, neighbour, 0))
			neighbour->changed = gone = true;
		else if (!neighbour->changed)
			forget(neighbours, neighbour);
	}
	return gone;
}
