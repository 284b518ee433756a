/* fuzz_display.c: any bytes as a file of cookies. */
#include "fuzz.h"

#include "camd/call/display.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t cookie[DISPLAY_COOKIE_MAX];

	must(display_cookie(span_of(data, size), "pc1", 1, cookie) <=
	     sizeof cookie);
	return 0;
}
