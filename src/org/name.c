/* name.c: names inside statements. */
#include "org/name.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool
name_is_plain(const char *name, size_t max)
{
	size_t len = strlen(name);
	char *printable;
	bool plain;

	if (len > max || (len > 0 && (name[0] == ' ' || name[len - 1] == ' ')))
		return false;
	printable = text_printable(name, TEXT_LINE);
	plain = strcmp(printable, name) == 0;
	free(printable);
	return plain;
}

void
name_put(struct buf *buf, const char *name)
{
	buf_put_byte(buf, (uint8_t)strlen(name));
	buf_put_text(buf, name);
}

bool
name_get(struct fields *fields, size_t max, char *name)
{
	size_t len = (size_t)fields_number(fields, 1);
	struct span span = fields_span(fields, len);

	if (fields->failed || len > max || memchr(span.data, 0, len) != NULL)
		return false;
	memcpy(name, span.data, len);
	name[len] = '\0';
	return name_is_plain(name, max);
}
