/* csv.h: tables as spreadsheets pass them on: RFC 4180 in UTF-8. */
#ifndef CAM_CSV_H
#define CAM_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

enum { CSV_FIELDS_MAX = 32, CSV_FIELD_MAX = 4096 };

/* One line of the table; its fields are borrowed from the reader. */
struct csv_record {
	size_t line; /* on which it begins, from 1 */
	size_t count;
	struct span fields[CSV_FIELDS_MAX];
};

struct csv {
	char *text; /* a copy, which fields are taken out of */
	size_t len, at;
	size_t line; /* of at */
};

/* Copies the text: the caller has bounded it. A byte order mark is skipped. */
void csv_init(struct csv *csv, struct span text);
void csv_finish(struct csv *csv);
/*
 * The next record with something on it; lines may end by CRLF, as the RFC wants
 * it, or by LF. 1; 0 at the end. CAM_ERR_FORMAT: a quote in the middle or left
 * open, a control character, not UTF-8; CAM_ERR_LIMIT: too many or too long
 * fields; record->line then tells where, and nothing more is to be read.
 */
int csv_next(struct csv *csv, struct csv_record *record);

/* Appends one field, quoted where it must be, and what separates it. */
void csv_put(struct buf *out, const char *field, bool last);

#endif
