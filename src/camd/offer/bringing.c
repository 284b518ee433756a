/* bringing.c: one file is brought to the server: asked whether it takes it,
 * opened, sent over a connection of its own. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/offer/grant.h"
#include "camd/offer/holdings_parts.h"
#include "camd/offer/offers.h"
#include "camd/offer/passage.h"
#include "camd/offer/transfers.h"
#include "camd/org/org.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "crypto/chunk.h"
#include "link/bearer.h"
#include "net/tcp.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { DIAL_MS = 10 * 1000, USERS_MAX = 1024 };

/* Of a folder nobody knows how much its records take: so much more, which is
 * given back when it is there. */
static const uint64_t folder_more = (uint64_t)32 << 20;

struct bringing {
	struct holdings *holdings; /* NULL: nobody waits for it */
	struct camd *camd;
	int64_t message;
	uint32_t number;
	/* For an answer of the offers, which comes unless they are stopped; of
	 * the server, which always comes and finds this. */
	bool is_asking, is_waiting;
	bool has_turn;
	struct grant *grant;
	uint64_t serial; /* of the connection to the server */
	uint64_t chunk;
	struct tcp_dial *dial;
	uint8_t hello[TICKET_HELLO_SIZE];
};

/* -- ended -------------------------------------------------------------------
 */

static void
release(struct bringing *bringing)
{
	tcp_dial_free(bringing->dial);
	grant_free(bringing->grant);
	wipe_free(bringing, sizeof *bringing);
}

/* The offers are stopped. */
void
bringing_free(struct bringing *bringing)
{
	if (bringing == NULL)
		return;
	bringing->holdings = NULL;
	if (!bringing->is_waiting)
		release(bringing);
}

/* It is freed; its turn is another's. */
static void
end(struct bringing *bringing, const char *reason, bool again)
{
	struct holdings *holdings = bringing->holdings;
	struct holding *holding =
	    holdings_find(holdings, bringing->message, bringing->number);
	bool has_turn = bringing->has_turn;

	holding_settle(holding, reason, again);
	holdings->bringing = NULL;
	release(bringing);
	if (has_turn)
		transfers_free_turn(holdings->camd->transfers, OFFER_HELD);
	holdings_go_on(holdings);
}

void
holdings_ended(struct holdings *holdings, const struct offer_key *key,
    const struct transfer_outcome *outcome)
{
	struct bringing *bringing =
	    holdings != NULL ? holdings->bringing : NULL;

	if (bringing == NULL || bringing->message != key->message ||
	    bringing->number != key->number)
		return;
	if (outcome->err < 0)
		log_info("a file has not been brought to the server: %s",
		    cam_strerror(outcome->err));
	end(bringing, outcome->err == 0 ? NULL : "closed",
	    outcome->err == CAM_ERR_CLOSED || outcome->err == CAM_ERR_TIMEOUT);
}

/* -- sent --------------------------------------------------------------------
 */

static void
on_dialled(void *arg, int err, int fd)
{
	struct bringing *bringing = arg;
	struct camd *camd = bringing->camd;
	struct grant *grant = bringing->grant;
	uint64_t last = grant->size / CHUNK_SIZE;
	struct passage passage;

	bringing->dial = NULL;
	if (err < 0) {
		end(bringing, "unreachable", true);
		return;
	}
	passage_init(&passage);
	passage.socket = fd;
	passage.held = true;
	/* What stands behind the file has no chunk to begin at. */
	passage.held_from = grant->kind == STORE_FOLDER ? 0
			    : bringing->chunk > last	? last
							: bringing->chunk;
	bringing->grant = NULL;
	bringing->has_turn = false;
	if (send(fd, bringing->hello, sizeof bringing->hello, MSG_NOSIGNAL) ==
	    sizeof bringing->hello) {
		if (transfers_send(camd->transfers, grant, &passage, true) < 0)
			end(bringing, "failed", false);
		return;
	}
	passage_finish(&passage);
	grant_free(grant);
	bringing->has_turn = true;
	end(bringing, "unreachable", true);
}

