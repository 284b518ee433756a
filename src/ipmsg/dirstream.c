/* dirstream.c: the stream that answers GETDIRFILES. */
#include "ipmsg/dirstream.h"

#include <string.h>

#include "base/err.h"
#include "base/number.h"

enum {
	SIZE_DIGITS_MAX = 8,
	SIZE_DIGITS_SENT = 4,
	HEADER_MIN = 8, /* "0007:" and less are no header; Windows reads 8 */
};

/* The header as a whole, its own size in front included. */
static int
cut_header(struct span bytes, struct span *header)
{
	struct span rest = bytes, digits = { NULL, 0 };
	uint64_t size = 0;
	int rc;

	if (!span_cut(&rest, ':', &digits)) {
		if (bytes.len > SIZE_DIGITS_MAX)
			return CAM_ERR_FORMAT;
		/* What cannot become a size need not be waited for. */
		rc = bytes.len == 0 ? 0 : number_hex(bytes, UINT32_MAX, &size);
		return rc < 0 ? CAM_ERR_FORMAT : CAM_ERR_MORE;
	}
	if (digits.len < SIZE_DIGITS_SENT || digits.len > SIZE_DIGITS_MAX)
		return CAM_ERR_FORMAT;
	rc = number_hex(digits, LIMIT_STREAM_HEADER, &size);
	if (rc < 0)
		return rc;
	if (size < HEADER_MIN || size <= digits.len + 1)
		return CAM_ERR_FORMAT;
	if (size > bytes.len)
		return CAM_ERR_MORE;
	if (bytes.data[size - 1] != ':')
		return CAM_ERR_FORMAT;
	*header = span_of(bytes.data, (size_t)size);
	return 0;
}

static int
read_name(struct span *rest, struct dirstream_record *record)
{
	struct buf name;
	int rc;

	buf_init(&name, LIMIT_FILE_NAME);
	rc = file_name_cut(rest, &name);
	if (rc == 0 && name.len == 0)
		rc = CAM_ERR_FORMAT;
	if (rc == 0) {
		memcpy(record->name, name.data, name.len);
		record->name_len = name.len;
	}
	buf_finish(&name);
	return rc == CAM_ERR_MORE ? CAM_ERR_FORMAT : rc;
}

int
dirstream_record_parse(struct span bytes, struct dirstream_record *record)
{
	struct span header, field = { NULL, 0 };
	uint64_t attr = 0;
	int rc = cut_header(bytes, &header);

	if (rc < 0)
		return rc;
	record->header_size = (uint32_t)header.len;
	span_cut(&header, ':', &field);
	if ((rc = read_name(&header, record)) < 0)
		return rc;
	if (!span_cut(&header, ':', &field))
		return CAM_ERR_FORMAT;
	if ((rc = number_hex(field, INT64_MAX, &record->size)) < 0)
		return rc;
	if (!span_cut(&header, ':', &field))
		return CAM_ERR_FORMAT;
	if ((rc = number_hex(field, UINT32_MAX, &attr)) < 0)
		return rc;
	record->attr = (uint32_t)attr;
	return file_attributes_parse(
	    header, record->attributes, &record->attribute_count);
}

/* -- a whole stream -----------------------------------------------------------
 */

void
dirstream_init(struct dirstream *stream, struct charset_converter *converter,
    enum charset charset, bool single)
{
	*stream = (struct dirstream){
		.converter = converter, .charset = charset, .single = single
	};
}

static int
decode_name(struct dirstream *stream)
{
	struct buf name;
	int rc;

	buf_init(&name, LIMIT_FILE_NAME);
	charset_decode(stream->converter, stream->charset,
	    span_of(stream->record.name, stream->record.name_len), &name);
	rc = buf_failed(&name)
		 ? CAM_ERR_LIMIT
		 : file_name_receive(buf_span(&name), stream->name);
	buf_finish(&name);
	return rc;
}

