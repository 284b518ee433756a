/* ready.h: files of others that the organisation's server holds for us. */
#ifndef CAM_CAMD_READY_H
#define CAM_CAMD_READY_H

#include <jansson.h>
#include <stdint.h>

struct camd;
struct ready;
struct store_transfer;

/*
 * What the server says it has: all of it when the link to it opens, then what
 * comes. That is shown, and what is accepted and waits is asked for at once; a
 * server that lies gets nothing by it but a question.
 */
struct ready *ready_new(struct camd *camd);
/* NULL is fine in all that follow. */
void ready_free(struct ready *ready);

/* HOLD_READY. CAM_ERR_REQUEST. */
int ready_hear(struct ready *ready, const json_t *params);
/* The server has gone. */
void ready_closed(struct ready *ready);

/* Until when it holds that one, received (wall time); 0: it does not. */
int64_t ready_until(
    const struct ready *ready, const struct store_transfer *transfer);

#endif
