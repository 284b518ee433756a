/* record.c: the records of a folder between two camd. */
#include "camd/transfer/record.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/limits.h"

/* -- one record ---------------------------------------------------------------
 */

size_t
record_write(const struct record *record, uint8_t bytes[RECORD_MAX])
{
	size_t name_len = strnlen(record->name, RECORD_NAME_MAX);
	uint8_t *at = bytes;

	at = fields_write(at, record->type, 1);
	at = fields_write(at, name_len, 1);
	at = fields_write(at, record->mode, 2);
	at = fields_write(at, (uint64_t)record->mtime, 8);
	at = fields_write(at, record->mtime_ns, 4);
	at = fields_write(at, record->size, 8);
	memcpy(at, record->name, name_len);
	return RECORD_HEAD + name_len;
}

static bool
is_named(enum record_type type)
{
	return type == RECORD_FOLDER || type == RECORD_FILE ||
	       type == RECORD_UNREADABLE;
}

int
record_parse(struct span bytes, struct record *record, size_t *used)
{
	const uint8_t *at = bytes.data;
	size_t name_len;

	if (bytes.len < RECORD_HEAD)
		return CAM_ERR_MORE;
	record->type = (enum record_type)fields_read(&at, 1);
	name_len = (size_t)fields_read(&at, 1);
	if (!is_named(record->type) && record->type != RECORD_UP &&
	    record->type != RECORD_END)
		return CAM_ERR_FORMAT;
	if (is_named(record->type) != (name_len > 0))
		return CAM_ERR_FORMAT;
	if (bytes.len < RECORD_HEAD + name_len)
		return CAM_ERR_MORE;
	record->mode = (uint16_t)fields_read(&at, 2);
	record->mtime = (int64_t)fields_read(&at, 8);
	record->mtime_ns = (uint32_t)fields_read(&at, 4);
	record->size = fields_read(&at, 8);
	if (record->size > INT64_MAX || memchr(at, '\0', name_len) != NULL)
		return CAM_ERR_FORMAT;
	memcpy(record->name, at, name_len);
	record->name[name_len] = '\0';
	*used = RECORD_HEAD + name_len;
	return 0;
}

void
record_chain(uint8_t chain[SHA256_SIZE], const struct record *record)
{
	uint8_t bytes[SHA256_SIZE + RECORD_MAX];
	size_t len;

	memcpy(bytes, chain, SHA256_SIZE);
	len = record_write(record, bytes + SHA256_SIZE);
	digest_sha256(span_of(bytes, SHA256_SIZE + len), chain);
}

uint64_t
record_check(const struct record *record)
{
	uint8_t chain[SHA256_SIZE] = { 0 };
	const uint8_t *at = chain;

	record_chain(chain, record);
	return fields_read(&at, 8);
}

void
record_extent_write(
    uint64_t offset, uint32_t length, uint8_t bytes[RECORD_EXTENT_HEAD])
{
	fields_write(fields_write(bytes, offset, 8), length, 4);
}

/* -- reading a stream ---------------------------------------------------------
 */

void
record_reader_init(struct record_reader *reader)
{
	*reader = (struct record_reader){ .count = 0 };
}

/* Where a record leads, and whether it may stand here. */
static int
step(struct record_reader *reader, const struct record *record)
{
	if (reader->count == LIMIT_TREE_ENTRIES)
		return CAM_ERR_LIMIT;
	/* All is in one folder, and nothing comes after it. */
	if ((reader->count == 0) != (reader->depth == 0) ||
	    (reader->count == 0 && record->type != RECORD_FOLDER))
		return CAM_ERR_FORMAT;
	if (record->type == RECORD_FOLDER) {
		if (reader->depth == LIMIT_TREE_DEPTH)
			return CAM_ERR_LIMIT;
		reader->depth++;
	} else if (record->type == RECORD_UP) {
		reader->depth--;
	}
	return 0;
}

static void
count(struct record_reader *reader, const struct record *record)
{
	reader->count++;
	record_chain(reader->chain, record);
}

