/* size.c: sizes as people read them. */
#include "base/size.h"

#include <stdio.h>

void
size_format(uint64_t bytes, char text[SIZE_TEXT])
{
	static const char units[] = "KMGTPE";
	uint64_t tenths;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, SIZE_TEXT, "%u B", (unsigned)bytes);
		return;
	}
	/* What would be rounded to 1024 is one of the next. */
	while (bytes >= 1024 * 1024 - 512) {
		bytes /= 1024;
		unit++;
	}
	tenths = (bytes * 10 + 512) / 1024;
	if (tenths < 100)
		snprintf(text, SIZE_TEXT, "%u.%u %ciB", (unsigned)tenths / 10,
		    (unsigned)tenths % 10, units[unit]);
	else
		snprintf(text, SIZE_TEXT, "%u %ciB",
		    (unsigned)((bytes + 512) / 1024), units[unit]);
}
