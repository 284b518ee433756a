/* holdings.h: files of ours that the organisation's server holds for those who
 * are away, so that they have them although we have gone. */
#ifndef CAM_CAMD_HOLDINGS_H
#define CAM_CAMD_HOLDINGS_H

#include <jansson.h>
#include <stdint.h>

#include "camd/offer/key.h"
#include "camd/transfer/transfer.h"

struct camd;
struct holdings;

/*
 * What is offered to a colleague whom the server does not see is brought there,
 * one at a time, sealed as it would go to him; the server is asked anew over
 * each connection to it, and knows what it has.
 *
 *	waiting -> asking -> bringing -> held
 *	   ^          |          |
 *	   +----------+----------+--> (forgotten)
 */
struct holdings *holdings_new(struct camd *camd);
/* Before the transfers, after what asks. NULL is fine in all that follow. */
void holdings_free(struct holdings *holdings);

/* The server is there; it has gone. */
void holdings_open(struct holdings *holdings);
void holdings_closed(struct holdings *holdings);
/* Somebody may have gone, or something is offered. */
void holdings_look_soon(struct holdings *holdings);

/* One of OFFER_HELD has ended. */
void holdings_ended(struct holdings *holdings, const struct offer_key *key,
    const struct transfer_outcome *outcome);
/* Somebody has it from us. */
void holdings_done(struct holdings *holdings, const struct offer_key *key);
/* Nobody may have it any more; OFFER_ALL: of all that the message lists. */
void holdings_drop(struct holdings *holdings, int64_t message, int64_t number);

/* HOLD_TAKEN: org_ferry_answer() follows. */
void holdings_hear_taken(struct holdings *holdings, const json_t *params,
    uint64_t serial, json_int_t id);

/* "held", and until when; "bringing", or why the server does not hold it
 * ("full", "large", "off"): *until_ms 0; NULL: it need not. */
const char *holdings_word(const struct holdings *holdings,
    const struct offer_key *key, int64_t *until_ms);

#endif
