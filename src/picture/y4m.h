/* y4m.h: YUV4MPEG2, what tools write and read raw video as (the format of
 * mjpegtools, yuv4mpeg(5)); of it 4:2:0 of 8 bits, not interlaced. */
#ifndef CAM_Y4M_H
#define CAM_Y4M_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "picture/i420.h"

struct y4m_format {
	unsigned width, height;
	unsigned rate, per; /* rate / per pictures a second */
};

/*
 * Reads the first line; used is its length with its end. CAM_ERR_MORE: its end
 * is not there yet; CAM_ERR_FORMAT; CAM_ERR_UNSUPPORTED: other pictures than
 * these; CAM_ERR_LIMIT: too large.
 */
int y4m_parse(struct span text, struct y4m_format *format, size_t *used);
/* The line before each picture, the same way. */
int y4m_parse_frame(struct span text, size_t *used);

/* -- files -------------------------------------------------------------------
 */

struct y4m_reader;

/* Reads, blocking, from fd, which it takes also where it fails. Errors of
 * y4m_parse(), CAM_ERR_SYSTEM, CAM_ERR_CLOSED: ends too early. */
int y4m_open(int fd, struct y4m_reader **reader);
void y4m_close(struct y4m_reader *reader);
const struct y4m_format *y4m_format(const struct y4m_reader *reader);
/* The next one, into a picture of that size. CAM_ERR_CLOSED: there is none. */
int y4m_read(struct y4m_reader *reader, struct i420 *picture);
/* Back to the first. CAM_ERR_SYSTEM: a pipe. */
int y4m_rewind(struct y4m_reader *reader);

/* Appends the first line; then a picture, which must be of that size. */
void y4m_put_header(const struct y4m_format *format, struct buf *out);
void y4m_put(const struct i420 *picture, struct buf *out);

#endif
