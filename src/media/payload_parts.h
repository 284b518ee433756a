/* payload_parts.h: what the payloads of VP8 and VP9 have in common, for them
 * alone. */
#ifndef CAM_PAYLOAD_PARTS_H
#define CAM_PAYLOAD_PARTS_H

#include "base/fields.h"
#include "media/payload.h"

/* In its first octet: the picture's number has 15 bits and not 7. */
enum { PAYLOAD_LONG_PICTURE = 0x80 };

void payload_read_picture(struct fields *fields, struct payload_part *part);

#endif
