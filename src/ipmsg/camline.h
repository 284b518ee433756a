/* camline.h: the line of an entry packet by which a camd says that it speaks
 * cam/1 (architecture, section 7): a hint worth one connection, never proof. */
#ifndef CAM_CAMLINE_H
#define CAM_CAMLINE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/span.h"

/*
 * "CM:1:<tcp port>:<device id, 32 hex digits>:<time, hex>:<signature, base64url
 * without padding>". The signature is Ed25519 by the device's signing key under
 * CAMLINE_LABEL.
 */
#define CAMLINE_KEY "CM"
#define CAMLINE_LABEL "cam/announce/1"
enum { CAMLINE_DEVICE_SIZE = 16, CAMLINE_SIGNATURE_SIZE = 64 };
/* The longest line, without a LF. */
enum { CAMLINE_MAX = 160 };
/* What camline_signed() writes at most, with names of LIMIT_NAME. */
enum {
	CAMLINE_SIGNED_MAX = 2 * (LIMIT_NAME + 1) + 2 + CAMLINE_DEVICE_SIZE + 8
};

struct camline {
	uint16_t port; /* TCP, never 0 */
	uint8_t device[CAMLINE_DEVICE_SIZE];
	int64_t time_ms; /* wall time of the sender, >= 0 */
	uint8_t signature[CAMLINE_SIGNATURE_SIZE];
};

/* value is what stands behind "CM:". Pure. CAM_ERR_FORMAT; CAM_ERR_VERSION: a
 * form of later cams. */
int camline_parse(struct span value, struct camline *line);
/* The whole line, without a LF. */
void camline_write(const struct camline *line, struct buf *buf);
/* What is signed: the wire names of the packet's sender (UTF-8), each with a
 * zero byte behind it, then port (2), device, time (8), big-endian. */
void camline_signed(const char *user, const char *host,
    const struct camline *line, struct buf *buf);

#endif
