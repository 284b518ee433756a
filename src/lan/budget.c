/* budget.c: token buckets by source, by network and for all. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/table.h"
#include "lan/budget.h"

/*
 * Sources and networks lie in sets of WAYS; in a full set the one idle
 * longest makes room. The tables are touched only where they are used, so a
 * quiet LAN costs nearly nothing.
 */
enum { SETS = 1024, WAYS = 8 };
/* What IP and UDP add to each datagram; both directions are counted with it. */
enum { HEADER = 28, ANSWER_FACTOR = 3 };
/* A burst of so many seconds' worth passes at once: a whole office starting up.
 */
enum { BURST_SOURCE_S = 2, BURST_NETWORK_S = 2, BURST_ALL_S = 6 };
/* Several camd of one machine come back together. */
enum { BURST_HANDSHAKES_S = 3 };
enum { ENTRY_QUIET_MS = 5000 };
/* A pinned peer's own share; no queue of ours lets it starve others. */
enum { KNOWN_DATAGRAMS = 5000, KNOWN_RSA = 1000, KNOWN_HANDSHAKES = 50 };
enum { BURST_NEW_PEERS = 16, BURST_KNOWN_HANDSHAKES = 250 };

struct bucket {
	uint64_t filled_ms;
	float tokens;
};

struct source {
	uint64_t hash; /* 0: free */
	uint64_t used_ms;
	struct bucket datagrams;
	struct bucket rsa;
	struct bucket peers;
	struct bucket handshakes;
	uint64_t bytes_in;
	uint64_t bytes_out;
	uint16_t entry_port; /* whose entry was answered last, and when */
	uint64_t entry_ms;
};

struct network {
	uint64_t hash;
	uint64_t used_ms;
	struct bucket datagrams;
};

struct budget {
	struct table keys; /* only for its seeded hash */
	struct source *sources;
	struct network *networks;
	struct bucket datagrams;
	struct bucket rsa;
	struct bucket handshakes;
};

struct budget *
budget_new(void)
{
	struct budget *budget = xcalloc(1, sizeof *budget);

	table_init(&budget->keys);
	budget->sources = xcalloc(SETS * WAYS, sizeof *budget->sources);
	budget->networks = xcalloc(SETS * WAYS, sizeof *budget->networks);
	return budget;
}

void
budget_free(struct budget *budget)
{
	if (budget == NULL)
		return;
	table_finish(&budget->keys);
	free(budget->sources);
	free(budget->networks);
	free(budget);
}

static bool
take(struct bucket *bucket, float rate, float burst, uint64_t now_ms)
{
	float grown;

	if (bucket->filled_ms == 0) {
		bucket->tokens = burst;
	} else if (now_ms > bucket->filled_ms) {
		grown = bucket->tokens +
			rate * (float)(now_ms - bucket->filled_ms) / 1000;
		bucket->tokens = grown < burst ? grown : burst;
	}
	bucket->filled_ms = now_ms > 0 ? now_ms : 1;
	if (bucket->tokens < 1)
		return false;
	bucket->tokens -= 1;
	return true;
}

static uint64_t
hash_addr(const struct budget *budget, const struct addr *addr)
{
	uint64_t hash = table_hash(&budget->keys, addr, sizeof *addr);

	return hash != 0 ? hash : 1;
}

static struct source *
find_place(struct budget *budget, uint64_t hash, uint64_t now_ms)
{
	struct source *set = &budget->sources[(hash % SETS) * WAYS];
	struct source *oldest = set;

	for (int i = 0; i < WAYS; i++) {
		if (set[i].hash == hash) {
			set[i].used_ms = now_ms;
			return &set[i];
		}
		if (set[i].used_ms < oldest->used_ms)
			oldest = &set[i];
	}
	memset(oldest, 0, sizeof *oldest);
	oldest->hash = hash;
	oldest->used_ms = now_ms;
	return oldest;
}

/* Ports are left out: they cost an attacker nothing. */
static struct source *
find_source(struct budget *budget, const struct addr *addr, uint64_t now_ms)
{
	struct addr host = *addr;

	host.port = 0;
	return find_place(budget, hash_addr(budget, &host), now_ms);
}

/* A pinned peer's: what others send from its machine is not its own. */
static struct source *
find_known(struct budget *budget, const struct addr *addr, uint64_t now_ms)
{
	return find_place(budget, hash_addr(budget, addr), now_ms);
}

