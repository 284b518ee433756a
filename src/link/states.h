/* states.h: whether members are there, as a server tells it of many at once. */
#ifndef CAM_LINK_STATES_H
#define CAM_LINK_STATES_H

#include "base/buf.h"
#include "base/span.h"

enum {
	STATES_UNSAID = 3, /* beside a state: of that number nothing is said */
	STATES_A_BYTE = 4
};

/* states has a byte for each number, 0 .. 3: of each two bits, from the highest
 * on, in base64; appended. The last byte is filled up with STATES_UNSAID. */
void states_write(struct span states, struct buf *text);
/* Pure. A byte for each again, appended. CAM_ERR_FORMAT: no base64. */
int states_read(struct span text, struct buf *states);

#endif
