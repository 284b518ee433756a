/* fuzz_dirstream.c: any bytes as a folder stream, whole and in pieces: the
 * same events, never above its start. */
#include "fuzz.h"
#include "ipmsg/dirstream.h"

/* A sum over all events and data, and how it ended. */
static uint64_t
walk(struct span all, size_t step, bool single)
{
	struct charset_reader reader = fuzz_reader();
	struct span window = { all.data, 0 }, data;
	enum dirstream_event event = DIRSTREAM_END;
	struct dirstream stream;
	uint64_t sum = 0;
	int rc = 0;

	dirstream_init(&stream, reader.converter, CHARSET_UTF8, single);
	for (;;) {
		size_t left =
		    (size_t)(all.data + all.len - window.data) - window.len;

		rc = dirstream_next(&stream, &window, &event, &data);
		if (rc == CAM_ERR_MORE && left > 0)
			window.len += left < step ? left : step;
		else if (rc < 0 || event == DIRSTREAM_END)
			return sum * 31 + (uint64_t)(rc + 100);
		else if (event == DIRSTREAM_DATA)
			for (size_t i = 0; i < data.len; i++)
				sum = sum * 31 + data.data[i];
		else
			sum = sum * 31 + (uint64_t)event + 1000;
		must(stream.depth <= LIMIT_STREAM_DEPTH);
		must(strchr(stream.name, '/') == NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of(data, size);

	for (int single = 0; single < 2; single++)
		must(walk(all, 3, single) == walk(all, size + 1, single));
	return 0;
}
