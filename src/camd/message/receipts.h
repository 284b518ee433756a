/* receipts.h: receipts of envelopes sent in batches, and those that come
 * checked. */
#ifndef CAM_CAMD_RECEIPTS_H
#define CAM_CAMD_RECEIPTS_H

#include <jansson.h>
#include <stdint.h>

#include "crypto/envelope.h"

struct camd;
struct link;
struct receipts;
struct user;

/* Receipts on their way out. */
struct receipts *receipts_new(struct camd *camd);
void receipts_free(struct receipts *receipts);
/* Over what an envelope came: the link with that serial, or, uid not 0, the
 * relay, from that device of the user. */
struct receipt_to {
	uint64_t serial;
	int64_t uid;
	uint8_t device[DEVICE_ID_SIZE];
};
/* The envelope is stored for good: its id goes into the next receipt the same
 * way back, if that link is still open. */
void receipts_add(struct receipts *receipts, const struct receipt_to *to,
    const uint8_t id[ENVELOPE_ID_SIZE]);
/* It will never be stored; reason is a word that stays. digest: of what came by
 * a server, NULL: it need not be said. */
void receipts_refuse(struct receipts *receipts, const struct receipt_to *to,
    const uint8_t id[ENVELOPE_ID_SIZE], const char *reason,
    const uint8_t *digest);

/* What the other end says, each a struct link_method: LINK_RECEIPTS,
 * LINK_REFUSED, LINK_OPENED. */
int receipts_hear(struct link *link, json_t *params, const json_int_t *id);
int receipts_hear_refused(
    struct link *link, json_t *params, const json_int_t *id);
int receipts_hear_opened(
    struct link *link, json_t *params, const json_int_t *id);
/* The same through the relay, from that user. CAM_ERR_UNSUPPORTED: no such
 * method. */
int receipts_hear_relayed(
    struct camd *camd, struct user *user, const char *method, json_t *params);

#endif
