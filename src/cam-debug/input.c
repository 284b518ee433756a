/* input.c: packets from stdin. */
#include "cam-debug/input.h"

#include "base/err.h"
#include "base/number.h"

/* Digits of one line without the blanks. CAM_ERR_CLOSED: no line any more. */
static int
read_digits(FILE *file, struct buf *digits)
{
	int byte = EOF;
	size_t seen = 0;

	while ((byte = getc(file)) != EOF && byte != '\n') {
		seen++;
		if (byte == ' ' || byte == '\t' || byte == '\r')
			continue;
		buf_put_byte(digits, (uint8_t)byte);
	}
	if (ferror(file))
		return CAM_ERR_SYSTEM;
	if (byte == EOF && seen == 0)
		return CAM_ERR_CLOSED;
	return buf_failed(digits) ? CAM_ERR_LIMIT : 0;
}

static int
decode(struct span digits, struct buf *packet)
{
	uint8_t *place = NULL;
	size_t len = digits.len / 2;

	place = buf_reserve(packet, len);
	if (place == NULL)
		return CAM_ERR_LIMIT;
	if (hex_decode(digits, place, len) < 0)
		return CAM_ERR_FORMAT;
	packet->len += len;
	return 0;
}

int
input_hex(FILE *file, struct buf *packet)
{
	struct buf digits;
	int rc = 0;

	buf_init(&digits, INPUT_LINE_MAX);
	do {
		buf_clear(&digits);
		rc = read_digits(file, &digits);
	} while (rc == 0 && digits.len == 0);
	if (rc == 0)
		rc = decode(buf_span(&digits), packet);
	buf_finish(&digits);
	return rc;
}

int
input_raw(FILE *file, struct buf *packet)
{
	uint8_t chunk[4096];
	size_t got;

	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
		buf_put(packet, chunk, got);
		if (buf_failed(packet))
			return CAM_ERR_LIMIT;
	}
	if (ferror(file))
		return CAM_ERR_SYSTEM;
	return packet->len == 0 ? CAM_ERR_CLOSED : 0;
}
