/* orgline.h: the line by which the server of an organisation is looked for on
 * the segment, and says where it is: an address to try, never proof (threat
 * model S1). */
#ifndef CAM_ORGLINE_H
#define CAM_ORGLINE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/*
 * "CO:1:<tcp port>:<pin of the organisation's root, 32 hex digits>" in a
 * NOOPERATION, which other programs skip; port 0 asks where it is.
 */
#define ORGLINE_KEY "CO"
enum { ORGLINE_PIN_SIZE = 16 };
/* The longest line, without a LF. */
enum { ORGLINE_MAX = 48 };

struct orgline {
	uint16_t port; /* 0: a question */
	uint8_t pin[ORGLINE_PIN_SIZE];
};

/* value is what stands behind "CO:". Pure. CAM_ERR_FORMAT; CAM_ERR_VERSION: a
 * form of later cams. */
int orgline_parse(struct span value, struct orgline *line);
/* The whole line, without a LF. */
void orgline_write(const struct orgline *line, struct buf *buf);

#endif
