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

/* Receipts on their way out. */
struct receipts *receipts_new(struct camd *camd);
void receipts_free(struct receipts *receipts);
/* The envelope that came over the link with that serial is stored for good: its
 * id goes into the next receipt there, if that link is still open. */
void receipts_add(struct receipts *receipts, uint64_t serial,
    const uint8_t id[ENVELOPE_ID_SIZE]);
/* It will never be stored. */
void receipts_refuse(struct receipts *receipts, uint64_t serial,
    const uint8_t id[ENVELOPE_ID_SIZE], const char *reason);

/* What the other end says, each a struct link_method: LINK_RECEIPTS,
 * LINK_REFUSED, LINK_OPENED. */
int receipts_hear(struct link *link, json_t *params, const json_int_t *id);
int receipts_hear_refused(
    struct link *link, json_t *params, const json_int_t *id);
int receipts_hear_opened(
    struct link *link, json_t *params, const json_int_t *id);

#endif
