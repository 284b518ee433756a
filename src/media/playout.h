/* playout.h: one received voice, from packets to the sound of the next 20 ms.
 */
#ifndef CAM_PLAYOUT_H
#define CAM_PLAYOUT_H

#include <stdint.h>

#include "media/jitter.h"
#include "media/voice.h"

struct playout {
	struct voice_decoder *decoder;
	unsigned channels;
	uint8_t level; /* of what was played last */
	struct jitter jitter;
};

/* NULL: no memory for its decoder. */
struct playout *playout_new(uint32_t clock, unsigned channels);
void playout_free(struct playout *playout);
void playout_put(struct playout *playout, const struct rtp_packet *packet,
    uint64_t arrived_us);
/* False: nobody speaks, and pcm is not written. */
bool playout_take(struct playout *playout, uint64_t now_us, int16_t *pcm);

#endif
