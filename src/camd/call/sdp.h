/* sdp.h: what we send in a call as other programs read it (RFC 8866, 4568,
 * 7714). */
#ifndef CAM_CAMD_CALL_SDP_H
#define CAM_CAMD_CALL_SDP_H

#include <stdbool.h>
#include <stdint.h>

#include "rpc/media.h"

/* Of media_kind, above the port of sound. */
enum { SDP_PORT_MAX = 65530, SDP_PORT_STEP = 2 };

/*
 * Our streams as they arrive on that port of 127.0.0.1 and those above; sealed:
 * with the key that opens them. A new string: overwrite it when it is done
 * with.
 */
char *sdp_build(
    const struct media *media, const char *call, uint16_t port, bool sealed);

#endif
