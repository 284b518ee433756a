/* fuzz_prekeys.c: a file of prekeys: bounded, and its numbers grow. */
#include "fuzz.h"

#include "camd/link/prekeys.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct prekey_record list[PREKEYS_MAX];
	size_t count = 0;

	if (prekeys_parse(span_of(data, size), list, &count) < 0)
		return 0;
	must(count <= PREKEYS_MAX);
	for (size_t i = 0; i < count; i++) {
		must(list[i].id > (i > 0 ? list[i - 1].id : 0));
		must(list[i].made_ms >= 0);
		must(list[i].secret >= data &&
		     list[i].secret + HPKE_KEY_SIZE <= data + size);
	}
	return 0;
}
