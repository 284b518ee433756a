/* cp932_oracle.h: a CP932 decoder of its own, made of a table that another
 * implementation wrote, to compare ours with. */
#ifndef CAM_CP932_ORACLE_H
#define CAM_CP932_ORACLE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/text.h"

enum { CP932_NONE = 0xfffd };

struct cp932_table {
	uint32_t pairs[256][256]; /* by lead and trail byte */
};

/*
 * A line for each lead byte: two hex digits, a blank, and the characters of
 * the trail bytes 40-7e and 80-fc, U+FFFD where there is none.
 */
static inline struct cp932_table *
cp932_table_load(const char *path)
{
	struct cp932_table *table = malloc(sizeof(*table));
	FILE *file = fopen(path, "r");
	char line[1024];

	if (table == NULL || file == NULL)
		abort();
	for (size_t i = 0; i < 256; i++)
		for (size_t j = 0; j < 256; j++)
			table->pairs[i][j] = CP932_NONE;
	while (fgets(line, sizeof(line), file) != NULL) {
		unsigned long lead = strtoul(line, NULL, 16);
		struct span rest = span_text(line + 3);

		for (unsigned trail = 0x40; trail <= 0xfc; trail++) {
			size_t len;

			if (trail == 0x7f)
				continue;
			len = utf8_next(rest, &table->pairs[lead][trail]);
			if (len == 0)
				abort();
			rest = span_of(rest.data + len, rest.len - len);
		}
	}
	fclose(file);
	return table;
}

static inline void
cp932_table_decode(
    const struct cp932_table *table, struct span bytes, struct buf *out)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t byte = bytes.data[i];
		uint32_t pair = i + 1 < bytes.len
				    ? table->pairs[byte][bytes.data[i + 1]]
				    : CP932_NONE;

		if (byte < 0x80) {
			utf8_put(out, byte);
		} else if (byte >= 0xa1 && byte <= 0xdf) {
			utf8_put(out, 0xff61u + (byte - 0xa1u));
		} else {
			utf8_put(out, pair);
			i += pair != CP932_NONE;
		}
	}
}

#endif
