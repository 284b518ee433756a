/* message.h: a message's text between the wire and people (protocol
 * reference 1.7, 7.2). */
#ifndef CAM_MESSAGE_H
#define CAM_MESSAGE_H

#include "base/buf.h"
#include "base/span.h"
#include "ipmsg/charset.h"

/*
 * Appends the text as UTF-8: decoded, without CRs; from FeiQ without the font
 * description and with image where an image stands (a word for people, or NULL:
 * the mark stays). Returns the charset it was read in.
 */
enum charset message_text_read(const struct charset_reader *reader,
    struct span bytes, const char *image, struct buf *out);

/*
 * Appends UTF-8 text as it is sent in charset, without CRs; a NUL ends it.
 * Returns how many characters became '?'.
 */
size_t message_text_write(struct charset_converter *converter,
    enum charset charset, struct span text, struct buf *out);

#endif
