/* fuzz_orgline.c: what is read of a CO line is written alike. */
#include "fuzz.h"

#include "ipmsg/orgline.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct orgline line, again;
	struct buf buf;
	struct span rest, key;

	if (orgline_parse(span_of(data, size), &line) < 0)
		return 0;
	buf_init(&buf, ORGLINE_MAX);
	orgline_write(&line, &buf);
	must(!buf_failed(&buf));
	rest = buf_span(&buf);
	must(span_cut(&rest, ':', &key) && span_equal_text(key, ORGLINE_KEY));
	must(orgline_parse(rest, &again) == 0 && again.port == line.port &&
	     memcmp(again.pin, line.pin, sizeof line.pin) == 0);
	buf_finish(&buf);
	return 0;
}