static void
dial(struct bringing *bringing, const json_t *result)
{
	struct camd *camd = bringing->camd;
	const struct addr *server =
	    org_server_addr(camd->org, bringing->serial);
	json_int_t chunk = json_integer_value(json_object_get(result, "chunk"));
	uint8_t ticket[TICKET_SIZE];

	if (server == NULL || chunk < 0 ||
	    json_hex_get_all(result, "ticket", ticket, sizeof ticket) < 0) {
		end(bringing, "failed", true);
		return;
	}
	bringing->chunk = (uint64_t)chunk;
	ticket_hello_write(ticket, bringing->hello);
	wipe(ticket, sizeof ticket);
	bringing->dial =
	    tcp_dial_new(camd->loop, links_source(camd->links, server), server,
		DIAL_MS, on_dialled, bringing);
}

/* -- the server --------------------------------------------------------------
 */

static const char *
refusal(int err, const char *message)
{
	static const char *const words[] = { "full", "large", "off",
		"unknown" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (message != NULL && strcmp(words[i], message) == 0)
			return words[i];
	}
	return err == CAM_ERR_UNSUPPORTED ? "off" : "closed";
}

static void
on_answered(void *arg, int err, json_t *result, const char *message)
{
	struct bringing *bringing = arg;
	struct holding *holding = NULL;
	const char *reason = NULL;

	bringing->is_waiting = false;
	if (bringing->holdings == NULL) {
		release(bringing);
		return;
	}
	holding = holdings_find(
	    bringing->holdings, bringing->message, bringing->number);
	if (holding == NULL) {
		end(bringing, "failed", false);
		return;
	}
	if (err == 0)
		holding->expires_ms =
		    json_integer_value(json_object_get(result, "expires"));
	if (err == 0 && json_text_is(result, "state", "wanted")) {
		holding_tell(holding);
		dial(bringing, result);
		return;
	}
	reason = err < 0 ? refusal(err, message) : NULL;
	end(bringing, reason, reason != NULL && strcmp(reason, "closed") == 0);
}

/* What goes over for the whole of it. */
static uint64_t
sealed_size(const struct grant *grant)
{
	uint64_t size = grant->size + SHA256_SIZE;

	if (grant->kind == STORE_FOLDER)
		size += grant->size / 16 + folder_more;
	return size +
	       (size / CHUNK_SIZE + 1) * (CHUNK_FRAME_HEAD + CHUNK_TAG_SIZE);
}

static void
ask_server(struct bringing *bringing, const struct holding *holding)
{
	struct camd *camd = bringing->camd;
	const struct user *users[USERS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < holding->count && count < USERS_MAX; i++) {
		users[count] = roster_by_uid(camd->roster, holding->uids[i]);
		count += users[count] != NULL;
	}
	bringing->serial = org_serial(camd->org);
	bringing->is_waiting =
	    org_hold_put(camd->org, holding->id, holding->number,
		sealed_size(bringing->grant), users, count, on_answered,
		bringing) == 0;
	if (!bringing->is_waiting)
		end(bringing, "closed", true);
}

/* -- what lies there ---------------------------------------------------------
 */

static void
on_granted(void *arg, const char *reason, struct grant *grant)
{
	struct bringing *bringing = arg;
	const struct holding *holding = NULL;

	bringing->is_asking = false;
	bringing->grant = grant;
	holding = holdings_find(
	    bringing->holdings, bringing->message, bringing->number);
	if (grant == NULL || holding == NULL) {
		end(bringing, "failed", false);
		return;
	}
	grant->uid = grant->key.uid = OFFER_HELD;
	ask_server(bringing, holding);
}

void
bringing_begin(struct holding *holding)
{
	struct holdings *holdings = holding->holdings;
	struct camd *camd = holdings->camd;
	struct offer_ask ask = {
		.user = roster_by_uid(camd->roster, holding->uids[0]),
		.message = holding->id,
		.number = holding->number,
	};
	struct bringing *bringing = NULL;

	if (ask.user == NULL ||
	    !transfers_has_turn(camd->transfers, OFFER_HELD)) {
		holding_settle(holding, "busy", true);
		holdings_go_on(holdings);
		return;
	}
	holding->state = HOLDING_BRINGING;
	bringing = xcalloc(1, sizeof *bringing);
	bringing->holdings = holdings;
	bringing->camd = camd;
	bringing->message = holding->message;
	bringing->number = holding->number;
	bringing->is_asking = bringing->has_turn = true;
	holdings->bringing = bringing;
	transfers_hold_turn(camd->transfers, OFFER_HELD);
	offers_ask(camd->offers, &ask, on_granted, bringing);
}
