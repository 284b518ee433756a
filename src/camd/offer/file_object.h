/* file_object.h: the file object of cam-rpc(7). */
#ifndef CAM_CAMD_FILE_OBJECT_H
#define CAM_CAMD_FILE_OBJECT_H

#include <jansson.h>

struct camd;
struct store_transfer;

/* Counters come from what runs; who is who from the roster: on the loop. */
json_t *offer_file_object(
    const struct camd *camd, const struct store_transfer *transfer);
/* What else a message object's offers say of one that was received. */
void offer_add_state(json_t *object, const struct camd *camd,
    const struct store_transfer *transfer);
/* What the organisation's server has of it: "server", "server_until". */
void offer_add_held(json_t *object, const struct camd *camd,
    const struct store_transfer *transfer);

#endif
