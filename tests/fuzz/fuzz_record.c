/* fuzz_record.c: any bytes as a folder between two camd, whole and in pieces:
 * the same events, never above its start, no data behind a file's size. */
#include "camd/transfer/record.h"
#include "fuzz.h"

/* A sum over all events and data, and how it ended. */
static uint64_t
walk(struct span all, size_t step)
{
	struct span window = { all.data, 0 }, data;
	enum record_event event = RECORD_BEGINS;
	struct record_reader reader;
	uint64_t sum = 0;
	int rc = 0;

	record_reader_init(&reader);
	for (;;) {
		size_t left =
		    (size_t)(all.data + all.len - window.data) - window.len;

		rc = record_next(&reader, &window, &event, &data);
		if (rc == CAM_ERR_MORE && left > 0) {
			must(window.len < 512);
			window.len += left < step ? left : step;
		} else if (rc < 0 || event == RECORD_ALL)
			return sum * 31 + (uint64_t)(rc + 100);
		else if (event == RECORD_DATA) {
			must(reader.offset + data.len <= reader.record.size);
			for (size_t i = 0; i < data.len; i++)
				sum =
				    sum * 31 + data.data[i] + reader.offset + i;
		} else
			sum = sum * 31 + (uint64_t)event + 1000;
		must(reader.depth <= LIMIT_TREE_DEPTH);
		must(strlen(reader.record.name) <= RECORD_NAME_MAX);
	}
}

/* What is read is what would be written. */
static void
write_again(struct span bytes)
{
	uint8_t again[RECORD_MAX];
	struct record record;
	size_t used = 0;

	if (record_parse(bytes, &record, &used) < 0)
		return;
	must(used <= bytes.len && used <= RECORD_MAX);
	must(record_write(&record, again) == used);
	must(memcmp(again, bytes.data, used) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of(data, size);

	must(walk(all, 3) == walk(all, size + 1));
	write_again(all);
	return 0;
}
