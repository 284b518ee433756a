/* depot.h: what members send each other through the server, held until it has
 * been taken. */
#ifndef CAM_CAMSERVER_DEPOT_H
#define CAM_CAMSERVER_DEPOT_H

#include <jansson.h>
#include <stdint.h>

#include "base/span.h"

struct depot;
struct memberlink;
struct memberlinks;

/* What has become of envelopes since the start. */
struct depot_counts {
	uint64_t stored;
	uint64_t passed; /* taken before they were stored */
	uint64_t refused;
};

/* Before the writer begins, since it writes. CAM_ERR_STORE, CAM_ERR_FULL, or
 * CAM_ERR_LIMIT when the numbers are used up. */
int depot_new(struct memberlinks *links, struct depot **depot);
/* After all links have closed: what they have sent goes to the writer, which
 * takes nothing later. */
void depot_stop(struct depot *depot);
/* After the writer. */
void depot_free(struct depot *depot);

/* A member is there: what waits for him is sent; he has gone. */
void depot_open(struct depot *depot, struct memberlink *link);
void depot_close(struct depot *depot, struct memberlink *link);

/* He opens a stream: 0, or why not. */
int depot_stream(struct depot *depot, struct memberlink *link, uint16_t stream,
    const char *kind);
/* An item of his: handed on, stored, then he is told. */
void depot_item(struct depot *depot, struct memberlink *link, uint16_t stream,
    struct span item);
/* His stream takes more. */
void depot_drained(struct depot *depot, struct memberlink *link);
const struct depot_counts *depot_counts(const struct depot *depot);
/* RELAY_TAKEN. */
int depot_taken(
    struct depot *depot, struct memberlink *link, const json_t *params);

#endif
