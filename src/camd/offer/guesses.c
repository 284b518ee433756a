/* guesses.c: wrong questions, counted by where they come from. */
#include "camd/offer/guesses.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "base/table.h"
#include "net/addr.h"

struct guesser {
	struct table_link link;
	TAILQ_ENTRY(guesser) entry;
	struct addr addr;
	unsigned wrong;
	uint64_t since_ms; /* of the first wrong one, or of the last of all */
};

struct guesses {
	struct table by_addr;
	TAILQ_HEAD(guessers, guesser) oldest_first;
};

struct guesses *
guesses_new(void)
{
	struct guesses *guesses = xcalloc(1, sizeof *guesses);

	table_init(&guesses->by_addr);
	TAILQ_INIT(&guesses->oldest_first);
	return guesses;
}

static void
forget(struct guesses *guesses, struct guesser *guesser)
{
	TAILQ_REMOVE(&guesses->oldest_first, guesser, entry);
	table_remove(&guesses->by_addr, &guesser->link);
	free(guesser);
}

void
guesses_free(struct guesses *guesses)
{
	struct guesser *guesser;

	if (guesses == NULL)
		return;
	while ((guesser = TAILQ_FIRST(&guesses->oldest_first)) != NULL)
		forget(guesses, guesser);
	table_finish(&guesses->by_addr);
	free(guesses);
}

static bool
is_source(const struct table_link *link, const void *key)
{
	return addr_equal(
	    &container_of(link, const struct guesser, link)->addr, key);
}

/* NULL: none, or it is so long ago that it begins anew. */
static struct guesser *
find(struct guesses *guesses, const struct addr *source, uint64_t now_ms)
{
	struct table_link *link = table_find(&guesses->by_addr,
	    table_hash(&guesses->by_addr, source, sizeof *source), is_source,
	    source);
	struct guesser *guesser;

	if (link == NULL)
		return NULL;
	guesser = container_of(link, struct guesser, link);
	if (now_ms - guesser->since_ms < GUESSES_MS)
		return guesser;
	forget(guesses, guesser);
	return NULL;
}

static struct guesser *
add(struct guesses *guesses, const struct addr *source, uint64_t now_ms)
{
	struct guesser *guesser = xcalloc(1, sizeof *guesser);

	if (guesses->by_addr.count >= GUESSES_SOURCES)
		forget(guesses, TAILQ_FIRST(&guesses->oldest_first));
	guesser->addr = *source;
	guesser->since_ms = now_ms;
	table_add(&guesses->by_addr, &guesser->link,
	    table_hash(&guesses->by_addr, source, sizeof *source));
	TAILQ_INSERT_TAIL(&guesses->oldest_first, guesser, entry);
	return guesser;
}

bool
guesses_wrong(struct guesses *guesses, const struct addr *from, uint64_t now_ms)
{
	struct addr source = addr_source(from);
	struct guesser *guesser = find(guesses, &source, now_ms);

	if (guesser == NULL)
		guesser = add(guesses, &source, now_ms);
	if (++guesser->wrong < GUESSES_MAX)
		return false;
	/* As long from now on; each further one begins it again. */
	guesser->since_ms = now_ms;
	TAILQ_REMOVE(&guesses->oldest_first, guesser, entry);
	TAILQ_INSERT_TAIL(&guesses->oldest_first, guesser, entry);
	return guesser->wrong == GUESSES_MAX;
}

bool
guesses_refuse(
    struct guesses *guesses, const struct addr *from, uint64_t now_ms)
{
	struct addr source = addr_source(from);
	const struct guesser *guesser = find(guesses, &source, now_ms);

	return guesser != NULL && guesser->wrong >= GUESSES_MAX;
}

size_t
guesses_count(const struct guesses *guesses)
{
	return guesses->by_addr.count;
}
