/* fuzz_csv.c: any bytes as a table: what is read can be written, and is then
 * read as the same. */
#include "fuzz.h"

#include "base/csv.h"

enum { TEXT_MAX = 64 * 1024, WRITTEN_MAX = 4 * TEXT_MAX };

/* Reads all of it, and writes it again where written is not NULL. */
static int
read_table(struct span text, struct buf *written, uint64_t *sum)
{
	struct csv_record record;
	struct csv csv;
	size_t line = 0;
	int r;

	csv_init(&csv, text);
	while ((r = csv_next(&csv, &record)) == 1) {
		must(record.line > line);
		must(record.count > 0 && record.count <= CSV_FIELDS_MAX);
		line = record.line;
		for (size_t i = 0; i < record.count; i++) {
			char *field = span_dup(record.fields[i]);

			must_be_text(field);
			must(strlen(field) == record.fields[i].len);
			for (const char *at = field; *at != '\0'; at++)
				*sum = *sum * 31 + (uint8_t)*at;
			*sum = *sum * 31 + 256;
			if (written != NULL)
				csv_put(written, field, i + 1 == record.count);
			free(field);
		}
	}
	must(r == 0 || (record.line > 0 && record.line >= line));
	csv_finish(&csv);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t first = 0, second = 0;
	struct buf written;

	if (size > TEXT_MAX)
		return 0;
	buf_init(&written, WRITTEN_MAX);
	/* A mark that was behind empty lines would be skipped as the first. */
	buf_put_text(&written, "\xef\xbb\xbf");
	if (read_table(span_of(data, size), &written, &first) == 0) {
		must(!buf_failed(&written));
		must(read_table(buf_span(&written), NULL, &second) == 0);
		must(first == second);
	}
	buf_finish(&written);
	return 0;
}
