/* record.h: a folder between two camd: the records inside its chunks. */
#ifndef CAM_TRANSFER_RECORD_H
#define CAM_TRANSFER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "crypto/digest.h"

/*
 * Numbers are big endian.
 *
 *   record = type(1) length of name(1) mode(2) mtime(8) nanoseconds(4) size(8)
 *            name
 *   'D' enter a folder; the first record is the offered one itself
 *   'F' a file; its extents follow, then its end:
 *       extent = offset(8) length(4, 1 .. RECORD_EXTENT_MAX) bytes
 *       end    = status(8) 0(4) digest(32) of the whole file (filesum.h)
 *       Extents go up and do not overlap; between them the file is zero.
 *       Status 0 is well; 1: it changed or could not be read, leave it out
 *   'X' what the sender cannot read: a name, nothing follows
 *   'U' leave the folder; mode and times are its own. No name
 *   'E' the end, after the 'U' of the first folder: size is the number of
 *       records before, the chain(32) follows
 *
 * chain is SHA-256(chain so far, record as above), from zeros: two ends that
 * agree on it have seen the same names, sizes, modes and times in one order.
 */
enum record_type {
	RECORD_FOLDER = 'D',
	RECORD_FILE = 'F',
	RECORD_UNREADABLE = 'X',
	RECORD_UP = 'U',
	RECORD_END = 'E',
};

enum {
	RECORD_NAME_MAX = 255,
	RECORD_HEAD = 24,
	RECORD_MAX = RECORD_HEAD + RECORD_NAME_MAX,
	RECORD_EXTENT_HEAD = 12,
	RECORD_EXTENT_MAX = 1024 * 1024,
	RECORD_STATUS_CHANGED = 1
};

struct record {
	enum record_type type;
	uint16_t mode; /* permission bits */
	int64_t mtime; /* seconds since 1970 */
	uint32_t mtime_ns;
	uint64_t size;
	char name[RECORD_NAME_MAX + 1];
};

/* Returns how many bytes it wrote. name is cut at RECORD_NAME_MAX. */
size_t record_write(const struct record *record, uint8_t bytes[RECORD_MAX]);
/* CAM_ERR_MORE, CAM_ERR_FORMAT (a NUL in the name, an unknown type, a name
 * where none belongs or none where one does). *used: its size. */
int record_parse(struct span bytes, struct record *record, size_t *used);
/* Takes one record on. */
void record_chain(uint8_t chain[SHA256_SIZE], const struct record *record);

/* Tells that record from another: 8 bytes of its digest. */
uint64_t record_check(const struct record *record);

/* offset and length, as an extent begins; length 0: the end, with a status. */
void record_extent_write(
    uint64_t offset, uint32_t length, uint8_t bytes[RECORD_EXTENT_HEAD]);

/* -- reading a stream as it comes --------------------------------------------
 */

enum record_event {
	RECORD_BEGINS,	  /* reader->record: any but END */
	RECORD_DATA,	  /* the file's next bytes, at reader->offset */
	RECORD_FILE_ENDS, /* reader->status, reader->digest */
	RECORD_ALL,	  /* the end has come and agrees */
};

struct record_reader {
	struct record record;
	uint64_t offset; /* of the data */
	uint64_t status;
	uint8_t digest[SHA256_SIZE];
	uint64_t count; /* of records so far, and the chain over them */
	uint8_t chain[SHA256_SIZE];
	uint32_t depth;
	/* Private. */
	bool in_file;
	bool ended;
	uint64_t at;   /* where the next extent may begin, at the earliest */
	uint32_t left; /* of this extent */
};

void record_reader_init(struct record_reader *reader);
/* Goes on behind a record that was read at another time. */
void record_reader_skip(
    struct record_reader *reader, const struct record *record);
/*
 * Takes what it uses off bytes. CAM_ERR_MORE: call again with what is left
 * (less than 512 bytes) and more behind it. Final: CAM_ERR_FORMAT;
 * CAM_ERR_LIMIT: too deep, too many records, an extent behind the file's size;
 * CAM_ERR_CRYPTO: the end does not agree.
 */
int record_next(struct record_reader *reader, struct span *bytes,
    enum record_event *event, struct span *data);

#endif
