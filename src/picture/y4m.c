/* y4m.c: YUV4MPEG2, what tools write and read raw video as. */
#include "picture/y4m.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"

enum { RATE_MAX = 1000000000, PICTURES_A_SECOND_MAX = 1000 };

static const char magic[] = "YUV4MPEG2";
static const char frame_magic[] = "FRAME";

struct y4m_reader {
	int fd;
	struct y4m_format format;
	size_t header; /* bytes before the first picture's line */
	uint8_t bytes[64 * 1024];
	size_t begin, end; /* what of them is not read yet */
};

/* -- lines -------------------------------------------------------------------
 */

static int
parse_side(struct span value, unsigned *side)
{
	uint64_t number = 0;
	int err = number_decimal(value, LIMIT_PICTURE_SIDE, &number);

	if (err == 0)
		*side = (unsigned)number;
	return err;
}

static int
parse_rate(struct span value, struct y4m_format *format)
{
	struct span rate;
	uint64_t above = 0, below = 0;

	if (!span_cut(&value, ':', &rate) ||
	    number_decimal(rate, RATE_MAX, &above) < 0 ||
	    number_decimal(value, RATE_MAX, &below) < 0)
		return CAM_ERR_FORMAT;
	/* 0:0 is: not known. */
	if (above == 0 || below == 0) {
		above = 30;
		below = 1;
	}
	if (above / below > PICTURES_A_SECOND_MAX)
		return CAM_ERR_LIMIT;
	format->rate = (unsigned)above;
	format->per = (unsigned)below;
	return 0;
}

/* 420, 420jpeg, 420mpeg2, 420paldv differ in where chroma is taken; 420p10 and
 * the like have more bits. */
static int
check_chroma(struct span value)
{
	return span_equal_text(value, "420") ||
		       span_equal_text(value, "420jpeg") ||
		       span_equal_text(value, "420mpeg2") ||
		       span_equal_text(value, "420paldv")
		   ? 0
		   : CAM_ERR_UNSUPPORTED;
}

static int
parse_parameter(struct span word, struct y4m_format *format)
{
	struct span value = { word.data + 1, word.len - 1 };

	switch (word.data[0]) {
	case 'W':
		return parse_side(value, &format->width);
	case 'H':
		return parse_side(value, &format->height);
	case 'F':
		return parse_rate(value, format);
	case 'C':
		return check_chroma(value);
	case 'I':
		return span_equal_text(value, "p") ||
			       span_equal_text(value, "?")
			   ? 0
			   : CAM_ERR_UNSUPPORTED;
	default:
		return 0; /* aspect, comments */
	}
}

/* The line that begins with the word, without it; used counts its end. */
static int
cut_line(struct span text, const char *word, struct span *rest, size_t *used)
{
	size_t len = strlen(word);
	struct span line;

	if (text.len < len)
		return memcmp(text.data, word, text.len) == 0 ? CAM_ERR_MORE
							      : CAM_ERR_FORMAT;
	if (!span_starts(text, word))
		return CAM_ERR_FORMAT;
	if (text.len > LIMIT_Y4M_HEADER)
		text.len = LIMIT_Y4M_HEADER;
	*rest = (struct span){ text.data + len, text.len - len };
	if (!span_cut(rest, '\n', &line))
		return text.len == LIMIT_Y4M_HEADER ? CAM_ERR_LIMIT
						    : CAM_ERR_MORE;
	if (line.len > 0 && line.data[0] != ' ')
		return CAM_ERR_FORMAT;
	*rest = line;
	*used = len + line.len + 1;
	return 0;
}

int
y4m_parse(struct span text, struct y4m_format *format, size_t *used)
{
	struct y4m_format read = { .rate = 30, .per = 1 };
	struct span rest, word;
	size_t len = 0;
	int err = cut_line(text, magic, &rest, &len);
	bool more = true;

	while (err == 0 && more) {
		more = span_cut(&rest, ' ', &word);
		if (!more)
			word = rest;
		if (word.len > 0)
			err = parse_parameter(word, &read);
	}
	if (err < 0)
		return err;
	if (read.width == 0 || read.height == 0)
		return CAM_ERR_FORMAT;
	if (!i420_is_valid_size(read.width, read.height))
		return CAM_ERR_LIMIT;
	*format = read;
	*used = len;
	return 0;
}

