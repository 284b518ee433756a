/* display.c: X servers of this machine. */
#include "camd/call/display.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/number.h"
#include "loop/unix.h"

/* Families of addresses in a file of cookies. */
enum { FAMILY_LOCAL = 256, FAMILY_WILD = 65535 };

enum { NUMBER_MAX = 65535, SCREEN_MAX = 255 };

int
display_parse(const char *name, struct display_name *display)
{
	struct span rest = span_text(name), host, number;
	uint64_t value = 0, screen = 0;

	if (!span_cut(&rest, ':', &host) ||
	    (host.len > 0 && !span_equal_text(host, "unix")))
		return CAM_ERR_REQUEST;
	number = rest;
	if (span_cut(&rest, '.', &number) &&
	    number_decimal(rest, SCREEN_MAX, &screen) < 0)
		return CAM_ERR_REQUEST;
	if (number_decimal(number, NUMBER_MAX, &value) < 0)
		return CAM_ERR_REQUEST;
	*display = (struct display_name){ (unsigned)value, (unsigned)screen };
	return 0;
}

static struct span
counted(struct fields *fields)
{
	return fields_span(fields, (size_t)fields_number(fields, 2));
}

static bool
is_of(uint64_t family, struct span address, struct span number,
    const char *host, unsigned wanted)
{
	uint64_t value = wanted;

	if (number.len > 0 &&
	    (number_decimal(number, NUMBER_MAX, &value) < 0 || value != wanted))
		return false;
	return family == FAMILY_WILD ||
	       (family == FAMILY_LOCAL && span_equal_text(address, host));
}

size_t
display_cookie(struct span file, const char *host, unsigned number,
    uint8_t cookie[DISPLAY_COOKIE_MAX])
{
	struct fields fields = fields_of(file);

	while (fields.rest.len > 0) {
		uint64_t family = fields_number(&fields, 2);
		struct span address = counted(&fields);
		struct span display = counted(&fields);
		struct span name = counted(&fields);
		struct span data = counted(&fields);

		if (fields.failed)
			break;
		if (!is_of(family, address, display, host, number) ||
		    !span_equal_text(name, "MIT-MAGIC-COOKIE-1") ||
		    data.len == 0 || data.len > DISPLAY_COOKIE_MAX)
			continue;
		memcpy(cookie, data.data, data.len);
		return data.len;
	}
	return 0;
}

int
display_connect(const struct display_name *display, int *fd)
{
	char path[64];

	snprintf(path, sizeof path, "/tmp/.X11-unix/X%u", display->number);
	return unix_connect(path, fd) == 0 ? 0 : CAM_ERR_UNREACHABLE;
}
