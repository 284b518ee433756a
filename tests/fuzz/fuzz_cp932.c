/* fuzz_cp932.c: CP932 against a decoder made of the table of tests/data. */
#include "cp932_oracle.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct charset_reader reader = fuzz_reader();
	static struct cp932_table *table;
	struct span bytes = span_of(data, size);
	struct buf ours, theirs, again;

	if (table == NULL)
		table = cp932_table_load(FUZZ_DATA "/cp932.txt");
	buf_init(&ours, 4 * size + 4);
	buf_init(&theirs, 4 * size + 4);
	buf_init(&again, 4 * size + 4);
	charset_decode(reader.converter, CHARSET_CP932, bytes, &ours);
	cp932_table_decode(table, bytes, &theirs);
	must(span_equal(buf_span(&ours), buf_span(&theirs)));
	must(utf8_is_valid(buf_span(&ours)));
	charset_encode(
	    reader.converter, CHARSET_CP932, buf_span(&ours), &again);
	must(again.len <= ours.len);
	buf_finish(&ours);
	buf_finish(&theirs);
	buf_finish(&again);
	return 0;
}