void
record_reader_skip(struct record_reader *reader, const struct record *record)
{
	if (step(reader, record) == 0)
		count(reader, record);
}

/* The last record, with the chain behind it. */
static int
read_end(struct record_reader *reader, struct span *bytes, size_t used)
{
	if (bytes->len < used + SHA256_SIZE)
		return CAM_ERR_MORE;
	if (reader->depth > 0 || reader->count == 0)
		return CAM_ERR_FORMAT;
	if (reader->record.size != reader->count ||
	    memcmp(bytes->data + used, reader->chain, SHA256_SIZE) != 0)
		return CAM_ERR_CRYPTO;
	used += SHA256_SIZE;
	*bytes = span_of(bytes->data + used, bytes->len - used);
	reader->ended = true;
	return 0;
}

static int
read_record(
    struct record_reader *reader, struct span *bytes, enum record_event *event)
{
	size_t used = 0;
	int rc = record_parse(*bytes, &reader->record, &used);

	if (rc < 0)
		return rc;
	if (reader->record.type == RECORD_END) {
		*event = RECORD_ALL;
		return read_end(reader, bytes, used);
	}
	rc = step(reader, &reader->record);
	if (rc < 0)
		return rc;
	count(reader, &reader->record);
	reader->in_file = reader->record.type == RECORD_FILE;
	reader->at = 0;
	reader->left = 0;
	*bytes = span_of(bytes->data + used, bytes->len - used);
	*event = RECORD_BEGINS;
	return 0;
}

static int
read_file_end(struct record_reader *reader, struct span *bytes, uint64_t status,
    enum record_event *event)
{
	size_t used = RECORD_EXTENT_HEAD + SHA256_SIZE;

	if (bytes->len < used)
		return CAM_ERR_MORE;
	memcpy(reader->digest, bytes->data + RECORD_EXTENT_HEAD, SHA256_SIZE);
	reader->status = status;
	reader->in_file = false;
	*bytes = span_of(bytes->data + used, bytes->len - used);
	*event = RECORD_FILE_ENDS;
	return 0;
}

static int
read_extent(
    struct record_reader *reader, struct span *bytes, enum record_event *event)
{
	const uint8_t *at = bytes->data;
	uint64_t offset;
	uint32_t length;

	if (bytes->len < RECORD_EXTENT_HEAD)
		return CAM_ERR_MORE;
	offset = fields_read(&at, 8);
	length = (uint32_t)fields_read(&at, 4);
	if (length == 0)
		return read_file_end(reader, bytes, offset, event);
	if (length > RECORD_EXTENT_MAX || offset < reader->at)
		return CAM_ERR_FORMAT;
	if (offset > reader->record.size ||
	    length > reader->record.size - offset)
		return CAM_ERR_LIMIT;
	reader->at = offset;
	reader->left = length;
	*bytes = span_of(at, bytes->len - RECORD_EXTENT_HEAD);
	return 0;
}

int
record_next(struct record_reader *reader, struct span *bytes,
    enum record_event *event, struct span *data)
{
	int rc;

	*data = span_of(NULL, 0);
	if (reader->ended) {
		*event = RECORD_ALL;
		return bytes->len == 0 ? 0 : CAM_ERR_FORMAT;
	}
	if (!reader->in_file)
		return read_record(reader, bytes, event);
	if (reader->left == 0) {
		*event = RECORD_DATA;
		rc = read_extent(reader, bytes, event);
		if (rc < 0 || *event == RECORD_FILE_ENDS)
			return rc;
	}
	if (bytes->len == 0)
		return CAM_ERR_MORE;
	*data = span_of(
	    bytes->data, bytes->len < reader->left ? bytes->len : reader->left);
	*bytes = span_of(bytes->data + data->len, bytes->len - data->len);
	reader->offset = reader->at;
	reader->at += data->len;
	reader->left -= (uint32_t)data->len;
	*event = RECORD_DATA;
	return 0;
}
