/* roots.c: files and folders that we offer, open since then. */
#include "camd/offer/roots.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/table.h"

struct key {
	int64_t message;
	int64_t number;
};

struct root {
	TAILQ_ENTRY(root) entry;
	struct table_link link;
	struct key key;
	int fd;
};

struct roots {
	struct table table;
	TAILQ_HEAD(, root) list; /* the one used last at the end */
};

static bool
is_key(const struct table_link *link, const void *wanted)
{
	const struct key *key = &container_of(link, struct root, link)->key;
	const struct key *other = wanted;

	return key->message == other->message && key->number == other->number;
}

static struct root *
find(struct roots *roots, struct key key, uint64_t *hash)
{
	struct table_link *link;

	*hash = table_hash(&roots->table, &key, sizeof key);
	link = table_find(&roots->table, *hash, is_key, &key);
	return link != NULL ? container_of(link, struct root, link) : NULL;
}

static void
remove_root(struct roots *roots, struct root *root)
{
	TAILQ_REMOVE(&roots->list, root, entry);
	table_remove(&roots->table, &root->link);
	close(root->fd);
	free(root);
}

void
roots_put(struct roots *roots, int64_t message, uint32_t number, int fd)
{
	const struct key key = { message, number };
	uint64_t hash;
	struct root *root = find(roots, key, &hash);

	if (root != NULL)
		remove_root(roots, root);
	if (roots->table.count == ROOTS_MAX)
		remove_root(roots, TAILQ_FIRST(&roots->list));
	root = xcalloc(1, sizeof *root);
	root->key = key;
	root->fd = fd;
	table_add(&roots->table, &root->link, hash);
	TAILQ_INSERT_TAIL(&roots->list, root, entry);
}

int
roots_get(struct roots *roots, int64_t message, uint32_t number)
{
	const struct key key = { message, number };
	uint64_t hash;
	struct root *root = find(roots, key, &hash);

	if (root == NULL)
		return -1;
	TAILQ_REMOVE(&roots->list, root, entry);
	TAILQ_INSERT_TAIL(&roots->list, root, entry);
	return fcntl(root->fd, F_DUPFD_CLOEXEC, 0);
}

void
roots_drop(struct roots *roots, int64_t message, uint32_t number)
{
	const struct key key = { message, number };
	uint64_t hash;
	struct root *root = find(roots, key, &hash);

	if (root != NULL)
		remove_root(roots, root);
}

struct roots *
roots_new(void)
{
	struct roots *roots = xcalloc(1, sizeof *roots);

	table_init(&roots->table);
	TAILQ_INIT(&roots->list);
	return roots;
}

void
roots_free(struct roots *roots)
{
	struct root *root;

	if (roots == NULL)
		return;
	while ((root = TAILQ_FIRST(&roots->list)) != NULL)
		remove_root(roots, root);
	table_finish(&roots->table);
	free(roots);
}
