/* fuzz_camline.c: what is read of a CM line is written alike. */
#include "fuzz.h"

#include "ipmsg/camline.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct camline line, again;
	struct buf buf;
	struct span rest, key;

	if (camline_parse(span_of(data, size), &line) < 0)
		return 0;
	must(line.port != 0 && line.time_ms >= 0);
	buf_init(&buf, CAMLINE_MAX);
	camline_write(&line, &buf);
	must(!buf_failed(&buf));
	rest = buf_span(&buf);
	must(span_cut(&rest, ':', &key) && span_equal_text(key, "CM"));
	must(camline_parse(rest, &again) == 0);
	must(again.port == line.port && again.time_ms == line.time_ms &&
	     memcmp(again.device, line.device, sizeof line.device) == 0 &&
	     memcmp(again.signature, line.signature, sizeof line.signature) ==
		 0);
	buf_finish(&buf);
	return 0;
}
