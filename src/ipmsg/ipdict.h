/* ipdict.h: the IPDict encoding (protocol reference 6.1). */
#ifndef CAM_IPDICT_H
#define CAM_IPDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/span.h"

struct ipdict_pair {
	struct span key;
	struct span value;
};

/*
 * Keys and raw values in the order of the wire, borrowed from its bytes. The
 * reader knows the type of each key. A key that comes again replaces the value
 * before.
 */
struct ipdict {
	struct ipdict_pair pairs[LIMIT_IPDICT_KEYS];
	size_t count;
	struct span content;
	unsigned depth;
	bool repeated; /* some key came again */
};

/* A whole datagram or TCP command, "IP2:len:content:Z"; NULs behind it do not
 * matter. */
int ipdict_parse(struct span packed, struct ipdict *dict);
/* Content without the frame, as WAPD holds it; depth counts how deep it lies in
 * another. */
int ipdict_parse_content(
    struct span content, unsigned depth, struct ipdict *dict);
/*
 * How long the packed dict at the start of bytes is, for TCP. CAM_ERR_MORE
 * while that cannot be told or not all of it is there; CAM_ERR_LIMIT above
 * LIMIT_IPDICT_TCP.
 */
int ipdict_frame(struct span bytes, size_t *len);

/* All of these: CAM_ERR_UNKNOWN when the key is missing, CAM_ERR_FORMAT when
 * the value is not such a thing. */
int ipdict_get(const struct ipdict *dict, const char *key, struct span *value);
int ipdict_get_int(const struct ipdict *dict, const char *key, int64_t *value);
int ipdict_get_float(const struct ipdict *dict, const char *key, double *value);
/* UTF-8, strictly, without a NUL, at most size - 1 bytes (CAM_ERR_LIMIT). */
int ipdict_get_text(
    const struct ipdict *dict, const char *key, char *text, size_t size);
int ipdict_get_dict(
    const struct ipdict *dict, const char *key, struct ipdict *value);
/* The value as a list: then ipdict_list_next() takes the items off;
 * CAM_ERR_MORE at the end. */
int ipdict_get_list(
    const struct ipdict *dict, const char *key, struct span *list);
int ipdict_list_next(struct span *list, struct span *item);

/* Hex digits, "-" before a negative one. */
int ipdict_int(struct span text, int64_t *value);

/*
 * The bytes a signature is made over: all before SIGN, framed anew.
 * CAM_ERR_UNKNOWN without SIGN; CAM_ERR_FORMAT when it is not the last key, or
 * when a key came again, so that what is read is not all that was signed.
 */
int ipdict_signed(const struct ipdict *dict, struct buf *buf);

/* Writing: pairs into a buf of content, then ipdict_pack() puts the frame
 * around it. */
void ipdict_put(struct buf *content, const char *key, struct span value);
void ipdict_put_int(struct buf *content, const char *key, int64_t value);
void ipdict_put_float(struct buf *content, const char *key, double value);
void ipdict_put_text(struct buf *content, const char *key, const char *text);
/* An item of a list, whose bytes are then a value. */
void ipdict_list_add(struct buf *list, struct span item);
void ipdict_pack(struct span content, struct buf *packed);

#endif
