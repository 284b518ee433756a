/* camline.c: the CM line, read and written. */
#include "ipmsg/camline.h"

#include <inttypes.h>
#include <string.h>

#include "base/base64.h"
#include "base/err.h"
#include "base/fields.h"
#include "base/number.h"

/* 64 bytes make 86 characters of base64 and two of padding. */
enum { SIGNATURE_DIGITS = 86, PADDED_DIGITS = 88 };

static int
read_signature(struct span text, uint8_t signature[CAMLINE_SIGNATURE_SIZE])
{
	uint8_t padded[PADDED_DIGITS];
	size_t len = 0;

	if (text.len != SIGNATURE_DIGITS)
		return CAM_ERR_FORMAT;
	for (size_t i = 0; i < SIGNATURE_DIGITS; i++) {
		uint8_t c = text.data[i];

		if (c == '+' || c == '/')
			return CAM_ERR_FORMAT;
		padded[i] = c == '-' ? '+' : c == '_' ? '/' : c;
	}
	memset(
	    padded + SIGNATURE_DIGITS, '=', PADDED_DIGITS - SIGNATURE_DIGITS);
	if (base64_decode(span_of(padded, sizeof padded), signature,
		CAMLINE_SIGNATURE_SIZE, &len) < 0 ||
	    len != CAMLINE_SIGNATURE_SIZE)
		return CAM_ERR_FORMAT;
	return 0;
}

int
camline_parse(struct span value, struct camline *result)
{
	struct span version, port, device, time;
	struct camline line;
	uint64_t number = 0;

	if (!span_cut(&value, ':', &version))
		return CAM_ERR_FORMAT;
	if (!span_equal_text(version, "1"))
		return CAM_ERR_VERSION;
	if (!span_cut(&value, ':', &port) || !span_cut(&value, ':', &device) ||
	    !span_cut(&value, ':', &time) ||
	    number_decimal(port, UINT16_MAX, &number) < 0 || number == 0 ||
	    device.len != 2 * sizeof line.device ||
	    hex_decode(device, line.device, sizeof line.device) < 0)
		return CAM_ERR_FORMAT;
	line.port = (uint16_t)number;
	if (number_hex(time, INT64_MAX, &number) < 0 ||
	    read_signature(value, line.signature) < 0)
		return CAM_ERR_FORMAT;
	line.time_ms = (int64_t)number;
	*result = line;
	return 0;
}

static void
put_signature(const uint8_t signature[CAMLINE_SIGNATURE_SIZE], struct buf *buf)
{
	struct buf text;

	buf_init(&text, PADDED_DIGITS);
	base64_encode(span_of(signature, CAMLINE_SIGNATURE_SIZE), &text);
	for (size_t i = 0; i < SIGNATURE_DIGITS && i < text.len; i++) {
		uint8_t c = text.data[i];

		buf_put_byte(buf, c == '+' ? '-' : c == '/' ? '_' : c);
	}
	buf_finish(&text);
}

void
camline_write(const struct camline *line, struct buf *buf)
{
	char device[2 * CAMLINE_DEVICE_SIZE + 1];

	hex_encode(line->device, sizeof line->device, device);
	buf_printf(buf, CAMLINE_KEY ":1:%u:%s:%" PRIx64 ":",
	    (unsigned)line->port, device, (uint64_t)line->time_ms);
	put_signature(line->signature, buf);
}

void
camline_signed(const char *user, const char *host, const struct camline *line,
    struct buf *buf)
{
	buf_put(buf, user, strlen(user) + 1);
	buf_put(buf, host, strlen(host) + 1);
	fields_put_number(buf, line->port, 2);
	buf_put(buf, line->device, sizeof line->device);
	fields_put_number(buf, (uint64_t)line->time_ms, 8);
}
