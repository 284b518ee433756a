/* inside.h: what an envelope says of a parcel, and to whom it says it. */
#ifndef CAM_CAMD_INSIDE_H
#define CAM_CAMD_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "crypto/envelope.h"

struct camd;
struct parcel;

/* Made on the loop, read in the pool: the parcel may change meanwhile. All
 * zeros: nothing yet. */
struct inside {
	struct envelope_content content;
	struct envelope_recipient *recipients;
	struct buf names, body;
	struct sign_key *key;
	size_t found; /* where inside_names() found the last one */
};

/* packet_no: it has left by IPMSG under that number (0: it has not). Finds the
 * parcel's talk. */
void inside_fill(struct inside *inside, const struct camd *camd,
    struct parcel *parcel, uint32_t packet_no);
/* All but the keys of those it names. */
void inside_shrink(struct inside *inside);
void inside_finish(struct inside *inside);
/* Whether it names that key; quick for those asked for in its order. */
bool inside_names(struct inside *inside, const uint8_t key[SIGN_KEY_SIZE]);

#endif