static int
enter_folder(struct dirstream *stream)
{
	if (stream->single || (stream->depth == 0 && stream->entries > 1))
		return CAM_ERR_FORMAT;
	if (stream->depth == LIMIT_STREAM_DEPTH)
		return CAM_ERR_LIMIT;
	stream->depth++;
	return decode_name(stream);
}

static int
begin_file(struct dirstream *stream)
{
	/* Only the single-file form has a file that is in no folder. */
	if (stream->depth == 0 && (!stream->single || stream->entries > 1))
		return CAM_ERR_FORMAT;
	stream->in_file = true;
	stream->left = stream->record.size;
	return decode_name(stream);
}

static int
leave_folder(struct dirstream *stream)
{
	if (stream->depth == 0)
		return CAM_ERR_FORMAT;
	stream->depth--;
	stream->ended = stream->depth == 0;
	return 0;
}

static int
begin_record(struct dirstream *stream, enum dirstream_event *event)
{
	if (++stream->entries > LIMIT_STREAM_ENTRIES)
		return CAM_ERR_LIMIT;
	switch (stream->record.attr & 0xff) {
	case FILE_REGULAR:
		*event = DIRSTREAM_FILE;
		return begin_file(stream);
	case FILE_FOLDER:
		*event = DIRSTREAM_FOLDER;
		return enter_folder(stream);
	case FILE_PARENT:
		*event = DIRSTREAM_UP;
		return leave_folder(stream);
	}
	return CAM_ERR_REFUSED;
}

static int
take_data(struct dirstream *stream, struct span *bytes,
    enum dirstream_event *event, struct span *data)
{
	if (stream->left == 0) {
		stream->in_file = false;
		stream->ended = stream->single;
		*event = DIRSTREAM_FILE_END;
		return 0;
	}
	if (bytes->len == 0)
		return CAM_ERR_MORE;
	*data = *bytes;
	if (data->len > stream->left)
		data->len = (size_t)stream->left;
	stream->left -= data->len;
	*bytes = span_of(bytes->data + data->len, bytes->len - data->len);
	*event = DIRSTREAM_DATA;
	return 0;
}

int
dirstream_next(struct dirstream *stream, struct span *bytes,
    enum dirstream_event *event, struct span *data)
{
	size_t size;
	int rc;

	*data = span_of(NULL, 0);
	if (stream->in_file)
		return take_data(stream, bytes, event, data);
	if (stream->ended) {
		*event = DIRSTREAM_END;
		return 0;
	}
	rc = dirstream_record_parse(*bytes, &stream->record);
	if (rc < 0)
		return rc;
	size = stream->record.header_size;
	*bytes = span_of(bytes->data + size, bytes->len - size);
	return begin_record(stream, event);
}

/* -- building
 * ------------------------------------------------------------------- */

int
dirstream_record_build(struct buf *buf, struct span name, uint64_t size,
    uint32_t attr, const struct file_attribute *attributes, size_t count)
{
	struct buf rest;
	int rc = 0;

	buf_init(&rest, LIMIT_STREAM_HEADER - SIZE_DIGITS_SENT);
	buf_put_byte(&rest, ':');
	file_name_put(&rest, name);
	/* Digits as Windows and iptux write them. */
	buf_printf(&rest, ":%0*llx:%x:", (attr & 0xff) == FILE_PARENT ? 1 : 9,
	    (unsigned long long)size, (unsigned)attr);
	for (size_t i = 0; i < count; i++)
		if (attributes[i].is_number)
			buf_printf(&rest,
			    "%x=%llx:", (unsigned)attributes[i].key,
			    (unsigned long long)attributes[i].number);
	if (!buf_failed(&rest)) {
		buf_printf(
		    buf, "%04x", (unsigned)(rest.len + SIZE_DIGITS_SENT));
		buf_put_span(buf, buf_span(&rest));
	}
	if (name.len == 0)
		rc = CAM_ERR_FORMAT;
	else if (buf_failed(&rest) || buf_failed(buf))
		rc = CAM_ERR_LIMIT;
	buf_finish(&rest);
	return rc;
}
