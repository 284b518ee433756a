/* fuzz_target.c: any text as a list of addresses: no crash, and what a walk
 * gives matches the list. */
#include <stdlib.h>

#include "base/mem.h"
#include "net/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(const struct targets *targets)
{
	struct target_walk walk = { .targets = targets };
	struct addr addr;
	size_t count = 0;

	while (target_walk_next(&walk, &addr)) {
		count++;
		/* A few are enough to check; counting all is cheap. */
		if (count < 300 && !targets_match(targets, &addr))
			abort();
	}
	if (count > TARGETS_HOSTS_MAX)
		abort();
}

static void
read_back(const struct targets *targets)
{
	char text[ADDR_TEXT_SIZE];
	struct addr back;

	for (size_t i = 0; i < targets->count; i++) {
		const struct addr *addr = &targets->list[i].address;

		addr_format(addr, text);
		if (addr_parse(span_text(text), 0, &back) < 0 ||
		    !addr_equal(addr, &back))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size), *error = NULL;
	struct targets targets;

	for (int walked = 0; walked < 2; walked++) {
		if (targets_parse(text, 2425, walked != 0, &targets, &error) <
		    0) {
			free(error);
			continue;
		}
		if (walked)
			walk(&targets);
		read_back(&targets);
		targets_finish(&targets);
	}
	free(text);
	return 0;
}
