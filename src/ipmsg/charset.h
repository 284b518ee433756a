/* charset.h: text in the three charsets of the wire (protocol reference 1.5,
 * threat model T1). */
#ifndef CAM_CHARSET_H
#define CAM_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "ipmsg/client.h"

enum charset { CHARSET_UTF8, CHARSET_CP932, CHARSET_GB18030 };

/* "UTF-8", "CP932", "GB18030". */
const char *charset_name(enum charset charset);
/* Those names, ASCII case ignored; CAM_ERR_UNKNOWN for others. */
int charset_parse(const char *name, enum charset *charset);

/*
 * The open iconv handles. One thread at a time; make one a thread.
 * Converters of the system that are missing: CAM_ERR_UNSUPPORTED.
 */
struct charset_converter;
int charset_converter_new(struct charset_converter **converter);
void charset_converter_free(struct charset_converter *converter);

/*
 * Appends bytes as UTF-8 to out. A byte that begins no character becomes one
 * U+FFFD and reading goes on with the very next byte, so an ASCII byte is
 * never swallowed. Returns how many were replaced.
 */
size_t charset_decode(struct charset_converter *converter, enum charset charset,
    struct span bytes, struct buf *out);

/*
 * Appends UTF-8 text in charset to out, '?' for each character it does not
 * have and for each byte that is not UTF-8. Returns how many '?' that were.
 */
size_t charset_encode(struct charset_converter *converter, enum charset charset,
    struct span text, struct buf *out);

/*
 * How to read the text of one packet: what the packet says and what is known
 * of its sender. Fill converter, configured and what the peer's record holds,
 * then let packet_reader() (packet.h) set utf8 and client.
 */
struct charset_reader {
	struct charset_converter *converter;
	enum charset configured; /* ipmsg.charset */
	bool has_used;		 /* we have written to this peer, in: */
	enum charset used;
	bool sent_legacy; /* it has sent text that is not UTF-8 */
	enum client_kind client;
	bool utf8; /* this packet has UTF8OPT */
};

/* Flags first, then what the bytes are, then the peer's memory, then the
 * setting (1.5). */
enum charset charset_guess(
    const struct charset_reader *reader, struct span bytes);
/* Appends bytes as UTF-8, guessed; returns the charset taken. A result other
 * than UTF-8 is what sent_legacy remembers. */
enum charset charset_read(
    const struct charset_reader *reader, struct span bytes, struct buf *out);
/*
 * The same into text, NUL-ended; a NUL in bytes ends it. CAM_ERR_LIMIT when
 * it takes more than size - 1 bytes: text is then empty.
 */
int charset_read_name(const struct charset_reader *reader, struct span bytes,
    char *text, size_t size);

/* What to write to a peer in; caputf8: it has announced CAPUTF8OPT. */
enum charset charset_towards(
    enum client_kind client, bool caputf8, enum charset configured);

#endif