static struct network *
find_network(struct budget *budget, const struct addr *addr, uint64_t now_ms)
{
	struct addr place = addr_neighbourhood(addr);
	uint64_t hash = hash_addr(budget, &place);
	struct network *set = &budget->networks[(hash % SETS) * WAYS];
	struct network *oldest = set;

	for (int i = 0; i < WAYS; i++) {
		if (set[i].hash == hash) {
			set[i].used_ms = now_ms;
			return &set[i];
		}
		if (set[i].used_ms < oldest->used_ms)
			oldest = &set[i];
	}
	memset(oldest, 0, sizeof *oldest);
	oldest->hash = hash;
	oldest->used_ms = now_ms;
	return oldest;
}

bool
budget_datagram(struct budget *budget, const struct addr *from, bool known,
    size_t len, uint64_t now_ms)
{
	struct source *source;

	if (known)
		return take(&find_known(budget, from, now_ms)->datagrams,
		    KNOWN_DATAGRAMS, KNOWN_DATAGRAMS * BURST_SOURCE_S, now_ms);
	source = find_source(budget, from, now_ms);
	source->bytes_in += len + HEADER;
	return take(&source->datagrams, BUDGET_DATAGRAMS_SOURCE,
		   BUDGET_DATAGRAMS_SOURCE * BURST_SOURCE_S, now_ms) &&
	       take(&find_network(budget, from, now_ms)->datagrams,
		   BUDGET_DATAGRAMS_NETWORK,
		   BUDGET_DATAGRAMS_NETWORK * BURST_NETWORK_S, now_ms) &&
	       take(&budget->datagrams, BUDGET_DATAGRAMS,
		   BUDGET_DATAGRAMS * BURST_ALL_S, now_ms);
}

bool
budget_rsa(
    struct budget *budget, const struct addr *from, bool known, uint64_t now_ms)
{
	if (known)
		return take(&find_known(budget, from, now_ms)->rsa, KNOWN_RSA,
		    KNOWN_RSA, now_ms);
	return take(&find_source(budget, from, now_ms)->rsa, BUDGET_RSA_SOURCE,
		   BUDGET_RSA_SOURCE, now_ms) &&
	       take(&budget->rsa, BUDGET_RSA, BUDGET_RSA, now_ms);
}

bool
budget_new_peer(struct budget *budget, const struct addr *from, uint64_t now_ms)
{
	struct source *source = find_source(budget, from, now_ms);

	return take(
	    &source->peers, BUDGET_NEW_PEERS_SOURCE, BURST_NEW_PEERS, now_ms);
}

bool
budget_handshake(
    struct budget *budget, const struct addr *from, bool known, uint64_t now_ms)
{
	struct source *source = find_source(budget, from, now_ms);

	/* Strangers cannot use up what those known come back with. */
	if (known)
		return take(&source->handshakes, KNOWN_HANDSHAKES,
		    BURST_KNOWN_HANDSHAKES, now_ms);
	return take(&source->handshakes, BUDGET_HANDSHAKES_SOURCE,
		   BUDGET_HANDSHAKES_SOURCE * BURST_HANDSHAKES_S, now_ms) &&
	       take(&budget->handshakes, BUDGET_HANDSHAKES,
		   BUDGET_HANDSHAKES * BURST_ALL_S, now_ms);
}

bool
budget_answer(struct budget *budget, const struct addr *to, size_t len,
    size_t spare, uint64_t now_ms)
{
	struct source *source = find_source(budget, to, now_ms);

	if (source->bytes_out + len + HEADER + spare >
	    ANSWER_FACTOR * source->bytes_in)
		return false;
	source->bytes_out += len + HEADER;
	return true;
}

/* Several camd of one machine differ by port alone: each gets its answer. */
bool
budget_entry(struct budget *budget, const struct addr *from, uint64_t now_ms)
{
	struct source *source = find_source(budget, from, now_ms);

	if (source->entry_ms != 0 && source->entry_port == from->port &&
	    now_ms - source->entry_ms < ENTRY_QUIET_MS)
		return false;
	source->entry_port = from->port;
	source->entry_ms = now_ms;
	return true;
}

void
budget_forget_entry(struct budget *budget, const struct addr *from)
{
	struct source *source = find_source(budget, from, clock_now_ms());

	if (source->entry_port == from->port)
		source->entry_ms = 0;
}
