/* fuzz_probe.c: any bytes as a terminal's answers. */
#include <stdint.h>
#include <stdlib.h>

#include "cam-view/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct probe whole = { 0 }, cut = { 0 };

	probe_feed(&whole, span_of(data, size));
	for (size_t i = 0; i < size; i++)
		probe_feed(&cut, span_of(data + i, 1));
	/* Where it is cut is no matter. */
	if (whole.has_kitty != cut.has_kitty ||
	    whole.has_sixel != cut.has_sixel || whole.dones != cut.dones ||
	    whole.key != cut.key || whole.held_len > PROBE_SEQUENCE_MAX)
		abort();
	return 0;
}
