/* orgline.c: the CO line, read and written. */
#include "ipmsg/orgline.h"

#include "base/err.h"
#include "base/number.h"

int
orgline_parse(struct span value, struct orgline *result)
{
	struct span version, port;
	struct orgline line;
	uint64_t number = 0;

	if (!span_cut(&value, ':', &version))
		return CAM_ERR_FORMAT;
	if (!span_equal_text(version, "1"))
		return CAM_ERR_VERSION;
	if (!span_cut(&value, ':', &port) ||
	    number_decimal(port, UINT16_MAX, &number) < 0 ||
	    value.len != 2 * sizeof line.pin ||
	    hex_decode(value, line.pin, sizeof line.pin) < 0)
		return CAM_ERR_FORMAT;
	line.port = (uint16_t)number;
	*result = line;
	return 0;
}

void
orgline_write(const struct orgline *line, struct buf *buf)
{
	char pin[2 * ORGLINE_PIN_SIZE + 1];

	hex_encode(line->pin, sizeof line->pin, pin);
	buf_printf(buf, ORGLINE_KEY ":1:%u:%s", (unsigned)line->port, pin);
}
