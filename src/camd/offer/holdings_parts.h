/* holdings_parts.h: what the files of what a server holds share; nobody else
 * includes it. */
#ifndef CAM_CAMD_HOLDINGS_PARTS_H
#define CAM_CAMD_HOLDINGS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/random.h"
#include "camd/offer/holdings.h"
#include "link/bearer.h"
#include "loop/timer.h"

enum holding_state {
	HOLDING_WAITING,
	HOLDING_BRINGING, /* asked for, dialled, or on its way */
	HOLDING_HELD,
};

/* One offer. */
struct holding {
	TAILQ_ENTRY(holding) entry;
	struct holdings *holdings;
	enum holding_state state;
	int64_t message;
	uint32_t number;
	char id[ID_SIZE];
	int64_t *uids; /* for whom */
	size_t count;
	uint64_t not_before_ms;
	unsigned failures;
	const char *reason; /* why it waits; NULL */
	int64_t expires_ms; /* wall time until which it is held */
};
TAILQ_HEAD(holding_list, holding);

struct bringing;

struct holdings {
	struct camd *camd;
	struct holding_list list;
	struct bringing *bringing; /* NULL: none is on its way */
	struct timer look, next;
	bool is_looking, is_open;
};

/* -- holdings.c --------------------------------------------------------------
 */

struct holding *holdings_find(
    const struct holdings *holdings, int64_t message, int64_t number);
/* It was brought (reason NULL), or not: tried again later where again is true,
 * else not before the next connection. NULL is fine: it was forgotten. */
void holding_settle(struct holding *holding, const char *reason, bool again);
/* Clients are told what has become of it. */
void holding_tell(const struct holding *holding);
/* The next one, if there is one. */
void holdings_go_on(struct holdings *holdings);

/* -- bringing.c --------------------------------------------------------------
 */

void bringing_begin(struct holding *holding);
/* After the offers have stopped. NULL is fine. */
void bringing_free(struct bringing *bringing);

#endif