int
y4m_parse_frame(struct span text, size_t *used)
{
	struct span rest;

	return cut_line(text, frame_magic, &rest, used);
}

/* -- reading -----------------------------------------------------------------
 */

/* CAM_ERR_CLOSED at the end. */
static int
fill(struct y4m_reader *reader)
{
	ssize_t got;

	memmove(reader->bytes, reader->bytes + reader->begin,
	    reader->end - reader->begin);
	reader->end -= reader->begin;
	reader->begin = 0;
	do
		got = read(reader->fd, reader->bytes + reader->end,
		    sizeof reader->bytes - reader->end);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got < 0 ? CAM_ERR_SYSTEM : CAM_ERR_CLOSED;
	reader->end += (size_t)got;
	return 0;
}

static struct span
unread(const struct y4m_reader *reader)
{
	return span_of(
	    reader->bytes + reader->begin, reader->end - reader->begin);
}

int
y4m_open(int fd, struct y4m_reader **reader)
{
	struct y4m_reader *made = xcalloc(1, sizeof *made);
	int err = CAM_ERR_MORE;

	made->fd = fd;
	while (err == CAM_ERR_MORE) {
		err = fill(made);
		if (err == 0)
			err = y4m_parse(
			    unread(made), &made->format, &made->header);
	}
	if (err < 0) {
		y4m_close(made);
		return err;
	}
	made->begin = made->header;
	*reader = made;
	return 0;
}

void
y4m_close(struct y4m_reader *reader)
{
	if (reader == NULL)
		return;
	close(reader->fd);
	free(reader);
}

const struct y4m_format *
y4m_format(const struct y4m_reader *reader)
{
	return &reader->format;
}

static int
read_bytes(struct y4m_reader *reader, uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t have = reader->end - reader->begin;
		ssize_t got;

		if (have > len)
			have = len;
		memcpy(bytes, reader->bytes + reader->begin, have);
		reader->begin += have;
		bytes += have;
		len -= have;
		if (len == 0)
			break;
		got = read(reader->fd, bytes, len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? CAM_ERR_SYSTEM : CAM_ERR_CLOSED;
		bytes += got;
		len -= (size_t)got;
	}
	return 0;
}

/* At once where its rows follow each other: each read has its price. */
static int
read_plane(struct y4m_reader *reader, uint8_t *bytes, size_t stride,
    size_t width, size_t height)
{
	int err = 0;

	if (stride == width) {
		width *= height;
		height = 1;
	}
	for (size_t y = 0; y < height && err == 0; y++)
		err = read_bytes(reader, bytes + y * stride, width);
	return err;
}

int
y4m_read(struct y4m_reader *reader, struct i420 *picture)
{
	size_t used = 0;
	int err = y4m_parse_frame(unread(reader), &used);

	while (err == CAM_ERR_MORE) {
		err = fill(reader);
		if (err == 0)
			err = y4m_parse_frame(unread(reader), &used);
	}
	if (err < 0)
		return err;
	reader->begin += used;
	for (int i = 0; i < 3 && err == 0; i++)
		err =
		    read_plane(reader, picture->planes[i], picture->strides[i],
			i == 0 ? picture->width : i420_half(picture->width),
			i == 0 ? picture->height : i420_half(picture->height));
	return err;
}

int
y4m_rewind(struct y4m_reader *reader)
{
	if (lseek(reader->fd, (off_t)reader->header, SEEK_SET) < 0)
		return CAM_ERR_SYSTEM;
	reader->begin = reader->end = 0;
	return 0;
}

/* -- writing -----------------------------------------------------------------
 */

void
y4m_put_header(const struct y4m_format *format, struct buf *out)
{
	buf_printf(out, "%s W%u H%u F%u:%u Ip A1:1 C420jpeg\n", magic,
	    format->width, format->height, format->rate, format->per);
}

void
y4m_put(const struct i420 *picture, struct buf *out)
{
	buf_printf(out, "%s\n", frame_magic);
	for (int i = 0; i < 3; i++) {
		unsigned width =
		    i == 0 ? picture->width : i420_half(picture->width);
		unsigned height =
		    i == 0 ? picture->height : i420_half(picture->height);

		for (unsigned y = 0; y < height; y++)
			buf_put(out,
			    picture->planes[i] +
				(size_t)y * picture->strides[i],
			    width);
	}
}
