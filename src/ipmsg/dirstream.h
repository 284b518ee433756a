/* dirstream.h: the stream that answers GETDIRFILES (protocol reference 4.4,
 * threat model F3). */
#ifndef CAM_DIRSTREAM_H
#define CAM_DIRSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/span.h"
#include "ipmsg/attach.h"
#include "ipmsg/charset.h"

/* A record's header; spans are borrowed from the bytes parsed. */
struct dirstream_record {
	uint32_t header_size;
	char name[LIMIT_FILE_NAME]; /* raw bytes, colons single again */
	size_t name_len;
	uint64_t size; /* bytes of data that follow, when a regular file */
	uint32_t attr;
	struct file_attribute attributes[LIMIT_ATTRIBUTES];
	size_t attribute_count;
};

/* CAM_ERR_MORE: the header is not all there; else it is the first header_size
 * bytes. */
int dirstream_record_parse(struct span bytes, struct dirstream_record *record);

/* What a stream says next. */
enum dirstream_event {
	DIRSTREAM_FOLDER, /* enter a folder named stream->name; the first one is
			     the offer itself */
	DIRSTREAM_FILE, /* a file named stream->name of record.size bytes begins
			 */
	DIRSTREAM_DATA, /* the next bytes of that file */
	DIRSTREAM_FILE_END,
	DIRSTREAM_UP,  /* leave the folder; record's attributes describe it */
	DIRSTREAM_END, /* all is here; nothing may follow */
};

/* Reads a stream as it arrives. No memory of its own. */
struct dirstream {
	struct dirstream_record record;
	char name[FILE_NAME_SIZE]; /* decoded and safe, of FOLDER and FILE */
	/* Private. */
	struct charset_converter *converter;
	enum charset charset;
	bool single;
	bool in_file;
	bool ended;
	uint32_t depth;
	uint32_t entries;
	uint64_t left;
};

/*
 * charset is UTF-8 when the request had UTF8OPT, else the configured one.
 * single: one regular file was asked for, a lone record with its data is the
 * answer.
 */
void dirstream_init(struct dirstream *stream,
    struct charset_converter *converter, enum charset charset, bool single);

/*
 * Takes what it uses off bytes. CAM_ERR_MORE: call again with what is left
 * and more behind it (a header takes at most LIMIT_STREAM_HEADER bytes).
 * Errors are final: CAM_ERR_FORMAT, CAM_ERR_LIMIT, CAM_ERR_REFUSED for a type
 * other than file and folder.
 */
int dirstream_next(struct dirstream *stream, struct span *bytes,
    enum dirstream_event *event, struct span *data);

/*
 * Appends one header. name is in the request's charset; "." with FILE_PARENT.
 * Attributes are their numbers.
 */
int dirstream_record_build(struct buf *buf, struct span name, uint64_t size,
    uint32_t attr, const struct file_attribute *attributes, size_t count);

#endif
