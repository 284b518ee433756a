/* csv.c: tables as spreadsheets pass them on: RFC 4180 in UTF-8. */
#include "base/csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void
csv_init(struct csv *csv, struct span text)
{
	size_t skipped =
	    span_starts(text, BYTE_ORDER_MARK) ? strlen(BYTE_ORDER_MARK) : 0;

	text = span_of(text.data + skipped, text.len - skipped);
	*csv = (struct csv){
		.text = xmalloc(text.len + 1), .len = text.len, .line = 1
	};
	if (text.len > 0)
		memcpy(csv->text, text.data, text.len);
	csv->text[text.len] = '\0';
}

void
csv_finish(struct csv *csv)
{
	free(csv->text);
	*csv = (struct csv){ 0 };
}

/* The length of the line's end that stands here; 0: none does. */
static size_t
end_here(const struct csv *csv)
{
	const char *at = csv->text + csv->at;

	if (csv->at < csv->len && at[0] == '\n')
		return 1;
	return csv->at + 1 < csv->len && at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

static bool
at_end_of_field(const struct csv *csv)
{
	return csv->at == csv->len || csv->text[csv->at] == ',' ||
	       end_here(csv) > 0;
}

/* What stands in quotes may hold anything: two of them are one. */
static int
read_quoted(struct csv *csv, struct span *field)
{
	char *begin = csv->text + ++csv->at, *end = begin;

	for (; csv->at < csv->len; csv->at++) {
		char byte = csv->text[csv->at];

		if (byte == '"' && csv->text[csv->at + 1] != '"') {
			csv->at++;
			*field = span_of(begin, (size_t)(end - begin));
			return at_end_of_field(csv) ? 0 : CAM_ERR_FORMAT;
		}
		csv->at += byte == '"';
		csv->line += byte == '\n';
		*end++ = byte;
	}
	return CAM_ERR_FORMAT;
}

static int
read_plain(struct csv *csv, struct span *field)
{
	size_t begin = csv->at;

	for (; !at_end_of_field(csv); csv->at++) {
		unsigned char byte = (unsigned char)csv->text[csv->at];

		if (byte == '"' || (byte < 0x20 && byte != '\t'))
			return CAM_ERR_FORMAT;
	}
	*field = span_of(csv->text + begin, csv->at - begin);
	return 0;
}

static int
read_field(struct csv *csv, struct csv_record *record)
{
	struct span field;
	int err;

	if (record->count == CSV_FIELDS_MAX)
		return CAM_ERR_LIMIT;
	err = csv->at < csv->len && csv->text[csv->at] == '"'
		  ? read_quoted(csv, &field)
		  : read_plain(csv, &field);
	if (err != 0)
		return err;
	if (field.len > CSV_FIELD_MAX)
		return CAM_ERR_LIMIT;
	if (!utf8_is_valid(field) ||
	    (field.len > 0 && memchr(field.data, '\0', field.len) != NULL))
		return CAM_ERR_FORMAT;
	record->fields[record->count++] = field;
	return 0;
}

static void
skip_end(struct csv *csv)
{
	size_t len = end_here(csv);

	csv->at += len;
	csv->line += len > 0;
}

int
csv_next(struct csv *csv, struct csv_record *record)
{
	int err;

	while (end_here(csv) > 0)
		skip_end(csv);
	record->line = csv->line;
	record->count = 0;
	if (csv->at == csv->len)
		return 0;
	for (;;) {
		err = read_field(csv, record);
		if (err != 0)
			return err;
		if (csv->at == csv->len || csv->text[csv->at] != ',')
			break;
		csv->at++;
	}
	skip_end(csv);
	return 1;
}

/* An empty line is no record: where the last field is empty that is said. */
static bool
needs_quotes(const char *field, bool last)
{
	return field[0] == '\0' ? last
				: field[strcspn(field, ",\"\r\n")] != '\0';
}

void
csv_put(struct buf *out, const char *field, bool last)
{
	bool quoted = needs_quotes(field, last);

	buf_put_text(out, quoted ? "\"" : "");
	for (; *field != '\0'; field++) {
		if (*field == '"')
			buf_put_byte(out, '"');
		buf_put_byte(out, (uint8_t)*field);
	}
	buf_put_text(out, quoted ? "\"" : "");
	buf_put_text(out, last ? "\r\n" : ",");
}
